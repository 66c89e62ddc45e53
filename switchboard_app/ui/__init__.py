"""All Qt: views and their models, the look, the one place where strange text meets a widget.

Re-reads the store and never hopes; refuses network and SQL. Called by `app`.
"""

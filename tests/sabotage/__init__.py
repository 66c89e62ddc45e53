"""Sabotages: what a careless hand could break, and the push test that must turn red when it does.

`sabotages.py` holds the list; each entry replaces one piece of text in one module of the program, in a process of its
own (the checkout is not touched), and names a test that must fail then. An entry whose old text is no longer there
fails too: whoever rewrites the module must say where the weak place is now. Add yours to the list::

    Sabotage(
        "what is broken",
        "switchboard_app/store/outbox.py",
        "text as it stands, exactly once",
        "text as a careless hand would leave it",
        "tests/store/test_outbox.py::test_that_must_fail",
    )

``pytest tests/sabotage`` runs three of them on a push and all of them at night; ``-k NAME`` one.
"""

"""The measurements behind docs/performance.md: `python3 dev.py bench`, or ``python -m bench`` in the environment.

Each module measures one thing on a seeded corpus, product and floor in the same run and in turns, and gives back
`measure.Figure`s. Refuses to judge by wall time where CPU time says the same: machines are shared.
"""

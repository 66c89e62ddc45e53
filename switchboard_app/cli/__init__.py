"""The command line: every verb that people have in the window is also a command (docs/command-line.md).

Exit codes: 0 done, 2 wrong use, 3 refused by a rule, 4 not reachable, 1 a bug (a crash report is written). People read
stderr, scripts read stdout. Refuses to print a traceback for anything that a person can mend.
"""

from __future__ import annotations

from switchboard_app.cli.main import main

__all__ = ["main"]

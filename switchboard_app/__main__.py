"""``python -m switchboard_app``: the window, or one command of the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the program and leave with its exit code."""
    from switchboard_app.cli import main as run  # imported here so that an import of this module costs nothing

    sys.exit(run())


if __name__ == "__main__":
    main()

"""``python -m switchboard_app``: the window, or one command of the command line.

The hidden verb ``decoder`` is the process in which files of strangers are decoded (`ui.decoding`): it goes past
everything else of the program, so that it starts quickly and holds nothing that is worth stealing.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the program and leave with its exit code."""
    if sys.argv[1:] in (["decoder", "pictures"], ["decoder", "sounds"]):
        from switchboard_app.ui.decoding.serve import serve

        sys.exit(serve(sys.argv[2]))
    from switchboard_app.cli import main as run  # imported here so that an import of this module costs nothing

    sys.exit(run())


if __name__ == "__main__":
    main()

"""Reading the arguments, running one command, turning errors into sentences and exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from switchboard_app import __version__
from switchboard_app.cli.words import plain
from switchboard_app.model.errors import ExitCode, UserError, WrongUse
from switchboard_app.model.language import tr

if TYPE_CHECKING:
    from switchboard_app.cli.frame import Frame

INTERRUPTED = 130
"""What shells call a program that Ctrl+C ended."""
LATER = ("gateway", "report", "person", "retention", "audit")
"""Verbs of the contract that come with a later version."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    os.umask(0o077)  # what the program writes is its user's alone: workspace, log, copies, exports
    given = list(sys.argv[1:] if arguments is None else arguments)
    only_window, rest = _window_parser().parse_known_args(given)
    try:
        if not rest:
            return _window(only_window)
        return _run(_parsed(given))
    except UserError as problem:
        sys.stderr.write(plain(problem.message) + "\n")
        if problem.next_step:
            sys.stderr.write(plain(problem.next_step) + "\n")
        return int(problem.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        from switchboard_app.cli.frame import silence

        silence()  # who read our output has gone: nothing is left to be said to anybody
        return int(ExitCode.DONE)
    except Exception as bug:  # noqa: BLE001 - the last line: a crash report instead of a traceback
        from switchboard_app.app.crash import write_crash_report

        path = write_crash_report(bug)
        sys.stderr.write(tr("This is a bug in Switchboard. A report was written: {path}").format(path=path) + "\n")
        return int(ExitCode.BUG)


def _window(parsed: argparse.Namespace) -> int:
    from switchboard_app.app.window import open_window  # Qt is loaded for the window alone

    return open_window(parsed.workspace, training=parsed.training)


def _parsed(given: Sequence[str]) -> argparse.Namespace:
    """The arguments; what a later version's verb will take is not judged by this one."""
    reader = parser()
    parsed, unknown = reader.parse_known_args(given)
    if unknown and parsed.verb not in LATER:
        reader.error(f"unrecognized arguments: {' '.join(unknown)}")
    return parsed


def _run(parsed: argparse.Namespace) -> int:
    verb: Callable[[Frame], int | None] | None = getattr(parsed, "run", None)
    if verb is None:
        return _window(parsed)
    from switchboard_app.cli.frame import Frame

    return int(verb(Frame(parsed)) or ExitCode.DONE)


def _later(frame: Frame) -> int:
    raise WrongUse(
        tr("«{verb}» comes with a later version of Switchboard.").format(verb=frame.arguments.verb),
        tr("See what this version can do with: switchboard --help."),
    )


class _Parser(argparse.ArgumentParser):
    """Wrong use is exit code 2, which argparse's own `error` already gives."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("allow_abbrev", False)
        super().__init__(*args, **kwargs)


def _window_parser() -> argparse.ArgumentParser:
    """What can stand on the command line of the window; a start that has nothing else loads no verb."""
    light = _Parser(add_help=False)
    light.add_argument("--workspace", default="")
    light.add_argument("--training", action="store_true")
    return light


def parser() -> argparse.ArgumentParser:
    """All verbs. The options that concern every verb may stand before or after it."""
    # loaded here: the verbs bring the whole engine with them, which the window's first page must not wait for
    from switchboard_app.cli import accounts, doctor, enquiries, mails, offices, phone_notes, workspaces

    everywhere = _Parser(add_help=False)
    everywhere.add_argument("--workspace", metavar="URL", default=argparse.SUPPRESS, help="the workspace to open")
    everywhere.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document on standard output"
    )
    top = _Parser(prog="switchboard", description="Phone notes and social-media messages in one queue.")
    top.add_argument("--version", action="version", version=f"switchboard {__version__}")
    top.add_argument("--workspace", metavar="URL", default="", help="the workspace to open")
    top.add_argument("--json", action="store_true", help="one JSON document on standard output")
    top.add_argument("--training", action="store_true", help="open training mode: simulated platforms, nothing leaves")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    for room in (workspaces, accounts, enquiries, phone_notes, offices, mails, doctor):
        room.add_to(verbs, everywhere)
    for name in LATER:
        later = verbs.add_parser(name, help="comes with a later version", parents=[everywhere], add_help=False)
        later.set_defaults(run=_later)
    return top

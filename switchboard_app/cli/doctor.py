"""``doctor``: looks at everything the program stands on, one line each with what to do; ``--bundle`` for support."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from switchboard_app import __version__
from switchboard_app.app.bundle import write_bundle
from switchboard_app.app.checks import Finding, findings
from switchboard_app.cli.frame import Frame
from switchboard_app.cli.words import Line
from switchboard_app.model.errors import ExitCode, WrongUse
from switchboard_app.model.language import tr


def add_to(verbs: Any, everywhere: Any) -> None:
    """Add the verb."""
    top = verbs.add_parser("doctor", help="check what the program stands on", parents=[everywhere])
    top.add_argument(
        "--bundle", type=Path, default=None, metavar="F", help="write a support bundle (zip), without personal data"
    )
    top.set_defaults(run=_doctor)


def _doctor(frame: Frame) -> int:
    bundle: Path | None = frame.arguments.bundle
    if bundle is not None and bundle.exists():
        raise WrongUse(tr("{path} exists already.").format(path=bundle), tr("Choose another name."))
    seen = findings(frame.station, lambda: frame.location, frame.store)
    if bundle is not None:
        write_bundle(bundle, frame.station, seen, frame.store)
    document = {"findings": [asdict(one) for one in seen], "version": __version__}
    frame.answer(document, lambda: [_line(one) for one in seen])
    return ExitCode.DONE if all(one.ok for one in seen) else ExitCode.UNREACHABLE


def _line(one: Finding) -> Line:
    columns = (tr("well") if one.ok else tr("ILL"), one.what, one.seen)
    return (*columns, one.next_step) if one.next_step else columns

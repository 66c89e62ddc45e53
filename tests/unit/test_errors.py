"""Errors that people can mend carry what happened, the next step, and the command line's exit code."""

from __future__ import annotations

import pytest

from switchboard_app.model.errors import (
    DiskFull,
    ExitCode,
    NewerWorkspace,
    NotThere,
    Refused,
    Stale,
    Unreachable,
    UserError,
    WrongKey,
    WrongUse,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (UserError, ExitCode.REFUSED),
        (WrongUse, ExitCode.WRONG_USE),
        (NotThere, ExitCode.WRONG_USE),
        (Refused, ExitCode.REFUSED),
        (Stale, ExitCode.REFUSED),
        (Unreachable, ExitCode.UNREACHABLE),
        (WrongKey, ExitCode.UNREACHABLE),
        (NewerWorkspace, ExitCode.UNREACHABLE),
        (DiskFull, ExitCode.UNREACHABLE),
    ],
)
def test_every_kind_has_its_exit_code(kind: type[UserError], code: ExitCode) -> None:
    assert kind("Etwas geschah.").exit_code is code
    assert issubclass(kind, UserError)


def test_exit_codes_are_those_of_the_command_line() -> None:
    assert [code.value for code in ExitCode] == [0, 1, 2, 3, 4]


def test_what_happened_and_the_next_step_are_said_together() -> None:
    problem = Refused("Das Fenster ist zu.", "Ruf an.")
    assert (problem.message, problem.next_step, str(problem)) == (
        "Das Fenster ist zu.",
        "Ruf an.",
        "Das Fenster ist zu. Ruf an.",
    )
    assert str(WrongUse("Nur das.")) == "Nur das."

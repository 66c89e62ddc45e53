"""``mail password | check``: the mail account that sends to the offices."""

from __future__ import annotations

import asyncio
from typing import Any

from switchboard_app.cli.frame import Frame
from switchboard_app.model.errors import WrongUse
from switchboard_app.model.language import tr

EXAMPLE = '{"password": "…"}'


def add_to(verbs: Any, everywhere: Any) -> None:
    """Add the verbs."""
    top = verbs.add_parser("mail", help="the mail account that sends to the offices", parents=[everywhere])
    sub = top.add_subparsers(dest="what", metavar="WHAT", required=True)
    password = sub.add_parser("password", help="keep its password; JSON on standard input", parents=[everywhere])
    password.set_defaults(run=_password)
    check = sub.add_parser("check", help="connect and sign in, send nothing", parents=[everywhere])
    check.set_defaults(run=_check)


def _password(frame: Frame) -> None:
    user = frame.station.settings.mail_user
    if not user:
        raise WrongUse(
            tr("The settings name no mail account."), tr("Set «mail_user» in the settings file (docs/operations.md).")
        )
    given = frame.stdin_object(EXAMPLE)
    password = given.get("password")
    if not isinstance(password, str) or not password or len(given) != 1:
        raise WrongUse(
            tr("Standard input holds no password."),
            tr("Give one JSON object on standard input, for example {example}.").format(example=EXAMPLE),
        )
    frame.station.credentials.keep_mail_password(user, password)
    frame.answer({"mail_user": user}, lambda: [tr("The password of {user} is in the keyring.").format(user=user)])


def _check(frame: Frame) -> None:
    from switchboard_app.app.outside import check_mail  # only verbs that ask a server load the network

    place = asyncio.run(check_mail(frame.station))
    frame.answer({"server": place}, lambda: [tr("The mail server {server} takes our sign-in.").format(server=place)])

"""What a sign-in of each kind of account consists of: the fields of its secret and what people call them.

One place for the command line (which fields the JSON on stdin has), the window (which fields it shows) and the
connectors' tests. Refuses to hold a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from switchboard_app.model.channel import Channel
from switchboard_app.model.language import mark


@dataclass(frozen=True, slots=True)
class SecretField:
    """`key` is the name in the keyring's entry; `words` and `hint` are for people. Not `hidden` ones are no secret.

    Where one signs in by the browser, `by_hand` ones are for those who bring their own tokens.
    """

    key: str
    words: str
    hint: str = ""
    needed: bool = False
    hidden: bool = True
    by_hand: bool = False
    asked: bool = False
    """The window does not go on without it; a script may say it otherwise, as an option of the account."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """`title` names the kind of account, `example` a name that people might give it.

    With `browser`, people sign in on the platform's own page (OAuth 2.0), and tokens by hand are the way for experts.
    """

    title: str
    example: str
    fields: tuple[SecretField, ...]
    browser: bool = False
    address: str = ""
    """What people call the address that such an account needs; empty where the platform has one place only."""
    address_example: str = ""


SIGN_INS: Mapping[Channel, SignIn] = {
    Channel.FACEBOOK: SignIn(
        mark("Facebook page"),
        "Rathaus Basel",
        (
            SecretField(
                "access_token", mark("Access token of the page"), mark("Better one of a system user"), needed=True
            ),
            SecretField("app_secret", mark("App secret"), mark("Where the app demands proof of it")),
        ),
    ),
    Channel.INSTAGRAM: SignIn(
        mark("Instagram account"),
        "Kanton Basel-Stadt",
        (
            SecretField(
                "access_token",
                mark("Access token of the page"),
                mark("Of the page that the Instagram account is connected to"),
                needed=True,
            ),
            SecretField("app_secret", mark("App secret"), mark("Where the app demands proof of it")),
        ),
    ),
    Channel.MASTODON: SignIn(
        mark("Mastodon account"),
        "Kanton Basel-Stadt",
        (
            SecretField(
                "access_token",
                mark("Access token"),
                mark("Of an application made in the account's settings"),
                needed=True,
            ),
        ),
        address=mark("Address of the instance"),
        address_example="https://mastodon.social",
    ),
    # The servers may as well be options of the account (``--option imap_host=…``): then the password is all.
    Channel.EMAIL: SignIn(
        mark("Mailbox"),
        "Telefonzentrale",
        (
            SecretField(
                "address", mark("Address of the mailbox"), "telefonzentrale@example.ch", hidden=False, asked=True
            ),
            SecretField("imap_host", mark("Server for reading (IMAP)"), "imap.example.ch", hidden=False, asked=True),
            SecretField("smtp_host", mark("Server for sending (SMTP)"), "smtp.example.ch", hidden=False, asked=True),
            SecretField("user", mark("User"), mark("Empty: the address"), hidden=False),
            SecretField("password", mark("Password"), needed=True),
            SecretField("smtp_password", mark("Password for sending"), mark("Where it is another one")),
        ),
    ),
    Channel.X: SignIn(
        mark("X account"),
        "Kanton Basel-Stadt",
        (
            SecretField(
                "client_id", mark("Client id of the app"), mark("Empty: the one in the settings"), hidden=False
            ),
            SecretField("access_token", mark("Access token"), needed=True, by_hand=True),
            SecretField(
                "refresh_token", mark("Refresh token"), mark("So that the sign-in renews itself"), by_hand=True
            ),
            SecretField("client_secret", mark("Client secret"), mark("Only for confidential clients"), by_hand=True),
        ),
        browser=True,
    ),
}


def must_and_may(kind: Channel) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which fields the secret of such an account must and may hold."""
    fields = SIGN_INS[kind].fields
    return tuple(one.key for one in fields if one.needed), tuple(one.key for one in fields if not one.needed)

"""Links in what people wrote: finding them, judging them, and the only way by which one is opened.

A link in a message leads only to http or https, and never at the first click: `open_link` shows the full
address with its host in ASCII and a second click opens it. What the policy denies is shown with the reason and
cannot be opened from here. Telephone numbers and mail addresses of our own directory may use tel: and mailto:
(`ours=True`). Refuses to fetch anything. Nothing else in the program calls QDesktopServices.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.spoof import marks, odd_places, visible

if TYPE_CHECKING:
    from linkify_it import LinkifyIt

MAX_ADDRESS = 2048
"""Longer ones are denied: nothing behind them can be read by a person, and Windows cuts them at 2,083."""

_WEB = re.compile(r"(https?)://([^/?#\\]+)([/?#].*)?", re.IGNORECASE | re.DOTALL)
_TEL = re.compile(r"tel:\+?[0-9][0-9 ().\-]{1,30}", re.IGNORECASE)
_MAILTO = re.compile(r"mailto:[A-Za-z0-9.!#$*+/=^_`{|}~'\-]{1,64}@[A-Za-z0-9.\-]{1,253}", re.IGNORECASE)
_INSIDE = (".local", ".localhost", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa")
_LATIN_LOOKING = frozenset("асԁеһіјӏорԛѕԝхуъьАВЕЅІЈКМНОРСТХУГвкмнтгпбздηικνορτυχγαεβΑΒΕΖΗΙΚΜΝΟΡΤΥΧօոսհգցԛ")
"""Cyrillic, Greek and Armenian letters of which whole words can be made that read as Latin ones."""


class Verdict(StrEnum):
    """What a click on a link may lead to."""

    DENY = "deny"
    CONFIRM = "confirm"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with what the person is told. `address` is what would be opened, `host` its host in ASCII; `why`
    is empty for CONFIRM.
    """

    verdict: Verdict
    address: str
    host: str = ""
    why: str = ""
    shown: str = ""


def judge(address: str, *, ours: bool = False) -> Judged:
    """What may be done with `address`; `ours` for addresses of our own directory, which may be tel: and mailto: as
    well.
    """
    if ours and (_TEL.fullmatch(address) or _MAILTO.fullmatch(address)):
        return Judged(Verdict.CONFIRM, address, address.partition(":")[2])
    parts = _WEB.fullmatch(address)
    if parts is None:
        return Judged(Verdict.DENY, address, why=tr("Only web addresses (http and https) can be opened."))
    if len(address) > MAX_ADDRESS:
        return Judged(Verdict.DENY, address[:MAX_ADDRESS], why=tr("This address is too long to be checked by eye."))
    authority = parts[2]
    if "@" in authority:
        return Judged(
            Verdict.DENY, address, why=tr("This address hides where it leads behind a name in front of an @.")
        )
    if any(c.isspace() or unicodedata.category(c) == "Cc" for c in address) or "\\" in address:
        return Judged(Verdict.DENY, address, why=tr("This address holds characters that do not belong into one."))
    if odd_places(authority):
        return Judged(Verdict.DENY, address, why=tr("The host of this address holds characters that cannot be seen."))
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    host = url.host(QUrl.ComponentFormattingOption.FullyEncoded)
    if not url.isValid() or not host or not host.isascii():
        return Judged(Verdict.DENY, address, why=tr("This is not a valid web address."))
    port = f":{url.port()}" if url.port() >= 0 else ""
    shown = f"{parts[1].lower()}://{f'[{host}]' if ':' in host else host}{port}{parts[3] or ''}"
    why = _warning(authority, host) or _odd_path(parts[3] or "")
    return Judged(Verdict.WARN if why else Verdict.CONFIRM, address, host, why, shown)


def _warning(authority: str, host: str) -> str:
    """Why a host deserves a second look; empty when nothing is odd."""
    name = host.strip(".").lower()
    if _is_number(name):
        return tr("This address leads to a number instead of a name. Public offices do not use such addresses.")
    if "." not in name or name.endswith(_INSIDE):
        return tr("This address leads into the own network, not to a public site.")
    if any(_imitates(label) for label in _labels(name)):
        return tr("The name in this address imitates another one with foreign letters.")
    typed = re.sub(r":\d*$", "", authority).strip(".").lower()
    if (typed.isascii() and typed != name) or unicodedata.normalize("NFKC", typed) != unicodedata.normalize(
        "NFC", typed
    ):
        return tr("The name in this address is written in an unusual way.")
    return ""


def _odd_path(rest: str) -> str:
    if odd_places(rest):
        return tr("This address holds characters that cannot be seen.")
    return ""


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def _labels(host: str) -> list[str]:
    """The labels of an ASCII host in the letters they stand for."""
    found = []
    for label in host.split("."):
        if label.startswith("xn--"):
            try:
                found.append(label[4:].encode().decode("punycode"))
            except UnicodeError:
                found.append(label)
        else:
            found.append(label)
    return found


def _imitates(label: str) -> bool:
    """Whether a label mixes alphabets, is made wholly of letters that read as Latin ones, or uses rare Latin
    letters.
    """
    if label.isascii():
        return False
    letters = [c for c in label if c.isalpha()]
    foreign = [c for c in letters if not c.isascii()]
    wholly = bool(foreign) and all(c in _LATIN_LOOKING for c in foreign)
    rare = any(
        "\u0250" <= c <= "\u02ff" or "\u1d00" <= c <= "\u1eff" or c in "\u0131\u0138\u0185\u01c0" for c in foreign
    )
    return wholly or rare or bool(marks(label))


@lru_cache(maxsize=1)
def _finder() -> LinkifyIt:
    from linkify_it import LinkifyIt

    return LinkifyIt(
        {"ftp:": None, "mailto:": None, "//": None}, {"fuzzy_email": False, "fuzzy_ip": False, "fuzzy_link": True}
    )


def find_links(shown: str) -> list[look.Span]:
    """The web addresses in `shown`, a text as it stands on the screen (`visible(text)`), for `look.Paragraph`.

    Addresses that `judge` denies are left as text, and so are those that hold written-out invisible characters.
    A name without a scheme ("www.bs.ch") leads to https.
    """
    if "." not in shown or len(shown) > 50_000:
        return []
    found = []
    for match in _finder().match(shown) or ():
        if "[U+" in shown[match.index : match.last_index]:
            continue
        address = match.url if match.schema else f"https://{match.url.removeprefix('http://')}"
        if judge(address).verdict is not Verdict.DENY:
            found.append(look.Span(match.index, match.last_index, address))
    return found


class LinkSheet(look.Sheet):
    """Asks before a link is opened, with the whole address; or says why it is not."""

    def __init__(self, window: QWidget, judged: Judged) -> None:
        super().__init__(window, tr("Open this link?"), width=560)
        self.judged = judged
        self.closed.connect(self.deleteLater)
        denied = judged.verdict is Verdict.DENY
        if denied:
            self.title.setText(tr("This link is not opened"))
        else:
            self.body.addWidget(look.Label(tr("It leads to:"), look.Type.SECONDARY_MEDIUM, "muted"))
            self.body.addWidget(look.Paragraph(judged.host, role=look.Type.TITLE))
        if judged.why:
            self.body.addWidget(look.Banner(judged.why, look.Kind.BAD if denied else look.Kind.LATE))
        self.body.addWidget(look.Label(tr("Full address"), look.Type.SECONDARY_MEDIUM, "muted"))
        self.address = look.TextField(tr("Full address"), lines=1, most=6)
        self.address.setReadOnly(True)
        self.address.setPlainText(visible(judged.shown or judged.address))
        self.body.addWidget(self.address)
        self._add_buttons(denied=denied)

    def _add_buttons(self, *, denied: bool) -> None:
        self.copy_button = look.KeyButton(tr("Copy address"), quiet=True)
        self.copy_button.clicked.connect(self._copy)
        self.cancel_button = look.KeyButton(tr("Close") if denied else tr("Cancel"), "Esc")
        self.cancel_button.clicked.connect(self.close)
        self.foot.addWidget(self.copy_button)
        self.foot.addStretch(1)
        self.foot.addWidget(self.cancel_button)
        self.open_button: look.KeyButton | None = None
        if not denied:
            web = self.judged.address.lower().startswith("http")
            self.open_button = look.KeyButton(tr("Open in the browser") if web else tr("Open"), primary=True)
            self.open_button.clicked.connect(self._open)
            self.foot.addWidget(self.open_button)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.judged.address)

    def _open(self) -> None:
        """The second click. What is opened is what was judged and shown, in the form Qt and the browser read alike."""
        url = QUrl(self.judged.address, QUrl.ParsingMode.StrictMode)
        self.close()
        QDesktopServices.openUrl(QUrl(url.toString(QUrl.ComponentFormattingOption.FullyEncoded)))


def open_document(path: Path) -> bool:
    """Open a file that this program wrote itself with the system's program; the second step was `opening`'s sheet.

    False when the system knows no program for it.
    """
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def open_sign_in(address: str) -> bool:
    """Open a platform's page for signing in, at an address that this program made itself, after a click for it.

    False when no browser could be opened. Anything but https is refused, except on this very computer.
    """
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    here = url.scheme() == "http" and url.host() in ("127.0.0.1", "::1")
    if not url.isValid() or not (url.scheme() == "https" or here):
        return False
    return QDesktopServices.openUrl(url)


def open_link(over: QWidget, address: str, *, ours: bool = False) -> LinkSheet:
    """Ask over the window of `over` whether to open `address`; nothing is opened before a second click, denied
    ones never.

    `ours` says that the address comes from our own directory, not from a citizen.
    """
    sheet = LinkSheet(over.window(), judge(address, ours=ours))
    sheet.open(sheet.cancel_button)
    return sheet

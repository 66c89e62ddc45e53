"""Links in what people wrote: found, judged, and opened only at a second click."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from switchboard_app.ui import look
from switchboard_app.ui.links import MAX_ADDRESS, Verdict, find_links, judge, open_link
from tests.ui.corpora import cases

OpenWindow = Callable[[QWidget], QWidget]


# --- links --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        ("https://www.bs.ch/", Verdict.CONFIRM),
        ("HTTPS://EXAMPLE.ORG", Verdict.CONFIRM),
        ("https://example.org:8443/x?y=z#w", Verdict.CONFIRM),
        ("https://bäsel.example/", Verdict.CONFIRM),
        ("https://пример.рф/", Verdict.CONFIRM),
        ("https://www.bs.ch@example.org/", Verdict.DENY),
        ("https://user:pw@example.org/", Verdict.DENY),
        ("https://www.bs.ch\\@example.org/", Verdict.DENY),
        ("java\nscript:alert(1)", Verdict.DENY),
        ("file:///etc/passwd", Verdict.DENY),
        ("tel:117", Verdict.DENY),
        ("mailto:a@example.org", Verdict.DENY),
        ("https:example.org", Verdict.DENY),
        ("https://exa\u200bmple.org/", Verdict.DENY),
        ("https://example.org:99999/", Verdict.DENY),
        ("https://a..b/", Verdict.DENY),
        (f"https://example.org/{'a' * MAX_ADDRESS}", Verdict.DENY),
        ("https://xn--80ak6aa92e.com/", Verdict.WARN),
        ("https://p\u0430ypal.com/", Verdict.WARN),
        ("https://127.0.0.1/", Verdict.WARN),
        ("http://2130706433/", Verdict.WARN),
        ("https://[::1]/", Verdict.WARN),
        ("https://intranet/", Verdict.WARN),
        ("https://drucker.local/", Verdict.WARN),
        ("https://\uff45xample.org/", Verdict.WARN),
        ("https://example.org/\u202egpj.exe", Verdict.WARN),
    ],
)
def test_links_are_judged(address: str, verdict: Verdict) -> None:
    judged = judge(address)
    assert judged.verdict is verdict
    assert bool(judged.why) == (verdict is not Verdict.CONFIRM)
    assert judged.host.isascii()
    if verdict is not Verdict.DENY:
        assert judged.host in judged.shown


@pytest.mark.parametrize("case", cases("own", "link_policy.json"))
def test_link_policy_of_the_corpus(case: dict[str, str]) -> None:
    assert judge(case["url"]).verdict.value == case["expect"]


def test_our_own_directory_may_name_telephones_and_mail() -> None:
    assert judge("tel:+41 61 267 81 81", ours=True).verdict is Verdict.CONFIRM
    assert judge("mailto:strassen@example.org", ours=True).verdict is Verdict.CONFIRM
    assert judge("mailto:a@example.org?attach=/etc/passwd", ours=True).verdict is Verdict.DENY
    assert judge("tel:117;ext=1", ours=True).verdict is Verdict.DENY
    assert judge("file:///etc/passwd", ours=True).verdict is Verdict.DENY


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("siehe www.bs.ch und https://example.org/a_(b).", ["https://www.bs.ch", "https://example.org/a_(b)"]),
        ("(https://bs.ch) 👍 https://münchen.de/ü", ["https://bs.ch", "https://münchen.de/ü"]),
        ("mail a@example.org, ftp://x.y/z //host/share file:///etc/passwd", []),
        ("https://user:pw@example.org/ javascript:alert(1)", []),
        ("Bitte um 10.30 Uhr, z.B. die Datei.exe", []),
        ("https://example.org/[U+202E]gpj.exe", []),
        ("a." * 20_000, []),
    ],
)
def test_links_are_found_in_text(text: str, found: list[str]) -> None:
    spans = find_links(text)
    assert [span.address for span in spans] == found
    assert all(span.address.removeprefix("https://") in text[span.start : span.end] for span in spans)


class Opened(QObject):
    """Stands where the system's browser would be started."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.addresses.append(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))


@pytest.fixture
def opened() -> Iterator[Opened]:
    made = Opened()
    schemes = ("http", "https", "tel", "mailto", "file", "ftp", "ssh", "smb", "javascript", "chrome", "about", "data")
    for scheme in schemes:
        QDesktopServices.setUrlHandler(scheme, made, "open")  # type: ignore[arg-type]  # the stub is wrong: it takes a str
    yield made
    for scheme in schemes:
        QDesktopServices.unsetUrlHandler(scheme)


@pytest.fixture
def window(open_window: OpenWindow) -> QWidget:
    made = open_window(QWidget())
    made.resize(900, 700)
    return made


def test_only_the_second_click_opens_a_link(window: QWidget, opened: Opened) -> None:
    sheet = open_link(window, "https://bäsel.example/a b".replace(" ", "%20"))
    QApplication.processEvents()
    assert opened.addresses == []
    assert sheet.cancel_button.hasFocus(), "Return must not open anything by accident"
    shown = [p.text() for p in sheet.findChildren(look.Paragraph)]
    assert "xn--bsel-loa.example" in shown
    assert sheet.address.toPlainText() == "https://xn--bsel-loa.example/a%20b"
    assert sheet.open_button is not None
    QTest.mouseClick(sheet.open_button, Qt.MouseButton.LeftButton)
    assert opened.addresses == ["https://xn--bsel-loa.example/a%20b"]
    assert not sheet.isVisible()


def test_esc_and_return_open_nothing(window: QWidget, opened: Opened) -> None:
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        sheet = open_link(window, "https://example.org/")
        QTest.keyClick(sheet.cancel_button, key)
        assert not sheet.isVisible()
    assert opened.addresses == []


def test_a_denied_link_has_no_button_that_opens_it(window: QWidget, opened: Opened) -> None:
    sheet = open_link(window, "file:///etc/passwd")
    assert sheet.open_button is None
    assert len([b for b in sheet.findChildren(look.KeyButton) if b.isVisible()]) == 2
    QTest.mouseClick(sheet.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "file:///etc/passwd"
    assert opened.addresses == []


def test_a_doubtful_link_comes_with_a_warning(window: QWidget) -> None:
    sheet = open_link(window, "https://xn--80ak6aa92e.com/")
    warnings = [banner for banner in sheet.findChildren(look.Banner) if banner.isVisible()]
    assert len(warnings) == 1
    assert "imitates" in warnings[0].accessibleName()


@pytest.mark.parametrize("case", cases("own", "link_policy.json"))
def test_no_link_of_the_corpus_opens_without_the_second_click(
    window: QWidget, opened: Opened, case: dict[str, str]
) -> None:
    sheet = open_link(window, case["url"])
    QApplication.processEvents()
    assert opened.addresses == []
    assert (sheet.open_button is None) == (case["expect"] == "deny")
    assert window.rect().contains(sheet.card.geometry()), "a long address does not push the buttons out"

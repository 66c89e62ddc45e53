"""Text of strangers on the screen: shown exactly, never interpreted; disguises marked; links never opened at once."""

from __future__ import annotations

import ctypes
import http.server
import json
import os
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QUrl, Slot
from PySide6.QtGui import QAccessible, QColor, QDesktopServices, QGuiApplication, QHelpEvent, QImage, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.ui import look
from switchboard_app.ui.links import MAX_ADDRESS, Verdict, find_links, judge, open_link
from switchboard_app.ui.plain import (
    PlainLabel,
    add_plain_action,
    isolated,
    plain_button_text,
    plain_message_box,
    plain_text,
    plain_title,
    plain_tooltip,
)
from switchboard_app.ui.spoof import Marks, marks, visible

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"
OpenWindow = Callable[[QWidget], QWidget]

MARKUP = [
    "<b>Hallo</b>",
    "a < b und c > d",
    '<img src="{PROBE}/a.png"><img src="file://{CANARY}"><img src="{CANARY}">',
    '<span style="background-image:url({PROBE}/b.png)">x</span>',
    "<font size=1000>gross</font><h1 style='font-size:4000pt'>X</h1>",
    "<!-- alles weg -->sichtbar",
    "&lt;b&gt; &amp; &#x41; &nbsp;",
    "A&B Dienste && &Datei",
    "Titel [*] geändert",
    "*fett* _kursiv_ [Link](https://example.org) ![Bild]({PROBE}/m.png)",
    "%1 {0} {name.__class__} %s $(id)",
    "<qt>versteckt</qt>",
    "<table><tr><td>1</table>",
    "<div>" * 400,
    "   Leerzeichen   ",
]


def corpus(*parts: str) -> list[dict[str, object]]:
    """The cases of a shared corpus; none where it does not lie beside the checkout."""
    path = SHARED.joinpath(*parts)
    if not path.is_file():
        return []
    read = json.loads(path.read_text(encoding="utf-8"))
    return read["cases"] if isinstance(read, dict) else [{"id": f"b{i}", "text": text} for i, text in enumerate(read)]


def cases(*parts: str) -> list[object]:
    """Parameters from a shared corpus; one that skips, with its reason, where there is none."""
    found: list[object] = [pytest.param(case, id=str(case["id"])) for case in corpus(*parts)]
    reason = f"no ../shared/corpora/{'/'.join(parts)} beside this checkout"
    return found or [pytest.param({}, id="absent", marks=pytest.mark.skip(reason=reason))]


# --- nothing is interpreted ---------------------------------------------------------------------------------------


class Probe:
    """A web server on loopback that counts requests, and a picture that notices being opened."""

    def __init__(self, canary: Path) -> None:
        self.requests: list[str] = []
        outer = self

        class Counting(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append(self.path)
                self.send_error(404)

            def log_message(self, *_arguments: object) -> None:
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Counting)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.canary = canary
        picture = QImage(40, 40, QImage.Format.Format_RGB32)
        picture.fill(QColor(255, 0, 0))
        picture.save(str(canary))
        self._inotify = self._watch()

    def _watch(self) -> int | None:
        """Ask the kernel to tell when the canary is opened (Linux only)."""
        if sys.platform != "linux":
            return None
        libc = ctypes.CDLL(None, use_errno=True)
        handle = int(libc.inotify_init1(os.O_NONBLOCK))
        libc.inotify_add_watch(handle, str(self.canary).encode(), 0x20)
        return handle

    def opened(self) -> bool:
        if self._inotify is None:
            return False
        try:
            return bool(struct.unpack_from("iI", os.read(self._inotify, 4096))[1] & 0x20)
        except BlockingIOError:
            return False

    def fill(self, text: str) -> str:
        return text.replace("{PROBE}", self.address).replace("{CANARY}", str(self.canary))

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        if self._inotify is not None:
            os.close(self._inotify)


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Iterator[Probe]:
    made = Probe(tmp_path_factory.mktemp("probe") / "canary.png")
    yield made
    made.close()


def test_the_probe_notices(probe: Probe, qapp: QApplication) -> None:
    assert not probe.opened()
    assert not QImage(str(probe.canary)).isNull()
    assert probe.opened()


def show_everywhere(window: QWidget, text: str) -> None:
    """Put `text` into everything that shows text, and check that it comes back as it went in."""
    column = QVBoxLayout(window)
    plain = PlainLabel(text, wrap=True)
    short = look.elided(text)
    paragraph = look.Paragraph(text)
    field = look.TextField("Text")
    line = look.LineField("Zeile")
    combo = look.ComboField("Wahl")
    field.setPlainText(text)
    line.setText(text)
    combo.addItem(text)
    buttons = [look.KeyButton(text), look.NavRow(text, 3), look.Radio(text), look.Check(text), look.Tab(text)]
    chip = look.ChipLabel(text)
    for widget in (
        plain,
        short,
        paragraph,
        field,
        line,
        combo,
        *buttons,
        chip,
        look.Banner(text),
        look.EventLine(text),
    ):
        column.addWidget(widget)
    card = look.Card(text)
    value = card.add_row(text, text)
    column.addWidget(card)
    plain_tooltip(plain, text)
    window.setWindowTitle(plain_title("Switchboard", text))
    assert plain.text() == visible(text)
    assert plain.source() == paragraph.source() == text
    assert short.text() == plain_text(text)
    assert paragraph.text() == visible(text)
    assert value is not None
    assert value.text() == visible(text)
    assert chip.chip().text == plain_text(text)
    for button in buttons:
        assert plain_text(text) in name_of(button) or not text.strip()
        assert button.shortcut().isEmpty(), "no & became a key"


def name_of(widget: QWidget) -> str:
    face = QAccessible.queryAccessibleInterface(widget)
    assert face is not None
    return str(face.text(QAccessible.Text.Name))


def check_shown(qtbot: QtBot, probe: Probe, text: str) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    show_everywhere(window, probe.fill(text))
    window.resize(700, 900)
    window.show()
    QApplication.processEvents()
    window.grab()
    assert window.width() <= 4000, "nothing was blown up"
    assert probe.requests == []
    assert not probe.opened()


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_shown_and_nothing_is_fetched(qtbot: QtBot, probe: Probe, text: str) -> None:
    probe.opened()
    check_shown(qtbot, probe, text)


@pytest.mark.parametrize("case", cases("own", "qt_markup.json"))
def test_markup_of_the_corpus(qtbot: QtBot, probe: Probe, case: dict[str, str]) -> None:
    probe.opened()
    assert visible(case["text"]) == case["text"], "no case holds anything that would have to be written out"
    check_shown(qtbot, probe, case["text"])


def test_naughty_strings_of_the_corpus(qtbot: QtBot, probe: Probe) -> None:
    found = corpus("third_party", "blns.json")
    if not found:
        pytest.skip("no ../shared/corpora/third_party/blns.json beside this checkout")
    probe.opened()
    for case in found:
        text = str(case["text"])
        window = QWidget()
        label, paragraph, field = PlainLabel(text, window), look.Paragraph(text, window), look.TextField("x", window)
        field.setPlainText(text)
        window.grab()
        assert label.source() == paragraph.source() == text
        assert label.text() == visible(text)
        if "\r" not in text and not text.startswith(
            ("\ufeff", "\ufffe")
        ):  # PySide drops a byte-order mark at a string's start
            assert field.toPlainText() == text.replace("\u2029", "\n").replace("\u2028", "\n")
        window.deleteLater()
    assert probe.requests == []
    assert not probe.opened()


@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
@pytest.mark.parametrize("text", MARKUP)
def test_a_tool_tip_shows_exactly_its_text(qtbot: QtBot, probe: Probe, text: str) -> None:
    probe.opened()
    text = probe.fill(text)
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    plain_tooltip(widget, text)
    document = QTextDocument()
    document.setHtml(widget.toolTip())
    assert document.toRawText() == text
    assert widget.accessibleDescription() == text
    at = QPoint(3, 3)
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
    QApplication.processEvents()
    assert probe.requests == []
    assert not probe.opened()


@pytest.mark.parametrize("text", MARKUP)
def test_a_message_box_shows_exactly_its_text(qtbot: QtBot, probe: Probe, text: str) -> None:
    probe.opened()
    text = probe.fill(text)
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    role = QMessageBox.ButtonRole
    box, (keep, drop) = plain_message_box(
        window, "Titel [*]", text, detail=text, buttons=[("A&B", role.AcceptRole), ("Verwerfen", role.RejectRole)]
    )
    box.open()
    assert (box.text(), box.informativeText()) == (text, text)
    assert box.textFormat() is Qt.TextFormat.PlainText
    assert keep.text() == "A&&B"
    with qtbot.waitSignal(box.finished):
        QTest.mouseClick(drop, Qt.MouseButton.LeftButton)
    assert probe.requests == []
    assert not probe.opened()


def test_a_message_box_without_buttons_gets_one(qtbot: QtBot) -> None:
    box, buttons = plain_message_box(None, "Titel", "Text")
    qtbot.addWidget(box)
    assert len(buttons) == 1


def test_a_label_refuses_rich_text(qtbot: QtBot) -> None:
    label = PlainLabel("x")
    qtbot.addWidget(label)
    with pytest.raises(ValueError, match="plain text"):
        label.setTextFormat(Qt.TextFormat.RichText)
    label.setTextFormat(Qt.TextFormat.PlainText)


def test_a_label_takes_the_room_of_the_characters_not_of_markup(qtbot: QtBot) -> None:
    label = PlainLabel("<font size=1000>gross</font>")
    qtbot.addWidget(label)
    assert label.sizeHint().width() == pytest.approx(label.fontMetrics().horizontalAdvance(label.text()), abs=3)
    assert label.sizeHint().height() < 2 * label.fontMetrics().height()


def test_an_elided_label_asks_for_no_room_and_stays_on_one_line(qtbot: QtBot) -> None:
    label = look.elided("Zeile eins\nZeile zwei " * 20)
    qtbot.addWidget(label)
    assert "\n" not in label.text()
    assert label.minimumSizeHint().width() < 40
    label.resize(QSize(120, 20))
    assert not label.grab().isNull()


def test_menus_titles_and_buttons_keep_their_signs(qtbot: QtBot) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    assert add_plain_action(menu, "A&B\nDienste").text() == "A&&B Dienste"
    assert plain_button_text("&Datei") == "&&Datei"
    window = QWidget()
    qtbot.addWidget(window)
    window.setWindowTitle(plain_title("Titel [*]", "", "x"))
    assert "[*]" not in window.windowTitle()
    assert window.windowTitle().endswith("· x")


def test_a_list_shows_one_line() -> None:
    assert plain_text("Anna\nAdmin:\r\nfrei\u2028gegeben\tx") == "Anna Admin: frei gegeben x"
    assert plain_text("a\nb", " ⏎ ") == "a ⏎ b"


# --- disguises ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seen", "found"),
    [
        ("Sandra Brodbeck", "Sandra Brodbeck", Marks()),
        ("Admin\u202egnp.exe", "Admin[U+202E]gnp.exe", Marks(bidi=True)),
        ("a\u2066b\u2069", "a[U+2066]b[U+2069]", Marks(bidi=True)),
        ("Sup\u200bport", "Sup[U+200B]port", Marks(invisible=True)),
        ("Po\u00adlizei", "Po[U+00AD]lizei", Marks(invisible=True)),
        ("\x1b[31mrot", "[U+001B][31mrot", Marks(invisible=True)),
        ("nul\0l", "nul\ufffdl", Marks(invisible=True)),
        ("halb\ud800", "halb\ufffd", Marks(invisible=True)),
        ("\u200fMarie", "[U+200F]Marie", Marks(bidi=True)),
        ("K\u0430nton", "K\u0430nton", Marks(lookalike=True)),
        ("\U0001d400dmin", "\U0001d400dmin", Marks(lookalike=True)),
        ("\u24b6dmin", "\u24b6dmin", Marks(lookalike=True)),
        ("p\u0251ypal", "p\u0251ypal", Marks(lookalike=True)),
        ("Za\u0300\u0301\u0302\u0303lgo", "Za\u0300\u0301\u0302\u0303lgo", Marks(stack=True)),
        ("eins\r\nzwei\u2029drei\rvier", "eins\nzwei\ndrei\nvier", Marks()),
    ],
)
def test_disguises_are_marked_and_written_out(text: str, seen: str, found: Marks) -> None:
    assert visible(text) == seen
    assert marks(text) == found
    assert bool(found) == (found != Marks())


@pytest.mark.parametrize(
    "name",
    [
        "Müller", "Mu\u0308ller", "Yılmaz", "Łukasz Wójcik", "Мария Иванова", "Νίκος Παππάς", "דוד Cohen", "محمد علي",
        "שָׁלוֹם", "नमस्ते", "क्\u200dष", "می\u200cخواهم", "สวัสดี", "王小明", "田中さん", "김철수",
        "Nguyễn Thị Ánh", "ＡＤＭＩＮ",
        "\u200fمحمد", "Anna 👩🏽\u200d🚒", "❤\ufe0f", "1\ufe0f\u20e3", "🇨🇭",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "10 µm", "1ª", "Ludwig Ⅳ", "O’Brien-Smith", "Հայկ", "გიორგი",
    ],
)  # fmt: skip
def test_honest_names_are_left_alone(name: str) -> None:
    assert marks(name) == Marks()
    assert visible(name) == name


@pytest.mark.parametrize("case", cases("own", "display_spoof.json"))
def test_disguises_of_the_corpus(case: dict[str, object], qtbot: QtBot) -> None:
    text = str(case["text"])
    found = marks(text)
    assert {name: int(getattr(found, name)) for name in ("bidi", "invisible", "lookalike", "stack")} == {
        name: case[name] for name in ("bidi", "invisible", "lookalike", "stack")
    }
    label = PlainLabel(text)
    qtbot.addWidget(label)
    assert label.source() == text
    assert not any(control in label.text() for control in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_a_name_is_isolated_from_its_sentence() -> None:
    assert isolated("محمد") == "\u2068محمد\u2069"


def test_a_long_message_is_cleaned_fast_enough() -> None:
    text = "Grüezi, ich hätte da eine Frage. \u202e" * 5000
    assert visible(text).count("[U+202E]") == 5000


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

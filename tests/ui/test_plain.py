"""Text of strangers on the screen: shown exactly, never interpreted; disguises marked; links never opened at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QAccessible, QHelpEvent, QImage, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.ui import look
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
from tests.ui.corpora import cases, corpus
from tests.ui.probe import Probe

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


# --- nothing is interpreted ---------------------------------------------------------------------------------------


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

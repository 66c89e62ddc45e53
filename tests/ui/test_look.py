"""The look: contrasts, themes, text scale, names, focus and tab order of every part."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QFont, QFontInfo, QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.ui import look
from switchboard_app.ui.look import fonts, theme
from switchboard_app.ui.look.tokens import CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT, TYPE, Tokens
from switchboard_app.ui.plain import PlainLabel

UI = Path(__file__).resolve().parents[2] / "switchboard_app" / "ui"
OpenWindow = Callable[[QWidget], QWidget]

# Every ink that `look` puts on a ground.
PAIRS = [
    *(
        (ink, ground)
        for ink in ("text", "muted", "accent")
        for ground in ("window", "pane", "side", "selected", "hover")
    ),
    *((ink, "pane") for ink in ("good", "late", "bad")),
    *((f"{tone}", f"{tone}_ground") for tone in ("good", "late", "bad")),
    *(("text", f"{tone}_ground") for tone in ("good", "late", "bad", "accent", "note")),
    ("muted", "neutral_ground"),
    ("muted", "accent_ground"),
    ("muted", "note_ground"),
    ("accent", "accent_ground"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("bubble_in_text", "bubble_in"),
    ("bubble_out_text", "bubble_out"),
    *(("on_mark", mark) for mark in ("phone", "facebook", "x", "mail")),
    ("pane", "muted"),
    ("on_toast", "toast"),
    ("toast_action", "toast"),
]


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK, CONTRAST_LIGHT, CONTRAST_DARK], ids=lambda t: t.name)
def test_every_text_can_be_read_on_its_ground(tokens: Tokens) -> None:
    least = 7.0 if tokens.name.startswith("contrast") else 4.5
    weak = {
        f"{ink} on {ground}": round(contrast(getattr(tokens, ink), getattr(tokens, ground)), 2)
        for ink, ground in PAIRS
        if contrast(getattr(tokens, ink), getattr(tokens, ground)) < (least if ink in ("text", "muted") else 4.5)
    }
    assert not weak


@pytest.mark.parametrize("tokens", [CONTRAST_LIGHT, CONTRAST_DARK], ids=lambda t: t.name)
def test_lines_of_the_high_contrast_themes_are_seen(tokens: Tokens) -> None:
    assert all(contrast(getattr(tokens, line), tokens.pane) >= 4.5 for line in ("line", "control_line", "accent"))


def test_only_tokens_name_colours() -> None:
    named = re.compile(
        r"""#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}["']|rgba?\(|GlobalColor\.(?!transparent)|QColor\(\s*["'\d]"""
    )
    offences = [
        f"{path.relative_to(UI)}:{number}"
        for path in UI.rglob("*.py")
        if path.name != "tokens.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if named.search(line)
    ]
    assert not offences


def test_tokens_are_the_designs() -> None:
    assert (LIGHT.window, LIGHT.pane, LIGHT.side) == ("#f4f5f7", "#ffffff", "#eceef1")
    assert (DARK.accent, DARK.on_accent, DARK.accent_ground) == ("#4fb6c6", "#08272d", "#17343a")
    assert TYPE[look.Type.BODY][0] == 13
    assert (look.ROW, look.ROW_COMPACT, look.RADIUS) == (76, 56, 8)


# --- theme --------------------------------------------------------------------------------------------------------


class Watcher(QObject):
    """Counts how often it is told to retheme."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def retheme(self) -> None:
        self.times += 1


def test_everything_follows_a_change_of_theme(qapp: QApplication) -> None:
    watcher = Watcher()
    look.follow(watcher.retheme)
    label = look.Label("x", tone="muted")
    look.apply(qapp, "dark")
    assert watcher.times == 2
    assert look.current() is DARK
    assert label.palette().windowText().color() == look.color("muted")
    assert qapp.palette().window().color().name() == DARK.window
    look.apply(qapp, look.Theme.LIGHT)
    assert label.palette().windowText().color().name() == LIGHT.muted


def test_a_widget_that_is_gone_is_not_called(qapp: QApplication) -> None:
    label = look.Label("x")
    label.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    del label
    look.apply(qapp, "dark")


def test_system_theme_follows_the_system_while_running(qapp: QApplication) -> None:
    hints = qapp.styleHints()  # off-screen the system never speaks, so the test emits what it would
    wishes = hints.accessibility()
    look.apply(qapp, look.Theme.SYSTEM)
    assert look.current() is LIGHT
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert look.current() is DARK
    wishes.contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
    assert look.current() is CONTRAST_DARK
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert look.current() is CONTRAST_LIGHT
    wishes.contrastPreferenceChanged.emit(Qt.ContrastPreference.NoPreference)
    assert look.current() is LIGHT
    look.apply(qapp, look.Theme.LIGHT)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert look.current() is LIGHT, "a chosen theme does not follow the system"


def test_an_unknown_theme_is_refused(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="pink"):
        look.apply(qapp, "pink")


def test_scale_reaches_every_size(qapp: QApplication) -> None:
    button, field, row = look.KeyButton("Senden", "E"), look.LineField("x"), look.NavRow("Eingang", 12)
    small = (button.sizeHint(), field.height(), row.sizeHint().height(), look.font().pixelSize())
    look.apply(qapp, "light", 2.0)
    assert look.px(76) == 152
    assert look.font().pixelSize() == 2 * small[3] == 26
    assert row.sizeHint().height() == 2 * small[2]
    assert field.height() == 2 * small[1]
    assert abs(button.sizeHint().width() - 2 * small[0].width()) < 10
    assert qapp.font().pixelSize() == 26


@pytest.mark.parametrize(("asked", "given"), [(0.5, 1.0), (1.25, 1.25), (5.0, 2.0)])
def test_scale_is_held_in_bounds(qapp: QApplication, asked: float, given: float) -> None:
    look.apply(qapp, "light", asked)
    assert look.scale() == given


def test_bundled_font_is_used_and_figures_are_tabular() -> None:
    assert fonts.family() == "Inter"
    assert QFontInfo(look.font(look.Type.TITLE)).family() == "Inter"
    assert look.font(look.Type.TITLE).weight() == QFont.Weight.DemiBold
    wide = {look.metrics(figures=True).horizontalAdvance(d) for d in "0123456789"}
    assert len(wide) == 1
    assert fonts.is_figures("09:41")
    assert fonts.is_figures("1’284")
    assert not fonts.is_figures("E-Mail")
    assert look.text_width("11:11") == look.text_width("00:00")


# --- icons and marks ----------------------------------------------------------------------------------------------


def colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_icons_take_the_colour_of_the_theme_in_use(qapp: QApplication) -> None:
    icon = look.icon("search", "accent")
    light = colours(icon.pixmap(QSize(32, 32), 1.0).toImage())
    assert LIGHT.accent in light
    look.apply(qapp, "dark")
    dark = colours(icon.pixmap(QSize(32, 32), 1.0).toImage())
    assert DARK.accent in dark
    assert LIGHT.accent not in dark


def test_icons_are_crisp_at_twice_the_pixels() -> None:
    assert look.icon("search").pixmap(QSize(16, 16), 2.0).size() == QSize(32, 32)


@pytest.mark.parametrize("name", ["../x", "a/b", "A", ""])
def test_icon_names_are_no_paths(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of an icon"):
        look.icon(name)


def test_a_missing_icon_is_no_reason_to_fail() -> None:
    assert not look.icon("no-such-icon").pixmap(16, 16).isNull()


@pytest.mark.parametrize("kind", ["phone", "facebook", "x", "mail", "other"])
def test_marks_are_drawn_on_their_own_colour(kind: str) -> None:
    image = QImage(52, 52, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    look.channel_mark(painter, QRectF(0, 0, 52, 52), kind)
    painter.end()
    seen = colours(image)
    assert getattr(LIGHT, kind, LIGHT.muted) in seen
    assert LIGHT.on_mark in seen
    assert image.pixelColor(0, 0).alpha() == 0, "the corner is round"


# --- chips --------------------------------------------------------------------------------------------------------


def test_chips_end_where_the_room_ends() -> None:
    image = QImage(200, 40, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    chips = [look.Chip("Antwort bis 11:30", look.Tone.LATE), look.Chip("Amt für Umwelt und Energie"), look.Chip("FR")]
    end = look.paint_chips(painter, 0, 4, 180, chips)
    painter.end()
    assert look.chip_size(chips[0]).width() < end <= 180
    assert not any(image.pixelColor(x, 12).alpha() for x in range(181, 200))


def test_a_chip_says_its_words_to_a_screen_reader() -> None:
    chip = look.ChipLabel("Antwort bis 11:30", look.Tone.LATE)
    assert spoken(chip) == "Antwort bis 11:30"
    chip.set_chip("Überfällig\n12 min", look.Tone.BAD)
    assert spoken(chip) == "Überfällig 12 min"


# --- the gallery: names, focus, tab order, nothing cut off --------------------------------------------------------


def spoken(widget: QWidget) -> str:
    face = QAccessible.queryAccessibleInterface(widget)
    assert face is not None
    return str(face.text(QAccessible.Text.Name))


@pytest.fixture(scope="module")
def gallery() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gallery", Path(__file__).with_name("gallery.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def controls(whole: QWidget) -> list[QWidget]:
    """What the keyboard can reach."""
    return [
        widget
        for widget in whole.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisibleTo(whole)
        and widget.isEnabled()
        and not isinstance(widget, QScrollArea)
        and widget.objectName() != "qt_scrollarea_viewport"
    ]


def test_every_control_has_a_name(gallery: ModuleType, qtbot: QtBot) -> None:
    for build in (gallery.window, gallery.parts):
        whole = build()
        qtbot.addWidget(whole)
        whole.show()
        nameless = [type(widget).__name__ for widget in controls(whole) if not spoken(widget)]
        assert not nameless
        assert len(controls(whole)) > 10


def test_every_control_shows_where_the_keyboard_is(gallery: ModuleType, open_window: OpenWindow) -> None:
    whole = open_window(gallery.parts())
    blind = []
    for widget in controls(whole):
        elsewhere = whole.findChildren(look.IconButton)[0]
        (elsewhere if widget is not elsewhere else whole.findChildren(look.KeyButton)[0]).setFocus()
        QApplication.processEvents()
        without = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        assert widget.hasFocus()
        if widget.grab().toImage() == without:
            blind.append(type(widget).__name__)
    assert not blind


def test_tab_reaches_every_control_in_reading_order(gallery: ModuleType, open_window: OpenWindow) -> None:
    window = open_window(QWidget())
    window.resize(900, 700)
    sheet = gallery.phone_note(window)
    sheet.open()
    QApplication.processEvents()
    first = QApplication.focusWidget()
    seen: list[QWidget] = []
    for _ in range(40):
        now = QApplication.focusWidget()
        assert now is not None
        if seen and now is first:
            break
        seen.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
    assert len(seen) == len({*map(id, seen)})
    wanted = {w for w in controls(sheet) if not isinstance(w, look.Radio) or w.isChecked()}
    assert wanted <= set(seen)
    places = [w.mapTo(window, QPoint(0, 0)).y() // 40 for w in seen]
    assert sum(later < earlier for earlier, later in pairwise(places)) <= 1, "only the second column goes up again"


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_no_text_is_cut_off(gallery: ModuleType, qtbot: QtBot, qapp: QApplication, scale: float) -> None:
    look.apply(qapp, "light", scale)
    for build, width, height in ((gallery.window, 1440, 900), (gallery.parts, 860, 1010)):
        whole = build()
        qtbot.addWidget(whole)
        whole.resize(round(width * scale), round(height * scale))
        whole.show()
        qapp.processEvents()
        cut = [
            f"{type(w).__name__} {spoken(w)[:30]}"
            for w in whole.findChildren(QWidget)
            if isinstance(w, PlainLabel | look.KeyButton | look.Tab | look.ChipLabel | look.Radio | look.Paragraph)
            and w.isVisible()
            and not (isinstance(w, PlainLabel) and w.elides())
            and (w.height() < needed_height(w) or w.width() < needed_width(w))
        ]
        assert not cut


def needed_height(widget: QWidget) -> int:
    return widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else widget.sizeHint().height()


def needed_width(widget: QWidget) -> int:
    return widget.minimumSizeHint().width() if widget.hasHeightForWidth() else widget.sizeHint().width()


def test_the_gallery_can_be_drawn_in_every_theme(gallery: ModuleType, tmp_path: Path, qapp: QApplication) -> None:
    written = gallery.render(tmp_path)
    look.apply(qapp, "light")
    assert len(written) == 12
    assert all(path.stat().st_size > 10_000 for path in written)


# --- buttons ------------------------------------------------------------------------------------------------------


def test_a_click_leaves_the_caret_where_it_was(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    text, button = look.TextField("Antwort"), look.KeyButton("Senden", "Ctrl ⏎", primary=True)
    column.addWidget(text)
    column.addWidget(button)
    open_window(window)
    text.setFocus()
    with qtbot.waitSignal(button.clicked):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert text.hasFocus()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Enter])
def test_keys_press_a_button(qtbot: QtBot, open_window: OpenWindow, key: Qt.Key) -> None:
    button = look.KeyButton("Senden")
    open_window(button)
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(button, key)


def test_a_button_shows_an_ampersand(open_window: OpenWindow) -> None:
    for made in (
        look.KeyButton("A&B Dienste"),
        look.Radio("A&B Dienste"),
        look.Check("A&B Dienste"),
        look.Tab("A&B Dienste"),
    ):
        assert spoken(made) == "A&B Dienste"
        assert isinstance(made, QAbstractButton)
        assert made.shortcut().isEmpty()


def test_an_icon_needs_words() -> None:
    with pytest.raises(ValueError, match="words"):
        look.IconButton("x", " ")


def test_one_segment_is_chosen(qtbot: QtBot) -> None:
    tabs = look.Tabs(["Antwort", "Interne Notiz", "An Amt"])
    qtbot.addWidget(tabs)
    with qtbot.waitSignal(tabs.changed) as caught:
        tabs.choose(2)
    assert caught.args == [2]
    assert [tab.isChecked() for tab in tabs.tabs] == [False, False, True]


# --- fields -------------------------------------------------------------------------------------------------------


def test_text_field_grows_with_what_is_written_and_then_scrolls(qtbot: QtBot) -> None:
    field = look.TextField("Anliegen", lines=3, most=6)
    qtbot.addWidget(field)
    field.resize(300, 50)
    field.show()
    start = field.height()
    field.setPlainText("eins\nzwei\ndrei\nvier\nfünf")
    grown = field.height()
    field.setPlainText("\n" * 50)
    assert start < grown < field.height() <= start + 3 * (field.height() - grown) + 2
    field.clear()
    assert field.height() == start


def test_what_is_typed_comes_back_byte_for_byte(qtbot: QtBot) -> None:
    field = look.TextField("Anliegen")
    qtbot.addWidget(field)
    text = "1’284\u00a0Fr. <b>x</b>\n\n  Zeile 👩🏽‍🚒\tTab \u202e&amp; [*]"
    field.setPlainText(text)
    assert field.toPlainText() == text
    field.clear()
    field.setText("<b>fett</b>")
    field.append("<i>x</i>")
    assert field.toPlainText() == "<b>fett</b>\n<i>x</i>"


def test_pasted_markup_stays_text_and_copies_are_text(qtbot: QtBot) -> None:
    field = look.TextField("Anliegen")
    qtbot.addWidget(field)
    source = QMimeData()
    source.setHtml("<b>fett</b><img src='file:///etc/passwd'>")
    source.setText("<b>fett</b>")
    field.insertFromMimeData(source)
    assert field.toPlainText() == "<b>fett</b>"
    field.selectAll()
    copied = field.createMimeDataFromSelection()
    assert copied.text() == "<b>fett</b>"
    assert not copied.hasHtml()
    only_markup = QMimeData()
    only_markup.setImageData(QImage(4, 4, QImage.Format.Format_ARGB32))
    assert not field.canInsertFromMimeData(only_markup)


def test_undo_takes_back_typing_and_nothing_else(qtbot: QtBot) -> None:
    field = look.TextField("Anliegen")
    qtbot.addWidget(field)
    assert not field.document().isUndoAvailable()
    QTest.keyClicks(field, "abc")
    line = field.textCursor().blockFormat().lineHeight()
    field.undo()
    assert field.toPlainText() == ""
    assert field.textCursor().blockFormat().lineHeight() == line > 0
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.textCursor().blockFormat().lineHeight() == line, "new lines are as high"


def test_undo_survives_a_change_of_theme(qtbot: QtBot, qapp: QApplication) -> None:
    field = look.TextField("Anliegen")
    qtbot.addWidget(field)
    QTest.keyClicks(field, "abc")
    look.apply(qapp, "dark")
    assert field.document().isUndoAvailable()
    look.apply(qapp, "dark", 1.5)
    assert field.toPlainText() == "abc"
    assert field.textCursor().blockFormat().lineHeight() == round(field.font().pixelSize() * 1.4)


def test_control_enter_submits(qtbot: QtBot) -> None:
    field = look.TextField("Anliegen")
    qtbot.addWidget(field)
    with qtbot.waitSignal(field.submitted):
        QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert field.toPlainText() == ""


def test_a_field_says_in_words_what_looks_wrong_and_keeps_the_text(qtbot: QtBot) -> None:
    line = look.LineField("Nummer")
    field = look.Field("Nummer", line)
    qtbot.addWidget(field)
    field.show()
    line.setText("061 xx")
    field.set_mark("Das ist keine Nummer.")
    assert line.text() == "061 xx"
    assert line.accessibleDescription() == "Das ist keine Nummer."
    field.set_mark("")
    assert line.accessibleDescription() == ""


def test_the_halo_follows_the_field_and_takes_no_click(open_window: OpenWindow) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    one, two = look.LineField("eins"), look.LineField("zwei")
    column.addWidget(look.Field("eins", one))
    column.addWidget(look.Field("zwei", two))
    open_window(window)
    for field in (one, two):
        field.setFocus()
        QApplication.processEvents()
        halos = [h for h in window.findChildren(QWidget) if type(h).__name__ == "Halo" and h.isVisible()]
        assert len(halos) == 1
        around = halos[0].mapTo(window, QPoint(0, 0))
        assert around == field.mapTo(window, QPoint(0, 0)) - QPoint(3, 3)
        assert window.childAt(field.mapTo(window, QPoint(5, 5))) is field


def test_a_combo_shows_its_entries_exactly(qtbot: QtBot) -> None:
    combo = look.ComboField("Sprache")
    qtbot.addWidget(combo)
    combo.addItems(["A&B", "<b>x</b>"])
    combo.setCurrentIndex(1)
    assert combo.currentText() == "<b>x</b>"
    assert combo.grab().width() > 0


# --- running text -------------------------------------------------------------------------------------------------


def test_paragraph_needs_more_height_when_narrow(qtbot: QtBot) -> None:
    paragraph = look.Paragraph("Guten Tag, vor unserer Haustür ist ein tiefes Schlagloch. " * 4)
    qtbot.addWidget(paragraph)
    assert paragraph.heightForWidth(200) > 2 * paragraph.heightForWidth(600)
    assert paragraph.heightForWidth(600) % 18 == 0


def test_paragraph_copies_what_is_marked_even_after_an_emoji(qtbot: QtBot, open_window: OpenWindow) -> None:
    paragraph = look.Paragraph("👩🏽‍🚒 Grüezi\nzweite Zeile")
    paragraph.resize(400, 60)
    open_window(paragraph)
    QTest.keyClick(paragraph, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(paragraph, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "👩🏽‍🚒 Grüezi\nzweite Zeile"
    QTest.mouseDClick(paragraph, Qt.MouseButton.LeftButton, pos=QPoint(8, 27))
    assert paragraph.selected_text() == "zweite"


def test_a_link_tells_its_address_and_opens_nothing(qtbot: QtBot) -> None:
    words = "👍 siehe www.bs.ch heute"
    start = words.index("www")
    paragraph = look.Paragraph(words, links=[look.Span(start, start + 9, "https://www.bs.ch")])
    qtbot.addWidget(paragraph)
    paragraph.resize(400, 40)
    paragraph.show()
    at = look.metrics().horizontalAdvance(words[: start + 4])
    with qtbot.waitSignal(paragraph.link_clicked) as caught:
        QTest.mouseClick(paragraph, Qt.MouseButton.LeftButton, pos=QPoint(at, 9))
    assert caught.args == ["https://www.bs.ch"]
    with qtbot.assertNotEmitted(paragraph.link_clicked):
        QTest.mouseClick(paragraph, Qt.MouseButton.LeftButton, pos=QPoint(390, 9))


# --- sheet and notices --------------------------------------------------------------------------------------------


def test_a_sheet_covers_the_window_takes_the_focus_and_gives_it_back(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = QWidget()
    before = QLineEdit(window)
    open_window(window)
    window.resize(900, 600)
    before.setFocus()
    sheet = look.Sheet(window, "Gesprächsnotiz")
    first = look.LineField("Nummer")
    sheet.body.addWidget(first)
    sheet.open()
    assert sheet.size() == window.size()
    assert first.hasFocus()
    assert not sheet.isModal()
    first.setText("061")
    with qtbot.waitSignal(sheet.closed):
        QTest.keyClick(first, Qt.Key.Key_Escape)
    assert before.hasFocus()
    assert first.text() == "061", "what was typed stays"
    sheet.open()
    window.resize(700, 500)
    QApplication.processEvents()
    assert sheet.size() == window.size()
    assert window.rect().contains(sheet.card.geometry())


def test_undo_can_be_pressed_while_the_toast_stands(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window(QWidget())
    window.resize(600, 400)
    toast = look.Toast(window)
    toast.say("Erledigt.", action="Rückgängig", key="Z", seconds=60)
    assert window.rect().contains(toast.geometry())
    with qtbot.waitSignal(toast.acted), qtbot.assertNotEmitted(toast.gone):
        QTest.mouseClick(toast.findChildren(QAbstractButton)[0], Qt.MouseButton.LeftButton)
    assert not toast.isVisible()


def test_a_toast_goes_by_itself_and_says_so(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window(QWidget())
    toast = look.Toast(window)
    with qtbot.waitSignal(toast.gone):
        toast.say("Erledigt.", seconds=0.01)
    toast.say("Eins.", seconds=60)
    with qtbot.waitSignal(toast.gone):
        toast.say("Zwei.", seconds=60)
    assert toast.isVisible()


def test_a_banner_offers_one_way_on(qtbot: QtBot) -> None:
    banner = look.Banner("Anmeldung abgelaufen.", look.Kind.LATE, action="Anmelden", dismissable=True)
    qtbot.addWidget(banner)
    banner.show()
    assert spoken(banner) == "Anmeldung abgelaufen."
    act, close = banner.findChildren(QAbstractButton)
    with qtbot.waitSignal(banner.acted):
        act.click()
    with qtbot.waitSignal(banner.dismissed):
        close.click()
    assert not banner.isVisible()


def test_a_card_can_be_filled_emptied_and_filled_again(qtbot: QtBot) -> None:
    card = look.Card("Person")
    qtbot.addWidget(card)
    card.add_row("Name", "Sandra <b>Brodbeck</b>", strong=True)
    card.add_row("Offen", "bis 17:00", look.ChipLabel("jetzt offen", look.Tone.GOOD))
    card.add(look.Label("mehr"))
    card.clear()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not card.findChildren(look.Paragraph)
    assert [label.text() for label in card.findChildren(PlainLabel)] == ["Person"]
    value = card.add_row("Name", "Neu")
    assert value is not None
    assert value.text() == "Neu"


def test_stripes_and_events_paint_something() -> None:
    image = QImage(200, 24, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    look.paint_stripes(painter, QRectF(0, 0, 200, 24))
    painter.end()
    assert {LIGHT.late_ground, LIGHT.note_line} <= colours(image)


def test_nothing_is_animated() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (UI / "look").glob("*.py"))
    assert not re.search(r"QPropertyAnimation|QVariantAnimation|QTimeLine", source)
    assert theme.MAX_SCALE == 2.0


def test_the_look_knows_no_dialog_that_blocks() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (UI / "look").glob("*.py"))
    assert not re.search(r"\.exec\(\)", source.replace("never exec()", ""))

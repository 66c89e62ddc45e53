"""The parts of the look: each control has a name, a focus ring, a place in the tab order, and does what it promises."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import QAccessible, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.ui import look
from switchboard_app.ui.look.tokens import LIGHT
from switchboard_app.ui.plain import PlainLabel
from tests.ui import gallery

OpenWindow = Callable[[QWidget], QWidget]


# --- the gallery: names, focus, tab order, nothing cut off --------------------------------------------------------


def spoken(widget: QWidget) -> str:
    face = QAccessible.queryAccessibleInterface(widget)
    assert face is not None
    return str(face.text(QAccessible.Text.Name))


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


def test_every_control_has_a_name(qtbot: QtBot) -> None:
    for build in (gallery.window, gallery.parts):
        whole = build()
        qtbot.addWidget(whole)
        whole.show()
        nameless = [type(widget).__name__ for widget in controls(whole) if not spoken(widget)]
        assert not nameless
        assert len(controls(whole)) > 10


def test_every_control_shows_where_the_keyboard_is(open_window: OpenWindow) -> None:
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


def test_tab_reaches_every_control_in_reading_order(open_window: OpenWindow) -> None:
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
def test_no_text_is_cut_off(qtbot: QtBot, qapp: QApplication, scale: float) -> None:
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


def test_the_gallery_can_be_drawn_in_every_theme(tmp_path: Path, qapp: QApplication) -> None:
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
    assert {LIGHT.late_ground, LIGHT.note_line} <= {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }


def test_a_chip_says_its_words_to_a_screen_reader() -> None:
    chip = look.ChipLabel("Antwort bis 11:30", look.Tone.LATE)
    assert spoken(chip) == "Antwort bis 11:30"
    chip.set_chip("Überfällig\n12 min", look.Tone.BAD)
    assert spoken(chip) == "Überfällig 12 min"


@pytest.mark.parametrize(("width", "height", "scale"), [(1440, 900, 1.0), (1024, 700, 1.0), (1024, 700, 2.0)])
def test_a_sheet_fits_into_every_window(open_window: OpenWindow, width: int, height: int, scale: float) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    look.apply(app, "light", scale)
    window = open_window(QWidget())
    window.resize(width, height)
    sheet = gallery.phone_note(window)
    sheet.open()
    for _ in range(3):
        QApplication.processEvents()
    assert window.rect().contains(sheet.card.geometry())
    buttons = [b for b in sheet.findChildren(look.KeyButton) if b.isVisible()]
    assert all(sheet.card.rect().contains(b.geometry().translated(0, 0)) for b in buttons if b.parent() is sheet.card)
    for field in controls(sheet):
        field.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(field, Qt.Key.Key_Tab)
        after = QApplication.focusWidget()
        assert after is not None
        QTest.keyClick(after, Qt.Key.Key_Backtab)
        QApplication.processEvents()
        now = QApplication.focusWidget()
        assert now is not None
        region = now.visibleRegion().boundingRect()
        assert region.height() >= min(now.height(), look.px(25)), f"{now.accessibleName()} can be scrolled into view"


def test_a_sheet_grows_with_its_body(open_window: OpenWindow) -> None:
    window = open_window(QWidget())
    window.resize(900, 800)
    sheet = look.Sheet(window, "Gesprächsnotiz")
    field = look.Field("Nummer", look.LineField("Nummer"))
    sheet.body.addWidget(field)
    sheet.open()
    QApplication.processEvents()
    before = sheet.card.height()
    field.set_mark("Das ist keine Nummer.")
    QApplication.processEvents()
    assert sheet.card.height() > before

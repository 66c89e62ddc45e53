"""Fields and running text: what is typed or shown stays byte for byte, whatever the look does with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.ui import look

OpenWindow = Callable[[QWidget], QWidget]


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
    QTest.mouseRelease(paragraph, Qt.MouseButton.LeftButton, pos=QPoint(8, 27))
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


def halos(window: QWidget) -> list[QWidget]:
    return [h for h in window.findChildren(QWidget) if type(h).__name__ == "Halo" and h.isVisible()]


def test_the_halo_moves_with_what_lies_round_the_field(open_window: OpenWindow) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    above, below = look.Field("eins", look.LineField("eins")), look.Field("zwei", look.LineField("zwei"))
    column.addWidget(above)
    column.addWidget(below)
    column.addStretch(1)
    open_window(window)
    window.resize(300, 400)
    below.field.setFocus()
    QApplication.processEvents()
    above.set_mark("Das sieht falsch aus.")
    QApplication.processEvents()
    (halo,) = halos(window)
    assert halo.mapTo(window, QPoint(3, 3)) == below.field.mapTo(window, QPoint(0, 0))
    below.field.hide()
    assert not halo.isVisible()


def test_the_halo_never_becomes_a_pane(open_window: OpenWindow) -> None:
    panes = look.Splitter()
    panes.addWidget(look.TextField("links"))
    panes.addWidget(look.TextField("rechts"))
    outer = QWidget()
    QVBoxLayout(outer).addWidget(panes)
    open_window(outer)
    for place in (0, 1):
        pane = panes.widget(place)
        assert pane is not None
        pane.setFocus()
        QApplication.processEvents()
    assert panes.count() == 2


def test_a_field_that_goes_takes_its_halo_along(open_window: OpenWindow) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    field = look.LineField("eins")
    column.addWidget(field)
    open_window(window)
    field.setFocus()
    QApplication.processEvents()
    assert halos(window)
    field.deleteLater()
    del field
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not halos(window)

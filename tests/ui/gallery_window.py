"""The parts of `look` laid out like the design's main window and its phone note, to be compared by eye.

Sample texts only. Called by `gallery`.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, QStringListModel, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from switchboard_app.ui import look
from switchboard_app.ui.plain import plain_text

ROWS: list[tuple[str, str, str, str, list[look.Chip]]] = [
    (
        "facebook",
        "Sandra Brodbeck",
        "09:41",
        "Guten Tag, vor unserer Haustür an der Hegenheimerstrasse 112 ist seit dem Wochenende",
        [look.Chip("Antwort bis 11:30", look.Tone.LATE), look.Chip("Tiefbauamt?", look.Tone.ACCENT)],
    ),
    (
        "phone",
        "061 555 01 88 · Herr Yılmaz",
        "09:38",
        "Rückruf erwünscht: Beurkundung Kaufvertrag Eigentumswohnung",
        [look.Chip("Überfällig 12 min", look.Tone.BAD), look.Chip("Rückruf")],
    ),
    (
        "x",
        "@marc_dr · Marc Dreyer",
        "09:35",
        "Bonjour, à quelle adresse dois-je envoyer ma demande",
        [look.Chip("Antwort bis 12:05", look.Tone.LATE), look.Chip("FR")],
    ),
    (
        "mail",
        "Giulia Ferrari",
        "09:20",
        "Danke für die schnelle Antwort! Noch eine Frage dazu bitte sehr",
        [look.Chip("Mir zugewiesen", look.Tone.ACCENT), look.Chip("Fenster 23 h")],
    ),
    (
        "phone",
        "Frau Zimmermann",
        "09:12",
        "Lärm Baustelle Klybeckstrasse nach 22 Uhr, bitte melden",
        [look.Chip("Beim Amt seit 18 min", look.Tone.GOOD), look.Chip("Amt für Umwelt und Energie")],
    ),
]


class RowDelegate(QStyledItemDelegate):
    """What a queue's row may look like; the real one lives in the queue's view."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, look.px(look.ROW) + 1)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect = QRectF(option.rect)
        kind, name, time, words, chips = ROWS[index.row() % len(ROWS)]
        unread = index.row() < 3
        if index.row() == 0:
            painter.fillRect(rect, look.color("selected"))
            painter.fillRect(QRectF(rect.left(), rect.top(), look.px(3), rect.height() - 1), look.color("accent"))
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), look.color("line"))
        px = look.px
        side = px(look.MARK)
        top = rect.top() + px(8)
        look.channel_mark(painter, QRectF(rect.left() + px(14), top, side, side), kind)
        left = rect.left() + px(50)
        right = rect.right() - px(14)
        wide = look.text_width(time)
        look.text(painter, QRectF(right - wide, top, wide, px(18)), time, look.Type.BODY, "muted")
        role = look.Type.BODY_STRONG if unread else look.Type.BODY_MEDIUM
        look.text(painter, QRectF(left, top, right - wide - left - px(8), px(18)), name, role)
        look.text(painter, QRectF(left, top + px(20), right - left, px(18)), plain_text(words), look.Type.BODY, "muted")
        look.paint_chips(painter, left, top + px(42), right - left, chips)


def _side() -> QWidget:
    side = look.Ground("side")
    column = QVBoxLayout(side)
    column.setContentsMargins(look.px(8), look.px(4), look.px(8), look.px(8))
    column.setSpacing(look.px(1))
    group = QButtonGroup(side)
    parts: list[tuple[str, list[tuple[str, int | None, str | None]]]] = [
        (
            "Meine Arbeit",
            [
                ("Eingang", 12, None),
                ("Mir zugewiesen", 5, None),
                ("Wartet auf Amt", 8, None),
                ("Wartet auf Bürger/in", 3, None),
                ("Wiedervorlage", 2, None),
                ("Alle offenen", 30, None),
                ("Erledigt", None, None),
            ],
        ),
        ("Kanäle", [("Telefon", 9, "phone"), ("Rathaus Basel", 14, "facebook"), ("Kanton Basel-Stadt", 7, "x")]),
        ("Gespeicherte Filter", [("Tiefbau, überfällig", 1, None), ("Französisch", 4, None)]),
        ("Leitung", [("Team", None, None), ("Auswertung Pilot", None, None)]),
    ]
    for title, rows in parts:
        column.addWidget(look.SectionTitle(title))
        for words, count, dot in rows:
            row = look.NavRow(words, count, dot=dot)
            group.addButton(row)
            column.addWidget(row)
    group.buttons()[0].setChecked(True)
    column.addStretch(1)
    side.setFixedWidth(look.px(217))
    return side


def _queue() -> QWidget:
    pane = look.Ground("pane")
    column = QVBoxLayout(pane)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    head = QHBoxLayout()
    head.setContentsMargins(look.px(14), 0, look.px(14), 0)
    head.setSpacing(look.px(5))
    head.addWidget(look.Label("Eingang", look.Type.TITLE))
    head.addWidget(look.Label("12 offen", look.Type.SMALL, "muted"))
    head.addStretch(1)
    head.addWidget(look.ChipLabel("Dringendste zuerst ▾"))
    holder = QWidget()
    holder.setLayout(head)
    holder.setFixedHeight(look.px(43))
    column.addWidget(holder)
    column.addWidget(look.Hairline())
    rows = QListView()
    rows.setModel(QStringListModel([plain_text(r[1]) for r in ROWS + ROWS], rows))
    rows.setItemDelegate(RowDelegate(rows))
    rows.setAccessibleName("Eingang")
    column.addWidget(rows, 1)
    pane.setMinimumWidth(look.px(220))
    return pane


def _bubble(words: str, *, out: bool = False) -> QWidget:
    box = look.Bubble(out=out)
    box.column.addWidget(look.Paragraph(words, tone="bubble_out_text" if out else "bubble_in_text"))
    return box


def _conversation() -> QWidget:
    px = look.px
    pane = look.Ground("pane")
    column = QVBoxLayout(pane)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    head = QGridLayout()
    head.setContentsMargins(px(18), px(12), px(18), px(12))
    head.setHorizontalSpacing(px(8))
    head.setVerticalSpacing(px(2))
    head.addWidget(look.elided("Sandra Brodbeck", look.Type.TITLE), 0, 0)
    for place, (words, key) in enumerate((("Übernehmen", "A"), ("Weiterleiten", "W"), ("Erledigen", "E")), 1):
        head.addWidget(look.KeyButton(words, key), 0, place)
    line = QHBoxLayout()
    line.setSpacing(px(8))
    line.addWidget(look.Label("Facebook · Rathaus Basel", tone="muted"))
    line.addWidget(look.ChipLabel("Antwort bis 11:30", look.Tone.LATE))
    line.addWidget(look.ChipLabel("Messenger-Fenster noch 22 h 48 min"))
    line.addStretch(1)
    head.addLayout(line, 1, 0, 1, 4)
    head.setColumnStretch(0, 1)
    column.addLayout(head)
    column.addWidget(look.Hairline())
    body = QVBoxLayout()
    body.setContentsMargins(px(18), px(14), px(18), px(14))
    body.setSpacing(px(10))
    body.addWidget(look.EventLine("Heute", line=False))
    message = (
        "Guten Tag, vor unserer Haustür an der Hegenheimerstrasse 112 ist seit dem Wochenende ein tiefes Schlagloch. "
        "Gestern ist eine Velofahrerin gestürzt. Wem kann ich das melden?"
    )
    row = QHBoxLayout()
    row.addWidget(_bubble(message), 6)
    row.addStretch(1)
    body.addLayout(row)
    body.addWidget(look.Label("Sandra Brodbeck · 09:41", look.Type.SMALL, "muted"))
    body.addWidget(look.EventLine("Marco Lüthi hat übernommen · 09:44"))
    note = look.Ground("note_ground", line="note_line", radius=look.RADIUS)
    inner = QVBoxLayout(note)
    inner.setSpacing(px(2))
    inner.setContentsMargins(px(13), px(9), px(13), px(9))
    inner.addWidget(look.Label("Interne Notiz · Marco Lüthi · 09:45", look.Type.SMALL, "muted"))
    inner.addWidget(
        look.Paragraph(
            "Gleiche Stelle wurde gestern telefonisch gemeldet (Anfrage 2041, Frau Meier). Beide an Tiefbauamt."
        )
    )
    body.addWidget(note)
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(
        _bubble("Guten Tag Frau Brodbeck. Vielen Dank für Ihre Meldung und das Foto. Ich leite sie weiter.", out=True),
        6,
    )
    body.addLayout(row)
    body.addStretch(1)
    column.addLayout(body, 1)
    column.addWidget(look.Hairline())
    foot = QVBoxLayout()
    foot.setContentsMargins(px(18), px(10), px(18), px(14))
    foot.setSpacing(px(8))
    foot.addWidget(look.Tabs(["Antwort", "Interne Notiz", "An Amt"], name="Art"))
    text = look.TextField("Antwort", lines=3)
    text.setPlainText("Das Tiefbauamt hat die Stelle heute um 13:30 gesichert, die Reparatur folgt bis Donnerstag.")
    text.setObjectName("composer")
    foot.addWidget(text)
    line = QHBoxLayout()
    line.setSpacing(px(8))
    line.addWidget(look.elided("/ Textbausteine · Anhang · 88/2000", look.Type.BODY, "muted"), 1)
    line.addWidget(look.KeyButton("Senden, erledigen"))
    line.addWidget(look.KeyButton("Senden", "Ctrl ⏎", primary=True))
    foot.addLayout(line)
    column.addLayout(foot)
    return pane


def _right() -> QWidget:
    px = look.px
    pane = look.Ground("window")
    column = QVBoxLayout(pane)
    column.setContentsMargins(px(15), px(15), px(15), px(15))
    column.setSpacing(px(12))
    card = look.Card("Tiefbauamt, Strassenunterhalt")
    card.add_row("Telefon", "061 555 02 10", strong=True)
    card.add_row("Offen", "bis 17:00", look.ChipLabel("jetzt offen", look.Tone.GOOD))
    card.add_row("E-Mail", "strassen@example.org")
    card.add_row("Rückmeldung", "im Mittel 3 h 20")
    column.addWidget(card)
    card = look.Card("Person")
    card.add_row("Name", "Sandra Brodbeck", strong=True)
    card.add_row("Kanäle", "Facebook, Telefon")
    card.add_row("Sprache", "Deutsch")
    card.add_row("Früher", "2 Anfragen, zuletzt 03.09.")
    column.addWidget(card)
    column.addStretch(1)
    pane.setFixedWidth(px(285))
    return pane


def window() -> QWidget:
    """The main window's parts, laid out as in the design."""
    px = look.px
    whole = look.Ground("window")
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    top = look.Ground("side")
    row = QHBoxLayout(top)
    row.setContentsMargins(px(14), 0, px(14), 0)
    row.setSpacing(px(16))
    row.addWidget(look.Label("Switchboard", look.Type.BODY_STRONG))
    row.addStretch(1)
    search = look.LineField(
        "Suche", placeholder="Anfragen, Personen, Ämter suchen oder Befehl ausführen", key="Ctrl K", height=32
    )
    search.setMinimumWidth(px(280))
    search.setMaximumWidth(px(520))
    row.addWidget(search, 8)
    row.addStretch(1)
    row.addWidget(look.KeyButton("Gesprächsnotiz", "F2", primary=True))
    top.setFixedHeight(px(look.TOP_BAR))
    column.addWidget(top)
    column.addWidget(look.Hairline())
    panes = look.Splitter()
    for pane in (_side(), _queue(), _conversation(), _right()):
        panes.addWidget(pane)
    panes.setSizes([217, 352, 585, 285])
    column.addWidget(panes, 1)
    column.addWidget(look.Hairline())
    foot = look.Ground("side")
    row = QHBoxLayout(foot)
    row.setContentsMargins(px(14), 0, px(14), 0)
    row.addWidget(look.Label("Rathaus Basel, vor 12 s", look.Type.SECONDARY, "muted"))
    row.addStretch(1)
    row.addWidget(look.Label("Arbeitsplatz verbunden · 6 Personen online", look.Type.SECONDARY, "muted"))
    foot.setFixedHeight(px(look.STATUS_BAR))
    column.addWidget(foot)
    return whole


def phone_note(over: QWidget) -> look.Sheet:
    """The phone note's form over a window."""
    sheet = look.Sheet(over, "Gesprächsnotiz")
    sheet.aside.setText("Anruf läuft 00:42 · Entwurf gesichert")
    two = QHBoxLayout()
    two.setSpacing(look.px(12))
    number = look.LineField("Nummer")
    number.setText("061 555 01 88")
    name = look.LineField("Name")
    name.setText("Mehmet Yılmaz")
    two.addWidget(look.Field("Nummer", number))
    two.addWidget(look.Field("Name", name))
    sheet.body.addLayout(two)
    concern = look.TextField("Anliegen", lines=4)
    concern.setPlainText("Möchte Kaufvertrag für Eigentumswohnung beurkunden lassen, weiss nicht, welches Amt.")
    concern.setObjectName("concern")
    sheet.body.addWidget(look.Field("Anliegen", concern))
    two = QHBoxLayout()
    two.setSpacing(look.px(12))
    office = look.Field(
        "Zuständiges Amt", look.LineField("Zuständiges Amt", placeholder="Wort der Bürgerin"), key="Alt Z"
    )
    office.set_mark("Kein Amt gefunden")
    two.addWidget(office, 1, Qt.AlignmentFlag.AlignTop)
    right = QVBoxLayout()
    right.setSpacing(0)
    right.addWidget(look.Label("Was soll geschehen?", look.Type.SECONDARY_MEDIUM, "muted"))
    for words in ("Rückruf durch das Amt, heute ab 14:00", "Direkt verbunden, nur festhalten", "In den Eingang legen"):
        right.addWidget(look.Radio(words))
    sheet.card.findChildren(look.Radio)
    right.addSpacing(look.px(10))
    hint = look.Ground("note_ground", line="note_line", radius=look.RADIUS)
    inner = QVBoxLayout(hint)
    inner.setContentsMargins(look.px(12), look.px(10), look.px(12), look.px(10))
    inner.addWidget(
        look.Paragraph("Diese Nummer hat am 18.11. angerufen: «Fragen zur Handänderungssteuer».", role=look.Type.SMALL)
    )
    right.addWidget(hint)
    two.addLayout(right, 1)
    sheet.body.addLayout(two)
    sheet.foot.addWidget(
        look.elided("Keine besonders schützenswerten Angaben notieren, wenn sie nicht nötig sind", tone="muted"), 1
    )
    sheet.foot.addWidget(look.KeyButton("Verwerfen"))
    sheet.foot.addWidget(look.KeyButton("Notiz ablegen", "Ctrl ⏎", primary=True))
    sheet.findChildren(look.Radio)[0].setChecked(True)
    return sheet

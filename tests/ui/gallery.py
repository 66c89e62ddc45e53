"""Pictures of every part of `look`, in every theme and at 200 %, for the eye: `python -m tests.ui.gallery FOLDER`.

Off-screen; writes parts-<theme>-<scale>.png and window-<theme>.png, the latter laid out like the design's main
window. Not a test by itself: `test_look` renders it to see that nothing fails or is cut off.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from switchboard_app.ui import look
from tests.ui.gallery_window import phone_note, window

__all__ = ["parts", "phone_note", "render", "window"]


def parts() -> QWidget:
    """Everything else, one below the other."""
    px = look.px
    whole = look.Ground("pane")
    column = QVBoxLayout(whole)
    column.setContentsMargins(px(20), px(20), px(20), px(20))
    column.setSpacing(px(12))
    column.addWidget(look.TrainingStrip("Übung: nichts verlässt dieses Programm"))
    for level in look.Kind:
        column.addWidget(
            look.Banner(
                "Rathaus Basel: Die Anmeldung ist abgelaufen. Antworten warten.",
                level,
                action="Anmelden",
                dismissable=True,
            )
        )
    row = QHBoxLayout()
    row.setSpacing(px(6))
    for tone in look.Tone:
        row.addWidget(look.ChipLabel(tone.value, tone))
    for kind in ("phone", "facebook", "x", "instagram", "mastodon", "email", "Other"):
        row.addWidget(look.ChannelMark(kind))
    row.addStretch(1)
    column.addLayout(row)
    row = QHBoxLayout()
    row.setSpacing(px(8))
    row.addWidget(look.KeyButton("Normal", "A"))
    row.addWidget(look.KeyButton("Mit & Zeichen", icon_name="search"))
    off = look.KeyButton("Aus", "X")
    off.setEnabled(False)
    row.addWidget(off)
    off = look.KeyButton("Aus", "X", primary=True)
    off.setEnabled(False)
    row.addWidget(off)
    row.addWidget(look.KeyButton("Zeitraum", menu=True))
    row.addWidget(look.KeyButton("Leise", quiet=True))
    row.addWidget(look.KeyButton("Löschen", danger=True))
    row.addWidget(look.IconButton("paperclip", "Datei anhängen"))
    row.addWidget(look.KeyCap("F1"))
    row.addStretch(1)
    column.addLayout(row)
    row = QHBoxLayout()
    combo = look.ComboField("Sprache")
    combo.addItems(["Deutsch", "English"])
    row.addWidget(combo)
    check = look.Check("Rückruf & Notiz")
    check.setChecked(True)
    row.addWidget(check)
    row.addWidget(look.Check("Aus"))
    row.addWidget(look.Radio("Eins"))
    row.addWidget(look.Radio("Zwei"))
    row.addStretch(1)
    column.addLayout(row)
    for role in look.Type:
        column.addWidget(look.Label(f"{role.value}: Grüezi 0123456789", role))
    empty = look.EmptyState(
        "inbox", "Alles erledigt", "Neue Anfragen erscheinen hier von selbst. Mit F2 nehmen Sie ein Gespräch auf."
    )
    empty.add_button(look.KeyButton("Gesprächsnotiz", "F2", primary=True))
    empty.add_button(look.KeyButton("Übung starten"))
    empty.setMinimumHeight(px(240))
    column.addWidget(empty, 1)
    return whole


def render(folder: Path) -> list[Path]:
    """Write all pictures into `folder`; the paths written."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    look.prefer_bundled()
    written: list[Path] = []
    for theme, scale in (("light", 1.0), ("dark", 1.0), ("high-contrast", 1.0), ("light", 2.0)):
        look.apply(app, theme, scale)
        name = f"{theme}-{round(scale * 100)}"
        whole = window()
        whole.resize(round(1440 * scale), round(900 * scale))
        whole.show()
        composer = whole.findChild(look.TextField, "composer")
        assert composer is not None
        composer.setFocus()
        app.processEvents()
        look.Toast(whole).say("Erledigt: Anfrage 2041", action="Rückgängig", key="Z") if theme != "light" else None
        app.processEvents()
        written.append(folder / f"gallery-window-{name}.png")
        whole.grab().save(str(written[-1]))
        sheet = phone_note(whole)
        sheet.open(whole.findChild(look.TextField, "concern"))
        app.processEvents()
        written.append(folder / f"gallery-sheet-{name}.png")
        whole.grab().save(str(written[-1]))
        whole.close()
        shelf = QScrollArea()
        shelf.setWidgetResizable(True)
        shelf.setWidget(parts())
        shelf.resize(round(860 * scale), round(1000 * scale))
        shelf.show()
        app.processEvents()
        written.append(folder / f"gallery-parts-{name}.png")
        content = shelf.widget()
        assert content is not None
        content.grab().save(str(written[-1]))
        shelf.close()
    look.apply(app, "light")
    return written


if __name__ == "__main__":
    for path in render(Path(sys.argv[1] if len(sys.argv) > 1 else ".")):
        sys.stdout.write(f"{path}\n")

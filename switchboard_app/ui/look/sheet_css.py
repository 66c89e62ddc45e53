"""The style sheet of the application, for what Qt paints itself: scroll bars, menus, tool tips, tables, splitters.

Everything else is painted by `look`'s own widgets from the tokens. Refuses to set fonts (a font in a style
sheet beats `setFont` of every widget) and colours that are not tokens. Called by `theme` alone.
"""

from __future__ import annotations

from collections.abc import Callable

from switchboard_app.ui.look.tokens import CONTROL, RADIUS, RADIUS_SMALL, S1, S2, S3, Tokens

_TEMPLATE = """
QScrollBar {{ background: transparent; border: none; margin: 0; }}
QScrollBar:vertical {{ width: {bar}px; }}
QScrollBar:horizontal {{ height: {bar}px; }}
QScrollBar::handle {{ background: {thumb}; border-radius: {bar_radius}px; margin: {bar_margin}px; }}
QScrollBar::handle:vertical {{ min-height: {thumb_min}px; }}
QScrollBar::handle:horizontal {{ min-width: {thumb_min}px; }}
QScrollBar::handle:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: none; background: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QScrollArea {{ border: none; background: transparent; }}
QAbstractItemView {{ border: none; outline: none; background: {pane}; }}
QComboBox QAbstractItemView {{ border: 1px solid {line}; padding: {s1}px; color: {text};
    selection-background-color: {selected}; selection-color: {text}; }}
QComboBox QAbstractItemView::item {{ padding: {menu_v}px {s2}px; border: none;
    border-radius: {small}px; color: {text}; }}
QComboBox QAbstractItemView::item:selected {{ background: {selected}; }}
QPushButton {{ background: {pane}; color: {text}; border: 1px solid {control}; border-radius: {radius}px;
    padding: 0 {s3}px; min-height: {button}px; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:default {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton:focus {{ border: 2px solid {accent}; }}
QPushButton:default:focus {{ border-color: {text}; }}
QLineEdit {{ background: transparent; border: none; }}
QToolTip {{ background: {toast}; color: {on_toast}; border: none; padding: {s1}px {s2}px; }}
QMenu {{ background: {pane}; color: {text}; border: 1px solid {line}; padding: {s1}px; }}
QMenu::item {{ padding: {menu_v}px {s3}px; border-radius: {small}px; }}
QMenu::item:selected {{ background: {selected}; color: {text}; }}
QMenu::item:disabled {{ color: {muted}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: {s1}px 0; }}
QHeaderView {{ background: {pane}; border: none; }}
QHeaderView::section {{ background: {pane}; color: {muted}; border: none; border-bottom: 1px solid {line};
    padding: {s2}px {s2}px; }}
QProgressBar {{ background: {neutral}; border: none; border-radius: {pill}px; max-height: {progress}px;
    min-height: {progress}px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: {pill}px; }}
QDialog, QMessageBox {{ background: {pane}; }}
"""


def style_sheet(tokens: Tokens, px: Callable[[float], int]) -> str:
    """The sheet for `tokens`, with every size passed through `px`."""
    return _TEMPLATE.format(
        bar=px(10),
        bar_radius=px(3),
        bar_margin=px(2),
        thumb=tokens.line,
        thumb_min=px(28),
        muted=tokens.muted,
        pane=tokens.pane,
        text=tokens.text,
        line=tokens.line,
        toast=tokens.toast,
        on_toast=tokens.on_toast,
        selected=tokens.selected,
        neutral=tokens.neutral_ground,
        accent=tokens.accent,
        on_accent=tokens.on_accent,
        control=tokens.control_line,
        hover=tokens.hover,
        button=px(CONTROL - 2),
        s1=px(S1),
        s2=px(S2),
        s3=px(S3),
        menu_v=px(6),
        small=px(RADIUS_SMALL),
        radius=px(RADIUS),
        progress=px(6),
        pill=px(3),
    )

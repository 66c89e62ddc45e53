"""The card of an office fits into its column, whatever the office is called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from switchboard_app.model.language import use_language
from switchboard_app.model.office_csv import read_directory
from switchboard_app.model.times import DAY, HOUR, Millis
from switchboard_app.ui import look
from switchboard_app.ui.office_card import OfficeCard
from switchboard_app.ui.window_state import WIDTHS
from tests.platforms import NOON

RESOURCES = Path(__file__).parents[2] / "resources"


@pytest.fixture(params=[1.0, 2.0])
def scale(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[float]:
    look.apply(qapp, look.Theme.LIGHT, request.param)
    yield request.param
    look.apply(qapp, look.Theme.LIGHT, 1.0)


@pytest.fixture
def german() -> Iterator[None]:
    use_language("de", RESOURCES / "locale")
    yield
    use_language("en", RESOURCES / "locale")


@pytest.mark.usefixtures("german")
def test_no_office_widens_the_column(qapp: QApplication, scale: float) -> None:
    offices = read_directory((RESOURCES / "directory" / "basel-stadt-sample.csv").read_bytes())
    saturday = Millis(NOON + DAY + 8 * HOUR)  # «geschlossen, öffnet Mo 23.11., 09:00»
    room = look.px(WIDTHS["side"] - 30)
    for office in offices:
        card = OfficeCard()
        card.show_office(office, offices[-1], saturday)
        card.ensurePolished()
        assert card.minimumSizeHint().width() <= room, office.title

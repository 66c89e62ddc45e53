"""This station: its folder, its settings, its keyring. Built once at the start of every command."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from switchboard_app.config import (
    StationSettings,
    load_settings,
    locale_folder,
    operator,
    resource_folder,
    station_folder,
    workspace_url,
)
from switchboard_app.credentials import Credentials
from switchboard_app.log import start_logging
from switchboard_app.model.ids import Operator
from switchboard_app.model.language import use_language
from switchboard_app.store.location import Location, parse_location


@dataclass(slots=True)
class Station:
    """What every part is given."""

    folder: Path
    settings: StationSettings
    credentials: Credentials = field(default_factory=Credentials)
    resources: Path = field(default_factory=resource_folder)

    @property
    def operator(self) -> Operator:
        """Who acts on an embedded workspace."""
        return operator(self.settings)

    def acting(self, location: Location) -> Operator:
        """Who acts there: on PostgreSQL the login of the database, always; else this station's operator."""
        return Operator(location.login) if location.login else self.operator

    def location(self, given: str = "") -> Location:
        """The workspace to open; raises WrongUse for an address that is none."""
        return parse_location(workspace_url(self.settings, given, self.folder))


def this_station(*, logging_to_file: bool = True) -> Station:
    """Read the settings, start the log, choose the language. Raises WrongUse for a damaged settings file."""
    folder = station_folder()
    start_logging(folder / "log" if logging_to_file else None)
    use_language(StationSettings().language, locale_folder())  # for saying what is wrong with the settings
    settings = load_settings(folder)
    use_language(settings.language, locale_folder())
    return Station(folder, settings)

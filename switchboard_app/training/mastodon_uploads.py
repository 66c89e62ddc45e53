"""Files given to the simulated Mastodon instance before the post that carries them.

What it is for: an upload has an id at once and an address once it has been worked on (contract dossier 3). What it
refuses to do: changing pictures. Called by `training.mastodon`.
"""

from __future__ import annotations

from typing import Any

from switchboard_app.training.mastodon_wire import REFUSALS
from switchboard_app.training.multipart import PartsUnreadable, read_parts
from switchboard_app.training.truth import SimulatedFile


class Uploads:
    """All files of one account that wait for their post."""

    def __init__(self) -> None:
        self.files: dict[str, SimulatedFile] = {}
        self.descriptions: dict[str, str] = {}
        self._left: dict[str, int] = {}

    def take(self, known_as: str, content_type: str, body: bytes, processing: int) -> dict[str, Any]:
        """A file comes in. Raises NotAnswered."""
        try:
            parts = {part.name: part for part in read_parts(content_type, body)}
        except PartsUnreadable:
            raise REFUSALS["parameter"] from None
        file = parts.get("file")
        if file is None or not file.mime.startswith(("image/", "video/", "audio/")):
            raise REFUSALS["parameter"]
        self.files[known_as] = SimulatedFile(file.filename, file.mime, file.content, id=known_as)
        described = parts.get("description")
        self.descriptions[known_as] = described.content.decode("utf-8", "replace") if described else ""
        self._left[known_as] = processing
        return self.look(known_as)

    def look(self, known_as: str) -> dict[str, Any]:
        """The file as the instance tells it; no address while it is worked on. Raises NotAnswered."""
        if known_as not in self.files:
            raise REFUSALS["missing"]
        busy = self._left[known_as] > 0
        self._left[known_as] -= 1
        address = None if busy else f"https://files.training.invalid/{known_as}"
        return {"id": known_as, "type": "image", "url": address, "description": self.descriptions[known_as]}

    def for_post(self, known_as: str) -> SimulatedFile:
        """The file for a post. Raises NotAnswered when there is none, or it is still worked on."""
        if known_as not in self.files or self._left[known_as] > 0:
            raise REFUSALS["parameter"]
        return self.files[known_as]

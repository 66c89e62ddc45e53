"""Instagram messages, through the page that the Instagram account is connected to (contract dossier, section 4)."""

from __future__ import annotations

from switchboard_app.sync.instagram.connector import InstagramConnector

__all__ = ["InstagramConnector"]

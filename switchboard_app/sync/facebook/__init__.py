"""Facebook pages: the Messenger Platform of the Graph API (contract dossier, section 2)."""

from __future__ import annotations

from switchboard_app.sync.facebook.connector import FacebookConnector

__all__ = ["FacebookConnector"]

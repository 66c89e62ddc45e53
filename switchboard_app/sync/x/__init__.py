"""X: the legacy, unencrypted direct messages of API v2 (contract dossier, section 1)."""

from __future__ import annotations

from switchboard_app.sync.x.connector import XConnector
from switchboard_app.sync.x.consent import x_platform

__all__ = ["XConnector", "x_platform"]

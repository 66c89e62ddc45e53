"""Mastodon and servers that speak like it: conversations of private mentions (contract dossier, section 3)."""

from __future__ import annotations

from switchboard_app.sync.mastodon.connector import MastodonConnector

__all__ = ["MastodonConnector"]

"""Switchboard: phone notes and social-media messages in one queue, one workspace for every channel."""

from __future__ import annotations

__version__ = "0.1.0"

"""Fixtures of the migration tests: workspaces on both databases."""

from __future__ import annotations

from tests.workspaces import *  # noqa: F403

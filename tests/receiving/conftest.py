"""Workspaces for the trials of receiving."""

from __future__ import annotations

from tests.workspaces import *  # noqa: F403

"""Fixtures of the store's tests: workspaces on both databases (`tests.workspaces`) and a desk to work at."""

from __future__ import annotations

from tests.workspaces import *  # noqa: F403

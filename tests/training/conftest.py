"""Fixtures of the tests of training: the platforms, empty and on a clock of the test."""

from __future__ import annotations

from tests.platforms import clock, facebook, facebook_server, x, x_server

__all__ = ["clock", "facebook", "facebook_server", "x", "x_server"]

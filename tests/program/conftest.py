"""Pulumi's mocks need an event loop, and Python makes none by itself since 3.14."""

from __future__ import annotations

import asyncio

import pytest


@pytest.fixture(autouse=True, scope="session")
def event_loop() -> None:
    """One loop, never closed: its threads keep loops of Pulumi's, which nobody closes."""
    asyncio.set_event_loop(asyncio.new_event_loop())

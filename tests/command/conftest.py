"""Every test here runs the command against an emulator of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bird_dynamic.emulator import ACCESS_KEY, ORGANIZATION_ID, WORKSPACE_ID, EmulatorServer


@pytest.fixture
def bird(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatorServer]:
    with EmulatorServer() as server:
        monkeypatch.setenv("BIRD_API_URL", server.url)
        monkeypatch.setenv("BIRD_ACCESS_KEY", ACCESS_KEY)
        monkeypatch.setenv("BIRD_WORKSPACE_ID", WORKSPACE_ID)
        monkeypatch.setenv("BIRD_ORGANIZATION_ID", ORGANIZATION_ID)
        yield server

"""The emulator behind a socket, and a connection to it."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from bird_dynamic.emulator import EmulatorServer


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer() as running:
        yield running


@pytest.fixture
def connection(server: EmulatorServer) -> Iterator[HTTPConnection]:
    opened = HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    yield opened
    opened.close()

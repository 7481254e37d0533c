"""An emulated Bird without a socket, and one with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bird_dynamic.emulator import BirdEmulator, EmulatorServer
from tests.emulator.asking import Caller
from tests.support.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def bird(clock: FakeClock) -> Caller:
    return Caller(BirdEmulator(seed=1, clock=clock.time))


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer(BirdEmulator(seed=1)) as running:
        yield running

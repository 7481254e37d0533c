"""Every test here runs on the newest Pulumi SDK, and on the oldest where `make test` made it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.emulator import EmulatorServer
from tests.support.dynamic_provider import DynamicProviderProcess

OLDEST = os.environ.get("BIRD_OLDEST_VENV")
PYTHONS = {"newest": Path(sys.executable)}
if OLDEST:
    PYTHONS["oldest"] = Path(OLDEST) / "bin" / "python"


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer() as running:
        yield running


@pytest.fixture(params=PYTHONS)
def start(
    request: pytest.FixtureRequest, server: EmulatorServer
) -> Iterator[Callable[..., DynamicProviderProcess]]:
    started: list[DynamicProviderProcess] = []

    def plugin(**fields: Any) -> DynamicProviderProcess:
        started.append(DynamicProviderProcess(PYTHONS[request.param], server.url, **fields))
        return started[-1]

    yield plugin
    for each in started:
        if each.process.returncode is None:
            each.stop()


@pytest.fixture
def plugin(start: Callable[..., DynamicProviderProcess]) -> DynamicProviderProcess:
    return start()

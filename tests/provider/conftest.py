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
from tests.support.plugin_client import PluginClient

OLDEST = os.environ.get("BIRD_OLDEST_VENV")
PYTHONS = {"newest": Path(sys.executable)}
if OLDEST:
    PYTHONS["oldest"] = Path(OLDEST) / "bin" / "python"


@pytest.fixture(autouse=True)
def without_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BIRD_ACCESS_KEY", "BIRD_WORKSPACE_ID", "BIRD_API_URL", "BIRD_ORGANIZATION_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def engine(bird: EmulatorServer) -> PluginClient:
    return PluginClient(bird.url)


@pytest.fixture(params=PYTHONS)
def start(
    request: pytest.FixtureRequest, bird: EmulatorServer
) -> Iterator[Callable[..., DynamicProviderProcess]]:
    started: list[DynamicProviderProcess] = []

    def plugin(**fields: Any) -> DynamicProviderProcess:
        started.append(DynamicProviderProcess(PYTHONS[request.param], bird.url, **fields))
        return started[-1]

    yield plugin
    for each in started:
        if each.process.returncode is None:
            each.stop()


@pytest.fixture
def plugin(start: Callable[..., DynamicProviderProcess]) -> DynamicProviderProcess:
    return start()

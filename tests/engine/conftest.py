"""Every test here drives the real Pulumi engine against a running emulator, both its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bird_dynamic.emulator import EmulatorServer
from tests.support.engine import Stack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # This hook is given the tests of all folders.
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.engine)
            # A test is many commands, and one of these waits for half a minute; on a busy machine
            # that takes its time.
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture
def bird() -> Iterator[EmulatorServer]:
    """An emulated Bird that nobody has asked anything yet."""
    with EmulatorServer() as running:
        yield running


@pytest.fixture
def way() -> str:
    """How the stack reaches Bird; `both_ways` has a test try the plugin too."""
    return "dynamic"


@pytest.fixture
def stack(empty_stack: Path, bird: EmulatorServer, tmp_path: Path, way: str) -> Stack:
    """A stack without resources, configured by the environment for `bird`."""
    folder = tmp_path / "project"
    shutil.copytree(empty_stack, folder)
    return Stack(folder, bird.url, way=way)


@pytest.fixture(scope="session")
def empty_stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stack that was initialised and nothing else: a copy of it costs nothing."""
    folder = tmp_path_factory.mktemp("stack") / "project"
    Stack(folder, bird_url="http://127.0.0.1:9").init()
    return folder

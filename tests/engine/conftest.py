"""Every test here drives the real Pulumi engine against a running emulator, both its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bird_dynamic.emulator import EmulatorServer
from tests.support.engine import Stack


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

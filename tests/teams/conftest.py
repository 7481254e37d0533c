"""A backend for a team: a folder always, S3 and PostgreSQL with `make test-teams`."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bird_dynamic.emulator import EmulatorServer
from tests.support.backends import KINDS, Backend, missing, started
from tests.teams.people import Team


@pytest.fixture(scope="session", params=KINDS)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """A backend that the tests share; each has its own stack."""
    if (reason := missing(request.param)) is not None:
        pytest.skip(reason)
    with started(request.param) as running:
        yield running


@pytest.fixture
def team(
    request: pytest.FixtureRequest,
    backend: Backend,
    bird: EmulatorServer,
    tmp_path: Path,
    way: str,
) -> Team:
    """People who share a backend, and a stack that is named like the test."""
    name = "".join(each if each.isalnum() else "-" for each in request.node.name)
    stack = f"{name[:60]}-{zlib.crc32(request.node.name.encode())}"
    return Team(tmp_path, bird, backend, stack, way)

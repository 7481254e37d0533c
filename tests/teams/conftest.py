"""A backend for a team: a folder always, S3 and PostgreSQL with `make test-teams`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bird_dynamic.emulator import EmulatorServer
from tests.support.backends import KINDS, Backend, missing, started
from tests.teams.people import Team


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # This hook is given the tests of all folders.
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.engine)
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session", params=KINDS)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """A backend that the tests share; each has its own stack."""
    if (reason := missing(request.param)) is not None:
        pytest.skip(reason)
    with started(request.param) as running:
        yield running


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
def team(
    request: pytest.FixtureRequest,
    backend: Backend,
    bird: EmulatorServer,
    tmp_path: Path,
    way: str,
) -> Team:
    """People who share a backend, and a stack that is named like the test."""
    name = "".join(each if each.isalnum() else "-" for each in request.node.name)
    return Team(tmp_path, bird, backend, f"{name[:60]}-{abs(hash(request.node.name)) % 10**6}", way)

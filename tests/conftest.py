"""What holds for every test: an emulated Bird is asked, and answers, as Bird is described."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bird_dynamic.emulator import BirdEmulator, EmulatorServer, Request, Response
from tests.support.openapi import problem
from tests.support.publication import Publication, published

ENGINE = ("engine", "teams")
"""Folders whose tests drive the real Pulumi engine."""


# How long a test takes says nothing on a busy machine.
settings.register_profile(
    "untimed",
    deadline=None,
    derandomize="BIRD_RANDOM_EXAMPLES" not in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("untimed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name in ENGINE:
            item.add_marker(pytest.mark.engine)
            # A test is many commands, and one of these waits for half a minute; on a busy machine
            # that takes its time.
            item.add_marker(pytest.mark.timeout(900))
        elif "publication" in getattr(item, "fixturenames", ()):
            # The first of them builds it.
            item.add_marker(pytest.mark.timeout(900))

    # The slowest first, so that no processor waits at the end for a slow test that began late.
    # pytest-xdist hands tests out in this order, at most two at a time with `--maxschedchunk 2`.
    def rank(item: pytest.Item) -> int:
        if item.path.parent.name == "packaging":
            return 0
        return 1 if item.get_closest_marker("engine") else 2

    items.sort(key=rank)


@pytest.fixture(autouse=True)
def own_records(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees what another one, or this machine's user, has recorded."""
    monkeypatch.setenv("BIRD_STATE_DIR", str(tmp_path / "records"))


@pytest.fixture
def bird() -> Iterator[EmulatorServer]:
    """An emulated Bird that nobody has asked anything yet."""
    with EmulatorServer() as running:
        yield running


@pytest.fixture
def way() -> str:
    """How a stack reaches Bird; `both_ways` has a test try the plugin too."""
    return "dynamic"


@pytest.fixture(autouse=True)
def not_as_described(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every request to an emulator, and every answer, that is not as `docs/openapi.yaml` says.

    A test that wants such a thing empties the list.
    """
    found: list[str] = []

    def observe(operation: str, request: Request, response: Response) -> None:
        if (told := problem(operation, request, response)) is not None:
            found.append(told)

    monkeypatch.setattr(BirdEmulator, "observer", staticmethod(observe))
    yield found
    assert found == []


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """All that is published, built once for all processes of the run."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "publication"
    folder.mkdir(exist_ok=True)
    return published(folder)


@pytest.fixture
def any_dialect(not_as_described: list[str]) -> Iterator[None]:
    """For a test under dialects: the description has the default one alone."""
    yield
    not_as_described.clear()


@pytest.fixture
def bird_differs(not_as_described: list[str]) -> Iterator[None]:
    """For a test in which Bird answers otherwise than described."""
    yield
    assert not_as_described
    not_as_described.clear()

"""The live suite itself, tried on the emulator: it passes there and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bird_dynamic.emulator import (
    ACCESS_KEY,
    ORGANIZATION_ID,
    WORKSPACE_ID,
    Dialect,
    EmulatorServer,
    Fault,
    Options,
    PhoneNumber,
)
from bird_dynamic.emulator.dialect import NAMED
from bird_dynamic.emulator.operations import connectors

ROOT = Path(__file__).parents[2]


def run_on(
    server: EmulatorServer, tests: str = "tests/live", **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if "BIRD" not in name}
    environment |= {
        "BIRD_API_URL": server.url,
        "BIRD_ACCESS_KEY": ACCESS_KEY,
        "BIRD_WORKSPACE_ID": WORKSPACE_ID,
        "BIRD_ORGANIZATION_ID": ORGANIZATION_ID,
        "BIRD_LIVE_REPORT": os.devnull,
        **variables,
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_it_passes_and_sweeps_away_what_an_aborted_run_left() -> None:
    with EmulatorServer() as server:
        foreign = server.emulator.add_connector(name="somebody else's")
        server.emulator.add_connector(name="bird-dynamic-live-left")
        done = run_on(server, BIRD_LIVE_PHONE_NUMBER_ID=PhoneNumber.made_up(0).id)
        assert done.returncode == 0, done.stdout
        assert "10 passed" in done.stdout
        assert [each["id"] for each in server.emulator.connectors()] == [foreign["id"]]


def test_it_fails_where_bird_is_not_as_assumed_and_leaves_nothing_even_then() -> None:
    with EmulatorServer() as server:
        server.emulator.faults = (Fault("status", "set_conversational", status=422, times=None),)
        done = run_on(server, BIRD_LIVE_PHONE_NUMBER_ID=PhoneNumber.made_up(0).id)
        assert done.returncode == 1
        assert "test_the_switch_of_a_channel_can_be_set_both_ways" in done.stdout
        assert server.emulator.connectors() == []


@pytest.mark.usefixtures("bird_differs")
def test_it_tells_what_bird_answers_otherwise_than_described(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = connectors.shown
    monkeypatch.setattr(connectors, "shown", lambda *given: {**shown(*given), "surprise": 1})
    with EmulatorServer() as server:
        done = run_on(server, BIRD_LIVE_PHONE_NUMBER_ID=PhoneNumber.made_up(0).id)
    assert "1 failed, 9 passed" in done.stdout
    assert "('surprise' was unexpected)" in done.stdout


def test_without_a_number_it_asks_nothing() -> None:
    with EmulatorServer() as server:
        done = run_on(server)
        assert "10 skipped" in done.stdout
        assert list(server.emulator.journal) == []


def test_it_asks_of_subscriptions_without_an_organization_too(tmp_path: Path) -> None:
    report = tmp_path / "bird-dialect.json"
    with EmulatorServer() as server:
        done = run_on(
            server,
            "tests/live/test_dialect.py",
            BIRD_LIVE_PHONE_NUMBER_ID=PhoneNumber.made_up(0).id,
            BIRD_LIVE_REPORT=str(report),
            BIRD_ORGANIZATION_ID="",
        )
        paths = [each["path"] for each in server.emulator.journal]
    assert done.returncode == 0, done.stdout
    assert json.loads(report.read_text())["choices"]["signing_key"] == "never"
    assert not any(each.startswith("/organizations/") for each in paths)


@pytest.mark.usefixtures("any_dialect")
@pytest.mark.parametrize(
    "name",
    [
        "default",
        "tidy",
        "versioned",
        "twins",
        "slow",
        "terse",
        "mixed",
        "paged",
        "shouting",
        "texts",
    ],
)
def test_it_finds_the_dialect(name: str, tmp_path: Path) -> None:
    report = tmp_path / "bird-dialect.json"
    with EmulatorServer() as server:
        server.emulator.add_connector(name="somebody else's")
        server.emulator.dialect = NAMED[name]
        server.emulator.options = Options(release_after=1.0)
        done = run_on(
            server,
            "tests/live/test_dialect.py",
            BIRD_LIVE_PHONE_NUMBER_ID=PhoneNumber.made_up(0).id,
            BIRD_LIVE_REPORT=str(report),
        )
        assert done.returncode == 0, done.stdout
        assert len(server.emulator.connectors()) == 1
        assert server.emulator.webhook_subscriptions() == []
    choices = json.loads(report.read_text())["choices"]
    told = {question: getattr(NAMED[name], question) for question in choices}
    assert choices == told
    assert len(choices) >= 17
    assert "endpoint" in choices
    assert Dialect.of(choices).name == NAMED[name].name

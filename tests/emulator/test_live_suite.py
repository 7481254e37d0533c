"""The live suite itself, tried on the emulator: it passes there and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer, Fault, PhoneNumber
from bird_dynamic.emulator.operations import connectors

ROOT = Path(__file__).parents[2]


def run_on(server: EmulatorServer, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if "BIRD" not in name}
    environment |= {
        "BIRD_API_URL": server.url,
        "BIRD_ACCESS_KEY": ACCESS_KEY,
        "BIRD_WORKSPACE_ID": WORKSPACE_ID,
        **variables,
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/live"]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_it_passes_and_sweeps_away_what_an_aborted_run_left() -> None:
    with EmulatorServer() as server:
        foreign = server.emulator.add_connector(name="somebody else's")
        server.emulator.add_connector(name="bird-dynamic-live-left")
        done = run_on(server, BIRD_LIVE_PHONE_NUMBER_ID=PhoneNumber.made_up(0).id)
        assert done.returncode == 0, done.stdout
        assert "9 passed" in done.stdout
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
    assert "1 failed, 8 passed" in done.stdout
    assert "('surprise' was unexpected)" in done.stdout


def test_without_a_number_it_asks_nothing() -> None:
    with EmulatorServer() as server:
        done = run_on(server)
        assert "9 skipped" in done.stdout
        assert list(server.emulator.journal) == []

"""What is remembered of requests, and that the same requests give the same answers."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import Any

from bird_dynamic.emulator import ACCESS_KEY, BirdEmulator, Fault, Options
from bird_dynamic.emulator.core import journal
from tests.emulator.asking import NUMBER, OTHER_NUMBER, Caller
from tests.support.clock import FakeClock


def a_day(seed: int) -> tuple[list[Any], list[Any]]:
    emulator = BirdEmulator(
        seed=seed,
        clock=FakeClock().time,
        faults=[Fault("status", probability=0.3, times=None, nth=4)],
    )
    bird = Caller(emulator)
    connector_id = bird.create().body["id"]
    answers: list[Any] = [bird.ask("GET", f"/connectors/{connector_id}") for _ in range(20)]
    answers.append(bird.create(OTHER_NUMBER))
    return list(emulator.journal), answers


def test_the_same_seed_and_the_same_requests_give_the_same_journal_and_answers() -> None:
    assert a_day(1) == a_day(1)
    assert a_day(1) != a_day(2)


def test_without_a_seed_no_two_workspaces_have_the_same_ids() -> None:
    one, other = (Caller(BirdEmulator()).create().body["id"] for _ in range(2))
    assert one != other
    assert uuid.UUID(one).version == 4


def test_ids_can_come_from_somewhere_else() -> None:
    count = itertools.count()
    bird = Caller(BirdEmulator(ids=lambda: f"id-{next(count)}"))
    assert bird.create().body["id"] == "id-0"


def test_an_entry_says_what_was_asked_and_answered(bird: Caller) -> None:
    bird.ask("GET", "/connectors", limit=5)
    assert bird.emulator.journal[0] == {
        "sequence": 1,
        "time": 1_795_000_000.0,
        "operation": "list_connectors",
        "method": "GET",
        "path": "/workspaces/b17d0000-0000-4000-8000-000000000001/connectors",
        "query": {"limit": "5"},
        "body": None,
        "status": 200,
        "fault": None,
        "applied": True,
    }


def test_nothing_secret_is_remembered(bird: Caller) -> None:
    secret = {"securityArguments": {"a": "canary"}, "invitationToken": "canary"}
    bird.create(**secret, arguments={"phoneNumberId": NUMBER, "list": [{"signingKey": "canary"}]})
    bird.ask("POST", "/connectors", [{"signingKey": "canary"}])
    bird.ask("POST", "/connectors", raw=b'{"invitationToken": "canary')
    written = json.dumps(list(bird.emulator.journal))
    assert "canary" not in written
    assert ACCESS_KEY not in written
    assert [each["body"] for each in bird.emulator.journal][2] == "(not JSON)"
    # What is not secret is there: the search above would have found something.
    assert NUMBER in written


def test_the_journal_is_bounded(bird: Caller) -> None:
    assert bird.emulator.journal.maxlen == journal.LONGEST == 100_000


def test_a_reset_is_the_start_again(clock: FakeClock) -> None:
    emulator = BirdEmulator(seed=1, clock=clock.time, options=Options(channel_after=2))
    bird = Caller(emulator)
    first = bird.create().body
    emulator.options.channel_after = 0
    emulator.faults = [Fault("revoked")]
    bird.ask("GET", "/connectors")
    emulator.reset()
    assert (list(emulator.journal), emulator.connectors(), emulator.faults) == ([], [], ())
    assert emulator.options == Options(channel_after=2)
    assert bird.create().body == first
    assert emulator.journal[0]["sequence"] == 1

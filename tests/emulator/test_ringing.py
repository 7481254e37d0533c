"""Calls that are played: their statuses, their events, and the calls that are lost."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.emulator import BirdEmulator, EmulatorServer, LostCallError, Options, Store
from bird_dynamic.emulator.store import StateFileError
from bird_dynamic.testing import EmulatedBird
from tests.emulator.caller import NUMBER as NUMBER_ID
from tests.emulator.caller import VOICE, Caller
from tests.emulator.ringing import KEY, PUBLIC, TO, URL, channel_of, ring, subscribe, workspace
from tests.support.receiver import Receiver

OUTCOMES = {
    "completed": ["starting", "ringing", "ongoing", "completed"],
    "no-answer": ["starting", "ringing", "no-answer"],
    "busy": ["starting", "busy"],
    "failed": ["starting", "failed"],
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def emulator(receiver: Receiver) -> Iterator[BirdEmulator]:
    made = workspace()
    made.deliver(PUBLIC, receiver.url)
    subscribe(made)
    yield made
    made.stop()


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_incoming_call_goes_through_the_statuses_of_its_outcome(
    emulator: BirdEmulator, receiver: Receiver, outcome: str
) -> None:
    call = ring(emulator, outcome=outcome)
    assert receiver.statuses == OUTCOMES[outcome]
    assert call["status"] == outcome
    assert ("answeredAt" in call) == (outcome == "completed")
    assert "endedAt" in call
    path = f"/channels/{call['channelId']}/calls/{call['id']}"
    assert Caller(emulator)("GET", path) == (200, call)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_call_that_the_api_starts_is_accepted_and_then_played(
    emulator: BirdEmulator, receiver: Receiver, outcome: str
) -> None:
    subscribe(emulator, event="voice.outbound")
    emulator.options.call_outcome = outcome
    call = Caller(emulator)
    path = f"/channels/{channel_of(emulator)}/calls"
    status, started = call("POST", path, {"to": "+31612345678"})
    assert (status, started["status"]) == (202, "accepted")
    assert emulator.settled(10)
    assert receiver.statuses == ["accepted", *OUTCOMES[outcome]]
    assert {each.event["event"] for each in receiver.requests} == {"voice.outbound"}
    assert call("GET", f"{path}/{started['id']}")[1]["status"] == outcome


def test_a_call_that_is_scheduled_for_later_is_not_played(emulator: BirdEmulator) -> None:
    path = f"/channels/{channel_of(emulator)}/calls"
    body = {"to": "+31612345678", "scheduledFor": "2030-01-31T12:00:00Z"}
    started = Caller(emulator)("POST", path, body)[1]
    assert emulator.settled(10)
    assert emulator.calls() == [started]
    assert emulator.deliveries.shown() == []


def test_a_call_takes_its_time_between_two_statuses(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    emulator.options.call_step = 0.05
    with emulator.feed.subscribe() as watching:
        call = emulator.incoming_call({"to": TO})
        assert (call["status"], emulator.calls()[0]["status"]) == ("starting", "starting")
        assert emulator.settled(10)
        told = [json.loads(item)["item"] for kind, item in watching.take(1) if kind == "item"]
    assert [each["status"] for each in told] == receiver.statuses == OUTCOMES["completed"]
    assert len({each["updatedAt"] for each in told}) == 4


def test_the_duration_of_a_call_is_the_time_since_it_was_answered(emulator: BirdEmulator) -> None:
    ticks = itertools.count(1_795_000_000)
    emulator._clock = lambda: float(next(ticks))
    call = ring(emulator)
    answered, ended = (
        datetime.fromisoformat(call[each][:-1]) for each in ("answeredAt", "endedAt")
    )
    assert call["duration"] == (ended - answered).total_seconds() > 0
    assert ring(emulator, outcome="no-answer")["duration"] == 0


def test_a_call_ends_with_its_channel(emulator: BirdEmulator, receiver: Receiver) -> None:
    emulator.options.call_step = 0.2
    emulator.incoming_call({"to": TO})
    emulator.remove_connector(emulator.connectors()[0]["id"])
    assert emulator.settled(10)
    assert (emulator.calls(), receiver.statuses) == ([], ["starting"])


def test_a_call_to_a_number_without_a_voice_channel_is_lost() -> None:
    emulator = BirdEmulator()
    with pytest.raises(LostCallError, match=r"is lost: the number has no voice channel; create"):
        emulator.incoming_call({"to": TO})
    emulator.add_connector(arguments={"phoneNumberId": NUMBER_ID})
    with pytest.raises(LostCallError, match=r"no voice channel"):
        emulator.incoming_call({"to": TO})
    made = emulator.add_connector(
        connectorTemplateRef=VOICE, arguments={"phoneNumberId": NUMBER_ID}
    )
    with pytest.raises(LostCallError, match=rf"connector {made['id']} is not ready yet"):
        emulator.incoming_call({"to": TO})
    Caller(emulator)("GET", f"/connectors/{made['id']}")
    assert emulator.incoming_call({"to": TO})["status"] == "completed"
    emulator.remove_connector(made["id"])
    with pytest.raises(LostCallError, match=r"no voice channel"):
        emulator.incoming_call({"to": TO})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "to: is required"),
        ({"to": "020 123"}, "to: must be a phone number of the workspace"),
        ({"to": 31}, "to: must be a phone number"),
        ({"to": TO, "from": ""}, "from: must be"),
        ({"to": TO, "outcome": "answered"}, "outcome: must be one of: completed, no-answer"),
        ({"to": TO, "form": "x"}, "form: is unknown; known are: to, from, outcome"),
    ],
)
def test_wrong_input_is_told(emulator: BirdEmulator, given: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        emulator.incoming_call(given)
    assert emulator.calls() == []


def test_a_number_of_another_workspace_cannot_be_called(emulator: BirdEmulator) -> None:
    with pytest.raises(LookupError, match=r"\+31201234567 is not a number of this workspace"):
        emulator.incoming_call({"to": "+31201234567"})


def test_a_test_rings_its_handler_through_the_fixture(receiver: Receiver) -> None:
    with EmulatedBird() as bird:
        bird.emulator.options = Options(channel_after=0)
        arguments = {"phoneNumberId": bird.phone_number_ids[0]}
        bird.emulator.add_connector(connectorTemplateRef=VOICE, arguments=arguments)
        bird.emulator.add_webhook_subscription(url=URL, signingKey=KEY)
        bird.deliver(PUBLIC, receiver.url)
        call = bird.incoming_call(TO, from_="+12025550123", outcome="busy")
        deliveries = bird.deliveries()
    assert (call["status"], call["from"]) == ("busy", "+12025550123")
    assert [each["status"] for each in deliveries] == ["succeeded", "succeeded"]
    assert [each["attempts"][0]["status"] for each in deliveries] == [200, 200]
    assert receiver.statuses == ["starting", "busy"]


def control(server: EmulatorServer, method: str, what: str, body: Any = None) -> tuple[int, Any]:
    connection = HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    connection.request(method, f"/__emulator__/{what}", None if body is None else json.dumps(body))
    answered = connection.getresponse()
    answer = json.loads(answered.read())
    connection.close()
    return answered.status, answer


def test_the_control_requests_ring_map_and_show(receiver: Receiver) -> None:
    emulator = workspace()
    subscribe(emulator)
    with EmulatorServer(emulator) as server:
        pair = {PUBLIC: receiver.url}
        assert control(server, "PUT", "targets", pair) == (200, {})
        more = {"https://example.org": "http://localhost:9"}
        assert control(server, "PATCH", "targets", more) == (200, {})
        assert control(server, "GET", "targets") == (200, {**pair, **more})
        status, call = control(server, "POST", "calls/incoming", {"to": TO})
        assert (status, call["status"]) == (200, "completed")
        assert emulator.settled(10)
        assert receiver.statuses == OUTCOMES["completed"]
        assert control(server, "GET", "calls") == (200, [call])
        _, shown = control(server, "GET", "deliveries")
        assert [each["status"] for each in shown] == ["succeeded"] * 4
        assert KEY not in json.dumps(shown)
        assert control(server, "GET", "deliveries?limit=1")[1] == shown[-1:]
        assert control(server, "DELETE", "deliveries") == (200, {})
        assert control(server, "GET", "deliveries") == (200, [])
        assert control(server, "GET", "targets") == (200, {**pair, **more})


@pytest.mark.parametrize(
    ("method", "what", "body", "status", "says"),
    [
        ("POST", "calls/incoming", None, 422, "must be an object"),
        ("POST", "calls/incoming", {"to": "+31201234567"}, 404, "is not a number of this"),
        ("POST", "calls/incoming", {"to": "+3197010200002"}, 422, "has no voice channel"),
        ("PUT", "targets", {PUBLIC: "http://10.0.0.1"}, 422, "must be an address on this machine"),
        ("PUT", "targets", {PUBLIC: 5000}, 422, "must be a string"),
        ("GET", "deliveries?limit=0", None, 422, "limit: must be a whole number from 1"),
    ],
)
def test_a_wrong_control_request_is_told(
    method: str, what: str, body: Any, status: int, says: str
) -> None:
    with EmulatorServer(workspace()) as server:
        answered, answer = control(server, method, what, body)
    assert answered == status
    assert says in answer["message"]


def test_calls_are_kept_in_the_state_file_and_deliveries_are_not(
    receiver: Receiver, tmp_path: Path
) -> None:
    path = str(tmp_path / "bird.json")
    emulator = BirdEmulator(Store.from_file(path), options=Options(channel_after=0))
    emulator.add_connector(connectorTemplateRef=VOICE, arguments={"phoneNumberId": NUMBER_ID})
    subscribe(emulator)
    call = ring(emulator)
    assert len(emulator.deliveries.shown()) == 4
    again = BirdEmulator(Store.from_file(path), options=Options(channel_after=0))
    assert again.calls() == [call]
    assert again.deliveries.shown() == []
    again.deliver(PUBLIC, receiver.url)
    ring(again)
    assert receiver.statuses == OUTCOMES["completed"]


def test_a_file_that_cannot_be_written_ends_no_call(receiver: Receiver, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    store = Store.from_file(str(folder / "bird.json"))
    emulator = BirdEmulator(store, options=Options(channel_after=0, call_step=0.05))
    emulator.add_connector(connectorTemplateRef=VOICE, arguments={"phoneNumberId": NUMBER_ID})
    subscribe(emulator)
    emulator.deliver(PUBLIC, receiver.url)
    emulator.incoming_call({"to": TO})
    folder.rename(tmp_path / "elsewhere")
    assert emulator.settled(10)
    assert receiver.statuses == OUTCOMES["completed"]
    emulator.options.call_step = 0
    with pytest.raises(StateFileError):
        emulator.incoming_call({"to": TO})
    (tmp_path / "elsewhere").rename(folder)
    ring(emulator)
    written = Store.from_file(str(folder / "bird.json")).calls
    assert [each.wire for each in written.values()] == emulator.calls()


def test_the_oldest_calls_that_are_over_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.operations.calls.MAX_CALLS", 3)
    emulator = workspace()
    made = [ring(emulator)["id"] for _ in range(5)]
    assert [each["id"] for each in emulator.calls()] == made[2:]


def test_a_call_that_is_under_way_makes_no_room_for_a_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.operations.calls.MAX_CALLS", 2)
    emulator = workspace(call_step=60)
    made = [emulator.incoming_call({"to": TO})["id"] for _ in range(2)]
    with pytest.raises(LostCallError, match=r"2 calls are under way .*; wait until one ends"):
        emulator.incoming_call({"to": TO})
    path = f"/channels/{channel_of(emulator)}/calls"
    status, body = Caller(emulator)("POST", path, {"to": "+31612345678"})
    assert (status, body["code"]) == (429, "TooManyCalls")
    assert [each["id"] for each in emulator.calls()] == made
    emulator.stop()


def test_a_call_to_a_channel_that_is_not_active_is_lost(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    channel_id = channel_of(emulator)
    emulator.change("channels", channel_id, status="inactive")
    with pytest.raises(LostCallError, match=rf"channel {channel_id} is inactive; PATCH /__emu"):
        emulator.incoming_call({"to": TO})
    assert (emulator.calls(), receiver.requests) == ([], [])
    emulator.change("channels", channel_id, status="active")
    assert ring(emulator)["status"] == "completed"


def test_events_are_written_as_the_dialect_says(receiver: Receiver) -> None:
    emulator = workspace()
    emulator.dialect = type(emulator.dialect).of({"id_case": "upper", "timestamps": "offset"})
    emulator.deliver(PUBLIC, receiver.url)
    subscribe(emulator, eventFilters=[{"key": "channelId", "value": channel_of(emulator).upper()}])
    ring(emulator)
    payload = receiver.requests[0].event["payload"]
    assert payload["id"].isupper()
    assert payload["createdAt"].endswith("+00:00")

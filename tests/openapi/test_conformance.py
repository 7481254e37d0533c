"""What holds the emulator to its description: what it lets pass, and what not."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import BirdEmulator, Fault, Request
from bird_dynamic.emulator.operations import calls, connectors
from tests.emulator.caller import ROOT, WEBHOOKS, Caller


@pytest.fixture
def call() -> Caller:
    return Caller(BirdEmulator(seed=1))


def test_answers_that_faults_have_spoiled_are_left_alone(call: Caller) -> None:
    kinds = ("garbage", "wrong_schema", "wrong_content_type", "status", "redirect", "throttle")
    for kind in kinds:
        call.emulator.faults = (Fault(kind, rate=0),)
        call.reply("GET", f"{ROOT}/connectors")
    assert [each["fault"] for each in call.emulator.journal] == list(kinds)


def test_refused_requests_need_not_be_as_described_but_their_answers_must(call: Caller) -> None:
    assert call("POST", WEBHOOKS, {"what": "ever"})[0] == 422
    assert call("GET", "/numbers", limit="none")[0] == 422
    assert call("PUT", "/numbers")[0] == 405
    assert call("GET", "/nothing")[0] == 404


@pytest.mark.parametrize(
    ("wire", "says"),
    [
        ({"undocumented": 1}, "undocumented"),
        ({"name": 1}, "not of type 'string'"),
        ({"createdAt": "yesterday"}, "not a 'date-time'"),
        ({"channel": {"channelId": "x"}}, "not a 'uuid'"),
    ],
)
def test_an_answer_that_is_not_as_described_is_an_error(
    call: Caller, not_as_described: list[str], wire: dict[str, Any], says: str
) -> None:
    connector_id = call.emulator.add_connector()["id"]
    call.emulator.change_connector(connector_id, **wire)
    call("GET", f"/connectors/{connector_id}")
    assert says in not_as_described.pop()


def test_an_answer_that_lacks_something_required_is_an_error(
    call: Caller, not_as_described: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connectors, "shown", lambda *_: {})
    call.create(name="another")
    assert "'id' is a required property" in not_as_described.pop()


def test_a_granted_request_that_is_not_as_described_is_an_error(
    call: Caller, not_as_described: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel_id = call.channel()
    monkeypatch.setattr(calls, "_BODY", lambda body, path: {})
    call("POST", f"/channels/{channel_id}/calls", {"to": "+31612345678", "what": "ever"})
    assert "was unexpected" in not_as_described.pop()


def test_a_request_without_a_key_is_answered_as_described() -> None:
    emulator = BirdEmulator()
    request = Request("POST", f"{ROOT}/connectors", {}, {}, b"{}")
    assert emulator.handle(request).response.status == 401

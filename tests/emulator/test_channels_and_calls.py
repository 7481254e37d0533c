"""Channels, and the calls that are started through them."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import BirdEmulator, Fault, PhoneNumber
from tests.emulator.caller import OTHER_NUMBER, Caller

ABSENT = "11111111-2222-4333-8444-555555555555"
TO = "+31612345678"


@pytest.fixture
def call() -> Caller:
    return Caller(BirdEmulator(seed=1))


def test_a_channel_tells_its_connector_and_its_phone_number(call: Caller) -> None:
    _, made = call.create()
    call("GET", f"/connectors/{made['id']}")
    (row,) = call("GET", "/channels")[1]["results"]
    assert row["connectorId"] == made["id"]
    assert row["identifier"] == PhoneNumber.made_up(0).number
    assert row["platformId"] == "voice-messagebird"
    assert call("GET", f"/channels/{row['id']}") == (200, row)


def test_a_channel_without_a_phone_number_has_no_identifier(call: Caller) -> None:
    channel_id = call.channel(connectorTemplateRef="whatsapp:1", arguments=None)
    assert call("GET", f"/channels/{channel_id}")[1]["identifier"] is None


def test_a_channel_is_shown_once_it_is_ready(call: Caller) -> None:
    _, made = call.create()
    channel_id = call.emulator.store.connectors[made["id"]].channel_id
    paths = [f"/channels/{channel_id}{rest}" for rest in ("", "/conversational", "/calls")]
    assert call.listed("/channels") == []
    assert [call("GET", path)[0] for path in paths] == [404, 404, 404]
    call("GET", f"/connectors/{made['id']}")
    assert call.listed("/channels") == [channel_id]
    assert [call("GET", path)[0] for path in paths] == [200, 200, 200]


def test_a_listing_of_channels_is_filtered_and_turned_round(call: Caller) -> None:
    first = call.channel()
    second = call.channel(connectorTemplateRef="sms-messagebird:1")
    number = PhoneNumber.made_up(0).number
    assert call.listed("/channels") == [first, second]
    assert call.listed("/channels", reverse="true", limit="1") == [second, first]
    assert call.listed("/channels", platform="voice-messagebird") == [first]
    platforms = ["voice-messagebird", "sms-messagebird"]
    assert call.listed("/channels", platform=platforms) == [first, second]
    assert call.listed("/channels", status="active") == [first, second]
    assert call.listed("/channels", status="preview") == []
    assert call.listed("/channels", channelIds=[second, ABSENT]) == [second]
    assert call.listed("/channels", identifiers=number) == [first, second]
    assert call.listed("/channels", limit="1000", platform="whatsapp") == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "1001"},
        {"limit": "9" * 5000},
        {"limit": ["1", "2"]},
        {"pageToken": "9" * 5000},
        {"reverse": "yes"},
    ],
)
def test_a_listing_that_cannot_be_had_is_refused(call: Caller, query: dict[str, str]) -> None:
    assert call("GET", "/channels", **query)[0] == 422


def test_a_call_is_accepted_and_can_be_read_and_listed(call: Caller) -> None:
    channel_id = call.channel()
    path = f"/channels/{channel_id}/calls"
    status, made = call(
        "POST",
        path,
        {
            "to": TO,
            "ringTimeout": 3,
            "maxDuration": 1,
            "sendKeys": "1*#",
            "record": True,
            "scheduledFor": "2030-01-31T12:00:00Z",
            "tags": ["a"],
            "callFlow": [{"command": "say", "options": {"text": "hello"}}],
            "notification": {"url": "https://example.com"},
        },
    )
    assert (status, made["status"], made["channelId"]) == (202, "accepted", channel_id)
    assert (made["from"], made["to"]) == (PhoneNumber.made_up(0).number, TO)
    assert call("GET", f"{path}/{made['id']}") == (200, made)
    assert call.listed(path) == call.listed("/channels/calls") == [made["id"]]


def test_calls_are_listed_by_channel_and_page_by_page(call: Caller) -> None:
    first, second = call.channel(), call.channel(arguments={"phoneNumberId": OTHER_NUMBER})
    made = [
        call("POST", f"/channels/{channel_id}/calls", {"to": TO, "from": "+3197010299999"})[1]["id"]
        for channel_id in (first, second, first)
    ]
    assert call.listed(f"/channels/{first}/calls", limit="1") == [made[0], made[2]]
    assert call.listed("/channels/calls", limit="2") == made
    assert call("GET", f"/channels/{second}/calls/{made[0]}")[0] == 404


def test_a_call_may_be_for_a_sip_address(call: Caller) -> None:
    path = f"/channels/{call.channel()}/calls"
    assert call("POST", path, {"to": "sip:desk@example.com"})[1]["to"] == "sip:desk@example.com"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, ".to"),
        ({"to": ""}, ".to"),
        ({"to": 31612345678}, ".to"),
        ({"to": TO, "from": ""}, ".from"),
        ({"to": TO, "ringTimeout": 2}, ".ringTimeout"),
        ({"to": TO, "ringTimeout": 121}, ".ringTimeout"),
        ({"to": TO, "ringTimeout": True}, ".ringTimeout"),
        ({"to": TO, "maxDuration": 0}, ".maxDuration"),
        ({"to": TO, "sendKeys": "1" * 21}, ".sendKeys"),
        ({"to": TO, "sendKeys": ""}, ".sendKeys"),
        ({"to": TO, "record": "yes"}, ".record"),
        ({"to": TO, "recordStart": "later"}, ".recordStart"),
        ({"to": TO, "scheduledFor": "tomorrow"}, ".scheduledFor"),
        ({"to": TO, "scheduledFor": "2030-02-31T12:00:00Z"}, ".scheduledFor"),
        ({"to": TO, "tags": ["a"] * 11}, ".tags"),
        ({"to": TO, "tags": "a"}, ".tags"),
        ({"to": TO, "callFlow": [{"command": "sing"}]}, ".callFlow[0].command"),
        ({"to": TO, "callFlow": [{"options": 1}]}, ".callFlow[0].options"),
        ({"to": TO, "callFlow": ["say"]}, ".callFlow[0]"),
        ({"to": TO, "amdSettings": 1}, ".amdSettings"),
        ({"to": TO, "extra": 1}, ".extra"),
    ],
)
def test_a_call_that_cannot_be_made_is_refused(call: Caller, body: Any, path: str) -> None:
    status, refusal = call("POST", f"/channels/{call.channel()}/calls", body)
    assert (status, refusal["code"]) == (422, "InvalidPayload")
    assert path in refusal["details"]
    assert call.listed("/channels/calls") == []


def test_a_channel_that_cannot_make_calls_refuses_them(call: Caller) -> None:
    channel_id = call.channel(connectorTemplateRef="sms-messagebird:1")
    assert call("POST", f"/channels/{channel_id}/calls", {"to": TO})[0] == 422


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_an_unknown_channel_has_no_calls(call: Caller, method: str) -> None:
    status, refusal = call(method, f"/channels/{ABSENT}/calls", {"to": TO})
    assert (status, refusal["message"]) == (404, "channel not found")
    assert call(method, f"/channels/{ABSENT}/calls/{ABSENT}")[0] in (404, 405)


def test_a_deleted_connector_takes_its_channel_and_its_calls_with_it(call: Caller) -> None:
    channel_id = call.channel()
    _, made = call("POST", f"/channels/{channel_id}/calls", {"to": TO})
    (connector_id,) = call.emulator.store.connectors
    call("DELETE", f"/connectors/{connector_id}")
    assert call("GET", f"/channels/{channel_id}")[0] == 404
    assert call("GET", f"/channels/{channel_id}/calls/{made['id']}")[0] == 404
    assert call.listed("/channels") == call.listed("/channels/calls") == []
    call.emulator.faults = (Fault("stale_list", "list_workspace_calls"),)
    assert call.listed("/channels/calls") == [made["id"]]


def test_a_call_that_was_lost_was_made_all_the_same(call: Caller) -> None:
    channel_id = call.channel()
    call.emulator.faults = (Fault("reset", "start_call", applied=True),)
    call("POST", f"/channels/{channel_id}/calls", {"to": TO})
    assert len(call.listed(f"/channels/{channel_id}/calls")) == 1
    assert [each["operation"] for each in call.emulator.journal][-2:] == [
        "start_call",
        "list_calls",
    ]


def test_the_status_of_a_channel_can_be_changed_as_in_the_dashboard(call: Caller) -> None:
    channel_id = call.channel()
    call.emulator.change("channels", channel_id, status="inactive")
    assert call("GET", f"/channels/{channel_id}")[1]["status"] == "inactive"
    assert call.listed("/channels", status="inactive") == [channel_id]
    with pytest.raises(LookupError, match=ABSENT):
        call.emulator.change("channels", ABSENT, status="active")
    with pytest.raises(ValueError, match="known are: status"):
        call.emulator.change("channels", channel_id, name="x")

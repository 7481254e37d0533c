"""Channels, whether they open conversations, and the workspace's phone numbers."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import PHONE_NUMBERS, PhoneNumber
from tests.emulator.asking import NO_SUCH_ID, NUMBER, WITHOUT_VOICE, Caller


def test_a_channel_leads_back_to_its_connector(bird: Caller) -> None:
    connector = bird.ready()
    channel = bird.ask("GET", f"/channels/{connector['channel']['channelId']}").body
    assert channel["connectorId"] == connector["id"]
    assert channel["identifier"] == PHONE_NUMBERS[0].number
    assert bird.ask("GET", "/channels").body == {"results": [channel]}


def test_a_channel_that_is_not_there_yet_is_not_found_or_listed(bird: Caller) -> None:
    channel_id = bird.emulator.store.connectors[bird.create().body["id"]].channel_id
    assert bird.ask("GET", f"/channels/{channel_id}").status == 404
    assert bird.ask("GET", "/channels").body == {"results": []}


def test_channels_can_be_listed_by_platform_and_a_thousand_at_a_time(bird: Caller) -> None:
    bird.emulator.options.channel_after = 0
    bird.emulator.add_connectors(1_001)
    bird.create()
    page = bird.ask("GET", "/channels", limit=1_000, platform="sms-messagebird").body
    assert len(page["results"]) == 1_000
    assert "nextPageToken" in page
    (voice,) = bird.ask("GET", "/channels", platform="voice-messagebird").body["results"]
    assert voice["name"] == "support"
    assert bird.ask("GET", "/channels", limit=1_001).status == 422


def test_a_channel_without_a_number_has_no_identifier(bird: Caller) -> None:
    bird.emulator.options.channel_after = 0
    bird.emulator.add_connector(connectorTemplateRef="whatsapp:1")
    assert bird.ask("GET", "/channels").body["results"][0]["identifier"] is None


@pytest.mark.parametrize("enabled", [True, False, None])
def test_the_conversational_status_begins_as_the_connector_wanted(
    bird: Caller, enabled: bool | None
) -> None:
    connector = bird.ready(channelConversationalStatusEnabled=enabled)
    path = f"/channels/{connector['channel']['channelId']}/conversational"
    answer = bird.ask("GET", path)
    assert (answer.status, answer.body["status"]) == (200, "active" if enabled else "inactive")
    assert answer.body["createdAt"] == answer.body["updatedAt"] == connector["createdAt"]


def test_the_conversational_status_can_be_switched(bird: Caller, clock: Any) -> None:
    path = f"/channels/{bird.ready()['channel']['channelId']}/conversational"
    clock.sleep(60)
    switched = bird.ask("PATCH", path, {"status": "active"})
    assert (switched.status, switched.body["status"]) == (200, "active")
    assert switched.body["updatedAt"] == "2026-11-18T11:07:40.000Z"
    assert bird.ask("GET", path).body == switched.body


@pytest.mark.parametrize(
    "body", [{}, {"status": "on"}, {"status": ["active"]}, {"status": "active", "x": 1}]
)
def test_another_conversational_status_is_refused(bird: Caller, body: dict[str, Any]) -> None:
    path = f"/channels/{bird.ready()['channel']['channelId']}/conversational"
    answer = bird.ask("PATCH", path, body)
    assert (answer.status, len(answer.body["details"])) == (422, 1)
    assert bird.ask("GET", path).body["status"] == "inactive"


def test_the_conversational_status_of_no_channel_is_not_found(bird: Caller) -> None:
    path = f"/channels/{NO_SUCH_ID}/conversational"
    assert bird.ask("GET", path).status == 404
    assert bird.ask("PATCH", path, {"status": "active"}).status == 404


def test_the_first_number_is_the_one_of_birds_documentation_and_one_has_no_voice() -> None:
    assert PHONE_NUMBERS[0].id == "2cffb55c-120e-91a8-8f10-ed9d1b412d29"
    assert len({each.id for each in PHONE_NUMBERS}) == len(PHONE_NUMBERS) >= 12
    assert len({each.country for each in PHONE_NUMBERS}) >= 5
    assert [each.id for each in PHONE_NUMBERS if "voice" not in each.capabilities] == [
        WITHOUT_VOICE
    ]


def test_there_can_be_as_many_numbers_as_wanted() -> None:
    assert len({PhoneNumber.made_up(index).number for index in range(1_000)}) == 1_000


@pytest.mark.parametrize(
    ("path", "key"), [("/numbers", "number"), ("/numbers-long-code", "numberString")]
)
def test_numbers_are_listed_in_pages_and_read_one_by_one(bird: Caller, path: str, key: str) -> None:
    first = bird.ask("GET", path).body
    rest = bird.ask("GET", path, limit=99, pageToken=first["nextPageToken"]).body["results"]
    rows = first["results"] + rest
    assert [each[key] for each in rows] == [each.number for each in PHONE_NUMBERS]
    assert bird.ask("GET", f"{path}/{NUMBER.upper()}").body == rows[0]
    assert bird.ask("GET", f"{path}/{NO_SUCH_ID}").status == 404
    assert bird.ask("GET", path, limit=100).status == 422


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/numbers", {"searchTerm": "197010200002"}),
        ("/numbers-long-code", {"numberString": "+3197010200002"}),
    ],
)
def test_a_number_can_be_searched_for(bird: Caller, path: str, query: dict[str, str]) -> None:
    (found,) = bird.ask("GET", path, **query).body["results"]
    assert found["id"] == PHONE_NUMBERS[1].id


def test_a_long_code_says_what_it_can_do_in_each_direction(bird: Caller) -> None:
    number = bird.ask("GET", f"/numbers-long-code/{WITHOUT_VOICE}").body
    assert number["endpointId"] == number["id"]
    assert number["capabilities"]["voice"] == {"inbound": False, "outbound": False}
    assert number["capabilities"]["sms"] == {"inbound": True, "outbound": True}

"""What Bird takes, what it refuses, and what it shows of what it took."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import WORKSPACE_ID
from tests.emulator.asking import NO_SUCH_ID, NUMBER, OTHER_NUMBER, VOICE, WITHOUT_VOICE, Caller

PHONE = ".arguments.phoneNumberId"


def test_a_created_connector_has_every_documented_field(bird: Caller) -> None:
    created = bird.create()
    assert created.status == 201
    assert set(created.body) == {
        *("id", "workspaceId", "routingKey", "name", "region", "description", "arguments"),
        *("channel", "number", "connectorTemplateSlug", "connectorTemplateRef"),
        *("dataFetching", "dataCapture", "createdAt", "updatedAt"),
    }
    assert created.body["workspaceId"] == WORKSPACE_ID
    assert created.body["connectorTemplateSlug"] == "voice-messagebird"
    assert created.body["createdAt"] == created.body["updatedAt"] == "2026-11-18T11:06:40.000Z"


def test_the_phone_number_is_shown_as_documented(bird: Caller) -> None:
    created = bird.create().body
    assert created["number"] == {
        "profileId": NUMBER,
        "numberId": NUMBER,
        "phoneNumber": "+3197010200001",
        "variables": {},
        "capabilities": "voice-inbound,voice-outbound,sms-inbound,sms-outbound",
        "numberType": "local",
        "endpointType": "long-code-number",
        "country": "NL",
        "profileAttachments": [
            {
                "capability": "voice",
                "profileId": NUMBER,
                "variables": {"connectorId": created["id"]},
            }
        ],
    }


@pytest.mark.parametrize("after", [0, 1, 3])
def test_the_channel_is_there_after_as_many_reads_as_wanted(bird: Caller, after: int) -> None:
    bird.emulator.options.channel_after = after
    created = bird.create().body
    seen = [created["channel"]]
    seen += [bird.ask("GET", f"/connectors/{created['id']}").body["channel"] for _ in range(after)]
    assert seen[:-1] == [None] * after
    assert seen[-1]["platform"] == "voice-messagebird"


def test_what_is_secret_or_write_only_is_never_shown_or_stored(bird: Caller) -> None:
    bird.create(
        securityArguments={"oauth": {"accessToken": "canary"}},
        invitationToken="canary",
        channelConversationalStatusEnabled=True,
    )
    (connector,) = bird.emulator.connectors()
    assert "canary" not in f"{connector}{bird.emulator.store.to_json()}"
    assert "channelConversationalStatusEnabled" not in connector


def test_arguments_that_are_not_known_are_kept_and_others_may_be_added(bird: Caller) -> None:
    bird.emulator.options.added_arguments = {"added": 1}
    arguments = {"phoneNumberId": NUMBER.upper(), "another": [2]}
    assert bird.create(arguments=arguments).body["arguments"] == {
        "phoneNumberId": NUMBER,
        "another": [2],
        "added": 1,
    }


def test_a_second_connector_of_a_template_on_a_number_is_a_conflict(bird: Caller) -> None:
    bird.create()
    again = bird.create(number=NUMBER.upper(), name="another")
    assert (again.status, again.body["code"]) == (409, "ResourceAlreadyExists")
    assert bird.create(connectorTemplateRef="sms-messagebird:1").status == 201
    assert bird.create(OTHER_NUMBER).status == 201


def test_duplicates_can_be_allowed(bird: Caller) -> None:
    bird.emulator.options.allow_duplicates = True
    assert [bird.create().status, bird.create().status] == [201, 201]


def test_a_number_is_free_again_after_a_delete(bird: Caller) -> None:
    bird.ask("DELETE", f"/connectors/{bird.create().body['id']}")
    assert bird.create().status == 201


@pytest.mark.parametrize("arguments", [None, {}, {"phoneNumberId": 5}, {"phoneNumberId": [1]}])
def test_templates_without_a_number_take_any_arguments(bird: Caller, arguments: Any) -> None:
    fields = {"connectorTemplateRef": "whatsapp:1", "arguments": arguments}
    for _ in range(2):
        created = bird.create(**fields)
        assert (created.status, created.body["number"]) == (201, None)


@pytest.mark.parametrize(
    ("fields", "details"),
    [
        ({"name": ""}, {".name": ["must not be empty"]}),
        ({"name": " "}, {".name": ["must not be empty"]}),
        ({"name": None}, {".name": ["is required"]}),
        ({"name": 5}, {".name": ["must be a string"]}),
        ({"tags": []}, {".tags": ['property "tags" is unsupported']}),
        (
            {"connectorTemplateRef": "voice:1"},
            {".connectorTemplateRef": ["is not a known template"]},
        ),
        (
            {"connectorTemplateRef": [VOICE]},
            {".connectorTemplateRef": ["must be a string", "is not a known template"]},
        ),
        ({"arguments": {}}, {PHONE: ["is required"]}),
        ({"arguments": {"phoneNumberId": "+31"}}, {PHONE: ["must be a uuid"]}),
        ({"arguments": []}, {".arguments": ["must be an object"], PHONE: ["is required"]}),
        (
            {"arguments": {"phoneNumberId": NO_SUCH_ID}},
            {PHONE: ["no such phone number in this workspace"]},
        ),
        (
            {"arguments": {"phoneNumberId": WITHOUT_VOICE}},
            {PHONE: ["the phone number has no voice capability"]},
        ),
        ({"securityArguments": "x"}, {".securityArguments": ["must be an object"]}),
        ({"invitationToken": 1}, {".invitationToken": ["must be a string"]}),
        (
            {"channelConversationalStatusEnabled": "yes"},
            {".channelConversationalStatusEnabled": ["must be a boolean"]},
        ),
    ],
)
def test_a_bad_field_is_named_by_its_path(
    bird: Caller, fields: dict[str, Any], details: dict[str, list[str]]
) -> None:
    answer = bird.create(**fields)
    assert (answer.status, answer.body["code"]) == (422, "InvalidPayload")
    assert answer.body["details"] == details
    assert bird.emulator.connectors() == []


def test_all_problems_are_told_at_once(bird: Caller) -> None:
    answer = bird.create(name="", tags=1, arguments={"phoneNumberId": "x"})
    assert set(answer.body["details"]) == {".name", ".tags", PHONE}


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff"])
def test_a_body_that_is_not_an_object_is_refused(bird: Caller, raw: bytes) -> None:
    answer = bird.ask("POST", "/connectors", raw=raw)
    assert (answer.status, answer.body["code"]) == (422, "InvalidPayload")

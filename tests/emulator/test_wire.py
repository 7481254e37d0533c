"""What the emulated Bird answers, in the shapes of Bird's documentation."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import BirdEmulator, Options, Store
from tests.emulator.caller import NUMBER, OTHER_NUMBER, ROOT, VOICE, WITHOUT_VOICE, Caller

ABSENT = "11111111-2222-4333-8444-555555555555"
DOCUMENTED = {
    "id",
    "workspaceId",
    "routingKey",
    "name",
    "region",
    "description",
    "arguments",
    "channel",
    "number",
    "connectorTemplateSlug",
    "connectorTemplateRef",
    "createdAt",
    "updatedAt",
}


@pytest.fixture
def call() -> Caller:
    return Caller(BirdEmulator(seed=1))


def test_a_connector_has_the_documented_fields_and_no_secret(call: Caller) -> None:
    status, made = call.create(
        securityArguments={"a": {"b": "c"}},
        invitationToken="t",
        channelConversationalStatusEnabled=True,
    )
    assert status == 201
    assert set(made) == DOCUMENTED
    assert made["number"]["numberId"] == NUMBER
    assert made["number"]["capabilities"].split(",")[0] == "voice-inbound"


def test_the_channel_comes_after_some_reads() -> None:
    call = Caller(BirdEmulator(options=Options(channel_after=2)))
    _, made = call.create()
    channels = [call("GET", f"/connectors/{made['id']}")[1]["channel"] for _ in range(3)]
    assert made["channel"] is None
    assert [channel is not None for channel in channels] == [False, True, True]
    assert channels[1] == channels[2]


def test_a_deleted_connector_is_gone_with_its_channel(call: Caller) -> None:
    _, made = call.create()
    channel_id = call("GET", f"/connectors/{made['id']}")[1]["channel"]["channelId"]
    assert call("DELETE", f"/connectors/{made['id']}") == (204, None)
    for method, path in (
        ("GET", f"/connectors/{made['id']}"),
        ("DELETE", f"/connectors/{made['id']}"),
        ("GET", f"/channels/{channel_id}"),
    ):
        assert call(method, path)[0] == 404
    assert call.create()[0] == 201


@pytest.mark.parametrize("number", [NUMBER, NUMBER.upper()])
def test_a_second_connector_on_the_same_number_is_refused(call: Caller, number: str) -> None:
    call.create()
    status, body = call.create(name="another", arguments={"phoneNumberId": number})
    assert (status, body["code"]) == (409, "ResourceAlreadyExists")
    assert call.create(arguments={"phoneNumberId": OTHER_NUMBER})[0] == 201
    assert call.create(connectorTemplateRef="sms-messagebird:1")[0] == 201


def test_a_second_connector_is_made_where_duplicates_are_allowed() -> None:
    call = Caller(BirdEmulator(options=Options(allow_duplicates=True)))
    assert [call.create()[0] for _ in range(2)] == [201, 201]


def test_all_problems_of_a_body_are_told_at_once(call: Caller) -> None:
    status, body = call("POST", "/connectors", {"extra": 1, "arguments": "x", "name": ""})
    assert (status, body["code"]) == (422, "InvalidPayload")
    assert set(body["details"]) == {".extra", ".arguments", ".name", ".connectorTemplateRef"}


@pytest.mark.parametrize(
    ("number", "says"),
    [(None, "required"), ("x", "uuid"), (ABSENT, "no such"), (WITHOUT_VOICE, "voice")],
)
def test_a_number_that_cannot_do_it_is_refused(call: Caller, number: Any, says: str) -> None:
    status, body = call.create(arguments={"phoneNumberId": number})
    assert status == 422
    assert says in body["details"][".arguments.phoneNumberId"][0]


@pytest.mark.parametrize("body", [b"{", b"[]", b""])
def test_a_body_that_is_no_object_is_refused(call: Caller, body: bytes) -> None:
    assert call.reply("POST", f"{ROOT}/connectors", body).response.status == 422


@pytest.mark.parametrize("template", [["x"], {}, 1, None])
def test_a_template_that_is_no_text_is_refused(call: Caller, template: Any) -> None:
    status, body = call.create(connectorTemplateRef=template)
    assert status == 422
    assert ".connectorTemplateRef" in body["details"]


def test_security_arguments_are_objects_in_an_object(call: Caller) -> None:
    status, body = call.create(securityArguments={"good": {}, "wrong": "x"})
    assert status == 422
    assert set(body["details"]) == {".securityArguments.wrong"}


def test_arguments_may_have_been_taken_away(call: Caller) -> None:
    _, made = call.create()
    call.emulator.change_connector(made["id"], arguments=None)
    assert call("GET", f"/connectors/{made['id']}")[1]["number"] is None
    assert call.create()[0] == 201


def test_a_template_without_a_number_needs_none(call: Caller) -> None:
    assert call.create(connectorTemplateRef="whatsapp:1", arguments=None)[0] == 201


@pytest.mark.parametrize("access_key", ["", "another"])
def test_another_access_key_is_refused(access_key: str) -> None:
    assert Caller(BirdEmulator(), access_key)("GET", "/connectors")[0] == 401


def test_another_workspace_is_not_found(call: Caller) -> None:
    reply = call.reply("GET", f"/workspaces/{ABSENT}/connectors")
    assert reply.response.status == 404
    assert b"workspace not found" in reply.response.body


def test_an_unknown_path_is_not_found_and_a_wrong_method_is_told(call: Caller) -> None:
    assert call("GET", "/nothing")[0] == 404
    response = call.reply("PUT", f"{ROOT}/connectors").response
    assert response.status == 405
    assert response.headers["Allow"] == "POST, GET"


def test_every_answer_has_a_request_id_and_a_date(call: Caller) -> None:
    for path in ("/connectors", "/nothing"):
        headers = call.reply("GET", ROOT + path).response.headers
        assert headers["Messagebird-Request-Id"]
        assert headers["Date"].endswith("GMT")


@pytest.mark.parametrize("limit", [None, "1", "7", "100"])
def test_a_listing_has_every_connector_once(limit: str | None) -> None:
    emulator = BirdEmulator()
    made = [emulator.add_connector(name=str(index))["id"] for index in range(25)]
    query = {"limit": limit} if limit else {}
    assert Caller(emulator).listed("/connectors", **query) == made
    first = Caller(emulator)("GET", "/connectors", **query)[1]["results"]
    assert len(first) == min(25, int(limit or 10))


def test_pages_do_not_shift_when_connectors_come_and_go() -> None:
    emulator = BirdEmulator()
    made = [emulator.add_connector(name=str(index))["id"] for index in range(20)]
    call = Caller(emulator)
    _, page = call("GET", "/connectors")
    emulator.remove_connector(made[3])
    emulator.add_connector(name="new")
    _, rest = call("GET", "/connectors", pageToken=page["nextPageToken"])
    assert [row["id"] for row in rest["results"]] == made[10:20]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"pageToken": "x"}])
def test_a_page_that_cannot_be_had_is_refused(call: Caller, query: dict[str, str]) -> None:
    assert call("GET", "/connectors", **query)[0] == 422


def test_a_listing_can_be_of_one_template(call: Caller) -> None:
    _, made = call.create()
    call.create(connectorTemplateRef="sms-messagebird:1")
    assert call.listed("/connectors", templateRef=VOICE) == [made["id"]]


def test_rows_can_be_poorer_than_the_connector() -> None:
    call = Caller(BirdEmulator(options=Options(sparse_lists=True)))
    _, made = call.create()
    (row,) = call("GET", "/connectors")[1]["results"]
    assert row["id"] == made["id"]
    assert row["channel"] is row["number"] is row["arguments"] is None


def test_the_conversational_status_is_read_and_changed(call: Caller) -> None:
    _, made = call.create(channelConversationalStatusEnabled=True)
    channel_id = call("GET", f"/connectors/{made['id']}")[1]["channel"]["channelId"]
    path = f"/channels/{channel_id}/conversational"
    assert call("GET", path)[1]["status"] == "active"
    assert call("PATCH", path, {"status": "inactive"})[1]["status"] == "inactive"
    assert call("GET", path)[1]["status"] == "inactive"
    assert call("PATCH", path, {"status": "maybe"})[0] == 422
    assert call("GET", f"/channels/{ABSENT}/conversational")[0] == 404


def test_the_journal_holds_no_secret(call: Caller) -> None:
    call.create(securityArguments={"a": {"b": "s3cret"}}, invitationToken="s3cret")
    call.reply("POST", f"{ROOT}/connectors", b"s3cret")
    call.reply("POST", f"{ROOT}/connectors", [{"invitationToken": "s3cret"}])
    assert "s3cret" not in str(call.emulator.journal)
    assert [entry["status"] for entry in call.emulator.journal] == [201, 422, 422]


def test_a_workspace_kept_in_a_file_survives(tmp_path: Any) -> None:
    path = str(tmp_path / "bird.json")
    call = Caller(BirdEmulator(Store.from_file(path)))
    _, made = call.create()
    call("GET", f"/connectors/{made['id']}")
    _, other = call.create(arguments={"phoneNumberId": OTHER_NUMBER})
    call("DELETE", f"/connectors/{other['id']}")
    again = Caller(BirdEmulator(Store.from_file(path)))
    assert [each["id"] for each in again.emulator.connectors()] == [made["id"]]
    assert again("GET", f"/connectors/{other['id']}")[0] == 404
    assert again.create()[0] == 409


def test_a_seed_makes_other_ids_after_a_restart(tmp_path: Any) -> None:
    path = str(tmp_path / "bird.json")
    for number in (NUMBER, OTHER_NUMBER):
        Caller(BirdEmulator(Store.from_file(path), seed=1)).create(
            arguments={"phoneNumberId": number}
        )
    assert len(BirdEmulator(Store.from_file(path)).connectors()) == 2


def test_the_same_seed_and_requests_make_the_same_journal() -> None:
    journals = []
    for _ in range(2):
        call = Caller(BirdEmulator(seed=7, clock=lambda: 1_000_000.0))
        _, made = call.create()
        call("GET", f"/connectors/{made['id']}")
        journals.append(list(call.emulator.journal))
    assert journals[0] == journals[1]

"""What holds the emulator to its description: what it lets pass, and what not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bird_dynamic.emulator import BirdEmulator, Fault, Request, Response
from bird_dynamic.emulator.operations import calls, connectors
from tests.emulator.caller import NUMBER, ROOT, WEBHOOKS, Caller
from tests.support.openapi import problem

ID = "2cffb55c-120e-91a8-8f10-ed9d1b412d29"
TIME = "2026-01-02T03:04:05.678Z"
CONNECTOR = {"id": ID, "name": "n", "createdAt": TIME}
CALL = {"from": "a", "to": "b", "direction": "incoming", "status": "s", "type": "t"}
CALL |= {"id": ID, "channelId": ID, "createdAt": TIME, "updatedAt": TIME}
REFUSED = {"code": "NotFound", "message": "m"}
CREATE = ("POST", "/connectors", {"sent": {"name": "n"}, "status": 201, "body": CONNECTOR})
LIST = ("GET", "/connectors", {"body": {"results": [CONNECTOR]}})
CHANNELS = ("GET", "/channels", {"body": {"results": []}})
NUMBERS = ("GET", "/numbers", {"body": {"results": []}})
CALLS = ("GET", "/channels/calls", {"body": {"results": [CALL]}})
LOG = (
    "GET",
    f"/webhook-subscriptions/{ID}/logs/details",
    {"query": {"requestId": "r"}, "body": {}},
)
GET = ("GET", f"/connectors/{ID}", {"body": CONNECTOR})
DELETE = ("DELETE", f"/connectors/{ID}", {"status": 204, "body": b""})
SWITCH = (
    "PATCH",
    f"/channels/{ID}/conversational",
    {"sent": {"status": "active"}, "body": {"status": "active"}},
)


def told(exchange: tuple[str, str, dict[str, Any]], **changes: Any) -> str | None:
    """What is said of an exchange with changes."""
    method, path, parts = exchange
    given = {
        "method": method,
        "path": path,
        "query": {},
        "headers": {"authorization": "AccessKey k"},
        "sent": b"",
        "status": 200,
        "type": "application/json",
        **parts,
        **changes,
    }
    sent, body = (
        each if isinstance(each, bytes) else json.dumps(each).encode()
        for each in (given["sent"], given["body"])
    )
    return problem(
        "named",
        Request(given["method"], ROOT + given["path"], given["query"], given["headers"], sent),
        Response(given["status"], {"Content-Type": given["type"]}, body),
    )


@pytest.mark.parametrize(
    ("exchange", "changes"),
    [
        (CREATE, {}),
        (CREATE, {"sent": {"name": "n", "arguments": {"any": [1]}}}),
        (CREATE, {"sent": {"name": "n", "arguments": None}}),
        (CREATE, {"sent": b"what", "status": 422, "body": REFUSED}),
        (LIST, {"type": "application/json; charset=utf-8"}),
        (LIST, {"query": {"limit": "100", "pageToken": "1", "unknown": "1"}}),
        (LIST, {"query": {"limit": "none"}, "status": 422, "body": REFUSED}),
        (LIST, {"headers": {}, "status": 401, "body": REFUSED}),
        (CHANNELS, {"query": {"platform": ["a", "b"], "channelIds": "a", "reverse": "true"}}),
        (CALLS, {}),
        (LOG, {}),
        (GET, {}),
        (DELETE, {}),
        (SWITCH, {}),
    ],
)
def test_what_is_as_described_passes(
    exchange: tuple[str, str, dict[str, Any]], changes: dict[str, Any]
) -> None:
    assert told(exchange, **changes) is None


@pytest.mark.parametrize(
    ("exchange", "changes"),
    [
        (CREATE, {"headers": {}}),
        (CREATE, {"path": "/connectors/"}),
        (CREATE, {"path": "/nothing"}),
        (CREATE, {"method": "PUT"}),
        (CREATE, {"sent": b""}),
        (CREATE, {"sent": b"{"}),
        (CREATE, {"sent": []}),
        (CREATE, {"sent": {}}),
        (CREATE, {"sent": {"name": 1}}),
        (CREATE, {"sent": {"name": None}}),
        (CREATE, {"sent": {"name": "n", "what": "ever"}}),
        (CREATE, {"sent": {"name": "n", "securityArguments": {"a": 1}}}),
        (LIST, {"query": {"limit": "0"}}),
        (LIST, {"query": {"limit": "101"}}),
        (LIST, {"query": {"limit": "ten"}}),
        (LIST, {"query": {"limit": "1.5"}}),
        (LIST, {"query": {"limit": ""}}),
        (LIST, {"query": {"limit": "true"}}),
        (LIST, {"query": {"limit": ["1", "2"]}}),
        (CHANNELS, {"query": {"reverse": "maybe"}}),
        (CHANNELS, {"query": {"reverse": "1"}}),
        (CHANNELS, {"query": {"pageToken": "1" * 8001}}),
        (NUMBERS, {"query": {"prefix": ""}}),
        (LOG, {"query": {}}),
        (GET, {"path": "/connectors/x"}),
        (GET, {"path": f"/connectors/{ID}/more"}),
        (SWITCH, {"sent": {"status": "on"}}),
        (SWITCH, {"sent": {"status": "active", "what": "ever"}}),
    ],
)
def test_each_deviation_of_a_granted_request_is_told(
    exchange: tuple[str, str, dict[str, Any]], changes: dict[str, Any]
) -> None:
    assert told(exchange, **changes)


@pytest.mark.parametrize(
    ("exchange", "changes"),
    [
        (LIST, {"status": 201}),
        (LIST, {"status": 418, "body": REFUSED}),
        (LIST, {"status": 302, "body": REFUSED}),
        (LIST, {"type": "text/html"}),
        (LIST, {"body": b""}),
        (LIST, {"body": b"{"}),
        (LIST, {"body": []}),
        (LIST, {"body": {}}),
        (LIST, {"body": {"results": None}}),
        (LIST, {"body": {"results": [], "total": 1}}),
        (LIST, {"body": {"results": [], "nextPageToken": 1}}),
        (LIST, {"body": {"results": [CONNECTOR, {}]}}),
        (LIST, {"body": {"results": [CONNECTOR, {**CONNECTOR, "what": "ever"}]}}),
        (LIST, {"status": 404, "body": {"code": "NotFound"}}),
        (LIST, {"status": 404, "body": {**REFUSED, "code": "not found"}}),
        (LIST, {"status": 404, "body": {**REFUSED, "what": "ever"}}),
        (LIST, {"status": 404, "body": {"results": []}}),
        (GET, {"status": 422, "body": REFUSED}),
        (GET, {"body": {**CONNECTOR, "id": "x"}}),
        (GET, {"body": {**CONNECTOR, "createdAt": "yesterday"}}),
        (GET, {"body": {**CONNECTOR, "createdAt": "2026-01-02"}}),
        (GET, {"body": {**CONNECTOR, "channel": {"what": "ever"}}}),
        (GET, {"body": {**CONNECTOR, "channel": {"channelId": NUMBER[1:]}}}),
        (GET, {"body": {**CONNECTOR, "number": {"profileAttachments": [{"what": "ever"}]}}}),
        (DELETE, {"body": {}}),
        (DELETE, {"status": 200, "body": CONNECTOR}),
        (CALLS, {"body": {"results": [{**CALL, "direction": "up"}]}}),
        (CALLS, {"body": {"results": [{**CALL, "duration": "1"}]}}),
        (SWITCH, {"body": {"status": "on"}}),
    ],
)
def test_each_deviation_of_an_answer_is_told(
    exchange: tuple[str, str, dict[str, Any]], changes: dict[str, Any]
) -> None:
    assert told(exchange, **changes)


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
        ({"name": 1}, 'not of type "string"'),
        ({"createdAt": "yesterday"}, 'not a "date-time"'),
        ({"channel": {"channelId": "x"}}, 'not a "uuid"'),
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
    assert '"id" is a required property' in not_as_described.pop()


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

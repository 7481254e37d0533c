"""From a request to an answer, over the store, without a socket: what the emulated Bird decides.

Answers have the shapes of Bird's documentation. Where that is silent, the guess is: a 409 for a
second connector of the same template on the same number, a 204 for a delete, `inactive` as the
other conversational status.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from email.utils import formatdate
from typing import Any

from bird_dynamic.emulator.faults import Fault, FaultPlan
from bird_dynamic.emulator.store import ACCESS_KEY, WORKSPACE_ID, Store, StoredConnector
from bird_dynamic.emulator.validation import problems_of_connector

Json = dict[str, Any]
SECRET_KEYS = ("securityArguments", "invitationToken", "signingKey")


@dataclass(frozen=True)
class Request:
    """A request; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Response:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """An answer and how it is delivered: `delivery` is "normal" or the kind of a fault of the
    connection."""

    response: Response
    delivery: str = "normal"
    delay: float = 0.0


@dataclass
class Options:
    """How this Bird behaves where the real one is not known to, or may change.

    `channel_after`: reads of a connector before its channel is there (0: at once). `sparse_lists`:
    rows of a listing lack `channel`, `number` and `arguments`. `clock_ahead`: seconds by which the
    server's clock is ahead.
    """

    channel_after: int = 1
    allow_duplicates: bool = False
    added_arguments: Json = field(default_factory=dict)
    sparse_lists: bool = False
    largest_page: int = 100
    clock_ahead: float = 0.0


class _RefusalError(Exception):
    """An error status, on its way to become an answer."""

    def __init__(
        self, status: int, code: str, message: str, details: Json | None = None, **headers: str
    ) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers
        self.body = {"code": code, "message": message, **({"details": details} if details else {})}


class BirdEmulator:
    """The emulated Bird. Thread-safe: one request at a time."""

    def __init__(
        self,
        store: Store | None = None,
        *,
        options: Options | None = None,
        faults: Iterable[Fault] = (),
        seed: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store = store or Store.with_numbers()
        self.options = options or Options()
        self.journal: deque[Json] = deque(maxlen=100_000)
        self._seed = seed or 0
        self._ids = random.Random(seed)  # noqa: S311
        self._clock = clock
        self._plan = FaultPlan(faults, self._seed)
        self._revoked = False
        self._sequence = 0
        self._lock = threading.RLock()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults in force; setting them starts their counting anew."""
        return self._plan.faults

    @faults.setter
    def faults(self, faults: Iterable[Fault]) -> None:
        with self._lock:
            self._plan = FaultPlan(faults, self._seed)
            self._revoked = False

    def connectors(self) -> list[Json]:
        """The connectors that exist, as the API shows them."""
        with self._lock:
            return [self._shown(each) for each in self.store.live()]

    def add_connector(self, **wire: Any) -> Json:
        """Put a connector in behind everybody's back; anything not given is made up."""
        with self._lock:
            return self._shown(self._add({"connectorTemplateRef": "sms-messagebird:1", **wire}))

    def change_connector(self, connector_id: str, **wire: Any) -> None:
        """Change one behind everybody's back, as somebody in Bird's dashboard could."""
        with self._lock:
            self.store.change(connector_id, **wire)

    def remove_connector(self, connector_id: str) -> None:
        """Delete one behind everybody's back."""
        with self._lock:
            self.store.remove(connector_id, self._now())

    def handle(self, request: Request) -> Reply:
        """Answer a request, or misbehave as the faults say. Everything is in the journal."""
        with self._lock:
            operation = _operation(request)
            fault = self._plan.firing(operation, self._now())
            if fault is not None and fault.kind == "revoked":
                self._revoked = True
            carried_out = fault is None or fault.applied or fault.kind in _GENTLE
            response = self._respond(request, operation, fault) if carried_out else None
            reply = Reply(response or self._response(200, {}))
            if fault is not None and fault.kind not in _GENTLE:
                reply = self._spoiled(reply.response, fault)
            elif fault is not None and fault.kind == "latency":
                reply = replace(reply, delay=fault.seconds)
            self._note(request, operation, reply, fault)
            return reply

    def _respond(self, request: Request, operation: str, fault: Fault | None) -> Response:
        try:
            self._authorize(request)
            handler = _HANDLERS.get(operation)
            if handler is None:
                raise self._unknown_path(request)
            match = re.fullmatch(handler[1], request.path)
            if match is None or match[1].lower() != WORKSPACE_ID:
                raise _RefusalError(404, "NotFound", "workspace not found")
            ids = [part.lower() for part in match.groups()[1:]]
            status, body = handler[2](self, request, fault, *ids)
            return self._response(status, body)
        except _RefusalError as refusal:
            return self._response(refusal.status, refusal.body, **refusal.headers)

    def _authorize(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if self._revoked or given != f"AccessKey {ACCESS_KEY}":
            raise _RefusalError(401, "Unauthorized", "the access key is not valid")

    def _unknown_path(self, request: Request) -> _RefusalError:
        allowed = [
            method
            for method, pattern, _ in _HANDLERS.values()
            if re.fullmatch(pattern, request.path)
        ]
        if allowed:
            return _RefusalError(
                405, "MethodNotAllowed", "method not allowed", Allow=", ".join(allowed)
            )
        return _RefusalError(404, "NotFound", "no such path")

    def create_connector(self, request: Request, fault: Fault | None) -> tuple[int, Json]:
        """POST …/connectors"""
        body = _json(request)
        problems = problems_of_connector(body, self.store.numbers)
        if problems:
            raise _RefusalError(
                422, "InvalidPayload", "one or more fields of the payload are invalid", problems
            )
        number_id = (body.get("arguments") or {}).get("phoneNumberId")
        same = [
            each
            for each in self.store.live()
            if number_id is not None
            and each.wire["arguments"].get("phoneNumberId") == number_id.lower()
            and each.wire["connectorTemplateRef"] == body["connectorTemplateRef"]
        ]
        if same and not self.options.allow_duplicates:
            raise _RefusalError(
                409, "ResourceAlreadyExists", "a connector for this phone number exists already"
            )
        return 201, self._shown(self._add(body))

    def get_connector(
        self, request: Request, fault: Fault | None, connector_id: str
    ) -> tuple[int, Json]:
        """GET …/connectors/{connectorId}"""
        if fault is not None and fault.kind == "stale_read":
            earlier = {each.wire["id"]: each for each in self._as_of(fault)}
            found = earlier.get(connector_id)
        else:
            found = self.store.find(connector_id)
        if found is None:
            raise _RefusalError(404, "NotFound", "connector not found")
        if fault is None or fault.kind != "slow_channel":
            found.reads += 1
        return 200, self._shown(found)

    def list_connectors(self, request: Request, fault: Fault | None) -> tuple[int, Json]:
        """GET …/connectors"""
        stale = fault is not None and fault.kind == "stale_list"
        rows = self._as_of(fault) if fault is not None and stale else list(self.store.live())
        if template := request.query.get("templateRef"):
            rows = [each for each in rows if each.wire["connectorTemplateRef"] == template]
        page, token = _page(request, rows, self.options.largest_page)
        shown = [self._shown(each) for each in page]
        if self.options.sparse_lists:
            for row in shown:
                row["channel"] = row["number"] = row["arguments"] = None
        return 200, _results(shown, token)

    def delete_connector(
        self, request: Request, fault: Fault | None, connector_id: str
    ) -> tuple[int, None]:
        """DELETE …/connectors/{connectorId}"""
        if self.store.find(connector_id) is None:
            raise _RefusalError(404, "NotFound", "connector not found")
        self.store.remove(connector_id, self._now())
        return 204, None

    def get_conversational(
        self, request: Request, fault: Fault | None, channel_id: str
    ) -> tuple[int, Json]:
        """GET …/channels/{channelId}/conversational"""
        found = self._channel(channel_id)
        return 200, {
            "status": "active" if found.conversational else "inactive",
            "createdAt": found.wire["createdAt"],
            "updatedAt": found.wire["updatedAt"],
        }

    def set_conversational(
        self, request: Request, fault: Fault | None, channel_id: str
    ) -> tuple[int, Json]:
        """PATCH …/channels/{channelId}/conversational"""
        found = self._channel(channel_id)
        status = _json(request).get("status")
        if status not in ("active", "inactive"):
            details = {".status": ["expected one of: active, inactive"]}
            raise _RefusalError(422, "InvalidPayload", "invalid status", details)
        found.conversational = status == "active"
        self.store.save()
        return self.get_conversational(request, fault, channel_id)

    def list_channels(self, request: Request, fault: Fault | None) -> tuple[int, Json]:
        """GET …/channels"""
        rows = list(self.store.live())
        if platform := request.query.get("platform"):
            rows = [each for each in rows if each.wire["connectorTemplateSlug"] == platform]
        page, token = _page(request, rows, 1000)
        return 200, _results([_channel(each) for each in page], token)

    def get_channel(
        self, request: Request, fault: Fault | None, channel_id: str
    ) -> tuple[int, Json]:
        """GET …/channels/{channelId}"""
        return 200, _channel(self._channel(channel_id))

    def list_numbers(self, request: Request, fault: Fault | None) -> tuple[int, Json]:
        """GET …/numbers"""
        page, token = _page(request, list(self.store.numbers.values()), 99)
        shown = [
            {
                "id": each.id,
                "number": each.number,
                "country": each.country,
                "type": each.type,
                "capabilities": list(each.capabilities),
                "status": "active",
            }
            for each in page
        ]
        return 200, _results(shown, token)

    def get_long_code(
        self, request: Request, fault: Fault | None, number_id: str
    ) -> tuple[int, Json]:
        """GET …/numbers-long-code/{longCodeNumberId}"""
        number = self.store.numbers.get(number_id)
        if number is None:
            raise _RefusalError(404, "NotFound", "number not found")
        return 200, {
            "id": number.id,
            "endpointId": number.id,
            "numberString": number.number,
            "countryCode": number.country,
            "type": number.type,
            "capabilities": {
                each: {
                    "inbound": each in number.capabilities,
                    "outbound": each in number.capabilities,
                }
                for each in ("voice", "sms", "mms")
            },
        }

    def _add(self, body: Json) -> StoredConnector:
        now = self._now()
        moment = datetime.fromtimestamp(now, timezone.utc).isoformat(timespec="milliseconds")
        template = body["connectorTemplateRef"]
        arguments = {**(body.get("arguments") or {}), **self.options.added_arguments}
        if isinstance(arguments.get("phoneNumberId"), str):
            arguments["phoneNumberId"] = arguments["phoneNumberId"].lower()
        wire: Json = {
            "id": self._new_id(),
            "workspaceId": WORKSPACE_ID,
            "routingKey": None,
            "name": body.get("name", "made by somebody else"),
            "region": "eu-west-1",
            "description": "",
            "arguments": arguments,
            "connectorTemplateSlug": template.partition(":")[0],
            "connectorTemplateRef": template,
            "createdAt": moment.replace("+00:00", "Z"),
            "updatedAt": moment.replace("+00:00", "Z"),
        }
        conversational = bool(body.get("channelConversationalStatusEnabled"))
        return self.store.add(wire, self._new_id(), conversational, now)

    def _shown(self, connector: StoredConnector) -> Json:
        ready = connector.reads >= self.options.channel_after
        number = self.store.numbers.get(connector.wire["arguments"].get("phoneNumberId", ""))
        wire = dict(connector.wire)
        channel = {
            "channelId": connector.channel_id,
            "platform": wire["connectorTemplateSlug"],
        }
        shown_number = number and {
            "profileId": number.id,
            "numberId": number.id,
            "phoneNumber": number.number,
            "variables": {},
            "capabilities": ",".join(
                f"{each}-{direction}"
                for each in number.capabilities
                for direction in ("inbound", "outbound")
            ),
            "numberType": number.type,
            "endpointType": "long-code-number",
            "country": number.country,
            "profileAttachments": [],
        }
        return {"channel": channel if ready else None, "number": shown_number, **wire}

    def _channel(self, channel_id: str) -> StoredConnector:
        found = self.store.find_channel(channel_id)
        if found is None:
            raise _RefusalError(404, "NotFound", "channel not found")
        return found

    def _as_of(self, fault: Fault) -> list[StoredConnector]:
        if fault.seconds:
            return self.store.as_of(moment=self._now() - fault.seconds)
        return self.store.as_of(version=self.store.version - 1)

    def _spoiled(self, response: Response, fault: Fault) -> Reply:
        """The reply that a fault makes of an answer that was, or was not, going to be given."""
        if fault.kind == "status":
            body = {"code": "InjectedFault", "message": "a fault was injected"}
            return Reply(self._response(fault.status, body, **fault.headers))
        if fault.kind == "throttle":
            return Reply(self._throttled(fault))
        if fault.kind == "redirect":
            return Reply(self._response(302, None, Location="https://elsewhere.invalid/"))
        if fault.kind == "wrong_content_type":
            headers = {**response.headers, "Content-Type": "text/html"}
            return Reply(replace(response, headers=headers, body=b"<html>a page</html>"))
        if fault.kind == "garbage":
            return Reply(replace(response, body=b'{"id": \x00\xff'))
        if fault.kind == "wrong_schema":
            return Reply(replace(response, body=b'{"unexpected": ["shape"]}'))
        if fault.kind == "truncate":
            return Reply(replace(response, body=response.body or b'{"id": "'), "truncate")
        return Reply(response, fault.kind, fault.seconds if fault.kind == "hang" else 0.0)

    def _throttled(self, fault: Fault) -> Response:
        seconds = self._plan.retry_after(fault, self._now())
        headers = {
            "none": {},
            "seconds": {"Retry-After": str(seconds)},
            "date": {"Retry-After": formatdate(self._now() + seconds, usegmt=True)},
        }[fault.retry_after]
        body = {"code": "TooManyRequests", "message": "rate limit exceeded"}
        return self._response(429, body, **headers)

    def _response(self, status: int, body: Json | None, **headers: str) -> Response:
        return Response(
            status,
            {
                "Content-Type": "application/json",
                "Date": formatdate(self._now(), usegmt=True),
                "Messagebird-Request-Id": self._new_id(),
                **headers,
            },
            b"" if body is None else json.dumps(body).encode(),
        )

    def _note(self, request: Request, operation: str, reply: Reply, fault: Fault | None) -> None:
        self._sequence += 1
        answered = reply.delivery == "normal"
        self.journal.append(
            {
                "sequence": self._sequence,
                "time": self._now(),
                "operation": operation,
                "method": request.method,
                "path": request.path,
                "query": dict(request.query),
                "body": _without_secrets(request.body),
                "status": reply.response.status if answered else None,
                "fault": fault.kind if fault else None,
                "applied": fault is None or fault.applied or fault.kind in _GENTLE,
            }
        )

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self._ids.getrandbits(128), version=4))

    def _now(self) -> float:
        return self._clock() + self.options.clock_ahead


_GENTLE = ("latency", "stale_list", "stale_read", "slow_channel", "revoked")
"""Faults under which a request is carried out and answered."""

_WORKSPACE = r"/workspaces/([^/]+)"
_HANDLERS: dict[str, tuple[str, str, Callable[..., tuple[int, Json | None]]]] = {
    "create_connector": ("POST", rf"{_WORKSPACE}/connectors", BirdEmulator.create_connector),
    "list_connectors": ("GET", rf"{_WORKSPACE}/connectors", BirdEmulator.list_connectors),
    "get_connector": ("GET", rf"{_WORKSPACE}/connectors/([^/]+)", BirdEmulator.get_connector),
    "delete_connector": (
        "DELETE",
        rf"{_WORKSPACE}/connectors/([^/]+)",
        BirdEmulator.delete_connector,
    ),
    "get_conversational": (
        "GET",
        rf"{_WORKSPACE}/channels/([^/]+)/conversational",
        BirdEmulator.get_conversational,
    ),
    "set_conversational": (
        "PATCH",
        rf"{_WORKSPACE}/channels/([^/]+)/conversational",
        BirdEmulator.set_conversational,
    ),
    "list_channels": ("GET", rf"{_WORKSPACE}/channels", BirdEmulator.list_channels),
    "get_channel": ("GET", rf"{_WORKSPACE}/channels/([^/]+)", BirdEmulator.get_channel),
    "list_numbers": ("GET", rf"{_WORKSPACE}/numbers", BirdEmulator.list_numbers),
    "get_long_code": (
        "GET",
        rf"{_WORKSPACE}/numbers-long-code/([^/]+)",
        BirdEmulator.get_long_code,
    ),
}


def _operation(request: Request) -> str:
    for name, (method, pattern, _) in _HANDLERS.items():
        if request.method == method and re.fullmatch(pattern, request.path):
            return name
    return "unknown"


def _json(request: Request) -> Json:
    try:
        body = json.loads(request.body)
    except ValueError:
        raise _RefusalError(422, "InvalidPayload", "the body is not JSON") from None
    if not isinstance(body, dict):
        raise _RefusalError(422, "InvalidPayload", "the body must be an object")
    return body


def _page(request: Request, rows: list[Any], largest: int) -> tuple[list[Any], str | None]:
    """A page begins after the row that its token names, so inserts and deletes do not shift it."""
    limit, token = request.query.get("limit", "10"), request.query.get("pageToken")
    if not limit.isdecimal() or not 1 <= int(limit) <= largest:
        details = {".limit": [f"must be between 1 and {largest}"]}
        raise _RefusalError(422, "InvalidPayload", "invalid limit", details)
    start = 0
    if token is not None:
        if not token.isdecimal():
            details = {".pageToken": ["is not a page token"]}
            raise _RefusalError(422, "InvalidPayload", "invalid page token", details)
        start = next(
            (at for at, row in enumerate(rows) if _position(row, at) > int(token)), len(rows)
        )
    page = rows[start : start + int(limit)]
    more = start + int(limit) < len(rows)
    return page, str(_position(page[-1], start + len(page) - 1)) if more else None


def _position(row: Any, index: int) -> int:
    return row.created_version if isinstance(row, StoredConnector) else index


def _results(rows: list[Json], token: str | None) -> Json:
    return {"results": rows} if token is None else {"results": rows, "nextPageToken": token}


def _channel(connector: StoredConnector) -> Json:
    return {
        "id": connector.channel_id,
        "platformId": connector.wire["connectorTemplateSlug"],
        "name": connector.wire["name"],
        "connectorId": connector.wire["id"],
        "status": "active",
        "createdAt": connector.wire["createdAt"],
        "updatedAt": connector.wire["updatedAt"],
    }


def _without_secrets(body: bytes) -> Any:
    try:
        parsed = json.loads(body) if body else None
    except ValueError:
        return "(not JSON)"
    if isinstance(parsed, dict):
        return {key: "[secret]" if key in SECRET_KEYS else value for key, value in parsed.items()}
    return parsed

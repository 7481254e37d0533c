"""The operations of the emulated Bird, over the store: what is made, found, changed and refused.

Answers have the shapes of Bird's documentation. Where that is silent, the guess is: a 409 for a
second connector of the same template on the same number, a 204 for a delete, `inactive` as the
other conversational status.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from bird_dynamic.emulator.faults import Fault
from bird_dynamic.emulator.messages import Json, Options, RefusalError, Request
from bird_dynamic.emulator.store import WORKSPACE_ID, PhoneNumber, Store, StoredConnector
from bird_dynamic.emulator.validation import problems_of_connector

Answer = tuple[int, Json | None]


class Api:
    """One workspace's operations. `now` is the server's time, `new_id` makes UUIDs."""

    def __init__(
        self,
        store: Store,
        options: Options,
        now: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        self.store = store
        self.options = options
        self._now = now
        self._new_id = new_id

    def answer(self, operation: str, request: Request, fault: Fault | None) -> Answer:
        """Carry an operation out. Raises RefusalError for everything that Bird would refuse."""
        handler = HANDLERS.get(operation)
        if handler is None:
            raise _unknown_path(request)
        match = re.fullmatch(handler[1], request.path)
        if match is None or match[1].lower() != WORKSPACE_ID:
            raise RefusalError(404, "NotFound", "workspace not found")
        ids = [part.lower() for part in match.groups()[1:]]
        return handler[2](self, request, fault, *ids)

    def add(self, body: Json) -> StoredConnector:
        """Put a connector in, without any check."""
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

    def shown(self, connector: StoredConnector) -> Json:
        """A connector as the API shows it."""
        ready = connector.reads >= self.options.channel_after
        number = self.store.numbers.get(
            (connector.wire["arguments"] or {}).get("phoneNumberId", "")
        )
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

    def create_connector(self, request: Request, fault: Fault | None) -> tuple[int, Json]:
        """POST …/connectors"""
        body = _json(request)
        problems = problems_of_connector(body, self.store.numbers)
        if problems:
            raise RefusalError(
                422, "InvalidPayload", "one or more fields of the payload are invalid", problems
            )
        number_id = (body.get("arguments") or {}).get("phoneNumberId")
        same = [
            each
            for each in self.store.live()
            if number_id is not None
            and (each.wire["arguments"] or {}).get("phoneNumberId") == number_id.lower()
            and each.wire["connectorTemplateRef"] == body["connectorTemplateRef"]
        ]
        if same and not self.options.allow_duplicates:
            raise RefusalError(
                409, "ResourceAlreadyExists", "a connector for this phone number exists already"
            )
        return 201, self.shown(self.add(body))

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
            raise RefusalError(404, "NotFound", "connector not found")
        if fault is None or fault.kind != "slow_channel":
            found.reads += 1
        return 200, self.shown(found)

    def list_connectors(self, request: Request, fault: Fault | None) -> tuple[int, Json]:
        """GET …/connectors"""
        stale = fault is not None and fault.kind == "stale_list"
        rows = self._as_of(fault) if fault is not None and stale else list(self.store.live())
        if template := request.query.get("templateRef"):
            rows = [each for each in rows if each.wire["connectorTemplateRef"] == template]
        page, token = _page(request, rows, self.options.largest_page)
        shown = [self.shown(each) for each in page]
        if self.options.sparse_lists:
            for row in shown:
                row["channel"] = row["number"] = row["arguments"] = None
        return 200, _results(shown, token)

    def delete_connector(
        self, request: Request, fault: Fault | None, connector_id: str
    ) -> tuple[int, None]:
        """DELETE …/connectors/{connectorId}"""
        if self.store.find(connector_id) is None:
            raise RefusalError(404, "NotFound", "connector not found")
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
            raise RefusalError(422, "InvalidPayload", "invalid status", details)
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

    def list_long_codes(self, request: Request, fault: Fault | None) -> Answer:
        """GET …/numbers-long-code"""
        page, token = _page(request, list(self.store.numbers.values()), 99)
        return 200, _results([_long_code(each) for each in page], token)

    def get_long_code(self, request: Request, fault: Fault | None, number_id: str) -> Answer:
        """GET …/numbers-long-code/{longCodeNumberId}"""
        number = self.store.numbers.get(number_id)
        if number is None:
            raise RefusalError(404, "NotFound", "number not found")
        return 200, _long_code(number)

    def _channel(self, channel_id: str) -> StoredConnector:
        found = self.store.find_channel(channel_id)
        if found is None:
            raise RefusalError(404, "NotFound", "channel not found")
        return found

    def _as_of(self, fault: Fault) -> list[StoredConnector]:
        if fault.seconds:
            return self.store.as_of(moment=self._now() - fault.seconds)
        return self.store.as_of(version=self.store.version - 1)


_WORKSPACE = r"/workspaces/([^/]+)"
HANDLERS: dict[str, tuple[str, str, Callable[..., Answer]]] = {
    "create_connector": ("POST", rf"{_WORKSPACE}/connectors", Api.create_connector),
    "list_connectors": ("GET", rf"{_WORKSPACE}/connectors", Api.list_connectors),
    "get_connector": ("GET", rf"{_WORKSPACE}/connectors/([^/]+)", Api.get_connector),
    "delete_connector": (
        "DELETE",
        rf"{_WORKSPACE}/connectors/([^/]+)",
        Api.delete_connector,
    ),
    "get_conversational": (
        "GET",
        rf"{_WORKSPACE}/channels/([^/]+)/conversational",
        Api.get_conversational,
    ),
    "set_conversational": (
        "PATCH",
        rf"{_WORKSPACE}/channels/([^/]+)/conversational",
        Api.set_conversational,
    ),
    "list_channels": ("GET", rf"{_WORKSPACE}/channels", Api.list_channels),
    "get_channel": ("GET", rf"{_WORKSPACE}/channels/([^/]+)", Api.get_channel),
    "list_numbers": ("GET", rf"{_WORKSPACE}/numbers", Api.list_numbers),
    "list_long_codes": ("GET", rf"{_WORKSPACE}/numbers-long-code", Api.list_long_codes),
    "get_long_code": (
        "GET",
        rf"{_WORKSPACE}/numbers-long-code/([^/]+)",
        Api.get_long_code,
    ),
}


OPERATIONS = ("any", *HANDLERS, "unknown")
"""The names that a fault can be aimed at."""


def operation_of(request: Request) -> str:
    """The name of the operation that a request asks for, or "unknown"."""
    for name, (method, pattern, _) in HANDLERS.items():
        if request.method == method and re.fullmatch(pattern, request.path):
            return name
    return "unknown"


def _unknown_path(request: Request) -> RefusalError:
    allowed = [
        method for method, pattern, _ in HANDLERS.values() if re.fullmatch(pattern, request.path)
    ]
    if allowed:
        return RefusalError(405, "MethodNotAllowed", "method not allowed", Allow=", ".join(allowed))
    return RefusalError(404, "NotFound", "no such path")


def _json(request: Request) -> Json:
    try:
        body = json.loads(request.body)
    except ValueError:
        raise RefusalError(422, "InvalidPayload", "the body is not JSON") from None
    if not isinstance(body, dict):
        raise RefusalError(422, "InvalidPayload", "the body must be an object")
    return body


def _page(request: Request, rows: list[Any], largest: int) -> tuple[list[Any], str | None]:
    """A page begins after the row that its token names, so inserts and deletes do not shift it."""
    limit, token = request.query.get("limit", "10"), request.query.get("pageToken")
    if not limit.isdecimal() or not 1 <= int(limit) <= largest:
        details = {".limit": [f"must be between 1 and {largest}"]}
        raise RefusalError(422, "InvalidPayload", "invalid limit", details)
    start = 0
    if token is not None:
        if not token.isdecimal():
            details = {".pageToken": ["is not a page token"]}
            raise RefusalError(422, "InvalidPayload", "invalid page token", details)
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


def _long_code(number: PhoneNumber) -> Json:
    return {
        "id": number.id,
        "endpointId": number.id,
        "numberString": number.number,
        "countryCode": number.country,
        "type": number.type,
        "capabilities": {
            each: dict.fromkeys(("inbound", "outbound"), each in number.capabilities)
            for each in ("voice", "sms", "mms")
        },
    }


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

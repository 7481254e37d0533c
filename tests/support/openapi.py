"""Holding the emulator to the description of Bird's API in `docs/openapi.yaml`.

Requests that are granted, and all answers before a fault spoils them, must be as described there;
the emulator may answer nothing that is not described.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from bird_dynamic.emulator import Request, Response
from bird_dynamic.emulator.api import ROUTES

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.yaml"
HOST = "https://api.bird.com"
_LIKE = re.compile(
    rb"(?P<id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    rb"|(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"
    rb"|(?P<number>\+\d{5,15})"
    rb"|(?P<name>(?<=\"name\": )\"[^\"\\\\]*\")"
    rb"|(?P<token>(?<=ageToken['\"]: ['\"])\d+)"
)


OPERATION_IDS = {
    name + suffix: (route.method, path)
    for name, route in ROUTES.items()
    for path, suffix in zip(route.paths, ("", "_of_workspace"), strict=False)
}
"""What is emulated, by the id that the description has for it: a path that may be shortened is two
operations there."""


@cache
def document() -> dict[str, Any]:
    """The description, as it is written."""
    with open(DOCUMENT, encoding="utf-8") as file:
        loaded: dict[str, Any] = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


_as_described: set[int] = set()


def problem(operation: str, request: Request, response: Response) -> str | None:
    """How a request or its answer is not as described; None if both are.

    What differs from something checked before in nothing but ids, times, phone numbers, names, page
    tokens and how often a row comes is not checked again: a check takes some ten milliseconds, and
    one of a long page a hundred.
    """
    kind = _kind_of(operation, request, response)
    if kind in _as_described:
        return None
    seen = _Seen(request)
    if operation == "unknown":
        # There is nothing to hold it to; it is refused as everything else is.
        seen = _Seen(Request("GET", "/workspaces/x/connectors"))
        response = replace(response, status=404) if response.status == 405 else response
    try:
        if response.status < 400:
            _openapi().validate_request(seen)
        _openapi().validate_response(seen, _Answered(response))
    except OpenAPIError as error:
        asked = f"{request.method} {request.path}, answered {response.status}"
        reasons = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
        said = "; ".join(str(getattr(each, "message", each)) for each in reasons)
        return f"{asked}: {error}: {said}"
    _as_described.add(kind)
    return None


def _kind_of(operation: str, request: Request, response: Response) -> int:
    headers = sorted(request.headers), response.headers.get("Content-Type")
    asked = f"{request.method} {request.path} {request.query} {headers}".encode()
    asked, sent, answered = (
        _LIKE.sub(lambda match: (match.lastgroup or "").encode(), text)
        for text in (asked, request.body, response.body)
    )
    return hash((operation, response.status, asked, sent, frozenset(answered.split(b"}, {"))))


class _Seen:
    """A request as openapi-core wants it."""

    def __init__(self, request: Request) -> None:
        self.host_url = HOST
        self.path = request.path
        self.method = request.method.lower()
        self.body = request.body or None
        self.content_type = "application/json"
        query = [(name, value) for name in request.query for value in request.values(name)]
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(query), header=Headers(dict(request.headers))
        )


class _Answered:
    """An answer as openapi-core wants it."""

    def __init__(self, response: Response) -> None:
        self.status_code = response.status
        self.headers = dict(response.headers)
        self.content_type = response.headers["Content-Type"]
        self.data = response.body or None


@cache
def _openapi() -> OpenAPI:
    return OpenAPI.from_dict(_closed(document()))


def _closed(part: Any) -> Any:
    """The description with objects that have no other properties than those described."""
    if isinstance(part, list):
        return [_closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    closed = {key: _closed(each) for key, each in part.items()}
    if isinstance(part.get("properties"), dict) and "type" in part:
        closed.setdefault("additionalProperties", False)
    return closed

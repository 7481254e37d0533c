"""Holding the emulator to the description of Bird's API in `docs/openapi.yaml`.

Requests that are granted, and all answers before a fault spoils them, must be as described there;
the emulator may answer nothing that is not described.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema_rs import Draft202012Validator

from bird_dynamic.emulator import Request, Response
from bird_dynamic.emulator.api import ROUTES

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.yaml"
JSON = "application/json"
_LITERAL = re.compile(r"true|false|-?(0|[1-9]\d*)")

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


def problem(operation: str, request: Request, response: Response) -> str | None:
    """How a request or its answer is not as described; None if both are."""
    seen = request
    if operation == "unknown":
        # There is nothing to hold it to; it is refused as everything else is.
        seen = Request("GET", "/workspaces/x/connectors")
        response = replace(response, status=404) if response.status == 405 else response
    asked = f"{request.method} {request.path}, answered {response.status}: "
    return asked + "; ".join(found) if (found := list(_problems(seen, response))) else None


def _problems(request: Request, response: Response) -> Iterator[str]:
    fitting = ((path.fullmatch(request.path), methods) for path, methods in _paths())
    match, methods = next(((match, each) for match, each in fitting if match), (None, {}))
    described = methods.get(request.method.lower())
    if match is None or described is None:
        yield "the operation is not described"
        return
    if response.status < 400:
        for scheme in document()["components"]["securitySchemes"].values():
            if scheme["name"].lower() not in request.headers:
                yield f"the header {scheme['name']} is missing"
        for parameter in [*methods.get("parameters", ()), *described.get("parameters", ())]:
            yield from _of_parameter(parameter, request, match)
        yield from _of_body(described.get("requestBody", {}), request.body, JSON)
    if (answer := described["responses"].get(str(response.status))) is None:
        yield "the status is not described"
    else:
        yield from _of_body(answer, response.body, response.headers.get("Content-Type", ""))


def _of_parameter(
    parameter: dict[str, Any], request: Request, match: re.Match[str]
) -> Iterator[str]:
    name, schema = parameter["name"], parameter["schema"]
    values = [match[name]] if parameter["in"] == "path" else request.values(name)
    if values:
        is_list = schema.get("type") == "array" or len(values) > 1
        value: Any = values if is_list else values[0]
        if schema.get("type") in {"boolean", "integer"} and not is_list:
            value = json.loads(value) if re.fullmatch(_LITERAL, value) else value
        yield from (f"the parameter {name}: {each}" for each in _of_schema(schema, value))
    elif parameter.get("required"):
        yield f"the parameter {name} is missing"


def _of_body(described: dict[str, Any], body: bytes, content_type: str) -> Iterator[str]:
    content = described.get("content", {})
    media_type = content_type.partition(";")[0].strip().lower()
    if not content or not body:
        if body or content:
            yield f"the body is {'not described' if body else 'missing'}"
    elif media_type not in content:
        yield f"the content type {content_type!r} is not described"
    else:
        try:
            value = json.loads(body)
        except ValueError as error:
            yield f"the body is no JSON: {error}"
        else:
            yield from _of_schema(content[media_type]["schema"], value)


_validators: dict[int, Draft202012Validator] = {}


def _of_schema(schema: dict[str, Any], value: Any) -> Iterator[str]:
    if id(schema) not in _validators:
        _validators[id(schema)] = Draft202012Validator(schema, validate_formats=True)
    return (each.message for each in _validators[id(schema)].iter_errors(value))


@cache
def _paths() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """What is described, by path; a path with fewer names in it comes before others that fit."""
    closed = _closed(document()["paths"])
    return [
        (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), closed[path])
        for path in sorted(closed, key=lambda path: path.count("{"))
    ]


def _closed(part: Any) -> Any:
    """A part of the description with what it refers to, and with objects that have no other
    properties than those described."""
    if isinstance(part, list):
        return [_closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    closed = {key: _closed(each) for key, each in part.items() if key != "$ref"}
    if "$ref" in part:
        _, group, name = part["$ref"].rsplit("/", 2)
        closed = {**_closed(document()["components"][group][name]), **closed}
    if isinstance(part.get("properties"), dict) and "type" in part:
        closed.setdefault("additionalProperties", False)
    return closed

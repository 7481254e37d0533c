"""Connectors. Assumed: a 409 for a second connector of the same template on the same number, and a
204 for a delete."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bird_dynamic.emulator.checks import (
    Problems,
    boolean,
    holding,
    mapping,
    never,
    nullable,
    record,
    text,
)
from bird_dynamic.emulator.messages import (
    CONFLICT,
    Json,
    RefusalError,
    Request,
    invalid_at,
)
from bird_dynamic.emulator.operations import parameters
from bird_dynamic.emulator.operations.backend import Answer, Backend, Kind, body_of, existing
from bird_dynamic.emulator.operations.paging import page
from bird_dynamic.emulator.phone_numbers import PhoneNumber, twin
from bird_dynamic.emulator.store import WORKSPACE_ID, StoredConnector

TEMPLATES: dict[str, str | None] = {
    "voice-messagebird:1": "voice",
    "sms-messagebird:1": "sms",
    "whatsapp:1": None,
    "email-messagebird:1": None,
    "instagram:1": None,
    "facebook:1": None,
    "telegram:1": None,
    "line:1": None,
}
"""Template references, with the required capability of their phone number."""
_BODY = record(
    {
        "name": text(r"(?s).+", "a string that is not empty"),
        "connectorTemplateRef": text(),
        "arguments": nullable(mapping()),
        "securityArguments": nullable(mapping(mapping())),
        "channelConversationalStatusEnabled": nullable(boolean()),
        "invitationToken": nullable(text()),
    },
    required=("name", "connectorTemplateRef"),
)
_UUID = text(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "a uuid")
_ODD = holding(
    {
        "id": never("is given by the emulator; leave it out"),
        "connectorTemplateSlug": text(),
        "arguments": nullable(mapping()),
    }
)
NEWEST = 2
"""The version of each template that a dialect may return instead of the requested one."""
_NAMES: dict[str, Callable[[str], str]] = {
    "as-sent": lambda name: name,
    "trimmed": str.strip,
    "collapsed": lambda name: " ".join(name.split()),
    "lower": str.lower,
    "upper": str.upper,
}


def _with_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {**{key: _with_keys(each) for key, each in value.items()}, "addedByBird": "yes"}
    return [_with_keys(each) for each in value] if isinstance(value, list) else value


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reordered(each) for key, each in value.items()}
    return [_reordered(each) for each in reversed(value)] if isinstance(value, list) else value


_ARGUMENTS: dict[str, Callable[[Json], Json]] = {
    "as-sent": dict,
    "keys-added": _with_keys,
    "text": _as_text,
    "reordered": _reordered,
}


def add(bird: Backend, given: Json) -> StoredConnector:
    """Add a connector without validation."""
    body = {"connectorTemplateRef": "sms-messagebird:1", **given}
    moment = bird.timestamp()
    template = body["connectorTemplateRef"]
    if bird.dialect.template == "newest" and isinstance(template, str):
        template = _newest(template)
    arguments = {
        **_ARGUMENTS[bird.dialect.arguments](body.get("arguments") or {}),
        **bird.options.added_arguments,
    }
    if isinstance(number_id := arguments.get("phoneNumberId"), str):
        arguments["phoneNumberId"] = number_id.lower()
        if bird.dialect.number_id == "twin" and number_id.lower() in bird.store.numbers:
            arguments["phoneNumberId"] = twin(number_id.lower())
    name = body.get("name", "made by somebody else")
    wire: Json = {
        "id": bird.new_id(),
        "workspaceId": WORKSPACE_ID,
        "routingKey": None,
        "name": _NAMES[bird.dialect.name](name) if isinstance(name, str) else name,
        "region": "eu-west-1",
        "description": "",
        "arguments": arguments,
        "connectorTemplateSlug": str(template).partition(":")[0],
        "connectorTemplateRef": template,
        "createdAt": moment,
        "updatedAt": moment,
    }
    conversational = bool(body.get("channelConversationalStatusEnabled"))
    bird.store.add("connectors", wire, channel_id=bird.new_id(), conversational=conversational)
    return bird.store.connectors[wire["id"]]


def shown(bird: Backend, connector: StoredConnector) -> Json:
    """A connector as the API returns it."""
    number = number_of(bird, connector)
    wire = dict(connector.wire)
    channel = {
        "channelId": connector.channel_id,
        "platform": wire["connectorTemplateSlug"],
    }
    shown_number = number and {
        "profileId": number.id,
        "numberId": wire["arguments"]["phoneNumberId"],
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
    return {
        "channel": channel if bird.is_ready(connector) else None,
        "number": shown_number,
        **wire,
    }


def problems_of_connector(
    body: Json,
    numbers: Mapping[str, PhoneNumber],
    templates: Mapping[str, str | None] = TEMPLATES,
) -> Problems:
    """The problems in the body of "create a connector"; empty if it is valid."""
    problems = _BODY(body, "")
    template = body.get("connectorTemplateRef")
    if not isinstance(template, str):
        return problems
    if template not in templates:
        return {**problems, ".connectorTemplateRef": ["is not a known template"]}
    if (capability := templates[template]) is None:
        return problems
    arguments = body.get("arguments")
    given = arguments.get("phoneNumberId") if isinstance(arguments, dict) else None
    return problems | _number(given, capability, numbers)


def _number(given: Any, capability: str, numbers: Mapping[str, PhoneNumber]) -> Problems:
    path = ".arguments.phoneNumberId"
    if given is None:
        return {path: ["is required"]}
    if problems := _UUID(given, path):
        return problems
    number = numbers.get(given.lower())
    if number is None:
        return {path: ["no such phone number in this workspace"]}
    if capability not in number.capabilities:
        return {path: [f"the phone number has no {capability} capability"]}
    return {}


def create_connector(bird: Backend, request: Request) -> Answer:
    """POST …/connectors"""
    body = body_of(request)
    if problems := problems_of_connector(body, bird.numbers, _templates(bird)):
        raise invalid_at(problems)
    holder = _holder(bird, body)
    status = int(bird.dialect.create_status)
    if holder is None or bird.dialect.conflict == "none":
        made = add(bird, body)
    elif bird.dialect.conflict == "existing" and holder.deleted_at is None:
        status, made = 200, holder
    else:
        status = 422 if bird.dialect.conflict == "422" else 409
        raise RefusalError(status, CONFLICT, "a connector for this phone number exists already")
    answer = shown(bird, made)
    return status, {"id": answer["id"]} if bird.dialect.create_answer == "id" else answer


def _newest(template: str) -> str:
    return f"{template.partition(':')[0]}:{NEWEST}"


def _templates(bird: Backend) -> dict[str, str | None]:
    """The accepted templates, with the required capability of each."""
    if bird.dialect.template != "newest":
        return TEMPLATES
    return {**TEMPLATES, **{_newest(each): needed for each, needed in TEMPLATES.items()}}


def _holder(bird: Backend, body: Json) -> StoredConnector | None:
    """The connector that uses the number for the same template; it may be deleted already."""
    given = (body.get("arguments") or {}).get("phoneNumberId")
    number = bird.numbers.get(given.lower()) if isinstance(given, str) else None
    slug = body["connectorTemplateRef"].partition(":")[0]
    lately = bird.now() - bird.options.release_after
    lasts = bird.dialect.number_free == "later"
    if number is None:
        return None
    holding = [
        each
        for each in bird.store.connectors.values()
        if number_of(bird, each) == number
        and each.wire["connectorTemplateSlug"] == slug
        and (each.deleted_at is None or (lasts and each.deleted_at > lately))
    ]
    # Prefer an existing connector to a deleted one.
    return min(holding, key=lambda each: each.deleted_at or 0.0, default=None)


def number_of(bird: Backend, connector: StoredConnector) -> PhoneNumber | None:
    """The phone number of a connector, if it has one."""
    number_id = (connector.wire["arguments"] or {}).get("phoneNumberId")
    return bird.numbers.get(number_id) if isinstance(number_id, str) else None


def get_connector(bird: Backend, request: Request, connector_id: str) -> Answer:
    """GET …/connectors/{connectorId}"""
    found = existing(bird.read(bird.store.connectors, connector_id), "connector")
    if bird.fault is None or bird.fault.kind != "slow_channel":
        found.reads += 1
        # A stale read may return a copy.
        stored = bird.store.connectors[connector_id]
        stored.reads = found.reads
        if found.reads == bird.options.channel_after:
            # Its channel is ready.
            bird.store.changed("connectors", stored)
    return 200, shown(bird, found)


def list_connectors(bird: Backend, request: Request) -> Answer:
    """GET …/connectors"""
    rows = bird.list(bird.store.connectors)
    if template := parameters.text(request, "templateRef"):
        rows = [each for each in rows if each.wire["connectorTemplateRef"] == template]

    def in_a_list(connector: StoredConnector) -> Json:
        row = shown(bird, connector)
        if bird.dialect.rows == "null":
            row["channel"] = row["number"] = row["arguments"] = None
        elif bird.dialect.rows == "keyless":
            row = {key: row[key] for key in row if key not in ("channel", "number", "arguments")}
        if bird.dialect.channel_place == "single":
            row.pop("channel", None)
        return row

    return 200, page(bird, request, rows, in_a_list, bird.options.largest_page)


def delete_connector(bird: Backend, request: Request, connector_id: str) -> Answer:
    """DELETE …/connectors/{connectorId}"""
    found = existing(bird.store.connectors.find(connector_id), "connector")
    bird.delete(found)
    return bird.deleted(shown(bird, found))


_PATH = "/workspaces/{workspaceId}/connectors"
CONNECTORS = Kind(
    "connectors",
    (
        ("POST", _PATH, create_connector),
        ("GET", _PATH, list_connectors),
        ("GET", f"{_PATH}/{{connectorId}}", get_connector),
        ("DELETE", f"{_PATH}/{{connectorId}}", delete_connector),
    ),
    add,
    shown,
    check=_ODD,
)

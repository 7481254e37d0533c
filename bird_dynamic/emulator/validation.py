"""What Bird refuses in the body of "create a connector": all problems at once, by JSON path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bird_dynamic.emulator.phone_numbers import PhoneNumber

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
"""Template references, and the capability that their phone number needs."""

_TYPES: dict[str, tuple[type, str]] = {
    "name": (str, "a string"),
    "connectorTemplateRef": (str, "a string"),
    "arguments": (dict, "an object"),
    "securityArguments": (dict, "an object"),
    "channelConversationalStatusEnabled": (bool, "a boolean"),
    "invitationToken": (str, "a string"),
}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def problems_of_connector(
    body: Mapping[str, Any],
    numbers: Mapping[str, PhoneNumber],
    templates: Mapping[str, str | None] = TEMPLATES,
) -> dict[str, list[str]]:
    """JSON path -> texts, as in Bird's error details; empty if the body is good."""
    problems: dict[str, list[str]] = {}
    for key, value in body.items():
        if key not in _TYPES:
            problems[f".{key}"] = [f'property "{key}" is unsupported']
        elif value is not None and not isinstance(value, _TYPES[key][0]):
            problems[f".{key}"] = [f"must be {_TYPES[key][1]}"]
    schemes = body.get("securityArguments")
    for scheme, values in (schemes if isinstance(schemes, dict) else {}).items():
        if not isinstance(values, dict):
            problems[f".securityArguments.{scheme}"] = ["must be an object"]
    if not body.get("name"):
        problems.setdefault(".name", []).append("is required")
    template = body.get("connectorTemplateRef")
    if not isinstance(template, str) or template not in templates:
        problems.setdefault(".connectorTemplateRef", []).append("is not a known template")
    elif capability := templates[template]:
        arguments = body.get("arguments")
        number_id = arguments.get("phoneNumberId") if isinstance(arguments, dict) else None
        problem = _number_problem(number_id, capability, numbers)
        if problem:
            problems[".arguments.phoneNumberId"] = [problem]
    return problems


def _number_problem(
    number_id: Any, capability: str, numbers: Mapping[str, PhoneNumber]
) -> str | None:
    if number_id is None:
        return "is required"
    if not isinstance(number_id, str) or not _UUID.fullmatch(number_id):
        return "must be a uuid"
    number = numbers.get(number_id.lower())
    if number is None:
        return "no such phone number in this workspace"
    if capability not in number.capabilities:
        return f"the phone number has no {capability} capability"
    return None

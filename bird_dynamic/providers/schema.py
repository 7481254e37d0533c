"""The plugin's schema, made from the descriptions: what other languages generate their code from.

Source of its form: Pulumi's package schema ("schema reference").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bird_dynamic.lifecycle.catalogue import DESCRIPTIONS
from bird_dynamic.lifecycle.descriptions.connector import CONNECTOR
from bird_dynamic.lifecycle.descriptions.found import CHANNEL, PHONE_NUMBER
from bird_dynamic.lifecycle.fields import Description, Field, OnChange
from bird_dynamic.providers.names import camel_case
from bird_dynamic.settings import CONFIGURABLE, Setting

PACKAGE = "bird"
MODULE = "index"
NOT_HERE = {
    "profile": "pass an explicit provider (opts.provider)",
    "create_timeout": "use the option customTimeouts",
    "delete_timeout": "use the option customTimeouts",
}
"""Inputs that a plugin does without, and what to use instead."""

_TEXT = {"type": "string"}
_MAP = {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}}
_TYPES: dict[str, dict[str, Any]] = {
    "map": _MAP,
    "boolean": {"type": "boolean"},
    "list of texts": {"type": "array", "items": _TEXT},
    "list of key and value": {
        "type": "array",
        "items": {"type": "object", "additionalProperties": _TEXT},
    },
}
ROW = "FoundConnector"
_ALWAYS_THERE = {"workspace_id", "name", "channel_id", "created_at"}
"""What a resource that came up has, besides its id and what is required; a channel, unless
`waitForChannel` was false."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """A look-up: what it finds, its arguments with their meaning, and which of the arguments and
    of the results are always there."""

    finds: Description
    description: str
    arguments: Mapping[str, str]
    required: tuple[str, ...] = ()
    certain: tuple[str, ...] = ()
    lists: bool = False


LOOKUPS = {
    "getPhoneNumber": Function(
        finds=PHONE_NUMBER,
        description="The one phone number of the workspace that fits all that is asked for.",
        arguments={
            "number": "The number; only its digits count.",
            "country": "Its country, as a code of two letters.",
            "capability": "What it can do: `voice`, or one direction, such as `voice-inbound`.",
        },
        certain=("id", "number", "capabilities"),
    ),
    "getConnector": Function(
        finds=CONNECTOR,
        description="A connector by its id.",
        arguments={"id": "Its id (UUID)."},
        required=("id",),
        certain=("connectorId",),
    ),
    "getChannel": Function(
        finds=CHANNEL,
        description="A channel by its id.",
        arguments={"id": "Its id (UUID)."},
        required=("id",),
        certain=("id",),
    ),
    "listConnectors": Function(
        finds=CONNECTOR,
        description="All connectors of the workspace, or those of a template or a name.",
        arguments={
            "connectorTemplateRef": "The template, `slug:version`.",
            "name": "The name of the connector.",
        },
        certain=("connectorId",),
        lists=True,
    ),
}


def schema(version: str) -> dict[str, Any]:
    """The whole schema, as JSON."""
    return {
        "name": PACKAGE,
        "displayName": "Bird",
        "version": version,
        "description": "Voice channels, connectors and webhook subscriptions of Bird "
        "(formerly MessageBird).",
        "keywords": ["pulumi", "bird", "messagebird", "category/infrastructure", "kind/native"],
        "license": "Apache-2.0",
        "meta": {"moduleFormat": "(.*)"},
        "config": {"variables": _variables(), "defaults": []},
        "provider": {
            "description": "The account: an access key and where it is used.",
            "inputProperties": _variables(),
        },
        "types": {token(ROW): _found(LOOKUPS["listConnectors"])},
        "resources": {
            token(name): _resource(description) for name, description in DESCRIPTIONS.items()
        },
        "functions": {token(name): _function(each) for name, each in LOOKUPS.items()},
        "language": {
            "python": {"pyproject": {"enabled": True}},
            "nodejs": {"respectSchemaVersion": True},
            "go": {"generateResourceContainerTypes": True, "respectSchemaVersion": True},
            "csharp": {"respectSchemaVersion": True},
        },
    }


def token(name: str) -> str:
    """`VoiceChannel` as `bird:index:VoiceChannel`."""
    return f"{PACKAGE}:{MODULE}:{name}"


def _variables() -> dict[str, Any]:
    return {key: _variable(setting) for key, setting in CONFIGURABLE.items()}


def _variable(setting: Setting) -> dict[str, Any]:
    default = f" Default: `{setting.default}`." if setting.default else ""
    described: dict[str, Any] = {
        "type": "integer" if setting.is_number else "string",
        "description": setting.description + default,
    }
    if setting.variable:
        described["defaultInfo"] = {"environment": [setting.variable]}
    if setting.secret:
        described["secret"] = True
    return described


def _resource(description: Description) -> dict[str, Any]:
    fields = [field for field in description.fields if field.name not in NOT_HERE]
    inputs = [field for field in fields if field.is_input]
    return {
        "description": f"A {description.noun} of Bird. Its access role must allow "
        f"{description.permission}.",
        "properties": {camel_case(field.name): _property(field) for field in fields},
        "required": [
            camel_case(field.name)
            for field in fields
            if field.required
            or field.default is not None
            or field.returned == ("id",)
            or field.name in _ALWAYS_THERE
        ],
        "inputProperties": {
            camel_case(field.name): _property(field, is_input=True) for field in inputs
        },
        "requiredInputs": [
            camel_case(field.name) for field in inputs if field.required and not _filled_in(field)
        ],
    }


def _filled_in(field: Field) -> bool:
    return bool(field.setting) or field.automatic


def _property(field: Field, *, is_input: bool = False) -> dict[str, Any]:
    described: dict[str, Any] = {
        **_TYPES.get(field.kind.name, _TEXT),
        "description": field.description,
    }
    if field.secret:
        described["secret"] = True
    if is_input and field.on_change is OnChange.REPLACE:
        described["willReplaceOnChanges"] = True
    if is_input and field.default is not None:
        described["default"] = field.default
    return described


def _function(function: Function) -> dict[str, Any]:
    place = {"workspaceId": "Id (UUID) of the workspace. By configuration if omitted."}
    rows = {
        "type": "array",
        "items": {"$ref": f"#/types/{token(ROW)}"},
        "description": "What was found.",
    }
    listed = {"type": "object", "properties": {"results": rows}, "required": ["results"]}
    return {
        "description": function.description,
        "inputs": {
            "type": "object",
            "properties": {
                argument: {**_TEXT, "description": meaning}
                for argument, meaning in {**function.arguments, **place}.items()
            },
            "required": list(function.required),
        },
        "outputs": listed if function.lists else _found(function),
    }


def _found(function: Function) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            camel_case(field.name): _property(field)
            for field in function.finds.fields
            if field.returned
        },
        "required": list(function.certain),
    }

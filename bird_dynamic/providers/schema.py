"""Generates the plugin's schema, from which SDKs are generated, from the resource schemas.

Source of the format: Pulumi's package schema ("schema reference").
"""

from __future__ import annotations

import re
from itertools import chain
from typing import Any

from bird_dynamic.providers.examples import EXAMPLES
from bird_dynamic.providers.languages import languages
from bird_dynamic.providers.names import (
    FUNCTIONS,
    PACKAGE,
    RENAMED,
    in_plugin_terms,
    token,
)
from bird_dynamic.schema.case import camel_case
from bird_dynamic.schema.common import WORKSPACE
from bird_dynamic.schema.fields import Field, OnChange, ResourceSchema
from bird_dynamic.schema.kinds import Shape
from bird_dynamic.schema.lookups import RESULTS, Lookup, Result
from bird_dynamic.schema.publisher import PUBLISHER, Publisher
from bird_dynamic.schema.resources import SCHEMAS
from bird_dynamic.schema.types import Enumeration, Structure
from bird_dynamic.settings import CONFIGURABLE, Setting

NOT_HERE = {
    "profile": "pass an explicit provider (opts.provider)",
    "create_timeout": "use the option customTimeouts (in Python, custom_timeouts)",
    "delete_timeout": "use the option customTimeouts (in Python, custom_timeouts)",
}
"""Inputs that the plugin does not have, and what to use instead."""

_PATH = re.compile(r"/[\w*/-]+")
_TEXT = {"type": "string"}
_TYPES: dict[Shape, dict[str, Any]] = {
    Shape.TEXT: _TEXT,
    Shape.TEXT_OR_NUMBER: _TEXT,
    Shape.BOOLEAN: {"type": "boolean"},
    Shape.MAP: {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}},
    Shape.TEXTS: {"type": "array", "items": _TEXT},
}


def schema(version: str, publisher: Publisher = PUBLISHER) -> dict[str, Any]:
    """The complete schema, as JSON."""
    nouns = ", ".join(f"{each.noun}s" for each in SCHEMAS.values())
    return {
        "name": PACKAGE,
        "displayName": "Bird",
        "version": version,
        "description": f"Resources of Bird (formerly MessageBird): {nouns}.",
        "keywords": ["pulumi", "bird", "messagebird", "category/infrastructure", "kind/native"],
        "license": "Apache-2.0",
        **_published(publisher),
        "meta": {"moduleFormat": "(.*)", "supportPack": True},
        "config": {"variables": _variables(), "defaults": []},
        "provider": {
            "description": "The account: an access key and its settings.",
            "inputProperties": _variables(),
        },
        "types": {
            **{token(each.row_name): _row(each) for each in RESULTS.values() if each.row_name},
            **_types(),
        },
        "resources": {token(name): _resource(each) for name, each in SCHEMAS.items()},
        "functions": {token(name): _function(name, each) for name, each in FUNCTIONS.items()},
        "language": languages(publisher),
    }


def _published(publisher: Publisher) -> dict[str, str]:
    """What is known of the publisher."""
    values = {
        "publisher": publisher.name,
        "homepage": publisher.homepage,
        "repository": publisher.repository,
        "logoUrl": publisher.logo,
        "pluginDownloadURL": publisher.plugin_download_url,
    }
    return {key: value for key, value in values.items() if value}


def _in_code(path: re.Match[str]) -> str:
    # Outside of code, Markdown takes the asterisks of a path for emphasis.
    return f"`{path[0]}`"


def _variables() -> dict[str, Any]:
    return {key: _variable(setting) for key, setting in CONFIGURABLE.items()}


def _variable(setting: Setting) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": "integer" if setting.is_number else "string",
        "description": setting.text,
    }
    if setting.variable:
        described["defaultInfo"] = {"environment": [setting.variable]}
    if setting.secret:
        described["secret"] = True
    return described


def _resource(schema: ResourceSchema) -> dict[str, Any]:
    fields = [field for field in schema.fields if field.name not in NOT_HERE]
    inputs = [field for field in fields if field.is_input]
    return {
        "description": f"A {schema.noun} of Bird. Its access role must allow "
        f"{_PATH.sub(_in_code, schema.permission)}.{_example(schema.type_name)}",
        "properties": {
            camel_case(field.name): _property(field, is_output=True) for field in fields
        },
        "required": [camel_case(field.name) for field in fields if field.always_there],
        "inputProperties": {
            camel_case(field.name): _property(field, is_input=True) for field in inputs
        },
        "requiredInputs": [camel_case(field.name) for field in inputs if field.must_be_given],
    }


def _example(type_name: str) -> str:
    """In the form of which Pulumi's documentation makes a chooser of languages."""
    if type_name not in EXAMPLES:  # A new resource: its example is converted with its schema.
        return ""
    program = f"{{{{% example %}}}}\n{EXAMPLES[type_name]}{{{{% /example %}}}}\n"
    example = f"## Example Usage\n\n{program}"
    return f"\n\n{{{{% examples %}}}}\n{example}{{{{% /examples %}}}}"


def _property(field: Field, *, is_input: bool = False, is_output: bool = False) -> dict[str, Any]:
    described: dict[str, Any] = {
        **_type(field.kind.shape, field.type, is_output=is_output),
        "description": in_plugin_terms(field.output_text if is_output else field.text),
    }
    if field.secret:
        described["secret"] = True
    if is_input and field.on_change is OnChange.REPLACE:
        described["willReplaceOnChanges"] = True
    if is_input and field.default is not None:
        described["default"] = field.default
    return described


def _type(
    shape: Shape, type_: Enumeration | Structure | None, *, is_output: bool = False
) -> dict[str, Any]:
    """The type of a value. An output is a text: Bird may return a value that is not documented, and
    the SDKs of some languages would refuse it."""
    if type_ is None or (isinstance(type_, Enumeration) and is_output):
        return _TYPES[shape]
    reference = {"$ref": f"#/types/{token(type_.name)}"}
    if isinstance(type_, Structure):
        return {"type": "array", "items": reference} if shape is Shape.MAPS else reference
    return reference if type_.is_closed else {**_TEXT, "oneOf": [_TEXT, reference]}


def _types() -> dict[str, Any]:
    """The types with a name that inputs, outputs and arguments have."""
    fields = [*chain.from_iterable(each.fields for each in SCHEMAS.values())]
    arguments = chain.from_iterable(each.arguments for each in FUNCTIONS.values())
    found: dict[str, Any] = {}
    for each in (*fields, *arguments):
        found |= _described_type(each.type)
    return dict(sorted(found.items()))


def _described_type(type_: Enumeration | Structure | None) -> dict[str, Any]:
    if type_ is None:
        return {}
    if isinstance(type_, Enumeration):
        values = [{"name": _pascal_case(each), "value": each} for each in type_.values]
        return {token(type_.name): {**_TEXT, "description": type_.description, "enum": values}}
    described = {
        "type": "object",
        "description": type_.description,
        "properties": {
            each.name: {**_type(each.shape, each.type), "description": each.description}
            for each in type_.members
        },
        "required": [each.name for each in type_.members if each.required],
    }
    found = {token(type_.name): described}
    for each in type_.members:
        found |= _described_type(each.type)
    return found


def _pascal_case(value: str) -> str:
    """`voice-messagebird:1` as `VoiceMessagebird1`."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"\W+", value))


def _function(name: str, lookup: Lookup) -> dict[str, Any]:
    arguments = (*lookup.arguments, WORKSPACE)
    rows = {
        "type": "array",
        "items": {"$ref": f"#/types/{token(lookup.result.row_name)}"},
        "description": "The matching items.",
    }
    listed = {"type": "object", "properties": {"results": rows}, "required": ["results"]}
    renamed = RENAMED.get(name)
    return {
        **({"deprecationMessage": f"Use {token(renamed)}."} if renamed else {}),
        "description": in_plugin_terms(lookup.summary),
        "inputs": {
            "type": "object",
            "properties": {camel_case(each.name): _property(each) for each in arguments},
            "required": [camel_case(each.name) for each in arguments if each.must_be_given],
        },
        "outputs": listed if lookup.lists else _found(lookup.result),
    }


def _row(result: Result) -> dict[str, Any]:
    return {"description": in_plugin_terms(result.summary), **_found(result)}


def _found(result: Result) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            camel_case(field.name): _property(field, is_output=True) for field in result.fields
        },
        "required": [camel_case(name) for name in result.certain],
    }

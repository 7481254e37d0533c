"""How the plugin's properties look on the wire: Bird's camelCase, secrets marked, unknowns too.

Only the names of fields are translated. What is inside a map is Bird's or the user's own, except in
`number`, whose keys this package gives Python's form.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2
from pulumi.output import Unknown
from pulumi.runtime import rpc

from bird_dynamic.lifecycle.drift import STATED_OTHERWISE
from bird_dynamic.schema.case import camel_case, snake_case
from bird_dynamic.schema.fields import MAP, UNKNOWN, Properties, ResourceSchema
from bird_dynamic.schema.naming import DERIVED_NAME, MARK


@dataclass(frozen=True)
class Received:
    """Properties by their Python names, without secrecy; `secret` names those that were secret."""

    properties: Properties
    secret: frozenset[str]


def received(struct: struct_pb2.Struct) -> Received:
    """What the engine sent. Names that are in Python's form already (in a state that the dynamic
    provider wrote) stay as they are."""
    found = rpc.deserialize_properties(struct, True)
    return Received(
        {snake_case(name): plain(value) for name, value in found.items()},
        frozenset(snake_case(name) for name, value in found.items() if _has_secret(value)),
    )


def plain(value: Any) -> Any:
    """A value without secrecy; unknown ones become `UNKNOWN`, and numbers without a fraction, all
    floats on the wire, integers again."""
    if rpc.is_rpc_secret(value):
        return plain(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return UNKNOWN if isinstance(value, Unknown) or value == rpc.UNKNOWN else value


def sent(
    description: ResourceSchema, properties: Mapping[str, Any], secret: Collection[str]
) -> struct_pb2.Struct:
    """What goes to the engine: what is None is left out, what is or was secret is marked."""
    converted = {
        field.name
        for field in description.fields
        if field.kind is MAP and field.convert and not field.is_input
    }
    names = {field.name for field in description.fields} | {DERIVED_NAME, MARK, STATED_OTHERWISE}
    struct = struct_pb2.Struct()
    for name, value in properties.items():
        if value is None or name not in names:
            continue
        shown = _on_the_wire(_camel_keys(value) if name in converted else value)
        if name in secret or name in description.secrets or name == STATED_OTHERWISE:
            shown = rpc.wrap_rpc_secret(shown)
        struct.update({camel_case(name): shown})
    return struct


def _camel_keys(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {camel_case(key): each for key, each in value.items()}


def _on_the_wire(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _on_the_wire(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_on_the_wire(each) for each in value]
    return rpc.UNKNOWN if value is UNKNOWN else value


def _has_secret(value: Any) -> bool:
    if rpc.is_rpc_secret(value):
        return True
    if isinstance(value, dict):
        return any(map(_has_secret, value.values()))
    return isinstance(value, list) and any(map(_has_secret, value))

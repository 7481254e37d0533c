"""Property bags of the plugin protocol: names in camelCase, secrets marked.

Only field names are translated, not the keys of maps, which belong to Bird or the user. The
exception is `number`, whose keys are converted too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

from bird_dynamic.lifecycle.drift import STATED_OTHERWISE
from bird_dynamic.lifecycle.redaction import texts_in
from bird_dynamic.providers.values import (
    UnsupportedValueError,
    contains_secret,
    from_pulumi,
    secrets_in,
    to_pulumi,
)
from bird_dynamic.schema.case import camel_case, snake_case
from bird_dynamic.schema.fields import Properties, ResourceSchema
from bird_dynamic.schema.kinds import MAP
from bird_dynamic.schema.naming import DERIVED_NAME, MARK


@dataclass(frozen=True)
class Received:
    """Properties by their Python names, unwrapped; `secret` names those that were secret."""

    properties: Properties
    secret: frozenset[str]


def received(struct: struct_pb2.Struct) -> Received:
    """Convert properties from the engine. Names in Python's form (in a state that the dynamic
    provider wrote) stay as they are."""
    found = {snake_case(name): value for name, value in struct.items()}
    return Received(
        from_pulumi(found),
        frozenset(name for name, value in found.items() if contains_secret(value)),
    )


def sent(
    schema: ResourceSchema, properties: Mapping[str, Any], secret: Collection[str]
) -> struct_pb2.Struct:
    """Convert properties for the engine: without None values, with secrets marked."""
    converted = {
        field.name
        for field in schema.fields
        if field.kind is MAP and field.convert and not field.is_input
    }
    names = {field.name for field in schema.fields} | {DERIVED_NAME, MARK, STATED_OTHERWISE}
    struct = struct_pb2.Struct()
    for name, value in properties.items():
        if value is None or name not in names:
            continue
        shown = to_pulumi(_camel_keys(value) if name in converted else value)
        if name in secret or name in schema.secrets or name == STATED_OTHERWISE:
            shown = rpc.wrap_rpc_secret(shown)
        struct.update({camel_case(name): shown})
    return struct


def secret_texts(structs: Iterable[struct_pb2.Struct]) -> Iterator[str]:
    """The texts of everything that is secret in properties from the engine."""
    for struct in structs:
        for name, value in struct.items():
            # `sent` marks this one itself, and it repeats arguments that are no secrets.
            if snake_case(name) != STATED_OTHERWISE:
                for secret in secrets_in(value):
                    with suppress(UnsupportedValueError):
                        yield from texts_in(from_pulumi(secret))


def _camel_keys(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {camel_case(key): each for key, each in value.items()}

"""Converts Pulumi's values to plain Python values, and back, for both adapters.

| Pulumi | Python |
|---|---|
| a number, always a float | an int if it has no fraction |
| unknown (`Unknown`, or its text on the wire) | `UNKNOWN` |
| a secret | the value itself; `contains_secret` detects it |
| a map, a list, also as protobuf messages | a dict without None values, a list |
| an asset, an archive, a resource | refused |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf import struct_pb2
from pulumi import Archive, Asset
from pulumi.output import Unknown
from pulumi.runtime import rpc

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.schema.fields import UNKNOWN


class UnsupportedValueError(BirdError):
    """A value that cannot be sent to Bird. Nothing was sent."""


def from_pulumi(value: Any, path: str = "") -> Any:
    """The plain value. `path` is where it is, for errors: `arguments.a[0]`. Raises
    UnsupportedValueError."""
    value = _opened(value)
    if rpc.is_rpc_secret(value):
        return from_pulumi(value["value"], path)
    if isinstance(value, Asset | Archive) or (
        isinstance(value, dict) and rpc._special_sig_key in value
    ):
        raise UnsupportedValueError(
            f"{path or 'a property'}: must not contain an asset, an archive or a resource; pass "
            "a string, a number, a list or a dict"
        )
    if isinstance(value, dict):
        before = f"{path}." if path else ""
        plain = {key: from_pulumi(each, f"{before}{key}") for key, each in value.items()}
        return {key: each for key, each in plain.items() if each is not None}
    if isinstance(value, list):
        return [from_pulumi(each, f"{path}[{index}]") for index, each in enumerate(value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return UNKNOWN if isinstance(value, Unknown) or value == rpc.UNKNOWN else value


def to_pulumi(value: Any) -> Any:
    """The value in Pulumi's form, with unknown values marked and None values dropped."""
    if isinstance(value, Mapping):
        return {key: to_pulumi(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [to_pulumi(each) for each in value]
    return rpc.UNKNOWN if value is UNKNOWN else value


def contains_secret(value: Any) -> bool:
    """Whether any part of a Pulumi value is secret."""
    value = _opened(value)
    if rpc.is_rpc_secret(value):
        return True
    if isinstance(value, dict):
        return any(map(contains_secret, value.values()))
    return isinstance(value, list) and any(map(contains_secret, value))


def secrets_in(value: Any) -> Iterator[Any]:
    """The outermost secret parts of a Pulumi value, unwrapped."""
    value = _opened(value)
    if rpc.is_rpc_secret(value):
        yield value["value"]
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from secrets_in(each)


def _opened(value: Any) -> Any:
    # The SDK's `deserialize_properties` would lose an unknown value that is secret.
    if isinstance(value, struct_pb2.Struct):
        return dict(value.items())
    return list(value) if isinstance(value, struct_pb2.ListValue) else value

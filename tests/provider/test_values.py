"""Values between Pulumi and Python, in both directions."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from google.protobuf import struct_pb2
from pulumi.output import Unknown
from pulumi.runtime import rpc

from bird_dynamic.providers.values import (
    UnsupportedValueError,
    contains_secret,
    from_pulumi,
    to_pulumi,
)
from bird_dynamic.schema.fields import UNKNOWN

secret = rpc.wrap_rpc_secret


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (3.0, "3"),
        (-0.5, "-0.5"),
        (True, "True"),
        (2.0**60, str(2**60)),
        (float("inf"), "inf"),
        ("3.0", "'3.0'"),
        (None, "None"),
        (Unknown(), "UNKNOWN"),
        (rpc.UNKNOWN, "UNKNOWN"),
        (secret(rpc.UNKNOWN), "UNKNOWN"),
        (secret([secret(1.0), None]), "[1, None]"),
        ({"a": None, "b": {"c": secret(None)}}, "{'b': {}}"),
    ],
)
def test_a_value_of_pulumi_becomes_a_plain_one(value: Any, plain: str) -> None:
    assert repr(from_pulumi(value)) == plain


def test_the_messages_of_the_wire_are_understood_at_any_depth() -> None:
    struct = struct_pb2.Struct()
    struct.update({"a": [rpc.UNKNOWN, {"b": secret(2.0), "c": None}], "d": False, "e": 1.5})
    assert from_pulumi(struct) == {"a": [UNKNOWN, {"b": 2}], "d": False, "e": 1.5}
    assert [contains_secret(struct[name]) for name in "ade"] == [True, False, False]


def test_a_plain_value_becomes_one_that_the_wire_can_carry() -> None:
    value = {"a": [UNKNOWN, None, {"b": 2, "c": None}], "d": None}
    wired = to_pulumi(value)
    assert wired == {"a": [rpc.UNKNOWN, None, {"b": 2}]}
    struct = struct_pb2.Struct()
    struct.update(wired)
    assert from_pulumi(struct) == {"a": [UNKNOWN, None, {"b": 2}]}


@pytest.mark.parametrize(
    "value",
    [
        pulumi.StringAsset("x"),
        pulumi.AssetArchive({}),
        {rpc._special_sig_key: rpc._special_asset_sig, "text": "x"},
        {rpc._special_sig_key: "nobody knows"},
    ],
)
def test_what_bird_has_no_form_for_is_refused_by_its_path(value: Any) -> None:
    with pytest.raises(
        UnsupportedValueError, match=r"^arguments\.a\[0\]: must not contain an asset"
    ):
        from_pulumi({"name": "n", "arguments": {"a": [secret(value)]}})

"""Reading JSON that can hold anything: what comes out can be written, sent and stored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc

from bird_dynamic.bird.ids import canonical
from bird_dynamic.bird.json import MAX_DEPTH, MAX_VALUES, SIGNS, parse

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None, categories=("L", "Cs", "N", "Cc"))),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": [1, -2.5, "x", null, true]}', {"a": [1, -2.5, "x", None, True]}),
        ('\ufeff{"é": "ü😀"}'.encode(), {"é": "ü😀"}),
        (b'"\\ud83d half"', "\ufffd half"),
        (b'{"\\ude00": 1}', {"\ufffd": 1}),
        (b'"\\ud83d\\ude00"', "😀"),
        (b"[1e999, -1e999, NaN, Infinity]", [None] * 4),
        (b"[9007199254740992, -9007199254740992]", [2**53, -(2**53)]),
        (b"[9007199254740993, -9007199254740993]", ["9007199254740993", "-9007199254740993"]),
        (b"18446744073709551616", "18446744073709551616"),
        (b"9" * 308, "9" * 308),
        (b"9" * 400, "9" * 400),
        (b"-" + b"9" * 5000, "-" + "9" * 5000),
    ],
)
def test_what_cannot_be_carried_is_replaced(text: bytes, value: Any) -> None:
    assert parse(text) == value


MANY = MAX_VALUES // 2


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"{", b"\xff\xfe", b"<html>", b"[" * 100_000),
        *(b"[" + each * MANY + b"1,1]" for each in (b"[],", b"{},", b"1,1,", b'"a","b",')),
    ],
    ids=lambda text: repr(text[:5]),
)
def test_what_is_no_json_is_told(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(text)


def test_a_great_many_values_are_read() -> None:
    assert len(parse(b"[" + b"[]," * (MANY - 1) + b"1]")) == MANY == 250_000


def test_what_is_too_deep_is_cut_off() -> None:
    value: Any = parse(b"[" * 100 + b"]" * 100)
    levels = 0
    while value:
        value, levels = value[0], levels + 1
    assert levels == MAX_DEPTH == 20


@pytest.mark.parametrize("sign", sorted(SIGNS))
@pytest.mark.parametrize("spelled", [str, str.upper])
def test_what_pulumi_takes_for_a_sign_of_its_own_is_plain_text(
    sign: str, spelled: Callable[[str], str]
) -> None:
    said = spelled(sign)
    read = parse(json.dumps({"id": said, said: [said, {"a": said}], f"{said} ": 1}).encode())
    plain = f"[{said}]"
    assert read == {"id": plain, plain: [plain, {"a": plain}], f"{said} ": 1}
    assert canonical(read["id"]) is None
    struct = struct_pb2.Struct()
    struct.update(read)
    assert rpc.deserialize_properties(struct, True) == read


def test_every_unknown_value_of_the_engine_is_known() -> None:
    """By its name in the Go SDK's `resource/plugin/rpc.go`."""
    unknown = {
        "UnknownBoolValue": "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "UnknownNumberValue": "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "UnknownStringValue": "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "UnknownArrayValue": "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "UnknownAssetValue": "030794c1-ac77-496b-92df-f27374a8bd58",
        "UnknownArchiveValue": "e48ece36-62e2-4504-bad9-02848725956a",
        "UnknownObjectValue": "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
    assert {rpc._special_sig_key, *unknown.values()} == SIGNS


def test_the_sdk_knows_no_other_sign() -> None:
    source = Path(rpc.__file__).read_text()
    assert set(re.findall(r'^UNKNOWN = "(.+)"', source, re.MULTILINE)) <= SIGNS
    assert rpc._special_sig_key in SIGNS


@given(st.integers())
def test_an_integer_is_exact_on_the_wire(number: int) -> None:
    struct = struct_pb2.Struct()
    struct.update({"value": parse(str(number).encode())})
    value = struct["value"]
    assert number == int(value)
    assert isinstance(value, str) == (abs(number) > 2**53)


@given(JSON)
def test_whatever_comes_out_can_be_written_again_and_sent_to_the_engine(value: Any) -> None:
    read = parse(json.dumps(value).encode())
    assert parse(json.dumps(read, allow_nan=False).encode()) == read
    struct = struct_pb2.Struct()
    struct.update({"value": read})
    struct.SerializeToString()

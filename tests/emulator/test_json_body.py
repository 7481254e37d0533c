"""Bodies that are no JSON, or that the emulator could not keep or return."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.emulator import BirdEmulator, Request, Store
from bird_dynamic.emulator.json_body import MAX_DEPTH, parsed
from bird_dynamic.emulator.serving.control import control
from tests.emulator.caller import NUMBER, Caller

WRONG = [
    (b"", "is not JSON"),
    (b'{"name": "half', "is not JSON"),
    (b'{"name": "\xff"}', "is not UTF-8"),
    ('{"name": "x"}'.encode("utf-16"), "is not UTF-8"),
    (b'{"name": NaN}', "NaN is not a number"),
    (b'{"name": -Infinity}', "-Infinity is not a number"),
    (b'{"name": 1e999}', "1e999 is too large"),
    (b'{"name": ' + b"1" * 5000 + b"}", "is not JSON"),
    (b"[" * MAX_DEPTH + b"[]" + b"]" * MAX_DEPTH, "nested too deeply: at most 100 levels"),
    (b"[" * 900 + b"]" * 900, "nested too deeply"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"a":' * 100_000, "nested too deeply"),
]


@pytest.mark.parametrize(("body", "says"), WRONG, ids=lambda each: repr(each)[:30])
def test_a_wrong_body_is_told_and_harms_nothing(body: bytes, says: str) -> None:
    call = Caller(BirdEmulator())
    status, answer = call("POST", "/connectors", body)
    assert (status, answer["code"]) == (422, "InvalidPayload")
    assert says in answer["message"]
    assert call.emulator.journal[-1]["body"] == ("(not JSON)" if body else None)
    if body:
        answered = control(call.emulator, Request("PUT", "/__emulator__/faults", body=body))
        assert answered.status == 422
        assert says in json.loads(answered.body)["message"]


def nested(levels: int) -> Any:
    value: Any = "x"
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return value


def test_the_deepest_body_that_is_accepted_survives_in_a_file(tmp_path: Path) -> None:
    path = str(tmp_path / "bird.json")
    call = Caller(BirdEmulator(Store.from_file(path)))
    arguments = {"phoneNumberId": NUMBER, "deep": nested(MAX_DEPTH - 2)}
    status, made = call.create(arguments=arguments)
    assert (status, made["arguments"]) == (201, arguments)
    assert call.create(arguments={**arguments, "deep": nested(MAX_DEPTH - 1)})[0] == 422
    again = Caller(BirdEmulator(Store.from_file(path)))
    assert again("GET", f"/connectors/{made['id']}")[1]["arguments"] == arguments


def test_what_is_wide_is_not_deep() -> None:
    assert parsed(b"[" + b"[1.5]," * 10_000 + b"{}]")[0] == [1.5]

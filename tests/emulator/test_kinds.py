"""What holds for every kind of thing that the emulated workspace has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.emulator import BirdEmulator, Options, Request, Store
from bird_dynamic.emulator.api import KINDS
from bird_dynamic.emulator.serving.control import control

ADDABLE = [kind.name for kind in KINDS.values() if kind.add is not None]


def ask(bird: BirdEmulator, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    raw = b"" if body is None else json.dumps(body).encode()
    response = control(bird, Request(method, f"/__emulator__/{path}", body=raw))
    return response.status, json.loads(response.body)


@pytest.mark.parametrize("kind", ADDABLE)
def test_it_is_added_changed_and_removed_out_of_band(kind: str) -> None:
    bird = BirdEmulator()
    _, made = ask(bird, "POST", kind, {})
    assert ask(bird, "PATCH", f"{kind}/{made['id']}", {"note": "changed"})[0] == 200
    assert [each["note"] for each in ask(bird, "GET", kind)[1]] == ["changed"]
    assert ask(bird, "DELETE", f"{kind}/{made['id']}")[0] == 200
    assert ask(bird, "GET", kind) == (200, [])
    assert ask(bird, "DELETE", f"{kind}/{made['id']}")[0] == 404


@pytest.mark.parametrize("kind", ADDABLE)
def test_a_file_keeps_it_with_what_it_was(kind: str, tmp_path: Path) -> None:
    path = str(tmp_path / "bird.json")
    bird = BirdEmulator(Store.from_file(path))
    bird.change(kind, bird.add(kind)["id"], note="changed")
    kept = Store.from_file(path)
    assert BirdEmulator(kept).items(kind) == bird.items(kind)
    assert "note" not in kept.tables[kind].before_last_change()[0].wire


def test_one_of_another_kind_is_left_alone() -> None:
    bird = BirdEmulator()
    made = bird.add("connectors")
    with pytest.raises(LookupError, match="webhook-subscriptions"):
        bird.remove("webhook-subscriptions", made["id"])
    assert bird.connectors() == [made]


def test_a_kind_that_cannot_be_added_says_so() -> None:
    assert ask(BirdEmulator(), "POST", "calls", {})[0] == 404


def test_what_cannot_be_added_is_listed_too() -> None:
    bird = BirdEmulator(Store.with_numbers(3), options=Options(channel_after=0))
    numbers = [each.id for each in bird.store.numbers.values()]
    assert [each["id"] for each in bird.items("numbers")] == numbers
    made = bird.add_connector()
    (channel,) = bird.items("channels")
    assert channel["connectorId"] == made["id"]
    bird.remove("connectors", made["id"])
    assert bird.items("channels") == []


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(LookupError, match="no-such-kind"):
        BirdEmulator().items("no-such-kind")

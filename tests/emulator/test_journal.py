"""The journal forgets the oldest requests when there are too many, or too large ones."""

from __future__ import annotations

import pytest

from bird_dynamic.emulator import BirdEmulator
from bird_dynamic.emulator.journal import Journal
from tests.emulator.caller import Caller


def kept(journal: Journal) -> list[int]:
    return [each["sequence"] for each in journal]


def test_the_oldest_make_room_for_large_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.journal.MAX_SIZE", 10_000)
    bird = BirdEmulator()
    call = Caller(bird)
    for _ in range(100):
        call("POST", "/connectors", {"name": "x" * 1000})
    assert kept(bird.journal) == list(range(92, 101))
    call("POST", "/connectors", {"name": "x" * 20_000})
    assert kept(bird.journal) == [101]
    call("GET", "/connectors")
    assert kept(bird.journal) == [102]
    bird.reset()
    for _ in range(10):
        call("POST", "/connectors", {"name": "x" * 1000})
    assert len(bird.journal) == 9


def test_so_do_they_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.journal.MAX_ENTRIES", 3)
    bird = BirdEmulator()
    for _ in range(5):
        Caller(bird)("GET", "/connectors")
    assert kept(bird.journal) == [3, 4, 5]

"""The locks hold what `pyproject.toml` asks for, and a checksum for each file that pip may take."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import requires
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.locks import LOCKS, pins

ROOT = LOCKS.parents[1]
NAMES = sorted(each.stem for each in LOCKS.iterdir())
WITH_THE_PACKAGE = ("dev", "oldest", "shipped")


def groups() -> dict[str, list[str]]:
    """The dependency groups of `pyproject.toml`; Python has no reader of TOML before 3.11."""
    text = (ROOT / "pyproject.toml").read_text()
    section = re.search(r"^\[dependency-groups\]\n(.*?)^\[", text, re.M | re.S)
    assert section is not None
    lists = re.findall(r"^([\w-]+) = \[(.*?)\]$", section[1], re.M | re.S)
    return {name: re.findall(r'"(.+?)"', each) for name, each in lists}


def test_each_group_has_a_lock() -> None:
    assert {*groups(), "shipped"} == set(NAMES)


@pytest.mark.parametrize("lock", NAMES)
def test_a_lock_holds_what_is_asked_for(lock: str) -> None:
    asked: Iterable[Any] = groups().get(lock, ())
    if lock in WITH_THE_PACKAGE:
        asked = [*asked, *(requires("bird-dynamic") or ())]
    for each in map(Requirement, asked):
        # More than one where a version is not for every Python.
        found = [pin for pin in pins(lock) if pin.name == canonicalize_name(each.name)]
        assert found, each
        for pin in found:
            (only,) = pin.specifier
            assert only.operator == "=="
            assert each.specifier.contains(only.version, prereleases=True), each


@pytest.mark.parametrize("lock", NAMES)
def test_each_pin_has_checksums_and_nothing_says_where_it_is_from(lock: str) -> None:
    text = (LOCKS / f"{lock}.txt").read_text()
    blocks = re.findall(r"^\w.*\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", text, re.M)
    assert len(blocks) == len(pins(lock)) > 0
    assert "://" not in text


def test_what_is_shipped_is_what_is_tested() -> None:
    assert set(map(str, pins("shipped"))) <= set(map(str, pins("dev")))


def test_the_policy_pack_is_tested_with_the_version_that_it_asks_for() -> None:
    asked = (ROOT / "examples" / "policies" / "requirements.txt").read_text().split()
    assert set(asked) <= set(map(str, pins("oldest")))

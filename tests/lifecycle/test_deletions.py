"""What this machine has deleted of late is remembered for a day, by its id alone."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from bird_dynamic.lifecycle import deletions as deletions_module
from bird_dynamic.lifecycle.deletions import Deletions

X = "11111111-2222-4333-8444-000000000001"
Y = "11111111-2222-4333-8444-000000000002"
NOW = 1_795_000_000
DAY = 24 * 60 * 60


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletions_module, "time", SimpleNamespace(time=lambda: float(NOW)))


def deleted_before(folder: Path, item_id: str, seconds: int) -> Path:
    Deletions(folder).remember(item_id)
    os.utime(folder / item_id, (NOW - seconds,) * 2)
    return folder / item_id


def test_the_next_run_on_this_machine_knows_what_was_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "deletions"
    assert X not in Deletions(folder)
    Deletions(folder).remember(X)
    os.utime(folder / X, (NOW, NOW))
    assert X in Deletions(folder)
    assert Y not in Deletions(folder)
    assert [each.stat().st_mode & 0o077 for each in (folder, folder / X)] == [0, 0]


def test_what_was_deleted_more_than_a_day_ago_is_forgotten_and_removed(tmp_path: Path) -> None:
    recent, old = deleted_before(tmp_path, X, DAY), deleted_before(tmp_path, Y, DAY + 1)
    assert X in Deletions(tmp_path)
    assert Y not in Deletions(tmp_path)
    later = Deletions(tmp_path)
    later.remember("11111111-2222-4333-8444-000000000003")
    assert (recent.exists(), old.exists()) == (True, False)
    # Once in a run is enough.
    os.utime(recent, (1, 1))
    later.remember("11111111-2222-4333-8444-000000000004")
    assert recent.exists()


@pytest.mark.parametrize("item_id", ["..", "../x", "", "x"])
def test_what_is_no_id_never_becomes_a_part_of_a_path(tmp_path: Path, item_id: str) -> None:
    folder = tmp_path / "deletions"
    (tmp_path / "x").write_text("")
    Deletions(folder).remember(item_id)
    assert not folder.exists()
    assert item_id not in Deletions(folder)


def test_a_folder_that_cannot_be_used_remembers_nothing_and_fails_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    deletions = Deletions(tmp_path / "file")
    deletions.remember(X)
    assert X not in deletions

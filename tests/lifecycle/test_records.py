"""Records of unfinished creates: between processes, and where the disk does not do as it should."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.lifecycle.records import Claim, Record, Records

MARK, WHERE = "support-0123456789", "https://bird.test/workspaces/w/connectors"

HOLDER = f"""
import sys, time
from dataclasses import replace
from io import FileIO
from pathlib import Path
from bird_dynamic.lifecycle.records import Record, Records
records = Records(Path(sys.argv[1]))
with records.claimed({MARK!r}, {WHERE!r}, lambda seconds: None) as claim:
    records.write(claim, Record({MARK!r}, {WHERE!r}, "digest", "aaaaaaaa", 1.0))
    print("has it", flush=True)
    time.sleep(60)
"""

COUNTER = f"""
import sys, time
from dataclasses import replace
from io import FileIO
from pathlib import Path
from bird_dynamic.lifecycle.records import Records
records, file = Records(Path(sys.argv[1])), Path(sys.argv[2])
for _ in range(20):
    with records.claimed({MARK!r}, {WHERE!r}, lambda seconds: time.sleep(0.001)) as claim:
        count = int(file.read_text())
        time.sleep(0.001)
        file.write_text(str(count + 1))
"""


class BusyError(Exception):
    """Somebody else has it."""


def busy(seconds: float) -> None:
    raise BusyError


def record(token: str = "aaaaaaaa") -> Record:
    return Record(MARK, WHERE, "digest", token, 1.0)


def left(records: Records) -> Record | None:
    with records.claimed(MARK, WHERE, busy) as claim:
        return claim.left


def test_what_is_settled_leaves_nothing_and_what_is_not_stays(tmp_path: Path) -> None:
    records = Records(tmp_path / "deep" / "creates")
    with records.claimed(MARK, WHERE, busy) as claim:
        records.write(claim, record())
        claim.settled = True
    assert left(records) is None
    with records.claimed(MARK, WHERE, busy) as claim:
        records.write(claim, record())
    assert left(records) == record()
    assert records.all() == [record()]
    assert (tmp_path / "deep" / "creates").stat().st_mode & 0o077 == 0


def test_each_resource_and_each_workspace_has_a_record_of_its_own(tmp_path: Path) -> None:
    records = Records(tmp_path)
    with records.claimed(MARK, WHERE, busy) as claim:
        records.write(claim, record())
        for other in ((MARK, WHERE + "2"), ("sales-0123456789", WHERE)):
            with records.claimed(*other, busy) as another:
                assert another.left is None


def test_another_checkout_with_a_stack_of_the_same_name_has_records_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Records(tmp_path / "creates").claimed(MARK, WHERE, busy) as claim:
        Records(tmp_path / "creates").write(claim, record())
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert left(Records(tmp_path / "creates")) is None


def test_interrupted_creates_of_other_resources_are_told_once(tmp_path: Path) -> None:
    for mark in (MARK, "sales-0123456789"):
        with Records(tmp_path).claimed(mark, WHERE, busy) as claim:
            Records(tmp_path).write(claim, replace(record(), mark=mark))
    records = Records(tmp_path)
    assert [each.mark for each in records.left_elsewhere(MARK, WHERE)] == ["sales-0123456789"]
    assert records.left_elsewhere(MARK, WHERE) == []
    assert Records(tmp_path).left_elsewhere(MARK, WHERE + "2") == []
    with Records(tmp_path).claimed("sales-0123456789", WHERE, busy):
        assert Records(tmp_path).left_elsewhere(MARK, WHERE) == [], "it is under way"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_disk_without_room_for_a_record_raises_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    records = Records(tmp_path, say=told.append)
    with records.claimed(MARK, WHERE, busy) as claim:
        with FileIO("/dev/full", "r+") as full:
            os.dup2(full.fileno(), claim._file.fileno())  # type: ignore[union-attr]
        records.write(claim, record())
        claim.settled = True
    assert len(told) == 1
    assert "No space left on device" in told[0]
    assert left(Records(tmp_path)) is None


def test_a_record_is_claimed_only_when_its_process_is_dead(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "has it\n"
    records = Records(tmp_path)
    with pytest.raises(BusyError):
        left(records)
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()
    assert left(records) == record()


def test_one_process_at_a_time_creates_a_resource(tmp_path: Path) -> None:
    file = tmp_path / "count"
    file.write_text("0")
    started = [
        subprocess.Popen([sys.executable, "-c", COUNTER, str(tmp_path / "creates"), str(file)])
        for _ in range(6)
    ]
    assert [each.wait(timeout=60) for each in started] == [0] * 6
    assert file.read_text() == "120"


def test_lanes_of_one_process_wait_for_each_other_too(tmp_path: Path) -> None:
    records = Records(tmp_path)
    inside: list[int] = []

    def lane(_: int) -> None:
        with records.claimed(MARK, WHERE, lambda seconds: time.sleep(0.001)) as claim:
            inside.append(1)
            assert len(inside) == 1
            records.write(claim, record())
            inside.clear()
            claim.settled = True

    with ThreadPoolExecutor(16) as lanes:
        list(lanes.map(lane, range(64)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"mark": "x"}', "null", "\0\0"])
def test_half_a_record_proves_nothing(tmp_path: Path, content: str) -> None:
    records = Records(tmp_path)
    with records.claimed(MARK, WHERE, busy) as claim:
        records.write(claim, record())
    (file,) = tmp_path.iterdir()
    file.write_text(content)
    assert records.all() == []
    assert left(records) is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_used_is_told_once_and_nothing_else_happens(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")
    told: list[str] = []
    records = Records(tmp_path / "file", say=told.append)
    for _ in range(3):
        with records.claimed(MARK, WHERE, busy) as claim:
            records.write(claim, record())
            assert claim.left is None
    assert len(told) == 1
    assert "BIRD_STATE_DIR" in told[0]


def test_a_disk_that_is_full_is_told_and_the_create_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Claim, given: Record) -> None:
        raise OSError(28, "No space left on device")

    told: list[str] = []
    records = Records(tmp_path, say=told.append)
    monkeypatch.setattr(Claim, "write", full)
    with records.claimed(MARK, WHERE, busy) as claim:
        records.write(claim, record())
    assert len(told) == 1
    assert "No space left on device" in told[0]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    records = Records(tmp_path / "creates")
    with records.claimed(MARK, WHERE, busy) as claim:
        records.write(claim, record())
    (file,) = (tmp_path / "creates").iterdir()
    precious = tmp_path / "precious"
    precious.write_text("precious")
    file.unlink()
    file.symlink_to(precious)
    with records.claimed(MARK, WHERE, busy) as claim:
        records.write(claim, record())
    assert precious.read_text() == "precious"


def test_a_record_and_its_name_are_on_the_disk_before_a_request_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
    )
    record = Record(MARK, WHERE, "digest", "aaaaaaaa", 1.0)
    unless_told_otherwise: dict[str, bool] = {}
    for given, expected in (
        (unless_told_otherwise, [False, True]),
        ({"sync": True}, [False, True]),
        ({"sync": False}, []),
    ):
        records = Records(tmp_path, **given)
        with records.claimed(MARK, WHERE, lambda seconds: None) as claim:
            synced.clear()
            records.write(claim, record)
            assert synced == expected


class HalfFull(FileIO):
    """A file on a disk that has room for half of what is written."""

    def write(self, content: Any) -> int:
        return super().write(content[: len(content) // 2])


def test_a_record_that_is_only_half_on_the_disk_is_told_and_proves_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    records = Records(tmp_path, say=told.append)
    with records.claimed(MARK, WHERE, busy) as claim:
        whole = claim._file
        with HalfFull(claim._path, "r+") as full:
            claim._file = full
            records.write(claim, record())
        claim._file = whole
    assert len(told) == 1
    assert str(tmp_path) in told[0]
    assert Records(tmp_path).all() == []


def test_a_shorter_record_leaves_nothing_of_a_longer_one(tmp_path: Path) -> None:
    records = Records(tmp_path)
    for token in ("a" * 80, "b"):
        with records.claimed(MARK, WHERE, busy) as claim:
            records.write(claim, record(token))
    assert left(Records(tmp_path)) == record("b")


def test_a_record_that_cannot_be_removed_is_emptied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any, **named: Any) -> None:
        raise PermissionError

    records = Records(tmp_path)
    with records.claimed(MARK, WHERE, busy) as claim:
        records.write(claim, record())
        claim.settled = True
        monkeypatch.setattr(Path, "unlink", refuse)
    monkeypatch.undo()
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b""]
    assert left(Records(tmp_path)) is None


def test_only_the_create_that_made_something_is_forgotten_when_it_has_come_to_a_resource(
    tmp_path: Path,
) -> None:
    records = Records(tmp_path)
    records.forget(MARK, WHERE, "aaaaaaaa")
    assert list(tmp_path.iterdir()) == [], "what is not there is not made"
    with records.claimed(MARK, WHERE, busy) as claim:
        records.write(claim, record())
        records.forget(MARK, WHERE, "aaaaaaaa")
    assert records.all() == [record()], "its process is still at it"
    records.forget(MARK, WHERE, "bbbbbbbb")
    assert records.all() == [record()]
    records.forget(MARK, WHERE, "aaaaaaaa")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("settled", [True, False])
def test_a_create_that_fails_removes_its_record_only_where_it_is_settled(
    tmp_path: Path, settled: bool
) -> None:
    records = Records(tmp_path)

    def fail() -> None:
        with records.claimed(MARK, WHERE, busy) as claim:
            records.write(claim, record())
            claim.settled = settled
            raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        fail()
    assert records.all() == ([] if settled else [record()])
    assert left(records) == (None if settled else record()), "and the right to create is given up"


def test_doctor_is_told_whether_the_folder_can_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "deep" / "creates"
    for _ in range(2):
        assert Records(folder).problem() is None
    assert folder.stat().st_mode & 0o077 == 0
    monkeypatch.setattr(os, "access", lambda path, mode: (path, mode) != (folder, os.W_OK))
    (tmp_path / "file").write_text("")
    for each in (folder, tmp_path / "file"):
        problem = str(Records(each).problem())
        assert str(each) in problem
        assert "BIRD_STATE_DIR" in problem

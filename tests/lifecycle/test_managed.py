"""Which ids the resources of a run have: alone, and between the processes of one run."""

from __future__ import annotations

import os
import time
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.lifecycle.managed import ManagedItems, Standing
from bird_dynamic.lifecycle.run_log import KEPT, RunLog, folders

X = "11111111-2222-4333-8444-000000000001"
Y = "11111111-2222-4333-8444-000000000002"
A, B = frozenset({"a-0123456789"}), frozenset({"b-9876543210"})
NOBODY: frozenset[str] = frozenset()


def test_a_resource_may_delete_what_it_has_and_what_it_replaces() -> None:
    for leaving in (False, True):
        managed = ManagedItems()
        managed.mark_checked(A, {})
        managed.mark_diffed(X, A, leaving=leaving)
        assert managed.why_kept(X, A) is None
        assert managed.is_managed(X)


def test_what_another_resource_keeps_is_not_deleted() -> None:
    managed = ManagedItems()
    managed.mark_checked(A, {})
    managed.mark_diffed(X, A, leaving=False)
    for other in (B, NOBODY):
        assert "another resource" in str(managed.why_kept(X, other))
    managed.mark_diffed(X, A, leaving=True)
    assert managed.why_kept(X, B) is None


def test_a_state_without_a_mark_is_deleted_when_it_is_replaced_or_not_shown() -> None:
    """As release 0.1.0 has left it: only the inputs have a mark."""
    managed = ManagedItems()
    assert managed.why_kept(X, NOBODY) is None
    managed.mark_diffed(X, A, leaving=True)
    assert managed.why_kept(X, NOBODY) is None


def test_a_renamed_resource_is_one_resource_whatever_it_was_called() -> None:
    managed = ManagedItems()
    managed.mark_diffed(X, A, leaving=False)
    managed.mark_checked(B, {"resource_mark": "a-0123456789"})
    managed.mark_diffed(X, A | B, leaving=False)
    assert not managed.is_shared(X, A)
    assert not managed.is_shared(X, B)
    assert managed.why_kept(X, A) is None


def test_a_diff_of_a_refresh_does_not_tell_whether_the_program_has_the_resource() -> None:
    """The engine refreshes before the program runs, and asks for a diff with the old inputs."""
    managed = ManagedItems()
    managed.mark_diffed(X, A, leaving=False)
    assert managed.is_managed(X)
    for marks in (A, NOBODY):
        assert managed.why_kept(X, marks) is None


def test_what_this_run_gives_to_a_resource_is_never_deleted() -> None:
    managed = ManagedItems()
    assert managed.claim(X, A)
    for marks in (A, B, NOBODY):
        assert managed.why_kept(X, marks) is not None
    assert not managed.claim(X, B)
    assert managed.taken_from(X, B)
    assert not managed.taken_from(X, A)
    managed.mark_released(X, A)
    assert managed.claim(X, B)


def test_what_is_read_as_somebody_elses_is_not_deleted() -> None:
    managed = ManagedItems()
    managed.mark_read_only(X.upper())
    assert "get" in str(managed.why_kept(X, A))
    assert "get" in str(managed.why_kept(X.upper(), A))


def test_what_was_deleted_is_nobodys() -> None:
    managed = ManagedItems()
    managed.mark_diffed(X, A, leaving=True)
    managed.mark_deleted(X, A)
    assert managed.is_deleted(X)
    assert not managed.is_managed(X)
    assert managed.is_leaving(X, A)
    assert not managed.is_leaving(X, B)


def test_what_was_adopted_and_is_replaced_is_not_adopted_again() -> None:
    managed = ManagedItems()
    managed.mark_checked(A, {"adopt": X.upper()})
    assert managed.is_leaving(X, A)
    assert not managed.is_leaving(X, B)
    assert managed.is_replaced_unseen(A)
    assert not managed.is_replaced_unseen(B)
    managed.mark_diffed(X, A, leaving=True)
    assert not managed.is_replaced_unseen(A)


def test_what_was_deleted_for_nobody_known_may_be_what_anybody_replaces() -> None:
    managed = ManagedItems()
    managed.mark_deleted(X, NOBODY)
    assert managed.is_leaving(X, A)
    assert managed.is_leaving(X, NOBODY)


def test_what_a_new_resource_is_going_to_adopt_is_taken_from_the_one_that_has_it() -> None:
    managed = ManagedItems()
    managed.mark_wanted(X.upper(), B)
    assert managed.taken_from(X, A)
    assert not managed.taken_from(X, A | B)
    assert not managed.taken_from(X, NOBODY)
    assert not managed.taken_from(Y, A)


def test_what_is_changed_in_place_or_unchanged_stays_with_its_resource() -> None:
    for happens in (
        lambda managed: managed.mark_updated(X, A),
        lambda managed: managed.mark_diffed(X, A, leaving=False, is_unchanged=True),
    ):
        managed = ManagedItems()
        managed.mark_checked(A, {})
        happens(managed)
        # A second entry of the state, which an interrupted replacement has left.
        assert managed.why_kept(X, A) is not None
        assert not managed.claim(X, B)


def test_what_this_run_replaces_can_be_taken_over_once() -> None:
    managed = ManagedItems()
    managed.mark_checked(A, {})
    managed.mark_diffed(X, A, leaving=True)
    assert managed.claim(X, B)
    assert not managed.claim(X, A)


@pytest.mark.parametrize("is_replaced", [False, True])
def test_what_is_replaced_is_about_to_go_for_all_but_the_resource_itself(
    is_replaced: bool,
) -> None:
    mark, other = next(iter(A)), next(iter(B))
    managed = ManagedItems()
    assert managed.standing(X, other) is Standing.UNMANAGED
    managed.mark_managed(X)
    assert managed.standing(X, other) is Standing.KEPT
    managed.mark_checked(A, {})
    managed.mark_diffed(X, A, leaving=True)
    if is_replaced:
        managed.claim(Y, A)
    going = Standing.REPLACED if is_replaced else Standing.LEAVING
    assert managed.standing(X, other) is going
    assert managed.standing(X, mark) is (Standing.REPLACED if is_replaced else Standing.KEPT)
    managed.mark_checked(B, {})
    managed.mark_diffed(X, B, leaving=False)
    assert managed.standing(X, other) is Standing.KEPT


def test_what_is_being_replaced_goes_only_at_the_end_for_all_but_the_resource_itself() -> None:
    mark, other = next(iter(A)), next(iter(B))
    managed = ManagedItems()
    managed.mark_checked(A, {})
    managed.mark_diffed(X, A, leaving=True)
    managed.mark_creating(B)
    assert managed.standing(X, other) is Standing.LEAVING
    managed.mark_creating(A)
    assert managed.standing(X, other) is Standing.REPLACED
    assert managed.standing(X, mark) is Standing.KEPT
    # It was deleted first.
    managed.mark_deleted(X, A)
    assert managed.standing(X, other) is Standing.DELETED


def test_what_bird_has_no_longer_is_nobodys() -> None:
    managed = ManagedItems()
    managed.mark_checked(A, {})
    managed.mark_diffed(X, A, leaving=False)
    managed.mark_managed(Y.upper())
    assert managed.is_managed(X)
    assert managed.is_managed(Y)
    assert not managed.claim(Y, B)
    for each in (X, Y):
        managed.mark_missing(each.upper())
        assert not managed.is_managed(each)
        assert managed.claim(each, B)


def test_the_processes_of_one_run_know_of_each_others(tmp_path: Path) -> None:
    one, two = (ManagedItems(RunLog("127.0.0.1:4711", [tmp_path])) for _ in range(2))
    assert one.claim(X, A)
    assert not two.claim(X, B)
    assert two.why_kept(X, B) is not None
    assert two.taken_from(X, B)
    two.mark_diffed("y", B, leaving=False)
    assert one.is_managed("y")
    one.mark_deleted("y", B)
    assert not two.is_managed("y")
    # What a process has said itself comes back to it, and changes nothing.
    assert not one.is_managed("y")
    assert one.why_kept(X, A) is not None


def test_another_run_knows_nothing_of_it(tmp_path: Path) -> None:
    log = RunLog("127.0.0.1:4711", [tmp_path])
    assert ManagedItems(log).claim(X, A)
    assert ManagedItems(RunLog("127.0.0.1:4712", [tmp_path])).claim(X, B)
    # The run is over, and its address comes round again.
    log.close()
    again = ManagedItems(RunLog("127.0.0.1:4711", [tmp_path]))
    assert again.claim(X, B)


def test_who_has_left_a_run_tells_and_hears_nothing(tmp_path: Path) -> None:
    log = RunLog("127.0.0.1:4711", [tmp_path])
    log.close()
    assert not log.is_shared
    log.append({"what": "known", "id": "x", "marks": []})
    assert log.news() == []


def test_temporary_files_lie_in_a_folder_of_this_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    state, temporary = folders(tmp_path)
    assert state == tmp_path / "runs"
    assert temporary.name == "bird-dynamic-4711"


def test_files_of_runs_that_are_over_are_removed(tmp_path: Path) -> None:
    old = tmp_path / "127.0.0.1-1.jsonl"
    old.write_text("")
    os.utime(old, (1.0, 1.0))
    assert KEPT > 0
    RunLog("127.0.0.1:2", [tmp_path])
    assert not old.exists()


def test_half_a_line_that_a_killed_process_left_is_passed_over(tmp_path: Path) -> None:
    one, two = (ManagedItems(RunLog("h:1", [tmp_path])) for _ in range(2))
    (file,) = tmp_path.iterdir()
    with file.open("a") as other:
        other.write('{"what": "ta\n[]\n{}\nnull\n')
    assert one.claim(X, A)
    assert two.why_kept(X, B) is not None


def test_a_line_that_is_being_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    log = RunLog("h:1", [tmp_path])
    (file,) = tmp_path.iterdir()
    with file.open("a") as other:
        other.write('{"what": "known", "id"')
        other.flush()
        assert log.news() == []
        other.write(': "x", "marks": []}\n{"what"')
        other.flush()
        assert log.news() == [{"what": "known", "id": "x", "marks": []}]
    assert log.news() == []


def test_a_folder_that_cannot_be_used_leaves_each_process_its_own_part(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log = RunLog("h:1", [tmp_path / "file"])
    assert not log.is_shared
    managed = ManagedItems(log)
    assert managed.claim(X, A)
    assert not managed.claim(X, B)


def test_where_one_folder_cannot_be_used_the_next_one_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    usable = [tmp_path / "file", tmp_path / "next"]
    one, two = (ManagedItems(RunLog("h:1", usable)) for _ in range(2))
    assert one.claim(X, A)
    assert two.why_kept(X, B) is not None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_where_one_disk_is_full_the_next_one_is_used(tmp_path: Path) -> None:
    usable = [tmp_path / "full", tmp_path / "next"]
    logs = [RunLog("h:1", usable) for _ in range(2)]
    with FileIO("/dev/full", "r+") as full:
        os.dup2(full.fileno(), logs[0]._parts[0].file.fileno())
    one, two = map(ManagedItems, logs)
    assert one.claim(X, A)
    assert two.why_kept(X, B) is not None


class HalfFull(FileIO):
    """A file on a disk that has room for half of what is written."""

    def write(self, content: Any) -> int:
        return super().write(content[: len(content) // 2])


def test_where_a_disk_takes_half_a_line_the_next_folder_is_used_and_later_lines_are_read(
    tmp_path: Path,
) -> None:
    usable = [tmp_path / "full", tmp_path / "next"]
    logs = [RunLog("h:1", usable) for _ in range(2)]
    one, two = map(ManagedItems, logs)
    (file,) = (tmp_path / "full").iterdir()
    whole = logs[0]._parts[0].file
    with HalfFull(file, "a") as full:
        logs[0]._parts[0].file = full
        assert one.claim(X, A)
    # There is room again.
    logs[0]._parts[0].file = whole
    assert one.claim(Y, A)
    for each in (X, Y):
        assert two.why_kept(each, B) is not None
        assert not two.claim(each, B)


def test_what_is_shared_in_a_run_is_this_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "runs"
    for _ in range(2):
        assert RunLog("h:1", [folder]).is_shared
    (file,) = folder.iterdir()
    assert [each.stat().st_mode & 0o077 for each in (folder, file)] == [0, 0]


@pytest.mark.parametrize("whose", ["a link", "somebody else's"])
def test_a_folder_that_may_be_somebody_elses_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    """A folder for temporary files is everybody's: anybody may have made what has our name."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    if whose == "a link":
        link = tmp_path / "link"
        link.symlink_to(folder)
        folder = link
    else:
        monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    assert not RunLog("h:1", [folder]).is_shared
    assert list(folder.iterdir()) == []


def test_files_of_runs_that_ended_lately_are_kept(tmp_path: Path) -> None:
    for name, age in (("old", KEPT + 60), ("recent", KEPT - 60)):
        file = tmp_path / f"{name}.jsonl"
        file.write_text("")
        os.utime(file, (time.time() - age,) * 2)
    (tmp_path / "other").write_text("")
    os.utime(tmp_path / "other", (1.0, 1.0))
    RunLog("h:2", [tmp_path])
    assert {each.name for each in tmp_path.iterdir()} == {"recent.jsonl", "other", "h-2.jsonl"}

"""The file of the workspace: for its user only, replaced as a whole, and what happens if it cannot
be."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bird_dynamic.emulator import BirdEmulator, Dialect, Options, Request, Store
from bird_dynamic.emulator.serving.control import control
from bird_dynamic.emulator.store import StateFileError
from tests.emulator.caller import Caller
from tests.support.clock import FakeClock


def test_it_is_for_its_user_only_and_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "bird.json"
    store = Store.from_file(str(path))
    before = path.stat()
    store.add("webhook-subscriptions", {"id": "w"})
    assert stat.S_IMODE(before.st_mode) == stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_ino != before.st_ino
    assert [each.name for each in tmp_path.iterdir()] == ["bird.json"]
    assert "w" in Store.from_file(str(path)).webhook_subscriptions


def test_a_symlink_that_appears_later_is_replaced_and_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "bird.json"
    store = Store.from_file(str(path))
    path.unlink()
    (tmp_path / "mine").write_text("mine")
    path.symlink_to(tmp_path / "mine")
    store.add("webhook-subscriptions", {"id": "w"})
    assert not path.is_symlink()
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "bird.json"
    make(path)
    with pytest.raises(StateFileError, match=r"bird\.json is not a file; choose another file"):
        Store.from_file(str(path))


@pytest.mark.usefixtures("bird_differs")
def test_a_failed_write_is_told_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bird.json"
    bird = BirdEmulator(Store.from_file(str(path)))
    before = path.read_text()

    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("os.replace", full)
        status, answer = Caller(bird).create()
        says = f"{path}: No space left on device; choose another file"
        assert (status, answer["code"], answer["message"]) == (500, "StateFileError", says)
        assert bird.journal[-1]["status"] == 500
        answered = control(bird, Request("POST", "/__emulator__/connectors", body=b"{}"))
        assert (answered.status, json.loads(answered.body)["message"]) == (500, says)
        assert [each.name for each in tmp_path.iterdir()] == ["bird.json"]
        assert path.read_text() == before
    # The next write that succeeds has everything.
    bird.add_connector(name="third")
    assert len(BirdEmulator(Store.from_file(str(path))).connectors()) == 3


@pytest.mark.usefixtures("bird_differs")
def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    bird = BirdEmulator(Store.from_file(str(tmp_path / "folder" / "bird.json")))
    (tmp_path / "folder" / "bird.json").unlink()
    (tmp_path / "folder").rmdir()
    assert Caller(bird).create()[0] == 500


@pytest.mark.usefixtures("bird_differs")
def test_a_delete_that_is_due_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    path = str(tmp_path / "bird.json")
    bird = BirdEmulator(
        Store.from_file(path),
        dialect=Dialect(deletion="later"),
        options=Options(release_after=5.0),
        clock=clock.time,
    )
    call = Caller(bird)
    _, made = call.create()
    assert call("DELETE", f"/connectors/{made['id']}")[0] == 204
    clock.sleep(6)
    (tmp_path / "bird.json").unlink()
    tmp_path.rename(tmp_path.with_name("elsewhere"))
    assert call("GET", "/connectors")[0] == 500
    assert call("GET", "/connectors")[0] == 200


ROW = {"wire": {"id": "x"}, "created_version": 1, "created_at": 1.0}


@pytest.mark.parametrize(
    "kept",
    [
        {"version": "3"},
        {"version": None},
        {"version": 3, "calls": {}},
        {"version": 3, "calls": [1]},
        {"version": 3, "calls": [{}]},
        {"version": 3, "calls": [{**ROW, "wire": {"id": 1}}]},
        {"version": 3, "calls": [{**ROW, "created_version": "1"}]},
        {"version": 3, "calls": [{**ROW, "created_at": "now"}]},
        {"version": 3, "calls": [{**ROW, "deleted_at": "now"}]},
        {"version": 3, "calls": [{**ROW, "earlier": [[1, 1.0]]}]},
        {"version": 3, "calls": [{**ROW, "mood": 1}]},
    ],
    ids=str,
)
def test_what_the_emulator_did_not_write_is_refused_at_once(
    tmp_path: Path, kept: dict[str, object]
) -> None:
    path = tmp_path / "bird.json"
    path.write_text(json.dumps({"version": 3, "calls": [ROW]}))
    assert len(Store.from_file(str(path)).calls) == 1
    path.write_text(json.dumps(kept))
    with pytest.raises(StateFileError, match="is damaged, or was not written by bird-emulator"):
        Store.from_file(str(path))

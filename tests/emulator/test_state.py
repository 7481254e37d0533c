"""A workspace that is kept in a file, and one that somebody else changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bird_dynamic.emulator import BirdEmulator, Options, Store
from bird_dynamic.emulator.store import REMEMBERED_DELETIONS
from tests.emulator.asking import NO_SUCH_ID, OTHER_NUMBER, Caller


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bird.json"


def opened(file: Path, seed: int | None = 1) -> Caller:
    return Caller(BirdEmulator(Store.kept_in(str(file)), seed=seed))


def test_the_file_is_there_from_the_start(file: Path) -> None:
    opened(file)
    assert json.loads(file.read_text())["connectors"] == []
    assert [each.name for each in file.parent.iterdir()] == ["bird.json"]


def test_a_workspace_outlives_its_emulator(file: Path) -> None:
    first = opened(file)
    connector = first.ready()
    path = f"/channels/{connector['channel']['channelId']}/conversational"
    status = first.ask("PATCH", path, {"status": "active"}).body
    second = opened(file)
    assert second.emulator.connectors() == [connector]
    assert second.ask("GET", path).body == status
    second.ask("DELETE", f"/connectors/{connector['id']}")
    assert opened(file).emulator.connectors() == []


def test_each_change_is_on_disk_before_it_is_answered(file: Path) -> None:
    bird = opened(file)
    connector_id = bird.create().body["id"]
    assert connector_id in file.read_text()
    bird.emulator.change_connector(connector_id, name="changed")
    assert '"changed"' in file.read_text()
    bird.emulator.reset()
    assert connector_id not in file.read_text()


def test_a_seed_does_not_give_ids_again_that_the_file_has(file: Path) -> None:
    one = opened(file).create().body["id"]
    assert opened(file).create(OTHER_NUMBER).body["id"] != one


def test_secrets_are_not_kept(file: Path) -> None:
    opened(file).create(securityArguments={"a": "canary"}, invitationToken="canary")
    assert "canary" not in file.read_text()


def test_json_and_back_is_the_same_workspace() -> None:
    store = Store.with_numbers(1_000)
    emulator = BirdEmulator(store)
    added = emulator.add_connectors(3, connectorTemplateRef="voice-messagebird:1")
    emulator.remove_connector(added[0]["id"])
    assert Store.from_json(json.loads(json.dumps(store.to_json()))) == store


def test_a_file_of_the_first_format_has_the_usual_numbers() -> None:
    assert Store.from_json({"version": 0, "connectors": []}) == Store.with_numbers()


def test_a_deletion_is_not_remembered_for_ever() -> None:
    emulator = BirdEmulator()
    for added in emulator.add_connectors(REMEMBERED_DELETIONS + 5):
        emulator.remove_connector(added["id"])
    assert len(emulator.store.deleted) == REMEMBERED_DELETIONS


def test_somebody_else_can_rename_a_connector(bird: Caller) -> None:
    connector_id = bird.create().body["id"]
    bird.emulator.options.clock_ahead = 1.0
    bird.emulator.change_connector(connector_id, name="renamed", arguments=None)
    connector = bird.ask("GET", f"/connectors/{connector_id}").body
    assert (connector["name"], connector["arguments"], connector["number"]) == (
        "renamed",
        None,
        None,
    )
    assert connector["updatedAt"] > connector["createdAt"]
    assert bird.create().status == 201


def test_what_is_not_there_cannot_be_changed_or_removed(bird: Caller) -> None:
    with pytest.raises(LookupError):
        bird.emulator.change_connector(NO_SUCH_ID, name="x")
    with pytest.raises(LookupError):
        bird.emulator.remove_connector(NO_SUCH_ID)


@pytest.mark.parametrize(
    "wrong", [{"channel_after": "1"}, {"channel_after": True}, {"sparse_lists": 1}]
)
def test_options_of_the_wrong_type_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Options(**wrong)  # type: ignore[arg-type]


def test_a_clock_may_be_ahead_by_whole_seconds() -> None:
    assert Options(clock_ahead=5).clock_ahead == 5

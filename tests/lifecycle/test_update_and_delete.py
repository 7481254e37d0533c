"""Update changes in place what can be; delete ends in "not there", however it got there."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import Fault
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.schema.naming import DERIVED_NAME, MARK
from tests.support.world import World, planned

CONVERSATIONAL = "channel_conversational_status_enabled"


def created(world: World, **news: Any) -> tuple[str, dict[str, Any]]:
    connector_id, state = world.run().create(world.inputs(**news))
    world.forget()
    return connector_id, state


@pytest.mark.parametrize(("before", "after"), [(None, True), (True, False), (False, True)])
def test_the_conversational_switch_is_set_in_place(before: bool | None, after: bool) -> None:
    world = World()
    connector_id, state = created(world, **{CONVERSATIONAL: before})
    inputs = world.inputs(**{CONVERSATIONAL: after})
    updated = world.run().update(connector_id, state, inputs)
    assert world.operations == ["set_conversational"]
    assert world.emulator.store.connectors[connector_id].conversational is after
    assert updated == {**state, CONVERSATIONAL: after}
    assert planned(world.run(), connector_id, updated, inputs).changed == ()


def test_leaving_the_switch_out_leaves_it_as_it_is() -> None:
    world = World()
    connector_id, state = created(world, **{CONVERSATIONAL: True})
    updated = world.run().update(connector_id, state, world.inputs())
    assert world.operations == []
    assert updated.get(CONVERSATIONAL) is None
    assert planned(world.run(), connector_id, updated, world.inputs()).changed == ()


def test_an_update_keeps_the_outputs_and_the_derived_name() -> None:
    world = World()
    connector_id, state = created(world)
    renamed = world.inputs(**{MARK: "renamed-1111111111", CONVERSATIONAL: True})
    updated = world.run().update(connector_id, state, renamed)
    assert updated["channel_id"] == state["channel_id"]
    assert updated["name"] == updated[DERIVED_NAME] == state["name"]


def test_an_update_that_fails_names_the_resource() -> None:
    world = World()
    connector_id, state = created(world)
    world.break_with(Fault("status", operation="set_conversational", status=403, times=None))
    with pytest.raises(OperationError, match=f"Updating voice channel.*{connector_id}.*403.*roles"):
        world.run().update(connector_id, state, world.inputs(**{CONVERSATIONAL: True}))


def test_delete_deletes() -> None:
    world = World()
    connector_id, state = created(world)
    world.run().delete(connector_id, state)
    assert world.operations == ["delete_connector"]
    assert world.connector_ids() == []


def test_a_timeout_is_changed_in_the_state_alone_and_then_used() -> None:
    world = World()
    connector_id, state = created(world)
    updated = world.run().update(connector_id, state, world.inputs(delete_timeout=3))
    assert world.operations == []
    world.break_with(Fault("status", operation="delete_connector", status=429, times=None))
    began = world.clock.now
    with pytest.raises(OperationError, match="no time is left"):
        world.run().delete(connector_id, updated)
    assert world.clock.now - began <= 3


def test_deleting_what_is_gone_is_done() -> None:
    world = World()
    connector_id, state = created(world)
    world.emulator.store.remove(connector_id, world.clock.now)
    world.run().delete(connector_id, state)


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("kind", ["reset", "hang", "empty", "status", "truncate"])
def test_an_unknown_outcome_is_confirmed(kind: str, applied: bool) -> None:
    world = World()
    connector_id, state = created(world)
    world.break_with(Fault(kind, operation="delete_connector", applied=applied))
    world.run().delete(connector_id, state)
    assert world.connector_ids() == []


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_delete_that_cannot_be_done_is_an_error(status: int) -> None:
    world = World()
    connector_id, state = created(world)
    world.break_with(Fault("status", operation="delete_connector", status=status, times=None))
    with pytest.raises(OperationError, match=f"Deleting.*{connector_id}.*{status}"):
        world.run().delete(connector_id, state)
    assert world.connector_ids() == [connector_id]


def test_nothing_is_deleted_in_a_workspace_that_cannot_be_seen() -> None:
    world = World()
    connector_id, state = created(world)
    elsewhere = {**state, "workspace_id": "11111111-2222-4333-8444-555555555555"}
    with pytest.raises(OperationError, match="workspace not found"):
        world.run().delete(connector_id, elsewhere)


@pytest.mark.parametrize("item_id", ["support", "..", ""])
def test_what_was_imported_under_no_id_is_not_deleted_and_the_import_is_named(
    item_id: str,
) -> None:
    world = World()
    _, state = created(world)
    with pytest.raises(OperationError, match="import"):
        world.run().delete(item_id, state)
    assert world.operations == []

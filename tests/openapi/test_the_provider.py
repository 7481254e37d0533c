"""What the provider asks of Bird is as the description says, from a create to a delete."""

from __future__ import annotations

import pytest

from bird_dynamic.emulator import Fault, Options
from tests.support.openapi import Conformance
from tests.support.world import World

SWITCH = "channel_conversational_status_enabled"
WRITE_ONLY = {"security_arguments": {"a": {"b": "c"}}, "invitation_token": "t"}


@pytest.mark.parametrize("sparse", [False, True])
def test_a_life_of_a_connector_is_as_described(sparse: bool) -> None:
    world = World(options=Options(channel_after=3, sparse_lists=sparse))
    Conformance(world.emulator)
    inputs = world.inputs(**WRITE_ONLY, **{SWITCH: False, "arguments": {"recording": "on"}})
    connector_id, state = world.run().create(inputs)
    found = world.run().read(connector_id, state)
    assert found is not None
    changed = world.inputs(state, **WRITE_ONLY, **{SWITCH: True, "arguments": {"recording": "on"}})
    world.run().update(connector_id, state, changed)
    world.run().delete(connector_id, state)
    assert world.run().read(connector_id, state) is None
    assert {"create_connector", "set_conversational", "delete_connector"} <= set(world.operations)


def test_a_create_whose_answer_is_lost_is_as_described() -> None:
    world = World(Fault("reset", operation="create_connector", applied=True))
    Conformance(world.emulator)
    connector_id, _ = world.run().create(world.inputs())
    assert world.connector_ids() == [connector_id]
    assert "list_connectors" in world.operations

"""What holds for every resource with every input that Bird returns."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from bird_dynamic.command.export import exported, written
from bird_dynamic.schema.fields import Properties
from bird_dynamic.schema.resources import SCHEMAS
from tests.support.world import NUMBER, OWN_MARK, World, planned

every_type = pytest.mark.parametrize("type_name", SCHEMAS)


def everything(world: World, type_name: str) -> Properties:
    """Every input that a create request takes, as the reference page gives it for an example."""
    examples = {
        field.name: field.example
        for field in SCHEMAS[type_name].inputs
        if field.request_path and field.in_create and field.example is not None
    }
    if type_name == "Connector":
        examples["arguments"] = {**examples["arguments"], "phoneNumberId": NUMBER}
    return world.checked(type_name, {**examples, "resource_mark": OWN_MARK})


@every_type
def test_bird_takes_every_input_and_states_it_again(type_name: str) -> None:
    world = World()
    inputs = everything(world, type_name)
    item_id, state = world.run(type_name).create(inputs)
    run = world.run(type_name)
    assert run.read(item_id, state) == (state, inputs)
    assert planned(run, item_id, state, inputs).changed == ()


@every_type
def test_an_exported_program_adopts_what_has_every_input(type_name: str) -> None:
    world = World()
    item_id, _ = world.run(type_name).create(everything(world, type_name))
    workspace = exported(world.account())
    (resource,) = workspace.resources
    assert (resource.type_name, resource.item_id) == (type_name, item_id)
    (source,) = [
        each
        for each in ast.parse(written(workspace, False, False)["__main__.py"]).body
        if isinstance(each, ast.Assign)
    ]
    assert isinstance(source.value, ast.Call)
    given: dict[str, Any] = {
        str(each.arg): ast.literal_eval(each.value) for each in source.value.keywords
    }
    world.forget()
    adopted, state = world.run(type_name).create(world.checked(type_name, given))
    assert adopted == item_id
    assert {each["method"] for each in world.emulator.journal} == {"GET"}
    assert (
        planned(world.run(type_name), item_id, state, world.checked(type_name, given)).changed == ()
    )

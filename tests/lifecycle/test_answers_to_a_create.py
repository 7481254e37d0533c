"""What Bird answers a create with is believed only where it can be what the request has made."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bird_dynamic.emulator import Options, Reply
from bird_dynamic.emulator import Request as WireRequest
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.lifecycle.managed import ManagedItems
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.schema.fields import Properties
from tests.support.world import NUMBER, OTHER_NUMBER, World, planned

ANSWERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "whole": lambda item: item,
    "its id alone": lambda item: {"id": item["id"]},
    "without a name": lambda item: {**item, "name": None},
    "without a moment": lambda item: {key: item[key] for key in item if key != "createdAt"},
}
names = pytest.mark.parametrize("name", [None, "Front desk"], ids=["automatic", "explicit"])
answers = pytest.mark.parametrize("told", ANSWERS.values(), ids=ANSWERS)


def answering(world: World, change: Callable[[str, Any], tuple[int, Any]]) -> None:
    """Let Bird answer otherwise: `change` gets an operation and its body, and says what comes."""
    handle = world.emulator.handle

    def odd(request: WireRequest) -> Reply:
        reply = handle(request)
        body = json.loads(reply.response.body) if reply.response.body else None
        status, body = change(world.operations[-1], body)
        response = replace(
            reply.response, status=status or reply.response.status, body=json.dumps(body).encode()
        )
        return replace(reply, response=response)

    world.emulator.handle = odd  # type: ignore[method-assign]


@names
@answers
@pytest.mark.parametrize("is_hidden", [True, False])
def test_what_was_there_before_is_not_created_and_never_deleted(
    name: str | None, told: Callable[[dict[str, Any]], dict[str, Any]], is_hidden: bool
) -> None:
    world = World()
    theirs = world.foreign(name=name or "Their line", number=OTHER_NUMBER)
    world.clock.sleep(3600)
    (shown,) = world.emulator.connectors()

    def existing(operation: str, body: Any) -> tuple[int, Any]:
        if operation == "create_connector":
            world.emulator.remove_connector(body["id"])
            return 200, told(shown)
        if operation == "list_connectors" and is_hidden:
            return 0, {"results": []}
        return 0, body

    answering(world, existing)
    with pytest.raises(Exception, match=rf"{theirs}.*(Nothing was created|left alone)"):
        world.run().create(world.inputs(name=name))
    assert world.connector_ids() == [theirs]
    assert world.count("delete_connector") == 0


@names
@answers
@pytest.mark.parametrize("keeps", [False, True], ids=["dynamic", "plugin"])
def test_what_is_new_is_created_however_little_the_answer_tells(
    name: str | None, told: Callable[[dict[str, Any]], dict[str, Any]], keeps: bool
) -> None:
    world = World()
    answering(
        world,
        lambda operation, body: (0, told(body) if operation == "create_connector" else body),
    )
    inputs = world.inputs(name=name)
    connector_id, state = world.run(keeps_half_created=keeps).create(inputs)
    assert world.connector_ids() == [connector_id]
    assert not planned(world.run(), connector_id, state, inputs).changed


@pytest.mark.usefixtures("any_dialect")
@pytest.mark.parametrize("channel", [None, {}, {"channelId": None}, {"channelId": ""}, "soon", []])
def test_a_channel_without_an_id_is_none_yet(channel: Any) -> None:
    world = World(options=Options(channel_after=0))
    polls = 2

    def late(operation: str, body: Any) -> tuple[int, Any]:
        nonlocal polls
        if operation == "create_connector":
            return 0, {**body, "channel": channel}
        if operation == "get_connector" and polls:
            polls -= 1
            return 0, {**body, "channel": channel}
        return 0, body

    answering(world, late)
    _, state = world.run().create(world.inputs())
    (connector,) = world.emulator.connectors()
    assert state["channel_id"] == connector["channel"]["channelId"]
    assert world.count("get_connector") == 3


def test_a_name_that_bird_cuts_is_still_ours() -> None:
    world = World()

    def cut(operation: str, body: Any) -> tuple[int, Any]:
        if operation in ("create_connector", "get_connector"):
            return 0, {**body, "name": body["name"][:12]}
        return 0, body

    answering(world, cut)
    inputs = world.inputs()
    connector_id, state = world.run().create(inputs)
    assert world.connector_ids() == [connector_id]
    state, _ = world.run().read(connector_id, state) or ({}, {})
    assert not planned(world.run(), connector_id, state, inputs).changed


@names
def test_what_bird_answers_with_and_does_not_have_is_told_and_stays_recorded(
    name: str | None,
) -> None:
    world = World()

    def absent(operation: str, body: Any) -> tuple[int, Any]:
        if operation == "create_connector":
            return 201, {"id": body["id"]}
        return (404, {"code": "NotFound"}) if operation == "get_connector" else (0, body)

    answering(world, absent)
    with pytest.raises(Exception, match=r"but does not return it.*Run `pulumi up` again"):
        world.run().create(world.inputs(name=name))
    assert len(world.records.all()) == 1
    assert world.count("delete_connector") == 0


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (422, "ResourceAlreadyExists", ""),
        (400, "InvalidPayload", "connector already exists"),
        (422, "Conflict", ""),
    ],
)
def test_a_conflict_is_one_whatever_its_status(status: int, code: str, message: str) -> None:
    world = World()
    refusals = 3

    def refusing(operation: str, body: Any) -> tuple[int, Any]:
        nonlocal refusals
        if operation != "create_connector" or refusals == 0:
            return 0, body
        refusals -= 1
        world.emulator.remove_connector(body["id"])
        return status, {"code": code, "message": message}

    answering(world, refusing)
    connector_id, _ = world.run().create(world.inputs())
    assert world.connector_ids() == [connector_id]


def test_an_answer_about_what_another_resource_has_is_not_taken_over() -> None:
    world = World()
    theirs = "11111111-2222-4333-8444-555555555555"
    managed = ManagedItems()
    managed.mark_managed(theirs)
    answering(
        world,
        lambda operation, body: (
            0,
            {**body, "id": theirs} if operation == "create_connector" else body,
        ),
    )
    with pytest.raises(OperationError, match=f"{theirs}, which another resource manages"):
        world.run(managed=managed).create(world.inputs())


def test_an_answer_about_what_this_run_has_deleted_is_waited_out() -> None:
    world = World()
    gone, state = world.run().create(world.inputs())
    run = world.run()
    run.delete(gone, state)
    answers = [gone]

    def odd(operation: str, body: Any) -> tuple[int, Any]:
        if operation != "create_connector" or not answers:
            return 0, body
        world.emulator.remove_connector(body["id"])
        return 0, {**body, "id": answers.pop()}

    answering(world, odd)
    connector_id, _ = run.create(world.inputs())
    assert connector_id != gone
    assert world.connector_ids() == [connector_id]


def giving_up_its_number(
    world: World,
) -> tuple[str, Properties, ResourceLifecycle, Properties]:
    """A connector, its state, a run that replaces it for another number, and the new inputs."""
    held, state = world.run().create(world.inputs())
    run = world.run()
    moved = world.inputs(phone_number_id=OTHER_NUMBER)
    run.check(state, moved)
    assert planned(run, held, state, moved).replaces
    return held, state, run, moved


def test_a_number_that_another_resource_gives_up_is_told_at_once() -> None:
    world = World()
    held, state, run, moved = giving_up_its_number(world)
    successor, _ = run.create(moved)
    began = world.clock.now
    sales = {"resource_mark": "sales-9876543210", "phone_number_id": NUMBER}
    with pytest.raises(Exception, match=rf'deletes it only at the end.*adopt="{held}"'):
        run.create(world.inputs(**sales))
    assert world.clock.now - began < 5
    run = world.run()
    assert run.create(world.inputs(**sales, adopt=held))[0] == held
    # What the engine still has to delete of the first one.
    run.delete(held, state)
    assert world.connector_ids() == [held, successor]


def test_two_resources_that_exchange_their_numbers_are_told_as_soon_as_both_are_created() -> None:
    world = World()
    support = world.inputs()
    sales = world.inputs(resource_mark="sales-9876543210", phone_number_id=OTHER_NUMBER)
    held = {each["resource_mark"]: world.run().create(each) for each in (support, sales)}
    run = world.run()
    swapped = [
        {**support, "phone_number_id": OTHER_NUMBER},
        {**sales, "phone_number_id": NUMBER},
    ]
    for news in swapped:
        item_id, state = held[news["resource_mark"]]
        run.check(state, news)
        assert planned(run, item_id, state, news).replaces
    first, *others = swapped
    both = "if two resources exchange their phone numbers, both need it"

    def odd(operation: str, body: Any) -> tuple[int, Any]:
        if operation == "create_connector" and others:
            with pytest.raises(OperationError, match=both):
                run.create(others.pop())
        return 0, body

    answering(world, odd)
    began = world.clock.now
    with pytest.raises(OperationError, match=both):
        run.create(first)
    assert not others
    assert world.clock.now - began < 5
    assert world.connector_ids() == [item_id for item_id, _ in held.values()]


def test_a_number_that_becomes_free_while_a_create_looks_at_its_holder_is_taken() -> None:
    world = World()
    held, state, run, _ = giving_up_its_number(world)
    deleted: list[str] = []

    def odd(operation: str, body: Any) -> tuple[int, Any]:
        if operation == "get_connector" and not deleted:
            deleted.append(held)
            run.delete(held, state)
        return 0, body

    answering(world, odd)
    sales, _ = run.create(world.inputs(resource_mark="sales-9876543210"))
    assert deleted
    assert world.connector_ids() == [sales]


def test_a_row_without_a_name_is_not_taken_over_for_its_arguments() -> None:
    world = World(options=Options(allow_duplicates=True))
    theirs = world.foreign(name="Their line")

    def nameless(operation: str, body: Any) -> tuple[int, Any]:
        if operation == "list_connectors":
            return 0, {**body, "results": [{**each, "name": None} for each in body["results"]]}
        return 0, body

    answering(world, nameless)
    world.environment["BIRD_TAKE_OVER"] = "marked"
    connector_id, _ = world.run().create(world.inputs())
    assert connector_id != theirs

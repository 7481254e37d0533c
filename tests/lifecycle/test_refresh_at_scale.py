"""Refreshing many connectors: few requests, and never an answer that a single read would not
give."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bird_dynamic.emulator import Fault, Options
from bird_dynamic.schema.naming import MARK
from tests.support.world import World

Stack = dict[str, dict[str, Any]]


def workspace(count: int, foreign: int = 0, **options: Any) -> tuple[World, Stack]:
    """A workspace with that many channels of ours, made behind the provider's back, and their
    states."""
    world = World(
        options=Options(channel_after=0, allow_duplicates=True, **options), numbers=count + 12
    )
    for index in range(foreign):
        world.foreign(name=f"foreign {index}")
    numbers = [
        number.id
        for number in world.emulator.store.numbers.values()
        if "voice" in number.capabilities
    ]
    stack = {}
    sparse, world.emulator.options.sparse_lists = world.emulator.options.sparse_lists, False
    for index in range(count):
        connector_id = world.foreign(name=f"ours-{index}", number=numbers[index])
        inputs = world.inputs(phone_number_id=numbers[index], **{MARK: f"ours-{index:010}"})
        inputs["adopt"] = connector_id
        _, stack[connector_id] = world.run().create(inputs)
    world.emulator.options.sparse_lists = sparse
    world.forget()
    return world, stack


def refresh(world: World, stack: Stack, lanes: int = 4) -> dict[str, Any]:
    run = world.run()
    with ThreadPoolExecutor(lanes) as pool:
        read = pool.map(lambda each: run.read(*each), stack.items())
        return dict(zip(stack, read, strict=True))


def test_a_thousand_channels_take_at_most_twenty_requests() -> None:
    world, stack = workspace(1000)
    read = refresh(world, stack)
    assert all(found is not None and found[0] == stack[each] for each, found in read.items())
    assert len(world.operations) <= 20


def test_so_do_they_in_the_other_order() -> None:
    world, stack = workspace(1000)
    refresh(world, dict(reversed(stack.items())))
    assert len(world.operations) <= 20


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_few_resources_in_a_huge_workspace_cost_one_get_each(count: int) -> None:
    world, stack = workspace(count, foreign=3000)
    refresh(world, stack)
    assert world.operations == ["get_connector"] * count


def test_from_the_fourth_read_on_two_pages_of_the_listing_are_fetched_for_each() -> None:
    world, stack = workspace(5, foreign=3000)
    refresh(world, stack, lanes=1)
    further = ["list_connectors", "list_connectors", "get_connector"]
    assert world.operations == ["get_connector"] * 3 + further * 2


def test_a_listing_that_broke_is_not_asked_again_and_not_taken_for_a_whole_one() -> None:
    world, stack = workspace(8)
    failing = Fault("status", operation="list_connectors", status=403, times=1)
    world.break_with(failing)
    run = world.run()
    for each in stack.items():
        assert run.read(*each) is not None
    assert world.count("list_connectors") == 1
    # A create needs the whole of it.
    run.create(world.inputs(**{MARK: "another-0123456789"}))
    assert world.count("list_connectors") == 2


def test_some_resources_in_a_huge_workspace_cost_a_bounded_number_of_requests() -> None:
    world, stack = workspace(20, foreign=5000)
    refresh(world, stack)
    assert len(world.operations) <= 3 * len(stack)


def test_what_is_missing_from_the_listing_is_confirmed_by_a_get() -> None:
    world, stack = workspace(50)
    world.break_with(
        Fault("stale_list", operation="list_connectors", times=None, seconds=1e6),
    )
    read = refresh(world, stack)
    assert all(found is not None for found in read.values())


def test_what_is_gone_is_gone_and_nothing_else() -> None:
    world, stack = workspace(50)
    gone = list(stack)[::7]
    for each in gone:
        world.emulator.store.remove(each, world.clock.now)
    read = refresh(world, stack)
    assert [each for each, found in read.items() if found is None] == gone


def test_drift_is_seen_in_rows_of_a_listing_too() -> None:
    world, stack = workspace(50)
    for each in stack:
        world.emulator.store.change(each, name=f"changed {each}")
    read = refresh(world, stack)
    assert all(found and found[0]["name"] == f"changed {each}" for each, found in read.items())
    assert world.count("list_connectors") > 0


def test_rows_that_are_poorer_than_the_state_are_not_trusted() -> None:
    world, stack = workspace(30, sparse_lists=True)
    read = refresh(world, stack)
    assert all(found is not None and found[0] == stack[each] for each, found in read.items())
    assert world.count("get_connector") == len(stack)


def test_a_second_refresh_in_the_same_process_reads_anew() -> None:
    world, stack = workspace(30)
    run = world.run()
    for each, state in stack.items():
        run.read(each, state)
        world.emulator.store.change(each, name="changed")
    for each, state in stack.items():
        found = run.read(each, state)
        assert found is not None
        assert found[0]["name"] == "changed"


def test_an_old_listing_is_not_trusted() -> None:
    world, stack = workspace(30)
    run = world.run()
    half = list(stack)[:15]
    for each in half:
        run.read(each, stack[each])
    world.clock.sleep(60)
    other = list(stack)[-1]
    world.emulator.store.change(other, name="changed")
    found = run.read(other, stack[other])
    assert found is not None
    assert found[0]["name"] == "changed"


def test_a_connector_that_was_updated_meanwhile_is_not_read_from_an_old_row() -> None:
    world, stack = workspace(30)
    run = world.run()
    *first, last = stack
    for each in first[:10]:
        run.read(each, stack[each])
    run.update(last, stack[last], {**stack[last], "channel_conversational_status_enabled": True})
    world.emulator.store.change(last, name="changed")
    found = run.read(last, stack[last])
    assert found is not None
    assert found[0]["name"] == "changed"


def test_a_key_that_may_not_list_can_still_refresh() -> None:
    world, stack = workspace(10)
    world.break_with(Fault("status", operation="list_connectors", status=403, times=None))
    read = refresh(world, stack)
    assert all(found is not None for found in read.values())
    assert world.count("list_connectors") == 1


def test_what_no_state_has_is_read_by_itself_however_much_was_listed() -> None:
    world = World(options=Options(sparse_lists=True, channel_after=0), numbers=40)
    run = world.run()
    ids = [world.foreign(number=number) for number in world.emulator.store.numbers][:20]
    for connector_id in ids:
        real, _ = run.read(connector_id, {}) or ({}, {})
        assert real["channel_id"], "a row of the listing would lack it"

"""Turns of events after which a connector could be lost, doubled, or mistaken for another one."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.emulator import Fault, Options, PhoneNumber
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.lifecycle.errors import HalfCreatedError, SharedError
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.schema.fields import UNKNOWN
from bird_dynamic.schema.naming import MARK
from tests.lifecycle.test_answers_to_a_create import answering
from tests.support.engine_model import ModelEngine
from tests.support.world import NUMBER, OTHER_MARK, OTHER_NUMBER, OWN_MARK, World, killed, planned

SWITCH = "channel_conversational_status_enabled"


def keeping(world: World) -> ResourceLifecycle:
    """The lifecycle as the plugin has it: a half-created resource stays in the state."""
    return world.run(keeps_half_created=True)


def test_what_this_run_adopted_is_not_deleted_with_the_resource_that_had_it() -> None:
    world = World()
    left = world.foreign(name="Support")
    inputs = world.inputs(name="Support", adopt=left)
    _, state = world.run().create(inputs)
    # The resource is renamed without aliases: a new one adopts, and then the old one goes.
    run = world.run()
    assert run.create(inputs)[0] == left
    run.delete(left, state)
    assert world.connector_ids() == [left]
    assert "kept" in world.said[-1]


def test_one_connector_is_not_adopted_by_two_resources() -> None:
    world = World()
    left = world.foreign(name="Support")
    inputs = world.inputs(name="Support", adopt=left)
    other = {**inputs, MARK: OTHER_MARK}
    run = world.run()
    _, state = run.create(inputs)
    with pytest.raises(OperationError, match=f"manages the connector {left}.*aliases="):
        run.create(other)
    # Nor when another run's state has it.
    later = world.run()
    planned(later, left, state, later.check(inputs, inputs).inputs)
    (failure,) = later.check({}, other).failures
    assert failure.startswith(f"adopt: another resource of this stack manages the connector {left}")
    with pytest.raises(OperationError, match="aliases="):
        later.create(other)
    # Nor when the one that has it is shown only afterwards.
    for adopts in ("check", "create"):
        last = world.run()
        if adopts == "check":
            assert last.check({}, other).failures == ()
        else:
            last.create(other)
        with pytest.raises(SharedError, match="another resource of the program adopts it"):
            planned(last, left, state, last.check(inputs, inputs).inputs)
        if adopts == "create":
            last.delete(left, {**state, MARK: OTHER_MARK})
            assert world.connector_ids() == [left]
            assert "kept" in world.said[-1]


def test_what_a_refresh_has_shown_is_not_adopted_by_another_resource() -> None:
    world = World()
    inputs = world.inputs(name="Support", adopt=world.foreign(name="Support"))
    kept, state = world.run().create(inputs)
    run = world.run()
    run.read(kept, state)
    with pytest.raises(OperationError, match="another resource of this stack manages"):
        run.create({**inputs, MARK: OTHER_MARK})
    assert world.connector_ids() == [kept]


def test_what_a_refresh_found_gone_is_told_as_gone_when_it_is_adopted() -> None:
    world = World()
    inputs = world.inputs(name="Support", adopt=world.foreign(name="Support"))
    gone, state = world.run().create(inputs)
    world.run().delete(gone, state)
    run = world.run()
    assert run.read(gone, state) is None
    with pytest.raises(OperationError, match=f"has no connector {gone}"):
        run.create(inputs)


def test_a_name_that_was_adopted_is_no_proof_that_a_connector_is_ours() -> None:
    world = World()
    ours = world.foreign(name="Voice")
    theirs = world.foreign(name="Voice", number=OTHER_NUMBER)
    _, state = world.run().create(world.inputs(adopt=ours))
    found = world.run().read(ours, state)
    assert found is not None
    run = world.run()
    changed = run.check(found[1], {"phone_number_id": OTHER_NUMBER, MARK: OWN_MARK}).inputs
    planned(run, ours, found[0], changed)
    run.delete(ours, found[0])
    with pytest.raises(OperationError, match=f"(?s){theirs}.*adopt="):
        run.create(changed)
    assert world.connector_ids() == [theirs]


def test_a_bad_minute_while_waiting_for_the_channel_removes_nothing() -> None:
    world = World(
        Fault("status", operation="get_connector", status=503, times=12),
        options=Options(channel_after=3),
    )
    connector_id, state = world.run().create(world.inputs())
    assert state["channel_id"]
    assert world.connector_ids() == [connector_id]


def test_what_was_there_before_is_not_removed_when_the_rest_fails() -> None:
    world = World()
    left = killed(world)
    world.break_with(Fault("status", operation="set_conversational", status=403, times=None))
    with pytest.raises(OperationError, match=f"{left}.*was not deleted"):
        world.run().create(world.inputs(**{SWITCH: True}))
    assert world.connector_ids() == [left]


def test_a_switch_that_was_not_set_is_set_by_the_next_up() -> None:
    world = World()
    left = killed(world)
    world.break_with(Fault("status", operation="set_conversational", status=403))
    inputs = world.inputs(**{SWITCH: True})
    with pytest.raises(OperationError) as caught:
        keeping(world).create(inputs)
    half = caught.value.cause
    assert isinstance(half, HalfCreatedError)
    assert half.state is not None
    life = keeping(world)
    assert planned(life, left, half.state, inputs).changed == (SWITCH,)
    life.update(left, half.state, inputs)
    assert world.emulator.store.connectors[left].conversational is True


@pytest.mark.parametrize("known", ["in the state", "made by this run"])
def test_a_number_that_a_resource_of_the_same_stack_has_is_told_as_that(known: str) -> None:
    world = World()
    run = world.run()
    first = world.inputs()
    connector_id, state = run.create(first)
    if known == "in the state":
        run = world.run()
        planned(run, connector_id, state, first)
    with pytest.raises(
        OperationError, match=f"another resource of this stack manages.*{connector_id}"
    ):
        run.create(world.inputs(**{MARK: "second-1111111111"}))
    assert world.connector_ids() == [connector_id]


def test_what_is_in_the_way_is_found_in_a_listing_that_tells_little() -> None:
    world = World(options=Options(sparse_lists=True))
    theirs = world.foreign(name="other")
    with pytest.raises(OperationError, match=f"(?s){theirs}.*adopt="):
        world.run().create(world.inputs())


@pytest.mark.usefixtures("any_dialect")
@pytest.mark.parametrize(
    ("missing", "others", "reads"),
    [
        (("name",), 100, 2 * 100),
        (("name",), 101, 0),
        (("arguments", "number"), 100, 100),
        (("arguments", "number"), 101, 0),
    ],
)
def test_rows_that_state_too_little_are_read_where_there_are_a_hundred_at_most(
    missing: tuple[str, ...], others: int, reads: int
) -> None:
    """Each look reads those that do not state their names; what they hold matters to a conflict."""
    world = World(
        Fault("status", operation="create_connector", status=409),
        options=Options(channel_after=0),
    )
    for index in range(others):
        world.foreign(number=PhoneNumber.made_up(index + 2).id)

    def poor(operation: str, body: Any) -> tuple[int, Any]:
        if operation == "list_connectors":
            rows = [{**row, **dict.fromkeys(missing)} for row in body["results"]]
            return 0, {**body, "results": rows}
        return 0, body

    answering(world, poor)
    connector_id, _ = world.run().create(world.inputs())
    assert world.count("get_connector") == reads
    assert connector_id in world.connector_ids()


@pytest.mark.usefixtures("any_dialect")
def test_what_a_read_leaves_out_is_known_from_the_listing() -> None:
    world = World()
    theirs = world.foreign(name=f"{OWN_MARK}-k7x2m9qd")

    def poor(operation: str, body: Any) -> tuple[int, Any]:
        return 0, {"id": body["id"]} if operation == "get_connector" else body

    answering(world, poor)
    with pytest.raises(OperationError, match=theirs):
        world.run().create(world.inputs())
    assert world.count("create_connector") == 0


@pytest.mark.parametrize("key", ["arguments", "number"])
def test_a_row_that_states_its_number_in_one_of_two_ways_costs_no_further_request(
    key: str,
) -> None:
    world = World(Fault("status", operation="create_connector", status=409))
    for number in range(2, 8):
        world.foreign(number=PhoneNumber.made_up(number).id)

    def one_way(operation: str, body: Any) -> tuple[int, Any]:
        if operation == "list_connectors":
            kept = {"id", "name", "connectorTemplateRef", key}
            rows = [{each: row[each] for each in row if each in kept} for row in body["results"]]
            return 0, {**body, "results": rows}
        return 0, body

    answering(world, one_way)
    connector_id, _ = world.run().create(world.inputs())
    assert world.count("list_connectors") == 2
    assert world.count("get_connector") == 1, "the one for its own channel"
    assert connector_id in world.connector_ids()


@pytest.mark.parametrize(
    "faults",
    [
        [Fault("status", operation="list_connectors", status=403, nth=2, times=None)],
        [
            Fault("stale_list", operation="list_connectors", seconds=40, times=None),
            Fault("status", operation="create_connector", status=422, nth=2),
        ],
    ],
    ids=["the look is refused", "the second request is refused"],
)
def test_a_request_without_an_answer_is_not_forgotten(faults: list[Fault]) -> None:
    lost = Fault("reset", operation="create_connector", applied=True)
    world = World(lost, *faults)
    with pytest.raises(OperationError, match="looks for the result before it sends a request"):
        world.run().create(world.inputs(name="Support"))


@pytest.mark.usefixtures("bird_differs")
def test_nothing_where_something_must_be_is_no_drift() -> None:
    world = World()
    inputs = world.inputs()
    connector_id, state = world.run().create(inputs)
    world.emulator.store.change(connector_id, name=None)
    found = world.run().read(connector_id, state)
    assert found is not None
    assert planned(world.run(), connector_id, found[0], inputs).changed == ()


def test_an_id_in_capitals_is_the_same_id() -> None:
    world = World()
    news: dict[str, Any] = {
        "connector_template_ref": "sms-messagebird:1",
        "arguments": {"phoneNumberId": NUMBER.upper(), "channelMessageType": "promotional"},
        MARK: "sms-1111111111",
    }
    world.break_with(Fault("reset", operation="create_connector", applied=True))
    inputs = world.checked("Connector", news)
    connector_id, state = world.run("Connector").create(inputs)
    assert planned(world.run("Connector"), connector_id, state, inputs).changed == ()


def test_a_filter_that_is_not_known_yet_is_a_change() -> None:
    world = World()
    run = world.run("WebhookSubscription")
    news = {"service": "channels", "event": "voice.inbound", "url": "https://example.com/calls"}
    filters = [{"key": "channelId", "value": NUMBER}]
    inputs = world.checked("WebhookSubscription", {**news, "event_filters": filters})
    subscription_id, state = run.create(inputs)
    changed = planned(run, subscription_id, state, {**inputs, "event_filters": [UNKNOWN]}).changed
    assert changed == ("event_filters",)


def test_an_adoption_that_failed_can_be_tried_again_in_the_same_run() -> None:
    world = World()
    left = world.foreign(name="Support")
    run = world.run()
    with pytest.raises(OperationError, match='name="Support"'):
        run.create(world.inputs(name="Sales", adopt=left))
    assert run.create(world.inputs(name="Support", adopt=left))[0] == left


@pytest.mark.parametrize("place", ["..", "../organizations", "", 3])
def test_a_state_that_lies_nowhere_sends_nothing(place: Any) -> None:
    world = World()
    connector_id, state = world.run().create(world.inputs())
    world.forget()
    for operation in ("delete", "read"):
        run = world.run()
        with pytest.raises(OperationError, match="workspace"):
            getattr(run, operation)(connector_id, {**state, "workspace_id": place})
    assert world.operations == []


@pytest.mark.parametrize("switch", [None, True], ids=["unchanged", "changed in place"])
def test_a_replacement_that_was_left_unfinished_and_taken_back_loses_nothing(
    switch: bool | None,
) -> None:
    world = World()
    engine = ModelEngine(world)
    engine.up({"support": {"phone_number_id": NUMBER}})
    first = engine.state["support"].id
    refused = {"phone_number_id": "00000000-0000-4000-8000-000000000000"}
    with pytest.raises(BirdError, match="422"):
        engine.up({"support": {"phone_number_id": OTHER_NUMBER}, "sales": refused})
    assert [held.id for held in engine.replaced] == [first]
    # The program says what it said before, and the first connector is still there.
    support: dict[str, Any] = {"phone_number_id": NUMBER, "adopt": first}
    with pytest.raises(BirdError, match="422"):
        engine.up({"support": support, "sales": refused})
    assert engine.state["support"].id == first
    engine.up({"support": {**support, "channel_conversational_status_enabled": switch}})
    assert world.connector_ids() == [first]
    assert engine.replaced == []

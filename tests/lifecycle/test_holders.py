"""A conflict names the connector that Bird states as the holder of the phone number, where no
listing shows it; and nothing else follows from that statement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bird_dynamic.bird.errors import Answer, DeadlineError, RejectedError, UnknownOutcomeError
from bird_dynamic.emulator import Dialect, Fault
from bird_dynamic.lifecycle.create import Created, Holders, List, Post, Sleep, create
from bird_dynamic.lifecycle.desired import Match
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.lifecycle.errors import ExistsError
from bird_dynamic.lifecycle.managed import ManagedItems
from bird_dynamic.lifecycle.observe import MAX_SINGLE_READS, Observed
from bird_dynamic.lifecycle.records import Record
from bird_dynamic.schema.naming import MARK
from tests.lifecycle.test_answers_to_a_create import answering
from tests.lifecycle.test_create_model import AUTOMATIC, BEGAN, BODY, EXPLICIT, Name
from tests.support.world import NUMBER, OTHER_MARK, World, planned

CREATE = "create_connector"
RECORD = Record("mark", "address", "identity", None, BEGAN, "asked")
names = pytest.mark.parametrize("name", [None, "Front desk"], ids=["automatic", "explicit"])
forms = pytest.mark.parametrize("form", [AUTOMATIC, EXPLICIT], ids=["automatic", "explicit"])


def with_poor_rows(rows: str = "keyless", **choices: str) -> World:
    """A workspace whose listing has too many poor rows to read them one by one."""
    world = World(dialect=Dialect.of({"rows": rows, **choices}))
    for index in range(MAX_SINGLE_READS + 1):
        world.foreign(name=f"line {index}", number=f"{index:08d}-0000-4000-8000-000000000000")
    return world


@names
@pytest.mark.usefixtures("any_dialect")
@pytest.mark.parametrize("rows", ["keyless", "null"])
@pytest.mark.parametrize("conflict", ["409", "409-empty", "422"])
def test_the_holder_is_named_where_rows_do_not_show_their_numbers(
    name: str | None, rows: str, conflict: str
) -> None:
    world = with_poor_rows(rows, conflict=conflict)
    holder = world.foreign(name="Somebody else's")
    began = world.clock.monotonic()
    with pytest.raises(OperationError) as caught:
        world.run().create(world.inputs(name=name))
    assert f"{holder} (name: Somebody else's) already exists and conflicts" in str(caught.value)
    assert f'adopt="{holder}"' in str(caught.value)
    assert world.clock.monotonic() - began < 5
    assert world.count(CREATE) == 1
    assert world.operations[-2:] == ["get_long_code", "get_connector"]
    assert holder in world.connector_ids()
    assert world.records.all() == []


@names
def test_the_holder_is_named_where_not_even_a_read_shows_its_number(name: str | None) -> None:
    world = World()

    def poor(operation: str, body: Any) -> tuple[int, Any]:
        rows = body.get("results", [body]) if isinstance(body, dict) else []
        for each in rows if "connector" in operation else ():
            each.pop("arguments", None)
            each.pop("number", None)
        return 0, body

    holder = world.foreign(name="Somebody else's")
    answering(world, poor)
    with pytest.raises(OperationError, match=f"{holder}.*already exists and conflicts"):
        world.run().create(world.inputs(name=name))
    assert world.connector_ids() == [holder]


def test_the_holder_can_be_adopted_with_the_line_of_the_message() -> None:
    world = with_poor_rows()
    holder = world.foreign(name="Front desk")
    with pytest.raises(OperationError, match=f'adopt="{holder}"'):
        world.run().create(world.inputs())
    adopted, _ = world.run().create(world.inputs(name="Front desk", adopt=holder))
    assert adopted == holder


@names
def test_a_connector_of_another_template_on_the_number_is_not_blamed(name: str | None) -> None:
    world = with_poor_rows()
    world.emulator.add_connector(arguments={"phoneNumberId": NUMBER})
    world.break_with(Fault("status", operation=CREATE, status=409, times=3))
    connector_id, _ = world.run().create(world.inputs(name=name))
    assert connector_id in world.connector_ids()
    assert world.count("get_long_code") == 3


def test_a_holder_that_is_gone_is_waited_out() -> None:
    world = World(Fault("status", operation=CREATE, status=409, times=3))
    gone = {"type": "connector", "connectorId": "11111111-2222-4333-8444-555555555555"}
    world.emulator.change("numbers", NUMBER, endpoint={"dependencies": [gone]})
    connector_id, _ = world.run().create(world.inputs())
    assert world.connector_ids() == [connector_id]


@pytest.mark.parametrize(
    ("dialect", "fault"),
    [
        (Dialect(endpoint="without-dependencies"), ()),
        (Dialect(), (Fault("status", operation="get_long_code", status=403, times=None),)),
        (Dialect(), (Fault("garbage", operation="get_long_code", times=None),)),
        (Dialect(), (Fault("hang", operation="get_long_code", times=None),)),
    ],
)
def test_a_holder_that_bird_does_not_state_is_waited_for_as_before(
    dialect: Dialect, fault: tuple[Fault, ...]
) -> None:
    world = World(*fault, dialect=dialect, timeout="60s")
    world.break_with(*fault, Fault("status", operation=CREATE, status=409, times=None))
    began = world.clock.monotonic()
    with pytest.raises(OperationError, match=r"409.*No listing shows the conflicting connector"):
        world.run().create(world.inputs())
    assert world.clock.monotonic() - began <= 60
    assert world.count(CREATE) > 3


def test_no_create_is_sent_too_late_for_an_answer() -> None:
    # The pauses after a conflict are 0.5 + 1 + 2 + 4 s: the fifth request would have 0.2 s.
    world = World(timeout="7.8s")
    world.break_with(Fault("status", operation=CREATE, status=409, times=None))
    with pytest.raises(OperationError, match=r"409.*No listing shows the conflicting connector"):
        world.run().create(world.inputs())
    assert world.count(CREATE) == 4
    assert world.records.all() == []


def test_a_request_without_an_answer_after_conflicts_tells_the_conflict() -> None:
    world = World(timeout="20s")
    world.break_with(
        Fault("status", operation=CREATE, status=409, times=3),
        Fault("hang", operation=CREATE, nth=4),
    )
    with pytest.raises(OperationError, match=r"answered 409.*Sent again: Bird did not answer"):
        world.run().create(world.inputs())
    assert world.count(CREATE) == 4
    assert len(world.records.all()) == 1


def test_a_holder_that_cannot_be_read_is_waited_for_as_before() -> None:
    world = with_poor_rows()
    world.environment["BIRD_TIMEOUT"] = "60s"
    world.foreign(name="Somebody else's")
    world.break_with(Fault("status", operation="get_connector", status=403, times=None))
    with pytest.raises(OperationError, match=r"409.*No listing shows the conflicting connector"):
        world.run().create(world.inputs())


def test_a_holder_that_was_deleted_and_is_still_there_is_waited_for() -> None:
    world = with_poor_rows()
    world.environment["BIRD_TIMEOUT"] = "60s"
    managed = ManagedItems()
    managed.mark_deleted(world.foreign(name="Somebody else's"), frozenset())
    with pytest.raises(OperationError, match=r"409.*No listing shows the conflicting connector"):
        world.run(managed=managed).create(world.inputs())


def test_a_holder_of_another_resource_of_the_run_is_not_offered_for_adoption() -> None:
    world = with_poor_rows(conflict="none")
    managed = ManagedItems()
    first, state = world.run(managed=managed).create(world.inputs(name="one"))
    world.emulator.dialect = Dialect(rows="keyless")
    run = world.run(managed=managed)
    planned(run, first, state, world.inputs(name="one"))
    with pytest.raises(OperationError, match=f"another resource of this stack manages.*{first}"):
        run.create(world.inputs(name="two", **{MARK: OTHER_MARK}))


@pytest.mark.usefixtures("any_dialect")
def test_a_holder_that_this_run_deletes_is_waited_for() -> None:
    world = World(dialect=Dialect(delete_status="202", deletion="later", rows="keyless"))
    old, state = world.run().create(world.inputs())
    run = world.run()
    run.delete(old, state)
    new, _ = run.create(world.inputs())
    assert world.connector_ids() == [new]


@forms
def test_a_connector_that_may_be_the_result_of_our_own_request_is_left_to_the_listing(
    form: Name,
) -> None:
    machine = create(form.desired())
    assert next(machine) == List(is_fresh=False)
    step = machine.send(Observed((), BEGAN))
    outcomes = [UnknownOutcomeError("lost"), RejectedError(Answer(409))]
    seen = []
    while len(seen) < 25:
        seen.append(type(step))
        answer: Any = None
        if isinstance(step, Post):
            answer = outcomes.pop(0) if outcomes else RejectedError(Answer(409))
        elif isinstance(step, List):
            answer = Observed((), BEGAN)
        step = machine.send(answer)
    assert seen.count(Post) > 2
    assert Holders not in seen


@forms
def test_a_holder_is_no_result_until_a_listing_shows_it(form: Name) -> None:
    machine = create(form.desired())
    next(machine)
    machine.send(Observed((), BEGAN))
    machine.send(RejectedError(Answer(409)))
    assert machine.send(Observed((), BEGAN)) == Holders()
    item = {**BODY, "id": "found", "name": form.text, "createdAt": "2026-01-01T00:00:00Z"}
    found = Observed((Match(form.desired(), item),), BEGAN)
    if form is EXPLICIT:
        with pytest.raises(ExistsError, match="found"):
            machine.send(found)
        return
    # A proxy may have sent our request twice: the token proves what became of it.
    assert isinstance(machine.send(found), Sleep)
    assert machine.send(None) == Post()
    assert isinstance(machine.send(RejectedError(Answer(409))), List)
    with pytest.raises(StopIteration) as ended:
        machine.send(found)
    assert ended.value.value == Created(item, is_new=False)


@forms
def test_after_an_interrupted_create_no_holder_is_asked_for(form: Name) -> None:
    desired = replace(form.desired(), left=RECORD)
    machine = create(desired, resumed=3600.0)
    assert isinstance(next(machine), List)
    assert machine.send(Observed((), BEGAN)) == Post()
    machine.send(RejectedError(Answer(409)))
    assert isinstance(machine.send(Observed((), BEGAN)), Sleep)


def test_no_holder_is_asked_for_where_a_connector_that_leaves_explains_the_conflict() -> None:
    machine = create(AUTOMATIC.desired())
    next(machine)
    machine.send(Observed((), BEGAN))
    machine.send(RejectedError(Answer(409)))
    assert isinstance(machine.send(Observed(leaving=({"id": "old"},))), Sleep)


def test_a_holder_that_this_run_replaces_is_named_when_the_time_is_over() -> None:
    machine = create(AUTOMATIC.desired())
    next(machine)
    machine.send(Observed((), BEGAN))
    machine.send(RejectedError(Answer(409)))
    machine.send(Observed((), BEGAN))
    assert isinstance(machine.send(Observed(leaving=({"id": "old"},))), Sleep)
    assert machine.send(None) == Post()
    with pytest.raises(DeadlineError, match=r"connector old uses the phone number\. This run repl"):
        machine.throw(DeadlineError("late"))


def test_without_a_holder_the_conflict_is_waited_out() -> None:
    machine = create(AUTOMATIC.desired())
    next(machine)
    machine.send(Observed((), BEGAN))
    machine.send(RejectedError(Answer(409)))
    machine.send(Observed((), BEGAN))
    assert isinstance(machine.send(Observed()), Sleep)
    assert machine.send(None) == Post()

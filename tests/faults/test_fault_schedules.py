"""Bad days: whatever goes wrong, one resource is one connector, and one clean `up` puts everything
right.

Hypothesis makes up schedules of programs, faults, interruptions, changes by others, and of what the
engine does besides: forced replacements, targets, renamed stacks and resources, moved and lost
states, lost records. Provider and emulator are in one process. `make test-faults` runs 10,000 of
them, `make test` a few hundred.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.emulator import Dialect, Fault, Options, PhoneNumber
from bird_dynamic.emulator import Request as WireRequest
from bird_dynamic.emulator.faults import KINDS
from bird_dynamic.emulator.messages import Reply
from bird_dynamic.schema.naming import bears_mark
from tests.support.engine_model import ModelEngine
from tests.support.world import KilledError, World

pytestmark = pytest.mark.usefixtures("any_dialect")
SCHEDULES = int(os.environ.get("BIRD_FAULT_SCHEDULES", "200"))
STEPS = 12
VOICE = [
    number.id for number in map(PhoneNumber.made_up, range(24)) if "voice" in number.capabilities
]
RESOURCES = {"support": None, "sales": None, "desk": "The front desk"}
"""The resources of a program, and their explicit names."""
AUTOMATIC = [name for name, given in RESOURCES.items() if given is None]
STACKS = ("dev", "prod", "dev elsewhere")
"""The last one is another state of the same stack: somebody else's, on the same machine."""

OPERATIONS = (
    "any",
    "create_connector",
    "get_connector",
    "list_connectors",
    "delete_connector",
    "set_conversational",
)
READS = {"list_connectors", "get_connector", "get_conversational"}
STATUSES = (400, 401, 403, 404, 409, 410, 422, 429, 500, 502, 503, 504)


def credible(fault: Fault) -> bool:
    """Bird is believed: what it refuses was not done, what it confirms in JSON was done."""
    refuses = fault.kind in ("refuse", "throttle", "redirect", "revoked") or (
        fault.kind == "status" and fault.status < 500
    )
    confirms = fault.kind == "wrong_schema"
    return not (refuses and fault.applied) and not (confirms and not fault.applied)


FAULTS = st.builds(
    Fault,
    kind=st.sampled_from(sorted(KINDS)),
    operation=st.sampled_from(OPERATIONS),
    nth=st.integers(1, 4),
    times=st.sampled_from((1, 1, 1, 2, 3, 6)),
    applied=st.booleans(),
    status=st.sampled_from(STATUSES),
    # Listings and reads lag by less than the create machine looks for.
    seconds=st.floats(1.0, 20.0),
    rate=st.floats(1.0, 5.0),
    retry_after=st.sampled_from(("none", "seconds", "date")),
).filter(credible)
NAMES = st.sampled_from(sorted(RESOURCES))
STACK = st.sampled_from(STACKS)


class FaultSchedules(RuleBasedStateMachine):
    """Two stacks, their workspace, and everything that can happen to them."""

    @initialize(
        allow_duplicates=st.booleans(),
        channel_after=st.integers(0, 3),
        largest_page=st.sampled_from((10, 100)),
        clock_ahead=st.sampled_from((-86_400.0, 0.0, 86_400.0)),
        foreign=st.integers(0, 25),
        settled=st.booleans(),
        dialect=st.none() | st.integers(0, 9_999),
        release_after=st.sampled_from((6.0, 20.0)),
    )
    def begin(self, foreign: int, settled: bool, dialect: int | None, **options: Any) -> None:
        drawn = Dialect() if dialect is None else Dialect.drawn(dialect)
        self.world = World(options=Options(**options), dialect=drawn, numbers=24)
        self.foreign = {
            self.world.emulator.add_connector(name=f"somebody else's {each}")["id"]
            for each in range(foreign)
        }
        self.engines = {stack: ModelEngine(self.world, stack.split()[0]) for stack in STACKS}
        self.programs: dict[str, dict[str, dict[str, Any]]] = {stack: {} for stack in STACKS}
        self.dirty: set[str] = set()
        """The stacks whose last command failed."""
        self.retained: set[str] = set()
        self.vanished: set[str] = set()
        self.told: list[str] = []
        self.marks: set[str] = set()
        self.forced: set[str] = set()
        """The marks of resources whose replacement was forced."""
        if settled:
            # A stack that has been in use.
            for name in RESOURCES:
                self.write("dev", name, 0, None)
            self.up("dev", [])

    @rule(
        stack=STACK,
        name=NAMES,
        number=st.sampled_from(range(3)),
        conversational=st.sampled_from((None, True, False)),
    )
    def write(self, stack: str, name: str, number: int, conversational: bool | None) -> None:
        # An explicit name proves nothing, so what was left behind by an interrupted create is found
        # only while the program still asks for the same connector.
        if RESOURCES[name] is not None and stack in self.dirty:
            return
        # Each resource of each stack has three numbers of its own.
        name_of_stack = self.engines[stack].stack
        index = 3 * (sorted(RESOURCES).index(name) + 3 * STACKS.index(name_of_stack)) + number
        explicit = RESOURCES[name] and f"{RESOURCES[name]} of {name_of_stack}"
        given = {
            "phone_number_id": VOICE[index % len(VOICE)],
            "name": explicit,
            "channel_conversational_status_enabled": conversational,
        }
        self._declare(stack, name, given)
        self.marks.add(self.engines[stack].mark_of(name))

    @rule(stack=STACK, choose=st.randoms(use_true_random=False))
    def remove(self, stack: str, choose: Any) -> None:
        if self.programs[stack] and stack not in self.dirty:
            del self.programs[stack][choose.choice(sorted(self.programs[stack]))]

    @rule(stack=STACK, faults=st.lists(FAULTS, max_size=3))
    def up(self, stack: str, faults: list[Fault]) -> None:
        self._attempt(stack, faults, lambda: self.engines[stack].up(self.programs[stack]))

    @rule(stack=STACK)
    def up_on_a_good_day(self, stack: str) -> None:
        self.up(stack, [])

    @rule(stack=STACK, name=NAMES, faults=st.lists(FAULTS, max_size=2))
    def up_of_one_target(self, stack: str, name: str, faults: list[Fault]) -> None:
        engine, program = self.engines[stack], self.programs[stack]
        self._attempt(stack, faults, lambda: engine.up(program, {name}), complete=False)

    @rule(stack=STACK, faults=st.lists(FAULTS, max_size=2))
    def refresh(self, stack: str, faults: list[Fault]) -> None:
        self._attempt(stack, faults, self.engines[stack].refresh, complete=False)

    @rule(stack=STACK, name=NAMES, shows_olds=st.booleans(), faults=st.lists(FAULTS, max_size=2))
    def forced_replacement(
        self, stack: str, name: str, shows_olds: bool, faults: list[Fault]
    ) -> None:
        engine, news = self.engines[stack], self.programs[stack].get(name)
        if news is None or name not in engine.state:
            return
        before = engine.state[name].id
        self.forced.add(engine.mark_of(name))

        def replace() -> None:
            engine.replace_by_force(name, news, shows_olds=shows_olds)

        self._attempt(stack, faults, replace, complete=False)
        if engine.state[name].id == before and before not in self.vanished:
            assert before in self.world.connector_ids(), "refused, with nothing lost"

    @rule(stack=STACK, name=st.sampled_from(AUTOMATIC), number=st.sampled_from(range(3)))
    def replacement_that_retains(self, stack: str, name: str, number: int) -> None:
        engine = self.engines[stack]
        if stack in self.dirty or name not in engine.state or name not in self.programs[stack]:
            return
        before = engine.state[name].id
        self.write(stack, name, number, None)
        news = self.programs[stack][name]
        self._attempt(stack, [], lambda: engine.replace_and_retain(name, news), complete=False)
        if engine.state[name].id != before:
            self.retained.add(before)

    @rule(
        stack=STACK,
        after=st.integers(1, 8),
        applied=st.booleans(),
        engine_alone=st.booleans(),
        at_once=st.booleans(),
    )
    def up_and_be_killed(
        self, stack: str, after: int, applied: bool, engine_alone: bool, at_once: bool
    ) -> None:
        handle = self.world.emulator.handle
        engine = self.engines[stack]
        seen = 0

        def dying(request: WireRequest) -> Reply:
            nonlocal seen
            seen += 1
            if seen >= after and engine_alone:
                engine.is_dead = True
            elif seen >= after:
                if applied:
                    handle(request)
                raise KilledError
            return handle(request)

        self.world.emulator.handle = dying  # type: ignore[method-assign]
        try:
            self._attempt(stack, [], lambda: engine.up(self.programs[stack]))
        except KilledError:
            self.dirty.add(stack)
        finally:
            self.world.emulator.handle = handle  # type: ignore[method-assign]
        if at_once:
            self.up(stack, [])

    @rule(choose=st.randoms(use_true_random=False))
    def somebody_deletes_one(self, choose: Any) -> None:
        ours = [each for each in self.world.connector_ids() if each not in self.foreign]
        if ours:
            gone = choose.choice(ours)
            self.vanished.add(gone)
            self.world.emulator.remove_connector(gone)

    @rule()
    def records_are_lost(self) -> None:
        """The next run is on another machine."""
        if not any(RESOURCES[name] for stack in self.dirty for name in self.programs[stack]):
            self.world.lose_records()

    @precondition(lambda self: not self.dirty)
    @rule()
    def stacks_are_renamed(self) -> None:
        """dev becomes prod and prod dev, with their programs; what each has made bears the other
        name now. Then the old name is used again, for the same program."""
        dev, prod = self.engines["dev"], self.engines["prod"]
        dev.state, prod.state = prod.state, dev.state
        self.programs["dev"], self.programs["prod"] = self.programs["prod"], self.programs["dev"]
        for name, given in self.programs["prod"].items():
            if given["name"] is None and name not in self.programs["dev"]:
                self._declare("dev", name, given)
        self.up("dev", [])

    @precondition(lambda self: not self.dirty)
    @rule(name=st.sampled_from(AUTOMATIC), program_too=st.booleans())
    def a_resource_moves_to_another_stack(self, name: str, program_too: bool) -> None:
        """`state move`; the program may still ask for it in the old stack."""
        dev, prod = self.engines["dev"], self.engines["prod"]
        programs = self.programs
        is_free = name not in programs["prod"] and name not in prod.state
        is_known = name in dev.state and name in programs["dev"]
        if is_known and is_free and self._declare("prod", name, programs["dev"][name]):
            prod.state[name] = dev.state.pop(name)
            if program_too:
                del programs["dev"][name]
            self.marks.add(prod.mark_of(name))
            self.up("dev", [])

    @precondition(lambda self: not self.dirty)
    @rule(stack=STACK)
    def a_resource_is_renamed_with_an_alias_and_its_old_name_is_used_again(
        self, stack: str
    ) -> None:
        state, program = self.engines[stack].state, self.programs[stack]
        for each in (state, program):
            old, new = each.pop("support", None), each.pop("sales", None)
            if old is not None:
                each["sales"] = old  # type: ignore[assignment]
            if new is not None:
                each["support"] = new  # type: ignore[assignment]
        self.up(stack, [])

    @invariant()
    def no_state_lacks_what_it_has(self) -> None:
        if not hasattr(self, "world"):
            return
        there = set(self.world.connector_ids())
        for engine in self.engines.values():
            for held in engine.state.values():
                assert held.id in there | self.vanished | engine.deleting, held

    @invariant()
    def nothing_is_in_two_states(self) -> None:
        if hasattr(self, "world"):
            ids = [held.id for engine in self.engines.values() for held in engine.state.values()]
            assert len(ids) == len(set(ids)), ids

    @invariant()
    def there_is_never_a_second_connector_that_nobody_has_named(self) -> None:
        if hasattr(self, "world"):
            for mark in self.marks:
                unnamed = [
                    each["id"]
                    for each in self.world.emulator.connectors()
                    if bears_mark(each["name"], mark) and not self._is_accounted_for(each["id"])
                ]
                assert len(unnamed) <= 1, (mark, unnamed)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.break_with()
        for stack in STACKS:
            self.engines[stack].refresh()
        for stack in STACKS:
            for _ in range(1 + 4 * len(RESOURCES)):
                if self._follow_advice(stack):
                    break
            assert set(self.engines[stack].state) == set(self.programs[stack])
        ours = {each for each in self.world.connector_ids() if each not in self.foreign}
        assert all(map(self._is_accounted_for, ours)), ours
        states = {held.id for each in self.engines.values() for held in each.state.values()}
        assert states <= ours
        self.world.forget()
        for stack in STACKS:
            assert self.engines[stack].up(self.programs[stack]) == 0
        assert self.world.operations == []
        # Nor is anything replaced or changed that nobody has changed, however Bird spells it.
        for stack in STACKS:
            self.engines[stack].refresh()
            assert self.engines[stack].up(self.programs[stack]) == 0
        assert set(self.world.operations) <= READS
        assert self.foreign <= set(self.world.connector_ids())
        # Only a forced replacement is not tried again by itself.
        assert {record.mark for record in self.world.records.all()} <= self.forced

    def _is_accounted_for(self, connector_id: str) -> bool:
        """Whether a state has it, somebody wanted it retained, or a message has named it."""
        return (
            any(
                held.id == connector_id
                for engine in self.engines.values()
                for held in (*engine.state.values(), *engine.replaced)
            )
            or connector_id in self.retained
            or any(connector_id in text for text in (*self.told, *self.world.said))
        )

    def _declare(self, stack: str, name: str, given: Mapping[str, Any]) -> bool:
        """Write a resource into a program, unless another one of it has the number: that would not
        even pass its preview. Whether it was written."""
        program = self.programs[stack]
        others = [each["phone_number_id"] for other, each in program.items() if other != name]
        is_free = given["phone_number_id"] not in others
        if is_free:
            program[name] = dict(given)
        return is_free

    def _attempt(
        self, stack: str, faults: list[Fault], command: Callable[[], Any], *, complete: bool = True
    ) -> None:
        self.world.break_with(*faults)
        try:
            command()
        except BirdError as error:
            self.told.append(str(error))
            self.dirty.add(stack)
        else:
            if complete:
                self.dirty.discard(stack)
        finally:
            self.world.break_with()

    def _follow_advice(self, stack: str) -> bool:
        """One `up` without faults; where it stops with advice, do as it says. True when all is
        well."""
        program = self.programs[stack]
        try:
            self.engines[stack].up(program)
            return True
        except BirdError as error:
            text = str(error)
            self.told.append(text)
            left = re.search(r"the connector (\S+) ", text)
            assert left, text
            theirs = {
                held.id
                for each in self.engines.values()
                for held in (*each.state.values(), *each.replaced)
            }
            if left[1] in theirs:
                # Another stack has that number, or still has to delete what it has replaced: one
                # of the two has to do without.
                (holder,) = [
                    each for each in self.world.emulator.connectors() if each["id"] == left[1]
                ]
                for name, given in list(program.items()):
                    if given["phone_number_id"] == holder["number"]["profileId"]:
                        del program[name]
                return False
            if "does not match the arguments" in text:
                for given in program.values():
                    given["channel_conversational_status_enabled"] = None
                return False
            adopt = re.search(r'adopt="([^"]+)"', text)
            named = re.search(r'voice channel "([^"]+)"', text)
            assert named, text
            assert adopt, text
            if "with other arguments" in text:
                self.world.emulator.remove_connector(left[1])
                return False
            (name,) = [each for each in program if (program[each]["name"] or each) == named[1]]
            program[name]["adopt"] = adopt[1]
            return False


TestFaultSchedules = FaultSchedules.TestCase
TestFaultSchedules.settings = settings(
    max_examples=SCHEDULES,
    stateful_step_count=STEPS,
    suppress_health_check=list(HealthCheck),
)

"""Bad days: whatever goes wrong, one resource is one connector, and one clean `up` puts everything
right.

Hypothesis makes up schedules of programs, faults, interruptions and changes by others, for provider
and emulator in one process. `make test-faults` runs 10,000 of them, `make test` a few hundred.
"""

from __future__ import annotations

import os
import re
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.emulator import Fault, Options, PhoneNumber
from bird_dynamic.emulator import Request as WireRequest
from bird_dynamic.emulator.faults import KINDS
from bird_dynamic.emulator.messages import Reply
from tests.support.engine_model import Engine
from tests.support.world import World

SCHEDULES = int(os.environ.get("BIRD_FAULT_SCHEDULES", "200"))
STEPS = 12
VOICE = [
    number.id for number in map(PhoneNumber.made_up, range(12)) if "voice" in number.capabilities
]
RESOURCES = {"support": None, "sales": None, "desk": "The front desk"}
"""The resources of the program, and their explicit names."""

OPERATIONS = (
    "any",
    "create_connector",
    "get_connector",
    "list_connectors",
    "delete_connector",
    "set_conversational",
)
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


class KilledError(BaseException):
    """The process is gone, at once."""


class BadDays(RuleBasedStateMachine):
    """A stack, its workspace, and everything that can happen to both."""

    @initialize(
        allow_duplicates=st.booleans(),
        channel_after=st.integers(0, 3),
        largest_page=st.sampled_from((10, 100)),
        clock_ahead=st.sampled_from((-86_400.0, 0.0, 86_400.0)),
        foreign=st.integers(0, 25),
    )
    def begin(self, foreign: int, **options: Any) -> None:
        self.world = World(options=Options(**options))
        self.foreign = {
            self.world.emulator.add_connector(name=f"somebody else's {each}")["id"]
            for each in range(foreign)
        }
        self.engine = Engine(self.world)
        self.program: dict[str, dict[str, Any]] = {}
        self.clean = True

    @rule(
        name=st.sampled_from(sorted(RESOURCES)),
        number=st.sampled_from(range(3)),
        conversational=st.sampled_from((None, True, False)),
    )
    def write(self, name: str, number: int, conversational: bool | None) -> None:
        # An explicit name proves nothing, so what was left behind by an interrupted create is found
        # only while the program still asks for the same connector.
        if RESOURCES[name] is not None and not self.clean:
            return
        self.program[name] = {
            # Each resource has three numbers of its own.
            "phone_number_id": VOICE[3 * sorted(RESOURCES).index(name) + number],
            "name": RESOURCES[name],
            "channel_conversational_status_enabled": conversational,
        }

    @precondition(lambda self: self.clean and self.program)
    @rule(choose=st.randoms(use_true_random=False))
    def remove(self, choose: Any) -> None:
        del self.program[choose.choice(sorted(self.program))]

    @rule(faults=st.lists(FAULTS, max_size=3))
    def up(self, faults: list[Fault]) -> None:
        self._attempt(faults, lambda: self.engine.up(self.program))

    @rule(faults=st.lists(FAULTS, max_size=2))
    def refresh(self, faults: list[Fault]) -> None:
        self._attempt(faults, self.engine.refresh)

    @rule(after=st.integers(1, 8), applied=st.booleans())
    def up_and_be_killed(self, after: int, applied: bool) -> None:
        handle = self.world.emulator.handle
        seen = 0

        def dying(request: WireRequest) -> Reply:
            nonlocal seen
            seen += 1
            if seen >= after:
                if applied:
                    handle(request)
                raise KilledError
            return handle(request)

        self.world.emulator.handle = dying  # type: ignore[method-assign]
        try:
            self._attempt([], lambda: self.engine.up(self.program))
        except KilledError:
            self.clean = False
        finally:
            self.world.emulator.handle = handle  # type: ignore[method-assign]

    @rule(choose=st.randoms(use_true_random=False))
    def somebody_deletes_one(self, choose: Any) -> None:
        ours = [each for each in self.world.connector_ids() if each not in self.foreign]
        if ours:
            self.world.emulator.store.remove(choose.choice(ours), self.world.clock.now)

    @invariant()
    def there_is_never_a_second_connector(self) -> None:
        if hasattr(self, "world"):
            names = [
                each["name"]
                for each in self.world.emulator.connectors()
                if each["id"] not in self.foreign
            ]
            assert len(names) == len(set(names)), names

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.break_with()
        self.engine.refresh()
        for _ in range(1 + 2 * len(RESOURCES)):
            if self._follow_advice():
                break
        ours = {each for each in self.world.connector_ids() if each not in self.foreign}
        assert ours == {held.id for held in self.engine.state.values()}
        assert set(self.engine.state) == set(self.program)
        self.world.forget()
        assert self.engine.up(self.program) == 0
        assert self.world.operations == []
        assert self.foreign <= set(self.world.connector_ids())

    def _attempt(self, faults: list[Fault], command: Any) -> None:
        self.world.break_with(*faults)
        try:
            command()
        except BirdError:
            self.clean = False
        else:
            # A refresh puts nothing right.
            self.clean = self.clean or command != self.engine.refresh
        finally:
            self.world.break_with()

    def _follow_advice(self) -> bool:
        """One `up` without faults; where it stops with advice, do as it says. True when all is
        well."""
        try:
            self.engine.up(self.program)
            return True
        except BirdError as error:
            text = str(error)
            if adopt := re.search(r'adopt="([^"]+)"', text):
                (name,) = [each for each, given in RESOURCES.items() if given and given in text]
                self.program[name]["adopt"] = adopt[1]
                return False
            leftover = re.search(r"the connector (\S+) has this resource's own name", text)
            assert leftover, text
            self.world.emulator.store.remove(leftover[1], self.world.clock.now)
            return False


TestBadDays = BadDays.TestCase
TestBadDays.settings = settings(
    max_examples=SCHEDULES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize="BIRD_FAULT_SEED" not in os.environ,
    suppress_health_check=list(HealthCheck),
)

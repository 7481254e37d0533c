"""The create machine, walked through every course that events can take in a small model of the
world.

The model: the machine posts; each post may be applied or not, and its answer may arrive or not;
after every step a listing may lag or not; somebody else may have the same name or number. Every
combination is tried, to the end.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import pytest

from bird_dynamic.bird.errors import Answer, BirdError, RejectedError, UnknownOutcomeError
from bird_dynamic.lifecycle.creation import PAUSES, POSTS, Look, Post, Seen, Taken, Wait, creation
from bird_dynamic.lifecycle.descriptions.voice_channel import VOICE_CHANNEL
from bird_dynamic.lifecycle.wanted import Wanted

WANTED = {"name": "n", "connectorTemplateRef": "v:1", "arguments": {"phoneNumberId": "p"}}
BEGAN = 1_000_000.0


@dataclass
class Model:
    """Bird, as far as a create can tell. `fates` says what happens to each post, `lag` for how many
    looks a listing does not show what was just made."""

    refuses_duplicates: bool
    fates: tuple[str, ...]
    lag: int
    left: dict[str, Any] | None
    made: list[dict[str, Any]] = field(default_factory=list)
    unseen: int = 0
    posts: int = 0

    def post(self) -> Any:
        fate = self.fates[min(self.posts, len(self.fates) - 1)]
        self.posts += 1
        if fate == "refused":
            return RejectedError(Answer(422))
        if fate == "lost before":
            return UnknownOutcomeError("lost")
        if self.refuses_duplicates and (self.made or self.left):
            return RejectedError(Answer(409, "ResourceAlreadyExists"))
        moment = datetime.fromtimestamp(BEGAN + 1, timezone.utc).isoformat()
        connector = {**WANTED, "id": f"made-{self.posts}", "createdAt": moment}
        self.made.append(connector)
        self.unseen = self.lag
        return UnknownOutcomeError("lost") if fate == "lost after" else connector

    def look(self) -> Seen:
        lagging, self.unseen = self.unseen > 0, max(0, self.unseen - 1)
        made = [] if lagging else self.made
        return Seen((*([self.left] if self.left else []), *made), BEGAN)


LEFT_BEHIND = {
    "nothing": None,
    "ours": {**WANTED, "id": "left", "createdAt": "1970-01-01T00:00:00Z"},
    "of another name": {**WANTED, "name": "x", "id": "left", "createdAt": "1970-01-01T00:00:00Z"},
}


def worlds() -> Iterator[tuple[bool, Model]]:
    fates = ("done", "refused", "lost before", "lost after")
    courses = itertools.product(fates, repeat=POSTS)
    for derived, refuses, lag, left, course in itertools.product(
        (False, True), (False, True), (0, 1, len(PAUSES) - 1), LEFT_BEHIND, courses
    ):
        yield derived, Model(refuses, course, lag, LEFT_BEHIND[left])


def drive(derived: bool, model: Model) -> Taken | BirdError:
    machine = creation(Wanted(VOICE_CHANNEL, WANTED, derived))
    answer: Any = None
    try:
        step = next(machine)
        while True:
            match step:
                case Look():
                    answer = model.look()
                case Post():
                    answer = model.post()
                case Wait():
                    answer = None
            step = machine.send(answer)
    except StopIteration as done:
        taken: Taken = done.value
        return taken
    except BirdError as error:
        return error


@pytest.mark.parametrize("derived", [False, True])
def test_no_course_of_events_makes_a_second_connector_or_loses_one(derived: bool) -> None:
    tried = 0
    for is_derived, model in worlds():
        if is_derived is not derived:
            continue
        tried += 1
        result = drive(derived, model)
        assert len(model.made) <= 1, model
        if isinstance(result, Taken):
            found = result.item["id"]
            assert [each["id"] for each in model.made] in ([], [found]), model
            if not model.made:
                assert derived, model
                assert model.left is not None, model
                assert found == model.left["id"], model
        else:
            # Whatever was made is either named by the error, or found by its name in the next run.
            assert derived or all(each["id"] in str(result) for each in model.made), model
    assert tried == 2 * 3 * 3 * 4**POSTS


def test_the_model_can_find_a_duplicate() -> None:
    model = Model(False, ("lost after", "done"), lag=len(PAUSES) + 5, left=None)
    drive(True, model)
    assert len(model.made) == 2


def test_somebody_elses_connector_is_never_taken_over() -> None:
    for derived, model in worlds():
        if model.left is None or (derived and model.left["name"] == "n"):
            continue
        result = drive(derived, model)
        assert not (isinstance(result, Taken) and result.item["id"] == "left"), model


def test_without_birds_clock_nothing_is_taken_for_ours_by_its_age() -> None:
    model = Model(False, ("lost after",), lag=0, left=None)
    machine = creation(Wanted(VOICE_CHANNEL, WANTED, derived=False))
    assert next(machine) == Look(fresh=False)
    assert machine.send(Seen((), None)) == Post()
    assert machine.send(model.post()) == Wait(PAUSES[0])
    assert machine.send(None) == Look(fresh=True)
    with pytest.raises(BirdError, match="may be this one, or somebody else's"):
        machine.send(Seen(tuple(model.made), None))

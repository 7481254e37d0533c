"""The create machine, walked through every course that events can take in a small model of the
world.

The model: the machine posts; each post may be applied or not, and its answer may arrive or not;
after every step a listing may lag or not. Several creates run, one after another, as several
processes, stacks and forced replacements have them: what an earlier one left, its record kept or
lost, is there when the next one begins. Every combination is tried, to the end.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import pytest

from bird_dynamic.bird.errors import (
    Answer,
    BirdError,
    DeadlineError,
    RejectedError,
    UnknownOutcomeError,
)
from bird_dynamic.lifecycle.create import (
    BACKOFF,
    MAX_POSTS,
    Created,
    Holders,
    List,
    Machine,
    Post,
    Report,
    Sleep,
    Step,
    Warn,
    create,
)
from bird_dynamic.lifecycle.desired import DesiredState, Match
from bird_dynamic.lifecycle.errors import ExistsError
from bird_dynamic.lifecycle.observe import Observed
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL

MARK, OTHER_MARK = "support-0123456789", "sales-9876543210"
TOKEN, OTHER_TOKEN = "aaaaaaaa", "bbbbbbbb"
BODY = {"name": "n", "connectorTemplateRef": "v:1", "arguments": {"phoneNumberId": "p"}}
BEGAN = 1_000_000.0
LONGEST = 150.0
"""Seconds after which a create is over."""


@dataclass(frozen=True)
class Name:
    """How the resource of a create is named: by the program, or automatically."""

    mark: str | None = None
    token: str | None = None

    @property
    def text(self) -> str:
        return f"{self.mark}-{self.token}" if self.mark else "n"

    def desired(self) -> DesiredState:
        return DesiredState(VOICE_CHANNEL, {**BODY, "name": self.text}, self.mark, self.token)


EXPLICIT, AUTOMATIC = Name(), Name(MARK, TOKEN)


@dataclass
class Model:
    """Bird, as far as a create can tell. `fates` says what happens to each post, `lag` for how many
    looks a listing does not show what was just made, `left` what was there before. A clock that
    lies is `ahead` of the one that stamps connectors; None where Bird tells no time."""

    refuses_duplicates: bool
    fates: tuple[str, ...]
    lag: int
    left: dict[str, Any] | None
    ahead: float | None = 0.0
    made: list[dict[str, Any]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    unseen: int = 0
    posts: int = 0
    waited: float = 0.0
    posted: list[float] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)

    def post(self, name: str) -> Any:
        fate = self.fates[min(self.posts, len(self.fates) - 1)]
        self.posts += 1
        self.posted.append(self.waited)
        if fate == "refused":
            return RejectedError(Answer(422))
        if fate == "conflict":
            return RejectedError(Answer(409))
        if fate == "lost before":
            return UnknownOutcomeError("lost")
        if self.refuses_duplicates and (self.made or self.left):
            return RejectedError(Answer(409, "ResourceAlreadyExists"))
        moment = datetime.fromtimestamp(BEGAN + 1, timezone.utc).isoformat()
        made = {**BODY, "name": name, "id": f"made-{self.posts}", "createdAt": moment}
        self.made.append(made)
        self.unseen = self.lag
        return UnknownOutcomeError("lost") if fate == "lost after" else made

    def listed(self) -> list[dict[str, Any]]:
        self.looks.append(self.waited)
        lagging, self.unseen = self.unseen > 0, max(0, self.unseen - 1)
        return [each for each in self.existing if not (lagging and each in self.made)]

    @property
    def existing(self) -> list[dict[str, Any]]:
        """What Bird's phone number names, though a listing may lag."""
        return [*([self.left] if self.left else []), *self.made]

    @property
    def server_time(self) -> float | None:
        return None if self.ahead is None else BEGAN + self.ahead


def left(name: str, **other: Any) -> dict[str, Any]:
    return {**BODY, "name": name, "id": "left", "createdAt": "1970-01-01T00:00:00Z", **other}


OTHER_ARGUMENTS = {"arguments": {"phoneNumberId": "another"}}
LEFT_BEHIND: dict[str, dict[str, Any] | None] = {
    "nothing": None,
    "the name that the program gives": left("n"),
    "the token of this create": left(AUTOMATIC.text),
    "the token of this create, other arguments": left(AUTOMATIC.text, **OTHER_ARGUMENTS),
    "the mark alone": left(Name(MARK, OTHER_TOKEN).text),
    "the mark alone, other arguments": left(Name(MARK, OTHER_TOKEN).text, **OTHER_ARGUMENTS),
    "the mark of release 0.1.0": left(MARK),
    "another resource's mark": left(Name(OTHER_MARK, OTHER_TOKEN).text),
    "this token, another's mark": left(Name(OTHER_MARK, TOKEN).text),
}
SITUATIONS = {
    "the first create": {},
    "with the record of an interrupted one": {"resumed": 0.0},
    "with an old record": {"resumed": 3600.0},
    "a forced replacement that was seen": {"is_forced": True},
    "taking over": {"takes_over": True},
}


def worlds(name: Name) -> Iterator[tuple[str, str, Model]]:
    fates = ("done", "refused", "lost before", "lost after")
    for situation, (what, item), refuses, lag, course in itertools.product(
        SITUATIONS,
        LEFT_BEHIND.items(),
        (False, True),
        (0, 1, len(BACKOFF) - 1),
        itertools.product(fates, repeat=MAX_POSTS),
    ):
        if name is AUTOMATIC or situation in (
            "the first create",
            "a forced replacement that was seen",
        ):
            yield situation, what, Model(refuses, course, lag, item)


def drive(name: Name, situation: str, model: Model) -> Created | BirdError:
    # Only what may be ours reaches the machine: `Observer` sees to that.
    desired = name.desired()
    if model.left is not None and not (
        Match(desired, model.left).may_be_ours or model.left["arguments"] == BODY["arguments"]
    ):
        model.left = None
    machine = create(desired, **SITUATIONS[situation])  # type: ignore[arg-type]
    answer: Any = None
    try:
        step = next(machine)
        while True:
            match step:
                case List(with_conflicts=with_conflicts):
                    items = model.listed()
                    matches = (Match(desired, each) for each in items)
                    relevant = [each for each in matches if with_conflicts or each.may_be_ours]
                    ids = {each["id"] for each in items}
                    answer = Observed(tuple(relevant), model.server_time, ids=ids)
                case Holders():
                    matches = (Match(desired, each) for each in model.existing)
                    answer = Observed(tuple(each for each in matches if each.is_in_conflict))
                case Post():
                    answer = model.post(name.text)
                case Sleep(seconds=seconds):
                    model.waited += seconds
                    answer = None
                    if model.waited > LONGEST:
                        step = machine.throw(DeadlineError("late"))
                        continue
                case Report():
                    answer = None
                case Warn(text=text):
                    model.told.append(text)
                    answer = None
            step = machine.send(answer)
    except StopIteration as done:
        created: Created = done.value
        return created
    except BirdError as error:
        return error


@pytest.mark.parametrize("name", [EXPLICIT, AUTOMATIC], ids=["explicit", "automatic"])
def test_no_course_of_events_makes_a_second_connector_or_loses_one(name: Name) -> None:
    tried = 0
    for situation, what, model in worlds(name):
        tried += 1
        result = drive(name, situation, model)
        world = (situation, what, model, result)
        assert len(model.made) <= 1, world
        made = [each["id"] for each in model.made]
        if isinstance(result, Created):
            found = result.item["id"]
            assert made in ([], [found]), world
            if not made:
                assert found == "left", world
                proven = what == "the token of this create"
                word = situation == "taking over" and what in (
                    "the mark alone",
                    "the mark of release 0.1.0",
                )
                assert proven or word, world
                assert name is AUTOMATIC, world
        else:
            # What was made is named by the error, or found by its token through the record.
            assert name is AUTOMATIC or all(each in str(result) for each in made), world
            assert not made or isinstance(result, UnknownOutcomeError) or made[0] in str(result)
    assert tried == (5 if name is AUTOMATIC else 2) * len(LEFT_BEHIND) * 2 * 3 * 4**MAX_POSTS


def test_nothing_is_sent_where_something_equal_bears_the_mark() -> None:
    for situation, what, model in worlds(AUTOMATIC):
        if what in ("the mark alone", "the mark of release 0.1.0"):
            result = drive(AUTOMATIC, situation, model)
            if situation == "a forced replacement that was seen":
                assert model.posts > 0
            elif situation == "taking over":
                assert isinstance(result, Created), model
                assert "is taken over" in model.told[0]
            else:
                assert isinstance(result, BirdError), model
                assert model.posts == 0, model
                assert isinstance(result, ExistsError), result
                assert "BIRD_TAKE_OVER=marked" in result.remedies[-1]
                assert 'adopt="left"' in result.remedies[-1]


def test_what_bears_the_mark_and_is_not_in_the_way_is_named_and_left_alone() -> None:
    for situation, what, model in worlds(AUTOMATIC):
        if what == "the mark alone, other arguments" and not model.refuses_duplicates:
            drive(AUTOMATIC, situation, model)
            assert len(model.told) == 1
            assert "left (name" in model.told[0]


def test_a_record_that_is_young_is_waited_out_before_anything_is_sent() -> None:
    model = Model(True, ("done",), 0, None)
    drive(AUTOMATIC, "with the record of an interrupted one", model)
    assert model.waited == sum(BACKOFF)
    model = Model(True, ("done",), 0, None)
    drive(AUTOMATIC, "with an old record", model)
    assert model.waited == 0


def test_what_an_interrupted_request_makes_is_never_looked_for_in_an_old_listing() -> None:
    machine = create(AUTOMATIC.desired(), resumed=0.0)
    assert next(machine) == List(is_fresh=True, with_conflicts=True)
    assert machine.send(Observed((), BEGAN)) == Sleep(BACKOFF[0])
    assert machine.send(None) == List(is_fresh=True, with_conflicts=True)


def test_the_model_can_find_a_duplicate() -> None:
    model = Model(False, ("lost after", "done"), lag=len(BACKOFF) + 5, left=None)
    drive(AUTOMATIC, "the first create", model)
    assert len(model.made) == 2


@pytest.mark.parametrize("told_at_first", [False, True])
@pytest.mark.parametrize("name", [EXPLICIT, AUTOMATIC], ids=["explicit", "automatic"])
def test_a_listing_that_does_not_tell_names_is_never_a_reason_to_send_again(
    name: Name, told_at_first: bool
) -> None:
    machine = create(name.desired())
    assert next(machine) == List(is_fresh=False)
    assert machine.send(Observed((), BEGAN, is_complete=told_at_first)) == Post()
    step = machine.send(UnknownOutcomeError("lost"))
    for _ in range(2 * len(BACKOFF) - 1):
        assert isinstance(step, Sleep | List)
        step = machine.send(
            Observed((), BEGAN, is_complete=False) if isinstance(step, List) else None
        )
    with pytest.raises(UnknownOutcomeError, match="no result has appeared"):
        machine.send(Observed((), BEGAN, is_complete=False))


def test_what_bird_answers_with_and_had_before_is_not_created() -> None:
    for name in (EXPLICIT, AUTOMATIC):
        machine = create(name.desired())
        next(machine)
        machine.send(Observed((), BEGAN, ids={"theirs"}))
        answer = {**BODY, "id": "theirs", "name": name.text}
        with pytest.raises(BirdError, match=r"theirs.*existed before"):
            machine.send(answer)


def at(seconds: float) -> str:
    """A moment so many seconds after the create has begun, as Bird writes it."""
    return datetime.fromtimestamp(BEGAN + seconds, timezone.utc).isoformat()


@pytest.mark.parametrize(
    ("name", "stated", "becomes"),
    [
        (EXPLICIT, {"createdAt": at(1)}, "ours"),
        (EXPLICIT, {"createdAt": at(-60)}, "ours"),
        (EXPLICIT, {"createdAt": at(-61)}, "an error"),
        (EXPLICIT, {"createdAt": at(1), "name": " N "}, "ours"),
        (EXPLICIT, {"createdAt": at(1), "name": "n (Voice)"}, "ours"),
        (EXPLICIT, {"createdAt": at(1), "name": "n (Voice)", **OTHER_ARGUMENTS}, "looked for"),
        (EXPLICIT, {"createdAt": at(1), "name": "-"}, "looked for"),
        (EXPLICIT, {"createdAt": at(1), "name": "Theirs"}, "looked for"),
        (AUTOMATIC, {"createdAt": at(1)}, "ours"),
        (AUTOMATIC, {}, "ours"),
        (AUTOMATIC, {"createdAt": at(-61)}, "ours"),
        (AUTOMATIC, {"createdAt": at(1), "name": AUTOMATIC.text.upper()}, "ours"),
        (AUTOMATIC, {"createdAt": at(1), "name": MARK}, "ours"),
        (AUTOMATIC, {"createdAt": at(-60), "name": MARK}, "ours"),
        (AUTOMATIC, {"createdAt": at(-61), "name": MARK}, "an error"),
        (AUTOMATIC, {"name": MARK}, "looked for"),
        (AUTOMATIC, {"createdAt": at(1), "name": MARK, **OTHER_ARGUMENTS}, "looked for"),
        (AUTOMATIC, {"createdAt": at(1), "name": "Theirs"}, "looked for"),
    ],
)
def test_an_answer_is_believed_where_it_may_tell_of_what_the_request_has_made(
    name: Name, stated: dict[str, Any], becomes: str
) -> None:
    machine = create(name.desired())
    next(machine)
    machine.send(Observed((), BEGAN))
    answer = {**BODY, "id": "x", "name": name.text, **stated}
    result = after(machine, answer)
    if becomes == "ours":
        assert result == Created(answer, is_new=True)
    elif becomes == "an error":
        assert isinstance(result, BirdError)
        assert "x (name" in str(result)
    else:
        assert result == Sleep(BACKOFF[0])
        # It may have another name.
        assert machine.send(None) == List(is_fresh=True, with_conflicts=True)


def after(machine: Machine, answer: Any) -> Step | Created | BirdError:
    """What a machine does about an answer."""
    try:
        return machine.send(answer)
    except StopIteration as ended:
        created: Created = ended.value
        return created
    except BirdError as error:
        return error


@pytest.mark.parametrize(("seconds", "is_ours"), [(1, True), (-2, True), (-2.1, False)])
def test_what_appears_after_a_request_without_an_answer_is_ours_if_it_is_not_older(
    seconds: float, is_ours: bool
) -> None:
    machine = create(EXPLICIT.desired())
    next(machine)
    machine.send(Observed((), BEGAN))
    machine.send(UnknownOutcomeError("lost"))
    machine.send(None)
    item = {**BODY, "id": "x", "createdAt": at(seconds)}
    result = after(machine, Observed((Match(EXPLICIT.desired(), item),), BEGAN))
    if is_ours:
        assert result == Created(item, is_new=True)
    else:
        assert "x (name: n)" in str(result)


def test_when_bird_is_asked_again() -> None:
    """The moments, in seconds since the first request."""
    lost = Model(False, ("lost before", "done"), lag=0, left=None)
    assert isinstance(drive(AUTOMATIC, "the first create", lost), Created)
    assert lost.looks == [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 23.5, 31.5]
    assert lost.posted == [0.0, 31.5]
    held = Model(False, ("conflict",) * 8 + ("done",), lag=0, left=None)
    assert isinstance(drive(AUTOMATIC, "the first create", held), Created)
    assert held.posted == [0.0, 0.5, 1.5, 3.5, 7.5, 12.5, 17.5, 22.5, 27.5]


def test_a_name_that_the_program_gives_is_never_taken_over_by_the_users_word() -> None:
    machine = create(EXPLICIT.desired(), takes_over=True)
    next(machine)
    machine.send(Observed((), BEGAN))
    machine.send(RejectedError(Answer(409)))
    theirs = Match(EXPLICIT.desired(), {**BODY, "id": "theirs", "createdAt": at(1)})
    with pytest.raises(BirdError, match="theirs"):
        machine.send(Observed((theirs,), BEGAN))


@pytest.mark.parametrize("is_forced", [False, True])
@pytest.mark.parametrize("takes_over", [False, True])
def test_after_a_conflict_what_has_the_mark_is_taken_over_by_the_users_word_alone(
    takes_over: bool, is_forced: bool
) -> None:
    machine = create(AUTOMATIC.desired(), takes_over=takes_over, is_forced=is_forced)
    next(machine)
    machine.send(Observed((), BEGAN))
    machine.send(RejectedError(Answer(409)))
    item = {**BODY, "id": "x", "name": Name(MARK, OTHER_TOKEN).text}
    result = after(machine, Observed((Match(AUTOMATIC.desired(), item),), BEGAN))
    if takes_over and not is_forced:
        assert isinstance(result, Warn)
        assert after(machine, None) == Created(item, is_new=False)
    else:
        assert isinstance(result, ExistsError)
        assert 'adopt="x"' in result.remedies[-1]


@pytest.mark.parametrize("ahead", [None, -86_400.0, 86_400.0])
def test_an_explicit_name_is_ours_only_by_birds_clock(ahead: float | None) -> None:
    model = Model(False, ("lost after",), lag=0, left=None, ahead=ahead)
    result = drive(EXPLICIT, "the first create", model)
    assert len(model.made) == 1
    if ahead is not None and ahead < 0:
        assert isinstance(result, Created)
    else:
        assert "may belong to this resource or to another one" in str(result)
        assert "made-1" in str(result)


def test_a_conflict_without_a_request_of_ours_takes_nothing_over() -> None:
    """Somebody makes an equal one between our look and our request."""
    for name in (EXPLICIT, AUTOMATIC):
        machine = create(name.desired())
        next(machine)
        assert machine.send(Observed((), BEGAN)) == Post()
        assert machine.send(RejectedError(Answer(409))) == List(is_fresh=True, with_conflicts=True)
        moment = datetime.fromtimestamp(BEGAN + 1, timezone.utc).isoformat()
        theirs = {**BODY, "id": "theirs", "createdAt": moment}
        observed = Observed((Match(name.desired(), theirs),), BEGAN)
        with pytest.raises(BirdError, match=r"theirs.*already exists and conflicts"):
            machine.send(observed)


@pytest.mark.parametrize("is_lost", [True, False])
def test_what_a_conflict_shows_to_be_ours_is_new_only_after_a_request_of_ours(
    is_lost: bool,
) -> None:
    machine = create(AUTOMATIC.desired())
    outcomes: list[BirdError] = [UnknownOutcomeError("lost")] * is_lost
    outcomes.append(RejectedError(Answer(409)))
    ours = {**BODY, "id": "ours", "name": AUTOMATIC.text}
    step, taken = next(machine), None
    while taken is None:
        outcome: Any = None
        if isinstance(step, Post):
            outcome = outcomes.pop(0)
        elif isinstance(step, List):
            outcome = (
                Observed((), BEGAN)
                if outcomes
                else Observed((Match(AUTOMATIC.desired(), ours),), BEGAN)
            )
        try:
            step = machine.send(outcome)
        except StopIteration as ended:
            taken = ended.value
    assert taken == Created(ours, is_new=is_lost)


def test_two_with_the_token_of_one_create_are_named_and_none_is_taken() -> None:
    machine = create(AUTOMATIC.desired())
    next(machine)
    two = tuple(
        Match(AUTOMATIC.desired(), {**BODY, "id": each, "name": AUTOMATIC.text})
        for each in ("one", "two")
    )
    with pytest.raises(BirdError, match="several items could be this connector: one, two"):
        machine.send(Observed(two, BEGAN))


@pytest.mark.parametrize("when", ["nonsense", "9999999-01-01T00:00:00Z", None, 3, ["2026"]])
def test_a_time_that_cannot_be_read_proves_nothing(when: Any) -> None:
    machine = create(EXPLICIT.desired())
    next(machine)
    machine.send(Observed((), BEGAN))
    machine.send(UnknownOutcomeError("lost"))
    machine.send(None)
    item = {**BODY, "id": "x", "createdAt": when}
    with pytest.raises(BirdError, match="may belong to this resource"):
        machine.send(Observed((Match(EXPLICIT.desired(), item),), 4e9))

"""Exactly-once create: recovers from requests with an unknown outcome.

A pure state machine, written as a generator: it yields the next step (`List`, `Post`, `Get`,
`Sleep`, `Warn`, `Report`) and is sent what came of it. It touches neither network, clock nor disk,
so a test can walk through every course that events can take.

    list ──proven ours─────────────────────────► take it over
     │  └──has our mark, or is equal already───► error, nothing is sent
     ▼
    post ──done────────────────────────────────► created   (what was there before: error)
     │  ├──refused────► error   (conflict: list again; proven ours ► take it over;
     │  │                        nobody holds it, or it is going away ► sleep, post again)
     ▼  │
    unknown ► list, for a while, with growing pauses ──proven ours──► created
        └──nothing there──► post again, a few times

`ownership` says what is proven ours.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from bird_dynamic.bird.errors import (
    BirdError,
    DeadlineError,
    NotSentError,
    RejectedError,
    UnknownOutcomeError,
)
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.create_messages import CreateMessages
from bird_dynamic.lifecycle.desired import DesiredState, Match
from bird_dynamic.lifecycle.observe import Observed
from bird_dynamic.lifecycle.ownership import ExistsError, Ownership

MAX_POSTS = 3
"""How often the request is sent at most."""
BACKOFF = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
"""Seconds before each look for the result of an unanswered request. Together they must outlast both
a listing that lags and a request that is still being carried out: only then is nothing found a
reason to send it again."""
CONFLICT_BACKOFF = (0.5, 1.0, 2.0, 4.0, 5.0)
"""Seconds before a refused request is sent again, where nothing is seen in its way; the last for
ever. A conflict says that nothing was made, so that sending it again is safe."""
REPORT_EVERY = 5.0
"""Seconds of that after which the user is told, and told again."""
FOREVER = float("inf")
RUN_AGAIN = "Run `pulumi up` again: it looks for what was made before it sends anything"


@dataclass(frozen=True)
class List:
    """List what may be ours and, if asked, what is in conflict. `is_fresh`: not from what this run
    has listed before."""

    is_fresh: bool
    with_conflicts: bool = False


@dataclass(frozen=True)
class Post:
    """Send the create request."""


@dataclass(frozen=True)
class Get:
    """Read one item."""

    item_id: str


@dataclass(frozen=True)
class Sleep:
    """Wait that many seconds."""

    seconds: float


@dataclass(frozen=True)
class Warn:
    """Give the user a warning, which stays."""

    text: str


@dataclass(frozen=True)
class Report:
    """Report progress to the user."""

    text: str


@dataclass(frozen=True)
class Created:
    """The item that the resource now has; `is_new` unless it was already there."""

    item: Item
    is_new: bool


Step = List | Post | Get | Sleep | Warn | Report
Machine = Generator[Step, Any, Created]


def create(
    desired: DesiredState,
    *,
    resumed: float | None = None,
    is_forced: bool = False,
    takes_over: bool = False,
) -> Machine:
    """Bring the desired state about.

    `resumed`: seconds since an interrupted create with this token may have sent its request.
    `is_forced`: the state has this resource already, and its replacement was forced.
    `takes_over`: the user says that what has the resource's mark is its own.

    A `List` is answered by `Observed`, a `Post` by what it made or by the error it ended with, a
    `Get` by what it found or None, the other steps by nothing; any of them may instead be answered
    by throwing the error that prevented it. Raises ExistsError, RejectedError, UnknownOutcomeError,
    or what was thrown.
    """
    is_resumed = resumed is not None
    before: Observed = yield List(is_fresh=is_resumed, with_conflicts=is_resumed)
    machine = _Create(desired, before, is_forced, takes_over)
    if (found := (yield from machine.before_posting(resumed))) is not None:
        return Created(found, is_new=False)

    unanswered: UnknownOutcomeError | None = None
    while True:
        try:
            result = yield Post()
        except (NotSentError, DeadlineError) as error:
            late = machine.explained(error)
            raise _with_unanswered(unanswered, "Sending it again failed", late) from None
        if isinstance(result, RejectedError):
            if not result.is_conflict:
                raise _with_unanswered(unanswered, "Sent again, it was refused", result) from None
            try:
                created = yield from machine.after_conflict(result, unanswered)
            except ExistsError:
                raise
            except BirdError as error:
                # What the request without an answer has made may still appear.
                late = machine.explained(error)
                raise _with_unanswered(unanswered, "Sent again, it was refused", late) from None
            if created is not None:
                return created
            continue
        machine.posts += 1
        if not isinstance(result, UnknownOutcomeError):
            return (yield from machine.after_answer(result))
        unanswered = result
        # What Bird says that it has accepted is never asked for again.
        is_accepted = result.answer is not None and result.answer.status == 202
        try:
            patience = FOREVER if is_accepted else sum(BACKOFF)
            found = yield from machine.after_no_answer(patience)
        except ExistsError:
            raise
        except BirdError as error:
            what = "Looking for what became of it failed too"
            raise _with_unanswered(result, what, error) from None
        if found is not None:
            return Created(found, is_new=True)
        if machine.posts == MAX_POSTS or not machine.is_complete:
            raise UnknownOutcomeError(
                f"{result}, {machine.posts} times, and nothing has appeared. {RUN_AGAIN}",
                result.answer,
            )


def _with_unanswered(
    unanswered: UnknownOutcomeError | None, what: str, error: BirdError
) -> BirdError:
    """The error, with the request without an answer that came before it."""
    if unanswered is None:
        return error
    return UnknownOutcomeError(f"{unanswered}. {what}: {error}. {RUN_AGAIN}", unanswered.answer)


def _pauses_within(seconds: float) -> Iterator[float]:
    for pause in chain(BACKOFF, repeat(BACKOFF[-1])):
        if seconds <= 0:
            return
        yield min(pause, seconds)
        seconds -= pause


class _Create:
    """The parts of one create, in the order in which they are gone through."""

    def __init__(
        self, desired: DesiredState, before: Observed, is_forced: bool, takes_over: bool
    ) -> None:
        self._desired = desired
        self._before = before
        self._is_forced = is_forced
        self._takes_over = takes_over
        self._ownership = Ownership(desired, before)
        self._messages = CreateMessages(desired.schema)
        self._conflict: RejectedError | None = None
        self._conflicts = 0
        self._leaving: Sequence[Item] = ()
        self._slept = self._reported = 0.0
        self.is_complete = before.is_complete
        self.posts = 0

    def before_posting(self, resumed: float | None) -> Generator[Step, Any, Item | None]:
        """What an interrupted create has left, or what the user lets us take over. Raises
        ExistsError for what keeps us from sending anything."""
        observed = self._before
        if (proven := self._proven(observed)) is not None:
            return proven
        if resumed is not None:
            # The interrupted request may still be under way, or the listing may lag.
            for pause in _pauses_within(sum(BACKOFF) - resumed):
                if any(each.was_left for each in observed.unmanaged):
                    break
                yield Sleep(pause)
                observed = yield from self._list()
                if (proven := self._proven(observed)) is not None:
                    return proven
            self._ownership.require_nothing_unproven(observed, resumed)
        if self._desired.mark is None:
            for each in observed.unmanaged:
                if each.is_equal and not self._is_forced:
                    raise ExistsError(self._messages.equal(each.item, has_mark=False))
                if each.was_left:
                    yield Warn(self._messages.may_be_left(each.item))
            return None
        # What has another name was looked at only because its row did not state that.
        marked = [each for each in observed.unmanaged if each.may_be_ours]
        equal = [each for each in marked if each.is_equal]
        if equal and not self._is_forced:
            return (yield from self._take_over(equal))
        # One that is equal, of a resource that the state has, is the one that is being replaced.
        others = [each for each in marked if each not in equal] + equal[1:]
        for each in others:
            yield Warn(self._messages.retained(each.item))
        return None

    def after_answer(self, item: Item) -> Generator[Step, Any, Created]:
        """What Bird answers the request with. Raises ExistsError where that was there before, or
        is something else."""
        if not self._ownership.is_older(item) and self._ownership.is_poor(item):
            item = yield from self._get(item["id"])
        if self._ownership.is_older(item):
            is_listed = item["id"] in self._before.ids
            but = "not new" if is_listed else "older than the request"
            raise self._answered(item, but)
        if self._ownership.may_answer(item):
            return Created(item, is_new=self._ownership.is_certain(item))
        if (found := (yield from self.after_no_answer(sum(BACKOFF)))) is not None:
            return Created(found, is_new=True)
        raise self._answered(item, "has another name")

    def after_no_answer(self, seconds: float) -> Generator[Step, Any, Item | None]:
        """After a request without an answer: look until its result is there, or for long enough to
        say that there is none."""
        for pause in _pauses_within(seconds):
            yield Sleep(pause)
            # What holds the same phone number may be it under another name.
            observed = yield from self._list()
            if (found := self._ownership.claim_unanswered(observed)) is not None:
                return found
        return None

    def after_conflict(
        self, conflict: RejectedError, unanswered: UnknownOutcomeError | None
    ) -> Generator[Step, Any, Created | None]:
        """After a conflict: ours if it is proven, by its token or by our earlier request without an
        answer. None, after a pause, where nothing stays in the way: Bird may hold a number for a
        while after its connector is gone. Raises ExistsError for what stays."""
        self._conflict = conflict
        observed = yield from self._list()
        self._leaving = observed.leaving
        if unanswered is not None:
            ours = self._ownership.claim_unanswered(observed)
        else:
            ours = self._proven(observed)
        if ours is not None:
            return Created(ours, is_new=unanswered is not None)
        if self._takes_over and not self._is_forced and self._desired.mark is not None:
            equal = [each for each in observed.unmanaged if each.may_be_ours and each.is_equal]
            if equal:
                return Created((yield from self._take_over(equal)), is_new=False)
        self._require_nothing_stays(observed, conflict)
        pause = CONFLICT_BACKOFF[min(self._conflicts, len(CONFLICT_BACKOFF) - 1)]
        self._conflicts += 1
        if self._slept - self._reported >= REPORT_EVERY:
            self._reported = self._slept
            yield Report(self._messages.waiting(self._slept))
        yield Sleep(pause)
        self._slept += pause
        return None

    def explained(self, error: BirdError) -> BirdError:
        """The error; where the time is over because of a conflict, with what that was."""
        if self._conflict is None or not isinstance(error, DeadlineError):
            return error
        held = self._messages.still_held(self._leaving)
        return DeadlineError(f"{self._conflict}, for {self._slept:.0f} s. {held}")

    def _require_nothing_stays(self, observed: Observed, conflict: RejectedError) -> None:
        conflicting = [each for each in observed.unmanaged if self._may_conflict(each)]
        if observed.held and not conflicting:
            held = observed.held[0]
            if Match(self._desired, held).may_be_ours:
                text = self._messages.exists(held, has_mark=self._ownership.has_mark(held))
            else:
                text = self._messages.held(held)
            raise ExistsError(text) from conflict
        if observed.replaced:
            raise ExistsError(self._messages.replaced(observed.replaced[0])) from conflict
        for each in conflicting:
            # What may be in the way does not matter where something is that leaves; what is, does.
            if each.is_in_conflict or not observed.leaving:
                has_mark = self._ownership.has_mark(each.item)
                text = self._messages.exists(each.item, has_mark=has_mark)
                raise ExistsError(text) from conflict

    def _may_conflict(self, match: Match) -> bool:
        # What has the mark and holds something else is not in the way.
        return self._desired.mark is None or match.is_in_conflict or not match.shows_what_it_holds

    def _take_over(self, equal: Sequence[Match]) -> Generator[Step, Any, Item]:
        first = equal[0].item
        if not self._takes_over:
            raise ExistsError(self._messages.equal(first, has_mark=True))
        if len(equal) > 1:
            raise ExistsError(self._messages.several([each.item for each in equal]))
        yield Warn(self._messages.taken_over(first))
        return first

    def _proven(self, observed: Observed) -> Item | None:
        return self._ownership.claim_proven(observed.unmanaged, has_posted=self.posts > 0)

    def _list(self) -> Generator[Step, Any, Observed]:
        observed: Observed = yield List(is_fresh=True, with_conflicts=True)
        self.is_complete = observed.is_complete
        return observed

    def _get(self, item_id: str) -> Generator[Step, Any, Item]:
        what = f"Bird answered with the {self._desired.schema.item} {item_id}"
        for pause in (0.0, *BACKOFF):
            if pause:
                yield Sleep(pause)
            try:
                found: Item | None = yield Get(item_id)
            except BirdError as error:
                text = f"{what}. Reading it failed: {error}. {RUN_AGAIN}"
                raise UnknownOutcomeError(text) from error
            if found is not None:
                return found
        raise UnknownOutcomeError(f"{what}, and does not have it. {RUN_AGAIN}")

    def _answered(self, item: Item, but: str) -> ExistsError:
        has_mark = self._ownership.has_mark(item)
        return ExistsError(self._messages.answered(item, but, has_mark=has_mark))

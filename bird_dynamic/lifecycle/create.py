"""Exactly-once create: recovers from requests with an unknown outcome.

A pure state machine, written as a generator: it yields the next step (`List`, `Holders`, `Post`,
`Get`, `Sleep`, `Warn`, `Report`) and receives its result. It uses neither network, clock nor disk,
so a test can enumerate every sequence of events.

    list ──proven ours─────────────────────────► take it over
     │  └──is equal (and has our mark)─────────► error, nothing is sent
     ▼
    post ──done────────────────────────────────► created   (an item that existed before: error)
     │  ├──refused────► error   (conflict: list again; proven ours ► take it over;
     │  │                        no conflicting item, or a leaving one ► sleep, post again;
     │  │                        another one that Bird states as the holder ► error)
     ▼  │
    unknown ► list, for a while, with backoff ──proven ours──► created
        └──no result──► post again, a few times

`ownership` decides what is proven ours.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any

from bird_dynamic.bird.errors import (
    BirdError,
    DeadlineError,
    NotSentError,
    RejectedError,
    RunCancelledError,
    UnknownOutcomeError,
)
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.create_messages import CreateMessages
from bird_dynamic.lifecycle.desired import DesiredState, Match
from bird_dynamic.lifecycle.errors import ExistsError, StillInConflictError
from bird_dynamic.lifecycle.observe import Observed
from bird_dynamic.lifecycle.ownership import Ownership

MAX_POSTS = 3
"""Limit of create requests with an unknown outcome."""
BACKOFF = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
"""Seconds before each look for the result of an unanswered request. In total they must outlast both
a stale listing and a request that Bird is still processing: only then is it safe to retry."""
CONFLICT_BACKOFF = (0.5, 1.0, 2.0, 4.0, 5.0)
"""Seconds before each retry after a conflict without a visible conflicting item; the last one
repeats. A conflict proves that nothing was created, so a retry is safe."""
REPORT_EVERY = 5.0
"""Seconds of that wait between progress messages."""
FOREVER = float("inf")


@dataclass(frozen=True)
class List:
    """List the items that may be ours and, with `with_conflicts`, those in conflict. `is_fresh`:
    do not use a listing that this run has cached."""

    is_fresh: bool
    with_conflicts: bool = False


@dataclass(frozen=True)
class Holders:
    """Read the items that hold what only one can hold, as Bird states it of the thing itself. They
    are in conflict; only a listing can show that one is ours."""


@dataclass(frozen=True)
class Post:
    """Send the create request."""


@dataclass(frozen=True)
class Get:
    """Read one item."""

    item_id: str


@dataclass(frozen=True)
class Sleep:
    """Wait for `seconds`."""

    seconds: float


@dataclass(frozen=True)
class Warn:
    """Show the user a permanent warning."""

    text: str


@dataclass(frozen=True)
class Report:
    """Show the user a progress message."""

    text: str


@dataclass(frozen=True)
class Created:
    """The item of the resource; `is_new` only if it is proven not to have existed before."""

    item: Item
    is_new: bool


Step = List | Holders | Post | Get | Sleep | Warn | Report
Machine = Generator[Step, Any, Created]


def create(
    desired: DesiredState,
    *,
    resumed: float | None = None,
    is_forced: bool = False,
    takes_over: bool = False,
) -> Machine:
    """Create the desired state.

    `resumed`: seconds since an interrupted create with this token may have sent its request.
    `is_forced`: the state already has this resource, and a trigger forces its replacement.
    `takes_over`: the user has allowed taking over an item with the resource's mark.

    Send `Observed` for a `List` and for `Holders`, the created item or the error for a `Post`, the
    item or None for a `Get`, and None for other steps; or throw the error that prevented the step.
    Raises ExistsError, RejectedError, UnknownOutcomeError, or what was thrown.
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
        except (NotSentError, DeadlineError, RunCancelledError) as error:
            what = "Sending the request again failed"
            late = _with_unanswered(unanswered, what, machine.explained(error, what))
            raise late from None
        if isinstance(result, RejectedError):
            if not result.is_conflict:
                raise _with_unanswered(unanswered, "Sent again, it was refused", result) from None
            try:
                created = yield from machine.after_conflict(result, unanswered)
            except ExistsError:
                raise
            except BirdError as error:
                # The result of the earlier, unanswered request may still appear.
                what = f"Looking for the conflicting {desired.schema.item} failed"
                late = machine.explained(error, what)
                late = _with_unanswered(unanswered, "Sent again, it was refused", late)
                raise late from None
            if created is not None:
                return created
            continue
        machine.posts += 1
        if not isinstance(result, UnknownOutcomeError):
            return (yield from machine.after_answer(result))
        result = unanswered = machine.unanswered(result)
        # A request that Bird has accepted (202) is never sent again.
        is_accepted = result.answer is not None and result.answer.status == 202
        try:
            patience = FOREVER if is_accepted else sum(BACKOFF)
            found = yield from machine.after_no_answer(patience)
        except ExistsError:
            raise
        except BirdError as error:
            what = "Looking for its result failed too"
            raise _with_unanswered(result, what, error) from None
        if found is not None:
            return Created(found, is_new=True)
        if machine.posts == MAX_POSTS or not machine.is_complete:
            text = f"{result}, and no result has appeared (requests sent: {machine.posts})"
            raise UnknownOutcomeError(text, result.answer).telling(result)


def _with_unanswered(
    unanswered: UnknownOutcomeError | None, what: str, error: BirdError
) -> BirdError:
    """The error, preceded by the earlier unanswered request, if any."""
    if unanswered is None:
        return error
    text = f"{_sentence(unanswered)} {what}: {error}"
    return UnknownOutcomeError(text, unanswered.answer).telling(unanswered, error)


def _sentence(error: BirdError) -> str:
    return f"{str(error).rstrip('.')}."


def _pauses_within(seconds: float) -> Iterator[float]:
    for pause in chain(BACKOFF, repeat(BACKOFF[-1])):
        if seconds <= 0:
            return
        yield min(pause, seconds)
        seconds -= pause


class _Create:
    """The phases of one create, in order."""

    def __init__(
        self, desired: DesiredState, before: Observed, is_forced: bool, takes_over: bool
    ) -> None:
        self._desired = desired
        self._before = before
        self._is_forced = is_forced
        self._takes_over = takes_over
        self._ownership = Ownership(desired, before)
        self._messages = CreateMessages(desired.schema, desired.mark)
        self._conflict: RejectedError | None = None
        self._is_told = False
        self._conflicts = 0
        self._leaving: Sequence[Item] = ()
        self._slept = self._reported = 0.0
        self.is_complete = before.is_complete
        self.posts = 0

    def before_posting(self, resumed: float | None) -> Generator[Step, Any, Item | None]:
        """The result of an interrupted create, or an item that the user allows us to take over.
        Raises ExistsError if an existing item rules out a request."""
        observed = self._before
        if (proven := self._proven(observed)) is not None:
            return proven
        if resumed is not None:
            # Bird may still be processing the interrupted request, or the listing may lag.
            for pause in _pauses_within(sum(BACKOFF) - resumed):
                if any(each.was_left for each in observed.unmanaged):
                    break
                yield Sleep(pause)
                observed = yield from self._list()
                if (proven := self._proven(observed)) is not None:
                    return proven
            self._ownership.require_nothing_unproven(observed, resumed)
        if self._desired.mark is None:
            doubled = [each for each in observed.unmanaged if each.would_be_doubled]
            if doubled and not self._is_forced:
                raise ExistsError(*self._messages.doubled(doubled[0]))
            if observed.doubled and not self._is_forced:
                raise ExistsError(*self._messages.doubled_of_another(observed.doubled[0].item))
            # With a forced replacement, one of them is the one being replaced.
            if len(doubled) > 1:
                yield Warn(self._messages.also_equal([each.item for each in doubled]))
            for each in observed.unmanaged:
                if each.was_left and each not in doubled:
                    yield Warn(self._messages.may_be_left(each.item))
            return None
        # An item with another name was observed only because its row had no name.
        marked = [each for each in observed.unmanaged if each.may_be_ours]
        equal = [each for each in marked if each.is_equal]
        if equal and not self._is_forced:
            return (yield from self._take_over(equal))
        # With a forced replacement, the first equal item is the one being replaced.
        others = [each for each in marked if each not in equal] + equal[1:]
        for each in others:
            yield Warn(self._messages.retained(each.item))
        return None

    def after_answer(self, item: Item) -> Generator[Step, Any, Created]:
        """The item in Bird's answer to the request. Raises ExistsError if it existed before, or is
        not what was requested."""
        if not self._ownership.is_older(item) and self._ownership.is_poor(item):
            item = yield from self._get(item["id"])
        if self._ownership.is_older(item):
            is_listed = item["id"] in self._before.ids
            but = "existed before the request" if is_listed else "is older than the request"
            raise self._answered(item, but)
        if self._ownership.may_answer(item):
            return Created(item, is_new=self._ownership.is_certain(item))
        try:
            found = yield from self.after_no_answer(sum(BACKOFF))
        except ExistsError:
            raise
        except BirdError as error:
            text = (
                f"Bird answered with the {self._desired.schema.item} {item['id']}, which has "
                f"another name. Looking for the requested one failed: {error}"
            )
            raise UnknownOutcomeError(text).telling(error) from None
        if found is not None:
            return Created(found, is_new=True)
        raise self._answered(item, "has another name")

    def after_no_answer(self, seconds: float) -> Generator[Step, Any, Item | None]:
        """After an unanswered request: look for its result, until it is certain that there is
        none."""
        for pause in _pauses_within(seconds):
            yield Sleep(pause)
            # An item with the same phone number may be the result under another name.
            observed = yield from self._list()
            if (found := self._ownership.claim_unanswered(observed)) is not None:
                return found
        return None

    def after_conflict(
        self, conflict: RejectedError, unanswered: UnknownOutcomeError | None
    ) -> Generator[Step, Any, Created | None]:
        """After a conflict: the item that is proven ours, by its token or by our earlier unanswered
        request, or that the user allows us to take over. None, after a pause, if no conflicting
        item stays: Bird may reserve a number for a while after its connector is deleted. Raises
        ExistsError if one stays."""
        self._conflict, self._is_told = conflict, False
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
        if not self._desired.schema.exclusive and self._conflicts == len(CONFLICT_BACKOFF):
            # Nothing is known that could become free.
            raise conflict
        if unanswered is None and self._desired.left is None and not observed.leaving:
            # Otherwise the holder may be the result of our own request, which a listing will show.
            holders: Observed = yield Holders()
            others = tuple(each for each in holders.unmanaged if not each.is_proven)
            self._leaving = holders.leaving
            self._require_nothing_stays(replace(holders, unmanaged=others), conflict)
        pause = CONFLICT_BACKOFF[min(self._conflicts, len(CONFLICT_BACKOFF) - 1)]
        self._conflicts += 1
        if self._slept - self._reported >= REPORT_EVERY:
            self._reported = self._slept
            yield Report(self._messages.waiting(self._slept))
        yield Sleep(pause)
        self._slept += pause
        return None

    def unanswered(self, error: UnknownOutcomeError) -> UnknownOutcomeError:
        """The error of an unanswered request; if an earlier one was in conflict, told with that."""
        if (conflict := self._conflict) is None:
            return error
        self._is_told = True
        text = f"{_sentence(conflict)} Sent again: {error}"
        return UnknownOutcomeError(text, error.answer).telling(conflict, error)

    def explained(self, error: BirdError, what: str) -> BirdError:
        """The error; if the last request was in conflict, told with that. `what` failed."""
        conflict = self._conflict
        if conflict is None or error is conflict or self._is_told:
            return error
        # Only a listing shows whether an item is in the way, and only what is exclusive is freed.
        is_waiting = error.out_of_time and self._conflicts and self._desired.schema.exclusive
        reason = f" {self._messages.still_held(self._leaving)}" if is_waiting else ""
        text = f"{_sentence(conflict)} {what}: {_sentence(error)}{reason}"
        if isinstance(error, RunCancelledError):
            text = f"{conflict}, and {error}"
        elif isinstance(error, DeadlineError) and not error.tells and self._conflicts:
            text = f"{conflict}, for {self._slept:.0f} s.{reason}"
            return DeadlineError(text).telling(conflict, error)
        return StillInConflictError(text).telling(conflict, error)

    def _require_nothing_stays(self, observed: Observed, conflict: RejectedError) -> None:
        conflicting = [each for each in observed.unmanaged if self._may_conflict(each)]
        if observed.kept and not conflicting:
            kept = observed.kept[0]
            if Match(self._desired, kept).may_be_ours:
                raise self._exists(kept) from conflict
            raise ExistsError(self._messages.kept(kept)) from conflict
        if observed.replaced:
            raise ExistsError(self._messages.replaced(observed.replaced[0])) from conflict
        for each in conflicting:
            # A leaving item explains the conflict; beside it, only a certain conflict matters.
            if each.is_in_conflict or not observed.leaving:
                raise self._exists(each.item) from conflict

    def _may_conflict(self, match: Match) -> bool:
        # An item with the mark and another phone number is not in conflict.
        return self._desired.mark is None or match.is_in_conflict or not match.shows_what_it_holds

    def _take_over(self, equal: Sequence[Match]) -> Generator[Step, Any, Item]:
        first = equal[0].item
        if not self._takes_over:
            raise ExistsError(*self._messages.equal(first, has_mark=True))
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
                text = f"{what}. Reading it failed: {error}"
                raise UnknownOutcomeError(text).telling(error) from None
            if found is not None:
                return found
        raise UnknownOutcomeError(f"{what}, but does not return it")

    def _exists(self, item: Item) -> ExistsError:
        has_mark = self._ownership.has_mark(item)
        return ExistsError(*self._messages.exists(item, has_mark=has_mark))

    def _answered(self, item: Item, but: str) -> ExistsError:
        has_mark = self._ownership.has_mark(item)
        return ExistsError(*self._messages.answered(item, but, has_mark=has_mark))

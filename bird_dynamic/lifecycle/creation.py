"""How a connector (or anything else) is created so that there is one of it, whatever happens to a
request.

A pure state machine, written as a generator: it yields what to do next (`Look`, `Post`, `Wait`) and
is sent what came of it. It touches neither network nor clock, so a test can walk through every
course that events can take.

    look ──ours──────────────────────────────► take it over
     │  └──somebody's──► say so, send nothing
     ▼
    post ──done──────────────────────────────► created
     │  ├──refused────► say so   (409: look who has it; ours ► take it over)
     ▼  │
    unknown ► look, for a while, with growing pauses ──ours──► take it over
        └──nothing there──► post again, a few times

A derived name belongs to one resource of one stack, so a connector with that name is ours: left
behind by a run that was interrupted. An explicit name proves nothing: a connector that was there
before is somebody else's until the program says `adopt=`; only one that appeared after our own
unanswered request is ours.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bird_dynamic.bird.errors import (
    BirdError,
    DeadlineError,
    NotSentError,
    RejectedError,
    UnknownOutcomeError,
)
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.wanted import Wanted

POSTS = 3
"""How often the request is sent at most."""

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
"""Seconds before each look for the result of an unanswered request. Together they must outlast both
a listing that lags and a request that is still being carried out: only then is nothing found a
reason to send it again."""

LATER = "Run `pulumi up` again: it looks for what was made before it sends anything"

CONFLICT_PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each look for the connector that is in the way: it exists, but a listing may
lag."""

CLOCK_SLACK = 2.0
"""Seconds by which Bird's `Date` (whole seconds) and `createdAt` may disagree."""


@dataclass(frozen=True)
class Look:
    """List what has the wanted identity, and if asked, what may be in its way. `fresh`: not from
    what this run listed before."""

    fresh: bool
    in_the_way: bool = False


@dataclass(frozen=True)
class Post:
    """Send the create request."""


@dataclass(frozen=True)
class Wait:
    """Wait that many seconds."""

    seconds: float


@dataclass(frozen=True)
class Seen:
    """What a look found, without what a state is known to have; of that, `held` is in the way.
    `at` is Bird's time."""

    items: tuple[Item, ...]
    at: float | None
    held: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Taken:
    """What the resource now has; `created` unless it was already there."""

    item: Item
    created: bool


class ExistsError(BirdError):
    """Something is in the way that may be somebody else's. Nothing was created."""


Step = Look | Post | Wait
Creation = Generator[Step, Any, Taken]


def creation(wanted: Wanted) -> Creation:
    """Bring about what is wanted.

    Events: a `Look` is answered by `Seen`, a `Post` by what it made or by the error it ended with,
    a `Wait` by nothing; any of them may instead be answered by throwing the error that prevented
    it. Raises ExistsError, RejectedError, UnknownOutcomeError, or what was thrown.
    """
    before: Seen = yield Look(fresh=False)
    search = _Search(wanted, before)
    if (found := search.already_there(before)) is not None:
        return Taken(found, created=False)

    unanswered: UnknownOutcomeError | None = None
    posts = 0
    while True:
        try:
            result = yield Post()
        except (NotSentError, DeadlineError) as error:
            raise _after(unanswered, "Sending it again failed", error) from None
        posts += 1
        if isinstance(result, RejectedError):
            if result.status != 409:
                raise _after(unanswered, "Sent again, it was refused", result) from None
            return (yield from search.after_conflict(result, unanswered))
        if not isinstance(result, UnknownOutcomeError):
            return Taken(result, created=True)
        unanswered = result
        try:
            found = yield from search.after_no_answer()
        except (NotSentError, UnknownOutcomeError, DeadlineError, RejectedError) as error:
            raise _after(result, "Looking for what became of it failed too", error) from None
        if found is not None:
            return Taken(found, created=True)
        if posts == POSTS:
            raise UnknownOutcomeError(
                f"{result}, {posts} times, and nothing has appeared. {LATER}", result.answer
            )


def _after(unanswered: UnknownOutcomeError | None, what: str, error: BirdError) -> BirdError:
    """The error, with the request without an answer that came before it."""
    if unanswered is None:
        return error
    return UnknownOutcomeError(f"{unanswered}. {what}: {error}. {LATER}", unanswered.answer)


class _Search:
    """Tells ours from somebody else's."""

    def __init__(self, wanted: Wanted, before: Seen) -> None:
        self._wanted = wanted
        self._noun = wanted.description.item
        self._old = {each["id"] for each in before.items}
        self._began = before.at

    def already_there(self, seen: Seen) -> Item | None:
        """Before anything was sent: what an interrupted run has left, if our name proves it."""
        named = [each for each in seen.items if self._wanted.is_named_by(each)]
        if self._wanted.derived:
            return self._only(named)
        for each in named:
            if self._wanted.is_met_by(each):
                raise ExistsError(self._in_the_way(each, "is what this one would be, already"))
        return None

    def after_no_answer(self) -> Generator[Step, Any, Item | None]:
        """After a request without an answer: look until its result is seen, or long enough to say
        there is none."""
        for pause in PAUSES:
            yield Wait(pause)
            seen: Seen = yield Look(fresh=True)
            if (found := self._ours(seen)) is not None:
                return found
        return None

    def after_conflict(
        self, conflict: RejectedError, unanswered: UnknownOutcomeError | None
    ) -> Generator[Step, Any, Taken]:
        """After a 409: ours if our name, or our earlier request without an answer, made it; else
        say who is there."""
        for pause in CONFLICT_PAUSES:
            yield Wait(pause)
            seen: Seen = yield Look(fresh=True, in_the_way=True)
            found = self._ours(seen) if self._wanted.derived or unanswered else None
            if found is not None:
                return Taken(found, created=unanswered is not None)
            if seen.items:
                holder = max(seen.items, key=self._wanted.is_blocked_by)
                raise ExistsError(self._in_the_way(holder, "exists already")) from conflict
            if seen.held:
                raise ExistsError(
                    f"another resource of this stack has the {self._noun} "
                    f"{self._called(seen.held[0])}, and Bird allows no second one with the same "
                    "phone number. Give this resource another number, or remove one of the two"
                ) from conflict
        raise ExistsError(
            f"{conflict}. No listing shows the {self._noun} that is in the way: it may be in "
            "another workspace. Look for it in app.bird.com; if nobody needs it, delete it there, "
            'otherwise take it over with adopt="<its id>"'
        ) from conflict

    def _ours(self, seen: Seen) -> Item | None:
        if self._wanted.derived:
            return self._only([each for each in seen.items if self._wanted.is_named_by(each)])
        found = self._only(
            [
                each
                for each in seen.items
                if each["id"] not in self._old and self._wanted.is_met_by(each)
            ]
        )
        if found is not None and not self._created_since(found):
            raise ExistsError(self._in_the_way(found, "may be this one, or somebody else's"))
        return found

    def _only(self, ours: list[Item]) -> Item | None:
        if not ours:
            return None
        if len(ours) > 1:
            ids = ", ".join(str(each["id"]) for each in ours)
            raise ExistsError(
                f"several of them could be this {self._noun}: {ids}. Take one over with adopt=, "
                "or delete those that nobody needs"
            )
        if not self._wanted.is_met_by(ours[0]):
            raise ExistsError(
                f"the {self._noun} {ours[0]['id']} has this resource's own name but other "
                "arguments. An interrupted run left it there, or a stack of the same name "
                "elsewhere has it. "
                "Delete it in app.bird.com if nobody needs it, or make the arguments what they were"
            )
        return ours[0]

    def _created_since(self, item: Item) -> bool:
        try:
            stated = str(item["createdAt"]).replace("Z", "+00:00")
            created = datetime.fromisoformat(stated).timestamp()
        except (KeyError, ValueError):
            return False
        return self._began is not None and created >= self._began - CLOCK_SLACK

    def _in_the_way(self, item: Item, how: str) -> str:
        return (
            f"the {self._noun} {self._called(item)} {how}. To take it over, write "
            f'adopt="{item["id"]}". If it belongs to another resource, leave it alone: '
            f"a resource that was renamed needs aliases, not a second {self._noun}"
        )

    @staticmethod
    def _called(item: Item) -> str:
        return f"{item['id']} (name: {item['name']})" if item.get("name") else str(item["id"])

"""How a connector is created so that there is one of it, whatever happens to a request.

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

from collections.abc import Generator, Mapping
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
from bird_dynamic.bird.models import Connector
from bird_dynamic.lifecycle.properties import same_where_asked

POSTS = 3
"""How often the request is sent at most."""

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
"""Seconds before each look for the result of an unanswered request. Together they must outlast both
a listing that lags and a request that is still being carried out: only then is nothing found a
reason to send it again."""

LATER = "Run `pulumi up` again: it looks for the connector before it sends anything"

CONFLICT_PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each look for the connector that is in the way: it exists, but a listing may
lag."""

CLOCK_SLACK = 2.0
"""Seconds by which Bird's `Date` (whole seconds) and `createdAt` may disagree."""


@dataclass(frozen=True)
class Look:
    """List the connectors with the wanted name, and where somebody's is in the way, those with the
    wanted number too. `fresh`: not from what this run listed before."""

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
    """What a look found, without connectors that this or another resource is known to have. `at`:
    Bird's time."""

    connectors: tuple[Connector, ...]
    at: float | None


@dataclass(frozen=True)
class Taken:
    """The connector that the resource now has; `created` unless it was already there."""

    connector: Connector
    created: bool


class ExistsError(BirdError):
    """A connector is in the way that may be somebody else's. Nothing was created."""


Step = Look | Post | Wait
Creation = Generator[Step, Any, Taken]


def creation(wanted: Mapping[str, Any], *, derived: bool) -> Creation:
    """Create the connector that the body `wanted` asks for; `derived`: its name is ours alone.

    Events: a `Look` is answered by `Seen`, a `Post` by the connector or by the error it ended with,
    a `Wait` by nothing; any of them may instead be answered by throwing the error that prevented
    it. Raises ExistsError, RejectedError, UnknownOutcomeError, or what was thrown.
    """
    before: Seen = yield Look(fresh=False)
    search = _Search(wanted, derived, before)
    if (found := search.already_there(before)) is not None:
        return Taken(found, created=False)

    unanswered: UnknownOutcomeError | None = None
    posts = 0
    while True:
        result = yield Post()
        posts += 1
        if isinstance(result, RejectedError):
            if result.status != 409:
                raise result
            return (yield from search.after_conflict(result, unanswered))
        if not isinstance(result, UnknownOutcomeError):
            return Taken(result, created=True)
        unanswered = result
        try:
            found = yield from search.after_no_answer()
        except (NotSentError, UnknownOutcomeError, DeadlineError) as error:
            raise UnknownOutcomeError(
                f"{result}. Looking for what became of it failed too: {error}. {LATER}",
                result.answer,
            ) from None
        if found is not None:
            return Taken(found, created=True)
        if posts == POSTS:
            raise UnknownOutcomeError(
                f"{result}, {posts} times, and no connector has appeared. {LATER}", result.answer
            )


def returned_part(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What of a request's body Bird states again in the connector."""
    stated = ("name", "connectorTemplateRef", "arguments")
    return {key: wanted[key] for key in stated if key in wanted}


class _Search:
    """Tells ours from somebody else's."""

    def __init__(self, wanted: Mapping[str, Any], derived: bool, before: Seen) -> None:
        self._name = wanted["name"]
        self._wanted = returned_part(wanted)
        self._derived = derived
        self._old = {each["id"] for each in before.connectors}
        self._began = before.at

    def already_there(self, seen: Seen) -> Connector | None:
        """Before anything was sent: what an interrupted run has left, if our name proves it."""
        named = [each for each in seen.connectors if each.get("name") == self._name]
        if self._derived:
            return self._only(named)
        for each in named:
            if same_where_asked(self._wanted, each):
                raise ExistsError(
                    _in_the_way(each, "has the same name, template and arguments already")
                )
        return None

    def after_no_answer(self) -> Generator[Step, Any, Connector | None]:
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
            found = self._ours(seen) if self._derived or unanswered else None
            if found is not None:
                return Taken(found, created=unanswered is not None)
            if seen.connectors:
                holder = max(seen.connectors, key=self._same_arguments)
                raise ExistsError(_in_the_way(holder, "exists already")) from conflict
        raise ExistsError(
            f"{conflict}. No listing shows the connector that is in the way: it may be in another "
            'workspace. Find it in app.bird.com, and delete it there or write adopt="<its id>"'
        ) from conflict

    def _ours(self, seen: Seen) -> Connector | None:
        named = [each for each in seen.connectors if each.get("name") == self._name]
        if self._derived:
            return self._only(named)
        new = [
            each
            for each in named
            if each["id"] not in self._old and same_where_asked(self._wanted, each)
        ]
        found = self._only(new)
        if found is not None and not self._created_since(found):
            raise ExistsError(_in_the_way(found, "may be this one, or somebody else's"))
        return found

    def _only(self, ours: list[Connector]) -> Connector | None:
        if not ours:
            return None
        if len(ours) > 1:
            ids = ", ".join(str(each["id"]) for each in ours)
            raise ExistsError(
                f"several connectors could be this one: {ids}. Take one over with adopt=, "
                "or delete those that nobody needs"
            )
        if not same_where_asked(self._wanted, ours[0]):
            raise ExistsError(
                f"the connector {ours[0]['id']} has this resource's own name but other arguments. "
                "An interrupted run left it there, or a stack of the same name elsewhere has it. "
                "Delete it in app.bird.com if nobody needs it, or make the arguments what they were"
            )
        return ours[0]

    def _same_arguments(self, connector: Connector) -> bool:
        return same_where_asked(self._wanted.get("arguments"), connector.get("arguments"))

    def _created_since(self, connector: Connector) -> bool:
        try:
            stated = str(connector["createdAt"]).replace("Z", "+00:00")
            created = datetime.fromisoformat(stated).timestamp()
        except (KeyError, ValueError):
            return False
        return self._began is not None and created >= self._began - CLOCK_SLACK


def _in_the_way(connector: Connector, how: str) -> str:
    return (
        f"the connector {connector['id']} (name: {connector.get('name')}) {how}. To take it over, "
        f'write adopt="{connector["id"]}". If it belongs to another resource, leave it alone: '
        "a resource that was renamed needs aliases, not a second connector"
    )

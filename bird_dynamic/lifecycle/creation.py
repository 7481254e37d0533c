"""How a connector (or anything else) is created so that there is one of it, whatever happens to a
request.

A pure state machine, written as a generator: it yields what to do next (`Look`, `Post`, `Read`,
`Wait`, `Tell`, `Say`) and is sent what came of it. It touches neither network, clock nor disk, so a
test can walk through every course that events can take.

    look ──proven ours─────────────────────────► take it over
     │  └──has our mark, or is equal already───► say so, send nothing
     ▼
    post ──done────────────────────────────────► created   (what was there before: say so)
     │  ├──refused────► say so   (conflict: look who is in the way: proven ours ► take it over;
     │  │                          nobody, or something that is leaving ► wait, post again)
     ▼  │
    unknown ► look, for a while, with growing pauses ──proven ours──► take it over
        └──nothing there──► post again, a few times

What proves that a connector is ours: the answer to our own POST, unless it tells of something that
was there before; the token in its name, drawn for
this one create, by this process or by an interrupted one that has left a record (`resumed`); the
user's word, `bird:takeOver: marked`, for one that has the resource's mark. Nothing else: not a
name that others can have, not that nobody has been seen with it.

With a name that the program gives there is no token: only the one equal connector that appeared
after our own unanswered request, by Bird's clock, is ours.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Sequence
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
from bird_dynamic.bird.moments import moment
from bird_dynamic.lifecycle.wanted import Wanted

POSTS = 3
"""How often the request is sent at most."""

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
"""Seconds before each look for the result of an unanswered request. Together they must outlast both
a listing that lags and a request that is still being carried out: only then is nothing found a
reason to send it again."""

FOR_EVER = float("inf")
LATER = "Run `pulumi up` again: it looks for what was made before it sends anything"

CONFLICT_PAUSES = (0.5, 1.0, 2.0, 4.0, 5.0)
"""Seconds before a refused request is sent again, where nothing is seen in its way; the last for
ever. A conflict says that nothing was made, so that sending it again is safe."""
QUIET = 5.0
"""Seconds of that after which the user is told, and told again as often."""

CLOCK_SLACK = 2.0
"""Seconds by which Bird's `Date` (whole seconds) and `createdAt` may disagree."""
ANSWER_SLACK = 10.0
"""The same, for what answers our own request: it is all but certain to be what that has made."""


@dataclass(frozen=True)
class Look:
    """List what may be ours, and if asked, what may be in its way. `fresh`: not from what this run
    listed before."""

    fresh: bool
    in_the_way: bool = False


@dataclass(frozen=True)
class Post:
    """Send the create request."""


@dataclass(frozen=True)
class Read:
    """Read one."""

    item_id: str


@dataclass(frozen=True)
class Wait:
    """Wait that many seconds."""

    seconds: float


@dataclass(frozen=True)
class Tell:
    """Tell the user."""

    text: str


@dataclass(frozen=True)
class Say:
    """Show the user something while the create goes on."""

    text: str


@dataclass(frozen=True)
class Seen:
    """What a look found, without what a resource is known to have; of that, `held` is in the way,
    `leaving` too, until this run has replaced it, and `replaced`, which it deletes only when all
    else is done. `at` is Bird's time, `listed` the ids of all
    that there is, `complete` whether all of that told its name."""

    items: tuple[Item, ...]
    at: float | None
    held: tuple[Item, ...] = ()
    leaving: tuple[Item, ...] = ()
    replaced: tuple[Item, ...] = ()
    listed: Collection[str] = frozenset()
    complete: bool = True


@dataclass(frozen=True)
class Taken:
    """What the resource now has; `created` unless it was already there."""

    item: Item
    created: bool


class ExistsError(BirdError):
    """Something is in the way that may be somebody else's. It was left alone, and nothing was
    created."""


class ProvenError(ExistsError):
    """An interrupted create has made something with other arguments than are wanted now."""


Step = Look | Post | Read | Wait | Tell | Say
Creation = Generator[Step, Any, Taken]


def creation(
    wanted: Wanted,
    *,
    resumed: float | None = None,
    is_forced: bool = False,
    takes_over: bool = False,
) -> Creation:
    """Bring about what is wanted.

    `resumed`: seconds since an interrupted create with this token may have sent its request.
    `is_forced`: the state has this resource already, and its replacement was forced.
    `takes_over`: the user says that what has the resource's mark is its own.

    Events: a `Look` is answered by `Seen`, a `Post` by what it made or by the error it ended with,
    a `Read` by what it found or None, a `Wait`, a `Tell` and a `Say` by nothing; any of them may
    instead be answered by throwing the error that prevented it. Raises ExistsError, RejectedError,
    UnknownOutcomeError, or what was thrown.
    """
    before: Seen = yield Look(fresh=resumed is not None)
    search = _Search(wanted, before, is_forced, takes_over)
    if (found := (yield from search.before_sending(resumed))) is not None:
        return Taken(found, created=False)

    unanswered: UnknownOutcomeError | None = None
    posts = 0
    while True:
        try:
            result = yield Post()
        except (NotSentError, DeadlineError) as error:
            late = search.explained(error)
            raise _after(unanswered, "Sending it again failed", late) from None
        if isinstance(result, RejectedError):
            if not result.is_conflict:
                raise _after(unanswered, "Sent again, it was refused", result) from None
            try:
                taken = yield from search.after_conflict(result, unanswered)
            except ExistsError:
                raise
            except BirdError as error:
                # What the request without an answer has made may still appear.
                late = search.explained(error)
                raise _after(unanswered, "Sent again, it was refused", late) from None
            if taken is not None:
                return taken
            continue
        posts += 1
        search.has_posted = True
        if not isinstance(result, UnknownOutcomeError):
            return Taken((yield from search.what_is_new(result)), created=True)
        unanswered = result
        # What Bird says that it has accepted is never asked for again.
        is_accepted = result.answer is not None and result.answer.status == 202
        try:
            found = yield from search.after_no_answer(FOR_EVER if is_accepted else sum(PAUSES))
        except ExistsError:
            raise
        except BirdError as error:
            raise _after(result, "Looking for what became of it failed too", error) from None
        if found is not None:
            return Taken(found, created=True)
        if posts == POSTS or not search.complete:
            raise UnknownOutcomeError(
                f"{result}, {posts} times, and nothing has appeared. {LATER}", result.answer
            )


def _after(unanswered: UnknownOutcomeError | None, what: str, error: BirdError) -> BirdError:
    """The error, with the request without an answer that came before it."""
    if unanswered is None:
        return error
    return UnknownOutcomeError(f"{unanswered}. {what}: {error}. {LATER}", unanswered.answer)


def _within(seconds: float) -> Iterator[float]:
    """The pauses that so many seconds have room for."""
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        if seconds <= 0:
            return
        yield min(pause, seconds)
        seconds -= pause


class _Search:
    """Tells what is proven ours from everything else."""

    def __init__(self, wanted: Wanted, before: Seen, is_forced: bool, takes_over: bool) -> None:
        self._wanted = wanted
        self._noun = wanted.description.item
        self._before = before
        self._is_forced = is_forced
        self._takes_over = takes_over
        self._old = {each["id"] for each in before.items}
        self._conflict: RejectedError | None = None
        self._leaving: Sequence[Item] = ()
        self._conflicts = 0
        self._waited = self._told = 0.0
        self.complete = before.complete
        self.has_posted = False

    def before_sending(self, resumed: float | None) -> Generator[Step, Any, Item | None]:
        """What an interrupted create has left, or what the user lets us take over. Raises
        ExistsError for what keeps us from sending anything."""
        if (proven := self._proven(self._before.items)) is not None:
            return proven
        seen = self._before
        if resumed is not None:
            # The interrupted request may still be under way, or the listing may lag.
            for pause in _within(sum(PAUSES) - resumed):
                if any(map(self._wanted.may_be_left, seen.items)):
                    break
                yield Wait(pause)
                seen = yield Look(fresh=True)
                self.complete = seen.complete
                if (proven := self._proven(seen.items)) is not None:
                    return proven
        if self._wanted.mark is None:
            for each in seen.items:
                if self._wanted.is_met_by(each) and not self._is_forced:
                    raise ExistsError(self._in_the_way(each, "already is what this one would be"))
                if self._wanted.may_be_left(each):
                    yield Tell(
                        f"the {self._noun} {self._called(each)} may be what an interrupted create "
                        "of this resource has made, with other arguments. It is left alone; delete "
                        "it in app.bird.com if nobody needs it"
                    )
            return None
        # What has another name was looked at only because its row did not state that.
        marked = [each for each in seen.items if self._is_marked(each)]
        equal = [each for each in marked if self._wanted.is_met_by(each)]
        if equal and not self._is_forced:
            return (yield from self._take_over(equal))
        # One that is equal, of a resource that the state has, is the one that is being replaced.
        others = [each for each in marked if each not in equal] + equal[1:]
        for each in others:
            yield Tell(
                f"the {self._noun} {self._called(each)} has this resource's mark: it was retained, "
                "or an interrupted run left it. It is left alone; delete it in app.bird.com if "
                "nobody needs it"
            )
        return None

    def after_no_answer(self, seconds: float) -> Generator[Step, Any, Item | None]:
        """After a request without an answer: look until its result is seen, or for long enough to
        say that there is none."""
        for pause in _within(seconds):
            yield Wait(pause)
            # Without a token, what has the same phone number may be it too.
            seen: Seen = yield Look(fresh=True, in_the_way=self._wanted.mark is None)
            self.complete = seen.complete
            if (found := self._ours(seen)) is not None:
                return found
        return None

    def what_is_new(self, item: Item) -> Generator[Step, Any, Item]:
        """What Bird says that it has made. Raises ExistsError where that was there before, or is
        something else."""
        if item["id"] in self._before.listed:
            raise ExistsError(self._in_the_way(item, "is what Bird answered with, and not new"))
        if not self._tells_what_it_is(item):
            item = yield from self._read(item)
        if self._is_older(item):
            raise ExistsError(
                self._in_the_way(item, "is what Bird answered with, and older than the request")
            )
        if self._fits(item):
            return item
        if (found := (yield from self.after_no_answer(sum(PAUSES)))) is not None:
            return found
        raise ExistsError(
            self._in_the_way(item, "is what Bird answered with, and has another name")
        )

    def _tells_what_it_is(self, item: Item) -> bool:
        """Whether an answer tells enough to be taken for new, or for something else."""
        if self._wanted.mark is not None:
            return isinstance(item.get("name"), str)
        asked = self._wanted.description.identity
        return moment(item.get("createdAt")) is not None and all(
            key in item for key in asked if key in self._wanted.body
        )

    def _read(self, item: Item) -> Generator[Step, Any, Item]:
        what = f"Bird answered with the {self._noun} {item['id']}"
        for pause in (0.0, *PAUSES):
            if pause:
                yield Wait(pause)
            try:
                found: Item | None = yield Read(item["id"])
            except BirdError as error:
                raise UnknownOutcomeError(f"{what}. Reading it failed: {error}. {LATER}") from error
            if found is not None:
                return found
        raise UnknownOutcomeError(f"{what}, and does not have it. {LATER}")

    def _is_older(self, item: Item) -> bool:
        """Whether it was there before our request: the listing before that may lag."""
        if self._bears_token(item):
            return False
        began, created = self._before.at, moment(item.get("createdAt"))
        return began is not None and created is not None and created < began - ANSWER_SLACK

    def _fits(self, item: Item) -> bool:
        """Whether an answer can be that to our request, as far as it tells."""
        name = item.get("name")
        if self._wanted.mark is not None:
            return not isinstance(name, str) or self._bears_token(item) or self._is_cut(item)
        stated = {key: item[key] for key in self._wanted.description.identity if key in item}
        return not stated or self._wanted.is_named_like({**self._wanted.body, **stated})

    def _bears_token(self, item: Item) -> bool:
        name, token = item.get("name"), self._wanted.token
        return token is not None and isinstance(name, str) and token in name.lower()

    def _is_cut(self, item: Item) -> bool:
        """Whether it is what we asked for under the beginning of its name: Bird may allow shorter
        names than ours, and the token is at the end."""
        name, asked = str(item["name"]).strip().lower(), str(self._wanted.body["name"]).lower()
        return (
            name != ""
            and asked.startswith(name)
            and self._created_since(item)
            and self._wanted.is_met_by(item)
        )

    def after_conflict(
        self, conflict: RejectedError, unanswered: UnknownOutcomeError | None
    ) -> Generator[Step, Any, Taken | None]:
        """After a conflict: ours if it is proven, by its token or by our earlier request without an
        answer; where somebody is in the way that stays there, say who. None, after a pause, where
        nobody is: a number may be held for a while after its connector is gone."""
        self._conflict = conflict
        seen: Seen = yield Look(fresh=True, in_the_way=True)
        self._leaving = seen.leaving
        proven = self._ours(seen) if unanswered else self._proven(seen.items)
        if proven is not None:
            return Taken(proven, created=unanswered is not None)
        if self._takes_over and not self._is_forced:
            marked = [each for each in seen.items if self._is_marked(each)]
            if equal := [each for each in marked if self._wanted.is_met_by(each)]:
                return Taken((yield from self._take_over(equal)), created=False)
        blocking = [each for each in seen.items if self._may_block(each)]
        if seen.held and not blocking:
            raise ExistsError(self._held(seen.held[0])) from conflict
        if seen.replaced:
            raise ExistsError(self._replaced(seen.replaced[0])) from conflict
        # What may be in the way does not matter where something is that leaves; what is, does.
        staying = [
            each for each in blocking if not seen.leaving or self._wanted.is_blocked_by(each)
        ]
        if staying:
            raise ExistsError(self._in_the_way(staying[0], "exists already")) from conflict
        pause = CONFLICT_PAUSES[min(self._conflicts, len(CONFLICT_PAUSES) - 1)]
        self._conflicts += 1
        if self._waited - self._told >= QUIET:
            self._told = self._waited
            yield Say(f"waiting until what holds the phone number is gone ({self._waited:.0f} s)")
        yield Wait(pause)
        self._waited += pause
        return None

    def explained(self, error: BirdError) -> BirdError:
        """The error; where the time is over because of a conflict, with what that was."""
        if self._conflict is None or not isinstance(error, DeadlineError):
            return error
        return DeadlineError(f"{self._conflict}, for {self._waited:.0f} s. {self._who()}")

    def _may_block(self, item: Item) -> bool:
        # What has the mark and another number is not what is in the way.
        return (
            self._wanted.mark is None
            or self._wanted.is_blocked_by(item)
            or not self._wanted.shows(item)
        )

    def _who(self) -> str:
        if self._leaving:
            return (
                f"The {self._noun} {self._called(self._leaving[0])} holds the phone number, and "
                "this run replaces it, but deletes it only after everything else. Nothing was "
                "created. Where two resources exchange their phone numbers, both need "
                "opts=pulumi.ResourceOptions(delete_before_replace=True)"
            )
        return (
            f"No listing shows the {self._noun} that is in the way: it may be in another "
            "workspace. Look for it in app.bird.com; if nobody needs it, delete it there, "
            'otherwise take it over with adopt="<its id>"'
        )

    def _take_over(self, equal: list[Item]) -> Generator[Step, Any, Item]:
        if not self._takes_over:
            raise ExistsError(self._in_the_way(equal[0], "already is what this one would be"))
        if len(equal) > 1:
            raise ExistsError(self._several(equal))
        yield Tell(
            f"the {self._noun} {self._called(equal[0])} is taken over: it has this resource's mark"
        )
        return equal[0]

    def _ours(self, seen: Seen) -> Item | None:
        """What our unanswered request has made."""
        if self._wanted.mark is not None:
            return self._proven(seen.items)
        new = [each for each in seen.items if each["id"] not in self._old]
        found = self._only([each for each in new if self._wanted.is_met_by(each)])
        doubtful = [found] if found is not None and not self._created_since(found) else []
        if found is None:
            # Bird may have made something else of the arguments: sent again, there would be two.
            doubtful = [each for each in new if self._created_since(each)]
        if doubtful:
            raise ExistsError(self._in_the_way(doubtful[0], "may be this one, or somebody else's"))
        return found

    def _proven(self, items: Sequence[Item]) -> Item | None:
        found = self._only([each for each in items if self._wanted.is_proven_by(each)])
        asked, left = self._wanted.asked, self._wanted.left
        is_asked_for = self.has_posted if left is None else left.asked == asked
        if found is not None and not (is_asked_for or self._wanted.is_met_by(found)):
            raise ProvenError(
                f"the {self._noun} {self._called(found)} was made for this resource by a run that "
                "was interrupted, with other arguments. Nothing was created. Make the arguments "
                "what they were and run `pulumi up`, which takes it over, and change them then; or "
                "delete it in app.bird.com if nobody needs it; or write "
                f'adopt="{found["id"]}" for the resource that is to have it'
            )
        return found

    def _only(self, ours: list[Item]) -> Item | None:
        if len(ours) > 1:
            raise ExistsError(self._several(ours))
        return ours[0] if ours else None

    def _created_since(self, item: Item) -> bool:
        began, created = self._before.at, moment(item.get("createdAt"))
        return began is not None and created is not None and created >= began - CLOCK_SLACK

    def _is_marked(self, item: Item) -> bool:
        return self._wanted.mark is not None and self._wanted.may_be(item)

    def _several(self, items: Sequence[Item]) -> str:
        ids = ", ".join(str(each["id"]) for each in items)
        return (
            f"several of them could be this {self._noun}: {ids}. Take one over with adopt=, or "
            "delete those that nobody needs"
        )

    def _held(self, item: Item) -> str:
        if self._wanted.may_be(item):
            return self._in_the_way(item, "exists already")
        return (
            f"another resource of this stack has the {self._noun} {self._called(item)}, and Bird "
            "allows no second one with the same phone number. Give this resource another number, "
            "or remove one of the two"
        )

    def _replaced(self, item: Item) -> str:
        return (
            f"the {self._noun} {self._called(item)} holds the phone number. This run has replaced "
            "it, and deletes it only when everything else is done. Nothing was created. To keep it "
            f'for this resource: adopt="{item["id"]}". To delete it before its replacement is '
            "created, the other resource needs "
            "opts=pulumi.ResourceOptions(delete_before_replace=True)"
        )

    def _in_the_way(self, item: Item, how: str) -> str:
        said = f"the {self._noun} {self._called(item)} {how}. It was left alone"
        adopt = f'adopt="{item["id"]}"'
        forced = (
            "If this resource has it and a replacement was forced (--replace, state taint, a "
            "trigger), which creates before it deletes: "
            "opts=pulumi.ResourceOptions(delete_before_replace=True)"
        )
        renamed = (
            "If the resource was renamed or moved: "
            'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="<its old name>")])'
        )
        if not self._is_marked(item):
            return (
                f"{said}. An interrupted run may have left it. {forced}. {renamed}. If another "
                f"resource or stack has it, leave it to that one. To take it over: {adopt}"
            )
        return (
            f"{said}: its name has this resource's mark, but not what proves that this resource "
            "made it. An interrupted run elsewhere may have left it, or a resource or stack that "
            f"had this name may have it. {forced}. {renamed}. If nobody has it: {adopt}, or for "
            "one run BIRD_TAKE_OVER=marked (bird:takeOver)"
        )

    @staticmethod
    def _called(item: Item) -> str:
        return f"{item['id']} (name: {item['name']})" if item.get("name") else str(item["id"])

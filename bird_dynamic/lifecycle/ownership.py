"""Decides which observed item is the result of this create. A name or a number never proves that.

Proof of ownership is one of: the answer to our own POST, unless the item existed before; the token
in the name, drawn for this one create by this process, or by an interrupted one that left a record;
the setting `bird:takeOver: marked`, for an item with the resource's mark.

An explicit name has no token: only a single equal item that appeared after our own unanswered
request, by Bird's clock, is ours.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence

from bird_dynamic.bird.models import Item
from bird_dynamic.bird.moments import moment
from bird_dynamic.lifecycle.create_messages import CreateMessages
from bird_dynamic.lifecycle.desired import DesiredState, Match
from bird_dynamic.lifecycle.errors import ExistsError, ProvenError
from bird_dynamic.lifecycle.observe import Observed

CLOCK_SLACK = 2.0
"""Seconds by which Bird's `Date` (whole seconds) and `createdAt` may disagree."""
ANSWER_SLACK = 60.0
"""The same for the answer to our own request, which is almost certainly its result."""


class Ownership:
    """Ownership decisions of one create. `before`: observed before any request was sent."""

    def __init__(self, desired: DesiredState, before: Observed) -> None:
        self._desired = desired
        self._messages = CreateMessages(desired.schema, desired.mark)
        self._before = before
        self._old_ids = {each.item_id for each in before.unmanaged}

    def claim_proven(self, matches: Sequence[Match], *, has_posted: bool) -> Item | None:
        """The item with this create's token, if any. Raises ExistsError for several, and
        ProvenError if it was created with other arguments."""
        found = self._require_single([each for each in matches if each.is_proven])
        if found is None:
            return None
        left = self._desired.left
        is_asked_for = has_posted if left is None else left.asked == self._desired.body_digest
        if not (is_asked_for or found.is_equal):
            raise ProvenError(self._messages.made_with_other_arguments(found.item))
        return found.item

    def claim_unanswered(self, observed: Observed) -> Item | None:
        """The result of our unanswered request, if it exists. Raises ExistsError for an item that
        may be the result or another resource's."""
        if self._desired.mark is not None:
            if (proven := self.claim_proven(observed.unmanaged, has_posted=True)) is not None:
                return proven
            # Bird may have changed the name: a retry would create a second one.
            for each in observed.unmanaged:
                is_new = each.item_id not in self._before.ids
                if is_new and each.is_equal and self._was_created_since(each.item, ANSWER_SLACK):
                    raise ProvenError(*self._messages.doubtful(each.item))
            return None
        new = [each for each in observed.unmanaged if each.item_id not in self._old_ids]
        found = self._require_single([each for each in new if each.is_equal])
        if found is not None:
            if not self._was_created_since(found.item):
                raise ExistsError(*self._messages.doubtful(found.item))
            return found.item
        # Bird may have changed the arguments: a retry would create a second one.
        for each in new:
            if self._was_created_since(each.item):
                raise ExistsError(*self._messages.doubtful(each.item))
        return None

    def require_nothing_unproven(self, observed: Observed, resumed: float) -> None:
        """Raises ProvenError for an equal item that the interrupted create, `resumed` seconds ago,
        may have created under a name that Bird changed: a retry would create a second one."""
        for each in observed.unmanaged:
            is_renamed = self._desired.mark is not None and not each.may_be_ours
            if (
                is_renamed
                and each.is_equal
                and self._was_created_since(each.item, resumed + ANSWER_SLACK)
            ):
                raise ProvenError(*self._messages.doubtful(each.item))

    def is_older(self, item: Item) -> bool:
        """Whether the answered item existed before our request. The listing before it may be stale,
        so the token and `createdAt` count too."""
        if item["id"] in self._before.ids:
            return True
        if self._has_token(item):
            return False
        began, created = self._before.server_time, moment(item.get("createdAt"))
        return began is not None and created is not None and created < began - ANSWER_SLACK

    def is_certain(self, item: Item) -> bool:
        """Whether the answered item is proven to be new, so that a roll-back may delete it."""
        return self._has_token(item) or self._was_created_since(item, ANSWER_SLACK)

    def is_poor(self, item: Item) -> bool:
        """Whether the answered item is too incomplete to decide who created it."""
        if self._desired.mark is not None:
            return not isinstance(item.get("name"), str)
        identity = [key for key in self._desired.schema.identity if key in self._desired.body]
        return moment(item.get("createdAt")) is None or any(key not in item for key in identity)

    def may_answer(self, item: Item) -> bool:
        """Whether the answered item can be the result of our request, as far as it shows."""
        name = item.get("name")
        if self._desired.mark is not None and (not isinstance(name, str) or self._has_token(item)):
            return True
        stated = {key: item[key] for key in self._desired.schema.identity if key in item}
        if self._desired.mark is None and (
            not stated or self._desired.is_identity_of({**self._desired.body, **stated})
        ):
            return True
        # A new item that matches in all else is ours, however Bird changes its identity.
        return self._was_created_since(item, ANSWER_SLACK) and self._has_changed_identity(item)

    def has_mark(self, item: Item) -> bool:
        """Whether the item's name has the resource's mark, or is missing."""
        return self._desired.mark is not None and Match(self._desired, item).may_be_ours

    def _require_single(self, matches: Sequence[Match]) -> Match | None:
        if len(matches) > 1:
            raise ExistsError(self._messages.several([each.item for each in matches]))
        return matches[0] if matches else None

    def _has_token(self, item: Item) -> bool:
        name, token = item.get("name"), self._desired.token
        return token is not None and isinstance(name, str) and token in name.lower()

    def _has_changed_identity(self, item: Item) -> bool:
        """Whether the item's identity can be Bird's form of ours: a name that is cut, escaped,
        normalized or extended; anything for a resource without a name."""
        name, asked = item.get("name"), self._desired.body.get("name")
        if asked is None:
            return True
        if not isinstance(name, str) or not Match(self._desired, item).has_rest:
            return False
        stated, desired = _letters(name), _letters(str(asked))
        return stated != "" and (stated in desired or desired in stated)

    def _was_created_since(self, item: Item, slack: float = CLOCK_SLACK) -> bool:
        began, created = self._before.server_time, moment(item.get("createdAt"))
        return began is not None and created is not None and created >= began - slack


def _letters(text: str) -> str:
    """The letters and digits of a text, independent of escaping and normalization."""
    plain = unicodedata.normalize("NFKC", html.unescape(text)).casefold()
    return "".join(filter(str.isalnum, plain))

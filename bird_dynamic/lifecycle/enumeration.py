"""Enumerates what can be imported as a resource, page by page.

A page starts after the last id of the previous one, in the order of the ids: Bird's own order and
page tokens may change between two requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from bird_dynamic.bird.errors import ConfigurationError
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.error_messages import describing_errors
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.fields import ResourceSchema


@dataclass(frozen=True)
class Position:
    """Where the next page starts: after `count` items, the last of which has the id `after`."""

    count: int = 0
    after: str = ""

    @classmethod
    def of(cls, text: str) -> Position:
        """The position that `str` wrote; the start if the text is empty. Raises
        ConfigurationError."""
        count, separator, after = (text or "0/").partition("/")
        if not separator or not count.isdecimal():
            raise ConfigurationError("the continuation token is not one of this provider")
        return cls(int(count), after)

    def __str__(self) -> str:
        return f"{self.count}/{self.after}"


def page_of_items(
    account: Account,
    schema: ResourceSchema,
    place: Mapping[str, Any],
    start: Position,
    *,
    page_size: int = 0,
    limit: int = 0,
) -> tuple[list[Item], Position | None]:
    """The next items of the schema's kind, and the position after them if there are more.

    `place` may name another location than the settings. At most `page_size` items, and at most
    `limit` on all pages together; 0 is no limit. Raises OperationError.
    """
    with describing_errors(f"Listing {schema.noun}s", schema, account.settings):
        _, session = account.open(schema, place)
        rows = chain.from_iterable(session.collection.pages(session.deadline()))
        found = {row["id"]: row for row in rows if schema.describes(row)}
    left = limit - start.count if limit > 0 else len(found)
    rest = (each for each in sorted(found) if each > start.after)
    wanted = list(islice(rest, max(left, 0)))
    ids = wanted[:page_size] if page_size > 0 else wanted
    if len(ids) == len(wanted):
        return [found[each] for each in ids], None
    return [found[each] for each in ids], Position(start.count + len(ids), ids[-1])

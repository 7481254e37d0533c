"""Looking things up in Bird, by the table of look-ups: one by its id, or what a listing has.

Nothing is changed. What is raised is a `BirdError` whose text is one readable paragraph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any

from bird_dynamic.bird.client import PAGE_SIZE, Collection
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import BirdError, ConfigurationError
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle import properties
from bird_dynamic.lifecycle.account import Account
from bird_dynamic.lifecycle.descriptions.lookups import Lookup
from bird_dynamic.lifecycle.explaining import explained
from bird_dynamic.lifecycle.fields import UUID_TEXT, Description
from bird_dynamic.lifecycle.properties import Properties
from bird_dynamic.settings import workspace_problem

MOST_SHOWN = 5
"""How many candidates an error names."""


class NotFoundError(BirdError):
    """Nothing, or more than one thing, is what was asked for."""


class Lookups:
    """Look-ups in one workspace of an account: the given one, or that of the settings."""

    def __init__(self, account: Account, workspace_id: str | None) -> None:
        self._account = account
        self._workspace_id = workspace_id

    def find(self, lookup: Lookup, given: Mapping[str, Any]) -> list[Properties]:
        """What a look-up finds: exactly one, unless it lists. Rows of a list may lack what only a
        GET of one returns. Raises OperationError for none or several where it finds one."""
        if lookup.by_id:
            return [self._one(lookup.result.finds, given.get("id"))]
        asked = [each for each in lookup.arguments if given.get(each.name) is not None]

        def matches(row: Properties) -> bool:
            return all(each.matches(given[each.name], row[each.of]) for each in asked)

        description = lookup.result.finds
        noun = description.noun
        if lookup.lists:
            with self._doing(description, f"Listing {noun}s"):
                return [row for row in self.all(description) if matches(row)]
        words = ", ".join(f"{each.name} {given[each.name]}" for each in asked)
        with self._doing(description, f"Looking up the {noun}{f' with {words}' * bool(asked)}"):
            rows = self.all(description)
            found = [row for row in rows if matches(row)]
            if len(found) == 1:
                return found
            if found:
                raise NotFoundError(f"there are {len(found)}: {_named(found)}. Ask for one of them")
            has = f"it has {_named(rows)}" if rows else "it has no numbers at all"
            raise NotFoundError(f"the workspace has no such number; {has}")

    def all(self, description: Description) -> list[Properties]:
        """All that a collection of the workspace has. Raises what the sender raises."""
        collection, place, deadline = self._collection(description)
        rows = chain.from_iterable(collection.pages(deadline))
        return [_shown(description, row, place) for row in rows]

    def _one(self, description: Description, item_id: Any) -> Properties:
        noun = description.noun
        with self._doing(description, f"Looking up {noun} {item_id}"):
            if (problem := UUID_TEXT.problem(item_id)) is not None:
                raise NotFoundError(f"id: {problem}")
            collection, place, deadline = self._collection(description)
            item = collection.get(item_id, deadline)
            if item is None:
                raise NotFoundError(f"there is no such {noun} in workspace {place['workspace_id']}")
            return _shown(description, item, place)

    def _collection(self, description: Description) -> tuple[Collection, Properties, Deadline]:
        settings = self._account.settings
        given = self._workspace_id
        if given is not None and (problem := workspace_problem(given)) is not None:
            raise ConfigurationError(f"workspace_id: {problem}")
        place = properties.located(description, {"workspace_id": given}, settings)
        if "workspace_id" not in place:
            raise ConfigurationError(
                f"{settings.unset('workspaceId')} Set it, or pass workspace_id"
            )
        collection = Collection(
            self._account.sender, description.path_of(place), description.page_size or PAGE_SIZE
        )
        return collection, place, Deadline.after(settings.timeout, self._account.sender.clock)

    @contextmanager
    def _doing(self, description: Description, doing: str) -> Iterator[None]:
        settings = self._account.settings
        with explained(doing, description, settings, lambda: [settings.access_key]):
            yield


def _shown(description: Description, item: Item, place: Mapping[str, Any]) -> Properties:
    # What a resource would hold as inputs, a look-up takes from Bird.
    held = {**place, "arguments": item.get("arguments")}
    return properties.state_of(description, item, held)


def _named(numbers: list[Properties]) -> str:
    shown = ", ".join(str(each["number"]) for each in numbers[:MOST_SHOWN])
    more = len(numbers) - MOST_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown

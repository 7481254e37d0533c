"""Look-ups (data sources): read one item by its id, or filter a listing.

Nothing is changed. Errors are `BirdError`s whose text is one readable paragraph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any

from bird_dynamic.bird.errors import ConfigurationError
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.error_messages import describing_errors
from bird_dynamic.lifecycle.errors import NotFoundError
from bird_dynamic.lifecycle.mapping import to_state
from bird_dynamic.lifecycle.session import Account, CollectionSession
from bird_dynamic.schema.fields import Properties, ResourceSchema
from bird_dynamic.schema.kinds import UUID_TEXT
from bird_dynamic.schema.lookups import Lookup
from bird_dynamic.schema.values import workspace_problem

MAX_SHOWN = 5
"""Limit of candidates that an error names."""


class Lookups:
    """Look-ups in the given workspace of an account, or in that of the settings."""

    def __init__(self, account: Account, workspace_id: str | None) -> None:
        self._account = account
        self._workspace_id = workspace_id

    def find(self, lookup: Lookup, given: Mapping[str, Any]) -> list[Properties]:
        """The items that match: exactly one, unless the look-up lists. Rows of a list may lack
        properties that only a GET returns. Raises OperationError unless exactly one matches."""
        if lookup.by_id:
            return [self._one(lookup.result.finds, given.get("id"))]
        asked = [each for each in lookup.arguments if given.get(each.name) is not None]

        def matches(row: Properties) -> bool:
            return all(each.matches(given[each.name], row[each.of]) for each in asked)

        schema = lookup.result.finds
        noun = schema.noun
        if lookup.lists:
            with self._describing_errors(schema, f"Listing {noun}s"):
                return [row for row in self.all(schema) if matches(row)]
        words = ", ".join(f"{each.name} {given[each.name]}" for each in asked)
        with self._describing_errors(
            schema, f"Looking up the {noun}{f' with {words}' * bool(asked)}"
        ):
            rows = self.all(schema)
            found = [row for row in rows if matches(row)]
            if len(found) == 1:
                return found
            if found:
                advice = "" if given.get("number") else ". Pass number to select one"
                raise NotFoundError(f"{len(found)} {noun}s match: {_named(found)}{advice}")
            has = f"it has {_named(rows)}" if rows else "it has no numbers at all"
            raise NotFoundError(f"the workspace has no such number; {has}")

    def all(self, schema: ResourceSchema) -> list[Properties]:
        """All items of a collection of the workspace. Raises what the client raises."""
        place, session = self._open(schema)
        rows = chain.from_iterable(session.collection.pages(session.deadline()))
        return [_shown(schema, row, place) for row in rows]

    def _one(self, schema: ResourceSchema, item_id: Any) -> Properties:
        noun = schema.noun
        with self._describing_errors(schema, f"Looking up {noun} {item_id}"):
            if (problem := UUID_TEXT.problem(item_id)) is not None:
                raise NotFoundError(f"id: {problem}")
            place, session = self._open(schema)
            item = session.collection.get(item_id, session.deadline())
            if item is None:
                raise NotFoundError(f"there is no such {noun} in workspace {place['workspace_id']}")
            return _shown(schema, item, place)

    def _open(self, schema: ResourceSchema) -> tuple[Properties, CollectionSession]:
        given = self._workspace_id
        if given is not None and (problem := workspace_problem(given)) is not None:
            raise ConfigurationError(f"workspace_id: {problem}")
        if given is None and self._account.settings.workspace_id is None:
            unset = self._account.settings.missing_text("workspaceId")
            raise ConfigurationError(f"{unset} Set it, or pass workspace_id")
        return self._account.open(schema, {"workspace_id": given})

    @contextmanager
    def _describing_errors(self, schema: ResourceSchema, doing: str) -> Iterator[None]:
        settings = self._account.settings
        with describing_errors(doing, schema, settings, lambda: [settings.access_key]):
            yield


def _shown(schema: ResourceSchema, item: Item, place: Mapping[str, Any]) -> Properties:
    # A look-up has no inputs: take those that a resource would have from Bird.
    prior = {**place, "arguments": item.get("arguments")}
    return to_state(schema, item, prior)


def _named(numbers: list[Properties]) -> str:
    shown = ", ".join(str(each["number"]) for each in numbers[:MAX_SHOWN])
    more = len(numbers) - MAX_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown

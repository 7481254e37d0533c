"""Look-ups (data sources): read one item by its id, or filter a listing.

Nothing is changed. Errors are `BirdError`s whose text is one readable paragraph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from bird_dynamic.bird.errors import ConfigurationError, RejectedError
from bird_dynamic.bird.ids import IdError
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.error_messages import describing_errors
from bird_dynamic.lifecycle.errors import NotFoundError
from bird_dynamic.lifecycle.mapping import to_state
from bird_dynamic.lifecycle.mistaken_ids import right_id
from bird_dynamic.lifecycle.session import Account, CollectionSession
from bird_dynamic.schema.fields import Properties, ResourceSchema
from bird_dynamic.schema.kinds import WORKSPACE_ID
from bird_dynamic.schema.lookups import Argument, Lookup
from bird_dynamic.schema.phone_numbers import international, named


def as_told(secrets: Iterable[str]) -> Iterator[str]:
    """Secret arguments of a look-up, in each form in which its messages may have them."""
    for text in secrets:
        yield text
        # A message says how a phone number was read.
        if number := international(text):
            yield number


class Lookups:
    """Look-ups in the given workspace of an account, or in that of the settings.

    `argument_name` converts the names of arguments in messages to those that the program uses.
    """

    def __init__(
        self,
        account: Account,
        workspace_id: str | None,
        argument_name: Callable[[str], str] = str,
    ) -> None:
        self._account = account
        self._workspace_id = workspace_id
        self._argument_name = argument_name

    def find(self, lookup: Lookup, given: Mapping[str, Any]) -> list[Properties]:
        """The items that match: exactly one, unless the look-up lists. Rows of a list may lack
        properties that only a GET returns. Raises OperationError unless exactly one matches."""
        if lookup.by_id:
            return [self._one(lookup, given)]
        schema, settings = lookup.result.finds, self._account.settings
        noun = schema.noun
        asked = [each for each in lookup.arguments if given.get(each.name) is not None]
        if lookup.lists:
            with describing_errors(f"Listing {noun}s", schema, settings):
                self._require_correct(lookup, given)
                rows = self.all(schema)
                for each in asked:
                    left, rows = rows, _matching(each, given, rows)
                    if not rows and (mistake := each.mistaken(given[each.name], left)):
                        raise NotFoundError(mistake)
                return rows
        words = ", ".join(
            f"{self._argument_name(each.name)} {_quoted(given[each.name])}" for each in asked
        )
        with describing_errors(
            f"Looking up the {noun}{f' with {words}' * bool(asked)}", schema, settings
        ):
            self._require_correct(lookup, given)
            found = self.all(schema)
            if not found:
                raise NotFoundError("the workspace has no such number; it has no numbers at all")
            for each in asked:
                left, found = found, _matching(each, given, found)
                if not found:
                    raise NotFoundError(each.absent(given[each.name], left))
            if len(found) == 1:
                return [self._completed(lookup, found[0])]
            advice = "" if given.get("number") else ". Pass number to select one"
            raise NotFoundError(f"{len(found)} {noun}s match: {named(found)}{advice}")

    def all(self, schema: ResourceSchema) -> list[Properties]:
        """All items of a collection of the workspace. Raises what the client raises."""
        place, session = self._open(schema)
        rows = chain.from_iterable(session.collection.pages(session.deadline()))
        if schema.unfolded is not None:
            rows = chain.from_iterable(map(schema.unfolded, rows))
        return [_shown(schema, row, place) for row in rows]

    def _completed(self, lookup: Lookup, row: Properties) -> Properties:
        """The row of a listing, with what only a read of the item states. Without the permission to
        read it, the row as it is: the look-up has found its item."""
        schema = lookup.result.finds
        if all(row[name] is not None for name in lookup.needs):
            return row
        place, session = self._open(schema)
        try:
            item = session.collection.get(str(row["id"]), session.deadline())
        except (IdError, RejectedError):
            item = None
        if item is None:
            return row
        read = _shown(schema, item, place)
        return {name: value if read[name] is None else read[name] for name, value in row.items()}

    def _one(self, lookup: Lookup, given: Mapping[str, Any]) -> Properties:
        schema, item_id = lookup.result.finds, given.get("id")
        noun = schema.noun
        what = f"Looking up {noun}{'' if item_id is None else f' {_quoted(item_id)}'}"
        with describing_errors(what, schema, self._account.settings):
            self._require_correct(lookup, given)
            place, session = self._open(schema)
            deadline = session.deadline()
            item = session.collection.get(str(item_id), deadline)
            if item is None:
                meant = right_id(self._account, noun, str(item_id), place, deadline)
                raise NotFoundError(
                    f"there is no such {noun} in workspace {place['workspace_id']}"
                    f"{f': {meant}' if meant else ''}"
                )
            return _shown(schema, item, place)

    def _require_correct(self, lookup: Lookup, given: Mapping[str, Any]) -> None:
        """Raises NotFoundError for arguments that can match nothing, before anything is sent."""
        problems = [
            f"{self._argument_name(each.name)}: {problem}"
            for each in lookup.arguments
            if (value := given.get(each.name)) is not None or each.required
            if (problem := each.kind.problem(value)) is not None
        ]
        if problems:
            raise NotFoundError(". ".join([*problems, *self._problem_of_workspace()]))

    def _open(self, schema: ResourceSchema) -> tuple[Properties, CollectionSession]:
        settings, given = self._account.settings, self._workspace_id
        problems = [*settings.problems, *self._problem_of_workspace()]
        is_told = "workspaceId" in settings.misspelled
        if given is None and settings.workspace_id is None and not is_told:
            how = settings.how_to_set("workspaceId")
            argument = self._argument_name("workspace_id")
            problems.append(f"{settings.missing_text('workspaceId')} {how}, or pass {argument}")
        if problems:
            raise ConfigurationError(" ".join(problems))
        return self._account.open(schema, {"workspace_id": given})

    def _problem_of_workspace(self) -> Iterator[str]:
        given = self._workspace_id
        if given is not None and (problem := WORKSPACE_ID.problem(given)) is not None:
            yield f"{self._argument_name('workspace_id')}: {problem}"


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _shown(schema: ResourceSchema, item: Item, place: Mapping[str, Any]) -> Properties:
    # A look-up has no inputs: take those that a resource would have from Bird.
    prior = {**place, "arguments": item.get("arguments")}
    return to_state(schema, item, prior)


def _matching(
    argument: Argument, given: Mapping[str, Any], rows: list[Properties]
) -> list[Properties]:
    return [row for row in rows if argument.matches(given[argument.name], row[argument.of])]

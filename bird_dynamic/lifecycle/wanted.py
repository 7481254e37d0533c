"""What a create is to bring about, and how its result is told from everything else in Bird."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.fields import Description
from bird_dynamic.lifecycle.naming import automatic_name, bears_mark, bears_token, draw_token
from bird_dynamic.lifecycle.properties import MARK, body, ordered, same, same_where_asked
from bird_dynamic.lifecycle.records import Record


@dataclass(frozen=True)
class Wanted:
    """The body of a create request. With an automatic name, `mark` is the resource's and `token`
    what was drawn for this create; with a name that the program gives (or none at all), both are
    None and nothing proves whose an equal one is."""

    description: Description
    body: Mapping[str, Any]
    mark: str | None = None
    token: str | None = None
    left: str | None = None
    """The identity of what an interrupted create of the resource may have made."""

    @classmethod
    def by(
        cls, description: Description, inputs: Mapping[str, Any], record: Record | None = None
    ) -> Wanted:
        """What a program's inputs ask for, after an interrupted create with that record."""
        left = record.identity if record is not None else None
        if not description.is_named or inputs.get("name") is not None:
            return cls(description, body(description, inputs), left=left)
        mark = str(inputs[MARK])
        token = (record.token if record is not None else None) or draw_token()
        named = {**inputs, "name": automatic_name(mark, token)}
        return cls(description, body(description, named), mark, token, left)

    @cached_property
    def key(self) -> str:
        """The same for two wishes whose results could not be told apart by their identity."""
        return self.mark or repr([self._asked(name) for name in self.description.identity])

    @cached_property
    def identity(self) -> str:
        """A digest of the identity: that may hold what is secret, such as an address."""
        return self._digest(self.body)

    def may_be_left(self, item: Item) -> bool:
        """Whether it has the identity of what an interrupted create asked for."""
        return self.left is not None and self._digest(item) == self.left

    def _digest(self, item: Mapping[str, Any]) -> str:
        asked = [self._ordered(name, item.get(name)) or None for name in self.description.identity]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def is_proven_by(self, item: Item) -> bool:
        """Whether it bears the token of this create, so that it is this create's result."""
        if self.mark is None or self.token is None or not isinstance(item.get("name"), str):
            return False
        return bears_token(item["name"], self.mark, self.token)

    def may_be(self, item: Item) -> bool:
        """Whether it has the identity that is wanted or, with an automatic name, this resource's
        mark; whatever else it has. A row that does not tell its identity may be anything."""
        if self.may_be_left(item):
            return True
        if self.mark is not None:
            return not isinstance(item.get("name"), str) or bears_mark(item["name"], self.mark)
        return self.is_named_like(item)

    def is_named_like(self, item: Item) -> bool:
        """Whether it has the identity that is wanted."""
        return all(
            same(self._asked(name), self._ordered(name, item.get(name)))
            for name in self.description.identity
        )

    def is_met_by(self, item: Item) -> bool:
        """Whether it has all that is asked for, besides an automatic name, as far as Bird states
        it."""
        stated = {field.returned[0] for field in self.description.inputs if field.returned}
        return (self.mark is not None or self.is_named_like(item)) and all(
            same_where_asked(value, item.get(name))
            for name, value in self.body.items()
            if name in stated and name not in self.description.identity
        )

    def is_blocked_by(self, item: Item) -> bool:
        """Whether it holds what only one can hold: the phone number, for the same template."""
        number = self.body.get("arguments", {}).get("phoneNumberId")
        template = self.body.get("connectorTemplateRef")
        if number is None or item.get("connectorTemplateRef") != template:
            return False
        arguments, held = item.get("arguments"), item.get("number")
        return number in (
            arguments.get("phoneNumberId") if isinstance(arguments, Mapping) else None,
            held.get("numberId") if isinstance(held, Mapping) else None,
        )

    @staticmethod
    def shows(row: Item) -> bool:
        """Whether a row of a listing tells what it holds."""
        return bool(row.get("arguments") or row.get("number"))

    def _asked(self, name: str) -> Any:
        return self._ordered(name, self.body.get(name))

    def _ordered(self, name: str, value: Any) -> Any:
        unordered = any(
            field.unordered and field.returned[:1] == (name,) for field in self.description.inputs
        )
        return ordered(value) if unordered else value

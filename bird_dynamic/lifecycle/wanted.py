"""What a create is to bring about, and how its result is told from everything else in Bird."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.diff import are_exclusive, without_version
from bird_dynamic.lifecycle.equality import is_alike, loosened
from bird_dynamic.lifecycle.fields import TEMPLATE, Description
from bird_dynamic.lifecycle.mapping import as_asked, request_body, value_at
from bird_dynamic.lifecycle.naming import MARK, automatic_name, bears_mark, bears_token, draw_token
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
    left: Record | None = None
    """What an interrupted create of the resource has recorded."""

    @classmethod
    def by(
        cls, description: Description, inputs: Mapping[str, Any], record: Record | None = None
    ) -> Wanted:
        """What a program's inputs ask for, after an interrupted create with that record."""
        if not description.is_named or inputs.get("name") is not None:
            return cls(description, request_body(description, inputs), left=record)
        mark = str(inputs[MARK])
        token = (record.token if record is not None else None) or draw_token()
        named = {**inputs, "name": automatic_name(mark, token)}
        return cls(description, request_body(description, named), mark, token, record)

    @cached_property
    def key(self) -> str:
        """The same for two wishes whose results could not be told apart by their identity."""
        return self.mark or repr(
            [loosened(self.body.get(name)) for name in self.description.identity]
        )

    @cached_property
    def identity(self) -> str:
        """A digest of the identity: that may hold what is secret, such as an address."""
        return self._digest(self.body)

    @cached_property
    def asked(self) -> str:
        """A digest of all that is asked for, besides an automatic name and what is secret."""
        hidden = {field.sent[0] for field in self.description.inputs if field.secret}
        asked = {key: value for key, value in self.body.items() if key not in hidden}
        if self.mark is not None:
            asked.pop("name", None)
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def may_be_left(self, item: Item) -> bool:
        """Whether it has the identity of what an interrupted create asked for."""
        return self.left is not None and self._digest(item) == self.left.identity

    def _digest(self, item: Mapping[str, Any]) -> str:
        asked = [loosened(item.get(name)) for name in self.description.identity]
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
        """Whether it has the identity that is wanted, however Bird spells it."""
        return all(
            is_alike(self.body.get(name), item.get(name)) for name in self.description.identity
        )

    def is_met_by(self, item: Item) -> bool:
        """Whether it has all that is asked for, besides an automatic name, as far as Bird states
        it, and however Bird spells it."""
        item = as_asked(self.description, item, self.body)
        stated = {field.returned[0] for field in self.description.inputs if field.returned}
        return (self.mark is not None or self.is_named_like(item)) and all(
            is_alike(self._unversioned(name, value), self._unversioned(name, item.get(name)))
            for name, value in self.body.items()
            if name in stated and name not in self.description.identity
        )

    def is_blocked_by(self, item: Item) -> bool:
        """Whether it holds what only one can hold: the phone number, for the same template."""
        held = as_asked(self.description, item, self.body)
        return are_exclusive(
            self.description,
            lambda path: value_at(path, self.body),
            lambda path: value_at(path, held),
        )

    @staticmethod
    def shows(row: Item) -> bool:
        """Whether a row of a listing tells what it holds."""
        return bool(row.get("arguments") or row.get("number"))

    def _unversioned(self, name: str, value: Any) -> Any:
        """A template without its version, of which Bird may state another one."""
        return without_version(value) if name in self._templates else value

    @cached_property
    def _templates(self) -> frozenset[str]:
        return frozenset(
            field.returned[0] for field in self.description.inputs if field.kind is TEMPLATE
        )

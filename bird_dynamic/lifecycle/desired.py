"""The desired state of a create, and how observed items are matched against it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.diff import are_exclusive, without_version
from bird_dynamic.lifecycle.mapping import as_asked, request_body, value_at
from bird_dynamic.lifecycle.records import Record
from bird_dynamic.schema.equality import is_alike, loosened
from bird_dynamic.schema.fields import TEMPLATE, Properties, ResourceSchema
from bird_dynamic.schema.naming import (
    MARK,
    automatic_name,
    bears_mark,
    bears_token,
    draw_token,
)


@dataclass(frozen=True)
class DesiredState:
    """The body of a create request. With an automatic name, `mark` is the resource's and `token`
    what was drawn for this create; with a name that the program gives (or none at all), both are
    None, and nothing proves whose an equal item is."""

    schema: ResourceSchema
    body: Mapping[str, Any]
    mark: str | None = None
    token: str | None = None
    left: Record | None = None
    """What an interrupted create of the resource has recorded."""

    @classmethod
    def from_inputs(
        cls, schema: ResourceSchema, inputs: Mapping[str, Any], record: Record | None = None
    ) -> DesiredState:
        """What a program's inputs ask for, after an interrupted create with that record."""
        if not schema.is_named or inputs.get("name") is not None:
            return cls(schema, request_body(schema, inputs), left=record)
        mark = str(inputs[MARK])
        token = (record.token if record is not None else None) or draw_token()
        named: Properties = {**inputs, "name": automatic_name(mark, token)}
        return cls(schema, request_body(schema, named), mark, token, record)

    @cached_property
    def lock_key(self) -> str:
        """Equal for desired states whose results could not be told apart."""
        return self.mark or repr([loosened(self.body.get(name)) for name in self.schema.identity])

    @cached_property
    def body_digest(self) -> str:
        """A digest of the body, without what is secret."""
        hidden = {field.request_path[0] for field in self.schema.inputs if field.secret}
        asked = {key: value for key, value in self.body.items() if key not in hidden}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def is_identity_of(self, item: Item) -> bool:
        """Whether an item has the identity that is desired, however Bird spells it."""
        return all(is_alike(self.body.get(name), item.get(name)) for name in self.schema.identity)

    @cached_property
    def stated(self) -> frozenset[str]:
        """The keys of the body that Bird states too."""
        return frozenset(
            field.response_path[0] for field in self.schema.inputs if field.response_path
        )

    def unversioned(self, name: str, value: Any) -> Any:
        """The value of a key; a template without its version, of which Bird may state another."""
        return without_version(value) if name in self._templates else value

    @cached_property
    def _templates(self) -> frozenset[str]:
        return frozenset(
            field.response_path[0] for field in self.schema.inputs if field.kind is TEMPLATE
        )

    @cached_property
    def identity_digest(self) -> str:
        """A digest of the identity, which may hold what is secret, such as an address."""
        return self.digest_of_identity(self.body)

    def digest_of_identity(self, item: Mapping[str, Any]) -> str:
        """The digest of an item's identity."""
        identity = [loosened(item.get(name)) for name in self.schema.identity]
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Match:
    """What an observed item is to a desired state. Each question is answered when it is first
    asked: most rows of a listing are ruled out by the first one."""

    desired: DesiredState
    item: Item

    @property
    def item_id(self) -> str:
        """The id of the item."""
        return str(self.item["id"])

    @cached_property
    def is_proven(self) -> bool:
        """Whether the item bears the token of this create, so that it is this create's result."""
        name, mark, token = self.item.get("name"), self.desired.mark, self.desired.token
        if mark is None or token is None or not isinstance(name, str):
            return False
        return bears_token(name, mark, token)

    @cached_property
    def has_identity(self) -> bool:
        """Whether the item has the identity that is desired or, with an automatic name, the
        resource's mark. An item that does not state its identity may have it."""
        if self.desired.mark is None:
            return self.desired.is_identity_of(self.item)
        name = self.item.get("name")
        return not isinstance(name, str) or bears_mark(name, self.desired.mark)

    @cached_property
    def was_left(self) -> bool:
        """Whether the item has the identity that an interrupted create asked for."""
        left = self.desired.left
        return left is not None and self.desired.digest_of_identity(self.item) == left.identity

    @cached_property
    def is_equal(self) -> bool:
        """Whether the item has everything that is desired besides an automatic name, as far as
        Bird states it, and however Bird spells it."""
        is_named = self.desired.mark is not None
        return (is_named or self.desired.is_identity_of(self.item)) and self.has_rest

    @cached_property
    def has_rest(self) -> bool:
        """Whether the item has everything that is desired besides its identity."""
        desired, item = self.desired, self._with_desired_ids
        return all(
            is_alike(desired.unversioned(name, value), desired.unversioned(name, item.get(name)))
            for name, value in desired.body.items()
            if name in desired.stated and name not in desired.schema.identity
        )

    @cached_property
    def is_in_conflict(self) -> bool:
        """Whether the item holds what only one item can hold."""
        return are_exclusive(
            self.desired.schema,
            lambda path: value_at(path, self.desired.body),
            lambda path: value_at(path, self._with_desired_ids),
        )

    @property
    def may_be_ours(self) -> bool:
        """Whether the item is worth a closer look."""
        return self.has_identity or self.was_left

    @property
    def shows_what_it_holds(self) -> bool:
        """Whether the item states what it holds: the row of a listing may not."""
        return bool(self.item.get("arguments") or self.item.get("number"))

    @cached_property
    def _with_desired_ids(self) -> Item:
        return as_asked(self.desired.schema, self.item, self.desired.body)

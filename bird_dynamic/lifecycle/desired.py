"""The desired state of a create, and how observed items are matched against it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.diff import are_exclusive
from bird_dynamic.lifecycle.mapping import as_asked, request_body, value_at
from bird_dynamic.lifecycle.records import Record
from bird_dynamic.schema.equality import is_alike, is_identical, loosened
from bird_dynamic.schema.fields import Properties, ResourceSchema
from bird_dynamic.schema.naming import (
    MARK,
    automatic_name,
    bears_mark,
    bears_token,
    draw_token,
)
from bird_dynamic.schema.values import without_version


@dataclass(frozen=True)
class DesiredState:
    """The body of a create request. With an automatic name, `mark` identifies the resource and
    `token` this create. With an explicit name, or none, both are None, and nothing proves which
    resource an equal item belongs to."""

    schema: ResourceSchema
    body: Mapping[str, Any]
    mark: str | None = None
    token: str | None = None
    left: Record | None = None
    """The record of an interrupted create of this resource."""

    @classmethod
    def from_inputs(
        cls, schema: ResourceSchema, inputs: Mapping[str, Any], record: Record | None = None
    ) -> DesiredState:
        """The desired state of the inputs; `record` is that of an interrupted create, if any."""
        if not schema.is_named or inputs.get("name") is not None:
            return cls(schema, request_body(schema, inputs), left=record)
        mark = str(inputs[MARK])
        token = (record.token if record is not None else None) or draw_token()
        named: Properties = {**inputs, "name": automatic_name(mark, token)}
        return cls(schema, request_body(schema, named), mark, token, record)

    @cached_property
    def lock_key(self) -> str:
        """Lock key: equal for desired states with the same identity."""
        return self.mark or repr([loosened(self.body.get(name)) for name in self.schema.identity])

    @cached_property
    def body_digest(self) -> str:
        """A digest of the body, without secrets and automatic names. Records of earlier commits
        contain it."""
        hidden = {field.request_path[0] for field in self.schema.inputs if field.secret}
        if self.mark is not None:
            hidden.add("name")
        asked = {key: value for key, value in self.body.items() if key not in hidden}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def is_identity_of(self, item: Item) -> bool:
        """Whether an item has the desired identity, however Bird spells it."""
        return all(is_alike(self.body.get(name), item.get(name)) for name in self.schema.identity)

    @cached_property
    def stated(self) -> frozenset[str]:
        """The keys of the body that Bird returns."""
        return frozenset(
            field.response_path[0] for field in self.schema.inputs if field.response_path
        )

    def unversioned(self, name: str, value: Any) -> Any:
        """The value of a key; a template without its version, which Bird may change."""
        return without_version(value) if name in self._templates else value

    @cached_property
    def _templates(self) -> frozenset[str]:
        return frozenset(
            field.response_path[0] for field in self.schema.inputs if field.kind.is_template
        )

    @cached_property
    def identity_digest(self) -> str:
        """A digest of the identity, which may contain a secret, such as a URL."""
        return self.digest_of_identity(self.body)

    def digest_of_identity(self, item: Mapping[str, Any]) -> str:
        """The digest of an item's identity."""
        identity = [loosened(item.get(name)) for name in self.schema.identity]
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Match:
    """An observed item compared with a desired state. Properties are computed lazily: the first one
    rules out most rows of a listing."""

    desired: DesiredState
    item: Item

    @property
    def item_id(self) -> str:
        """The id of the item."""
        return str(self.item["id"])

    @cached_property
    def is_proven(self) -> bool:
        """Whether the item's name has the token of this create, so that it is its result."""
        name, mark, token = self.item.get("name"), self.desired.mark, self.desired.token
        if mark is None or token is None or not isinstance(name, str):
            return False
        return bears_token(name, mark, token)

    @cached_property
    def has_identity(self) -> bool:
        """Whether the item has the desired identity or, with an automatic name, the resource's
        mark. An item without a name may have it."""
        if self.desired.mark is None:
            return self.desired.is_identity_of(self.item)
        name = self.item.get("name")
        return not isinstance(name, str) or bears_mark(name, self.desired.mark)

    @cached_property
    def may_have_identity(self) -> bool:
        """The same for a row of a listing, which may omit a part of the identity."""
        schema, item = self.desired.schema, self.item
        if schema.is_named:
            return self.has_identity
        stated = {key: item[key] for key in schema.identity if item.get(key) is not None}
        return self.desired.is_identity_of({**self.desired.body, **stated})

    @cached_property
    def was_left(self) -> bool:
        """Whether the item has the identity that an interrupted create requested."""
        left = self.desired.left
        return left is not None and self.desired.digest_of_identity(self.item) == left.identity

    @cached_property
    def is_equal(self) -> bool:
        """Whether the item matches the desired state apart from an automatic name, as far as Bird
        returns it, and however Bird spells it."""
        is_named = self.desired.mark is not None
        return (is_named or self.desired.is_identity_of(self.item)) and self.has_rest

    @property
    def would_be_doubled(self) -> bool:
        """Whether a create would double the item. Without a name, the identity is all that counts:
        a second webhook of the same event, URL and filters sends each event twice."""
        if self.desired.schema.is_named:
            return self.is_equal
        return all(
            is_identical(self.desired.body.get(name), self.item.get(name))
            for name in self.desired.schema.identity
        )

    @cached_property
    def has_rest(self) -> bool:
        """Whether the item matches the desired state apart from its identity."""
        desired, item = self.desired, self._with_desired_ids
        return all(
            is_alike(desired.unversioned(name, value), desired.unversioned(name, item.get(name)))
            for name, value in desired.body.items()
            if name in desired.stated and name not in desired.schema.identity
        )

    @cached_property
    def is_in_conflict(self) -> bool:
        """Whether the item conflicts with the desired state: Bird allows only one of them."""
        return are_exclusive(
            self.desired.schema,
            lambda path: value_at(path, self.desired.body),
            lambda path: value_at(path, self._with_desired_ids),
        )

    @property
    def may_be_ours(self) -> bool:
        """Whether the item may be the result of this create or of an interrupted one."""
        return self.has_identity or self.was_left

    @property
    def shows_what_it_holds(self) -> bool:
        """Whether the item includes `arguments` or `number`: a list row may not."""
        return bool(self.item.get("arguments") or self.item.get("number"))

    @cached_property
    def _with_desired_ids(self) -> Item:
        return as_asked(self.desired.schema, self.item, self.desired.body)

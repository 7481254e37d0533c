"""What a resource may do in its own way: a subclass of `ResourceLifecycle` overrides it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import RejectedError
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.create import Created
from bird_dynamic.lifecycle.mapping import is_stated, to_state, update_body
from bird_dynamic.lifecycle.session import CollectionSession
from bird_dynamic.schema.fields import Properties, ResourceSchema


class Hooks:
    """The resource-specific steps, as a resource without any does them."""

    def __init__(self, schema: ResourceSchema) -> None:
        self.schema = schema

    def problem_of_kind(
        self, item: Item, inputs: Mapping[str, Any], *, imports: bool = False
    ) -> str | None:
        """Why an item that no resource manages yet belongs to another resource; None if it does
        not: resources may share a collection. `imports`: by an import, which names a type."""
        return None

    def explain(
        self,
        session: CollectionSession,
        error: RejectedError,
        inputs: Mapping[str, Any],
        deadline: Deadline,
    ) -> None:
        """Raises ExistsError if existing items explain the refusal of a create."""

    def wait_until_ready(
        self, session: CollectionSession, item: Item, inputs: Properties, deadline: Deadline
    ) -> Item:
        """The item, once it includes what Bird adds asynchronously after a create."""
        return item

    def after_create(
        self, session: CollectionSession, created: Created, inputs: Properties, deadline: Deadline
    ) -> Item:
        """Complete a create: the item with everything that the inputs ask for."""
        return self.wait_until_ready(session, created.item, inputs, deadline)

    def pending_inputs(self, created: Created) -> Properties:
        """The inputs that `after_create` applies, with their values before it."""
        return {}

    def needs_completion(self, state: Mapping[str, Any]) -> bool:
        """Whether the state is that of an unfinished create."""
        return False

    def is_settled(self, state: Mapping[str, Any]) -> bool:
        """Whether Bird has returned the complete item once, so that differences are drift."""
        return True

    def observe(
        self,
        session: CollectionSession,
        item: Item,
        prior: Mapping[str, Any],
        deadline: Deadline,
        *,
        is_first: bool,
    ) -> Properties:
        """The complete state; override if the item alone does not contain it."""
        return to_state(self.schema, item, prior, is_first=is_first)

    def apply_update(
        self,
        session: CollectionSession,
        item_id: str,
        state: Mapping[str, Any],
        inputs: Properties,
        deadline: Deadline,
    ) -> Item | None:
        """Send the update request, if any; the updated item, or None without one."""
        body = update_body(self.schema, state, inputs)
        if not body:
            return None
        item = session.collection.update(item_id, body, deadline)
        if item is not None or not is_stated(self.schema, body):
            return item
        return session.collection.get(item_id, deadline)

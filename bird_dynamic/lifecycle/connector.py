"""Connector lifecycle: waits for the channel that Bird creates asynchronously; manages its
conversational status.

Bird documents no update of a connector: only the conversational status of its channel can be
updated in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bird_dynamic.bird.client import Conversational
from bird_dynamic.bird.clock import Deadline, in_seconds
from bird_dynamic.bird.errors import (
    BirdError,
    DeadlineError,
    NotSentError,
    UnknownOutcomeError,
)
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.create import Created
from bird_dynamic.lifecycle.errors import NoChannelError
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.lifecycle.session import CollectionSession
from bird_dynamic.schema.connector import TEMPLATE_REF
from bird_dynamic.schema.fields import Properties
from bird_dynamic.schema.values import without_version

FIRST_POLL = 0.2

CONVERSATIONAL = "channel_conversational_status_enabled"


class ConnectorLifecycle(ResourceLifecycle):
    """The six operations of the resources that are connectors."""

    def problem_of_kind(
        self, item: Item, inputs: Mapping[str, Any], *, imports: bool = False
    ) -> str | None:
        """A connector of another template than that of this resource is one of `Connector`."""
        default = self.schema.by_name[TEMPLATE_REF.name].default
        expected = inputs.get(TEMPLATE_REF.name) or default
        template = item.get("connectorTemplateRef")
        if default is None or not isinstance(template, str):
            return None
        if without_version(template) == without_version(expected):
            return None
        return (
            f"the connector {item['id']} is made from the template {template}, not from "
            f"{expected}: use Connector for it, not {self.schema.type_name}"
            + "; `pulumi import` calls it bird:index:Connector"
            * imports
        )

    def needs_completion(self, state: Mapping[str, Any]) -> bool:
        return not state.get("channel_id") and state.get("wait_for_channel") is not False

    def is_settled(self, state: Mapping[str, Any]) -> bool:
        return bool(state.get("channel_id"))

    def after_create(
        self, session: CollectionSession, created: Created, inputs: Properties, deadline: Deadline
    ) -> Item:
        item = super().after_create(session, created, inputs, deadline)
        if not created.is_new and inputs.get(CONVERSATIONAL) is not None and _has_channel(item):
            channel_id = item["channel"]["channelId"]
            self._switch(session, inputs).set(channel_id, inputs[CONVERSATIONAL], deadline)
        return item

    def pending_inputs(self, created: Created) -> Properties:
        return {} if created.is_new else {CONVERSATIONAL: None}

    def wait_until_ready(
        self, session: CollectionSession, item: Item, inputs: Properties, deadline: Deadline
    ) -> Item:
        """Poll until Bird has created the channel, which it does in the background."""
        if inputs.get("wait_for_channel") is False or _has_channel(item):
            return item
        last: BirdError | None = None
        waiting = f"connector {item['id']}: waiting for its channel"
        for _ in session.polls(FIRST_POLL, deadline, waiting):
            # 404 means "not yet": a read may lag behind a create that Bird has confirmed.
            try:
                item = session.collection.get(item["id"], deadline) or item
            except (NotSentError, UnknownOutcomeError) as error:
                # A temporary failure proves nothing about the channel.
                last = error
            if _has_channel(item):
                return item
        raise DeadlineError(f"Bird created no channel within {in_seconds(deadline.seconds)}", last)

    def observe(
        self,
        session: CollectionSession,
        item: Item,
        prior: Mapping[str, Any],
        deadline: Deadline,
        *,
        is_first: bool,
    ) -> Properties:
        observed = super().observe(session, item, prior, deadline, is_first=is_first)
        if observed.get(CONVERSATIONAL) is not None and observed.get("channel_id"):
            channel_id = observed["channel_id"]
            observed[CONVERSATIONAL] = self._switch(session, prior).get(channel_id, deadline)
        return observed

    def apply_update(
        self,
        session: CollectionSession,
        item_id: str,
        state: Mapping[str, Any],
        inputs: Properties,
        deadline: Deadline,
    ) -> Item | None:
        """An omitted conversational status is not changed."""
        wanted = inputs.get(CONVERSATIONAL)
        if wanted is not None and wanted != state.get(CONVERSATIONAL):
            channel_id = state.get("channel_id") or _channel_of(session, item_id, deadline)
            self._switch(session, state).set(channel_id, wanted, deadline)
        return None

    @staticmethod
    def _switch(session: CollectionSession, props: Mapping[str, Any]) -> Conversational:
        return Conversational(session.collection.client, props["workspace_id"])


def _channel_of(session: CollectionSession, item_id: str, deadline: Deadline) -> str:
    """The id of the connector's channel. Raises NoChannelError."""
    item = session.collection.get(item_id, deadline) or {}
    if not _has_channel(item):
        raise NoChannelError(
            f"{CONVERSATIONAL} belongs to the connector's channel, which Bird has not created "
            "yet. Nothing was changed"
        )
    return str(item["channel"]["channelId"])


def _has_channel(item: Item) -> bool:
    channel = item.get("channel")
    return isinstance(channel, Mapping) and bool(channel.get("channelId"))

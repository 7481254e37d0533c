"""Webhook subscription lifecycle: the create request has no `status`, so an update sets it."""

from __future__ import annotations

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.create import Created
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.lifecycle.session import CollectionSession
from bird_dynamic.schema.fields import Properties


class WebhookSubscriptionLifecycle(ResourceLifecycle):
    """The six operations of a webhook subscription."""

    def pending_inputs(self, created: Created) -> Properties:
        return {"status": created.item.get("status", "active")}

    def after_create(
        self, session: CollectionSession, created: Created, inputs: Properties, deadline: Deadline
    ) -> Item:
        status = inputs["status"]
        if created.item.get("status", "active") == status:
            return created.item
        session.collection.update(created.item["id"], {"status": status}, deadline)
        return {**created.item, "status": status}

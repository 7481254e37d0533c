"""What a webhook subscription does besides: its create request takes no status."""

from __future__ import annotations

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.account import Session
from bird_dynamic.lifecycle.creation import Taken
from bird_dynamic.lifecycle.fields import Properties
from bird_dynamic.lifecycle.resource import ResourceLifecycle


class WebhookSubscriptionLifecycle(ResourceLifecycle):
    """The six operations of a webhook subscription."""

    def _unfinished_inputs(self, taken: Taken) -> Properties:
        return {"status": taken.item.get("status", "active")}

    def _finished(
        self, session: Session, taken: Taken, inputs: Properties, deadline: Deadline
    ) -> Item:
        status = inputs["status"]
        if taken.item.get("status", "active") == status:
            return taken.item
        session.collection.update(taken.item["id"], {"status": status}, deadline)
        return {**taken.item, "status": status}

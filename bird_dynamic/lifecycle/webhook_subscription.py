"""Webhook subscription lifecycle: the create request has no `status`, so an update sets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.check import Checked
from bird_dynamic.lifecycle.create import Created
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.lifecycle.session import CollectionSession
from bird_dynamic.schema.fields import Properties


class WebhookSubscriptionLifecycle(ResourceLifecycle):
    """The six operations of a webhook subscription."""

    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Checked:
        checked = super().check(olds, news)
        filters = news.get("event_filters")
        if isinstance(filters, list) and any(map(self._filters_on_a_connector, filters)):
            problem = (
                "event_filters: the value of the filter channelId is the id of a connector; use "
                "its channel_id"
            )
            return replace(checked, failures=(*checked.failures, problem))
        return checked

    def _filters_on_a_connector(self, each: Any) -> bool:
        if not isinstance(each, Mapping) or each.get("key") != "channelId":
            return False
        value = each.get("value")
        return isinstance(value, str) and self._run.managed.is_managed(value)

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

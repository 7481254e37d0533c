"""The lifecycle of each resource, by class name."""

from __future__ import annotations

from collections.abc import Mapping

from bird_dynamic.lifecycle.connector import ConnectorLifecycle
from bird_dynamic.lifecycle.resource import Accounts, ResourceLifecycle
from bird_dynamic.lifecycle.webhook_subscription import WebhookSubscriptionLifecycle
from bird_dynamic.schema.resources import SCHEMAS

_OPERATIONS: Mapping[str, type[ResourceLifecycle]] = {
    "VoiceChannel": ConnectorLifecycle,
    "Connector": ConnectorLifecycle,
    "WebhookSubscription": WebhookSubscriptionLifecycle,
}
"""The lifecycles that override hooks."""


def lifecycle_of(
    type_name: str, accounts: Accounts, *, keeps_half_created: bool = False
) -> ResourceLifecycle:
    """The lifecycle of a resource. Raises KeyError for an unknown name."""
    operations = _OPERATIONS.get(type_name, ResourceLifecycle)
    return operations(SCHEMAS[type_name], accounts, keeps_half_created=keeps_half_created)

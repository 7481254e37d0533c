"""What each resource does, by the name of its class."""

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
"""Those that do something in their own way."""


def lifecycle(
    type_name: str, accounts: Accounts, *, keeps_half_created: bool = False
) -> ResourceLifecycle:
    """The six operations of a resource. Raises KeyError for a name that no resource has."""
    operations = _OPERATIONS.get(type_name, ResourceLifecycle)
    return operations(SCHEMAS[type_name], accounts, keeps_half_created=keeps_half_created)

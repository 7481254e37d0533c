"""All resources, by class name, with their schemas and lifecycles."""

from __future__ import annotations

from collections.abc import Mapping

from bird_dynamic.lifecycle.connector import ConnectorLifecycle
from bird_dynamic.lifecycle.resource import Accounts, ResourceLifecycle
from bird_dynamic.lifecycle.webhook_subscription import WebhookSubscriptionLifecycle
from bird_dynamic.schema.connector import CONNECTOR
from bird_dynamic.schema.fields import ResourceSchema
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.schema.webhook_subscription import WEBHOOK_SUBSCRIPTION

_KINDS: Mapping[str, tuple[ResourceSchema, type[ResourceLifecycle]]] = {
    VOICE_CHANNEL.type_name: (VOICE_CHANNEL, ConnectorLifecycle),
    CONNECTOR.type_name: (CONNECTOR, ConnectorLifecycle),
    WEBHOOK_SUBSCRIPTION.type_name: (WEBHOOK_SUBSCRIPTION, WebhookSubscriptionLifecycle),
}
SCHEMAS: Mapping[str, ResourceSchema] = {name: kind[0] for name, kind in _KINDS.items()}


def lifecycle(
    type_name: str, accounts: Accounts, *, keeps_half_created: bool = False
) -> ResourceLifecycle:
    """The lifecycle of a resource. Raises KeyError for an unknown name."""
    schema, operations = _KINDS[type_name]
    return operations(schema, accounts, keeps_half_created=keeps_half_created)

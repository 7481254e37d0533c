"""All resource schemas, by class name."""

from __future__ import annotations

from collections.abc import Mapping

from bird_dynamic.schema.connector import CONNECTOR
from bird_dynamic.schema.fields import ResourceSchema
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.schema.webhook_subscription import WEBHOOK_SUBSCRIPTION

SCHEMAS: Mapping[str, ResourceSchema] = {
    schema.type_name: schema for schema in (VOICE_CHANNEL, CONNECTOR, WEBHOOK_SUBSCRIPTION)
}
"""If two schemas share a collection, the more specific one comes first."""

# Generated from the tables by tools/classes.py: run `make docs`, do not edit.
"""The same resources through the plugin `pulumi-resource-bird`; only the import changes.

    from bird_dynamic.native import VoiceChannel

The next `pulumi up` moves a stack from the classes of `bird_dynamic`, and changes nothing in Bird:
each class has the alias of the other. `Pulumi.yaml` names the folder of the plugin:

    plugins: {providers: [{name: bird, path: .venv/bin}]}
"""

from __future__ import annotations

from bird_dynamic.components import phone_line
from bird_dynamic.lookups import (
    GetChannelResult,
    GetConnectorResult,
    GetPhoneNumberResult,
    GetWebhookEventResult,
    LookupFailedError,
    get_channel,
    get_channel_output,
    get_connector,
    get_connector_output,
    get_phone_number,
    get_phone_number_output,
    get_phone_numbers,
    get_phone_numbers_output,
    get_webhook_events,
    get_webhook_events_output,
    list_connectors,
    list_connectors_output,
)
from bird_dynamic.resources import connector, voice_channel, webhook_subscription
from bird_dynamic.resources.over_plugin import OverPlugin
from bird_dynamic.resources.provider import Provider

__all__ = [
    "Connector",
    "GetChannelResult",
    "GetConnectorResult",
    "GetPhoneNumberResult",
    "GetWebhookEventResult",
    "LookupFailedError",
    "PhoneLine",
    "Provider",
    "VoiceChannel",
    "WebhookSubscription",
    "get_channel",
    "get_channel_output",
    "get_connector",
    "get_connector_output",
    "get_phone_number",
    "get_phone_number_output",
    "get_phone_numbers",
    "get_phone_numbers_output",
    "get_webhook_events",
    "get_webhook_events_output",
    "list_connectors",
    "list_connectors_output",
]


class VoiceChannel(OverPlugin, voice_channel.VoiceChannel):
    """See `bird_dynamic.VoiceChannel`."""


class Connector(OverPlugin, connector.Connector):
    """See `bird_dynamic.Connector`."""


class WebhookSubscription(OverPlugin, webhook_subscription.WebhookSubscription):
    """See `bird_dynamic.WebhookSubscription`."""


class PhoneLine(phone_line.PhoneLine):
    """See `bird_dynamic.PhoneLine`."""

    CHANNEL_CLASS = VoiceChannel
    WEBHOOK_CLASS = WebhookSubscription

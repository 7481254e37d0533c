# Generated from the tables by tools/classes.py: run `make docs`, do not edit.
"""A Pulumi provider for Bird: voice channels, connectors and webhooks declared in code.

    from bird_dynamic import VoiceChannel

    support = VoiceChannel("support", phone_number_id="2cffb55c-120e-91a8-8f10-ed9d1b412d29")

Names are imported on first use, so that the emulator starts without Pulumi.
(PYTEST_DONT_REWRITE prevents a warning if a program that has imported this runs pytest.)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bird_dynamic.command.audit import (
        Audit,
        AuditedNumber,
        AuditFailedError,
        AuditFinding,
        audit,
    )
    from bird_dynamic.components.phone_line import PhoneLine
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
    from bird_dynamic.resources.connector import Connector
    from bird_dynamic.resources.voice_channel import VoiceChannel
    from bird_dynamic.resources.webhook_subscription import WebhookSubscription
__all__ = [
    "Audit",
    "AuditFailedError",
    "AuditFinding",
    "AuditedNumber",
    "Connector",
    "GetChannelResult",
    "GetConnectorResult",
    "GetPhoneNumberResult",
    "GetWebhookEventResult",
    "LookupFailedError",
    "PhoneLine",
    "VoiceChannel",
    "WebhookSubscription",
    "audit",
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
_PLACES = {
    "Connector": "bird_dynamic.resources.connector",
    "VoiceChannel": "bird_dynamic.resources.voice_channel",
    "WebhookSubscription": "bird_dynamic.resources.webhook_subscription",
    "PhoneLine": "bird_dynamic.components.phone_line",
    "Audit": "bird_dynamic.command.audit",
    "AuditFailedError": "bird_dynamic.command.audit",
    "AuditFinding": "bird_dynamic.command.audit",
    "AuditedNumber": "bird_dynamic.command.audit",
    "audit": "bird_dynamic.command.audit",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES.get(name, "bird_dynamic.lookups")), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]

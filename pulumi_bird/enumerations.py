# Generated from the tables by tools/enumerations.py: run `make docs`, do not edit.
"""Documented values, under the names that programs of `pulumi convert` use."""

from __future__ import annotations

__all__ = [
    "ConnectorTemplate",
    "PhoneNumberCapability",
    "WebhookEvent",
    "WebhookFilterKey",
    "WebhookService",
    "WebhookStatus",
]


class ConnectorTemplate:
    """Templates that Bird documents; others exist."""

    VOICE_MESSAGEBIRD1 = "voice-messagebird:1"
    SMS_MESSAGEBIRD1 = "sms-messagebird:1"
    WHATSAPP1 = "whatsapp:1"
    EMAIL_MESSAGEBIRD1 = "email-messagebird:1"
    INSTAGRAM1 = "instagram:1"
    FACEBOOK1 = "facebook:1"
    TELEGRAM1 = "telegram:1"
    LINE1 = "line:1"


class PhoneNumberCapability:
    """The documented capabilities, in either direction or in one; others exist."""

    VOICE = "voice"
    VOICE_INBOUND = "voice-inbound"
    VOICE_OUTBOUND = "voice-outbound"
    SMS = "sms"
    SMS_INBOUND = "sms-inbound"
    SMS_OUTBOUND = "sms-outbound"
    MMS = "mms"
    MMS_INBOUND = "mms-inbound"
    MMS_OUTBOUND = "mms-outbound"
    FAX = "fax"
    FAX_INBOUND = "fax-inbound"
    FAX_OUTBOUND = "fax-outbound"
    WHATSAPP = "whatsapp"
    WHATSAPP_INBOUND = "whatsapp-inbound"
    WHATSAPP_OUTBOUND = "whatsapp-outbound"


class WebhookEvent:
    """Events that are documented or were seen; others exist."""

    CHANNEL_CREATED = "channel.created"
    CHANNEL_UPDATED = "channel.updated"
    CONVERSATION_CREATED = "conversation.created"
    CONVERSATION_UPDATED = "conversation.updated"
    SMS_INBOUND = "sms.inbound"
    SMS_OUTBOUND = "sms.outbound"
    VOICE_INBOUND = "voice.inbound"
    VOICE_OUTBOUND = "voice.outbound"
    WHATSAPP_INBOUND = "whatsapp.inbound"
    WHATSAPP_INTERACTION = "whatsapp.interaction"
    WHATSAPP_OUTBOUND = "whatsapp.outbound"


class WebhookFilterKey:
    """The documented keys of filters; others exist."""

    CHANNEL_ID = "channelId"
    MESSAGE_STATUS = "messageStatus"
    INTERACTION_TYPE = "interactionType"
    PLATFORM_ID = "platformId"
    CHANNEL_STATUS = "channelStatus"
    STATUS = "status"


class WebhookService:
    """The documented parts of Bird; others exist."""

    CHANNELS = "channels"
    NUMBERS = "numbers"
    CONVERSATIONS = "conversations"
    PAYMENTS = "payments"


class WebhookStatus:
    """Whether a webhook subscription sends events."""

    ACTIVE = "active"
    INACTIVE = "inactive"

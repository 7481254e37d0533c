# Generated from the tables by tools/classes.py: run `make docs`, do not edit.
"""Look-ups (data sources) of existing phone numbers, connectors, channels and webhook events.

Each look-up runs with the program, also in previews. Each has two forms: a plain function that
returns its result, and one that ends in `_output`, which accepts outputs of other resources and
returns an output.

They use the same settings as the resources: `bird:accessKey`, …, then the environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from bird_dynamic.lookup_base import (
    LookupFailedError,
    find_all,
    find_all_output,
    find_one,
    find_one_output,
)

__all__ = [
    "GetChannelResult",
    "GetConnectorResult",
    "GetPhoneNumberResult",
    "GetWebhookEventResult",
    "LookupFailedError",
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


@dataclass(frozen=True)
class GetPhoneNumberResult:
    """A phone number of the workspace.

    Source: Bird's numbers API, "Long code numbers".
    """

    id: str
    """Id (UUID) of the number: the `phone_number_id` of a voice channel. Example:
    `"2cffb55c-120e-91a8-8f10-ed9d1b412d29"`."""
    endpoint_id: str | None
    """Bird's second id (UUID) for the number, often the same. Example:
    `"2cffb55c-120e-91a8-8f10-ed9d1b412d29"`."""
    number: str
    """The number in international form. Example: `"+31612345678"`."""
    country: str | None
    """Two-letter country code. Example: `"NL"`."""
    type: str | None
    """`local`, `mobile`, `national`, `toll-free` or another type. Example: `"mobile"`."""
    capabilities: list[str]
    """Capabilities of the number, each with its direction. Example: `["voice-inbound",
    "sms-outbound"]`."""
    connector_ids: list[str] | None = None
    """Ids (UUIDs) of the connectors that use the number: empty if there are none, None if Bird
    does not say. Example: `["b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11"]`."""
    voice_inbound_status: str | None = None
    """Status of voice for incoming calls: `active`, `inactive` or another one; None if Bird
    states none. Assumed: only `active` is ready. Example: `"active"`."""
    voice_outbound_status: str | None = None
    """Status of voice for outgoing calls: `active`, `inactive` or another one; None if Bird
    states none. Assumed: only `active` is ready. Example: `"active"`."""
    voice_issues: list[str] | None = None
    """Why voice is not ready, in Bird's words, with the direction if an issue has one: empty if
    there are none, None if Bird does not say. Example: `["inbound:
    subscription-is-not-active"]`."""


@dataclass(frozen=True)
class GetConnectorResult:
    """A connector of any template.

    Source: Bird's "Channel connectors" reference.
    """

    connector_id: str
    """Id (UUID) of the connector: the `id` of its resource. Example:
    `"b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11"`."""
    name: str | None
    """Name of the connector. Example: `"support line"`."""
    connector_template_ref: str | None
    """Template that the connector is made from, and its version: `name:version`. Example:
    `"sms-messagebird:1"`."""
    connector_template_slug: str | None
    """Template reference without its version. Example: `"voice-messagebird"`."""
    arguments: dict[str, Any] | None
    """Arguments of the template, with Bird's own names. Example: `{"channelMessageType":
    "promotional"}`."""
    channel_id: str | None
    """Id (UUID) of the channel, which the Voice Calls API needs. Example:
    `"5d2f1a64-9a0e-4a0c-8a5c-3b9f7e21c0d4"`."""
    platform: str | None
    """Platform of the channel. Example: `"voice-messagebird"`."""
    phone_number: str | None
    """The phone number in international form. Example: `"+31612345678"`."""
    number: dict[str, Any] | None
    """Bird's details of the phone number: `number_id`, `country`, `capabilities` (a list) and
    more. Example: `{"country": "NL", "capabilities": ["voice-inbound"]}`."""
    region: str | None
    """Region that the connector is installed in."""
    routing_key: str | None
    """Routing key of the connector."""
    description: str | None
    """Bird's description of the connector."""
    workspace_id: str
    """Id (UUID) of the workspace. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`."""
    created_at: str | None = None
    """When the connector was created, in ISO 8601. Example: `"2026-01-31T09:30:00.000Z"`."""
    updated_at: str | None = None
    """When the connector was last changed, in ISO 8601. Example: `"2026-01-31T09:30:00.000Z"`."""


@dataclass(frozen=True)
class GetChannelResult:
    """A channel.

    Source: Bird's channels API, "Channels management".
    """

    id: str
    """Id (UUID) of the channel. Example: `"5d2f1a64-9a0e-4a0c-8a5c-3b9f7e21c0d4"`."""
    name: str | None = None
    """Name of the channel."""
    connector_id: str | None = None
    """Id (UUID) of the connector that the channel belongs to. Example:
    `"b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11"`."""
    platform: str | None = None
    """Platform of the channel. Example: `"voice-messagebird"`."""
    identifier: str | None = None
    """Address on the platform; for voice and SMS, the phone number. Example: `"+31612345678"`."""
    status: str | None = None
    """Status of the channel. Example: `"active"`."""
    created_at: str | None = None
    """When the channel was created, in ISO 8601. Example: `"2026-01-31T09:30:00.000Z"`."""
    updated_at: str | None = None
    """When the channel was last changed, in ISO 8601. Example: `"2026-01-31T09:30:00.000Z"`."""


@dataclass(frozen=True)
class GetWebhookEventResult:
    """An event that a webhook subscription of the workspace can have.

    Source: Bird's notifications API, "List available webhook events".
    """

    service: str
    """Part of Bird that sends the event: the `service` of a `WebhookSubscription`. Example:
    `"channels"`."""
    event: str
    """Name of the event: the `event` of a `WebhookSubscription`. Example: `"voice.inbound"`."""
    filter_keys: list[str] | None = None
    """Keys that the `event_filters` of a `WebhookSubscription` can have for this event: empty if
    there are none, None if Bird does not say. Example: `["channelId", "status"]`."""


def get_phone_number(
    number: str | None = None,
    *,
    country: str | None = None,
    capability: str | None = None,
    workspace_id: str | None = None,
    profile: str | None = None,
) -> GetPhoneNumberResult:
    """The one phone number of the workspace that matches all arguments.

    It shows which connectors use the number, and whether voice is ready. If Bird's listing does
    not, this is read with one more request.

    :param number: Phone number with its country code, in any notation: `+31 6 1234 5678`, `0031…`,
        `tel:+31…`. Example: `"+31612345678"`.
    :param country: Two-letter country code. Example: `"NL"`.
    :param capability: Capability: `voice`, or one direction, such as `voice-inbound`. Example:
        `"voice"`.
    :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
        BIRD_WORKSPACE_ID. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`.
    :param profile: Account to use, as the prefix of its configuration keys: `bird-eu` reads
        `bird-eu:accessKey` and the other `bird-eu:` keys, and no environment variables. If omitted,
        `bird`. Example: `"bird-eu"`.
    :raises LookupFailedError: If not exactly one item matches.
    """
    given = {
        "number": number,
        "country": country,
        "capability": capability,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return find_one("get_phone_number", GetPhoneNumberResult, given)


def get_phone_numbers(
    *,
    country: str | None = None,
    capability: str | None = None,
    workspace_id: str | None = None,
    profile: str | None = None,
) -> list[GetPhoneNumberResult]:
    """All phone numbers of the workspace, or those of a country or with a capability.

    Bird's listing may omit properties that `get_phone_number` returns.

    :param country: Two-letter country code. Example: `"NL"`.
    :param capability: Capability: `voice`, or one direction, such as `voice-inbound`. Example:
        `"voice"`.
    :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
        BIRD_WORKSPACE_ID. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`.
    :param profile: Account to use, as the prefix of its configuration keys: `bird-eu` reads
        `bird-eu:accessKey` and the other `bird-eu:` keys, and no environment variables. If omitted,
        `bird`. Example: `"bird-eu"`.
    :raises LookupFailedError: If the request fails.
    """
    given = {
        "country": country,
        "capability": capability,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return find_all("get_phone_numbers", GetPhoneNumberResult, given)


def get_connector(
    id: str,
    *,
    workspace_id: str | None = None,
    profile: str | None = None,
) -> GetConnectorResult:
    """A connector by its id.

    :param id: Id (UUID) of the connector. Example: `"b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11"`.
    :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
        BIRD_WORKSPACE_ID. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`.
    :param profile: Account to use, as the prefix of its configuration keys: `bird-eu` reads
        `bird-eu:accessKey` and the other `bird-eu:` keys, and no environment variables. If omitted,
        `bird`. Example: `"bird-eu"`.
    :raises LookupFailedError: If not exactly one item matches.
    """
    given = {"id": id, "workspace_id": workspace_id, "profile": profile}
    return find_one("get_connector", GetConnectorResult, given)


def list_connectors(
    *,
    connector_template_ref: str | None = None,
    name: str | None = None,
    workspace_id: str | None = None,
    profile: str | None = None,
) -> list[GetConnectorResult]:
    """All connectors of the workspace, or those of a template or a name.

    Bird's listing may omit properties that `get_connector` returns.

    :param connector_template_ref: Template and its version, `name:version`. Example:
        `"voice-messagebird:1"`.
    :param name: Name of the connector. Example: `"support line"`.
    :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
        BIRD_WORKSPACE_ID. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`.
    :param profile: Account to use, as the prefix of its configuration keys: `bird-eu` reads
        `bird-eu:accessKey` and the other `bird-eu:` keys, and no environment variables. If omitted,
        `bird`. Example: `"bird-eu"`.
    :raises LookupFailedError: If the request fails.
    """
    given = {
        "connector_template_ref": connector_template_ref,
        "name": name,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return find_all("list_connectors", GetConnectorResult, given)


def get_channel(
    id: str,
    *,
    workspace_id: str | None = None,
    profile: str | None = None,
) -> GetChannelResult:
    """A channel by its id.

    :param id: Id (UUID) of the channel. Example: `"5d2f1a64-9a0e-4a0c-8a5c-3b9f7e21c0d4"`.
    :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
        BIRD_WORKSPACE_ID. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`.
    :param profile: Account to use, as the prefix of its configuration keys: `bird-eu` reads
        `bird-eu:accessKey` and the other `bird-eu:` keys, and no environment variables. If omitted,
        `bird`. Example: `"bird-eu"`.
    :raises LookupFailedError: If not exactly one item matches.
    """
    given = {"id": id, "workspace_id": workspace_id, "profile": profile}
    return find_one("get_channel", GetChannelResult, given)


def get_webhook_events(
    service: str | None = None,
    *,
    workspace_id: str | None = None,
    profile: str | None = None,
) -> list[GetWebhookEventResult]:
    """All events that webhook subscriptions of the workspace can have, or those of a service, with
    the keys of their filters.

    :param service: Part of Bird whose events are wanted. Example: `"channels"`.
    :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
        BIRD_WORKSPACE_ID. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`.
    :param profile: Account to use, as the prefix of its configuration keys: `bird-eu` reads
        `bird-eu:accessKey` and the other `bird-eu:` keys, and no environment variables. If omitted,
        `bird`. Example: `"bird-eu"`.
    :raises LookupFailedError: If the request fails.
    """
    given = {"service": service, "workspace_id": workspace_id, "profile": profile}
    return find_all("get_webhook_events", GetWebhookEventResult, given)


def get_phone_number_output(
    number: pulumi.Input[str] | None = None,
    *,
    country: pulumi.Input[str] | None = None,
    capability: pulumi.Input[str] | None = None,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
) -> pulumi.Output[GetPhoneNumberResult]:
    """`get_phone_number` for outputs."""
    given = {
        "number": number,
        "country": country,
        "capability": capability,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return find_one_output("get_phone_number", GetPhoneNumberResult, given)


def get_phone_numbers_output(
    *,
    country: pulumi.Input[str] | None = None,
    capability: pulumi.Input[str] | None = None,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
) -> pulumi.Output[list[GetPhoneNumberResult]]:
    """`get_phone_numbers` for outputs."""
    given = {
        "country": country,
        "capability": capability,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return find_all_output("get_phone_numbers", GetPhoneNumberResult, given)


def get_connector_output(
    id: pulumi.Input[str],
    *,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
) -> pulumi.Output[GetConnectorResult]:
    """`get_connector` for outputs."""
    given = {"id": id, "workspace_id": workspace_id, "profile": profile}
    return find_one_output("get_connector", GetConnectorResult, given)


def list_connectors_output(
    *,
    connector_template_ref: pulumi.Input[str] | None = None,
    name: pulumi.Input[str] | None = None,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
) -> pulumi.Output[list[GetConnectorResult]]:
    """`list_connectors` for outputs."""
    given = {
        "connector_template_ref": connector_template_ref,
        "name": name,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return find_all_output("list_connectors", GetConnectorResult, given)


def get_channel_output(
    id: pulumi.Input[str],
    *,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
) -> pulumi.Output[GetChannelResult]:
    """`get_channel` for outputs."""
    given = {"id": id, "workspace_id": workspace_id, "profile": profile}
    return find_one_output("get_channel", GetChannelResult, given)


def get_webhook_events_output(
    service: pulumi.Input[str] | None = None,
    *,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
) -> pulumi.Output[list[GetWebhookEventResult]]:
    """`get_webhook_events` for outputs."""
    given = {"service": service, "workspace_id": workspace_id, "profile": profile}
    return find_all_output("get_webhook_events", GetWebhookEventResult, given)

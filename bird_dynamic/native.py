# Generated from the tables by tools/classes.py: run `make docs`, do not edit.
"""The same resources through the plugin `pulumi-resource-bird`; only the import changes.

    from bird_dynamic.native import VoiceChannel

The next `pulumi up` moves a stack from the classes of `bird_dynamic`, and changes nothing in Bird:
each class has the alias of the other. `Pulumi.yaml` names the folder of the plugin:

    plugins: {providers: [{name: bird, path: .venv/bin}]}
"""

from __future__ import annotations

import pulumi

from bird_dynamic.components import phone_line
from bird_dynamic.lookup_over_plugin import find_all, find_all_output, find_one, find_one_output
from bird_dynamic.lookups import (
    GetChannelResult,
    GetConnectorResult,
    GetPhoneNumberResult,
    GetWebhookEventResult,
    LookupFailedError,
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


def get_phone_number(
    number: str | None = None,
    *,
    country: str | None = None,
    capability: str | None = None,
    workspace_id: str | None = None,
    profile: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
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
    :param opts: Pulumi's invoke options, such as `pulumi.InvokeOptions(provider=eu)`: the account
        of a `Provider`, or of the one that a `parent` passes on. Not with `profile`.
    :raises LookupFailedError: If not exactly one item matches.
    """
    given = {
        "number": number,
        "country": country,
        "capability": capability,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return find_one("get_phone_number", GetPhoneNumberResult, given, opts)


def get_phone_numbers(
    *,
    country: str | None = None,
    capability: str | None = None,
    workspace_id: str | None = None,
    profile: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
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
    :param opts: Pulumi's invoke options, such as `pulumi.InvokeOptions(provider=eu)`: the account
        of a `Provider`, or of the one that a `parent` passes on. Not with `profile`.
    :raises LookupFailedError: If the request fails.
    """
    given = {
        "country": country,
        "capability": capability,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return find_all("get_phone_numbers", GetPhoneNumberResult, given, opts)


def get_connector(
    id: str,
    *,
    workspace_id: str | None = None,
    profile: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> GetConnectorResult:
    """A connector by its id.

    :param id: Id (UUID) of the connector. Example: `"b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11"`.
    :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
        BIRD_WORKSPACE_ID. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`.
    :param profile: Account to use, as the prefix of its configuration keys: `bird-eu` reads
        `bird-eu:accessKey` and the other `bird-eu:` keys, and no environment variables. If omitted,
        `bird`. Example: `"bird-eu"`.
    :param opts: Pulumi's invoke options, such as `pulumi.InvokeOptions(provider=eu)`: the account
        of a `Provider`, or of the one that a `parent` passes on. Not with `profile`.
    :raises LookupFailedError: If not exactly one item matches.
    """
    given = {"id": id, "workspace_id": workspace_id, "profile": profile}
    return find_one("get_connector", GetConnectorResult, given, opts)


def list_connectors(
    *,
    connector_template_ref: str | None = None,
    name: str | None = None,
    workspace_id: str | None = None,
    profile: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
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
    :param opts: Pulumi's invoke options, such as `pulumi.InvokeOptions(provider=eu)`: the account
        of a `Provider`, or of the one that a `parent` passes on. Not with `profile`.
    :raises LookupFailedError: If the request fails.
    """
    given = {
        "connector_template_ref": connector_template_ref,
        "name": name,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return find_all("list_connectors", GetConnectorResult, given, opts)


def get_channel(
    id: str,
    *,
    workspace_id: str | None = None,
    profile: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> GetChannelResult:
    """A channel by its id.

    :param id: Id (UUID) of the channel. Example: `"5d2f1a64-9a0e-4a0c-8a5c-3b9f7e21c0d4"`.
    :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
        BIRD_WORKSPACE_ID. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`.
    :param profile: Account to use, as the prefix of its configuration keys: `bird-eu` reads
        `bird-eu:accessKey` and the other `bird-eu:` keys, and no environment variables. If omitted,
        `bird`. Example: `"bird-eu"`.
    :param opts: Pulumi's invoke options, such as `pulumi.InvokeOptions(provider=eu)`: the account
        of a `Provider`, or of the one that a `parent` passes on. Not with `profile`.
    :raises LookupFailedError: If not exactly one item matches.
    """
    given = {"id": id, "workspace_id": workspace_id, "profile": profile}
    return find_one("get_channel", GetChannelResult, given, opts)


def get_webhook_events(
    service: str | None = None,
    *,
    workspace_id: str | None = None,
    profile: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> list[GetWebhookEventResult]:
    """All events that webhook subscriptions of the workspace can have, or those of a service, with
    the keys of their filters.

    :param service: Part of Bird whose events are wanted. Example: `"channels"`.
    :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
        BIRD_WORKSPACE_ID. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`.
    :param profile: Account to use, as the prefix of its configuration keys: `bird-eu` reads
        `bird-eu:accessKey` and the other `bird-eu:` keys, and no environment variables. If omitted,
        `bird`. Example: `"bird-eu"`.
    :param opts: Pulumi's invoke options, such as `pulumi.InvokeOptions(provider=eu)`: the account
        of a `Provider`, or of the one that a `parent` passes on. Not with `profile`.
    :raises LookupFailedError: If the request fails.
    """
    given = {"service": service, "workspace_id": workspace_id, "profile": profile}
    return find_all("get_webhook_events", GetWebhookEventResult, given, opts)


def get_phone_number_output(
    number: pulumi.Input[str] | None = None,
    *,
    country: pulumi.Input[str] | None = None,
    capability: pulumi.Input[str] | None = None,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[GetPhoneNumberResult]:
    """`get_phone_number` for outputs."""
    given = {
        "number": number,
        "country": country,
        "capability": capability,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return find_one_output("get_phone_number", GetPhoneNumberResult, given, opts)


def get_phone_numbers_output(
    *,
    country: pulumi.Input[str] | None = None,
    capability: pulumi.Input[str] | None = None,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[list[GetPhoneNumberResult]]:
    """`get_phone_numbers` for outputs."""
    given = {
        "country": country,
        "capability": capability,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return find_all_output("get_phone_numbers", GetPhoneNumberResult, given, opts)


def get_connector_output(
    id: pulumi.Input[str],
    *,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[GetConnectorResult]:
    """`get_connector` for outputs."""
    given = {"id": id, "workspace_id": workspace_id, "profile": profile}
    return find_one_output("get_connector", GetConnectorResult, given, opts)


def list_connectors_output(
    *,
    connector_template_ref: pulumi.Input[str] | None = None,
    name: pulumi.Input[str] | None = None,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[list[GetConnectorResult]]:
    """`list_connectors` for outputs."""
    given = {
        "connector_template_ref": connector_template_ref,
        "name": name,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return find_all_output("list_connectors", GetConnectorResult, given, opts)


def get_channel_output(
    id: pulumi.Input[str],
    *,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[GetChannelResult]:
    """`get_channel` for outputs."""
    given = {"id": id, "workspace_id": workspace_id, "profile": profile}
    return find_one_output("get_channel", GetChannelResult, given, opts)


def get_webhook_events_output(
    service: pulumi.Input[str] | None = None,
    *,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[list[GetWebhookEventResult]]:
    """`get_webhook_events` for outputs."""
    given = {"service": service, "workspace_id": workspace_id, "profile": profile}
    return find_all_output("get_webhook_events", GetWebhookEventResult, given, opts)

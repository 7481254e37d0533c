# Generated from the tables by tools/classes.py: run `make docs`, do not edit.
"""The resource class `VoiceChannel`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pulumi

from bird_dynamic.resources.base import BirdResource
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL

if TYPE_CHECKING:
    from typing_extensions import Self

REFERENCE = (
    "gASVQgAAAAAAAACMHmJpcmRfZHluYW1pYy5wcm92aWRlcnMuZHluYW1pY5SMCHByb3ZpZGVylJOU"
    "jAxWb2ljZUNoYW5uZWyUhZRSlC4="
)
"""`bird_dynamic.providers.dynamic.provider("VoiceChannel")`, pickled. FROZEN: every state holds
it."""


class VoiceChannel(BirdResource, module="bird", name="VoiceChannel"):
    """A voice connector installed in a Bird workspace, and its channel, whose `channel_id` the
    Voice Calls API needs.

    Source: Bird's page "Installing a Voice channel".
    """

    SCHEMA = VOICE_CHANNEL
    REFERENCE = REFERENCE

    phone_number_id: pulumi.Output[str]
    name: pulumi.Output[str]
    connector_template_ref: pulumi.Output[str]
    arguments: pulumi.Output[dict[str, Any] | None]
    security_arguments: pulumi.Output[dict[str, Any] | None]
    channel_conversational_status_enabled: pulumi.Output[bool | None]
    invitation_token: pulumi.Output[str | None]
    workspace_id: pulumi.Output[str]
    profile: pulumi.Output[str | None]
    adopt: pulumi.Output[str | None]
    create_timeout: pulumi.Output[str | float | None]
    delete_timeout: pulumi.Output[str | float | None]
    connector_id: pulumi.Output[str]
    """Id (UUID) of the connector: the `id` of its resource. Example:
    `"b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11"`."""
    channel_id: pulumi.Output[str]
    """Id (UUID) of the channel, which the Voice Calls API needs. Example:
    `"5d2f1a64-9a0e-4a0c-8a5c-3b9f7e21c0d4"`."""
    platform: pulumi.Output[str | None]
    """Platform of the channel. Example: `"voice-messagebird"`."""
    phone_number: pulumi.Output[str | None]
    """The phone number in international form. Example: `"+31612345678"`."""
    number: pulumi.Output[dict[str, Any] | None]
    """Bird's details of the phone number: `number_id`, `country`, `capabilities` (a list) and
    more. Example: `{"country": "NL", "capabilities": ["voice-inbound"]}`."""
    region: pulumi.Output[str | None]
    """Region that the connector is installed in."""
    routing_key: pulumi.Output[str | None]
    """Routing key of the connector."""
    description: pulumi.Output[str | None]
    """Bird's description of the connector."""
    connector_template_slug: pulumi.Output[str | None]
    """Template reference without its version. Example: `"voice-messagebird"`."""
    created_at: pulumi.Output[str]
    """When the connector was created, in ISO 8601. Example: `"2026-01-31T09:30:00.000Z"`."""
    updated_at: pulumi.Output[str | None]
    """When the connector was last changed, in ISO 8601. Example: `"2026-01-31T09:30:00.000Z"`."""

    def __init__(
        self,
        resource_name: str,
        *,
        phone_number_id: pulumi.Input[str],
        name: pulumi.Input[str] | None = None,
        connector_template_ref: pulumi.Input[str] = "voice-messagebird:1",
        arguments: pulumi.Input[Mapping[str, Any]] | None = None,
        security_arguments: pulumi.Input[Mapping[str, Any]] | None = None,
        channel_conversational_status_enabled: pulumi.Input[bool] | None = None,
        invitation_token: pulumi.Input[str] | None = None,
        workspace_id: pulumi.Input[str] | None = None,
        profile: pulumi.Input[str] | None = None,
        adopt: pulumi.Input[str] | None = None,
        create_timeout: pulumi.Input[str | float] | None = None,
        delete_timeout: pulumi.Input[str | float] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a voice channel.

        Changing an input replaces the connector and gives a new `channel_id`. The old connector is
        deleted first if Bird does not allow both (same workspace, template and phone number). Only
        `channel_conversational_status_enabled` is updated in place.

        :param resource_name: The name of the resource in the program.
        :param phone_number_id: Id (UUID) of a phone number of the workspace that can make or take
            voice calls. Example: `"2cffb55c-120e-91a8-8f10-ed9d1b412d29"`.
        :param name: Name of the connector. If omitted, each create generates one: the resource's
            name, a digest of stack and resource, and random characters, by which a later run
            recognizes the connector of an interrupted create. Example: `"support line"`.
        :param connector_template_ref: Template that the connector is made from, and its version:
            `name:version`. Example: `"voice-messagebird:1"`.
        :param arguments: More arguments of the template, with Bird's own names. Bird documents none
            for voice besides the phone number.
        :param security_arguments: Arguments of the template's security schemes. Secret; Bird never
            returns them. Example: `{"scheme": {"key": "value"}}`.
        :param channel_conversational_status_enabled: Whether inbound messages open conversations.
            If omitted, Bird's setting is not changed. Example: `False`.
        :param invitation_token: Token for a template that is not generally available. Secret; Bird
            never returns it.
        :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
            BIRD_WORKSPACE_ID. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`.
        :param profile: Account to use, as the prefix of its configuration keys: `bird-eu` reads
            `bird-eu:accessKey` and the other `bird-eu:` keys, and no environment variables. If
            omitted, `bird`. Example: `"bird-eu"`.
        :param adopt: Id (UUID) of an existing item to adopt instead of creating one. It must match
            the other arguments; otherwise, the first `up` fails and lists the differences. Example:
            `"b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11"`.
        :param create_timeout: Timeout of creates, as a string or in seconds. If omitted,
            `bird:timeout` or BIRD_TIMEOUT. Example: `"10m"`.
        :param delete_timeout: Timeout of deletes, as a string or in seconds. If omitted,
            `bird:timeout` or BIRD_TIMEOUT. Example: `"10m"`.
        :param opts: Pulumi's resource options.
        """
        super().__init__(
            resource_name,
            {
                "phone_number_id": phone_number_id,
                "name": name,
                "connector_template_ref": connector_template_ref,
                "arguments": arguments,
                "security_arguments": security_arguments,
                "channel_conversational_status_enabled": channel_conversational_status_enabled,
                "invitation_token": invitation_token,
                "workspace_id": workspace_id,
                "profile": profile,
                "adopt": adopt,
                "create_timeout": create_timeout,
                "delete_timeout": delete_timeout,
            },
            opts,
        )

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],
        *,
        workspace_id: pulumi.Input[str] | None = None,
        profile: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Read an existing voice channel; this stack never changes or deletes it.

        It is read in every preview and `up`. Fails if it does not exist.

        :param resource_name: The name of the resource in the program.
        :param id: Id (UUID) of the connector.
        :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
            BIRD_WORKSPACE_ID. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`.
        :param profile: Account to use, as the prefix of its configuration keys: `bird-eu` reads
            `bird-eu:accessKey` and the other `bird-eu:` keys, and no environment variables. If
            omitted, `bird`. Example: `"bird-eu"`.
        :param opts: Pulumi's resource options.
        """
        place = {"workspace_id": workspace_id, "profile": profile}
        return cls._get(resource_name, id, place, opts)

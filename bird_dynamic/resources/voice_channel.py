"""`VoiceChannel`: a phone number that makes and takes voice calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from bird_dynamic.resources.connector_resource import ConnectorResource
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL

REFERENCE = (
    "gASVQgAAAAAAAACMHmJpcmRfZHluYW1pYy5wcm92aWRlcnMuZHluYW1pY5SMCHByb3ZpZGVylJOU"
    "jAxWb2ljZUNoYW5uZWyUhZRSlC4="
)
"""`bird_dynamic.providers.dynamic.provider("VoiceChannel")`, pickled. FROZEN: every state holds
it."""


class VoiceChannel(ConnectorResource, module="bird", name="VoiceChannel"):
    """A voice connector installed in a Bird workspace, with the channel that Bird makes for it.

    `channel_id` is what the Voice Calls API asks for. Source: Bird's page "Installing a Voice
    channel".
    """

    DESCRIPTION = VOICE_CHANNEL
    REFERENCE = REFERENCE

    phone_number_id: pulumi.Output[str]
    """Id (UUID) of the phone number."""

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

        Changing an input replaces the connector, the old one deleted first, and gives a new
        `channel_id`; only `channel_conversational_status_enabled` is switched in place, and `adopt`
        changes nothing.

        :param resource_name: the name of the resource in the program.
        :param phone_number_id: id (UUID) of a phone number of the workspace that can make or take
            voice calls.
        :param name: name of the connector. If omitted, each create makes one up: the resource's
            name, a digest of stack and resource, and random characters, by which a later run
            recognises what an interrupted one has made.
        :param connector_template_ref: the template and its version, `slug:version`.
        :param arguments: further arguments of the template, with Bird's own names.
        :param security_arguments: arguments of the template's security schemes. Secret; Bird never
            returns them.
        :param channel_conversational_status_enabled: whether inbound messages open conversations.
            Left alone if omitted.
        :param invitation_token: for templates that are not generally available. Secret; Bird never
            returns it.
        :param workspace_id: id (UUID) of the workspace. If omitted, `bird:workspaceId` or
            BIRD_WORKSPACE_ID.
        :param profile: the account to use, as the prefix of its configuration keys: `bird-eu` for
            `bird-eu:accessKey` and its siblings. No environment variable stands in for those. If
            omitted, `bird`.
        :param adopt: id (UUID) of an existing connector to take over instead of creating one. It
            must be what the other arguments say; the first `up` fails and says how it differs if it
            is not.
        :param create_timeout: the longest that creating may take, such as "10m", or seconds; if
            omitted, `bird:timeout` or BIRD_TIMEOUT.
        :param delete_timeout: the longest that deleting may take; likewise.
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

"""`Connector`: any of Bird's connectors, such as one for SMS or WhatsApp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from bird_dynamic.resources.connector_resource import ConnectorResource
from bird_dynamic.schema.connector import CONNECTOR

REFERENCE = (
    "gASVPwAAAAAAAACMHmJpcmRfZHluYW1pYy5wcm92aWRlcnMuZHluYW1pY5SMCHByb3ZpZGVylJOU"
    "jAlDb25uZWN0b3KUhZRSlC4="
)
"""`bird_dynamic.providers.dynamic.provider("Connector")`, pickled. FROZEN: every state holds it."""


class Connector(ConnectorResource, module="bird", name="Connector"):
    """A connector of any template installed in a Bird workspace, with the channel that it brings.

    For voice, `VoiceChannel` is the same with the phone number as an argument of its own. Source:
    Bird's "Channel connectors" reference.
    """

    DESCRIPTION = CONNECTOR
    REFERENCE = REFERENCE

    check_arguments: pulumi.Output[bool]
    wait_for_channel: pulumi.Output[bool]

    def __init__(
        self,
        resource_name: str,
        *,
        connector_template_ref: pulumi.Input[str],
        name: pulumi.Input[str] | None = None,
        arguments: pulumi.Input[Mapping[str, Any]] | None = None,
        security_arguments: pulumi.Input[Mapping[str, Any]] | None = None,
        channel_conversational_status_enabled: pulumi.Input[bool] | None = None,
        invitation_token: pulumi.Input[str] | None = None,
        workspace_id: pulumi.Input[str] | None = None,
        check_arguments: pulumi.Input[bool] = True,
        wait_for_channel: pulumi.Input[bool] = True,
        profile: pulumi.Input[str] | None = None,
        adopt: pulumi.Input[str] | None = None,
        create_timeout: pulumi.Input[str | float] | None = None,
        delete_timeout: pulumi.Input[str | float] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a connector.

        Changing an input replaces the connector, the old one deleted first, and gives a new
        `channel_id`; only `channel_conversational_status_enabled` is switched in place, and `adopt`
        changes nothing.

        :param resource_name: the name of the resource in the program.
        :param connector_template_ref: the template and its version, such as `sms-messagebird:1`.
        :param name: name of the connector. If omitted, each create makes one up: the resource's
            name, a digest of stack and resource, and random characters, by which a later run
            recognises what an interrupted one has made.
        :param arguments: arguments of the template, with Bird's own names.
        :param security_arguments: arguments of the template's security schemes. Secret; Bird never
            returns them.
        :param channel_conversational_status_enabled: whether inbound messages open conversations.
            Left alone if omitted.
        :param invitation_token: for templates that are not generally available. Secret; Bird never
            returns it.
        :param workspace_id: id (UUID) of the workspace. If omitted, `bird:workspaceId` or
            BIRD_WORKSPACE_ID.
        :param check_arguments: whether the arguments of templates that this package knows are
            checked before anything is sent. False sends them as they are.
        :param wait_for_channel: whether creating waits for the connector's channel. False for
            templates that bring none.
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
                "name": name,
                "connector_template_ref": connector_template_ref,
                "arguments": arguments,
                "security_arguments": security_arguments,
                "channel_conversational_status_enabled": channel_conversational_status_enabled,
                "invitation_token": invitation_token,
                "workspace_id": workspace_id,
                "check_arguments": check_arguments,
                "wait_for_channel": wait_for_channel,
                "profile": profile,
                "adopt": adopt,
                "create_timeout": create_timeout,
                "delete_timeout": delete_timeout,
            },
            opts,
        )

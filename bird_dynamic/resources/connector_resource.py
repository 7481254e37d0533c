"""What all classes whose resources are connectors have in common: their outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from bird_dynamic.resources.base import BirdResource

if TYPE_CHECKING:
    from typing_extensions import Self


class ConnectorResource(BirdResource):
    """A connector of any template, as far as it is the same for all of them."""

    channel_id: pulumi.Output[str]
    """Id (UUID) of the channel, for the Voice Calls API."""
    connector_id: pulumi.Output[str]
    """Id (UUID) of the connector; the resource's own id too."""
    workspace_id: pulumi.Output[str]
    """Id (UUID) of the workspace that the connector is in."""
    name: pulumi.Output[str]
    """Name of the connector: the one given, or the one made up."""
    platform: pulumi.Output[str | None]
    """Platform of the channel, such as `voice-messagebird`."""
    phone_number: pulumi.Output[str | None]
    """The phone number in international form, such as `+31612345678`."""
    number: pulumi.Output[dict[str, Any] | None]
    """All that Bird tells about the number: `number_id`, `country`, `capabilities` (a list) and
    more."""
    region: pulumi.Output[str | None]
    """Region that the connector is installed in."""
    routing_key: pulumi.Output[str | None]
    """Routing key of the connector."""
    description: pulumi.Output[str | None]
    """Bird's description of the connector."""
    connector_template_slug: pulumi.Output[str | None]
    """Template reference without its version."""
    created_at: pulumi.Output[str]
    """When the connector was created, in ISO 8601."""
    updated_at: pulumi.Output[str | None]
    """When the connector was last changed, in ISO 8601."""
    connector_template_ref: pulumi.Output[str]
    arguments: pulumi.Output[dict[str, Any] | None]
    security_arguments: pulumi.Output[dict[str, Any] | None]
    channel_conversational_status_enabled: pulumi.Output[bool | None]
    invitation_token: pulumi.Output[str | None]
    profile: pulumi.Output[str | None]
    adopt: pulumi.Output[str | None]
    create_timeout: pulumi.Output[str | float | None]
    delete_timeout: pulumi.Output[str | float | None]

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
        """A connector that exists, read and never changed or deleted by this stack.

        It is read in every preview and `up`; one that is not there is an error.

        :param resource_name: the name of the resource in the program.
        :param id: id (UUID) of the connector.
        :param workspace_id: id (UUID) of the workspace. If omitted, by configuration.
        :param profile: the account to use, as the prefix of its configuration keys.
        :param opts: Pulumi's resource options.
        """
        return cls._get(resource_name, id, {"workspace_id": workspace_id, "profile": profile}, opts)

"""`WebhookSubscription`: where Bird sends the events of a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pulumi

from bird_dynamic.resources.base import BirdResource
from bird_dynamic.schema.webhook_subscription import WEBHOOK_SUBSCRIPTION

if TYPE_CHECKING:
    from typing_extensions import Self

REFERENCE = (
    "gASVSQAAAAAAAACMHmJpcmRfZHluYW1pYy5wcm92aWRlcnMuZHluYW1pY5SMCHByb3ZpZGVylJOU"
    "jBNXZWJob29rU3Vic2NyaXB0aW9ulIWUUpQu"
)
"""`bird_dynamic.providers.dynamic.provider("WebhookSubscription")`, pickled. FROZEN: every state
holds it."""


class WebhookSubscription(BirdResource, module="bird", name="WebhookSubscription"):
    """A subscription of an address of yours to an event of Bird, such as an inbound voice call.

    Source: Bird's notifications API, "Webhook subscriptions".
    """

    DESCRIPTION = WEBHOOK_SUBSCRIPTION
    REFERENCE = REFERENCE

    webhook_subscription_id: pulumi.Output[str]
    """Id (UUID) of the webhook subscription; the resource's own id too."""
    service: pulumi.Output[str]
    event: pulumi.Output[str]
    url: pulumi.Output[str]
    event_filters: pulumi.Output[list[dict[str, str]] | None]
    signing_key: pulumi.Output[str | None]
    status: pulumi.Output[str]
    template: pulumi.Output[str | None]
    workspace_id: pulumi.Output[str]
    organization_id: pulumi.Output[str | None]
    profile: pulumi.Output[str | None]
    adopt: pulumi.Output[str | None]
    create_timeout: pulumi.Output[str | float | None]
    delete_timeout: pulumi.Output[str | float | None]
    created_at: pulumi.Output[str]
    """When it was created, in ISO 8601."""
    updated_at: pulumi.Output[str | None]
    """When it was last changed, in ISO 8601."""

    def __init__(
        self,
        resource_name: str,
        *,
        service: pulumi.Input[str],
        event: pulumi.Input[str],
        url: pulumi.Input[str],
        event_filters: pulumi.Input[Sequence[pulumi.Input[Mapping[str, pulumi.Input[str]]]]]
        | None = None,
        signing_key: pulumi.Input[str] | None = None,
        status: pulumi.Input[str] = "active",
        template: pulumi.Input[str] | None = None,
        workspace_id: pulumi.Input[str] | None = None,
        organization_id: pulumi.Input[str] | None = None,
        profile: pulumi.Input[str] | None = None,
        adopt: pulumi.Input[str] | None = None,
        create_timeout: pulumi.Input[str | float] | None = None,
        delete_timeout: pulumi.Input[str | float] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a webhook subscription.

        Changing `service` or `event` replaces it, the new one created first, so that no event is
        missed; the rest is changed in place. Leaving out a `signing_key` or `template` that was set
        replaces it too, because Bird documents no way to take them back.

        :param resource_name: the name of the resource in the program.
        :param service: the part of Bird whose events are sent: `channels`, `numbers`,
            `conversations` or `payments`.
        :param event: the event, such as `voice.inbound`.
        :param url: where Bird sends the events; https, with a public host name.
        :param event_filters: which of the events: those that fit every key, as a list of
            `{"key": "channelId", "value": support.channel_id}`. One `channelId` at most.
        :param signing_key: key that Bird signs what it sends with. Secret; not read back.
        :param status: `active`, or `inactive` to send nothing for the moment.
        :param template: template of what is sent.
        :param workspace_id: id (UUID) of the workspace. If omitted, `bird:workspaceId` or
            BIRD_WORKSPACE_ID.
        :param organization_id: id (UUID) of its organization. If omitted, `bird:organizationId` or
            BIRD_ORGANIZATION_ID.
        :param profile: the account to use, as the prefix of its configuration keys: `bird-eu` for
            `bird-eu:accessKey` and its siblings. No environment variable stands in for those. If
            omitted, `bird`.
        :param adopt: id (UUID) of an existing subscription to take over instead of creating one. It
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
                "service": service,
                "event": event,
                "url": url,
                "event_filters": event_filters,
                "signing_key": signing_key,
                "status": status,
                "template": template,
                "workspace_id": workspace_id,
                "organization_id": organization_id,
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
        organization_id: pulumi.Input[str] | None = None,
        profile: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """A webhook subscription that exists, read and never changed or deleted by this stack.

        It is read in every preview and `up`; one that is not there is an error.

        :param resource_name: the name of the resource in the program.
        :param id: id (UUID) of the webhook subscription.
        :param workspace_id: id (UUID) of the workspace. If omitted, by configuration.
        :param organization_id: id (UUID) of its organization. If omitted, by configuration.
        :param profile: the account to use, as the prefix of its configuration keys.
        :param opts: Pulumi's resource options.
        """
        place = {
            "workspace_id": workspace_id,
            "organization_id": organization_id,
            "profile": profile,
        }
        return cls._get(resource_name, id, place, opts)

# Generated from the tables by tools/classes.py: run `make docs`, do not edit.
"""The resource class `WebhookSubscription`."""

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
    """A webhook: Bird sends an event, such as an inbound voice call, to your URL.

    Source: Bird's notifications API, "Webhook subscriptions".
    """

    SCHEMA = WEBHOOK_SUBSCRIPTION
    REFERENCE = REFERENCE

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
    webhook_subscription_id: pulumi.Output[str]
    """Id (UUID) of the webhook subscription: the `id` of its resource. Example:
    `"9a570c1e-6f0f-4a11-82f4-a2f06d1c4f0b"`."""
    status_reason: pulumi.Output[str | None]
    """Bird's explanation of the present status, if it has one."""
    created_at: pulumi.Output[str]
    """When the subscription was created, in ISO 8601. Example: `"2026-01-31T09:30:00.000Z"`."""
    updated_at: pulumi.Output[str | None]
    """When the subscription was last changed, in ISO 8601. Example:
    `"2026-01-31T09:30:00.000Z"`."""

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

        Changing `service` or `event` replaces the subscription. The new one is created first, so
        that no event is missed. The other inputs are updated in place. Removing a `signing_key` or
        `template` also replaces it, because Bird documents no way to unset them.

        :param resource_name: The name of the resource in the program.
        :param service: Part of Bird whose events are sent: `channels`, `numbers`, `conversations`
            or `payments`. Example: `"channels"`.
        :param event: Event that is sent. Example: `"voice.inbound"`.
        :param url: URL that Bird sends the events to: https, with a public host name. Example:
            `"https://example.com/calls"`.
        :param event_filters: Which of the events are sent: those that match every filter. At most
            one filter has the key `channelId`. Example: `[{"key": "channelId", "value":
            "5d2f1a64-9a0e-4a0c-8a5c-3b9f7e21c0d4"}]`.
        :param signing_key: Key that Bird signs the events with. Secret; Bird never returns it.
        :param status: `active`, or `inactive` to pause the events. Example: `"inactive"`.
        :param template: Template of the events that are sent.
        :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
            BIRD_WORKSPACE_ID. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`.
        :param organization_id: Id (UUID) of the workspace's organization. If omitted,
            `bird:organizationId` or BIRD_ORGANIZATION_ID. Not required: with it, the path of Bird's
            older documentation is used. Example: `"0a5c3b9f-7e21-4c0d-8d2f-1a649a0e4a0c"`.
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
        """Read an existing webhook subscription; this stack never changes or deletes it.

        It is read in every preview and `up`. Fails if it does not exist.

        :param resource_name: The name of the resource in the program.
        :param id: Id (UUID) of the webhook subscription.
        :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
            BIRD_WORKSPACE_ID. Example: `"a1405560-c8d3-4b1a-877d-3f449ad95352"`.
        :param organization_id: Id (UUID) of the workspace's organization. If omitted,
            `bird:organizationId` or BIRD_ORGANIZATION_ID. Not required: with it, the path of Bird's
            older documentation is used. Example: `"0a5c3b9f-7e21-4c0d-8d2f-1a649a0e4a0c"`.
        :param profile: Account to use, as the prefix of its configuration keys: `bird-eu` reads
            `bird-eu:accessKey` and the other `bird-eu:` keys, and no environment variables. If
            omitted, `bird`. Example: `"bird-eu"`.
        :param opts: Pulumi's resource options.
        """
        place = {
            "workspace_id": workspace_id,
            "organization_id": organization_id,
            "profile": profile,
        }
        return cls._get(resource_name, id, place, opts)

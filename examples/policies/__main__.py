"""Two policies for phone lines. They hold for both the dynamic provider and the plugin.

* Every voice channel has a webhook subscription that tells of its inbound calls.
* The voice channels and webhook subscriptions of production are protected.
"""

from __future__ import annotations

from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

PREFIXES = ("pulumi-python:dynamic/bird:", "bird:index:")
CHANNELS = {f"{prefix}VoiceChannel" for prefix in PREFIXES}
SUBSCRIPTIONS = {f"{prefix}WebhookSubscription" for prefix in PREFIXES}


def tells_of_inbound_calls(args: StackValidationArgs, report: ReportViolation) -> None:
    """Report each voice channel without an active subscription to `voice.inbound`."""
    subscriptions = [
        each
        for each in args.resources
        if each.resource_type in SUBSCRIPTIONS
        and known(each, "event") in ("voice.inbound", None)
        and known(each, "status") in ("active", None)
    ]
    for channel in args.resources:
        if channel.resource_type in CHANNELS and not any(
            is_told_to(each, channel) for each in subscriptions
        ):
            report(
                f"{channel.name} has no WebhookSubscription to the event voice.inbound, so no "
                "application is told of its inbound calls. Add one with event_filters="
                f'[{{"key": "channelId", "value": {channel.name}.channel_id}}].',
                channel.urn,
            )


def is_told_to(subscription: PolicyResource, channel: PolicyResource) -> bool:
    """Whether a subscription is for a channel, or for every channel of its workspace.

    A new channel has no id in a preview. Then the filter depends on the channel.
    """
    workspaces = {known(each, "workspace_id", "workspaceId") for each in (subscription, channel)}
    if len(workspaces - {None}) > 1:
        return False
    for name in ("event_filters", "eventFilters"):
        if channel.urn in {each.urn for each in subscription.property_dependencies.get(name, ())}:
            return True
    filters = known(subscription, "event_filters", "eventFilters") or ()
    try:
        wanted = {each["value"] for each in filters if each["key"] == "channelId"}
    except UnknownValueError:
        return False  # It depends on something else than this channel.
    return not wanted or known(channel, "channel_id", "channelId") in wanted


def known(resource: PolicyResource, *names: str) -> Any:
    """A property under one of its names; None if it is unset, or not known yet."""
    for name in names:
        try:
            if (value := resource.props.get(name)) is not None:
                return value
        except UnknownValueError:
            return None
    return None


def is_protected(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Report a line that a mistake in the program could delete from a production stack."""
    stack = args.urn.removeprefix("urn:pulumi:").partition("::")[0]
    if (
        args.resource_type in CHANNELS | SUBSCRIPTIONS
        and stack in args.get_config()["stacks"]
        and not args.opts.protect
    ):
        report(
            f"{args.name} belongs to the production stack {stack} and is not protected. "
            "Add opts=pulumi.ResourceOptions(protect=True)."
        )


PolicyPack(
    "phone-lines",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        StackValidationPolicy(
            "every-voice-channel-has-an-inbound-webhook",
            "An application is told of the inbound calls of each voice channel.",
            tells_of_inbound_calls,
        ),
        ResourceValidationPolicy(
            "production-lines-are-protected",
            "Pulumi refuses to delete or replace the phone lines of production.",
            is_protected,
            config_schema=PolicyConfigSchema(
                properties={
                    "stacks": {
                        "type": "array",
                        "items": {"type": "string"},
                        "default": ["prod", "production"],
                    }
                }
            ),
        ),
    ],
)

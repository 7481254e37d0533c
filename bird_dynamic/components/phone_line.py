"""The component `PhoneLine`: a phone number's voice channel, with the webhooks that tell of its
calls.

A number whose channel or webhook is missing loses calls without an error, so a line declares them
together. It has no provider: its children are ordinary resources, which any program could declare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pulumi

from bird_dynamic.lookup_over_plugin import find_one_output
from bird_dynamic.lookups import GetPhoneNumberResult, get_phone_number, get_phone_number_output
from bird_dynamic.resources.base import has_explicit_provider, problem_of_options
from bird_dynamic.resources.voice_channel import VoiceChannel
from bird_dynamic.resources.webhook_subscription import WebhookSubscription
from bird_dynamic.schema.texts_of_outputs import problem_of_text

TYPE = "bird:index:PhoneLine"
"""FROZEN: it is a part of the URN of every child."""
CHANNEL, INBOUND, OUTBOUND = CHILDREN = ("channel", "inbound", "outbound")
TYPES = {CHANNEL: "VoiceChannel", INBOUND: "WebhookSubscription", OUTBOUND: "WebhookSubscription"}
EVENTS = {INBOUND: "voice.inbound", OUTBOUND: "voice.outbound"}
INHERITED = (
    "parent",
    "provider",
    "providers",
    "protect",
    "depends_on",
    "aliases",
    "transformations",
    "transforms",
)
"""Options of the line that Pulumi applies to the children."""
PASSED = ("custom_timeouts", "delete_before_replace", "retain_on_delete", "deleted_with")
"""Options of the line that it passes to its children."""
_BY_TRANSFORMATIONS = "pass it to a child with the option transformations"
REFUSED = {
    "import_": "pass the argument adopt",
    "id": "pass the argument adopt",
    "urn": "pass the argument adopt",
    "version": "leave it out; Pulumi uses the installed plugin",
    "plugin_download_url": "leave it out; Pulumi uses the installed plugin",
    "env_var_mappings": "pass it to a Provider of bird_dynamic.native",
    "ignore_changes": _BY_TRANSFORMATIONS,
    "replace_on_changes": _BY_TRANSFORMATIONS,
    "additional_secret_outputs": _BY_TRANSFORMATIONS,
    "replacement_trigger": _BY_TRANSFORMATIONS,
    "replace_with": _BY_TRANSFORMATIONS,
    "hide_diffs": _BY_TRANSFORMATIONS,
    "hooks": _BY_TRANSFORMATIONS,
    "state_migrations": _BY_TRANSFORMATIONS,
}
"""Options that concern a single resource, its properties or a provider -> what to do instead. Some
are in newer releases of Pulumi only."""


class PhoneLine(pulumi.ComponentResource):
    """A phone line: the voice channel of a phone number, and webhooks for its calls.

    Its children are a `VoiceChannel` with the name of the line, and the `WebhookSubscription`s
    `<name>-inbound` and `<name>-outbound`.
    """

    CHANNEL_CLASS: ClassVar[type[VoiceChannel]] = VoiceChannel
    WEBHOOK_CLASS: ClassVar[type[WebhookSubscription]] = WebhookSubscription

    channel: VoiceChannel
    """The voice channel."""
    inbound: WebhookSubscription | None
    """The webhook of inbound calls, if the line has one."""
    outbound: WebhookSubscription | None
    """The webhook of outbound calls, if the line has one."""
    channel_id: pulumi.Output[str]
    """Id (UUID) of the channel, which the Voice Calls API needs."""
    connector_id: pulumi.Output[str]
    """Id (UUID) of the connector."""
    phone_number_id: pulumi.Output[str]
    """Id (UUID) of the phone number."""
    phone_number: pulumi.Output[str | None]
    """The phone number in international form, as Bird returns it."""
    workspace_id: pulumi.Output[str]
    """Id (UUID) of the workspace."""
    inbound_webhook_subscription_id: pulumi.Output[str | None]
    """Id (UUID) of the webhook of inbound calls, if the line has one."""
    outbound_webhook_subscription_id: pulumi.Output[str | None]
    """Id (UUID) of the webhook of outbound calls, if the line has one."""

    def __init__(
        self,
        resource_name: str,
        *,
        number: pulumi.Input[str] | None = None,
        phone_number_id: pulumi.Input[str] | None = None,
        url: pulumi.Input[str] | None = None,
        inbound_url: pulumi.Input[str] | None = None,
        outbound_url: pulumi.Input[str] | None = None,
        signing_key: pulumi.Input[str] | None = None,
        conversational: pulumi.Input[bool] | None = None,
        workspace_id: pulumi.Input[str] | None = None,
        organization_id: pulumi.Input[str] | None = None,
        profile: pulumi.Input[str] | None = None,
        adopt: Mapping[str, pulumi.Input[str]] | None = None,
        aliases: Mapping[str, str | pulumi.Alias] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a phone line.

        :param resource_name: The name of the line in the program, and of its voice channel.
        :param number: Phone number with its country code, in any notation. It is looked up, also in
            previews, and must have the capability `voice`. Example: `"+31612345678"`.
        :param phone_number_id: Id (UUID) of the phone number, in place of `number`. Example:
            `"2cffb55c-120e-91a8-8f10-ed9d1b412d29"`.
        :param url: URL that Bird sends the events of inbound and outbound calls to. Example:
            `"https://example.com/calls"`.
        :param inbound_url: URL for inbound calls, in place of `url`. Without `url` and
            `outbound_url`, the line has no webhook for outbound calls.
        :param outbound_url: URL for outbound calls, in place of `url`. Without `url` and
            `inbound_url`, the line has no webhook for inbound calls.
        :param signing_key: Key that Bird signs the events of both webhooks with. Secret.
        :param conversational: Whether inbound messages open conversations. If omitted, Bird's
            setting is not changed.
        :param workspace_id: Id (UUID) of the workspace. If omitted, `bird:workspaceId` or
            BIRD_WORKSPACE_ID.
        :param organization_id: Id (UUID) of the workspace's organization, for the webhooks. Not
            required. If omitted, `bird:organizationId` or BIRD_ORGANIZATION_ID.
        :param profile: Account to use, as the prefix of its configuration keys.
        :param adopt: Ids (UUIDs) of what exists in Bird, to adopt instead of creating it: of a
            connector as `channel`, and of webhook subscriptions as `inbound` and `outbound`.
        :param aliases: Resources of the program that become children of the line: their old names,
            or `pulumi.Alias`es, as `channel`, `inbound` and `outbound`.
        :param opts: Pulumi's resource options. `parent`, `provider`, `protect`, `depends_on`,
            `custom_timeouts`, `delete_before_replace`, `retain_on_delete` and `deleted_with` apply
            to the children.
        :raises pulumi.RunError: If arguments are missing or contradict each other, or if the
            look-up of the number fails.
        """
        urls = {
            INBOUND: inbound_url if inbound_url is not None else url,
            OUTBOUND: outbound_url if outbound_url is not None else url,
        }
        left_out = [child for child, its_url in urls.items() if its_url is None]
        adopt, aliases = adopt or {}, aliases or {}
        for problem in (
            *_problems_of_name(resource_name),
            *_problems_of_number(number, phone_number_id),
            *_problems_of_urls(left_out),
            *_problems_of_children("adopt", adopt, left_out),
            *_problems_of_children("aliases", aliases, left_out),
            *_problems_of_options(opts),
        ):
            raise pulumi.RunError(f"PhoneLine{_shown(resource_name)}: {problem}")

        place = {"workspace_id": workspace_id, "profile": profile}
        if number is not None and not (opts and has_explicit_provider(opts)):
            # Before anything is registered: the error of a look-up is one line.
            phone_number_id = _looked_up(number, place)
        super().__init__(TYPE, resource_name, None, opts)
        if phone_number_id is None:
            given = {"number": number, "capability": "voice", "workspace_id": workspace_id}
            by_provider = pulumi.InvokeOptions(parent=self)
            phone_number_id = find_one_output(
                "get_phone_number", GetPhoneNumberResult, given, by_provider
            ).apply(lambda found: found.id)

        def options(child: str, old_name: str | pulumi.Alias | None) -> pulumi.ResourceOptions:
            return pulumi.ResourceOptions(
                parent=self,
                aliases=[*_aliases(child, old_name), *_aliases_of_renamed(child, opts)],
                **{each: getattr(opts, each, None) for each in PASSED},
            )

        self.channel = channel = self.CHANNEL_CLASS(
            resource_name,
            phone_number_id=phone_number_id,
            channel_conversational_status_enabled=conversational,
            workspace_id=workspace_id,
            profile=profile,
            adopt=adopt.get(CHANNEL),
            opts=options(CHANNEL, aliases.get(CHANNEL)),
        )

        def webhook(child: str) -> WebhookSubscription | None:
            its_url = urls[child]
            if its_url is None:
                return None
            return self.WEBHOOK_CLASS(
                f"{resource_name}-{child}",
                service="channels",
                event=EVENTS[child],
                url=its_url,
                event_filters=[{"key": "channelId", "value": channel.channel_id}],
                signing_key=signing_key,
                workspace_id=workspace_id,
                organization_id=organization_id,
                profile=profile,
                adopt=adopt.get(child),
                opts=options(child, aliases.get(child)),
            )

        self.inbound, self.outbound = webhook(INBOUND), webhook(OUTBOUND)
        outputs = {
            "channel_id": channel.channel_id,
            "connector_id": channel.connector_id,
            "phone_number_id": channel.phone_number_id,
            "phone_number": channel.phone_number,
            "workspace_id": channel.workspace_id,
            "inbound_webhook_subscription_id": _id_of(self.inbound),
            "outbound_webhook_subscription_id": _id_of(self.outbound),
        }
        for name, value in outputs.items():
            setattr(self, name, value)
        self.register_outputs(outputs)


def _looked_up(number: pulumi.Input[str], place: Mapping[str, Any]) -> pulumi.Input[str]:
    """The id of the number; unknown in a preview in which the number is. Raises LookupFailedError
    at once if the number is a plain value."""
    given = {"number": number, "capability": "voice", **place}
    if all(each is None or isinstance(each, str) for each in given.values()):
        return get_phone_number(**given).id
    return get_phone_number_output(**given).apply(lambda found: found.id)


def _id_of(webhook: WebhookSubscription | None) -> pulumi.Output[str | None]:
    return pulumi.Output.from_input(None) if webhook is None else webhook.webhook_subscription_id


def _aliases(child: str, given: str | pulumi.Alias | None) -> Iterator[pulumi.Alias]:
    """The aliases of a child: a name is that of a resource without a parent, of either way in."""
    if isinstance(given, pulumi.Alias):
        yield given
    elif given is not None:
        for prefix in ("pulumi-python:dynamic/bird:", "bird:index:"):
            yield pulumi.Alias(
                name=given, type_=f"{prefix}{TYPES[child]}", parent=pulumi.ROOT_STACK_RESOURCE
            )


def _aliases_of_renamed(child: str, opts: pulumi.ResourceOptions | None) -> Iterator[pulumi.Alias]:
    """The aliases of a child of a line that was renamed. Pulumi derives them from those of the line
    too, but not after a run without the alias, which has left a line of the new name in the
    state."""
    for alias in opts.aliases or () if opts is not None else ():
        if isinstance(alias, pulumi.Alias) and isinstance(alias.name, str):
            yield pulumi.Alias(name=f"{alias.name}{'' if child == CHANNEL else f'-{child}'}")


def _problems_of_number(number: Any, phone_number_id: Any) -> Iterator[str]:
    if number is None and phone_number_id is None:
        yield 'number: is required, such as number="+31612345678"; or pass phone_number_id'
    elif number is not None and phone_number_id is not None:
        yield "number and phone_number_id: pass one of them, not both"


def _problems_of_urls(left_out: list[str]) -> Iterator[str]:
    if len(left_out) == len(EVENTS):
        yield (
            'url: is required, such as url="https://example.com/calls"; or pass inbound_url or '
            "outbound_url alone. For a channel without webhooks, use VoiceChannel"
        )


def _problems_of_children(argument: str, given: Any, left_out: list[str]) -> Iterator[str]:
    if not isinstance(given, Mapping):
        value = "an old name" if argument == "aliases" else "an id"
        yield (
            f"{argument}: must be a dict of parts of the line, each with {value}, such as "
            f'{{"channel": "<{value}>", "inbound": "<{value}>"}}'
        )
        return
    for child in given:
        if child not in CHILDREN:
            yield f"{argument}: {child!r} is no part of a line; its parts are {', '.join(CHILDREN)}"
        elif child in left_out:
            yield f"{argument}: the line has no {child} webhook; pass url or {child}_url"


def _problems_of_options(opts: Any) -> Iterator[str]:
    if (problem := problem_of_options(opts)) is not None:
        yield problem
        return
    for option, instead in REFUSED.items():
        given = getattr(opts, option, None)
        # An Output has no truth value, and a trigger may be 0 or False.
        if given is not None and given not in ([], {}):
            yield f"the option {option} has no effect on a line: {instead}"


def _problems_of_name(resource_name: str) -> Iterator[str]:
    if problem_of_text(resource_name) is not None:
        yield (
            "the resource name contains an Output or an object inside an f-string; Pulumi needs a "
            'name that is known from the start, such as "support"'
        )


def _shown(resource_name: str) -> str:
    return f" {resource_name}" if problem_of_text(resource_name) is None else ""

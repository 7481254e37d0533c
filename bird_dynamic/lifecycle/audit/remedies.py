"""The commands, and the lines of a program, that mend what an audit finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote

from bird_dynamic.lifecycle.audit.joins import INBOUND, Line, Setup, covers_all
from bird_dynamic.lifecycle.audit.snapshot import (
    Connector,
    Managed,
    Number,
    Subscription,
    without_query,
)
from bird_dynamic.lifecycle.python_source import declaration, literal
from bird_dynamic.schema.values import without_version
from bird_dynamic.schema.voice_channel import TEMPLATE

EXAMPLE_URL = "https://example.com/calls"
OWN_QUERY = "OWN-QUERY"
"""Stands in a line for the query of a URL, which may be secret."""


@dataclass(frozen=True)
class Remedy:
    """What to do, and the command or the line of a program that does it, or an empty text."""

    text: str
    line: str = ""


class Remedies:
    """Remedies that fit one setup: the stack, if it is known, manages some of the items."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        used = Counter(
            each.url
            for each in setup.workspace.subscriptions
            if each.event == INBOUND and each.is_active and each.url
        )
        self._url = used.most_common(1)[0][0] if used else None

    @property
    def _stack(self) -> str:
        stack = self._setup.workspace.stack
        return f" --stack {quote(stack)}" if stack else ""

    def connect(self, line: Line) -> Remedy:
        """Give a number its connector."""
        if (lost := self._setup.drifted(line)) is not None:
            return self._again(lost)
        # A webhook of its own would double one that is for all channels.
        has_url = any(map(covers_all, self._setup.workspace.subscriptions))
        kind = "VoiceChannel" if has_url else "PhoneLine"
        given = {
            "phone_number_id": line.number.id,
            "inbound_url": None if has_url else without_query(self._url or EXAMPLE_URL, OWN_QUERY),
        }
        theirs = "" if has_url or self._url else ", with your own URL,"
        return Remedy(
            f"Declare one{theirs} and run `pulumi up`, or leave the number out with --ignore",
            declaration(kind, f"line-{_suffix(line.number)}", given),
        )

    def subscribe(self, line: Line) -> Remedy:
        """Send the inbound calls of a channel to a URL."""
        if (lost := self._setup.drifted(line)) is not None:
            return self._again(lost)
        code = self._subscription(line.number, line.channel_ids[0], self._url or EXAMPLE_URL)
        theirs = "" if self._url else ", with your own URL,"
        return Remedy(
            f"Declare one{theirs} and run `pulumi up`; if a flow in app.bird.com answers the "
            "number, leave it out with --ignore",
            code,
        )

    def _again(self, lost: Managed) -> Remedy:
        return Remedy(
            f"The state of {lost.name} is not what Bird has. Let the stack create or update what "
            "is missing",
            f"pulumi up --refresh{self._stack}",
        )

    def tell(
        self,
        number: Number,
        channel_id: str,
        subscription: Subscription,
        statuses: Sequence[str],
    ) -> Remedy:
        """Send calls of these statuses to the URL of a subscription that leaves them out; of all
        statuses if none is given."""
        if (manager := self._setup.manager(subscription.id)) is not None:
            filters = [{"key": "channelId", "value": channel_id}]
            return Remedy(
                f"Change the event_filters of {manager.name} in the program, such as to "
                f"event_filters={literal(filters)}, and run `pulumi up`"
            )
        filters = [{"key": "status", "value": each} for each in statuses]
        line = self._subscription(number, channel_id, subscription.url, *filters)
        which = "the beginning of calls" if statuses else "calls"
        return Remedy(f"Declare one for {which} and run `pulumi up`", line)

    def filter_by_channel(self, line: Line, subscription: Subscription) -> Remedy:
        """Let the URL of a subscription without filters get all events of a line."""
        channel_id = line.channel_ids[0]
        if (manager := self._setup.manager(subscription.id)) is not None:
            filters = [{"key": "channelId", "value": channel_id}]
            return Remedy(
                f"Give {manager.name} a channelId filter, event_filters={literal(filters)}, and "
                "declare one for each other channel; run `pulumi up`"
            )
        return Remedy(
            "Declare one with a channelId filter for each number that this URL answers, and run "
            "`pulumi up`",
            self._subscription(line.number, channel_id, subscription.url, event=subscription.event),
        )

    def activate(self, subscription: Subscription) -> Remedy:
        """Make a subscription active again."""
        if (manager := self._setup.manager(subscription.id)) is not None:
            return Remedy(
                f'If {manager.name} has status="inactive" in the program, remove that. Let the '
                "stack activate it again",
                f"pulumi up --refresh{self._stack}",
            )
        return Remedy(
            "Activate it in app.bird.com. Or adopt it and run `pulumi up`, then remove status= and "
            "adopt= and run `pulumi up` again",
            self._adoption(subscription, "inactive"),
        )

    def remove_subscription(self, subscription: Subscription) -> Remedy:
        """Delete a subscription."""
        if (manager := self._setup.manager(subscription.id)) is not None:
            return Remedy(f"Remove {manager.name} from the program and run `pulumi up`")
        status = None if subscription.is_active else subscription.status
        return Remedy(_REMOVE, self._adoption(subscription, status))

    def release_subscription(self, subscription: Subscription, *, is_mistaken: bool) -> Remedy:
        """Delete a subscription for a channel that is gone, or give it the new channel.
        `is_mistaken`: it has the id of a connector in place of its channel's."""
        if (manager := self._setup.manager(subscription.id)) is None:
            return self.remove_subscription(subscription)
        if is_mistaken:
            return Remedy(
                f"In the event_filters of {manager.name}, write the id of the channel in place of "
                "the connector's, and run `pulumi up`"
            )
        return Remedy(
            f"If the program takes the channel of {manager.name} from a resource, let the stack "
            f"update it. Otherwise correct its event_filters, or remove {manager.name} from the "
            "program, and run `pulumi up`",
            f"pulumi up --refresh{self._stack}",
        )

    def remove_connector(self, connector: Connector, number: Number | None) -> Remedy:
        """Delete a connector."""
        if (manager := self._setup.manager(connector.id)) is not None:
            return Remedy(f"Remove {manager.name} from the program and run `pulumi up`")
        number_id = min(connector.number_ids, default=None) or (number.id if number else None)
        is_voice_channel = without_version(connector.template) in ("", without_version(TEMPLATE))
        given: dict[str, object]
        if is_voice_channel and number_id is not None:
            template = connector.template if connector.template not in ("", TEMPLATE) else None
            given = {"phone_number_id": number_id, "connector_template_ref": template}
        elif not is_voice_channel and connector.arguments:
            given = {
                "connector_template_ref": connector.template,
                "arguments": dict(connector.arguments),
            }
        else:
            return Remedy("Delete it in app.bird.com")
        kind = "VoiceChannel" if is_voice_channel else "Connector"
        given["adopt"] = connector.id
        return Remedy(_REMOVE, declaration(kind, f"old-{connector.id[:8]}", given))

    def make_again(self, connector: Connector, number: Number) -> Remedy:
        """Replace a connector that has no channel."""
        if (manager := self._setup.manager(connector.id)) is not None:
            return Remedy(
                f"{_PATIENCE} delete it, and run `pulumi up`, which creates it again",
                f"pulumi destroy --target {quote(manager.urn)} --target-dependents{self._stack}",
            )
        remove = self.remove_connector(connector, number)
        return Remedy(
            f"{_PATIENCE} {remove.text[:1].lower()}{remove.text[1:]}, and declare a new one",
            remove.line,
        )

    def refresh(self) -> Remedy:
        """Bring the state, and what is gone, up to date."""
        return Remedy(
            "If it is not wanted any more, remove it from the program. Let the stack read Bird, "
            "and create or update the rest",
            f"pulumi up --refresh{self._stack}",
        )

    def _subscription(
        self,
        number: Number,
        channel_id: str,
        url: str,
        *filters: dict[str, str],
        event: str = INBOUND,
    ) -> str:
        return declaration(
            "WebhookSubscription",
            f"calls-{_suffix(number)}",
            {
                "service": "channels",
                "event": event,
                "url": without_query(url, OWN_QUERY),
                "event_filters": [{"key": "channelId", "value": channel_id}, *filters],
            },
        )

    def _adoption(self, subscription: Subscription, status: str | None) -> str:
        filters = [{"key": key, "value": value} for key, value in sorted(subscription.filters)]
        return declaration(
            "WebhookSubscription",
            f"old-{subscription.id[:8]}",
            {
                "service": subscription.service,
                "event": subscription.event,
                "url": without_query(subscription.url, OWN_QUERY),
                "event_filters": filters or None,
                "template": subscription.template or None,
                "status": status,
                "adopt": subscription.id,
            },
        )


def _suffix(number: Number) -> str:
    return number.digits or number.id[:8]


_PATIENCE = "A channel may need a few minutes after the create. If it does not come,"
_REMOVE = (
    "Delete it in app.bird.com. Or adopt it and run `pulumi up`, then remove this line and run "
    "`pulumi up` again"
)

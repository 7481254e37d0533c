"""A healthy workspace in the emulator, and the faults that an audit has to find in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bird_dynamic.emulator import BirdEmulator, PhoneNumber
from bird_dynamic.emulator.phone_numbers import twin

URL = "https://example.com/calls"
GONE = "99999999-2222-4333-8444-555555555555"
VOICE = "voice-messagebird:1"


@dataclass
class Site:
    """A workspace whose voice numbers are all set up."""

    emulator: BirdEmulator

    @property
    def voice_numbers(self) -> list[PhoneNumber]:
        """The numbers with voice."""
        return [
            each for each in self.emulator.store.numbers.values() if "voice" in each.capabilities
        ]

    def number(self, place: int) -> PhoneNumber:
        return self.voice_numbers[place]

    def connect(self, number_id: str, template: str = VOICE, **wire: Any) -> str:
        """A connector with its channel ready; its id."""
        arguments = {"phoneNumberId": number_id, "channelMessageType": "promotional"}
        made = self.emulator.add(
            "connectors", connectorTemplateRef=template, **{"arguments": arguments, **wire}
        )
        connector_id = str(made["id"]).lower()
        self.emulator.store.connectors[connector_id].reads = 1000
        return connector_id

    def connector(self, place: int) -> str:
        """The voice connector of the number at that place."""
        number_id = self.number(place).id
        ids = [
            each.wire["id"]
            for each in self.emulator.store.connectors.live()
            if each.wire["connectorTemplateSlug"] == "voice-messagebird"
            and self._is_of(each.wire["arguments"]["phoneNumberId"], number_id)
        ]
        return str(ids[0])

    def _is_of(self, stated: str, number_id: str) -> bool:
        return stated in (number_id, twin(number_id))

    def channel(self, place: int) -> str:
        return self.emulator.store.connectors[self.connector(place)].channel_id

    def subscribe(self, channel_id: str | None, *filters: tuple[str, str], **wire: Any) -> str:
        """A webhook subscription; its id."""
        pairs = [("channelId", channel_id)] if channel_id else []
        listed = [{"key": key, "value": value} for key, value in (*pairs, *filters)]
        made = self.emulator.add(
            "webhook-subscriptions", **{"url": URL, "eventFilters": listed, **wire}
        )
        return str(made["id"]).lower()

    def subscription(self, place: int) -> str:
        """The subscription to the inbound calls of the number at that place."""
        wanted = self.channel(place).lower()
        (found,) = [
            each["id"]
            for each in self.emulator.webhook_subscriptions()
            if each["event"] == "voice.inbound" and wanted in str(each["eventFilters"]).lower()
        ]
        return str(found)


def healthy(emulator: BirdEmulator) -> Site:
    """Every voice number with a connector, a channel and a subscription; and what else there may
    be: connectors of other kinds, and subscriptions to other events."""
    site = Site(emulator)
    for number in site.voice_numbers:
        site.connect(number.id, name=f"line {number.number}")
    for place in range(len(site.voice_numbers)):
        site.subscribe(site.channel(place))
    sms = [each for each in emulator.store.numbers.values() if "sms" in each.capabilities]
    site.connect(sms[0].id, "sms-messagebird:1")
    site.connect(GONE, "whatsapp:1", arguments={})
    site.subscribe(None, event="sms.inbound", url="https://example.com/sms")
    site.subscribe(site.channel(3), event="voice.outbound")
    site.subscribe(None, service="conversations", event="conversation.created")
    return site


@dataclass(frozen=True)
class Fault:
    """A fault: its kind, how to plant it on the number at a place, and what the audit says. `plant`
    returns what the finding is about."""

    kind: str
    plant: Callable[[Site, int], str]
    says: tuple[str, ...]
    line: str = ""


def _remove_connector(site: Site, place: int) -> str:
    subscription, connector = site.subscription(place), site.connector(place)
    site.emulator.remove("webhook-subscriptions", subscription)
    site.emulator.remove("connectors", connector)
    return site.number(place).number


def _double_connector(site: Site, place: int) -> str:
    site.connect(site.number(place).id, name="a second one")
    second = site.emulator.connectors()[-1]
    site.subscribe(str(second["channel"]["channelId"]), url="https://example.com/second")
    return site.number(place).number


def _lose_channel(site: Site, place: int) -> str:
    site.emulator.remove("webhook-subscriptions", site.subscription(place))
    site.emulator.store.connectors[site.connector(place)].reads = -1_000_000
    return site.number(place).number


def _deactivate_channel(site: Site, place: int) -> str:
    site.emulator.change("channels", site.channel(place), status="inactive")
    return site.number(place).number


def _make_unready(site: Site, place: int) -> str:
    voice = {
        "name": "voice",
        "inbound": {"status": "inactive", "issues": ["subscription-is-not-active"]},
        "outbound": {"status": "active", "issues": []},
    }
    site.emulator.change("numbers", site.number(place).id, endpoint={"capabilities": [voice]})
    return site.number(place).number


def _unsubscribe(site: Site, place: int) -> str:
    site.emulator.remove("webhook-subscriptions", site.subscription(place))
    return site.number(place).number


def _deactivate_subscription(site: Site, place: int) -> str:
    site.emulator.change(
        "webhook-subscriptions",
        site.subscription(place),
        status="inactive",
        statusReason="too many failures",
    )
    return site.number(place).number


def _filter(site: Site, place: int) -> str:
    filters = [
        {"key": "channelId", "value": site.channel(place)},
        {"key": "status", "value": "completed"},
    ]
    site.emulator.change("webhook-subscriptions", site.subscription(place), eventFilters=filters)
    return site.number(place).number


def _double_subscription(site: Site, place: int) -> str:
    first = site.subscription(place)
    second = site.subscribe(site.channel(place))
    return max(first, second)


def _overlap(site: Site, place: int) -> str:
    return site.subscribe(site.channel(place), ("status", "ringing"))


def _shadow(site: Site, place: int) -> str:
    """Outbound, and maybe on a number with another fault: there are more faults than numbers."""
    main = site.subscribe(None, event="voice.outbound", url="https://example.com/main")
    site.subscribe(
        site.channel(place % 8),
        ("status", "completed"),
        event="voice.outbound",
        url="https://example.com/stats",
    )
    return main


def _orphan_subscription(site: Site, place: int) -> str:
    return site.subscribe(GONE, event="voice.outbound", url="https://example.com/old")


def _orphan_connector(site: Site, place: int) -> str:
    return site.connect(GONE, name="of a number that is gone")


def _break_receiver(site: Site, place: int) -> str:
    """Nobody listens at the address of the webhook, and a call rings."""
    broken = site.subscription(place)
    site.emulator.change("webhook-subscriptions", broken, url="https://broken.example.com/calls")
    site.emulator.options = replace(site.emulator.options, retry_scale=0)
    site.emulator.deliver("https://broken.example.com", "http://127.0.0.1:9")
    site.emulator.incoming_call({"to": site.number(place).number})
    assert site.emulator.settled(10)
    return broken


FAULTS = (
    Fault(
        "no-connector",
        _remove_connector,
        ("No voice connector: calls to this number are lost",),
        'PhoneLine("line-',
    ),
    Fault(
        "doubled-connector",
        _double_connector,
        ("2 voice connectors share this number", '"a second one"', "Delete it in app.bird.com"),
        'VoiceChannel("old-',
    ),
    Fault(
        "no-channel",
        _lose_channel,
        ("has no channel", "A channel may need a few minutes"),
        'VoiceChannel("old-',
    ),
    Fault(
        "channel-not-active",
        _deactivate_channel,
        ("is inactive, not active", "Activate the channel in app.bird.com"),
    ),
    Fault(
        "voice-not-ready",
        _make_unready,
        ("not ready for inbound calls", "inactive (subscription-is-not-active)"),
    ),
    Fault(
        "no-inbound-subscription",
        _unsubscribe,
        ("no URL learns of its calls", "a flow in app.bird.com"),
        'WebhookSubscription("calls-',
    ),
    Fault(
        "subscription-inactive",
        _deactivate_subscription,
        ("is inactive: too many failures", "Activate it in app.bird.com"),
        'status="inactive", adopt="',
    ),
    Fault(
        "subscription-filtered",
        _filter,
        ("leaves out starting and ringing calls",),
        '{"key": "status", "value": "starting"}',
    ),
    Fault(
        "deliveries-failing",
        _break_receiver,
        ("sends to https://broken.example.com/calls", "of the last", "deliveries failed"),
    ),
    Fault(
        "doubled-subscription",
        _double_subscription,
        ("is equal to", "gets voice.inbound twice"),
        'adopt="',
    ),
    Fault(
        "doubled-subscription",
        _overlap,
        ("sends the same events to the same URL", "gets voice.inbound twice"),
        'adopt="',
    ),
    Fault(
        "orphan-subscription",
        _orphan_subscription,
        (f"is for the channel {GONE}, which does not exist",),
        'adopt="',
    ),
    Fault(
        "orphan-connector",
        _orphan_connector,
        (f"is for the phone number {GONE}, which the workspace does not have",),
        'VoiceChannel("old-',
    ),
    Fault(
        "subscription-shadowed",
        _shadow,
        ("https://example.com/main does not get the completed events of voice.outbound",),
        'event="voice.outbound", url="https://example.com/main", event_filters=[{"key": "chan',
    ),
)

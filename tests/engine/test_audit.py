"""`bird-dynamic audit` beside a real stack: it finds nothing after `pulumi up`, and who does what
it says comes to a complete set-up."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest

from bird_dynamic.emulator import EmulatorServer
from bird_dynamic.emulator.phone_numbers import PhoneNumber
from tests.engine.programs import audit, both_ways, foreign, sent
from tests.support.engine import Stack
from tests.support.planted import GONE, URL, Site

HEAD = "import pulumi\nfrom bird_dynamic import PhoneLine, VoiceChannel, WebhookSubscription\n"


@pytest.fixture
def site(bird: EmulatorServer) -> Site:
    """A workspace with three numbers, of which two have voice."""
    kept = [PhoneNumber.made_up(place) for place in (0, 1, 2)]
    bird.emulator.store.numbers = {each.id: each for each in kept}
    return Site(bird.emulator)


def line(name: str, number: PhoneNumber) -> str:
    return f"""
channel = VoiceChannel({name!r}, phone_number_id={number.id!r})
WebhookSubscription(
    {f"{name}-calls"!r},
    service="channels",
    event="voice.inbound",
    url={URL!r},
    event_filters=[{{"key": "channelId", "value": channel.channel_id}}],
)
"""


def kinds(found: Any) -> list[str]:
    return sorted(each["kind"] for each in found["findings"])


@both_ways
def test_nothing_is_found_after_a_real_up(stack: Stack, bird: EmulatorServer, site: Site) -> None:
    stack.write(HEAD + line("a", site.number(0)) + line("b", site.number(1)))
    assert stack.up().ok
    sent(bird)
    status, found = audit(stack, "--stack", stack.name)
    assert (status, found["findings"], found["notChecked"]) == (0, [], [])
    assert [each["managedBy"] for each in found["numbers"]] == [["a", "a-calls"], ["b", "b-calls"]]
    assert (len(found["managed"]), found["unmanaged"]) == (4, [])
    assert {each["method"] for each in bird.emulator.journal} == {"GET"}
    assert audit(stack)[0] == 0
    assert stack.destroy().ok
    status, found = audit(stack, "--stack", stack.name)
    assert (status, kinds(found)) == (1, ["no-connector", "no-connector"])


class Operator:
    """Does to the letter what the findings say."""

    def __init__(self, stack: Stack, program: str) -> None:
        self.stack, self.program = stack, program
        self.up()

    def up(self) -> None:
        self.stack.write(self.program)
        run = self.stack.up()
        assert run.ok, run.output

    def follow(self, findings: list[Any]) -> None:
        """Do what they say: each command once, then all lines of a program together."""
        for text in dict.fromkeys(each["line"] for each in findings):
            assert text, findings
            if text.startswith("pulumi "):
                self.run(text)
                if text.startswith("pulumi destroy"):
                    self.up()
        lines = {each["line"]: each["remedy"] for each in findings}
        lines = {text: told for text, told in lines.items() if not text.startswith("pulumi ")}
        if not lines:
            return
        self.program += "".join(f"{each}\n" for each in lines)
        self.up()
        for text, told in lines.items():
            if "remove status= and adopt=" in told:
                changed = re.sub(r', (status|adopt)="[^"]*"', "", text)
                self.program = self.program.replace(text, changed)
            elif "remove this line" in told:
                self.program = self.program.replace(text, "")
        self.up()

    def run(self, text: str) -> None:
        words = shlex.split(text)[1:]
        place = words.index("--stack")
        assert words[place + 1] == self.stack.name
        del words[place : place + 2]
        run = self.stack.run(*words, "--yes", "--skip-preview")
        assert run.ok, run.output

    def mend_all(self) -> list[str]:
        """Follow what is found until nothing is; the kinds, in this order."""
        followed: list[str] = []
        for _ in range(4):
            status, found = audit(self.stack, "--stack", self.stack.name)
            if status == 0:
                return followed
            followed += [each["kind"] for each in found["findings"]]
            self.follow(found["findings"])
        raise AssertionError(f"it has no end: {followed}")


@both_ways
def test_the_lines_that_it_prints_mend_what_others_left(
    stack: Stack, bird: EmulatorServer, site: Site
) -> None:
    third = PhoneNumber.made_up(3)
    bird.emulator.store.numbers[third.id] = third
    for number_id in (GONE, third.id):
        foreign(bird, name="hers", arguments={"phoneNumberId": number_id})
    operator = Operator(stack, HEAD + line("a", site.number(0)))
    site.subscribe(GONE, event="voice.outbound", url="https://example.com/old")
    site.subscribe(site.channel(0))
    assert set(operator.mend_all()) == {
        "no-connector",
        "no-inbound-subscription",
        "doubled-subscription",
        "orphan-subscription",
        "orphan-connector",
    }
    assert len(site.emulator.webhook_subscriptions()) == len(site.emulator.connectors()) == 3


@pytest.mark.parametrize("change", [{"status": "inactive"}, {"eventFilters": "completed"}])
def test_a_foreign_subscription_is_mended_by_the_line(
    stack: Stack, site: Site, change: dict[str, Any]
) -> None:
    number = site.number(0)
    program = f"{HEAD}VoiceChannel('a', phone_number_id={number.id!r})\n{line('b', site.number(1))}"
    operator = Operator(stack, program)
    theirs = site.subscribe(site.channel(0), url="https://example.com/theirs")
    if "eventFilters" in change:
        pairs = {"channelId": site.channel(0), "status": "completed"}
        change = {"eventFilters": [{"key": key, "value": value} for key, value in pairs.items()]}
    site.emulator.change("webhook-subscriptions", theirs, **change)
    (kind,) = operator.mend_all()
    assert kind == ("subscription-inactive" if "status" in change else "subscription-filtered")


def lose_connector(site: Site, place: int) -> None:
    site.emulator.remove("connectors", site.connector(place))


def lose_subscription(site: Site, place: int) -> None:
    site.emulator.remove("webhook-subscriptions", site.subscription(place))


def pause_subscription(site: Site, place: int) -> None:
    site.emulator.change("webhook-subscriptions", site.subscription(place), status="inactive")


def lose_channel(site: Site, place: int) -> None:
    site.emulator.store.connectors[site.connector(place)].reads = -1_000_000


def change_channel(site: Site, place: int) -> None:
    site.emulator.store.connectors[site.connector(place)].channel_id = GONE


@both_ways
def test_the_commands_that_it_prints_mend_what_the_stack_manages(stack: Stack, site: Site) -> None:
    operator = Operator(stack, HEAD + line("a", site.number(0)) + line("b", site.number(1)))
    for first, second, kinds_found in (
        (lose_connector, pause_subscription, {"no-connector", "subscription-inactive"}),
        (lose_channel, lose_subscription, {"no-channel", "no-inbound-subscription"}),
        (change_channel, None, {"no-inbound-subscription", "stale-channel-id"}),
    ):
        first(site, 0)
        if second is not None:
            second(site, 1)
        assert set(operator.mend_all()) >= kinds_found
        assert len(site.emulator.webhook_subscriptions()) == len(site.emulator.connectors()) == 2
    assert stack.preview("--refresh", "--expect-no-changes").ok

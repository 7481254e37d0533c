"""`bird-dynamic audit` beside a real stack: it finds nothing after `pulumi up`, and who does what
it says comes to a complete set-up."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.emulator import EmulatorServer
from bird_dynamic.emulator.phone_numbers import PhoneNumber
from tests.engine.programs import both_ways, foreign, sent
from tests.support.engine import Stack
from tests.support.planted import GONE, URL, Site

HEAD = "import pulumi\nfrom bird_dynamic import VoiceChannel, WebhookSubscription\n"


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


def audit(stack: Stack, *flags: str) -> tuple[int, Any]:
    """The exit status of the command, and its JSON."""
    done = subprocess.run(
        [Path(sys.prefix) / "bin" / "bird-dynamic", "audit", "--json", *flags],
        cwd=stack.folder,
        env=stack.variables(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stderr == "", done.stderr
    return done.returncode, json.loads(done.stdout)


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

    def follow(self, finding: Any) -> None:
        text, told = finding["line"], finding["remedy"]
        if text.startswith("pulumi "):
            self.run(text)
            if "and run `pulumi up`" in told:
                self.up()
            return
        assert text, told
        self.program += f"{text}\n"
        self.up()
        if "remove status= and adopt=" in told:
            changed = re.sub(r', (status|adopt)="[^"]*"', "", text)
            self.program = self.program.replace(text, changed)
            self.up()
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
        """Follow one finding after the other; their kinds."""
        followed = []
        for _ in range(12):
            status, found = audit(self.stack, "--stack", self.stack.name)
            if status == 0:
                return followed
            first = found["findings"][0]
            followed.append(first["kind"])
            self.follow(first)
        raise AssertionError(f"it has no end: {followed}")


@both_ways
def test_the_lines_that_it_prints_mend_what_others_left(
    stack: Stack, bird: EmulatorServer, site: Site
) -> None:
    foreign(bird, name="hers", arguments={"phoneNumberId": GONE})
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
    assert len(site.emulator.webhook_subscriptions()) == len(site.emulator.connectors()) == 2


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


def lose_connector(site: Site) -> None:
    site.emulator.remove("connectors", site.connector(0))


def lose_subscription(site: Site) -> None:
    site.emulator.remove("webhook-subscriptions", site.subscription(0))


def pause_subscription(site: Site) -> None:
    site.emulator.change("webhook-subscriptions", site.subscription(0), status="inactive")


def lose_channel(site: Site) -> None:
    site.emulator.store.connectors[site.connector(0)].reads = -1_000_000


def change_channel(site: Site) -> None:
    site.emulator.store.connectors[site.connector(0)].channel_id = GONE


@both_ways
def test_the_commands_that_it_prints_mend_what_the_stack_manages(stack: Stack, site: Site) -> None:
    operator = Operator(stack, HEAD + line("a", site.number(0)) + line("b", site.number(1)))
    for change, kind in (
        (lose_connector, "no-connector"),
        (lose_subscription, "no-inbound-subscription"),
        (pause_subscription, "subscription-inactive"),
        (lose_channel, "no-channel"),
        (change_channel, "no-inbound-subscription"),
    ):
        change(site)
        assert operator.mend_all()[0] == kind
        assert len(site.emulator.webhook_subscriptions()) == len(site.emulator.connectors()) == 2
    assert stack.preview("--refresh", "--expect-no-changes").ok

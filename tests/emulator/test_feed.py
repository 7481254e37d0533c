"""Those who watch an emulator see what happens in it, and never hold it up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bird_dynamic.emulator import BirdEmulator, Fault, Options
from bird_dynamic.emulator.feed import RELOAD, Feed, Subscription
from tests.emulator.caller import NUMBER, WEBHOOKS, Caller


@pytest.fixture
def emulator() -> BirdEmulator:
    return BirdEmulator()


@pytest.fixture
def events(emulator: BirdEmulator) -> Iterator[Subscription]:
    with emulator.feed.subscribe() as subscription:
        yield subscription


def taken(events: Subscription) -> list[tuple[str, Any]]:
    return [(kind, json.loads(item)) for kind, item in events.take(0)]


def items(events: Subscription, *, channels: bool = False) -> list[Any]:
    """The changed items: channels, or all others."""
    found = [item for kind, item in taken(events) if kind == "item"]
    return [each for each in found if (each["kind"] == "channels") is channels]


def test_a_request_and_the_item_that_it_made_are_seen(
    emulator: BirdEmulator, events: Subscription
) -> None:
    _, made = Caller(emulator).create(name="desk")
    (item_kind, item), _, (request_kind, request) = taken(events)
    assert (item_kind, item["kind"], item["id"]) == ("item", "connectors", made["id"])
    assert item["item"]["name"] == "desk"
    assert (request_kind, request["method"], request["status"]) == ("request", "POST", 201)
    assert request == emulator.journal[-1]


def test_a_channel_that_becomes_ready_is_seen(emulator: BirdEmulator, events: Subscription) -> None:
    call = Caller(emulator)
    _, made = call.create()
    emulator.options = Options(channel_after=2)
    for _ in range(4):
        call("GET", f"/connectors/{made['id']}")
    created, ready = items(events)
    assert created["item"]["channel"] is None
    assert ready["item"]["channel"]["channelId"]


def test_a_channel_is_seen_when_it_is_ready_changes_and_goes(
    emulator: BirdEmulator, events: Subscription
) -> None:
    channel = Caller(emulator).channel()
    emulator.change("channels", channel, status="inactive")
    emulator.remove_connector(emulator.connectors()[0]["id"])
    seen = items(events, channels=True)
    assert {each["id"] for each in seen} == {channel}
    statuses = [each["item"] and each["item"]["status"] for each in seen]
    assert statuses == [None, "active", "inactive", None]


def test_a_change_and_a_deletion_are_seen(emulator: BirdEmulator, events: Subscription) -> None:
    made = emulator.add_connector(name="desk")["id"]
    emulator.change_connector(made, name="counter")
    emulator.remove_connector(made)
    names = [each["item"] and each["item"]["name"] for each in items(events)]
    assert names == ["desk", "counter", None]


def test_a_deleted_connector_takes_its_calls_with_it(
    emulator: BirdEmulator, events: Subscription
) -> None:
    call = Caller(emulator)
    channel = call.channel()
    call("POST", f"/channels/{channel}/calls", {"to": "+12025550101"})
    emulator.remove_connector(emulator.connectors()[0]["id"])
    assert [(each["kind"], each["item"]) for each in items(events)[-2:]] == [
        ("connectors", None),
        ("calls", None),
    ]


@pytest.mark.usefixtures("any_dialect")
def test_an_accepted_deletion_is_seen_at_once(emulator: BirdEmulator, events: Subscription) -> None:
    emulator.dialect = emulator.dialect.of({"deletion": "later"})
    made = emulator.add_connector()["id"]
    Caller(emulator)("DELETE", f"/connectors/{made}")
    assert items(events)[-1] == {"kind": "connectors", "id": made, "item": None}


def test_new_faults_and_an_emptied_workspace_are_seen(
    emulator: BirdEmulator, events: Subscription
) -> None:
    emulator.faults = [Fault("status", status=503)]
    emulator.reset()
    (kind, faults), *rest = taken(events)
    assert (kind, faults[0]["status"]) == ("faults", 503)
    assert rest == [("faults", []), ("reset", {})]


def test_no_secret_is_seen(emulator: BirdEmulator, events: Subscription) -> None:
    call = Caller(emulator)
    call.create(
        securityArguments={"a": {"b": "s3cret"}},
        invitationToken="s3cret",
        arguments={"phoneNumberId": NUMBER, "deep": [{"signingKey": "s3cret"}]},
    )
    body = {"service": "channels", "event": "voice.inbound", "url": "https://example.com/"}
    call("POST", WEBHOOKS, {**body, "signingKey": "s3cret"})
    call("POST", WEBHOOKS, body)
    seen = events.take(0)
    assert not any("s3cret" in item for _, item in seen)
    made = [json.loads(item) for kind, item in seen if kind == "item"]
    keys = [each["item"]["signingKey"] for each in made if each["kind"] == "webhook-subscriptions"]
    assert keys == ["[secret]", None]


def test_a_slow_reader_is_told_to_reload_and_sees_what_comes_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.feed.MAX_WAITING", 3)
    feed = Feed()
    with feed.subscribe() as slow, feed.subscribe() as quick:
        for number in range(5):
            feed.publish("request", {"number": number})
            assert len(quick.take(0)) == 1
        assert slow.take(0) == [RELOAD, ("request", '{"number": 4}')]
        feed.publish("request", {})
        assert slow.take(0) == [("request", "{}")]


def test_large_events_count_by_their_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.feed.MAX_SIZE", 1000)
    feed = Feed()
    with feed.subscribe() as subscription:
        for _ in range(9):
            feed.publish("request", "x" * 100)
        assert len(subscription.take(0)) == 9
        for _ in range(10):
            feed.publish("request", "x" * 100)
        assert subscription.take(0)[0] == RELOAD
        feed.publish("request", "x" * 2000)
        assert subscription.take(0) == [RELOAD]


def test_a_closed_subscription_receives_nothing(emulator: BirdEmulator) -> None:
    with emulator.feed.subscribe() as subscription:
        assert emulator.feed.is_watched
    assert not emulator.feed.is_watched
    emulator.add_connector()
    assert subscription.take(0) == []


def test_a_wait_ends_with_an_event_and_when_it_is_woken() -> None:
    feed = Feed()
    with feed.subscribe() as subscription:
        for end in (lambda: feed.publish("reset", {}), feed.wake):
            waiter = threading.Thread(target=subscription.take, args=(60,))
            waiter.start()
            end()
            waiter.join(10)
            assert not waiter.is_alive()

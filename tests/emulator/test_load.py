"""Many calls at once: no event is lost, and none arrives twice.

Small in the normal suite; `make test-faults` rings 1,000 numbers for 10,000 deliveries.
"""

from __future__ import annotations

import os
import time
import tracemalloc
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from itertools import accumulate, cycle, islice

import pytest

from bird_dynamic.emulator import BirdEmulator, EmulatorServer, Options, PhoneNumber, Store
from bird_dynamic.emulator.delivering.deliveries import MAX_SIZE
from bird_dynamic.webhooks import verify
from tests.emulator.caller import VOICE
from tests.emulator.ringing import PUBLIC
from tests.support.receiver import Receiver

DELIVERIES = int(os.environ.get("BIRD_LOAD_DELIVERIES", "800"))
NUMBERS = DELIVERIES // 10
AT_ONCE = 100
STATUSES = ("starting", "ringing", "ongoing", "completed")
STEP = 0.1
"""Seconds between two statuses of a call: many calls are under way at the same time."""
MOST_SECONDS = 300.0


def ready(numbers: list[PhoneNumber], receiver: Receiver) -> BirdEmulator:
    """Each number with its voice channel and its own subscription with its own key."""
    store = Store(numbers={each.id: each for each in numbers})
    emulator = BirdEmulator(store, options=Options(channel_after=0, call_step=STEP))
    for each in numbers:
        emulator.add_connector(connectorTemplateRef=VOICE, arguments={"phoneNumberId": each.id})
    for channel in emulator.items("channels"):
        emulator.add_webhook_subscription(
            url=f"{PUBLIC}/{channel['id']}",
            signingKey=channel["id"],
            eventFilters=[{"key": "channelId", "value": channel["id"]}],
        )
    emulator.deliver(PUBLIC, receiver.url)
    return emulator


def call_at_once(url: str, numbers: list[str]) -> None:
    """Call these numbers, `AT_ONCE` at a time."""

    def call(number: str) -> int:
        with closing(HTTPConnection(url.removeprefix("http://"), timeout=60)) as connection:
            body = f'{{"to": "{number}"}}'
            connection.request("POST", "/__emulator__/calls/incoming", body)
            return connection.getresponse().status

    with ThreadPoolExecutor(AT_ONCE) as callers:
        assert set(callers.map(call, numbers)) == {200}


@pytest.mark.timeout(MOST_SECONDS * 1.5)
def test_no_event_is_lost_and_none_is_doubled_under_load() -> None:
    numbers = [PhoneNumber.made_up(12 + index) for index in range(NUMBERS)]
    called = list(islice(cycle(each.number for each in numbers), DELIVERIES // len(STATUSES)))
    with Receiver() as receiver:
        emulator = ready(numbers, receiver)
        began = time.monotonic()
        with EmulatorServer(emulator) as server:
            call_at_once(server.url, called)
            assert emulator.settled(MOST_SECONDS)
        seconds = time.monotonic() - began
    assert emulator.deliveries.pool.threads == 0
    calls = emulator.calls()
    assert Counter(each["to"] for each in calls) == Counter(called)
    expected = Counter((each["id"], status) for each in calls for status in STATUSES)
    arrived = Counter((each.event["payload"]["id"], each.status) for each in receiver.requests)
    assert arrived == expected
    assert sum(arrived.values()) == len(called) * len(STATUSES)
    order: dict[str, list[str]] = {}
    for each in receiver.requests:
        channel = each.path.removeprefix("/")
        verify(each.body, each.headers, url=f"{PUBLIC}{each.path}", signing_key=channel)
        assert each.event["payload"]["channelId"] == channel
        order.setdefault(each.event["payload"]["id"], []).append(each.status)
    assert set(map(tuple, order.values())) == {STATUSES}
    assert {each["status"] for each in emulator.deliveries.shown()} == {"succeeded"}
    changes = [(each["createdAt"], 1) for each in calls] + [(each["endedAt"], -1) for each in calls]
    most = max(accumulate(change for _, change in sorted(changes)))
    print(
        f"{len(receiver.requests)} deliveries of {len(calls)} calls to {len(numbers)} numbers in "
        f"{seconds:.1f} s, {most} calls at once"
    )


@pytest.mark.timeout(MOST_SECONDS)
def test_memory_is_bounded_however_many_deliveries_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.delivering.deliveries.MAX_KEPT", 50)
    monkeypatch.setattr("bird_dynamic.emulator.operations.calls.MAX_CALLS", 50)
    emulator = BirdEmulator(options=Options(channel_after=0))
    number = PhoneNumber.made_up(0)
    emulator.add_connector(connectorTemplateRef=VOICE, arguments={"phoneNumberId": number.id})
    emulator.add_webhook_subscription(url=f"{PUBLIC}/calls")

    def ring(times: int) -> int:
        for _ in range(times):
            emulator.incoming_call({"to": number.number})
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = ring(100)
        after = ring(300)
    finally:
        tracemalloc.stop()
    assert len(emulator.deliveries.shown()) == len(emulator.calls()) == 50
    assert after - before < 200_000 < MAX_SIZE

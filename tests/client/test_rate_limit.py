"""Keeping to rate limits, together, in all lanes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.http import HttpTransport
from bird_dynamic.bird.rate_limit import RateLimiter
from bird_dynamic.emulator import (
    ACCESS_KEY,
    WORKSPACE_ID,
    BirdEmulator,
    EmulatorServer,
    Fault,
    Options,
    Store,
)
from bird_dynamic.lifecycle.connector import ConnectorLifecycle
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.settings import Settings
from tests.support.clock import FakeClock


def sent_within_a_second(method: str) -> int:
    """The most requests that go out within any second of a long row of them."""
    clock = FakeClock()
    pace, deadline = RateLimiter(clock), Deadline.after(3600, clock)
    moments = []
    for _ in range(2000):
        assert pace.wait(method, deadline)
        moments.append(clock.now)
    return max(
        sum(1 for other in moments[start : start + 600] if other < moment + 1.0)
        for start, moment in enumerate(moments)
    )


@pytest.mark.parametrize(("method", "limit"), [("GET", 50), ("POST", 500), ("DELETE", 500)])
def test_birds_documented_limits_are_kept_and_used(method: str, limit: int) -> None:
    assert limit * 0.85 <= sent_within_a_second(method) <= limit


def test_a_throttled_answer_stops_everybody_for_a_while() -> None:
    clock = FakeClock()
    pace, deadline = RateLimiter(clock), Deadline.after(60, clock)
    pace.throttled(clock.now, 7.0)
    began = clock.now
    pace.wait("POST", deadline)
    pace.wait("GET", deadline)
    assert clock.now - began >= 7.0


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    clock = FakeClock()
    pace, deadline = RateLimiter(clock), Deadline.after(60, clock)
    began = clock.now
    pace.throttled(began, 7.0)
    pace.throttled(began, 1.0)
    assert pace.wait("POST", deadline)
    assert clock.now - began >= 7.0


def test_a_lane_that_waits_while_another_one_is_throttled_waits_on() -> None:
    class OtherLane(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if len(self.sleeps) == 1:
                pace.throttled(self.now, 7.0)

    clock = OtherLane()
    pace, deadline = RateLimiter(clock), Deadline.after(60, clock)
    pace.throttled(clock.now, 1.0)
    began = clock.now
    assert pace.wait("POST", deadline)
    assert clock.now - began >= 8.0


def test_a_throttled_answer_slows_everybody_down_and_successes_speed_up_again() -> None:
    clock = FakeClock()
    pace, deadline = RateLimiter(clock), Deadline.after(3600, clock)

    def seconds_for(count: int, then: Callable[[], None] = lambda: None) -> float:
        began = clock.now
        for _ in range(count):
            pace.wait("POST", deadline)
            then()
        return clock.now - began

    fast = seconds_for(100)
    pace.throttled(clock.now, 0.0)
    slow = seconds_for(100)
    seconds_for(2000, pace.answered)
    assert slow > 10 * fast
    assert seconds_for(100) < 2 * fast + 0.1


def test_answers_to_what_was_under_way_do_not_slow_down_further() -> None:
    clock = FakeClock()
    pace, deadline = RateLimiter(clock), Deadline.after(3600, clock)
    for _ in range(40):
        pace.answered()
    sent_at = clock.now - 0.1
    pace.throttled(sent_at, 0.0)
    for _ in range(10):
        pace.throttled(sent_at, 0.0)
    began = clock.now
    for _ in range(28):
        pace.wait("POST", deadline)
    assert clock.now - began < 2.0


@pytest.mark.parametrize("time_left", [5.0, 10.0])
def test_a_place_at_or_after_the_deadline_is_not_waited_for(time_left: float) -> None:
    clock = FakeClock()
    pace = RateLimiter(clock)
    pace.throttled(clock.now, 10.0)
    began = clock.now
    assert not pace.wait("GET", Deadline.after(time_left, clock))
    assert clock.now == began


@pytest.mark.parametrize("retry_after", ["none", "seconds"])
def test_a_strict_limit_fails_nobody_and_is_not_hammered(retry_after: str) -> None:
    store = Store.with_numbers(100)
    limit = Fault("throttle", rate=20, retry_after=retry_after)
    emulator = BirdEmulator(store, options=Options(channel_after=0), faults=[limit])
    voice = [each.id for each in store.numbers.values() if "voice" in each.capabilities][:80]
    with EmulatorServer(emulator) as server:
        settings = Settings(ACCESS_KEY, WORKSPACE_ID, api_url=server.url)
        account = Account(settings, HttpTransport)
        lifecycle = ConnectorLifecycle(VOICE_CHANNEL, lambda profile: account)

        def create(number: str) -> str:
            inputs = lifecycle.check({}, {"phone_number_id": number, "name": number}).inputs
            return lifecycle.create(inputs)[0]

        with ThreadPoolExecutor(4) as lanes:
            created = list(lanes.map(create, voice))
    assert len(set(created)) == 80
    assert len(emulator.connectors()) == 80
    refused = sum(1 for entry in emulator.journal if entry["status"] == 429)
    assert 0 < refused <= len(emulator.journal) / 5

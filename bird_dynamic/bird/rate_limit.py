"""Client-side rate limiter, shared by all threads.

Bird documents 50 GET/s and 500 POST/s a workspace (channels API, "Rate limit"); it documents no
figure for other methods, which are counted as POST here. Bird does not process a request that it
answers with 429. One `RateLimiter` serves a whole account: a 429 in one thread slows down all of
them, and every other answer speeds them up a little.
"""

from __future__ import annotations

import threading
from collections import deque

from bird_dynamic.bird.clock import Clock, Deadline

READS_PER_SECOND = 50.0
WRITES_PER_SECOND = 500.0
SLOWEST = 1.0
SPEED_UP = 0.25
"""Requests per second gained by each answer that is not a 429."""
BURST_SECONDS = 0.1
"""Burst allowance in seconds."""
MARGIN = 0.9
"""Share of the documented rate that is used, so that bursts and retries stay below it."""


class RateLimiter:
    """Delays requests to the allowed rate. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._reads = _Rate(READS_PER_SECOND * MARGIN)
        self._writes = _Rate(WRITES_PER_SECOND * MARGIN)
        self._blocked_until = float("-inf")
        self._slowed_at = float("-inf")
        self._answered: deque[float] = deque(maxlen=1000)

    def wait(self, method: str, deadline: Deadline) -> bool:
        """Wait for the next time slot. False if that is after the deadline."""
        while True:
            with self._lock:
                now = self._clock.monotonic()
                rate = self._reads if method == "GET" else self._writes
                pause = rate.reserve(max(now, self._blocked_until)) - now
            if pause >= deadline.remaining:
                return False
            if pause > 0:
                self._clock.sleep(pause)
            # Another thread may have got a 429 meanwhile: then queue again, behind the pause.
            if self._clock.monotonic() >= self._blocked_until:
                return True

    def answered(self) -> None:
        """Record an answer that is not a 429."""
        with self._lock:
            self._answered.append(self._clock.monotonic())
            self._reads.speed_up()
            self._writes.speed_up()

    def throttled(self, sent_at: float, pause: float) -> None:
        """Record a 429 to a request sent at `sent_at`: no thread sends for `pause` seconds.

        A request that was sent before the last reduction of the rate does not reduce it again.
        """
        with self._lock:
            now = self._clock.monotonic()
            self._blocked_until = max(self._blocked_until, now + pause)
            if sent_at < self._slowed_at:
                return
            self._slowed_at = now
            lately = sum(1 for moment in self._answered if moment > now - 1.0)
            for rate in (self._reads, self._writes):
                rate.slow_down(max(SLOWEST, 0.7 * lately))


class _Rate:
    """Evenly spaced time slots, with a short burst after a pause."""

    def __init__(self, most: float) -> None:
        self._most = most
        self._per_second = most
        self._next = float("-inf")

    def reserve(self, earliest: float) -> float:
        place = max(earliest, self._next)
        self._next = max(self._next, earliest - BURST_SECONDS) + 1.0 / self._per_second
        return place

    def speed_up(self) -> None:
        self._per_second = min(self._most, self._per_second + SPEED_UP)

    def slow_down(self, per_second: float) -> None:
        self._per_second = min(self._per_second, per_second)

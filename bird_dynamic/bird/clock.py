"""A replaceable clock, cancellation, and the deadline of an operation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from bird_dynamic.bird.errors import DeadlineError, RunCancelledError


def in_seconds(seconds: float) -> str:
    """A duration for messages: `90 s`, or `0.05 s`."""
    return f"{seconds:.0f} s" if seconds >= 1 else f"{seconds:.1g} s"


class Clock(Protocol):
    """Monotonic time, calendar time, and sleeping."""

    def monotonic(self) -> float:
        """Monotonic seconds, for durations."""
        ...

    def time(self) -> float:
        """Seconds since the epoch by this machine's clock, which may be wrong."""
        ...

    def sleep(self, seconds: float) -> None:
        """Sleep."""
        ...


class Cancellation(threading.Event):
    """An event that is set when the run is cancelled. Code that cannot wait for it registers a
    listener with `tell`."""

    def __init__(self) -> None:
        super().__init__()
        self._listeners: list[Callable[[], None]] = []

    def tell(self, listener: Callable[[], None]) -> None:
        """Call `listener` when the run is cancelled."""
        self._listeners.append(listener)

    def set(self) -> None:
        """Cancel the run."""
        super().set()
        for listener in list(self._listeners):
            listener()


class SystemClock:
    """The machine's clock. Setting `cancelled` ends all sleeps."""

    def __init__(self, cancelled: threading.Event | None = None) -> None:
        self._cancelled = cancelled or threading.Event()

    def monotonic(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    def time(self) -> float:
        """See `Clock`."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """See `Clock`. Raises RunCancelledError if the run is cancelled meanwhile."""
        if self._cancelled.wait(seconds):
            raise RunCancelledError()


@dataclass(frozen=True)
class Deadline:
    """The time at which an operation gives up; `seconds` is its total time."""

    clock: Clock
    at: float
    seconds: float

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> Deadline:
        """A deadline `seconds` from now."""
        return cls(clock, clock.monotonic() + seconds, seconds)

    def earlier(self, seconds: float) -> Deadline:
        """The same deadline, so many seconds earlier."""
        return replace(self, at=self.at - seconds)

    def passed(self) -> DeadlineError:
        """The error that this deadline has passed."""
        return DeadlineError(f"the timeout of {in_seconds(self.seconds)} has passed")

    @property
    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.at - self.clock.monotonic())


@contextmanager
def held(lock: threading.Lock, deadline: Deadline) -> Iterator[None]:
    """Hold a lock that another operation may hold while it waits for Bird. Raises DeadlineError if
    it does so until the deadline."""
    if not lock.acquire(timeout=min(deadline.remaining, threading.TIMEOUT_MAX)):
        raise deadline.passed()
    try:
        yield
    finally:
        lock.release()

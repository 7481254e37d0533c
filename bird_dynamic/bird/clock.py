"""Time, as something that tests can replace, and the deadline of an operation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bird_dynamic.bird.errors import DeadlineError


class Clock(Protocol):
    """Seconds that only go forward, the seconds of the calendar, and waiting."""

    def monotonic(self) -> float:
        """Seconds since some moment; for durations."""
        ...

    def time(self) -> float:
        """Seconds since the epoch by this machine's clock, which may be wrong."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Cancellation(threading.Event):
    """The end of a run before its time. Who only waits for an event waits for it; who waits for
    something else asks to be told."""

    def __init__(self) -> None:
        super().__init__()
        self._listeners: list[Callable[[], None]] = []

    def tell(self, listener: Callable[[], None]) -> None:
        """Call this once the run is cancelled."""
        self._listeners.append(listener)

    def set(self) -> None:
        """The run is cancelled."""
        super().set()
        for listener in list(self._listeners):
            listener()


class SystemClock:
    """The machine's own clock. Once `cancelled` is set, nobody waits any longer."""

    def __init__(self, cancelled: threading.Event | None = None) -> None:
        self._cancelled = cancelled or threading.Event()

    def monotonic(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    def time(self) -> float:
        """See `Clock`."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """See `Clock`. Raises DeadlineError where the run is cancelled meanwhile."""
        if self._cancelled.wait(seconds):
            raise DeadlineError("the run was cancelled")


@dataclass(frozen=True)
class Deadline:
    """The moment at which an operation gives up."""

    clock: Clock
    at: float
    seconds: float

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> Deadline:
        """A deadline that many seconds from now."""
        return cls(clock, clock.monotonic() + seconds, seconds)

    @property
    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.at - self.clock.monotonic())

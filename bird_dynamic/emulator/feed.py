"""What happens in a running emulator, for those who watch it: the page of the emulator, or a test.

Publishing never waits for a reader. A reader that is too slow loses its events and is told to
reload: it gets one event of the kind `RELOAD`, and reads the present state again.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self

Event = tuple[str, str]
"""Its kind, and its item as JSON."""
MAX_WAITING = 1000
"""Events that wait for one reader."""
MAX_SIZE = 2 * 1024 * 1024
"""Limit in characters of the events that wait for one reader."""
RELOAD: Event = ("reload", "{}")


class Feed:
    """Passes events on to its subscriptions. Thread-safe.

    The kinds are `request` (an entry of the journal), `item` (a created, changed or deleted item,
    such as a call), `delivery` (one of them, as it is now), `faults`, `dialect`, `options` and
    `targets` (all of them, as they are now), and `reset` (items, requests or deliveries were
    cleared).
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._subscriptions: tuple[Subscription, ...] = ()

    def publish(self, kind: str, item: Any) -> None:
        """Pass an event on. `item` must be serializable as JSON, and must not contain secrets."""
        if not self._subscriptions:
            return
        event = (kind, json.dumps(item, default=str))
        with self._changed:
            for each in self._subscriptions:
                each._put(event)
            self._changed.notify_all()

    @property
    def is_watched(self) -> bool:
        """Whether there is a subscription."""
        return bool(self._subscriptions)

    def subscribe(self) -> Subscription:
        """A subscription to all events from now on, until it is closed; a context manager."""
        added = Subscription(self)
        with self._changed:
            self._subscriptions += (added,)
        return added

    def wake(self) -> None:
        """End all present waits for events."""
        with self._changed:
            for each in self._subscriptions:
                each._woken = True
            self._changed.notify_all()


class Subscription:
    """The events that wait for one reader, within bounds of their number and memory."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._waiting: deque[Event] = deque()
        self._size = 0
        self._woken = False

    def take(self, timeout: float) -> list[Event]:
        """The events since the last call, oldest first. Without any, wait up to `timeout` seconds
        for the next one."""
        with self._feed._changed:
            self._feed._changed.wait_for(lambda: self._waiting or self._woken, timeout)
            taken = list(self._waiting)
            self._waiting.clear()
            self._size, self._woken = 0, False
            return taken

    def close(self) -> None:
        """Receive no more events."""
        with self._feed._changed:
            others = (each for each in self._feed._subscriptions if each is not self)
            self._feed._subscriptions = tuple(others)
            self._waiting.clear()

    def _put(self, event: Event) -> None:
        self._waiting.append(event)
        self._size += len(event[1])
        if len(self._waiting) > MAX_WAITING or self._size > MAX_SIZE:
            self._waiting.clear()
            self._waiting.append(RELOAD)
            self._size = len(RELOAD[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

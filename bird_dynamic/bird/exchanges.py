"""The whole time of an exchange: a request and its answer, from the first attempt to connect to the
last byte.

A timeout of a socket bounds a single wait, so a peer that sends a byte now and then is waited for
without end. Here one thread watches the exchanges of a transport, and shuts down the connection of
each one whose time is over: whatever its lane waits for ends. A cancel does it to all of them.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bird_dynamic.bird.clock import Cancellation
from bird_dynamic.bird.errors import DeadlineError


class Exchange:
    """One request and its answer, on one connection after the other."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self.was_cut = False
        self.may_be_sent = False
        """Whether there is a connection, so that the other side may have seen the request."""
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None

    @property
    def remaining(self) -> float:
        """Seconds left, never zero, which would mean "without waiting" to a socket."""
        return max(0.001, self.ends - time.monotonic())

    def uses(self, connection: socket.socket) -> None:
        """From now on, a cut ends this connection. Raises OSError where it was cut already."""
        # A handle of its own: TLS takes the plain socket's away, and the number of a closed one may
        # be that of somebody else's connection.
        number = socket.dup(connection.fileno())
        handle = socket.socket(connection.family, connection.type, connection.proto, number)
        with self._lock:
            self._forget()
            self._handle = handle
        self.check()

    def check(self) -> None:
        """Raises OSError where it was cut."""
        if self.was_cut:
            raise ConnectionAbortedError("the exchange was cut")

    def cut(self) -> None:
        """End it: what waits for its connection fails at once."""
        self.was_cut = True
        self.end_connection()

    def end_connection(self) -> None:
        """Nothing more comes over its connection, and no other exchange gets it."""
        with self._lock:
            if self._handle is not None:
                _shut(self._handle)

    def close(self) -> None:
        """It is over; its connection may go on."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class Exchanges:
    """Those of one transport. Thread-safe."""

    def __init__(self, cancelled: Cancellation) -> None:
        self._cancelled = cancelled
        self._open: set[Exchange] = set()
        self._changed = threading.Condition()
        self._is_watched = False
        self._looks_at = 0.0
        cancelled.tell(self._cut_all)

    @contextmanager
    def lasting(self, seconds: float) -> Iterator[Exchange]:
        """An exchange of this thread, cut after so many seconds. Raises DeadlineError where the run
        was cancelled."""
        exchange = Exchange(seconds)
        try:
            self._begin(exchange)
            _of_thread.exchange = exchange
            yield exchange
        finally:
            with self._changed:
                self._open.discard(exchange)
            exchange.close()

    def _begin(self, exchange: Exchange) -> None:
        with self._changed:
            if self._cancelled.is_set():
                raise DeadlineError("the run was cancelled")
            self._open.add(exchange)
            if not self._is_watched:
                threading.Thread(target=self._watch, name="exchanges", daemon=True).start()
                self._is_watched = True
            elif exchange.ends < self._looks_at:
                self._changed.notify()

    def _watch(self) -> None:
        """Cut what takes too long. Ends when it finds nothing to watch: that is rare enough for a
        thread to be cheap, because it looks only when the first of them may be over."""
        with self._changed:
            while self._open:
                now = time.monotonic()
                for exchange in [each for each in self._open if each.ends <= now]:
                    self._open.discard(exchange)
                    exchange.cut()
                self._looks_at = min((each.ends for each in self._open), default=now)
                self._changed.wait(self._looks_at - now)
            self._is_watched = False

    def _cut_all(self) -> None:
        with self._changed:
            for exchange in self._open:
                exchange.cut()


def exchange_of_this_thread() -> Exchange:
    """The one that this thread is busy with."""
    exchange: Exchange = _of_thread.exchange
    return exchange


_of_thread = threading.local()


def _shut(connection: socket.socket) -> None:
    # One that is not connected, or not any more, has nobody waiting for it.
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)

"""Bounds the total time of an exchange: a request and its answer, from the first attempt to connect
to the last byte.

A socket timeout bounds a single wait, so a peer that sends a byte now and then could take for ever.
Here one thread watches the exchanges of a transport, and shuts down the connection of each exchange
that has timed out, which ends the wait of its thread. A cancel does the same to all of them.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bird_dynamic.bird.clock import Cancellation
from bird_dynamic.bird.errors import RunCancelledError


class Exchange:
    """One request and its answer. It may use several connections, one after another."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self.was_cut = False
        self.may_be_sent = False
        """Whether a connection exists, so that the request may have been sent."""
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None

    @property
    def remaining(self) -> float:
        """Seconds left; never zero, which a socket takes for non-blocking."""
        return max(0.001, self.ends - time.monotonic())

    def uses(self, connection: socket.socket) -> None:
        """Make a cut end this connection. Raises OSError if the exchange was already cut."""
        # A duplicate handle: TLS detaches the plain socket, and another connection may reuse the
        # number of a closed one.
        number = socket.dup(connection.fileno())
        handle = socket.socket(connection.family, connection.type, connection.proto, number)
        with self._lock:
            self._forget()
            self._handle = handle
        self.check()

    def check(self) -> None:
        """Raises OSError if the exchange was cut."""
        if self.was_cut:
            raise ConnectionAbortedError("the exchange was cut")

    def cut(self) -> None:
        """End the exchange: every wait for its connection fails at once."""
        self.was_cut = True
        self.end_connection()

    def end_connection(self) -> None:
        """Shut down the connection, so that no other exchange can use it."""
        with self._lock:
            if self._handle is not None:
                _shut(self._handle)

    def close(self) -> None:
        """End the exchange normally; its connection may be kept alive."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class Exchanges:
    """The open exchanges of one transport. Thread-safe."""

    def __init__(self, cancelled: Cancellation) -> None:
        self._cancelled = cancelled
        self._open: set[Exchange] = set()
        self._changed = threading.Condition()
        self._is_watched = False
        self._looks_at = 0.0
        cancelled.tell(self._cut_all)

    @contextmanager
    def lasting(self, seconds: float) -> Iterator[Exchange]:
        """An exchange of this thread, cut after `seconds`. Raises RunCancelledError if the run was
        cancelled."""
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
                raise RunCancelledError()
            self._open.add(exchange)
            if not self._is_watched:
                threading.Thread(target=self._watch, name="exchanges", daemon=True).start()
                self._is_watched = True
            elif exchange.ends < self._looks_at:
                self._changed.notify()

    def _watch(self) -> None:
        """Cut exchanges that have timed out. Wakes up only when the first one may time out; ends
        when none is open."""
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
    """The current exchange of this thread."""
    exchange: Exchange = _of_thread.exchange
    return exchange


_of_thread = threading.local()


def _shut(connection: socket.socket) -> None:
    # Nothing waits for a socket that is not connected.
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)

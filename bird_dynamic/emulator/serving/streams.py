"""Streams of events to browsers: what happens in the emulator, as server-sent events.

A stream begins with the event `hello`. Whoever reads it then reads the state, and follows the
events; after `reload`, it reads the state again. A stream ends when its reader goes away, or reads
nothing for `STALLED` seconds, and when the server stops.
"""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler

from bird_dynamic._version import package_version
from bird_dynamic.emulator.feed import Feed, Subscription
from bird_dynamic.emulator.serving.page import HEADERS

EVENTS = "/__emulator__/events"
MAX_STREAMS = 32
"""Streams at a time; further ones are answered 503."""
HEARTBEAT = 15.0
"""Seconds without an event after which a comment is sent."""
STALLED = 30.0
"""Seconds after which a stream ends whose reader reads nothing."""
_PULSE = 1.0
"""Seconds after which it is noticed that a reader went away."""


class Streams:
    """The streams of one server, within a bound of their number."""

    def __init__(self, feed: Feed, stopped: threading.Event) -> None:
        self._feed, self._stopped = feed, stopped
        self._free = threading.BoundedSemaphore(MAX_STREAMS)

    def serve(self, handler: BaseHTTPRequestHandler) -> bool:
        """Write events to a connection until the stream ends, and close it then. Returns False, and
        writes nothing, if there are too many streams."""
        if not self._free.acquire(blocking=False):
            return False
        handler.close_connection = True
        try:
            with self._feed.subscribe() as subscription:
                self._write(handler, subscription)
        except OSError:
            """Its reader went away, or does not read."""
        finally:
            self._free.release()
        return True

    def _write(self, handler: BaseHTTPRequestHandler, subscription: Subscription) -> None:
        handler.connection.settimeout(STALLED)
        fields = {"Content-Type": "text/event-stream; charset=utf-8", "Connection": "close"}
        head = [f"{name}: {value}" for name, value in {**fields, **HEADERS}.items()]
        handler.wfile.write("\r\n".join(["HTTP/1.1 200 -", *head, "", ""]).encode())
        hello = json.dumps({"version": package_version()})
        handler.wfile.write(b"retry: 1000\n\n" + _text("hello", hello))
        quiet_since = time.monotonic()
        while not self._stopped.is_set() and not _has_gone(handler):
            events = subscription.take(_PULSE)
            if events:
                handler.wfile.write(b"".join(_text(*each) for each in events))
            elif time.monotonic() - quiet_since >= HEARTBEAT:
                handler.wfile.write(b": still here\n\n")
            else:
                continue
            quiet_since = time.monotonic()


def _text(kind: str, item: str) -> bytes:
    # JSON in ASCII has no line breaks.
    return f"event: {kind}\ndata: {item}\n\n".encode()


def _has_gone(handler: BaseHTTPRequestHandler) -> bool:
    """Whether the reader closed the connection."""
    handler.connection.settimeout(0)
    try:
        # What a reader sends meanwhile is ignored.
        return not handler.connection.recv(65536)
    except BlockingIOError:
        return False
    finally:
        handler.connection.settimeout(STALLED)

"""Sends one delivery to a program on this machine: one request, one answer, within its time.

Redirects are not followed, and proxies of the environment are not used.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import quote, urlsplit

from bird_dynamic.emulator.delivering.targets import Target

TIMEOUT = 10.0
"""Seconds for an answer. How long Bird waits is not known."""
MAX_ANSWER = 64 * 1024
"""Bytes of an answer's body that are read."""
LONGEST_ANSWER = 2000
"""Characters of an answer's body that are kept."""
_PUNCTUATION = "!$%&'()*+,/:;=?@[]~-._"


@dataclass(frozen=True)
class Answer:
    """What came back: a status and the beginning of the body, or what went wrong."""

    status: int | None = None
    body: str = ""
    error: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the receiver has accepted the delivery."""
        return self.status is not None and 200 <= self.status <= 299


def path_of(url: str) -> str:
    """The path and the query of a URL, as they are sent."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return quote(f"{parts.path or '/'}{query}", safe=_PUNCTUATION)


class _Timed(socket.socket):
    """A connected socket whose every wait ends at the same moment."""

    until: float

    @classmethod
    def of(cls, connected: socket.socket, until: float) -> _Timed:
        made = cls(fileno=connected.detach())
        made.until = until
        return made

    def recv_into(self, *arguments: Any, **named: Any) -> int:
        self._hurry()
        return super().recv_into(*arguments, **named)

    def sendall(self, *arguments: Any, **named: Any) -> None:
        self._hurry()
        super().sendall(*arguments, **named)

    def _hurry(self) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.settimeout(left)


def send(target: Target, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """POST a body to the target, as if it were the host of the URL, within `TIMEOUT` in all."""
    until = time.monotonic() + TIMEOUT
    refused = Answer(error="no address")
    for address in target.addresses:
        left = until - time.monotonic()
        if left <= 0:
            break
        connection = HTTPConnection(address, target.port, timeout=left)
        try:
            connection.connect()
            connection.sock = _Timed.of(connection.sock, until)
        except OSError as error:
            refused = _failed(error)
            continue
        try:
            connection.request("POST", path_of(url), body, dict(headers))
            return _answer(connection.getresponse())
        except (OSError, HTTPException, ValueError) as error:
            return _failed(error)
        finally:
            connection.close()
    return refused


def _answer(response: HTTPResponse) -> Answer:
    body = response.read(MAX_ANSWER)
    return Answer(response.status, body.decode(errors="replace")[:LONGEST_ANSWER])


def _failed(error: Exception) -> Answer:
    if isinstance(error, TimeoutError):
        return Answer(error=f"no answer within {TIMEOUT:g} seconds")
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Answer(error=said[:LONGEST_ANSWER])

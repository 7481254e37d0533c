"""Sends one delivery to a program on this machine: one request, one answer, within its time.

Redirects are not followed, and proxies of the environment are not used.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import quote, urlsplit

from bird_dynamic.emulator.targets import Target

TIMEOUT = 10.0
"""Seconds for an answer. How long Bird waits is not known."""
MAX_ANSWER = 64 * 1024
"""Bytes of an answer's body that are read."""
KEPT = 2000
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


def send(
    target: Target, url: str, headers: Mapping[str, str], body: bytes, timeout: float = TIMEOUT
) -> Answer:
    """POST a body to the target, as if it were the host of the URL."""
    refused = Answer(error="no address")
    for address in target.addresses:
        connection = HTTPConnection(address, target.port, timeout=timeout)
        try:
            connection.connect()
        except OSError as error:
            refused = _failed(error)
            continue
        try:
            connection.request("POST", path_of(url), body, dict(headers))
            return _answer(connection.getresponse(), time.monotonic() + timeout)
        except (OSError, HTTPException, ValueError) as error:
            return _failed(error)
        finally:
            connection.close()
    return refused


def _answer(response: HTTPResponse, until: float) -> Answer:
    body = b""
    while len(body) < MAX_ANSWER and time.monotonic() < until:
        part = response.read1(MAX_ANSWER - len(body))
        if not part:
            break
        body += part
    return Answer(response.status, body.decode(errors="replace")[:KEPT])


def _failed(error: Exception) -> Answer:
    if isinstance(error, TimeoutError):
        return Answer(error=f"no answer within {TIMEOUT:g} seconds")
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Answer(error=said[:KEPT])

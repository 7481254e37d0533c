"""Receiving webhooks: proves that a request to your URL was sent by Bird.

    from bird_dynamic.webhooks import SignatureError, verify

    try:
        verify(request.get_data(), request.headers, url=URL, signing_key=SIGNING_KEY)
    except SignatureError as error:
        abort(401, str(error))

This module needs neither Pulumi nor an access key. Bird's documentation does not describe the
signature; this follows two public receivers of real events.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence

SIGNATURE_HEADER = "messagebird-signature"
TIMESTAMP_HEADER = "messagebird-request-timestamp"
LONGEST_RETRIES = 24 * 3600.0
"""Seconds for which Bird repeats a delivery, with its first timestamp: 8 hours by its
documentation, and about 24 as one receiver has seen."""
CLOCK_TOLERANCE = 300.0
"""Seconds by which Bird's clock may be ahead of this machine's."""


class SignatureError(Exception):
    """The request is not proven to come from Bird. The text says why, and contains no secret."""


def signature(body: bytes, *, timestamp: str, url: str, signing_key: str) -> str:
    """The signature of a delivery, as in its header: base64 of the HMAC-SHA256, with the signing
    key, of the timestamp, the URL and the SHA-256 of the body, in three lines."""
    signed = b"\n".join((timestamp.encode(), url.encode(), hashlib.sha256(body).digest()))
    return base64.b64encode(hmac.digest(signing_key.encode(), signed, hashlib.sha256)).decode()


def verify(
    body: bytes,
    headers: Mapping[str, str],
    *,
    url: str,
    signing_key: str | Sequence[str],
    max_age: float = LONGEST_RETRIES,
    now: float | None = None,
) -> None:
    """Check that Bird has signed a request.

    `body`: the bytes as they arrived, before any parsing. `headers`: those of the request; the case
    of their names does not matter. `url`: the `url` of the webhook subscription, to the letter: it
    is a part of what is signed, so behind a proxy the address of the incoming request is not it.
    `signing_key`: the `signing_key` of the subscription, or several of them while a new one takes
    the place of an old one. `max_age`: seconds after which a delivery is refused, by its first
    timestamp, which retries keep. `now`: seconds since the epoch; the machine's clock by default.

    A delivery may arrive twice: recognize it by an id in its body.

    Raises SignatureError if the request is not proven to be Bird's, and TypeError or ValueError for
    a body that is no bytes, or a missing key.
    """
    if not isinstance(body, bytes | bytearray | memoryview):
        raise TypeError("body: must be the bytes of the request, before they are decoded or parsed")
    keys = [signing_key] if isinstance(signing_key, str) else list(signing_key)
    if not keys or not all(isinstance(each, str) and each for each in keys):
        raise ValueError("signing_key: must be the signing_key of the webhook subscription")
    given = {name.lower(): value for name, value in headers.items()}
    timestamp, signed = _header(given, TIMESTAMP_HEADER), _header(given, SIGNATURE_HEADER)
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise SignatureError(f"the header {TIMESTAMP_HEADER} is not a number of seconds")
    age = (time.time() if now is None else now) - int(timestamp)
    # Every key is tried, and every comparison takes the same time.
    matches = [
        hmac.compare_digest(
            signature(bytes(body), timestamp=timestamp, url=url, signing_key=each).encode(),
            signed.encode(errors="replace"),
        )
        for each in keys
    ]
    if not any(matches):
        raise SignatureError(
            "the signature does not match: url must be the url of the webhook subscription to the "
            "letter, signing_key its signing key, and body the bytes as they arrived"
        )
    if age > max_age:
        raise SignatureError(
            f"the delivery is {age:.0f} s old, more than max_age ({max_age:.0f} s)"
        )
    if age < -CLOCK_TOLERANCE:
        raise SignatureError(
            f"the delivery is {-age:.0f} s in the future: check this machine's clock"
        )


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    if not value:
        raise SignatureError(f"the header {name} is missing: is this a request of Bird's?")
    return value.strip()

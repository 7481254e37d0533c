"""Signatures of deliveries: what is proven to be Bird's, and what is not."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bird_dynamic.webhooks import (
    CLOCK_TOLERANCE,
    LONGEST_RETRIES,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    SignatureError,
    signature,
    verify,
)

URL = "https://example.com/calls?line=support"
KEY = "a signing key"
BODY = b'{"id": "1", "status": "ringing"}'
SENT = 1_790_000_000.0


def request(body: bytes = BODY, url: str = URL, key: str = KEY) -> dict[str, str]:
    timestamp = str(int(SENT))
    return {
        "Messagebird-Signature": signature(body, timestamp=timestamp, url=url, signing_key=key),
        "Messagebird-Request-Timestamp": timestamp,
    }


def check(headers: dict[str, str], body: Any = BODY, **given: Any) -> None:
    verify(body, headers, **{"url": URL, "signing_key": KEY, "now": SENT + 1, **given})


def test_the_signature_is_the_one_that_openssl_computes() -> None:
    script = (
        f"{{ printf '%s\\n%s\\n' {int(SENT)} '{URL}'; printf '%s' '{BODY.decode()}' | "
        f"openssl dgst -sha256 -binary; }} | openssl dgst -sha256 -hmac '{KEY}' -binary | base64"
    )
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert request()["Messagebird-Signature"] == done.stdout.strip()


@given(st.binary(max_size=200), st.text(min_size=1), st.booleans())
def test_what_is_signed_is_accepted(body: bytes, key: str, lower: bool) -> None:
    key = key.encode(errors="replace").decode()
    headers = request(body, key=key)
    named = {name.lower() if lower else name.upper(): each for name, each in headers.items()}
    check(named, body, signing_key=key)


@pytest.mark.parametrize(
    "change",
    [
        {"body": BODY + b" "},
        {"url": "https://example.com/calls"},
        {"url": URL.replace("https", "http")},
        {"signing_key": "another key"},
        {"signing_key": ["another key", KEY[:-1]]},
    ],
)
def test_any_change_is_refused_and_the_key_is_not_told(change: dict[str, Any]) -> None:
    with pytest.raises(SignatureError, match="does not match: url must be") as caught:
        check(request(), **change)
    assert KEY not in str(caught.value)
    assert request()["Messagebird-Signature"] not in str(caught.value)


def test_another_timestamp_is_refused() -> None:
    with pytest.raises(SignatureError, match="does not match"):
        check({**request(), "Messagebird-Request-Timestamp": str(int(SENT) + 1)})


def test_either_key_is_good_while_one_replaces_the_other() -> None:
    check(request(key="the new key"), signing_key=[KEY, "the new key"])
    check(request(), signing_key=[KEY, "the new key"])


@pytest.mark.parametrize("hours", [0, 0.25, 4, 8, 23.9])
def test_a_retry_with_its_first_timestamp_is_accepted(hours: float) -> None:
    check(request(), now=SENT + hours * 3600)


def test_what_is_too_old_or_from_the_future_is_refused() -> None:
    with pytest.raises(SignatureError, match="more than max_age"):
        check(request(), now=SENT + LONGEST_RETRIES + 1)
    with pytest.raises(SignatureError, match=r"11 s old, more than max_age \(10 s\)"):
        check(request(), now=SENT + 11, max_age=10)
    check(request(), now=SENT - CLOCK_TOLERANCE)
    with pytest.raises(SignatureError, match="in the future"):
        check(request(), now=SENT - CLOCK_TOLERANCE - 1)


@pytest.mark.parametrize("header", [SIGNATURE_HEADER, TIMESTAMP_HEADER])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_header_is_named(header: str, value: str | None) -> None:
    headers = {name.lower(): each for name, each in request().items() if name.lower() != header}
    if value is not None:
        headers[header] = value
    with pytest.raises(SignatureError, match=f"{header} is missing"):
        check(headers)


@pytest.mark.parametrize("value", ["soon", "-5", "1e9", "\u0661", "9" * 13, "17900.5"])
def test_a_timestamp_that_is_no_number_of_seconds_is_refused(value: str) -> None:
    with pytest.raises(SignatureError, match=f"{TIMESTAMP_HEADER} is not a number of seconds"):
        check({**request(), "Messagebird-Request-Timestamp": value})


@pytest.mark.parametrize("value", ["\ud800", "é", "=", "[]"])
def test_a_signature_of_any_form_is_refused_without_a_crash(value: str) -> None:
    with pytest.raises(SignatureError, match="does not match"):
        check({**request(), "Messagebird-Signature": value})


def test_a_wrong_call_is_an_error_of_the_program_and_no_refusal() -> None:
    with pytest.raises(TypeError, match="body: must be the bytes of the request"):
        check(request(), BODY.decode())
    for key in ("", [], [""], None):
        with pytest.raises((ValueError, TypeError)):
            check(request(), signing_key=key)


def test_the_example_of_the_guide_tells_what_is_from_bird() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "receiving.md").read_text()
    example, *_ = re.findall(r"```python\n(.*?)```", guide, re.S)
    names: dict[str, Any] = {}
    exec(example, names)
    timestamp = str(int(time.time()))
    signed = signature(BODY, timestamp=timestamp, url=names["URL"], signing_key=KEY)
    headers = {SIGNATURE_HEADER: signed, TIMESTAMP_HEADER: timestamp}
    assert names["is_from_bird"](BODY, headers, KEY) is True
    assert names["is_from_bird"](BODY, headers, "another key") is False


def test_a_receiver_does_not_load_pulumi() -> None:
    script = "import sys, bird_dynamic.webhooks; sys.exit('pulumi' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)

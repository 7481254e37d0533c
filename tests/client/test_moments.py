"""Moments in bodies and headers, as many ways as others write them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bird_dynamic.bird.moments import http_moment, moment

NOON = 1_795_694_400.0


@pytest.fixture(autouse=True, params=["UTC", "America/New_York"])
def zone_of_this_machine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-26T12:00:00Z", 0),
        ("2026-11-26t12:00:00z", 0),
        ("2026-11-26T12:00:00", 0),
        ("2026-11-26 12:00:00", 0),
        ("2026-11-26T12:00:00.5Z", 0.5),
        ("2026-11-26T12:00:00.25", 0.25),
        ("2026-11-26T12:00:00.123Z", 0.123),
        ("2026-11-26T12:00:00.1234567Z", 0.1234567),
        ("2026-11-26T12:00:00.123456789Z", 0.123456789),
        ("2026-11-26T14:00:00+02:00", 0),
        ("2026-11-26T06:30:00.5-0530", 0.5),
        ("2026-11-26T12:00:00+00:00", 0),
    ],
)
def test_a_moment_is_read(text: str, seconds: float) -> None:
    assert moment(text) == pytest.approx(NOON + seconds, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        None,
        3,
        NOON,
        "",
        "2026-11-26",
        "2026-13-26T12:00:00Z",
        "2026-11-26T24:00:01Z",
        "0000-11-26T12:00:00Z",
        "2026-11-26T12:00:00.Z",
        "2026-11-26T12:00:00.1234567890Z",
        "2026-11-26T12:00:00+24:00",
        "2026-11-26T12:00:00Z ",
        "٢٠٢٦-11-26T12:00:00Z",
    ],
)
def test_what_is_no_moment_is_none(text: Any) -> None:
    assert moment(text) is None


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)))
def test_whatever_python_writes_is_read(written: datetime) -> None:
    seconds = written.replace(tzinfo=timezone.utc).timestamp()
    assert moment(written.isoformat()) == pytest.approx(seconds, abs=1e-3)


@pytest.mark.parametrize(
    "text",
    [
        formatdate(NOON, usegmt=True),
        formatdate(NOON),
        "Thu, 26 Nov 2026 12:00:00",
        "26 Nov 2026 12:00:00",
        "Thursday, 26-Nov-26 12:00:00 GMT",
        "Thu Nov 26 12:00:00 2026",
        "Thu, 26 Nov 2026 07:00:00 -0500",
    ],
)
def test_a_moment_of_a_header_is_read(text: str) -> None:
    assert http_moment(text) == NOON


@pytest.mark.parametrize(
    "text", ["", " ", "0", "-5", "1.5", "x", "32 Nov 2026 12:00:00", "1 Jan 1 1:1:1 +999999", ","]
)
def test_what_is_no_moment_in_a_header_is_none(text: str) -> None:
    assert http_moment(text) is None


@given(st.text("0123456789 ,:-+.GMTJanuary", max_size=40) | st.text(max_size=40))
def test_no_text_at_all_is_a_reason_to_fail(text: str) -> None:
    for found in (moment(text), http_moment(text)):
        assert found is None or isinstance(found, float)

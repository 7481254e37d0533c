"""Parses timestamps into seconds since the epoch; None for an invalid one.

Python's own parsers do not suffice: `datetime.fromisoformat` of Python 3.10 accepts only fractions
of three and six digits, and `parsedate_to_datetime` treats a time without a zone as local time.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_tz
from typing import Any

_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.([0-9]{1,9}))?"
    r"(?:Z|([+-])([0-9]{2}):?([0-9]{2}))?",
    re.IGNORECASE,
)


def moment(text: Any) -> float | None:
    """A timestamp in a body: `2026-11-26T12:00:00.123Z`. Without a zone it is UTC."""
    found = _ISO.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    date, time, fraction, sign, hours, minutes = found.groups()
    ahead = 60 * int(hours or 0) + int(minutes or 0)
    try:
        zone = timezone(timedelta(minutes=-ahead if sign == "-" else ahead))
        whole = datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=zone)
    except ValueError:
        return None
    return whole.timestamp() + float(f"0.{fraction or 0}")


def http_moment(text: str) -> float | None:
    """A timestamp in a header: `Thu, 26 Nov 2026 12:00:00 GMT`. Without a zone it is UTC."""
    try:
        found = parsedate_tz(text)
        if found is None:
            return None
        zone = timezone(timedelta(seconds=found[9] or 0))
        return datetime(*found[:6], tzinfo=zone).timestamp()
    except (ArithmeticError, LookupError, TypeError, ValueError):
        # The parser does not check its input, and raises any of these.
        return None

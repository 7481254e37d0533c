"""Applies a dialect's format of ids and timestamps to an answer."""

from __future__ import annotations

import re
from typing import Any

from bird_dynamic.emulator.dialect import Dialect

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{3})Z$")
_MOMENTS = {"nanoseconds": r"\1.\g<2>000000Z", "offset": r"\1+00:00", "zoneless": r"\1"}


def spelled(dialect: Dialect, value: Any) -> Any:
    """An answer in the dialect's format."""
    if dialect.id_case == "lower" and dialect.timestamps == "milliseconds":
        return value
    if isinstance(value, dict):
        return {key: spelled(dialect, each) for key, each in value.items()}
    if isinstance(value, list):
        return [spelled(dialect, each) for each in value]
    if isinstance(value, str) and dialect.id_case == "upper" and _ID.fullmatch(value):
        return value.upper()
    if isinstance(value, str) and dialect.timestamps in _MOMENTS:
        return _MOMENT.sub(_MOMENTS[dialect.timestamps], value)
    return value

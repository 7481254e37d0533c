"""Fault injection: which fault, for which requests, and how often.

Deterministic: a fault counts the requests that match it and fires at the nth one; only
`probability` is random, from a seeded source. The core calls `FaultPlan.firing` once for each
request, and applies the fault.
"""

from __future__ import annotations

import random
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from bird_dynamic.emulator.checks import (
    Problems,
    boolean,
    choice,
    demand,
    nullable,
    number,
    settings,
    text,
    whole,
)

KINDS = {
    "status": "answers with `status` and `headers`",
    "latency": "answers after `seconds`, at most 3,600",
    "hang": "waits for `seconds`, at most 3,600, then closes the connection without an answer",
    "refuse": "refuses the connection; over a socket, resets it instead",
    "reset": "resets the connection",
    "empty": "closes the connection without an answer",
    "truncate": "ends the answer in the middle of the body",
    "garbage": "answers with invalid JSON",
    "wrong_content_type": "answers with an HTML page",
    "wrong_schema": "answers with JSON of another schema",
    "redirect": "answers with a redirect to another host",
    "stale_list": "answers a listing as of `seconds` ago, or before the last change",
    "stale_read": "answers a read as of `seconds` ago, or before the last change",
    "slow_channel": "answers a read without the channel",
    "revoked": "refuses the access key from this request on",
    "throttle": "answers 429 above `rate` requests per second",
}

DELIVER = "deliver"
"""The operation of a delivery to a webhook's receiver. A fault of any operation is not one of
it."""
DELIVERY_KINDS = ("status", "latency", "hang", "refuse", "reset", "empty")
"""The faults that a delivery may have."""
LONGEST_WAIT = 3600.0
"""Limit of `seconds` where a request waits for them."""
_WAITS = ("latency", "hang")
_HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_FIELDS = settings(
    {
        "kind": choice(*KINDS),
        "operation": text(),
        "nth": whole(1),
        "times": nullable(whole(1)),
        "probability": number(0, 1),
        "applied": boolean(),
        "status": whole(200, 599),
        "headers": lambda value, path: _check_headers(value, path),
        "seconds": number(0),
        "rate": number(0),
        "retry_after": choice("none", "seconds", "date"),
    },
    required=("kind",),
)
_LENGTHS = ("content-length", "transfer-encoding")


def check_fault(value: Any, path: str) -> Problems:
    """Check the fields of a fault."""
    problems = _FIELDS(value, path)
    if not problems and value.get("operation") == DELIVER and value["kind"] not in DELIVERY_KINDS:
        return {f"{path}.kind": [f"must be, of a delivery, one of: {', '.join(DELIVERY_KINDS)}"]}
    if problems or value["kind"] not in _WAITS:
        return problems
    return number(0, LONGEST_WAIT)(value.get("seconds", 0), f"{path}.seconds")


def _check_headers(value: Any, path: str) -> Problems:
    good = isinstance(value, dict) and all(
        isinstance(name, str)
        and isinstance(content, str)
        and re.fullmatch(_HEADER_NAME, name)
        and re.fullmatch(r"[ -~]*", content)
        and name.lower() not in _LENGTHS
        for name, content in value.items()
    )
    says = "must be an object of header names and values in ASCII, without the body's length"
    return {} if good else {path: [says]}


@dataclass(frozen=True)
class Fault:
    """One fault to inject. Raises ValueError for a field that is out of its range.

    It fires at the `nth` request of the named `operation` ("any" for all) and at the following
    `times` - 1 matching ones (None: for ever), each with `probability`. `applied`: the request is
    processed nevertheless, so only its answer is lost.
    """

    kind: str
    operation: str = "any"
    nth: int = 1
    times: int | None = 1
    probability: float = 1.0
    applied: bool = False
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    rate: float = 20.0
    retry_after: str = "none"

    def __post_init__(self) -> None:
        demand(check_fault, vars(self))


class FaultPlan:
    """The active faults, with their counters."""

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 0) -> None:
        self.faults = tuple(faults)
        self._matched = [0] * len(self.faults)
        self._lots = random.Random(seed)  # noqa: S311
        self._allowed: deque[float] = deque()

    def firing(self, operation: str, now: float) -> Fault | None:
        """The fault for this request, if any; the first one in the plan's order."""
        hit: Fault | None = None
        for index, fault in enumerate(self.faults):
            if fault.operation not in ("any", operation) or (
                operation == DELIVER and fault.operation != DELIVER
            ):
                continue
            self._matched[index] += 1
            if hit is None and self._fires(fault, self._matched[index], now):
                hit = fault
        return hit

    def left(self) -> list[int | None]:
        """For each fault, how many times it will still fire at most; None: without a limit."""
        return [
            None
            if fault.times is None or fault.kind == "throttle"
            else max(0, min(fault.times, fault.nth + fault.times - 1 - matched))
            for fault, matched in zip(self.faults, self._matched, strict=True)
        ]

    def retry_after(self, now: float) -> int:
        """Integer seconds until a throttled caller may retry."""
        return max(1, ceil(self._allowed[0] + 1.0 - now)) if self._allowed else 1

    def _fires(self, fault: Fault, matched: int, now: float) -> bool:
        if fault.kind == "throttle":
            return self._throttled(fault, now)
        if matched < fault.nth or (fault.times is not None and matched >= fault.nth + fault.times):
            return False
        return fault.probability >= 1.0 or self._lots.random() < fault.probability

    def _throttled(self, fault: Fault, now: float) -> bool:
        while self._allowed and self._allowed[0] <= now - 1.0:
            self._allowed.popleft()
        if len(self._allowed) >= fault.rate:
            return True
        self._allowed.append(now)
        return False

"""Misbehaving on purpose: what goes wrong, at which requests, and how often.

Deterministic: a fault counts the requests that match it and fires at the nth one; only
`probability` draws lots, from a seeded source. The core asks `FaultPlan.firing` once for each
request and does what the fault says.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil

KINDS = {
    "status": "answers with `status` and `headers`",
    "latency": "answers after `seconds`",
    "hang": "says nothing for `seconds`, then closes the connection",
    "refuse": "refuses the connection; over a socket, which has accepted it, a reset",
    "reset": "resets the connection",
    "empty": "closes the connection without an answer",
    "truncate": "stops in the middle of the body",
    "garbage": "answers with something that is not JSON",
    "wrong_content_type": "answers with a page of HTML",
    "wrong_schema": "answers with JSON of another shape",
    "redirect": "sends the caller to another host",
    "stale_list": "lists as of `seconds` ago, or before the last change",
    "stale_read": "reads as of `seconds` ago, or before the last change",
    "slow_channel": "does not show the channel yet",
    "revoked": "refuses the access key from then on",
    "throttle": "answers 429 above `rate` requests a second",
}


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    It fires at the `nth` request of the named `operation` ("any" for all) and at the `times` - 1
    matching ones after it (None: for ever), each with `probability`. `applied`: the request is
    carried out all the same, so its answer is what gets lost.
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
        if self.kind not in KINDS:
            raise ValueError(f"no fault is called {self.kind!r}; there are: {', '.join(KINDS)}")
        if self.retry_after not in ("none", "seconds", "date"):
            raise ValueError("retry_after is none, seconds or date")


class FaultPlan:
    """The faults that are in force, and how far each has counted."""

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 0) -> None:
        self.faults = tuple(faults)
        self._matched = [0] * len(self.faults)
        self._lots = random.Random(seed)  # noqa: S311
        self._allowed: deque[float] = deque()

    def firing(self, operation: str, now: float) -> Fault | None:
        """The fault that hits this request, if any; the first one in the plan's order."""
        hit: Fault | None = None
        for index, fault in enumerate(self.faults):
            if fault.operation not in ("any", operation):
                continue
            self._matched[index] += 1
            if hit is None and self._fires(fault, self._matched[index], now):
                hit = fault
        return hit

    def retry_after(self, now: float) -> int:
        """Whole seconds until a throttled caller may come again."""
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

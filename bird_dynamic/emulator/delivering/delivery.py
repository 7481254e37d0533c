"""One delivery: an event, for one webhook subscription, with its attempts.

Assumed, because Bird's documentation does not show it: the body (`service`, `event`, `payload`, as
in the events of other channels that receivers quote) and the name of the request id's header. The
signature is that of two public receivers of real events. This is written without
`bird_dynamic.webhooks`, so that neither hides mistakes of the other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from bird_dynamic.emulator.delivering.sending import Answer
from bird_dynamic.emulator.delivering.targets import Target
from bird_dynamic.emulator.messages import Json

LONGEST_OLD_ANSWER = 200
"""Characters that are kept of an answer's body once there is a later one."""
ATTEMPT_SIZE = 300
"""Bytes that an attempt takes without the answer's body."""
PENDING, SUCCEEDED, FAILED = "pending", "succeeded", "failed"
UNMAPPED, UNSUBSCRIBED = "unmapped", "unsubscribed"


@dataclass(frozen=True)
class Event:
    """Something that happened. `attributes` are what the filters of a subscription compare with.
    Events with the same `subject`, such as a call, are delivered in their order."""

    service: str
    event: str
    attributes: Mapping[str, str]
    payload: Json
    subject: str

    def matches(self, subscription: Mapping[str, Any]) -> bool:
        """Whether a webhook subscription asks for it: each of its filter keys has one of its
        values. Several values of a key, such as `status`, are alternatives."""
        if (subscription.get("service"), subscription.get("event")) != (self.service, self.event):
            return False
        if subscription.get("status") != "active":
            return False
        met: dict[Any, bool] = {}
        for each in subscription.get("eventFilters") or ():
            key = str(each.get("key"))
            value = self.attributes.get(key)
            met[key] = met.get(key) or (
                value is not None and str(each.get("value")).lower() == value.lower()
            )
        return all(met.values())

    def body(self) -> bytes:
        """The body of its deliveries."""
        content = {"service": self.service, "event": self.event, "payload": self.payload}
        return json.dumps(content).encode()


@dataclass(frozen=True)
class Attempt:
    """One request of a delivery, and what came back."""

    at: float
    answer: Answer
    seconds: float = 0.0


@dataclass(kw_only=True)
class Delivery:
    """A delivery. It keeps the URL and the key that its subscription had when the event happened.

    `status` is `pending` (it is sent, or repeated later), `succeeded`, `failed`, `unmapped` (its
    URL has no target, so it is not sent, or not any more), or `unsubscribed` (no subscription asks
    for the event).
    """

    request_id: str
    sequence: int
    event: Event
    body: bytes
    created_at: float
    subscription_id: str | None
    url: str | None
    target: Target | None
    signing_key: str | None = field(default=None, repr=False)
    status: str = PENDING
    attempts: list[Attempt] = field(default_factory=list)
    next_attempt_at: float | None = None
    sent_first: str | None = None
    """The timestamp of the first attempt, which all later ones keep."""

    def headers(self, now: float) -> dict[str, str]:
        """The headers of the next attempt."""
        self.sent_first = self.sent_first or str(int(now))
        headers = {
            "Host": urlsplit(self.url or "").netloc.rpartition("@")[2],
            "Content-Type": "application/json",
            "User-Agent": "bird-emulator",
            "messagebird-request-id": self.request_id,
            "messagebird-request-timestamp": self.sent_first,
        }
        if self.signing_key:
            headers["messagebird-signature"] = _signature(
                self.body, self.sent_first, self.url or "", self.signing_key
            )
        return headers

    @property
    def size(self) -> int:
        """Its size in bytes, roughly."""
        return 2 * len(self.body) + sum(
            ATTEMPT_SIZE + len(each.answer.body) for each in self.attempts
        )

    def note(self, attempt: Attempt) -> None:
        """Add an attempt."""
        if self.attempts:
            last = self.attempts[-1]
            shorter = replace(last.answer, body=last.answer.body[:LONGEST_OLD_ANSWER])
            self.attempts[-1] = replace(last, answer=shorter)
        self.attempts.append(attempt)

    @property
    def last_status(self) -> int:
        """The status of the last answer; 0 if there was none."""
        return (self.attempts[-1].answer.status or 0) if self.attempts else 0

    def log(self) -> Json:
        """It as in the delivery logs of the API."""
        return {
            "requestId": self.request_id,
            "attemptCount": len(self.attempts),
            "httpStatusCode": self.last_status,
            "executionStatus": self.status,
            "createdAt": timestamp(self.created_at),
        }

    def details(self) -> Json:
        """It with each of its attempts, as in the details of the delivery logs. Assumed."""
        attempts = [
            {
                "requestId": self.request_id,
                "attempt": number,
                "httpStatusCode": each.answer.status or 0,
                "requestBody": self.body.decode(),
                "responseBody": each.answer.body,
                "error": each.answer.error,
                "createdAt": timestamp(each.at),
            }
            for number, each in enumerate(self.attempts, 1)
        ]
        return {**self.log(), "results": attempts}

    def shown(self) -> Json:
        """It as the control requests show it."""
        return {
            "requestId": self.request_id,
            "sequence": self.sequence,
            "subscriptionId": self.subscription_id,
            "service": self.event.service,
            "event": self.event.event,
            "subject": self.event.subject,
            "url": self.url,
            "target": self.target.url if self.target else None,
            "status": self.status,
            "signed": bool(self.signing_key),
            "body": self.body.decode(),
            "headers": self.headers(self.created_at) if self.sent_first else {},
            "createdAt": timestamp(self.created_at),
            "nextAttemptAt": self.next_attempt_at and timestamp(self.next_attempt_at),
            "attempts": [
                {
                    "at": timestamp(each.at),
                    "status": each.answer.status,
                    "error": each.answer.error,
                    "body": each.answer.body,
                    "milliseconds": round(each.seconds * 1000),
                }
                for each in list(self.attempts)
            ],
        }


def timestamp(moment: float) -> str:
    """A time in the API's format."""
    there = datetime.fromtimestamp(moment, timezone.utc)
    return there.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _signature(body: bytes, sent: str, url: str, key: str) -> str:
    # JSON may hold half a character; whoever signs with it is not understood, but not held up.
    parts = sent.encode(), url.encode(errors="replace"), hashlib.sha256(body).digest()
    secret = key.encode(errors="replace")
    return base64.b64encode(hmac.digest(secret, b"\n".join(parts), hashlib.sha256)).decode()

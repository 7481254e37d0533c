"""The deliveries to webhooks: which an audit takes for a fault, and which it cannot read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bird_dynamic.emulator import Fault
from bird_dynamic.lifecycle.audit.auditing import audited
from bird_dynamic.lifecycle.audit.faults import failing, judged
from bird_dynamic.lifecycle.audit.reading import Reader, delivered
from bird_dynamic.lifecycle.audit.report import Audit
from tests.lifecycle.audit_samples import WORKSPACE
from tests.support.planted import healthy
from tests.support.world import World


def audit(world: World) -> Audit:
    return audited(Reader(world.account()))


def rows(*codes: int, status: str = "failed") -> list[dict[str, Any]]:
    """Deliveries, newest first, with their answers: 0 is none."""
    return [
        {
            "requestId": str(place),
            "attemptCount": 1,
            "httpStatusCode": code,
            "executionStatus": "succeeded" if 200 <= code < 300 else status,
            "createdAt": f"2026-11-{20 - place:02d}T12:00:00Z",
        }
        for place, code in enumerate(codes)
    ]


@pytest.mark.parametrize(
    ("deliveries", "last"),
    [
        (rows(), None),
        (rows(200, 299), None),
        (rows(300), "HTTP 300"),
        (rows(500), "HTTP 500"),
        (rows(200, 200, 404), "HTTP 404"),
        (rows(200, 200, 200, 500), None),
        (rows(0), "no answer"),
        (rows(0, 200, status="pending"), "no answer"),
        ([{**rows(0, status="pending")[0], "attemptCount": 0}], None),
        (rows(503, 200, status="pending"), "HTTP 503"),
        ([{**rows(0, status="pending")[0], "attemptCount": 4}], "no answer"),
        ([{**rows(500)[0], "createdAt": "yesterday"}], None),
        (list(reversed(rows(500, 200, 200, 200))), "HTTP 500"),
    ],
    ids=[
        "none",
        "good",
        "a redirect",
        "failed",
        "not yet recovered",
        "recovered",
        "no answer",
        "no answer yet",
        "on its way",
        "failed at first",
        "repeated",
        "no time",
        "oldest first",
    ],
)
def test_deliveries_fail_until_three_in_a_row_succeed(
    deliveries: list[dict[str, Any]], last: str | None
) -> None:
    found = failing(delivered(deliveries))
    assert (found.answer if found else None) == last


@pytest.mark.parametrize("status", ["failed", "error", "TIMEOUT", "expired"])
def test_a_delivery_without_an_answer_failed_if_its_status_says_so(status: str) -> None:
    row = {"executionStatus": status, "createdAt": "2026-11-20T12:00:00Z"}
    assert failing(delivered([row])) is not None
    assert failing(delivered([{**row, "executionStatus": "queued"}])) is None
    assert failing(delivered([{**row, "executionStatus": "succeeded"}])) is None


def test_a_delivery_that_succeeds_meanwhile_is_not_reported() -> None:
    world = World()
    slow = healthy(world.emulator).subscription(1)
    asked: list[str] = []

    class Later(Reader):
        def _logs(self, subscription_id: str) -> list[dict[str, Any]]:
            asked.append(subscription_id)
            return rows(503) if subscription_id == slow and asked.count(slow) == 1 else rows(200)

    assert audited(Later(world.account())).findings == ()
    assert asked.count(slow) == 2
    assert len(asked) == 13


def test_logs_that_are_not_found_are_not_checked_one_by_one() -> None:
    world = World(Fault("status", "list_webhook_logs", status=404, times=None))
    healthy(world.emulator)
    found = audit(world)
    assert found.findings == ()
    assert found.not_checked[0].startswith("Deliveries: ")
    # One of them may be gone: the others are asked for all the same.
    assert world.count("list_webhook_logs") == 12


def test_failing_deliveries_name_the_url_the_time_and_the_answer() -> None:
    deliveries = {"s": delivered(rows(500, 200, 404))}
    (finding,) = judged(replace(WORKSPACE, deliveries=deliveries))
    assert finding.kind == "deliveries-failing"
    assert finding.numbers == ("+31612345678",)
    assert (
        "sends to https://example.com/calls, where 2 of the last 3 deliveries failed, the last one "
        "at 2026-11-20 12:00 UTC: HTTP 500."
    ) in finding.message


@pytest.mark.parametrize("status", [403, 405])
def test_logs_that_the_key_may_not_read_are_not_checked(status: int) -> None:
    refused = Fault("status", "list_webhook_logs", status=status, times=None)
    world = World(refused)
    healthy(world.emulator)
    found = audit(world)
    assert found.findings == ()
    (told,) = found.not_checked
    assert told.startswith(f"Deliveries: Reading the deliveries failed: Bird answered {status}")
    assert (
        status == 405
        or "View on /organizations/*/workspaces/*/webhook-subscriptions/*/logs" in told
    )
    assert {each.delivered for each in found.numbers} == {None}
    # The first refusals are enough.
    assert world.count("list_webhook_logs") <= 8

"""A create that ends in the middle of a conflict, because of whatever, at whatever moment: what it
tells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bird_dynamic.bird.errors import RunCancelledError
from bird_dynamic.emulator import ACCESS_KEY, Dialect, Fault, Reply, Request
from bird_dynamic.lifecycle.error_messages import OperationError
from tests.lifecycle.test_answers_to_a_create import answering
from tests.support.world import World

CREATE, LISTING = "create_connector", "list_connectors"
CONFLICTS = Fault("status", operation=CREATE, status=409, times=None)
SECRET = "AbCdEfGhIjKlMnOpQrSt1234"
THREE_CONFLICTS = Fault("status", operation=CREATE, status=409, times=3)

some_time = st.floats(min_value=0.5, max_value=40).map(lambda seconds: f"{seconds:.3f}")
faults = st.sampled_from(
    [
        [CONFLICTS],
        [CONFLICTS, Fault("status", operation="get_long_code", status=403, times=None)],
        [CONFLICTS, Fault("garbage", operation="get_long_code", times=None)],
        [CONFLICTS, Fault("hang", operation="get_long_code", times=None)],
        [CONFLICTS, Fault("latency", operation=CREATE, seconds=0.7, times=None)],
        [CONFLICTS, Fault("latency", operation=LISTING, seconds=0.7, times=None)],
        *(
            [CONFLICTS, Fault("status", operation=LISTING, status=status, nth=nth, times=None)]
            for status in (403, 429, 503)
            for nth in (2, 3)
        ),
        [CONFLICTS, Fault("refuse", operation=LISTING, nth=3, times=None)],
        [THREE_CONFLICTS, Fault("status", operation=CREATE, status=429, nth=4, times=None)],
        [THREE_CONFLICTS, Fault("refuse", operation=CREATE, nth=4, times=None)],
    ]
)


@given(faults, some_time)
def test_a_create_in_conflict_ends_in_time_and_tells_the_conflict(
    faults: Sequence[Fault], timeout: str
) -> None:
    said, world = failed(faults, timeout)
    assert world.records.all() == []
    if world.count(CREATE):
        assert "Bird answered 409" in said
        assert "Nothing was sent" not in said


@given(st.sampled_from(["hang", "reset", "empty"]), some_time)
def test_an_unanswered_create_after_conflicts_keeps_its_record_and_tells_both(
    kind: str, timeout: str
) -> None:
    said, world = failed(
        [THREE_CONFLICTS, Fault(kind, operation=CREATE, nth=4, times=None)], timeout
    )
    if world.count(CREATE) > 3:
        assert "Bird answered 409" in said
        assert "Sent again: " in said
        assert "Allow more time with bird:timeout" in said
        assert len(world.records.all()) == 1


def later(kind: str, operation: str = LISTING, *, nth: int = 2, status: int = 500) -> Fault:
    return Fault(kind, operation=operation, nth=nth, status=status, times=None)


NETWORK = "Check the network and bird:apiUrl (or BIRD_API_URL)."
ALLOW_MORE = "Allow more time with bird:timeout (or BIRD_TIMEOUT)."


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [
        (later("status", status=401), "Check bird:accessKey (or BIRD_ACCESS_KEY)"),
        (later("status", status=403), "a role that allows View on /workspaces/*/connectors"),
        (later("status", status=404), "Check bird:workspaceId (or BIRD_WORKSPACE_ID)"),
        (later("status", status=429), "or allow more time with bird:timeout (or BIRD_TIMEOUT)."),
        (later("status", status=503), " s. Run `pulumi up` again later."),
        (later("garbage"), "a proxy or another server may have answered. Check HTTPS_PROXY"),
        (later("hang"), ALLOW_MORE),
        (later("refuse"), NETWORK),
        (later("refuse", CREATE, nth=4), NETWORK),
        (later("status", CREATE, nth=4, status=429), "answered 429"),
    ],
)
def test_the_remedy_is_that_of_what_failed_after_the_conflict(fault: Fault, remedy: str) -> None:
    said, world = failed([THREE_CONFLICTS, fault], "60")
    assert "Bird answered 409" in said
    assert remedy in said
    # Nothing was created, so a later run has nothing to find.
    assert "looks for the result" not in said
    assert world.records.all() == []
    assert ("Request id: " in said) == (fault.kind in ("status", "garbage"))


@pytest.mark.parametrize(
    ("status", "nth", "fault"),
    [
        (409, 1, later("status", status=403)),
        (409, 1, later("reset", CREATE)),
        (400, 2, Fault("reset", operation=CREATE)),
    ],
    ids=["conflict, refused listing", "conflict, unanswered", "unanswered, refused"],
)
@pytest.mark.parametrize("end", ["", ".", "..."])
def test_what_an_earlier_answer_repeats_of_a_secret_is_not_shown(
    status: int, nth: int, fault: Fault, end: str
) -> None:
    world = World(
        Fault("status", operation=CREATE, status=status, nth=nth), fault, access_key=SECRET
    )
    handle = world.emulator.handle

    def answered(request: Request) -> Reply:
        reply = handle(replace(request, headers={"authorization": f"AccessKey {ACCESS_KEY}"}))
        if request.method != "POST" or world.count(CREATE) != nth:
            return reply
        body = json.dumps({"code": "No", "message": f"the key is {SECRET[:9]}{end}"}).encode()
        return replace(reply, response=replace(reply.response, body=body))

    world.emulator.handle = answered  # type: ignore[method-assign]
    with pytest.raises(OperationError) as caught:
        world.run().create(world.inputs())
    said = str(caught.value)
    assert f"Bird answered {status} No: [not shown: it repeats a part of a secret]. " in said
    assert SECRET[:6] not in said


def test_a_refused_look_for_the_result_is_told_with_its_remedy() -> None:
    said, world = failed([Fault("hang", operation=CREATE), later("status", status=403)], "300")
    assert "View on /workspaces/*/connectors" in said
    assert "The next run looks for the result before it sends a request. Request id: " in said
    assert len(world.records.all()) == 1


def test_the_server_that_is_not_bird_is_named_for_its_own_answer_alone() -> None:
    refused = Fault("status", operation=CREATE, status=503)
    said, _ = failed([refused, later("garbage")], "60")
    assert "failed: Bird answered 503" in said
    assert "failed too: bird.test answered 200 with an unreadable body" in said


@pytest.mark.usefixtures("any_dialect")
def test_a_poor_answer_whose_item_cannot_be_read_is_told_with_the_missing_role() -> None:
    world = World(later("status", "get_connector", nth=1, status=403))
    world.emulator.dialect = Dialect(create_answer="id")
    with pytest.raises(OperationError, match=r"View on /workspaces/\*/connectors/\*"):
        world.run().create(world.inputs())
    assert len(world.records.all()) == 1


@pytest.mark.parametrize("late", [0.0, 0.02, 0.5, 2.0])
def test_a_create_that_a_late_wait_sends_too_late_is_not_lost(late: float) -> None:
    world = World(timeout="60")
    throttled = {"retry-after": "58.97"}
    world.break_with(
        Fault("status", operation=CREATE, status=429, headers=throttled),
        Fault("hang", operation=CREATE, nth=2, times=None, applied=True),
    )
    sleep = world.clock.sleep

    def sleeping(seconds: float) -> None:
        sleep(seconds + (late if seconds > 50 else 0.0))

    world.clock.sleep = sleeping  # type: ignore[method-assign]
    with pytest.raises(OperationError):
        world.run().create(world.inputs())
    assert len(world.records.all()) == len(world.connector_ids()) == (late == 0.0)
    world.break_with()
    connector_id, _ = world.run().create(world.inputs())
    assert world.connector_ids() == [connector_id]


@pytest.mark.parametrize("fault", [later("status", status=403), later("hang")])
def test_an_answer_with_another_name_is_told_though_the_look_for_the_requested_one_fails(
    fault: Fault,
) -> None:
    world = World(fault, timeout="10")

    def renamed(operation: str, body: Any) -> tuple[int, Any]:
        return 0, {**body, "name": "Other"} if operation == CREATE else body

    answering(world, renamed)
    with pytest.raises(OperationError) as caught:
        world.run().create(world.inputs())
    (made,) = world.connector_ids()
    assert f"Bird answered with the connector {made}, which has another name." in str(caught.value)
    assert len(world.records.all()) == 1


def failed(faults: Sequence[Fault], timeout: str) -> tuple[str, World]:
    world = World(timeout=timeout)
    world.break_with(*faults)
    began = world.clock.monotonic()
    with pytest.raises(OperationError) as caught:
        world.run().create(world.inputs())
    assert world.clock.monotonic() - began <= float(timeout) + 0.001
    return str(caught.value), world


@pytest.mark.parametrize("nth", range(1, 6))
def test_a_cancel_is_told_and_offers_no_more_time(nth: int) -> None:
    world = World(CONFLICTS)
    sleep, sleeps = world.clock.sleep, iter(range(1, nth + 1))

    def cancelled(seconds: float) -> None:
        if seconds < 0.1:
            return sleep(seconds)
        if next(sleeps) == nth:
            raise RunCancelledError
        return sleep(seconds)

    world.clock.sleep = cancelled  # type: ignore[method-assign]
    with pytest.raises(OperationError, match=r"409.*, and the run was cancelled") as caught:
        world.run().create(world.inputs())
    assert "more time" not in str(caught.value)
    assert str(caught.value).endswith("Run `pulumi up` again.")
    assert world.records.all() == []

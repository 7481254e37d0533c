"""What goes wrong on purpose, when, and whether the request was carried out."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from bird_dynamic.emulator import BirdEmulator, Fault
from bird_dynamic.emulator.faults import KINDS
from tests.emulator.asking import NUMBER, VOICE, Caller
from tests.support.clock import FakeClock

BODY = {"name": "n", "connectorTemplateRef": VOICE, "arguments": {"phoneNumberId": NUMBER}}
STATUSES = (400, 401, 403, 404, 409, 410, 422, 429, 500, 502, 503, 504)
BREAKING = ("refuse", "hang", "reset", "empty", "truncate")
SPOILING = ("garbage", "wrong_content_type", "wrong_schema")


def statuses(bird: Caller, count: int) -> list[int]:
    return [bird.ask("GET", "/connectors").status for _ in range(count)]


@pytest.mark.parametrize("status", STATUSES)
def test_any_status_can_be_answered(bird: Caller, status: int) -> None:
    bird.emulator.faults = [Fault("status", status=status, headers={"Retry-After": "7"})]
    answer = bird.create()
    assert (answer.status, answer.headers["Retry-After"]) == (status, "7")
    assert answer.body == {"code": "InjectedFault", "message": "a fault was injected"}
    assert bird.emulator.connectors() == []


def test_the_code_and_the_message_of_a_status_can_be_chosen(bird: Caller) -> None:
    bird.emulator.faults = [Fault("status", status=404, code="NotFound", message="gone")]
    assert bird.ask("GET", "/connectors").body == {"code": "NotFound", "message": "gone"}


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_that_has_no_body_gets_none(bird: Caller, status: int) -> None:
    bird.emulator.faults = [Fault("status", status=status)]
    assert bird.reply("GET", "/connectors").response.body == b""


@pytest.mark.parametrize("kind", ["status", *BREAKING, *SPOILING, "redirect"])
@pytest.mark.parametrize("applied", [True, False])
def test_a_request_is_carried_out_only_if_the_fault_says_so(
    bird: Caller, kind: str, applied: bool
) -> None:
    bird.emulator.faults = [Fault(kind, applied=applied)]
    bird.reply("POST", "/connectors", BODY)
    assert len(bird.emulator.connectors()) == applied
    assert bird.emulator.journal[-1]["applied"] is applied


@pytest.mark.parametrize(
    ("name", "kind", "applied"),
    [
        ("reset_before", "reset", False),
        ("reset_after", "reset", True),
        ("status_after", "status", True),
    ],
)
def test_some_kinds_have_a_name_for_before_or_after(name: str, kind: str, applied: bool) -> None:
    assert Fault(name) == Fault(kind, applied=applied)


@pytest.mark.parametrize("kind", BREAKING)
def test_a_broken_connection_is_left_to_the_front(bird: Caller, kind: str) -> None:
    bird.emulator.faults = [Fault(kind, seconds=3)]
    reply = bird.reply("GET", "/connectors")
    assert (reply.delivery, reply.delay) == (kind, 3 if kind == "hang" else 0)
    assert bird.emulator.journal[-1]["status"] is None


@pytest.mark.parametrize("kind", [*SPOILING, "truncate"])
def test_there_is_always_a_body_to_spoil(bird: Caller, kind: str) -> None:
    connector_id = bird.create().body["id"]
    bird.emulator.faults = [Fault(kind, applied=True)]
    response = bird.reply("DELETE", f"/connectors/{connector_id}").response
    assert response.status == 200
    assert response.body


def test_garbage_is_not_json_and_a_page_says_that_it_is_one(bird: Caller) -> None:
    bird.emulator.faults = [Fault(kind, nth=at) for at, kind in enumerate(SPOILING, 1)]
    garbage, page, shape = (bird.reply("GET", "/connectors").response for _ in SPOILING)
    for response in (garbage, page):
        with pytest.raises(ValueError, match=r"."):
            json.loads(response.body)
    assert page.headers["Content-Type"] == "text/html"
    assert "results" not in json.loads(shape.body)


def test_a_redirect_leads_to_another_host(bird: Caller) -> None:
    bird.emulator.faults = [Fault("redirect")]
    answer = bird.ask("GET", "/connectors")
    assert (answer.status, answer.headers["Location"]) == (302, "https://elsewhere.invalid/")


def test_latency_delays_a_good_answer(bird: Caller) -> None:
    bird.emulator.faults = [Fault("latency", seconds=2)]
    reply = bird.reply("GET", "/connectors")
    assert (reply.response.status, reply.delivery, reply.delay) == (200, "normal", 2)


@pytest.mark.parametrize("seconds", [0, 10])
def test_a_listing_may_lag(bird: Caller, clock: FakeClock, seconds: float) -> None:
    connector_id = bird.create().body["id"]
    clock.sleep(5)
    bird.emulator.faults = [Fault("stale_list", times=2, seconds=seconds)]
    seen = [len(bird.ask("GET", "/connectors").body["results"]) for _ in range(3)]
    assert seen == [0, 0, 1]
    clock.sleep(20)
    bird.ask("DELETE", f"/connectors/{connector_id}")
    bird.emulator.faults = [Fault("stale_list", seconds=seconds)]
    seen = [len(bird.ask("GET", "/connectors").body["results"]) for _ in range(2)]
    assert seen == [1, 0]


def test_a_lagging_listing_is_in_order(bird: Caller) -> None:
    added = [each["id"] for each in bird.emulator.add_connectors(3)]
    bird.emulator.remove_connector(added[1])
    bird.emulator.faults = [Fault("stale_list")]
    assert [each["id"] for each in bird.ask("GET", "/connectors").body["results"]] == added


def test_a_read_may_lag(bird: Caller) -> None:
    path = f"/connectors/{bird.create().body['id']}"
    bird.emulator.faults = [Fault("stale_read")]
    assert [bird.ask("GET", path).status for _ in range(2)] == [404, 200]
    bird.ask("DELETE", path)
    bird.emulator.faults = [Fault("stale_read")]
    assert [bird.ask("GET", path).status for _ in range(2)] == [200, 404]


def test_a_slow_channel_takes_more_reads(bird: Caller) -> None:
    path = f"/connectors/{bird.create().body['id']}"
    bird.emulator.faults = [Fault("slow_channel", times=2)]
    seen = [bird.ask("GET", path).body["channel"] is not None for _ in range(3)]
    assert seen == [False, False, True]


def test_a_revoked_key_stays_revoked_until_the_faults_are_changed(bird: Caller) -> None:
    bird.emulator.faults = [Fault("revoked", nth=2)]
    assert statuses(bird, 4) == [200, 401, 401, 401]
    bird.emulator.faults = ()
    assert statuses(bird, 1) == [200]


def test_a_throttle_lets_so_many_through_in_any_second(bird: Caller, clock: FakeClock) -> None:
    bird.emulator.faults = [Fault("throttle", rate=2)]
    assert statuses(bird, 3) == [200, 200, 429]
    clock.sleep(0.5)
    assert statuses(bird, 1) == [429]
    clock.sleep(0.5)
    assert statuses(bird, 3) == [200, 200, 429]


def test_a_throttled_caller_may_be_told_when_to_come_again(bird: Caller, clock: FakeClock) -> None:
    told = {}
    for way in ("none", "seconds", "date"):
        bird.emulator.faults = [Fault("throttle", rate=1, retry_after=way)]
        statuses(bird, 1)
        answer = bird.ask("GET", "/connectors")
        assert (answer.status, answer.body["code"]) == (429, "TooManyRequests")
        told[way] = answer.headers.get("Retry-After")
    assert (told["none"], told["seconds"]) == (None, "1")
    assert parsedate_to_datetime(str(told["date"])).timestamp() == clock.now + 1


def test_throttles_count_on_their_own(bird: Caller) -> None:
    bird.emulator.faults = [
        Fault("throttle", operation="list_numbers", rate=1),
        Fault("throttle", operation="list_connectors", rate=2),
    ]
    bird.ask("GET", "/numbers")
    assert statuses(bird, 3) == [200, 200, 429]


def test_a_rate_below_one_lets_nothing_through(bird: Caller) -> None:
    bird.emulator.faults = [Fault("throttle", rate=0.5), Fault("throttle", rate=0.1)]
    assert statuses(bird, 2) == [200, 429]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [500, 200, 200, 200]),
        ({"nth": 2}, [200, 500, 200, 200]),
        ({"nth": 2, "times": 2}, [200, 500, 500, 200]),
        ({"nth": 3, "times": None}, [200, 200, 500, 500]),
        ({"operation": "get_connector"}, [200, 200, 200, 200]),
        ({"operation": "list_connectors"}, [500, 200, 200, 200]),
        ({"method": "POST"}, [200, 200, 200, 200]),
        ({"method": "GET", "path": "/connectors$"}, [500, 200, 200, 200]),
        ({"path": "/channels"}, [200, 200, 200, 200]),
        ({"probability": 0.0, "times": None}, [200, 200, 200, 200]),
    ],
)
def test_a_fault_fires_at_the_requests_that_it_names(
    bird: Caller, fields: dict[str, Any], expected: list[int]
) -> None:
    bird.emulator.faults = [Fault("status", **fields)]
    assert statuses(bird, 4) == expected


def test_a_path_that_is_not_known_can_fail_too(bird: Caller) -> None:
    bird.emulator.faults = [Fault("status", operation="unknown")]
    assert bird.ask("GET", "/nothing").status == 500


def test_the_first_fault_that_fires_wins_and_the_others_count_on(bird: Caller) -> None:
    bird.emulator.faults = [Fault("status", status=500), Fault("status", status=503, nth=2)]
    assert statuses(bird, 3) == [500, 503, 200]


def test_chance_is_drawn_from_the_seed() -> None:
    def drawn(seed: int) -> list[int]:
        bird = Caller(BirdEmulator(seed=seed))
        bird.emulator.faults = [Fault("status", times=None, probability=0.5)]
        return statuses(bird, 40)

    assert drawn(1) == drawn(1) != drawn(2)
    assert set(drawn(1)) == {200, 500}


def test_every_firing_is_in_the_journal(bird: Caller) -> None:
    bird.emulator.faults = [Fault(kind, nth=index) for index, kind in enumerate(KINDS, 1)]
    for _ in KINDS:
        bird.reply("GET", "/connectors")
    fired = [each["fault"] for each in bird.emulator.journal]
    assert fired == [None if kind == "throttle" else kind for kind in KINDS]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": "explode"}, "no fault is called 'explode'"),
        ({"retry_after": "soon"}, "retry_after"),
        ({"nth": 0}, "counted from 1"),
        ({"times": 0}, "counted from 1"),
        ({"status": 99}, "between 200 and 599"),
        ({"seconds": -1}, "not negative"),
        ({"rate": 0}, "not 0"),
        ({"path": "("}, "regular expression"),
        ({"operation": "creat_connector"}, "no operation is called 'creat_connector'"),
    ],
)
def test_a_fault_that_could_never_fire_is_an_error(
    bird: Caller, fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        bird.emulator.faults = [Fault(**{"kind": "status", **fields})]

"""Every fault: when it fires, and what a caller sees."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest
import requests

from bird_dynamic.emulator import BirdEmulator, EmulatorServer, Fault
from bird_dynamic.emulator.faults import KINDS
from bird_dynamic.emulator.requests_adapter import EmulatorAdapter
from tests.emulator.caller import AUTHORIZED, NUMBER, ROOT, VOICE, Caller
from tests.support.clock import FakeClock

CREATE = "create_connector"


def emulator(*faults: Fault) -> tuple[BirdEmulator, Caller, FakeClock]:
    clock = FakeClock()
    misbehaving = BirdEmulator(faults=faults, clock=clock.time)
    return misbehaving, Caller(misbehaving), clock


def test_a_fault_fires_at_the_nth_match_and_as_often_as_told() -> None:
    bird, call, _ = emulator(Fault("status", operation="list_connectors", nth=2, times=2))
    call("GET", "/numbers")
    assert [call("GET", "/connectors")[0] for _ in range(5)] == [200, 500, 500, 200, 200]
    assert [entry["fault"] for entry in bird.journal].count("status") == 2


def test_a_fault_may_last_for_ever_or_draw_lots_from_the_seed() -> None:
    _, call, _ = emulator(Fault("status", times=None))
    assert [call("GET", "/connectors")[0] for _ in range(5)] == [500] * 5
    draws = []
    for _ in range(2):
        _, call, _ = emulator(Fault("status", times=None, probability=0.5))
        draws.append([call("GET", "/connectors")[0] for _ in range(40)])
    assert draws[0] == draws[1]
    assert set(draws[0]) == {200, 500}


def test_the_first_of_several_faults_wins_and_all_of_them_count() -> None:
    _, call, _ = emulator(Fault("status", status=503), Fault("status", status=504, times=2))
    assert [call("GET", "/connectors")[0] for _ in range(3)] == [503, 504, 200]


@pytest.mark.parametrize("kind", ["status", "reset", "hang", "empty", "truncate", "garbage"])
@pytest.mark.parametrize("applied", [True, False])
def test_a_request_is_carried_out_or_not_as_told(kind: str, applied: bool) -> None:
    bird, call, _ = emulator(Fault(kind, operation=CREATE, applied=applied))
    call.reply(
        "POST",
        f"{ROOT}/connectors",
        {"name": "n", "connectorTemplateRef": VOICE, "arguments": {"phoneNumberId": NUMBER}},
    )
    assert len(bird.connectors()) == applied
    assert bird.journal[0]["applied"] is applied


@pytest.mark.parametrize("kind", ["reset", "hang", "refuse", "empty", "truncate"])
def test_a_fault_of_the_connection_is_left_to_the_front(kind: str) -> None:
    bird, call, _ = emulator(Fault(kind, seconds=3.0))
    reply = call.reply("GET", f"{ROOT}/connectors")
    assert reply.delivery == kind
    assert reply.delay == (3.0 if kind == "hang" else 0.0)
    assert bird.journal[0]["status"] is None


def test_answers_can_be_spoiled() -> None:
    _, call, _ = emulator(
        Fault("garbage"),
        Fault("wrong_content_type", nth=2),
        Fault("wrong_schema", nth=3),
        Fault("redirect", nth=4),
        Fault("status", nth=5, status=429, headers={"Retry-After": "3"}),
        Fault("latency", nth=6, seconds=2.0),
    )
    replies = [call.reply("GET", f"{ROOT}/connectors") for _ in range(6)]
    garbage, html, shape, redirect, status, slow = [reply.response for reply in replies]
    assert garbage.body.startswith(b'{"id"')
    assert html.headers["Content-Type"] == "text/html"
    assert shape.body == b'{"unexpected": ["shape"]}'
    assert (redirect.status, redirect.headers["Location"]) == (302, "https://elsewhere.invalid/")
    assert (status.status, status.headers["Retry-After"]) == (429, "3")
    assert (slow.status, replies[5].delay) == (200, 2.0)


def test_a_listing_and_a_read_can_be_stale() -> None:
    bird, call, clock = emulator()
    _, made = call.create()
    bird.faults = (Fault("stale_list", times=2), Fault("stale_read", nth=3))
    assert call("GET", "/connectors")[1]["results"] == []
    assert call("GET", "/connectors")[1]["results"] == []
    assert call("GET", f"/connectors/{made['id']}")[0] == 404
    assert len(call("GET", "/connectors")[1]["results"]) == 1
    clock.sleep(5)
    bird.remove_connector(made["id"])
    bird.faults = (Fault("stale_list", times=None, seconds=10.0),)
    assert call("GET", "/connectors")[1]["results"] == []
    clock.sleep(6)
    assert len(call("GET", "/connectors")[1]["results"]) == 1
    clock.sleep(6)
    assert call("GET", "/connectors")[1]["results"] == []


def test_a_stale_answer_shows_a_changed_connector_as_it_was() -> None:
    bird, call, clock = emulator()
    made = bird.add_connector(name="before")
    clock.sleep(100)
    bird.change_connector(made["id"], name="after")
    clock.sleep(10)
    bird.faults = (Fault("stale_list", seconds=50), Fault("stale_read", nth=2, seconds=50))
    assert [row["name"] for row in call("GET", "/connectors")[1]["results"]] == ["before"]
    assert call("GET", f"/connectors/{made['id']}")[1]["name"] == "before"
    assert call("GET", f"/connectors/{made['id']}")[1]["name"] == "after"


def test_a_channel_can_be_slow() -> None:
    bird, call, _ = emulator(Fault("slow_channel", operation="get_connector", times=3))
    _, made = call.create()
    channels = [call("GET", f"/connectors/{made['id']}")[1]["channel"] for _ in range(4)]
    assert [channel is not None for channel in channels] == [False, False, False, True]
    assert len(bird.journal) == 5


def test_an_access_key_can_be_revoked_and_given_back() -> None:
    bird, call, _ = emulator(Fault("revoked", nth=2))
    assert [call("GET", "/connectors")[0] for _ in range(3)] == [200, 401, 401]
    bird.faults = ()
    assert call("GET", "/connectors")[0] == 200


@pytest.mark.parametrize("retry_after", ["none", "seconds", "date"])
def test_callers_above_the_rate_are_throttled(retry_after: str) -> None:
    _, call, clock = emulator(Fault("throttle", rate=3, retry_after=retry_after))
    replies = [call.reply("GET", f"{ROOT}/connectors").response for _ in range(5)]
    assert [reply.status for reply in replies] == [200, 200, 200, 429, 429]
    asked = replies[3].headers.get("Retry-After")
    if retry_after == "none":
        assert asked is None
    elif retry_after == "seconds":
        assert asked == "1"
    else:
        assert parsedate_to_datetime(str(asked)).timestamp() == pytest.approx(clock.now + 1, abs=1)
    clock.sleep(1.01)
    assert call("GET", "/connectors")[0] == 200


@pytest.mark.parametrize("wrong", [{"kind": "bad mood"}, {"kind": "reset", "retry_after": "x"}])
def test_a_fault_that_does_not_exist_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"kind: must be one of: status|retry_after: must be"):
        Fault(**wrong)  # type: ignore[arg-type]


def test_a_fault_aimed_at_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="known are: any, create_connector"):
        BirdEmulator(faults=[Fault("reset", operation="create_conector")])


def test_an_answer_without_a_body_can_be_cut_too() -> None:
    _, call, _ = emulator(Fault("truncate", operation="delete_connector", applied=True))
    _, made = call.create()
    reply = call.reply("DELETE", f"{ROOT}/connectors/{made['id']}")
    assert (reply.response.status, reply.response.body) == (200, b'{"id": "')


def test_the_adapter_waits_for_nothing_but_counts_the_wait() -> None:
    bird = BirdEmulator(faults=[Fault("latency", seconds=5.0, times=None)])
    with requests.Session() as session:
        session.mount("http://", EmulatorAdapter(bird))
        url = f"http://bird.test{ROOT}/connectors"
        assert session.get(url, headers=AUTHORIZED, timeout=6).ok
        for timeout in (4, (9, 4)):
            with pytest.raises(requests.exceptions.ReadTimeout):
                session.get(url, headers=AUTHORIZED, timeout=timeout)


FRONTS = {
    "reset": requests.exceptions.ConnectionError,
    "refuse": requests.exceptions.ConnectionError,
    "empty": requests.exceptions.ConnectionError,
    "truncate": requests.exceptions.ChunkedEncodingError,
    "hang": requests.exceptions.ReadTimeout,
}


@pytest.mark.parametrize("front", ["socket", "adapter"])
@pytest.mark.parametrize("kind", FRONTS)
def test_both_fronts_fail_alike(front: str, kind: str) -> None:
    bird = BirdEmulator(faults=[Fault(kind, seconds=0.3)])
    with EmulatorServer(bird) as server, requests.Session() as session:
        if front == "adapter":
            session.mount("http://", EmulatorAdapter(bird))
        with pytest.raises(FRONTS[kind]):
            session.get(f"{server.url}{ROOT}/connectors", headers=AUTHORIZED, timeout=0.1)
        assert session.get(f"{server.url}{ROOT}/connectors", headers=AUTHORIZED, timeout=30).ok


@pytest.mark.parametrize("kind", KINDS)
def test_a_caller_notices_every_fault(kind: str) -> None:
    def noticed(*faults: Fault) -> list[tuple[str, float, int, int]]:
        bird, call, _ = emulator()
        _, made = call.create()
        path = f"{ROOT}/connectors/{made['id']}"
        bird.faults = faults
        replies = [call.reply("GET", each) for each in (path, path, f"{ROOT}/connectors")]
        # Ids differ each time, and are equally long.
        return [
            (each.delivery, each.delay, each.response.status, len(each.response.body))
            for each in replies
        ]

    fault = Fault(kind, times=None, seconds=1.0, rate=0.0)
    assert noticed() == noticed()
    assert noticed(fault) != noticed()

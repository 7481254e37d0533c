"""Deliveries to webhook subscriptions: to which, with what, how often, and where they never go."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest
import requests

from bird_dynamic.emulator import BirdEmulator, Dialect, EmulatorServer, Fault, PhoneNumber
from bird_dynamic.emulator.delivering.deliveries import WAITS
from bird_dynamic.emulator.delivering.delivery import timestamp
from bird_dynamic.emulator.delivering.sending import TIMEOUT, send
from bird_dynamic.emulator.delivering.targets import Targets, pair_of
from bird_dynamic.webhooks import TIMESTAMP_HEADER, SignatureError, verify
from tests.emulator.caller import Caller
from tests.emulator.ringing import KEY, PUBLIC, TO, URL, channel_of, delivered, ring, subscribe
from tests.emulator.ringing import workspace as new_workspace
from tests.support.clock import FakeClock
from tests.support.receiver import Receiver

ALL = ["starting", "ringing", "ongoing", "completed"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def emulator(receiver: Receiver) -> Iterator[BirdEmulator]:
    made = new_workspace()
    made.deliver(PUBLIC, receiver.url)
    yield made
    made.stop()


def test_a_delivery_is_signed_as_the_receivers_of_real_events_expect(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator, url=f"{URL}?line=a%20b")
    ring(emulator)
    assert receiver.statuses == ALL
    for each in receiver.requests:
        verify(each.body, each.headers, url=f"{URL}?line=a%20b", signing_key=KEY)
        with pytest.raises(SignatureError):
            verify(each.body, each.headers, url=URL, signing_key=KEY)
    assert {each.path for each in receiver.requests} == {"/calls?line=a%20b"}
    assert {each.headers["Host"] for each in receiver.requests} == {"example.com"}
    assert {each.headers["Content-Type"] for each in receiver.requests} == {"application/json"}


def test_a_subscription_without_a_key_gets_unsigned_deliveries(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator, signingKey=None)
    ring(emulator)
    assert len(receiver.requests) == 4
    for each in receiver.requests:
        with pytest.raises(SignatureError, match="is missing"):
            verify(each.body, each.headers, url=URL, signing_key=KEY)


def test_the_body_says_what_happened_and_has_the_call(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator)
    call = ring(emulator, **{"from": "+12025550123"})
    last = receiver.requests[-1].event
    assert (last["service"], last["event"]) == ("channels", "voice.inbound")
    assert last["payload"] == call == emulator.calls()[0]
    assert (call["direction"], call["from"]) == ("incoming", "+12025550123")


@pytest.mark.parametrize(
    ("filters", "received"),
    [
        (None, ALL),
        ([], ALL),
        ([{"key": "channelId", "value": "CHANNEL"}], ALL),
        ([{"key": "channelId", "value": "channel-of-another"}], []),
        ([{"key": "status", "value": "ringing"}], ["ringing"]),
        (
            [{"key": "status", "value": "completed"}, {"key": "status", "value": "starting"}],
            ["starting", "completed"],
        ),
        (
            [{"key": "channelId", "value": "CHANNEL"}, {"key": "status", "value": "ongoing"}],
            ["ongoing"],
        ),
        ([{"key": "channelId", "value": "other"}, {"key": "status", "value": "ongoing"}], []),
        ([{"key": "messageStatus", "value": "ringing"}], []),
    ],
)
def test_all_filter_keys_must_match_and_the_values_of_one_are_alternatives(
    emulator: BirdEmulator,
    receiver: Receiver,
    filters: list[dict[str, str]] | None,
    received: list[str],
) -> None:
    channel = channel_of(emulator)
    for each in filters or []:
        each["value"] = each["value"].replace("CHANNEL", channel.upper())
    subscribe(emulator, eventFilters=filters)
    ring(emulator)
    assert receiver.statuses == received
    assert delivered(emulator).count("unsubscribed") == 4 - len(received)


@pytest.mark.parametrize(
    "wire",
    [{"status": "inactive"}, {"event": "voice.outbound"}, {"service": "numbers"}],
)
def test_a_subscription_that_asks_for_something_else_gets_nothing(
    emulator: BirdEmulator, receiver: Receiver, wire: dict[str, str]
) -> None:
    subscribe(emulator, **wire)
    ring(emulator)
    assert receiver.requests == []
    assert delivered(emulator) == ["unsubscribed"] * 4


def test_each_matching_subscription_gets_its_own_delivery_with_its_own_key(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    keys = {subscribe(emulator, signingKey=f"key {n}", url=f"{URL}/{n}"): n for n in range(3)}
    ring(emulator)
    assert len(receiver.requests) == 12
    for each in receiver.requests:
        number = each.path[-1]
        verify(each.body, each.headers, url=f"{URL}/{number}", signing_key=f"key {number}")
    shown = emulator.deliveries.shown()
    assert {each["subscriptionId"] for each in shown} == set(keys)
    assert len({each["requestId"] for each in shown}) == 12


def test_a_delivery_is_repeated_with_its_first_timestamp_until_it_is_accepted(
    receiver: Receiver,
) -> None:
    clock = FakeClock()
    emulator = new_workspace(retry_scale=0)
    emulator._clock = clock.time
    emulator.deliver(PUBLIC, receiver.url)
    subscribe(emulator, eventFilters=[{"key": "status", "value": "starting"}])
    answers = iter([500, 302, None, 404, 204])

    def answer(request: Any) -> int | None:
        clock.sleep(3600)
        return next(answers)

    receiver.answer = answer
    ring(emulator)
    assert len(receiver.requests) == 5
    assert len({each.headers[TIMESTAMP_HEADER] for each in receiver.requests}) == 1
    assert len({each.headers["messagebird-request-id"] for each in receiver.requests}) == 1
    (shown,) = [each for each in emulator.deliveries.shown() if each["attempts"]]
    assert (shown["status"], shown["nextAttemptAt"]) == ("succeeded", None)
    assert [each["status"] for each in shown["attempts"]] == [500, 302, None, 404, 204]
    assert shown["attempts"][2]["error"]
    for each in receiver.requests:
        verify(each.body, each.headers, url=URL, signing_key=KEY, now=clock.now)


def test_a_delivery_that_is_never_accepted_fails_after_as_many_attempts_as_in_birds_example(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    emulator.options.retry_scale = 0
    subscription = subscribe(emulator, eventFilters=[{"key": "status", "value": "ringing"}])
    receiver.answer = lambda request: 500
    ring(emulator)
    assert len(receiver.requests) == len(WAITS) + 1 == 36
    assert sum(WAITS) <= 8 * 3600
    call = Caller(emulator)
    (log,) = call("GET", f"/webhook-subscriptions/{subscription}/logs")[1]["results"]
    assert (log["attemptCount"], log["executionStatus"]) == (36, "failed")


def test_a_repeated_delivery_holds_up_no_later_event_of_the_call(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator)
    refused = threading.Event()

    def answer(request: Any) -> int:
        if request.status == "starting" and not refused.is_set():
            refused.set()
            return 503
        return 200

    receiver.answer = answer
    emulator.options.retry_scale = 0.02
    ring(emulator)
    assert receiver.statuses == [*ALL, "starting"]


def test_first_attempts_are_made_in_the_order_of_events_though_the_receiver_is_slow(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator)

    def answer(request: Any) -> int:
        time.sleep(0.05 if request.status == "starting" else 0)
        return 200

    receiver.answer = answer
    calls = [emulator.incoming_call({"to": "+3197010200001"})["id"] for _ in range(10)]
    assert emulator.settled(10)
    for each in calls:
        assert [r.status for r in receiver.requests if r.event["payload"]["id"] == each] == ALL


def test_what_has_no_local_address_is_kept_and_not_sent(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator, url="https://elsewhere.example/calls")
    subscribe(emulator, url=None)
    ring(emulator)
    assert receiver.requests == []
    assert delivered(emulator) == ["unmapped"] * 8
    shown = emulator.deliveries.shown()[0]
    assert json.loads(shown["body"])["payload"]["status"] == "starting"
    assert (shown["attempts"], shown["target"]) == ([], None)


def test_redirects_are_not_followed(emulator: BirdEmulator, receiver: Receiver) -> None:
    subscribe(emulator, eventFilters=[{"key": "status", "value": "ringing"}])
    emulator.options.retry_scale = 0
    with Receiver() as other:
        receiver.answer_headers = {"Location": f"{other.url}/calls"}
        answers = iter([307, 200])
        receiver.answer = lambda request: next(answers)
        ring(emulator)
        assert (len(receiver.requests), other.requests) == (2, [])


def test_proxies_of_the_environment_are_not_used(
    emulator: BirdEmulator, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(emulator)
    with Receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        ring(emulator)
        assert (len(receiver.requests), proxy.requests) == (4, [])


def test_a_receiver_that_does_not_listen_is_tried_again(emulator: BirdEmulator) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    emulator.deliver(PUBLIC, f"http://127.0.0.1:{port}")
    emulator.options.retry_scale = 0
    subscription = subscribe(emulator, eventFilters=[{"key": "status", "value": "ringing"}])
    ring(emulator)
    (shown,) = [each for each in emulator.deliveries.shown() if each["attempts"]]
    assert (shown["status"], len(shown["attempts"])) == ("failed", 36)
    logs = Caller(emulator)("GET", f"/webhook-subscriptions/{subscription}/logs")[1]["results"]
    assert [each["httpStatusCode"] for each in logs] == [0]
    assert shown["attempts"][0]["error"] == "Connection refused"


def test_the_delivery_logs_have_pages_a_filter_and_details(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    emulator.options.retry_scale = 0
    subscription = subscribe(emulator)
    other = subscribe(emulator, url="https://elsewhere.example/calls")
    receiver.answer = lambda request: 500 if request.status == "ringing" else 200
    ring(emulator)
    ring(emulator)
    call = Caller(emulator)
    path = f"/webhook-subscriptions/{subscription}/logs"

    def listed(**query: str) -> list[Any]:
        found: list[Any] = []
        while True:
            body = call("GET", path, **query)[1]
            found += body["results"]
            if "nextPageToken" not in body:
                return found
            query["pageToken"] = body["nextPageToken"]

    assert len(listed()) == 8
    assert listed(limit="3") == listed()
    assert {each["httpStatusCode"] for each in listed(executionStatus="succeeded")} == {200}
    failed = listed(executionStatus="failed", limit="1")
    assert [each["attemptCount"] for each in failed] == [36, 36]
    assert call("GET", path, executionStatus="lost")[0] == 422
    status, details = call("GET", f"{path}/details", requestId=failed[0]["requestId"])
    assert (status, len(details["results"])) == (200, 36)
    assert details["results"][0]["responseBody"] == "noted"
    assert json.loads(details["results"][0]["requestBody"])["payload"]["status"] == "ringing"
    assert call("GET", f"/webhook-subscriptions/{other}/logs")[1]["results"] == []
    elsewhere = f"/webhook-subscriptions/{other}/logs/details"
    assert call("GET", elsewhere, requestId=failed[0]["requestId"])[0] == 404


def test_a_delivery_is_logged_for_seven_days(receiver: Receiver) -> None:
    clock = FakeClock()
    emulator = new_workspace()
    emulator._clock = clock.time
    emulator.deliver(PUBLIC, receiver.url)
    logs = f"/webhook-subscriptions/{subscribe(emulator)}/logs"
    ring(emulator)
    call = Caller(emulator)
    clock.sleep(7 * 24 * 3600)
    assert len(call("GET", logs)[1]["results"]) == 4
    clock.sleep(1)
    assert call("GET", logs)[1]["results"] == []


@pytest.mark.parametrize("kind", ["status", "hang", "refuse", "reset", "empty"])
def test_a_fault_of_a_delivery_is_followed_by_a_repetition(
    emulator: BirdEmulator, receiver: Receiver, kind: str
) -> None:
    subscribe(emulator)
    emulator.faults = (Fault(kind, "deliver"), Fault("latency", "deliver", nth=3))
    ring(emulator)
    assert sorted(receiver.statuses) == sorted(ALL)
    assert delivered(emulator) == ["succeeded"] * 4


def test_an_answer_that_is_lost_makes_the_event_arrive_twice(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator)
    emulator.faults = (Fault("reset", "deliver", applied=True),)
    ring(emulator)
    assert sorted(receiver.statuses) == sorted([*ALL, "starting"])


def test_a_fault_of_any_operation_is_none_of_a_delivery(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator)
    emulator.faults = (Fault("reset", "any", times=None),)
    ring(emulator)
    assert receiver.statuses == ALL


def test_a_fault_that_no_delivery_can_have_is_refused() -> None:
    with pytest.raises(ValueError, match=r"kind: must be, of a delivery, one of: status, latency"):
        Fault("stale_list", "deliver")


@pytest.mark.parametrize(
    ("public", "local", "says"),
    [
        ("http://example.com", "http://127.0.0.1:1", "must be https:// and a public host name"),
        ("example.com", "http://127.0.0.1:1", "must be https:// and a public host name"),
        ("https://example.com/calls", "http://127.0.0.1:1", "without a path"),
        ("https://localhost", "http://127.0.0.1:1", "must be https:// and a public host name"),
        ("https://example.com", "http://192.168.1.2:80", "must be an address on this machine"),
        ("https://example.com", "http://example.com", "must be an address on this machine"),
        ("https://example.com", "http://127.0.0.1.example.com", "on this machine"),
        ("https://example.com", "http://127.0.0.1@example.com", "on this machine"),
        ("https://example.com", "http://example.com@127.0.0.1", "on this machine"),
        ("https://example.com", "http://0.0.0.0:5000", "on this machine"),
        ("https://example.com", "http://[::]:5000", "on this machine"),
        ("https://example.com", "http://2130706433", "on this machine"),
        ("https://example.com", "https://127.0.0.1:5000", "on this machine"),
        ("https://example.com", "http://127.0.0.1:5000/calls", "without a path"),
        ("https://example.com", "http://127.0.0.1:99999", "on this machine"),
        ("https://example.com", "http://127.0.0.1:0", "on this machine"),
        ("https://example.com", "127.0.0.1:5000", "on this machine"),
        ("https://example.com", "", "on this machine"),
        ("https://example.com", "http://127.0.0.1:5000\r\nX: y", "on this machine"),
    ],
)
def test_nothing_is_sent_but_to_this_machine(public: str, local: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Targets({public: local})


@pytest.mark.parametrize(
    ("local", "addresses"),
    [
        ("http://127.0.0.1:5000", ("127.0.0.1",)),
        ("http://127.8.9.10", ("127.8.9.10",)),
        ("http://[::1]:5000/", ("::1",)),
        ("http://localhost:5000", ("127.0.0.1", "::1")),
    ],
)
def test_a_target_is_this_machine_under_any_of_its_names(
    local: str, addresses: tuple[str, ...]
) -> None:
    public, target = pair_of(f"https://Example.com:443={local}")
    found = Targets({public: target}).of("https://example.com/calls?a=b=c")
    assert found is not None
    assert found.addresses == addresses
    assert Targets({public: target}).of("https://example.com:8443/calls") is None
    assert Targets({public: target}).of("https://www.example.com/calls") is None


def test_no_thread_is_there_when_nothing_is_delivered(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    assert emulator.deliveries.pool.threads == 0
    subscribe(emulator)
    release = threading.Event()

    def answer(request: Any) -> int:
        release.wait(30)
        return 200

    receiver.answer = answer
    for _ in range(40):
        emulator.incoming_call({"to": "+3197010200001"})
    assert 1 <= emulator.deliveries.pool.threads <= 8
    release.set()
    assert emulator.settled(20)
    until = time.monotonic() + 30
    while emulator.deliveries.pool.threads and time.monotonic() < until:
        time.sleep(0.01)
    assert emulator.deliveries.pool.threads == 0
    assert len(receiver.requests) == 160


def test_a_stopped_server_sends_nothing_more(receiver: Receiver) -> None:
    emulator = new_workspace(retry_scale=0.01)
    emulator.deliver(PUBLIC, receiver.url)
    subscribe(emulator)
    receiver.answer = lambda request: 500
    with EmulatorServer(emulator):
        emulator.incoming_call({"to": "+3197010200001"})
    arrived = len(receiver.requests)
    assert emulator.deliveries.pool.threads == 0
    time.sleep(0.5)
    assert len(receiver.requests) == arrived


def test_what_is_pending_at_a_stop_fails_and_the_next_start_delivers_what_comes_then(
    emulator: BirdEmulator, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.delivering.deliveries.MAX_KEPT", 9)
    subscribe(emulator)
    hanging, release = threading.Event(), threading.Event()

    def answer(request: Any) -> int:
        hanging.set()
        release.wait(30)
        return 500

    receiver.answer = answer
    emulator.incoming_call({"to": TO})
    assert hanging.wait(30)
    monkeypatch.setattr("bird_dynamic.emulator.delivering.pool.PATIENCE", 0.1)
    emulator.stop()
    release.set()
    assert delivered(emulator) == ["failed"] * 4
    for each in emulator.deliveries.shown():
        assert each["attempts"][-1]["error"].startswith("the emulator stopped")
        assert each["nextAttemptAt"] is None
    emulator.incoming_call({"to": TO})
    assert "the emulator is stopped" in emulator.deliveries.shown()[-1]["attempts"][0]["error"]
    emulator.start()
    receiver.answer = lambda request: 200
    for _ in range(2):
        receiver.requests.clear()
        ring(emulator)
        assert receiver.statuses == ALL
        assert delivered(emulator)[-4:] == ["succeeded"] * 4


def test_a_delivery_that_waits_for_its_repetition_fails_at_a_stop(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator, eventFilters=[{"key": "status", "value": "ringing"}])
    receiver.answer = lambda request: 500
    emulator.incoming_call({"to": TO})
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if any(each["nextAttemptAt"] for each in emulator.deliveries.shown()):
            break
        time.sleep(0.01)
    emulator.stop()
    emulator.start()
    assert emulator.settled(30)
    assert sorted(delivered(emulator)) == ["failed", *["unsubscribed"] * 3]


def test_a_reset_forgets_the_deliveries_and_repeats_none(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator)
    receiver.answer = lambda request: 500
    emulator.options.retry_scale = 0.01
    emulator.incoming_call({"to": "+3197010200001"})
    emulator.reset()
    assert emulator.settled(10)
    assert emulator.deliveries.shown() == []
    assert len(receiver.requests) <= 4
    assert emulator.deliveries.targets.shown() == {PUBLIC: receiver.url}


def test_the_history_is_bounded(
    emulator: BirdEmulator, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.delivering.deliveries.MAX_KEPT", 10)
    subscribe(emulator)
    for _ in range(5):
        ring(emulator)
    shown = emulator.deliveries.shown()
    assert [each["sequence"] for each in shown] == list(range(11, 21))
    assert len(receiver.requests) == 20


def test_what_exceeds_the_bound_while_all_wait_is_told_to_be_unsent(
    emulator: BirdEmulator, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.delivering.deliveries.MAX_KEPT", 4)
    with emulator.feed.subscribe() as watching:
        release = threading.Event()
        receiver.answer = lambda request: 200 if release.wait(30) else 500
        subscribe(emulator)
        emulator.incoming_call({"to": "+3197010200001"})
        emulator.incoming_call({"to": "+3197010200001"})
        release.set()
        assert emulator.settled(10)
        told = [json.loads(item) for kind, item in watching.take(1) if kind == "delivery"]
    unsent = [each for each in told if each["status"] == "failed"]
    assert len(unsent) == 4
    assert "too many deliveries are pending" in unsent[0]["attempts"][0]["error"]
    assert len(receiver.requests) == 4


def test_each_change_of_a_call_and_of_a_delivery_is_published(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator)
    with emulator.feed.subscribe() as watching:
        ring(emulator)
        events = watching.take(1)
    items = [json.loads(item) for kind, item in events if kind == "item"]
    calls = [each["item"]["status"] for each in items if each["kind"] == "calls"]
    states = [json.loads(item)["status"] for kind, item in events if kind == "delivery"]
    assert calls == ALL
    assert (states.count("pending"), states.count("succeeded")) == (4, 4)
    assert KEY not in str(events)


def test_a_subscription_without_filters_does_not_get_what_one_with_filters_asks_for(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator, url=f"{URL}/all")
    subscribe(emulator, url=f"{URL}/ends", eventFilters=[{"key": "status", "value": "completed"}])
    ring(emulator)
    assert [
        (each.path, each.status) for each in receiver.requests if each.path.endswith("/ends")
    ] == [("/calls/ends", "completed")]
    assert [each.status for each in receiver.requests if each.path.endswith("/all")] == ALL[:-1]
    receiver.requests.clear()
    emulator.dialect = Dialect(webhook_overlap="both")
    ring(emulator)
    assert [each.status for each in receiver.requests if each.path.endswith("/all")] == ALL
    assert len(receiver.requests) == 5


def test_a_url_that_is_not_ascii_is_signed_as_it_is_written_and_sent_quoted(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    url = f"{URL}/über?a=ö&b=%20"
    subscribe(emulator, url=url)
    ring(emulator)
    assert {each.path for each in receiver.requests} == {"/calls/%C3%BCber?a=%C3%B6&b=%20"}
    for each in receiver.requests:
        verify(each.body, each.headers, url=url, signing_key=KEY)


def test_a_receiver_that_answers_byte_by_byte_does_not_hold_a_delivery_up(
    emulator: BirdEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.delivering.sending.TIMEOUT", 0.3)
    stopped = threading.Event()

    def drip(listening: socket.socket) -> None:
        with listening.accept()[0] as connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not stopped.is_set():
                try:
                    connection.sendall(b"x")
                except OSError:
                    return
                time.sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,))
        thread.start()
        emulator.deliver(PUBLIC, f"http://127.0.0.1:{listening.getsockname()[1]}")
        with emulator.feed.subscribe() as watching:
            subscribe(emulator, eventFilters=[{"key": "status", "value": "ringing"}])
            emulator.incoming_call({"to": "+3197010200001"})
            told: list[Any] = []
            while not told:
                told = [
                    each["attempts"]
                    for kind, item in watching.take(5)
                    if kind == "delivery" and (each := json.loads(item))["attempts"]
                ]
        emulator.stop()
        stopped.set()
        thread.join()
    assert told[0][0]["error"] == "no answer within 0.3 seconds"


def test_receivers_that_do_not_answer_hold_up_no_call(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator)
    release = threading.Event()
    receiver.answer = lambda request: 200 if release.wait(30) else 500
    emulator.options.call_step = 0.01
    calls = [emulator.incoming_call({"to": "+3197010200001"})["id"] for _ in range(10)]
    assert emulator._telephone.pool.join(10)
    assert {each["status"] for each in emulator.calls()} == {"completed"}
    assert len(receiver.requests) <= 10
    release.set()
    assert emulator.settled(10)
    assert len(receiver.requests) == 4 * len(calls)


def test_a_delivery_goes_where_its_receiver_listens_by_now(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator, eventFilters=[{"key": "status", "value": "ringing"}])
    with Receiver() as other:

        def answer(request: Any) -> int:
            emulator.deliver(PUBLIC, other.url)
            return 503

        receiver.answer = answer
        ring(emulator)
        assert (receiver.statuses, other.statuses) == (["ringing"], ["ringing"])


def test_what_is_pending_is_not_sent_any_more_once_its_target_is_removed(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    emulator.options.retry_scale = 0.001
    subscribe(emulator)

    def answer(request: Any) -> int:
        emulator.deliveries.targets = Targets()
        return 503

    receiver.answer = answer
    ring(emulator)
    assert receiver.statuses == ["starting"]
    assert delivered(emulator) == ["unmapped"] * 4
    emulator.deliver(PUBLIC, receiver.url)
    receiver.answer = lambda request: 200
    ring(emulator)
    assert receiver.statuses == ["starting", *ALL]


def test_all_addresses_of_a_target_share_the_time_of_a_delivery(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    allowed: list[Any] = []

    def connect(self: HTTPConnection) -> None:
        allowed.append(self.timeout)
        time.sleep(0.05)
        raise TimeoutError

    monkeypatch.setattr(HTTPConnection, "connect", connect)
    target = Targets({PUBLIC: "http://localhost:9"}).of(URL)
    assert target is not None
    assert send(target, URL, {}, b"").error == "no answer within 10 seconds"
    first, second = allowed
    assert second < first <= TIMEOUT
    allowed.clear()
    monkeypatch.setattr("bird_dynamic.emulator.delivering.sending.TIMEOUT", 0.01)
    assert "no answer within" in str(send(target, URL, {}, b"").error)
    assert len(allowed) == 1


def test_the_command_delivers_to_the_address_that_it_is_given(receiver: Receiver) -> None:
    command = [sys.executable, "-m", "bird_dynamic.emulator", "--port", "0", "--quiet"]
    options = ["--channel-after", "0", "--call-step", "0", "--deliver", f"{PUBLIC}={receiver.url}"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        url = re.search(
            r"BIRD_API_URL=(http\S+)", running.stdout.readline() + running.stdout.readline()
        )
        assert url is not None
        number = PhoneNumber.made_up(0)
        arguments = {"phoneNumberId": number.id}
        for what, item in (
            ("connectors", {"connectorTemplateRef": "voice-messagebird:1", "arguments": arguments}),
            ("webhook-subscriptions", {"url": URL, "signingKey": KEY}),
            ("calls/incoming", {"to": number.number, "outcome": "busy"}),
        ):
            assert requests.post(f"{url[1]}/__emulator__/{what}", json=item, timeout=30).ok
        until = time.monotonic() + 30
        while len(receiver.requests) < 2 and time.monotonic() < until:
            time.sleep(0.02)
        running.terminate()
        rest = running.stdout.read()
        assert running.wait(10) == 0
    assert f"# webhooks      {PUBLIC} are delivered to {receiver.url}\n" in rest
    assert receiver.statuses == ["starting", "busy"]


def test_a_refused_delivery_tells_when_it_is_repeated(receiver: Receiver) -> None:
    clock = FakeClock()
    emulator = new_workspace(retry_scale=1)
    emulator._clock = clock.time
    emulator.deliver(PUBLIC, receiver.url)
    subscribe(emulator, eventFilters=[{"key": "status", "value": "starting"}])
    receiver.answer = lambda request: 500
    with emulator.feed.subscribe() as watching:
        emulator.incoming_call({"to": "+3197010200001"})
        told: list[Any] = []
        while not any(each["attempts"] for each in told):
            told += [json.loads(item) for kind, item in watching.take(5) if kind == "delivery"]
    (waiting,) = [each for each in emulator.deliveries.shown() if each["attempts"]]
    assert waiting["status"] == "pending"
    assert waiting["nextAttemptAt"] == timestamp(clock.now + WAITS[0])
    emulator.deliveries.clear()
    assert emulator.settled(30)


def test_the_size_of_the_history_is_bounded(
    emulator: BirdEmulator, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(emulator)
    ring(emulator)
    size = emulator.deliveries._size
    assert size == sum(each.size for each in emulator.deliveries._kept.values())
    monkeypatch.setattr("bird_dynamic.emulator.delivering.deliveries.MAX_SIZE", size)
    emulator.deliveries.clear()
    for _ in range(3):
        ring(emulator)
    assert emulator.deliveries._size <= size
    assert 2 <= len(emulator.deliveries.shown()) <= 5
    receiver.answer = lambda request: 500
    emulator.options.retry_scale = 0
    ring(emulator)
    assert emulator.deliveries._size == sum(
        each.size for each in emulator.deliveries._kept.values()
    )


def test_later_events_of_a_call_are_delivered_after_its_deliveries_were_forgotten(
    emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator)
    begun, release = threading.Event(), threading.Event()

    def answer(request: Any) -> int:
        begun.set()
        return 200 if release.wait(30) else 500

    receiver.answer = answer
    emulator.options.call_step = 0.4
    emulator.incoming_call({"to": "+3197010200001"})
    assert begun.wait(30)
    emulator.deliveries.clear()
    release.set()
    assert emulator.settled(10)
    assert receiver.statuses == ALL
    assert delivered(emulator) == ["succeeded"] * 3


def test_half_a_character_holds_up_no_delivery(emulator: BirdEmulator, receiver: Receiver) -> None:
    emulator.options.retry_scale = 0
    subscribe(emulator, signingKey="\ud800")
    subscribe(emulator, url=f"{URL}/\ud800")
    ring(emulator, **{"from": "\ud800"})
    assert receiver.statuses == ALL
    assert sorted(delivered(emulator)) == ["failed"] * 4 + ["succeeded"] * 4

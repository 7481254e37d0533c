"""What the emulator serves to a browser: a page, its state, and events as they happen."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest

from bird_dynamic.emulator import ACCESS_KEY, EmulatorServer, Fault
from bird_dynamic.emulator.serving.page import _files
from tests.emulator.caller import WEBHOOKS, Caller


@contextmanager
def stream(server: EmulatorServer, path: str = "events") -> Iterator[HTTPResponse]:
    """The answer to a request for events, with its head."""
    opened = HTTPConnection("127.0.0.1", server.port, timeout=10)
    opened.request("GET", f"/__emulator__/{path}")
    answer = opened.getresponse()
    try:
        yield answer
    finally:
        answer.close()
        opened.close()


def event(answer: HTTPResponse) -> tuple[str, Any]:
    """The next event; comments are left out."""
    kind = ""
    while line := answer.readline().decode().rstrip("\n"):
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            answer.readline()
            return kind, json.loads(value)
    # A group of lines without an event.
    return event(answer)


def fetched(server: EmulatorServer, path: str, method: str = "GET") -> tuple[HTTPResponse, bytes]:
    opened = HTTPConnection("127.0.0.1", server.port, timeout=10)
    opened.request(method, path)
    answer = opened.getresponse()
    body = answer.read()
    opened.close()
    return answer, body


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("", "text/html; charset=utf-8"),
        ("index.html", "text/html; charset=utf-8"),
        ("console.css", "text/css; charset=utf-8"),
        ("main.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
def test_the_page_and_its_files_are_served(
    server: EmulatorServer, name: str, content_type: str
) -> None:
    answer, body = fetched(server, f"/__emulator__/{name}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, content_type)
    assert body == _files()[name or "index.html"]
    head, nothing = fetched(server, f"/__emulator__/{name}", "HEAD")
    assert (head.status, nothing) == (200, b"")
    assert head.headers["Content-Length"] == str(len(body))


def test_the_page_may_run_only_its_own_scripts_and_be_in_no_frame(server: EmulatorServer) -> None:
    answer, _ = fetched(server, "/__emulator__/")
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    } <= set(policy)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_files_name_no_other_host_and_make_no_markup() -> None:
    for name, content in _files().items():
        text = content.decode()
        hosts = set(re.findall(r"https?://([^/\s\"'`$:;]+)", text))
        # The name space of SVG, and the texts of an example.
        assert hosts <= {"www.w3.org", "example.com", "127.0.0.1"}, name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", text), (
            name
        )
        assert not re.search(r"<script(?![^>]*\bsrc=)|\bon[a-z]+=|style=", text), name


def test_every_file_that_the_page_names_is_there() -> None:
    texts = {name: content.decode() for name, content in _files().items()}
    named = set(re.findall(r'(?:href|src)="([\w.]+\.\w+)"', texts["index.html"]))
    for name, text in texts.items():
        if name.endswith(".js"):
            named |= set(re.findall(r'from "\./([\w.]+)"', text))
    assert named == set(texts) - {"index.html"}


def test_the_address_without_its_slash_leads_to_the_page(server: EmulatorServer) -> None:
    answer, _ = fetched(server, "/__emulator__")
    assert (answer.status, answer.headers["Location"]) == (308, "/__emulator__/")
    assert server.page.endswith("/__emulator__/")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/__emulator__/nothing.js", 404),
        ("GET", "/__emulator__/../core.py", 404),
        ("GET", "/__emulator__/main.js/x", 404),
        ("GET", "/__emulator__/console/main.js", 404),
        ("POST", "/__emulator__/", 404),
        ("DELETE", "/__emulator__/main.js", 404),
        ("HEAD", "/__emulator__/state", 404),
        ("HEAD", "/__emulator__/events", 404),
        ("POST", "/__emulator__/events", 404),
        ("GET", "/", 401),
        ("GET", "/favicon.ico", 401),
    ],
)
@pytest.mark.usefixtures("bird_differs_or_not")
def test_other_paths_are_not_of_the_page(
    server: EmulatorServer, method: str, path: str, status: int
) -> None:
    assert fetched(server, path, method)[0].status == status


@pytest.fixture
def bird_differs_or_not(not_as_described: list[str]) -> Iterator[None]:
    yield
    not_as_described.clear()


def test_the_state_has_everything_but_secrets(server: EmulatorServer) -> None:
    call = Caller(server.emulator)
    channel = call.channel(name="desk", invitationToken="s3cret")
    call("POST", f"/channels/{channel}/calls", {"to": "+12025550101"})
    hook = {"service": "channels", "event": "voice.inbound", "url": "https://example.com/"}
    call("POST", WEBHOOKS, {**hook, "signingKey": "s3cret"})
    server.emulator.faults = [Fault("status", operation="unknown", times=2)]
    answer, body = fetched(server, "/__emulator__/state")
    state = json.loads(body)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert b"s3cret" not in body
    items = state["items"]
    assert len(items["numbers"]) == 12
    assert [each["name"] for each in items["connectors"]] == ["desk"]
    assert items["connectors"][0]["channel"]["channelId"] == channel
    assert [each["to"] for each in items["calls"]] == ["+12025550101"]
    assert [each["signingKey"] for each in items["webhook-subscriptions"]] == ["[secret]"]
    assert state["requests"] == list(server.emulator.journal)
    assert [(each["kind"], each["left"]) for each in state["faults"]] == [("status", 2)]
    assert state["dialect"]["conflict"] == "409"
    assert state["settings"]["BIRD_ACCESS_KEY"] == ACCESS_KEY


def test_the_state_has_the_newest_requests(
    server: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.serving.overview.NEWEST", 3)
    for _ in range(5):
        Caller(server.emulator)("GET", "/connectors")
    state = json.loads(fetched(server, "/__emulator__/state")[1])
    assert [each["sequence"] for each in state["requests"]] == [3, 4, 5]
    assert state["totals"] == {"requests": 5, "calls": 0, "deliveries": 0}


def test_a_stream_tells_what_happens_after_it_began(server: EmulatorServer) -> None:
    server.emulator.add_connector(name="before")
    with stream(server) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert event(answer)[0] == "hello"
        server.emulator.add_connector(name="after\n\ndata: x")
        kind, item = event(answer)
        assert (kind, item["item"]["name"]) == ("item", "after\n\ndata: x")
        assert event(answer)[1]["kind"] == "channels"
        for method, path, body, told in (
            ("PATCH", "dialect", '{"gone": "410"}', "dialect"),
            ("PATCH", "options", '{"channel_after": 3}', "options"),
            ("PUT", "faults", '[{"kind": "reset"}]', "faults"),
            ("DELETE", "journal", "", "reset"),
        ):
            opened = HTTPConnection("127.0.0.1", server.port, timeout=10)
            opened.request(method, f"/__emulator__/{path}", body)
            assert opened.getresponse().status == 200
            opened.close()
            assert event(answer)[0] == told


def test_a_fault_tells_how_often_it_is_left(server: EmulatorServer) -> None:
    server.emulator.faults = [Fault("latency", times=3), Fault("status", nth=9, times=None)]
    with stream(server) as answer:
        event(answer)
        Caller(server.emulator)("GET", "/connectors")
        assert event(answer)[0] == "request"
        kind, faults = event(answer)
        assert (kind, [each["left"] for each in faults]) == ("faults", [2, None])


def test_a_quiet_stream_gets_a_sign_of_life(
    server: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.serving.streams._PULSE", 0.02)
    monkeypatch.setattr("bird_dynamic.emulator.serving.streams.HEARTBEAT", 0.05)
    with stream(server) as answer:
        event(answer)
        assert answer.readline() == b": still here\n"


def test_streams_hold_up_nothing_and_end_with_the_server(server: EmulatorServer) -> None:
    with stream(server) as one, stream(server) as other:
        assert event(one)[0] == event(other)[0] == "hello"
        assert fetched(server, "/health")[0].status == 200
        assert Caller(server.emulator)("GET", "/connectors")[0] == 200
        server.stop()
        for each in (one, other):
            assert event(each)[0] == "request"
            assert each.read() == b""
    assert not server.emulator.feed.is_watched


def test_a_stream_ends_when_its_reader_goes_away(
    server: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.serving.streams._PULSE", 0.02)
    with stream(server) as answer:
        event(answer)
        assert server.emulator.feed.is_watched
    waited_for_none(server)


def test_a_stream_ends_whose_reader_does_not_read(
    server: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.serving.streams.STALLED", 0.1)
    with socket.create_connection(("127.0.0.1", server.port)) as caller:
        caller.sendall(b"GET /__emulator__/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200" in caller.recv(20)
        until = time.monotonic() + 30
        while server.emulator.feed.is_watched and time.monotonic() < until:
            server.emulator.feed.publish("request", "x" * 1_000_000)
            time.sleep(0.01)
        assert not server.emulator.feed.is_watched


def test_there_are_only_so_many_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.serving.streams.MAX_STREAMS", 2)
    monkeypatch.setattr("bird_dynamic.emulator.serving.handler.MAX_STREAMS", 2)
    monkeypatch.setattr("bird_dynamic.emulator.serving.streams._PULSE", 0.02)
    with EmulatorServer() as server:
        with ExitStack() as stack:
            for _ in range(2):
                event(stack.enter_context(stream(server)))
            answer, body = fetched(server, "/__emulator__/events")
            assert answer.status == 503
            assert "2 streams of events" in json.loads(body)["message"]
        waited_for_none(server)
        with stream(server) as answer:
            assert event(answer)[0] == "hello"


def waited_for_none(server: EmulatorServer) -> None:
    until = time.monotonic() + 30
    while server.emulator.feed.is_watched and time.monotonic() < until:
        time.sleep(0.01)
    assert not server.emulator.feed.is_watched

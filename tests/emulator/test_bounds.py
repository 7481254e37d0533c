"""What a caller sends wrongly, too slowly, or in too large amounts."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection

import pytest

from bird_dynamic.bird.http import HttpTransport
from bird_dynamic.emulator import ACCESS_KEY, BirdEmulator, EmulatorServer, Fault, Request
from bird_dynamic.emulator.serving.reading import MAX_BODY
from tests.client.test_http import LIST, transport
from tests.emulator.caller import ROOT

KEY = f"Authorization: AccessKey {ACCESS_KEY}"
HOST = "Host: localhost"


def connected(server: EmulatorServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=30)


def exchange(server: EmulatorServer, sent: bytes) -> bytes:
    """Everything that is answered until the connection is closed."""
    with connected(server) as caller, caller.makefile("rb") as answered:
        caller.sendall(sent)
        return answered.read()


def text_of(*lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join([*lines, "", ""]).encode() + body


SMUGGLED = text_of("DELETE /__emulator__/journal HTTP/1.1", HOST)


@pytest.mark.parametrize("path", [f"{ROOT}/connectors", "/__emulator__/connectors"])
@pytest.mark.parametrize(
    ("lines", "status", "code", "says"),
    [
        (["Content-Length: many"], 400, "BadRequest", "Content-Length must be one number"),
        (["Content-Length: -1"], 400, "BadRequest", "Content-Length must be one number"),
        (["Content-Length: +5"], 400, "BadRequest", "Content-Length must be one number"),
        (["Content-Length: 1_0"], 400, "BadRequest", "Content-Length must be one number"),
        (["Content-Length: 5, 5"], 400, "BadRequest", "Content-Length must be one number"),
        (["Content-Length: "], 400, "BadRequest", "Content-Length must be one number"),
        (["Content-Length: 5", "Content-Length: 6"], 400, "BadRequest", "must be one number"),
        (["Content-Length: " + "9" * 30], 400, "BadRequest", "Content-Length must be one number"),
        (["Content-Length : 5"], 400, "BadRequest", "has no name followed by a colon"),
        (["X-A: b", "nonsense"], 400, "BadRequest", "has no name followed by a colon"),
        (["Transfer-Encoding: chunked"], 411, "LengthRequired", "with its Content-Length"),
        (["Transfer-Encoding: chunked", "Content-Length: 5"], 411, "LengthRequired", "with its"),
        ([f"Content-Length: {MAX_BODY + 1}"], 413, "ContentTooLarge", "at most 4194304"),
        (["Content-Length: " + "9" * 18], 413, "ContentTooLarge", "at most 4194304"),
        ([f"X-{i}: y" for i in range(101)], 431, "RequestHeaderFieldsTooLarge", "headers"),
        (["X-A: " + "y" * 70_000], 431, "RequestHeaderFieldsTooLarge", "Line too long"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_request_without_a_clear_end_is_refused_and_nothing_after_it_is_read(
    server: EmulatorServer, path: str, lines: list[str], status: int, code: str, says: str
) -> None:
    server.emulator.handle(Request("GET", "/before"))
    answer = exchange(server, text_of(f"POST {path} HTTP/1.1", HOST, KEY, *lines) + SMUGGLED)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"Connection: close" in head
    assert json.loads(body)["code"] == code
    assert says in json.loads(body)["message"]
    assert [each["path"] for each in server.emulator.journal] == ["/before"]


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        ("GET / HTTP/2.0", 505, "HttpVersionNotSupported"),
        ("GET / HTTP/x", 400, "BadRequest"),
        ("\x16\x03\x01", 400, "BadRequest"),
        ("PROPFIND / HTTP/1.1", 501, "NotImplemented"),
        ("GET http://[ HTTP/1.1", 400, "BadRequest"),
        ("GET /" + "x" * 70_000 + " HTTP/1.1", 414, "UriTooLong"),
    ],
    ids=lambda each: str(each)[:20],
)
def test_a_head_that_cannot_be_read_is_answered_in_json(
    server: EmulatorServer, line: str, status: int, code: str
) -> None:
    head, _, body = exchange(server, text_of(line, HOST)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"Content-Type: application/json" in head
    assert json.loads(body)["code"].lower() == code.replace("-", "").lower()


def test_a_body_of_any_kind_has_its_length(server: EmulatorServer) -> None:
    lines = (
        "Content-Type: multipart/form-data; boundary=x",
        "Content-Length: 5",
        "Content-Length: 5",
    )
    request = (f"POST {ROOT}/connectors HTTP/1.1", HOST, KEY, lines[0], lines[1])
    answer = exchange(server, text_of(*request, "Connection: close", body=b"--x--"))
    assert answer.startswith(b"HTTP/1.1 422 ")


def test_a_caller_that_sends_all_of_a_large_body_reads_the_refusal(server: EmulatorServer) -> None:
    one = HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    one.request("POST", f"{ROOT}/connectors", b"x" * (MAX_BODY + 1))
    assert one.getresponse().status == 413
    one.close()


def test_the_largest_body_is_read(server: EmulatorServer) -> None:
    one = HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    one.request("POST", f"{ROOT}/connectors", b" " * MAX_BODY, {"Authorization": KEY[15:]})
    answer = one.getresponse()
    assert (answer.status, b"is not JSON" in answer.read()) == (422, True)
    one.close()


def test_a_caller_that_asks_first_is_told_before_it_sends(server: EmulatorServer) -> None:
    ask = (f"POST {ROOT}/connectors HTTP/1.1", HOST, KEY, "Expect: 100-continue")
    answer = exchange(server, text_of(*ask, f"Content-Length: {MAX_BODY + 1}"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    with connected(server) as caller:
        caller.sendall(text_of(*ask, "Content-Length: 2", "Connection: close"))
        assert caller.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        caller.sendall(b"{}")
        assert caller.recv(100).startswith(b"HTTP/1.1 422 ")


def test_half_a_request_is_not_carried_out(server: EmulatorServer) -> None:
    request = text_of("POST /__emulator__/reset HTTP/1.1", HOST, "Content-Length: 10", body=b"{}")
    server.emulator.add_connector()
    with connected(server) as caller:
        caller.sendall(request)
        caller.shutdown(socket.SHUT_WR)
        assert caller.recv(100) == b""
    assert len(server.emulator.connectors()) == 1


def test_a_mistake_of_the_emulator_is_an_answer(
    server: EmulatorServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def wrong(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(BirdEmulator, "handle", wrong)
    monkeypatch.setattr(BirdEmulator, "items", wrong)
    for path in (f"{ROOT}/connectors", "/__emulator__/connectors"):
        answer = exchange(server, text_of(f"GET {path} HTTP/1.1", HOST, "Connection: close"))
        assert answer.startswith(b"HTTP/1.1 500 ")
        assert b"ZeroDivisionError: by zero" in answer
    assert capfd.readouterr() == ("", "")


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, limit: str, value: float) -> Iterator[EmulatorServer]:
    monkeypatch.setattr(f"bird_dynamic.emulator.serving.{limit}", value)
    with EmulatorServer() as server:
        yield server


def test_an_idle_connection_is_closed_and_the_client_of_the_provider_connects_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(monkeypatch, "handler.Handler.timeout", 0.6) as server:
        with connected(server) as silent, connected(server) as half:
            half.sendall(text_of("POST / HTTP/1.1", "Content-Length: 10", body=b"half"))
            assert silent.recv(1) == half.recv(1) == b""
        sender = transport(server.url)
        assert isinstance(sender, HttpTransport)
        for _ in range(3):
            assert sender.send(LIST, 30).status == 200
            time.sleep(1.0)


def test_further_connections_wait_until_one_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    request = text_of(f"GET {ROOT}/connectors HTTP/1.1", HOST, KEY)
    with serving(monkeypatch, "connections.MAX_CONNECTIONS", 3) as server, ExitStack() as opened:
        first = [opened.enter_context(connected(server)) for _ in range(3)]
        for each in first:
            each.sendall(request)
            assert each.recv(12) == b"HTTP/1.1 200"
        late = opened.enter_context(connected(server))
        late.sendall(request)
        late.settimeout(0.3)
        with pytest.raises(TimeoutError):
            late.recv(12)
        first[0].close()
        late.settimeout(30)
        assert late.recv(12) == b"HTTP/1.1 200"


def test_a_server_whose_connections_are_all_in_use_can_be_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(monkeypatch, "connections.MAX_CONNECTIONS", 1) as server, ExitStack() as opened:
        waiting = [opened.enter_context(connected(server)) for _ in range(2)]
        time.sleep(0.2)
        server.stop()
        assert waiting[1].recv(1) == b""


def test_a_hang_ends_when_its_caller_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, "connections.MAX_CONNECTIONS", 1) as server:
        server.emulator.faults = [Fault("hang", seconds=60)]
        before = threading.active_count()
        with connected(server) as caller:
            caller.sendall(text_of(f"GET {ROOT}/connectors HTTP/1.1", HOST, KEY))
            while not server.emulator.journal:
                time.sleep(0.01)
        answer = exchange(
            server, text_of(f"GET {ROOT}/connectors HTTP/1.1", HOST, KEY, "Connection: close")
        )
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert threading.active_count() <= before + 1


@pytest.mark.parametrize("status", [204, 304, 503])
def test_a_status_without_a_body_does_not_shift_the_next_answer(
    server: EmulatorServer, status: int
) -> None:
    server.emulator.faults = [Fault("status", status=status)]
    one = HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    for expected in (status, 200):
        one.request("GET", f"{ROOT}/connectors", headers={"Authorization": KEY[15:]})
        answer = one.getresponse()
        answer.read()
        assert answer.status == expected
    one.close()


def test_a_wait_ends_with_the_server(server: EmulatorServer) -> None:
    server.emulator.faults = [Fault("latency", seconds=60)]
    with connected(server) as caller:
        caller.sendall(text_of(f"GET {ROOT}/connectors HTTP/1.1", HOST, KEY))
        while not server.emulator.journal:
            time.sleep(0.01)
        server.stop()
        assert caller.recv(12) == b"HTTP/1.1 200"


def test_a_refused_caller_that_goes_on_sending_is_disconnected(
    server: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.serving.reading.LINGER", 0.2)
    with connected(server) as caller:
        caller.sendall(text_of("POST / HTTP/1.1", HOST, "Content-Length: 999999999999"))
        with pytest.raises(ConnectionError):
            _go_on_sending(caller)


def _go_on_sending(caller: socket.socket) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        caller.sendall(b"more")
        time.sleep(0.01)


def test_a_thread_that_cannot_be_started_costs_one_connection_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = threading.Thread.start

    def refused(thread: threading.Thread) -> None:
        monkeypatch.setattr(threading.Thread, "start", start)
        raise RuntimeError("can't start new thread")

    request = text_of(f"GET {ROOT}/connectors HTTP/1.1", HOST, KEY, "Connection: close")
    with serving(monkeypatch, "connections.MAX_CONNECTIONS", 1) as server:
        monkeypatch.setattr(threading.Thread, "start", refused)
        with connected(server) as caller:
            assert caller.recv(1) == b""
        assert exchange(server, request).startswith(b"HTTP/1.1 200 ")

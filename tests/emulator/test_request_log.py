"""The lines that `bird-emulator` prints of its requests."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from bird_dynamic.emulator import ACCESS_KEY, EmulatorServer, Fault
from bird_dynamic.emulator.serving.request_log import RequestLog
from tests.emulator.caller import AUTHORIZED, ROOT, VOICE


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def server(lines: list[str]) -> Iterator[EmulatorServer]:
    with EmulatorServer(log=lines.append) as running:
        yield running


def asked(connection: HTTPConnection, method: str, path: str, body: str = "") -> None:
    connection.request(method, path, body, AUTHORIZED)
    connection.getresponse().read()


def waited_for(lines: list[str], count: int) -> list[str]:
    """The lines without their time; the last one is written after its answer."""
    until = time.monotonic() + 30
    while len(lines) < count and time.monotonic() < until:
        time.sleep(0.01)
    assert all(re.match(r"\d\d:\d\d:\d\d ", each) for each in lines)
    return [each[9:] for each in lines]


def test_a_line_has_the_method_the_path_the_status_and_the_duration(
    connection: HTTPConnection, lines: list[str]
) -> None:
    asked(connection, "GET", f"{ROOT}/connectors?limit=5&templateRef={VOICE}")
    asked(connection, "GET", "/health")
    first, second = waited_for(lines, 2)
    assert re.fullmatch(rf"GET {ROOT}/connectors\?limit=5&templateRef={VOICE} 200 \d+ ms", first)
    assert re.fullmatch(r"GET /health 200 \d+ ms", second)


def test_it_has_the_fault(
    server: EmulatorServer, connection: HTTPConnection, lines: list[str]
) -> None:
    server.emulator.faults = [Fault("latency", seconds=0.2), Fault("reset", nth=2)]
    asked(connection, "GET", f"{ROOT}/connectors")
    with pytest.raises(ConnectionError):
        asked(connection, "GET", f"{ROOT}/connectors")
    slow, broken = waited_for(lines, 2)
    assert slow.endswith(" ms fault: latency")
    assert 200 <= int(slow.split()[-4]) < 2000
    assert re.fullmatch(rf"GET {ROOT}/connectors - \d+ ms fault: reset", broken)


def test_no_secret_is_in_it(connection: HTTPConnection, lines: list[str]) -> None:
    body = '{"name": "s3cret", "invitationToken": "s3cret"}'
    asked(connection, "POST", f"{ROOT}/connectors", body)
    (line,) = waited_for(lines, 1)
    assert "s3cret" not in line
    assert ACCESS_KEY not in line


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (b"GET /\x1b]0;title\x07\xc2\x9b31m HTTP/1.1", r"GET /\x1b]0;title\x07\xc2\x9b31m 401 "),
        (b"\x1b[31mGET / HTTP/1.1", r"\x1b[31mGET / 501 "),
        (b"GET / HTTP/9", "? ? 400 "),
        (b"GET /" + b"y" * 1000 + b" HTTP/1.1", "GET /" + "y" * 499 + "... 401 "),
        (b"GET /" + b"y" * 70_000 + b" HTTP/1.1", "? ? 414 "),
    ],
    ids=lambda each: repr(each)[:20],
)
def test_no_control_character_is_in_it(
    server: EmulatorServer, lines: list[str], sent: bytes, line: str
) -> None:
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=30) as caller:
        caller.sendall(sent + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        caller.recv(1)
    (found,) = waited_for(lines, 1)
    assert found.startswith(line)
    assert found.isascii()
    assert found.isprintable()


def test_a_reader_that_does_not_read_delays_nobody() -> None:
    reading, writing = os.pipe()
    log = RequestLog(writing)
    began = time.monotonic()
    for _ in range(5000):
        log.note("x" * 500)
    log.close()
    assert time.monotonic() - began < 5
    assert os.read(reading, 1) == b"x"
    os.close(reading)


def test_a_reader_that_has_ended_is_not_missed() -> None:
    reading, writing = os.pipe()
    log = RequestLog(writing)
    os.close(reading)
    log.note("x")
    log.note("y")
    log.close()
    os.close(writing)


@pytest.mark.parametrize(("options", "expected"), [((), 2), (("--quiet",), 0)])
def test_the_command_prints_them_unless_it_is_told_not_to(
    options: tuple[str, ...], expected: int
) -> None:
    command = [sys.executable, "-m", "bird_dynamic.emulator", "--port", "0", *options]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None
    assert running.stderr is not None
    url = next(line for line in running.stdout if "BIRD_API_URL" in line).partition("=")[2]
    connection = HTTPConnection(url.strip().removeprefix("http://"), timeout=30)
    for _ in range(2):
        asked(connection, "GET", f"{ROOT}/connectors")
    connection.close()
    # A line may be written after its answer.
    printed = [running.stderr.readline() for _ in range(expected)]
    running.send_signal(signal.SIGTERM)
    assert running.communicate(timeout=10)[1] == ""
    assert all(f"GET {ROOT}/connectors 200" in each for each in printed)


def test_without_stderr_the_command_serves_all_the_same() -> None:
    # `$0` is the interpreter: its path may have a space.
    command = ["bash", "-c", 'exec "$0" -m bird_dynamic.emulator --port 0 2>&-', sys.executable]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    url = next(line for line in running.stdout if "BIRD_API_URL" in line).partition("=")[2]
    connection = HTTPConnection(url.strip().removeprefix("http://"), timeout=30)
    asked(connection, "GET", f"{ROOT}/connectors")
    connection.close()
    running.terminate()
    running.communicate(timeout=10)
    assert running.returncode == 0

"""The emulator behind a socket, its control paths, and its command."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from bird_dynamic._version import package_version
from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer, PhoneNumber
from bird_dynamic.emulator.__main__ import main
from tests.emulator.caller import AUTHORIZED, NUMBER, ROOT, VOICE


def control(server: EmulatorServer, method: str, what: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{server.url}/__emulator__/{what}", data=data, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_a_connection_is_kept_alive(connection: HTTPConnection) -> None:
    body = json.dumps(
        {"name": "n", "connectorTemplateRef": VOICE, "arguments": {"phoneNumberId": NUMBER}}
    )
    connection.request("POST", f"{ROOT}/connectors", body, AUTHORIZED)
    made = json.load(connection.getresponse())
    first = connection.sock
    for method, status in (("GET", 200), ("DELETE", 204), ("GET", 404)):
        connection.request(method, f"{ROOT}/connectors/{made['id']}", headers=AUTHORIZED)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    assert connection.sock is first


def test_a_head_request_has_no_body(server: EmulatorServer) -> None:
    host, _, port = server.url.removeprefix("http://").partition(":")
    request = (
        f"HEAD {ROOT}/connectors HTTP/1.1\r\nHost: bird\r\nConnection: close\r\n"
        f"Authorization: {AUTHORIZED['Authorization']}\r\n\r\n"
    )
    # Not http.client, which reads no body after a HEAD even where there is connection.
    with (
        socket.create_connection((host, int(port)), timeout=30) as caller,
        caller.makefile("rb") as answered,
    ):
        caller.sendall(request.encode())
        answer = answered.read()
    assert answer.startswith(b"HTTP/1.1 ")
    assert answer.partition(b"\r\n\r\n")[1:] == (b"\r\n\r\n", b"")


def test_a_caller_that_goes_away_disturbs_nobody(server: EmulatorServer) -> None:
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as caller:
        caller.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf")
    assert control(server, "GET", "connectors") == []


def test_it_says_that_it_is_running(server: EmulatorServer, connection: HTTPConnection) -> None:
    expected = {"status": "ok", "version": package_version(), "emulated": True}
    for method, status in (("GET", 200), ("HEAD", 200), ("POST", 405), ("OPTIONS", 405)):
        connection.request(method, "/health")
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == status
        if method == "GET":
            assert json.loads(body) == expected
        if status == 405:
            assert answer.getheader("Allow") == "GET, HEAD"
    connection.request("GET", "/health", headers={"Host": "evil.example"})
    assert connection.getresponse().status == 403
    assert list(server.emulator.journal) == []


def test_the_workspace_can_be_changed_behind_everybodys_back(server: EmulatorServer) -> None:
    made = control(server, "POST", "connectors", {"name": "theirs"})
    assert control(server, "GET", "connectors") == [made]
    control(server, "PATCH", f"connectors/{made['id']}", {"name": "changed"})
    assert control(server, "GET", "connectors")[0]["name"] == "changed"
    control(server, "DELETE", f"connectors/{made['id']}")
    assert control(server, "GET", "connectors") == []


def test_so_can_its_webhook_subscriptions(server: EmulatorServer) -> None:
    made = control(server, "POST", "webhook-subscriptions", {"event": "voice.outbound"})
    assert control(server, "GET", "webhook-subscriptions") == [made]
    control(server, "PATCH", f"webhook-subscriptions/{made['id']}", {"status": "inactive"})
    assert control(server, "GET", "webhook-subscriptions")[0]["status"] == "inactive"
    control(server, "DELETE", f"webhook-subscriptions/{made['id']}")
    assert control(server, "GET", "webhook-subscriptions") == []


def test_a_parameter_may_be_repeated(connection: HTTPConnection) -> None:
    query = "countryCodes=F%52&countryCodes=AU&limit=5"
    connection.request("GET", f"{ROOT}/numbers-long-code?{query}", headers=AUTHORIZED)
    rows = json.load(connection.getresponse())["results"]
    assert [row["countryCode"] for row in rows] == ["FR", "AU"]


def test_faults_and_options_can_be_set(server: EmulatorServer, connection: HTTPConnection) -> None:
    control(server, "PUT", "faults", [{"kind": "status", "status": 503}])
    assert control(server, "GET", "faults")[0]["status"] == 503
    control(server, "PATCH", "options", {"channel_after": 5})
    assert control(server, "GET", "options")["channel_after"] == 5
    connection.request("GET", f"{ROOT}/connectors", headers=AUTHORIZED)
    assert connection.getresponse().status == 503


def test_everything_can_be_reset(server: EmulatorServer) -> None:
    control(server, "POST", "connectors", {"name": "theirs"})
    control(server, "PUT", "faults", [{"kind": "reset"}])
    control(server, "DELETE", "faults")
    assert control(server, "GET", "faults") == []
    control(server, "POST", "reset")
    assert control(server, "GET", "connectors") == control(server, "GET", "journal") == []


def _ask(connection: HTTPConnection) -> None:
    connection.request("GET", f"{ROOT}/connectors")
    connection.getresponse()


def test_nothing_is_answered_after_the_end() -> None:
    server = EmulatorServer()
    with server:
        connection = HTTPConnection(server.url.removeprefix("http://"), timeout=30)
        connection.request("GET", f"{ROOT}/connectors")
        connection.getresponse().read()
    # The connection was kept alive; depending on the moment, sending or receiving fails.
    with pytest.raises((ConnectionError, HTTPException)):
        _ask(connection)
    connection.close()
    EmulatorServer().stop()


def test_the_journal_can_be_read_and_emptied(
    server: EmulatorServer, connection: HTTPConnection
) -> None:
    connection.request("GET", f"{ROOT}/connectors")
    connection.getresponse().read()
    assert [each["status"] for each in control(server, "GET", "journal")] == [401]
    control(server, "DELETE", "journal")
    assert control(server, "GET", "journal") == []


@pytest.mark.parametrize(
    ("method", "what", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("DELETE", "connectors/x", None, 404),
        ("PATCH", "connectors/x", {}, 404),
        ("DELETE", "webhook-subscriptions/x", None, 404),
        ("PATCH", "webhook-subscriptions/x", {}, 404),
        ("PUT", "faults", [{"kind": "x"}], 422),
        ("PUT", "faults", [{"kind": "reset", "operation": "x"}], 422),
        ("PUT", "faults", [{"mood": "x"}], 422),
        ("PATCH", "options", {"mood": "x"}, 422),
    ],
)
def test_a_control_request_that_cannot_be_done_is_told(
    server: EmulatorServer, method: str, what: str, body: Any, status: int
) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        control(server, method, what, body)
    assert caught.value.code == status
    caught.value.close()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_what_to_export_and_stops_when_told(sent: int, tmp_path: Path) -> None:
    state = tmp_path / "bird.json"
    command = [sys.executable, "-m", "bird_dynamic.emulator", "--port", "0"]
    command += ["--state", str(state), "--seed", "1"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    lines = [running.stdout.readline().strip() for _ in range(18)]
    exported = dict(line.removeprefix("export ").split("=", 1) for line in lines[1:5])
    assert lines[0].startswith("# Bird emulator on http://127.0.0.1:")
    assert exported["BIRD_ACCESS_KEY"] == ACCESS_KEY
    assert exported["BIRD_WORKSPACE_ID"] == WORKSPACE_ID
    assert lines[5] == f"# phone number  {NUMBER}  {PhoneNumber.made_up(0).number}  NL  voice sms"
    assert f"open {exported['BIRD_API_URL']}/__emulator__/ in a browser" in lines[17]
    url = f"{exported['BIRD_API_URL']}{ROOT}/connectors"
    request = urllib.request.Request(url, headers=AUTHORIZED)
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer) == {"results": []}
    running.send_signal(sent)
    assert running.wait(timeout=10) == 0
    running.stdout.close()


def test_the_command_serves_until_it_is_told_to_stop(capsys: pytest.CaptureFixture[str]) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
    try:
        assert main(["--port", "0", "--seed", "1"]) == 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert "kept in memory" in capsys.readouterr().out

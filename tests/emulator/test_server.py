"""The emulator behind a socket."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

import bird_dynamic.emulator
from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer, Fault
from bird_dynamic.emulator.control import CONTROL
from tests.emulator.asking import NO_SUCH_ID, NUMBER, VOICE

HEADERS = {"Authorization": f"AccessKey {ACCESS_KEY}"}
PATH = f"/workspaces/{WORKSPACE_ID}/connectors"
BODY = {"name": "n", "connectorTemplateRef": VOICE, "arguments": {"phoneNumberId": NUMBER}}


def ask(server: EmulatorServer, method: str = "GET", path: str = PATH, **more: Any) -> Any:
    more = {"headers": HEADERS, "timeout": 5, "allow_redirects": False, **more}
    return requests.request(method, server.url + path, **more)


def said(server: EmulatorServer, sent: bytes) -> bytes:
    """What comes back for raw bytes until the server closes."""
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(sent)
        received = b""
        while part := connection.recv(65_536):
            received += part
        return received


def test_a_connector_lives_and_dies_over_http(server: EmulatorServer) -> None:
    created = ask(server, "POST", json=BODY)
    assert (created.status_code, created.reason) == (201, "Created")
    one = f"{PATH}/{created.json()['id']}"
    assert ask(server, path=one).json()["channel"]
    assert ask(server, path=f"{PATH}?limit=1").json()["results"][0]["id"] == created.json()["id"]
    assert ask(server, path=f"{PATH}?limit=").status_code == 422
    deleted = ask(server, "DELETE", one)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert "Content-Length" not in deleted.headers


def test_a_connection_is_kept_alive(server: EmulatorServer) -> None:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    sockets = set()
    for method, path in [("GET", PATH), ("DELETE", f"{PATH}/{NO_SUCH_ID}"), ("HEAD", PATH)] * 2:
        connection.request(method, path, headers=HEADERS)
        connection.getresponse().read()
        sockets.add(connection.sock)
    assert len(sockets) == 1
    connection.close()


def test_many_callers_are_served_at_once(server: EmulatorServer) -> None:
    with ThreadPoolExecutor(32) as pool:
        statuses = list(pool.map(lambda _: ask(server).status_code, range(100)))
    assert statuses == [200] * 100
    assert len(server.emulator.journal) == 100


def test_it_listens_on_this_machine_only(server: EmulatorServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")


def test_a_head_has_no_body(server: EmulatorServer) -> None:
    answer = ask(server, "HEAD")
    assert (answer.status_code, answer.content) == (405, b"")


@pytest.mark.parametrize(
    "header", [b"Content-Length: x", b"Content-Length: -1", b"Transfer-Encoding: chunked"]
)
def test_a_body_without_a_usable_length_is_refused(server: EmulatorServer, header: bytes) -> None:
    assert said(server, b"POST / HTTP/1.1\r\n" + header + b"\r\n\r\n").startswith(b"HTTP/1.1 411 ")


def test_an_unusual_status_can_be_sent(server: EmulatorServer) -> None:
    server.emulator.faults = [Fault("status", status=599)]
    assert ask(server).status_code == 599


@pytest.mark.parametrize("kind", ["reset", "refuse"])
def test_a_reset_is_a_reset(server: EmulatorServer, kind: str) -> None:
    server.emulator.faults = [Fault(kind)]
    with pytest.raises(ConnectionResetError):
        said(server, f"GET {PATH} HTTP/1.1\r\n\r\n".encode())


def test_an_empty_reply_is_the_end_of_the_connection(server: EmulatorServer) -> None:
    server.emulator.faults = [Fault("empty")]
    assert said(server, f"GET {PATH} HTTP/1.1\r\n\r\n".encode()) == b""


def test_a_truncated_body_is_shorter_than_announced(server: EmulatorServer) -> None:
    server.emulator.faults = [Fault("truncate", applied=True)]
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask(server)


def test_a_hang_lasts_until_the_caller_gives_up(server: EmulatorServer) -> None:
    server.emulator.faults = [Fault("hang")]
    with pytest.raises(requests.exceptions.ReadTimeout):
        ask(server, timeout=0.1)


def test_a_hang_can_end_by_itself(server: EmulatorServer) -> None:
    server.emulator.faults = [Fault("hang", seconds=0.05)]
    with pytest.raises(requests.exceptions.ConnectionError):
        ask(server)


def test_a_late_answer_is_late(server: EmulatorServer) -> None:
    server.emulator.faults = [Fault("latency", seconds=0.15)]
    with pytest.raises(requests.exceptions.ReadTimeout):
        ask(server, timeout=0.05)


def test_a_redirect_and_a_spoiled_body_arrive_as_they_are(server: EmulatorServer) -> None:
    server.emulator.faults = [Fault("redirect"), Fault("wrong_content_type", nth=2)]
    assert ask(server).headers["Location"] == "https://elsewhere.invalid/"
    assert ask(server).headers["Content-Type"] == "text/html"


@pytest.mark.parametrize("fault", [Fault("hang"), Fault("latency", seconds=60)])
def test_stopping_ends_what_is_under_way(fault: Fault) -> None:
    server = EmulatorServer().start()
    server.emulator.faults = [fault]
    failures: list[Exception] = []

    def wait() -> None:
        try:
            ask(server, timeout=30)
        except requests.exceptions.RequestException as error:
            failures.append(error)

    caller = threading.Thread(target=wait)
    caller.start()
    while not server.emulator.journal:
        pass
    server.stop()
    caller.join(5)
    assert not caller.is_alive()
    assert len(failures) == 1


def test_a_stopped_server_does_not_answer_on_kept_connections() -> None:
    with EmulatorServer() as server, requests.Session() as session:
        assert session.get(server.url + PATH, headers=HEADERS, timeout=5).ok
        server.stop()
        with pytest.raises(requests.exceptions.ConnectionError):
            session.get(server.url + PATH, headers=HEADERS, timeout=5)


def test_a_server_that_never_started_can_be_stopped() -> None:
    EmulatorServer().stop()


def test_a_mistake_of_the_emulator_is_not_hidden(
    server: EmulatorServer, capfd: pytest.CaptureFixture[str]
) -> None:
    server.emulator.handle = lambda request: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    with pytest.raises(requests.exceptions.ConnectionError):
        ask(server)
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_caller_that_goes_away_is_not_a_mistake(
    server: EmulatorServer, capfd: pytest.CaptureFixture[str]
) -> None:
    def gone(request: object) -> Any:
        raise BrokenPipeError

    server.emulator.handle = gone  # type: ignore[method-assign]
    with pytest.raises(requests.exceptions.ConnectionError):
        ask(server)
    assert capfd.readouterr().err == ""


class TestControl:
    """Requests under a path that Bird does not have."""

    def control(self, server: EmulatorServer, method: str, what: str, body: Any = None) -> Any:
        answer = requests.request(method, server.url + CONTROL + what, json=body, timeout=5)
        return answer.json() if answer.status_code == 200 else answer.status_code

    def test_the_journal_can_be_read_and_forgotten(self, server: EmulatorServer) -> None:
        ask(server)
        (entry,) = self.control(server, "GET", "journal")
        assert entry["operation"] == "list_connectors"
        self.control(server, "DELETE", "journal")
        assert self.control(server, "GET", "journal") == []

    def test_faults_can_be_put_in_force_and_lifted(self, server: EmulatorServer) -> None:
        self.control(server, "PUT", "faults", [{"kind": "status", "status": 503, "times": None}])
        assert self.control(server, "GET", "faults")[0]["status"] == 503
        assert ask(server).status_code == 503
        self.control(server, "DELETE", "faults")
        assert ask(server).status_code == 200

    def test_options_can_be_changed_and_replaced(self, server: EmulatorServer) -> None:
        self.control(server, "PATCH", "options", {"channel_after": 0})
        self.control(server, "PATCH", "options", {"sparse_lists": True})
        assert self.control(server, "GET", "options")["channel_after"] == 0
        self.control(server, "PUT", "options", {"sparse_lists": True})
        assert self.control(server, "GET", "options")["channel_after"] == 1
        assert server.emulator.options.sparse_lists

    def test_connectors_can_change_behind_everybodys_back(self, server: EmulatorServer) -> None:
        added = self.control(server, "POST", "connectors", {"name": "one"})
        one = f"connectors/{added['id']}"
        self.control(server, "PATCH", one, {"name": "other"})
        assert [each["name"] for each in self.control(server, "GET", "connectors")] == ["other"]
        self.control(server, "DELETE", one)
        assert self.control(server, "GET", "connectors") == []

    def test_all_can_start_over(self, server: EmulatorServer) -> None:
        ask(server, "POST", json=BODY)
        self.control(server, "POST", "reset")
        assert server.emulator.connectors() == []
        assert self.control(server, "GET", "journal") == []

    @pytest.mark.parametrize(
        ("method", "what", "body", "status"),
        [
            ("GET", "nothing", None, 404),
            ("DELETE", f"connectors/{NO_SUCH_ID}", None, 404),
            ("PATCH", f"connectors/{NO_SUCH_ID}", {"name": "x"}, 404),
            ("PUT", "faults", [{"kind": "explode"}], 422),
            ("PUT", "faults", [{"sort": "status"}], 422),
            ("PUT", "options", {"channel_after": "soon"}, 422),
            ("PATCH", "options", {"colour": 1}, 422),
            ("PATCH", "options", [1], 422),
            ("POST", "connectors", {"connectorTemplateRef": 1}, 422),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, server: EmulatorServer, method: str, what: str, body: Any, status: int
    ) -> None:
        assert self.control(server, method, what, body) == status

    def test_a_body_that_is_not_json_is_refused(self, server: EmulatorServer) -> None:
        answer = requests.put(server.url + CONTROL + "faults", data=b"{", timeout=5)
        assert answer.status_code == 422


def test_the_core_needs_neither_a_server_nor_requests() -> None:
    code = (
        "import sys, bird_dynamic.emulator\n"
        "print(json := [each for each in ('http.server', 'requests') if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_every_public_name_is_there_and_no_other_is_made_up() -> None:
    for name in bird_dynamic.emulator.__all__:
        assert getattr(bird_dynamic.emulator, name)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        bird_dynamic.emulator.Nothing  # noqa: B018

"""The address of the emulator: this machine, or one that other machines reach.

This machine has to stand for another one: it sends to its own address in the network.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import pytest

from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer
from tests.emulator.caller import ROOT

KEY = {"Authorization": f"AccessKey {ACCESS_KEY}"}
RESET = "/__emulator__/reset"


@pytest.fixture
def own_address() -> str:
    """The address of this machine in its network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unconnected:
        try:
            # Nothing is sent: this only chooses the address to send from.
            unconnected.connect(("198.51.100.1", 9))
        except OSError:
            pytest.skip("this machine has no network")
        address: str = unconnected.getsockname()[0]
    if address.startswith("127."):
        pytest.skip("this machine has no address in a network")
    return address


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer(host="0.0.0.0", allowed_hosts=["bird-emulator"]) as running:
        running.emulator.add_connector()
        yield running


def ask(
    address: str,
    port: int,
    method: str,
    path: str,
    headers: dict[str, str] | None = None,
    body: str | None = None,
) -> tuple[int, str]:
    connection = HTTPConnection(address, port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_another_machine_uses_the_api_with_the_key_of_the_emulator_alone(
    server: EmulatorServer, own_address: str
) -> None:
    path = f"{ROOT}/connectors"
    assert ask(own_address, server.port, "GET", path, KEY)[0] == 200
    assert ask(own_address, server.port, "GET", path)[0] == 401
    wrong = {"Authorization": "AccessKey another"}
    assert ask(own_address, server.port, "GET", path, wrong)[0] == 401


@pytest.mark.parametrize("name", ["{address}", "{address}:{port}", "bird-emulator:80", "localhost"])
def test_another_machine_sends_control_requests_under_a_name_of_the_emulator(
    server: EmulatorServer, own_address: str, name: str
) -> None:
    host = name.format(address=own_address, port=server.port)
    assert ask(own_address, server.port, "POST", RESET, {"Host": host})[0] == 200
    assert ask(own_address, server.port, "GET", "/health", {"Host": host})[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        # The name of a page that resolves to the address of the emulator.
        {"Host": "evil.example"},
        {"Host": "evil.example:8080", "Origin": "http://evil.example:8080"},
        {"Host": "bird-emulator.evil.example"},
        {"Host": "evil.bird-emulator"},
        {"Host": "198.51.100.7"},
        {"Host": "0.0.0.0"},
        {"Host": "bird-emulator:8080", "Origin": "http://evil.example"},
        {"Host": "bird-emulator:8080", "Origin": "http://bird-emulator"},
        {"Host": "bird-emulator:8080", "Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_web_page_in_the_network_sends_none(
    server: EmulatorServer, own_address: str, headers: dict[str, str], method: str
) -> None:
    assert ask(own_address, server.port, method, RESET, headers)[0] == 403
    assert len(server.emulator.connectors()) == 1


def test_a_refusal_names_the_allowed_names_and_how_to_allow_another(
    server: EmulatorServer, own_address: str
) -> None:
    _, said = ask(own_address, server.port, "POST", RESET, {"Host": "bird"})
    assert f"127.0.0.1, localhost, [::1], {own_address} or bird-emulator" in said
    assert "--allow-host" in said


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_another_machine_does_not_choose_which_program_of_this_one_gets_webhooks(
    server: EmulatorServer, own_address: str, method: str
) -> None:
    targets, body = "/__emulator__/targets", '{"https://example.com": "http://127.0.0.1:5000"}'
    status, said = ask(own_address, server.port, method, targets, body=body)
    assert (status, "--deliver" in said) == (403, True)
    assert ask(own_address, server.port, "GET", targets) == (200, "{}")
    assert ask("127.0.0.1", server.port, method, targets, body=body)[0] == 200
    assert ask(own_address, server.port, "GET", targets) == (200, body)


def test_a_name_of_one_emulator_is_none_of_another(own_address: str) -> None:
    with EmulatorServer(host=own_address) as other:
        assert ask(own_address, other.port, "POST", RESET, {"Host": "bird-emulator"})[0] == 403


def test_no_other_machine_reaches_an_emulator_that_was_not_told_so(own_address: str) -> None:
    with EmulatorServer() as server, pytest.raises(ConnectionRefusedError):
        ask(own_address, server.port, "GET", "/health")


@pytest.mark.skipif(not hasattr(socket, "SO_BINDTODEVICE"), reason="only Linux has 127.0.0.2")
def test_a_second_loopback_address_is_another_host() -> None:
    with EmulatorServer(host="127.0.0.2") as server:
        assert server.url == f"http://127.0.0.2:{server.port}"
        assert ask("127.0.0.2", server.port, "POST", RESET)[0] == 200
        with pytest.raises(ConnectionRefusedError):
            ask("127.0.0.1", server.port, "POST", RESET)


@pytest.mark.parametrize(
    ("host", "callers"),
    [
        ("::1", {"::1": "[::1]"}),
        ("::", {"::1": "[::1]", "127.0.0.1": "127.0.0.1"}),
    ],
)
def test_ipv6_addresses_are_served(host: str, callers: dict[str, str]) -> None:
    try:
        server = EmulatorServer(host=host)
    except OSError as error:
        pytest.skip(f"this machine has no IPv6: {error}")
    with server:
        for address, name in callers.items():
            asked = {"Host": f"{name}:{server.port}"}
            assert ask(address, server.port, "POST", RESET, asked)[0] == 200
            assert ask(address, server.port, "GET", f"{ROOT}/connectors", KEY)[0] == 200
        assert server.url in (f"http://[::1]:{server.port}", f"http://127.0.0.1:{server.port}")


@contextmanager
def running(*options: str) -> Iterator[list[str]]:
    """The lines that the command prints; it is stopped at the end."""
    command = [sys.executable, "-m", "bird_dynamic.emulator", "--quiet", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line.strip())
            if "in a browser" in line:
                break
        yield lines
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0


def port_in(lines: list[str]) -> int:
    return int(next(each for each in lines if "BIRD_API_URL=" in each).rpartition(":")[2])


def test_the_command_says_what_other_machines_use() -> None:
    with running("--host", "0.0.0.0", "--allow-host", "Bird-Emulator") as lines:
        port = port_in(lines)
        assert f"export BIRD_API_URL=http://127.0.0.1:{port}" in lines
        assert f"# From another machine: export BIRD_API_URL=http://bird-emulator:{port}" in lines
        assert "# Whoever can reach this address can read and change the workspace." in lines
        assert ask("127.0.0.1", port, "POST", RESET, {"Host": "bird-emulator"})[0] == 200


def test_an_address_that_serves_other_machines_is_said_once(own_address: str) -> None:
    with running("--host", own_address) as lines:
        port = port_in(lines)
        assert [each for each in lines if "BIRD_API_URL" in each] == [
            f"export BIRD_API_URL=http://{own_address}:{port}"
        ]
        assert "# Whoever can reach this address can read and change the workspace." in lines


def test_the_command_says_nothing_of_other_machines_by_default() -> None:
    with running() as lines:
        assert not any("another machine" in each for each in lines)


@pytest.mark.parametrize(
    ("key", "status", "says"),
    [
        (ACCESS_KEY, 0, "bird-dynamic doctor"),
        ("another-key", 2, "plain http is accepted only for localhost"),
    ],
    ids=["the emulator's key", "another key"],
)
def test_the_provider_uses_plain_http_to_another_machine_with_the_key_of_the_emulator_alone(
    server: EmulatorServer, own_address: str, key: str, status: int, says: str
) -> None:
    settings = {
        "BIRD_API_URL": f"http://{own_address}:{server.port}",
        "BIRD_ACCESS_KEY": key,
        "BIRD_WORKSPACE_ID": WORKSPACE_ID,
    }
    command = [sys.executable, "-m", "bird_dynamic.command", "doctor"]
    done = subprocess.run(
        command, env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert bool(server.emulator.journal) == (status == 0)
    if status:
        assert says in done.stderr

"""A web page in a browser of this machine cannot control a running emulator."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from bird_dynamic.emulator import ACCESS_KEY, EmulatorServer
from tests.emulator.caller import ROOT


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer() as running:
        running.emulator.add_connector()
        yield running


def port(server: EmulatorServer) -> int:
    return int(server.url.rpartition(":")[2])


def send(
    server: EmulatorServer, method: str, path: str, *lines: str, body: str = ""
) -> tuple[int, str]:
    """The status of exactly this request, and the body of the answer."""
    head = [f"{method} {path} HTTP/1.1", *lines, f"Content-Length: {len(body)}"]
    text = "\r\n".join([*head, "Connection: close", "", body])
    with socket.create_connection(("127.0.0.1", port(server)), timeout=30) as caller:
        caller.sendall(text.encode())
        with caller.makefile("rb") as answered:
            answer = answered.read().decode()
    head_lines, _, content = answer.partition("\r\n\r\n")
    return int(head_lines.split()[1]), content


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["Host: evil.example"], 'Host is "evil.example"'),
        (["Host: evil.example:{port}"], 'Host is "evil.example:'),
        (["Host: 127.0.0.1.evil.example:{port}"], 'Host is "127.0.0.1.evil.example:'),
        (["Host: evil.example#localhost"], 'Host is "evil.example#localhost"'),
        (["Host: user@localhost"], 'Host is "user@localhost"'),
        (["Host: localhost", "Host: evil.example"], 'Host is "localhost, evil.example"'),
        ([], "Host is missing"),
        (["Host: "], "Host is missing"),
        (["Host: localhost:{port}", "Origin: null"], 'Origin is "null"'),
        (["Host: localhost:{port}", "Origin: "], "Origin is missing"),
        (["Host: localhost:{port}", "Origin: https://evil.example"], "https://evil.example"),
        (["Host: localhost:{port}", "Origin: http://localhost:3000"], "http://localhost:3000"),
        (["Host: localhost:{port}", "Origin: https://localhost:{port}"], "https://localhost:"),
        (["Host: localhost:{port}", "Origin: http://127.0.0.1:{port}"], "http://127.0.0.1:"),
        (
            ["Host: localhost:{port}", "Sec-Fetch-Site: cross-site"],
            'Sec-Fetch-Site is "cross-site"',
        ),
        (["Host: localhost:{port}", "Sec-Fetch-Site: same-site"], 'Sec-Fetch-Site is "same-site"'),
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET", "PUT", "OPTIONS"])
def test_its_requests_are_refused(
    server: EmulatorServer, method: str, wrong: list[str], says: str
) -> None:
    lines = [each.format(port=port(server)) for each in wrong]
    # What a form may send without asking first.
    lines.append("Content-Type: text/plain")
    status, body = send(server, method, "/__emulator__/reset", *lines, body="{}")
    assert status == 403
    assert says in json.loads(body)["message"]
    assert len(server.emulator.connectors()) == 1


def test_a_head_request_of_it_is_refused_without_a_body(server: EmulatorServer) -> None:
    assert send(server, "HEAD", "/__emulator__/journal", "Host: evil.example") == (403, "")


@pytest.mark.parametrize(
    "lines",
    [
        ["Host: 127.0.0.1:{port}"],
        ["Host: localhost"],
        ["Host: LOCALHOST:9999"],
        ["Host: [::1]:{port}"],
        [
            "Host: localhost:{port}",
            "Origin: http://localhost:{port}",
            "Sec-Fetch-Site: same-origin",
        ],
        ["Host: localhost:{port}", "Sec-Fetch-Site: none"],
    ],
)
def test_programs_and_pages_of_the_emulator_are_served(
    server: EmulatorServer, lines: list[str]
) -> None:
    lines = [each.format(port=port(server)) for each in lines]
    assert send(server, "POST", "/__emulator__/reset", *lines)[0] == 200
    assert server.emulator.connectors() == []


LINK = ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")


@pytest.mark.parametrize("path", ["/__emulator__/", "/__emulator__"])
def test_a_link_of_another_page_leads_to_the_page_of_the_emulator(
    server: EmulatorServer, path: str
) -> None:
    assert send(server, "GET", path, "Host: localhost", *LINK)[0] in (200, 308)


@pytest.mark.parametrize(
    ("method", "path", "lines"),
    [
        # A link to anything that has data, or that does something.
        ("GET", "/__emulator__/state", LINK),
        ("GET", "/__emulator__/events", LINK),
        ("GET", "/__emulator__/journal", LINK),
        ("GET", "/__emulator__/main.js", LINK),
        ("POST", "/__emulator__/", LINK),
        ("POST", "/__emulator__/reset", LINK),
        # A frame, a script, an image, and a request of a script of another page.
        ("GET", "/__emulator__/", (*LINK[:2], "Sec-Fetch-Dest: iframe")),
        ("GET", "/__emulator__/", (*LINK[:2], "Sec-Fetch-Dest: object")),
        ("GET", "/__emulator__/", (LINK[0], "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: script")),
        ("GET", "/__emulator__/", (LINK[0], "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty")),
        ("GET", "/__emulator__/", ("Sec-Fetch-Site: same-site",)),
        ("GET", "/__emulator__/", (*LINK, "Origin: https://evil.example")),
        ("GET", "/__emulator__/", ("Origin: null",)),
        ("GET", "/__emulator__/events", ("Origin: http://localhost:3000",)),
        ("GET", "/__emulator__/events", ("Sec-Fetch-Site: cross-site",)),
        ("GET", "/__emulator__/state", ("Sec-Fetch-Site: same-site",)),
    ],
)
def test_another_page_gets_nothing_of_the_page_of_the_emulator(
    server: EmulatorServer, method: str, path: str, lines: tuple[str, ...]
) -> None:
    status, body = send(server, method, path, "Host: localhost", *lines)
    assert status == 403
    assert "web page" in json.loads(body)["message"]
    assert len(server.emulator.connectors()) == 1


@pytest.mark.parametrize("path", ["/__emulator__/", "/__emulator__/state", "/__emulator__/events"])
def test_the_page_is_not_served_under_the_name_of_another_host(
    server: EmulatorServer, path: str
) -> None:
    status, body = send(server, "GET", path, "Host: evil.example", *LINK)
    assert status == 403
    assert 'Host is "evil.example"' in json.loads(body)["message"]


@pytest.mark.parametrize("path", ["/__emulator__/", "/__emulator__/main.js", "/__emulator__/state"])
def test_the_page_of_the_emulator_reads_what_it_needs(server: EmulatorServer, path: str) -> None:
    own = ("Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty")
    assert send(server, "GET", path, "Host: localhost", *own)[0] == 200


def test_the_api_is_served_under_any_name(server: EmulatorServer) -> None:
    key = f"Authorization: AccessKey {ACCESS_KEY}"
    status, _ = send(server, "GET", f"{ROOT}/connectors", "Host: bird-emulator:8080", key)
    assert status == 200


def test_no_preflight_succeeds(server: EmulatorServer) -> None:
    asked = ("Origin: https://evil.example", "Access-Control-Request-Headers: authorization")
    status, _ = send(server, "OPTIONS", f"{ROOT}/connectors", "Host: localhost", *asked)
    assert status == 403


@pytest.mark.parametrize(
    "lines",
    [
        # A page whose name resolves to the emulator: for a browser, both have one origin.
        ("Host: evil.example:8080", "Origin: http://evil.example:8080"),
        ("Host: evil.example:8080", "Sec-Fetch-Site: same-origin"),
        ("Host: localhost", "Origin: https://evil.example"),
        ("Host: localhost", "Sec-Fetch-Site: cross-site"),
    ],
)
def test_no_page_changes_the_emulated_workspace(
    server: EmulatorServer, lines: tuple[str, ...]
) -> None:
    (connector,) = server.emulator.connectors()
    key = f"Authorization: AccessKey {ACCESS_KEY}"
    path = f"{ROOT}/connectors/{connector['id']}"
    assert send(server, "DELETE", path, key, *lines)[0] == 403
    assert server.emulator.connectors() == [connector]
    assert send(server, "DELETE", path, key, "Host: any.example")[0] in (200, 204)

"""The HTTP transport: what it refuses to do, and how failures of a connection are told apart."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests
from requests.adapters import BaseAdapter
from urllib3.exceptions import EmptyPoolError

from bird_dynamic.bird import http
from bird_dynamic.bird.errors import ConfigurationError, NotSentError, UnknownOutcomeError
from bird_dynamic.bird.http import HttpTransport
from bird_dynamic.bird.models import UNREADABLE, Request
from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, BirdEmulator, EmulatorServer, Fault
from bird_dynamic.emulator.requests_adapter import EmulatorAdapter
from bird_dynamic.settings import Settings

LIST = Request("GET", f"/workspaces/{WORKSPACE_ID}/connectors", {"limit": "1"})


def transport(url: str = "https://bird.test", adapter: BaseAdapter | None = None) -> HttpTransport:
    return HttpTransport(Settings(ACCESS_KEY, WORKSPACE_ID, api_url=url), adapter=adapter)


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer() as running:
        yield running


class _Echo(BaseHTTPRequestHandler):
    """Remembers the headers that it gets, and answers with a redirect and a cookie."""

    seen: list[dict[str, str]]

    def do_GET(self) -> None:
        self.seen.append(dict(self.headers))
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Set-Cookie", "a=b")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[tuple[str, list[dict[str, str]]]]:
    seen: list[dict[str, str]] = []
    handler = type("Handler", (_Echo,), {"seen": seen})
    running = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}", seen
    running.shutdown()
    running.server_close()


def test_an_answer_is_parsed_and_its_headers_are_in_lower_case(server: EmulatorServer) -> None:
    response = transport(server.url).send(LIST, 30)
    assert (response.status, response.body) == (200, {"results": []})
    assert response.request_id == response.headers["messagebird-request-id"] != ""


def test_requests_share_a_connection(server: EmulatorServer) -> None:
    one = transport(server.url)
    ports = set()
    for _ in range(3):
        one.send(LIST, 30)
        pool = next(iter(one._adapter.poolmanager.pools._container.values()))
        ports.add(pool.num_connections)
    assert ports == {1}
    # A request goes out at once, however short it is.
    with closing(pool.pool.get()) as connection:
        assert connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


class _HangingUp(BaseHTTPRequestHandler):
    """Closes every connection after one answer, without having said so."""

    protocol_version = "HTTP/1.1"
    served: list[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.served.append(self.command)
        self.send_response(201)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_connection_that_was_closed_between_requests_is_no_error() -> None:
    served: list[str] = []
    handler = type("Handler", (_HangingUp,), {"served": served})
    with HTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        one = transport(f"http://127.0.0.1:{running.server_address[1]}")
        for number in range(1, 4):
            assert one.send(Request("POST", "/x", body={}), 5).status == 201
            # The end of the connection needs a moment to arrive.
            time.sleep(0.05)
            assert len(served) == number
        running.shutdown()


def test_the_access_key_is_sent_and_netrc_cannot_replace_it(
    echo: tuple[str, list[dict[str, str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, seen = echo
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    transport(url).send(LIST, 30)
    assert seen[0]["Authorization"] == f"AccessKey {ACCESS_KEY}"
    plain = requests.get(url, headers={"Authorization": "x"}, allow_redirects=False, timeout=30)
    assert plain.status_code == 302
    assert seen[1]["Authorization"] == "Basic " + base64.b64encode(b"me:mine").decode()


def test_redirects_are_not_followed_and_cookies_are_not_kept(
    echo: tuple[str, list[dict[str, str]]],
) -> None:
    url, seen = echo
    one = transport(url)
    assert [one.send(LIST, 30).status for _ in range(2)] == [302, 302]
    assert len(seen) == 2
    assert "Cookie" not in seen[1]
    assert seen[0]["User-Agent"].startswith("bird-dynamic/")


def test_certificates_come_from_birds_variable_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/bundle")
    verified: list[object] = []

    class Adapter(EmulatorAdapter):
        def send(self, request: requests.PreparedRequest, **how: object) -> requests.Response:  # type: ignore[override]
            verified.append(how["verify"])
            return super().send(request)

    settings = Settings(ACCESS_KEY, WORKSPACE_ID, ca_bundle="/some/bundle")
    HttpTransport(settings, adapter=Adapter(BirdEmulator())).send(LIST, 30)
    transport(adapter=Adapter(BirdEmulator())).send(LIST, 30)
    assert verified == ["/some/bundle", True]


@pytest.mark.parametrize(
    ("environment", "url", "expected"),
    [
        ({"HTTPS_PROXY": "http://p:1"}, "https://bird.test", {"https": "http://p:1"}),
        ({"https_proxy": "http://p:1"}, "https://bird.test", {"https": "http://p:1"}),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "bird.test"}, "https://bird.test", {}),
        ({"https_proxy": "http://p:1", "no_proxy": "bird.test"}, "https://bird.test", {}),
        ({"HTTPS_PROXY": "http://p:1"}, "http://127.0.0.1:1", {}),
        ({"HTTP_PROXY": "http://p:1", "ALL_PROXY": "http://p:1"}, "https://bird.test", {}),
    ],
)
def test_proxies_are_read_explicitly(
    environment: dict[str, str], url: str, expected: dict[str, str]
) -> None:
    assert http._proxies(url, environment) == expected


def test_a_refused_connection_was_not_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(NotSentError, match="no connection to Bird could be made") as caught:
        transport(url).send(LIST, 30)
    assert caught.value.temporary


def test_an_unknown_host_was_not_sent() -> None:
    with pytest.raises(NotSentError):
        transport("https://no-such-host.invalid").send(LIST, 30)


def test_an_address_that_cannot_be_used_is_a_matter_of_configuration() -> None:
    with pytest.raises(ConfigurationError, match="bird:apiUrl"):
        transport("https://.").send(LIST, 30)


@pytest.mark.parametrize("kind", ["reset", "empty", "truncate", "hang"])
def test_a_broken_connection_has_an_unknown_outcome(server: EmulatorServer, kind: str) -> None:
    server.emulator.faults = (Fault(kind, seconds=0.3),)
    with pytest.raises(UnknownOutcomeError):
        transport(server.url).send(LIST, 0.1 if kind == "hang" else 5)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("reset", UnknownOutcomeError),
        ("empty", UnknownOutcomeError),
        ("truncate", UnknownOutcomeError),
        ("hang", UnknownOutcomeError),
        ("refuse", NotSentError),
    ],
)
def test_the_same_failures_without_a_socket_are_the_same_errors(
    kind: str, expected: type[Exception]
) -> None:
    emulator = BirdEmulator(faults=[Fault(kind)])
    with pytest.raises(expected):
        transport(adapter=EmulatorAdapter(emulator)).send(LIST, 30)


@pytest.mark.parametrize("kind", ["garbage", "wrong_content_type"])
def test_a_body_that_is_not_json_is_unreadable(server: EmulatorServer, kind: str) -> None:
    server.emulator.faults = (Fault(kind, applied=True),)
    assert transport(server.url).send(LIST, 30).body is UNREADABLE


class _Failing(BaseAdapter):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def send(self, request: requests.PreparedRequest, **how: object) -> requests.Response:  # type: ignore[override]
        raise self._error

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("error", "expected", "says"),
    [
        (requests.exceptions.ConnectTimeout(), NotSentError, "could be made within"),
        (requests.exceptions.ProxyError(), UnknownOutcomeError, "broke"),
        (
            requests.exceptions.ProxyError(OSError("Tunnel connection failed: 403 Forbidden")),
            NotSentError,
            "HTTPS_PROXY refused",
        ),
        (requests.exceptions.SSLError(OSError("a bad record")), UnknownOutcomeError, "TLS"),
        (EmptyPoolError(None, "full"), NotSentError, "no connection to Bird was free"),
        (requests.exceptions.InvalidURL(), ConfigurationError, "is not a usable URL"),
        (requests.exceptions.InvalidProxyURL(), ConfigurationError, "HTTPS_PROXY"),
        (requests.exceptions.InvalidSchema("no SOCKS"), ConfigurationError, "HTTPS_PROXY"),
        (requests.exceptions.ContentDecodingError(), UnknownOutcomeError, "broke"),
    ],
)
def test_other_failures_say_what_is_known(
    error: Exception, expected: type[Exception], says: str
) -> None:
    with pytest.raises(expected, match=says):
        transport(adapter=_Failing(error)).send(LIST, 30)


def test_a_certificate_that_is_not_trusted_is_not_tried_again() -> None:
    import ssl

    error = requests.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed"))
    with pytest.raises(NotSentError, match="BIRD_CA_BUNDLE") as caught:
        transport(adapter=_Failing(error)).send(LIST, 30)
    assert not caught.value.temporary


def test_a_tls_connection_that_ends_in_the_middle_has_an_unknown_outcome() -> None:
    import ssl

    error = requests.exceptions.SSLError(ssl.SSLEOFError("unexpected end"))
    with pytest.raises(UnknownOutcomeError):
        transport(adapter=_Failing(error)).send(LIST, 30)


def test_no_error_and_no_representation_shows_the_access_key(server: EmulatorServer) -> None:
    server.emulator.faults = (Fault("reset"),)
    one = transport(server.url)
    with pytest.raises(UnknownOutcomeError) as caught:
        one.send(LIST, 30)
    assert caught.value.__cause__ is None
    shown = repr(caught.value) + repr(one) + repr(LIST)
    assert ACCESS_KEY not in shown


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", NotSentError),
        # It connects, and what comes after that breaks: that may have been the answer.
        (b"HTTP/1.1 200 OK\r\n\r\n", UnknownOutcomeError),
    ],
)
def test_only_a_proxy_that_never_connected_proves_that_nothing_was_sent(
    says: bytes, expected: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as proxy:

        def serve() -> None:
            connection, _ = proxy.accept()
            with connection:
                asked.append(connection.recv(65536))
                connection.sendall(says)
                connection.recv(1)

        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(expected):
            transport("https://bird.invalid").send(LIST, 30)
        serving.join(30)
    assert asked[0].startswith(b"CONNECT bird.invalid:443")


def test_an_argument_that_json_does_not_know_is_not_sent() -> None:
    with pytest.raises(NotSentError, match="JSON") as caught:
        transport().send(Request("POST", "/x", body={"arguments": {"x": float("nan")}}), 5)
    assert not caught.value.temporary


def test_https_to_a_port_that_speaks_http_says_so(server: EmulatorServer) -> None:
    url = server.url.replace("http://", "https://")
    with pytest.raises(
        NotSentError, match=r"127\.0\.0\.1:\d+ does not speak TLS.*bird:apiUrl"
    ) as e:
        transport(url).send(LIST, 30)
    assert "use http:// if it is the emulator" in str(e.value)
    assert not e.value.temporary


def test_no_connection_names_the_host_the_port_and_the_cause() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(NotSentError, match=rf"127\.0\.0\.1:{port}: connection refused"):
        transport(f"http://127.0.0.1:{port}").send(LIST, 30)
    with pytest.raises(NotSentError, match=r"no-such-host\.invalid:443: no such host"):
        transport("https://no-such-host.invalid").send(LIST, 30)

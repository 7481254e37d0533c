"""The time of an exchange is bounded, and so is its size; no answer is that of another request."""

from __future__ import annotations

import gc
import gzip
import logging
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bird_dynamic.bird.clock import Cancellation
from bird_dynamic.bird.errors import NotSentError, RunCancelledError, UnknownOutcomeError
from bird_dynamic.bird.exchanges import Exchange, Exchanges
from bird_dynamic.bird.http import LARGEST_BODY, HttpTransport
from bird_dynamic.bird.models import UNREADABLE, Request
from bird_dynamic.settings import Settings
from tests.client.peers import LINE, Peer, Says, answer, drip, one_by_one, silence, within

GET = Request("GET", "/x")
POST = Request("POST", "/x", body={"a": 1})
TIMEOUT = 0.5
PATIENCE = 20.0
"""Without a limit, these peers go on for longer."""
LATER = b'{"later": true}'


@pytest.fixture(autouse=True)
def kept_connections_end() -> Iterator[None]:
    """A transport lives as long as its process, so nothing closes what it has kept alive."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def transport(
    url: str,
    *,
    connections: int = 1,
    cancelled: Cancellation | None = None,
    ca_bundle: str | None = None,
) -> HttpTransport:
    settings = Settings("key", api_url=url, ca_bundle=ca_bundle)
    return HttpTransport(settings, connections=connections, cancelled=cancelled)


@pytest.mark.parametrize(
    "says",
    [
        pytest.param(silence, id="says nothing"),
        pytest.param(drip(b"", b"H"), id="an endless status line"),
        pytest.param(drip(LINE, b"A: b\r\n"), id="endless headers"),
        pytest.param(drip(LINE + b"A", b"a", every=0.1), id="a header that drips"),
        pytest.param(drip(LINE + b"Content-Length: 9999\r\n\r\n", b"["), id="a body that drips"),
        pytest.param(drip(LINE + b"\r\n", b" "), id="a body that ends with the connection"),
        pytest.param(
            drip(LINE + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"), id="endless chunks"
        ),
        pytest.param(drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="endless interim answers"),
        pytest.param(drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), id="endless early hints"),
    ],
)
@pytest.mark.parametrize("request_", [GET, POST], ids=lambda each: each.method)
def test_an_exchange_ends_in_time_whatever_the_peer_says(says: Says, request_: Request) -> None:
    with Peer(says) as peer:
        one = transport(peer.url)
        with within(PATIENCE), pytest.raises(UnknownOutcomeError, match="did not answer within"):
            one.send(request_, TIMEOUT)


def test_a_tls_handshake_that_drips_ends_in_time_and_nothing_was_sent() -> None:
    hello = b"\x16\x03\x03\x40\x00"
    with Peer(drip(hello, b"\x02")) as peer, within(PATIENCE):
        one = transport(peer.url.replace("http:", "https:"))
        with pytest.raises(NotSentError, match="could be made within"):
            one.send(POST, TIMEOUT)


@pytest.mark.parametrize(
    "says",
    [
        pytest.param(drip(b"", b"H"), id="a status that drips"),
        pytest.param(drip(LINE, b"A: b\r\n"), id="endless headers"),
        pytest.param(silence, id="nothing"),
    ],
)
def test_a_proxy_that_drips_ends_in_time_and_nothing_was_sent(
    says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with Peer(says) as peer, within(PATIENCE):
        monkeypatch.setenv("HTTPS_PROXY", peer.url)
        with pytest.raises(NotSentError, match="could be made within"):
            transport("https://bird.invalid").send(POST, TIMEOUT)
        assert peer.asked[0][0].startswith(b"CONNECT bird.invalid:443")


def test_a_peer_that_does_not_read_ends_in_time() -> None:
    def deaf(connection: socket.socket) -> None:
        time.sleep(30)

    big = Request("POST", "/x", body={"a": "x" * 30_000_000})
    # A busy machine takes its time to connect while it writes so much; the peer sleeps longer.
    with Peer(deaf) as peer, within(20), pytest.raises(UnknownOutcomeError):
        transport(peer.url).send(big, 5)


def test_a_name_that_nobody_looks_up_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: looked_up.wait(30) and [])
    with within(PATIENCE), pytest.raises(NotSentError, match="could be made within"):
        transport("https://bird.invalid").send(POST, TIMEOUT)
    looked_up.set()


def test_all_addresses_of_a_host_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as full:
        # Nobody accepts, and there is no room to wait in: a connection is not answered.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        found = socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM) * 5
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with within(PATIENCE), pytest.raises(NotSentError, match="could be made within"):
            transport(f"http://127.0.0.1:{port}").send(POST, TIMEOUT)
        for each in waiting:
            each.close()


def test_an_operation_waits_for_a_free_connection_no_longer_than_it_may() -> None:
    with Peer(silence) as peer:
        one = transport(peer.url)
        busy = threading.Thread(target=_failing(lambda: one.send(GET, 3)))
        busy.start()
        while not peer.asked:
            time.sleep(0.01)
        with within(PATIENCE), pytest.raises(NotSentError):
            one.send(POST, 0.2)
        busy.join()
        assert len(peer.asked) == 1


def test_a_cut_connection_gives_its_place_back_and_the_next_request_gets_a_new_one() -> None:
    with Peer(drip(LINE + b"Content-Length: 99\r\n\r\n", b" "), one_by_one(answer(b"{}"))) as peer:
        one = transport(peer.url)
        with pytest.raises(UnknownOutcomeError):
            one.send(GET, 0.2)
        assert [one.send(GET, 30).body for _ in range(3)] == [{}] * 3
        assert [len(each) for each in peer.asked] == [1, 3]


def test_exchanges_are_watched_by_one_thread_which_ends_when_nothing_is_left() -> None:
    exchanges = Exchanges(Cancellation())

    def watching() -> int:
        return sum(1 for each in threading.enumerate() if each.name == "exchanges")

    before = watching()
    with exchanges.lasting(60), exchanges.lasting(0.1) as short:
        assert watching() == before + 1
        while not short.was_cut:
            time.sleep(0.01)
    with exchanges.lasting(0.1) as last:
        while not last.was_cut:
            time.sleep(0.01)
    while watching() > before:
        time.sleep(0.01)


def _failing(
    send: Callable[[], object], seen: list[BaseException] | None = None
) -> Callable[..., None]:
    def run() -> None:
        try:
            send()
        except Exception as error:
            if seen is not None:
                seen.append(error)

    return run


@pytest.mark.parametrize(
    ("says", "error"),
    [(silence, UnknownOutcomeError), (drip(LINE, b"A: b\r\n"), UnknownOutcomeError)],
)
def test_a_cancel_ends_every_exchange_at_once(says: Says, error: type[Exception]) -> None:
    cancelled = Cancellation()
    seen: list[BaseException] = []
    with Peer(says) as peer, within(10):
        one = transport(peer.url, connections=4, cancelled=cancelled)
        lanes = [
            threading.Thread(target=_failing(lambda: one.send(POST, 60), seen)) for _ in range(4)
        ]
        for each in lanes:
            each.start()
        # A request may come in two parts.
        while sum(map(bool, peer.asked)) < 4:
            time.sleep(0.01)
        cancelled.set()
        for each in lanes:
            each.join()
    assert [type(each) for each in seen] == [error] * 4
    assert all("the run was cancelled" in str(each) for each in seen)


def test_a_cancel_ends_a_connection_attempt_and_nothing_was_sent() -> None:
    cancelled = Cancellation()
    seen: list[BaseException] = []
    with Peer(silence) as peer, within(10):
        one = transport(peer.url.replace("http:", "https:"), cancelled=cancelled)
        lane = threading.Thread(target=_failing(lambda: one.send(POST, 60), seen))
        lane.start()
        while not sum(map(len, peer.asked)):
            time.sleep(0.01)
        cancelled.set()
        lane.join()
    assert [type(each) for each in seen] == [RunCancelledError]


def test_a_socket_is_never_told_to_wait_for_no_time_at_all() -> None:
    assert 0 < Exchange(-1.0).remaining < 0.1
    assert 0.9 < Exchange(1.0).remaining <= 1.0


def test_after_a_cancel_nothing_is_sent() -> None:
    cancelled = Cancellation()
    with Peer(one_by_one(answer(b"{}"))) as peer:
        one = transport(peer.url, cancelled=cancelled)
        one.send(GET, 30)
        cancelled.set()
        with pytest.raises(RunCancelledError, match="the run was cancelled"):
            one.send(GET, 30)
        assert [len(each) for each in peer.asked] == [1]


# What is too long.


@pytest.mark.parametrize(
    "too_long",
    [
        pytest.param(answer(b" " * (LARGEST_BODY + 0x100000)), id="as announced"),
        pytest.param(
            LINE
            + b"Transfer-Encoding: chunked\r\n\r\n"
            + b"100000\r\n%b\r\n" % (b" " * 0x100000) * 17
            + b"0\r\n\r\n",
            id="in chunks",
        ),
    ],
)
def test_a_body_that_is_too_long_is_unreadable_and_its_connection_is_not_used_again(
    too_long: bytes,
) -> None:
    with Peer(one_by_one(too_long, answer(LATER)), one_by_one(answer(b"{}"))) as peer:
        one = transport(peer.url)
        assert one.send(GET, 20).body is UNREADABLE
        assert [one.send(GET, 30).body for _ in range(2)] == [{}, {}]
        assert [len(each) for each in peer.asked] == [1, 2]


def test_a_body_that_is_too_long_only_when_it_is_decompressed_is_unreadable_too() -> None:
    bomb = answer(gzip.compress(b" " * 10 * LARGEST_BODY), b"Content-Encoding: gzip")
    with Peer(one_by_one(bomb), one_by_one(answer(b"{}"))) as peer:
        one = transport(peer.url)
        tracemalloc.start()
        assert one.send(GET, 20).body is UNREADABLE
        assert tracemalloc.get_traced_memory()[1] < 3 * LARGEST_BODY
        tracemalloc.stop()
        assert one.send(GET, 30).body == {}


def test_a_body_that_is_just_short_enough_is_read() -> None:
    with Peer(one_by_one(answer(b"[%b]" % (b" " * (LARGEST_BODY - 2))))) as peer:
        assert transport(peer.url).send(GET, 20).body == []


def test_a_body_whose_compression_is_broken_is_no_answer_and_its_place_is_given_back() -> None:
    broken = answer(b"not compressed", b"Content-Encoding: gzip")
    with Peer(one_by_one(broken, answer(b"{}"))) as peer:
        one = transport(peer.url)
        with pytest.raises(UnknownOutcomeError):
            one.send(GET, 30)
        assert one.send(GET, 30).body == {}


# Whose answer it is.


@pytest.mark.parametrize("status", [100, 102, 103, 199])
def test_an_interim_answer_is_not_the_answer(status: int) -> None:
    interim = b"HTTP/1.1 %d Wait\r\nLink: <x>\r\n\r\n" % status
    with Peer(one_by_one(interim * 3 + answer(b"[1]"), answer(b"[2]"))) as peer:
        one = transport(peer.url)
        assert [one.send(GET, 30).body for _ in range(2)] == [[1], [2]]
        assert len(peer.asked) == 1


def test_another_protocol_is_no_answer() -> None:
    switched = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + answer(LATER)
    with Peer(one_by_one(switched), one_by_one(answer(b"{}"))) as peer:
        one = transport(peer.url)
        with pytest.raises(UnknownOutcomeError):
            one.send(POST, 30)
        assert one.send(POST, 30).body == {}


def test_an_answer_that_comes_too_late_is_nobodys() -> None:
    def late(connection: socket.socket) -> None:
        connection.recv(65536)
        time.sleep(1.0)
        connection.sendall(answer(LATER))
        silence(connection)

    with Peer(late, one_by_one(answer(b"{}"))) as peer:
        one = transport(peer.url)
        with pytest.raises(UnknownOutcomeError):
            one.send(GET, TIMEOUT)
        time.sleep(1.0)
        assert one.send(GET, 30).body == {}
        assert len(peer.asked) == 2


@pytest.mark.parametrize("pause", [0.0, 0.1])
def test_a_second_answer_is_nobodys(pause: float) -> None:
    def twice(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer(b"[1]"))
        time.sleep(pause)
        connection.sendall(answer(LATER))
        silence(connection)

    with Peer(twice, one_by_one(answer(b"{}"))) as peer:
        one = transport(peer.url)
        assert one.send(GET, 30).body == [1]
        time.sleep(0.3)
        assert one.send(GET, 30).body == {}
        assert len(peer.asked) == 2


def test_the_beginning_of_a_second_answer_closes_the_connection() -> None:
    def half(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer(b"[1]") + b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n")
        connection.recv(65536)
        connection.sendall(answer(LATER))

    with Peer(half, one_by_one(answer(b"{}"))) as peer:
        one = transport(peer.url)
        assert one.send(GET, 30).body == [1]
        assert one.send(GET, 30).body == {}
        assert [len(each) for each in peer.asked] == [1, 1]


def test_nothing_of_an_exchange_is_logged_as_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with Peer(drip(LINE, b"A: b\r\n")) as peer, pytest.raises(UnknownOutcomeError):
        transport(peer.url).send(GET, TIMEOUT)
    assert caplog.records == []


# The same over TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For this machine, with its key in the same file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    path = tmp_path_factory.mktemp("tls") / "127.0.0.1.pem"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "-", "-out", "-"]
    done = subprocess.run([openssl, *made, *files], capture_output=True, check=True)
    path.write_bytes(done.stdout)
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_requests_share_a_connection_over_tls(tls: ssl.SSLContext, certificate: Path) -> None:
    with Peer(one_by_one(answer(b"[1]"), answer(b"[2]"), answer(b"[3]")), tls=tls) as peer:
        one = transport(peer.url, ca_bundle=str(certificate))
        assert [one.send(GET, 30).body for _ in range(3)] == [[1], [2], [3]]
        assert [len(each) for each in peer.asked] == [3]


def test_a_certificate_that_nobody_knows_is_refused(tls: ssl.SSLContext) -> None:
    with Peer(silence, tls=tls) as peer, pytest.raises(NotSentError, match="is not trusted"):
        transport(peer.url).send(GET, 30)


def test_an_exchange_over_tls_ends_in_time(tls: ssl.SSLContext, certificate: Path) -> None:
    with Peer(drip(LINE + b"Content-Length: 9999\r\n\r\n", b"["), tls=tls) as peer:
        one = transport(peer.url, ca_bundle=str(certificate))
        with within(PATIENCE), pytest.raises(UnknownOutcomeError, match="did not answer within"):
            one.send(POST, TIMEOUT)


def test_what_tls_has_decrypted_already_is_nobodys_answer(
    tls: ssl.SSLContext, certificate: Path
) -> None:
    # One record: what is read of it leaves nothing to be seen on the socket.
    first = answer(b"[%b]" % (b" " * 8000))
    with Peer(
        one_by_one(first + answer(LATER) * 20, answer(LATER)), one_by_one(answer(b"{}")), tls=tls
    ) as peer:
        one = transport(peer.url, ca_bundle=str(certificate))
        assert one.send(GET, 30).body == []
        assert one.send(GET, 30).body == {}
        assert [len(each) for each in peer.asked] == [1, 1]

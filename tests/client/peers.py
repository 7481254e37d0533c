"""Peers that say byte for byte what a test wants them to say."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType

Says = Callable[[socket.socket], None]

LINE = b"HTTP/1.1 200 OK\r\n"


class Peer:
    """Listens on this machine. Each connection is served by what `says` gives for it; the requests
    that came are in `asked`, a list for each connection. With a `tls` context it speaks TLS."""

    def __init__(self, *says: Says, tls: ssl.SSLContext | None = None) -> None:
        self._says = says
        self._tls = tls
        self._ended = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self.asked: list[list[bytes]] = []
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> Peer:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        for each in (self._server, *self._connections):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            for number in range(1000):
                connection, _ = self._server.accept()
                self._connections.append(connection)
                self.asked.append([])
                says = self._says[min(number, len(self._says) - 1)]
                threading.Thread(target=self._serve, args=(says, number), daemon=True).start()

    def _serve(self, says: Says, number: int) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as open_ones:
            connection = open_ones.enter_context(self._connections[number])
            if self._tls is not None:
                secure = self._tls.wrap_socket(connection, server_side=True)
                connection = open_ones.enter_context(secure)
            says(_Noting(connection, self.asked[number]))  # type: ignore[arg-type]


class _Noting:
    """A connection whose requests are noted."""

    def __init__(self, connection: socket.socket, asked: list[bytes]) -> None:
        self._connection = connection
        self._asked = asked
        self.sendall = connection.sendall

    def recv(self, size: int) -> bytes:
        said = self._connection.recv(size)
        if said:
            self._asked.append(said)
        return said


def answer(body: bytes, *headers: bytes) -> bytes:
    """A whole answer."""
    length = b"Content-Length: %d" % len(body)
    return LINE + b"\r\n".join([length, *headers]) + b"\r\n\r\n" + body


def one_by_one(*answers: bytes) -> Says:
    """Answers each request with the next one, the last one again and again."""

    def says(connection: socket.socket) -> None:
        left = list(answers)
        while connection.recv(65536):
            connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return says


def drip(before: bytes, drops: bytes, *, asked: bool = True, every: float = 0.02) -> Says:
    """Begins at once and then goes on drop by drop, for a minute."""

    def says(connection: socket.socket) -> None:
        if asked:
            connection.recv(65536)
        connection.sendall(before)
        for _ in range(int(60 / every)):
            connection.sendall(drops)
            time.sleep(every)

    return says


def silence(connection: socket.socket) -> None:
    """Listens, and says nothing."""
    while connection.recv(65536):
        pass


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fails where the block takes longer."""
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    assert took < seconds, f"took {took:.1f} s"

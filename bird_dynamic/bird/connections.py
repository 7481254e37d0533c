"""Connections that can be cut at a deadline, and that never mix up answers.

They are urllib3's, with three differences. The exchange of the current thread knows the socket of a
new connection (before TLS and proxy negotiation) and of a kept-alive one, and can cut it. All
interim responses (1xx) are skipped: Python's client treats 102 and 103 as the answer, and the real
one as that of the next request. Data after an answer closes the connection, for the same reason.
"""

from __future__ import annotations

import http.client
import socket
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from bird_dynamic.bird.exchanges import exchange_of_this_thread

CONNECT_TIMEOUT = 5.0


class _Answer(http.client.HTTPResponse):
    """The final answer to a request."""

    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self._socket = sock
        self._exchange = exchange_of_this_thread()

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                raise http.client.BadStatusLine("101: a protocol switch was not requested")
            if not 100 <= status < 200:
                return version, status, reason
            http.client.parse_headers(self.fp)

    def _close_conn(self) -> None:
        # Called at the end of an answer, or earlier if the rest is not needed.
        if self._has_more():
            self._exchange.end_connection()
        super()._close_conn()  # type: ignore[misc]

    def _has_more(self) -> bool:
        patience = self._socket.gettimeout()
        try:
            self._socket.settimeout(0)
            return bool(self.fp.peek(1))
        except (OSError, ValueError):
            return False
        finally:
            with suppress(OSError):
                self._socket.settimeout(patience)


class _Connection(HTTPConnection):
    response_class = _Answer

    def connect(self) -> None:
        try:
            super().connect()
        except TimeoutError as error:
            # During TLS or proxy negotiation: nothing was sent yet.
            raise ConnectTimeoutError(self, "no connection in time") from error
        exchange = exchange_of_this_thread()
        exchange.check()
        exchange.may_be_sent = True

    def request(self, *arguments: Any, **named: Any) -> None:
        if self.sock is not None:
            exchange = exchange_of_this_thread()
            exchange.uses(self.sock)
            exchange.may_be_sent = True
        super().request(*arguments, **named)

    def _tunnel(self) -> None:
        super()._tunnel()
        # A cut connection looks like the end of the proxy's headers.
        exchange_of_this_thread().check()

    def _new_conn(self) -> socket.socket:
        """Like urllib3's, but the DNS look-up and each address get only the remaining time, not the
        full timeout."""
        failure: OSError = OSError("the host has no address")
        try:
            found = _addresses(self._dns_host.strip("[]"), self.port, self._patience)
        except FutureTimeoutError as error:
            raise ConnectTimeoutError(self, "no address in time") from error
        except (socket.gaierror, UnicodeError) as error:
            raise NewConnectionError(self, "no such name") from error
        for family, kind, protocol, _, address in found:
            try:
                return self._connected(socket.socket(family, kind, protocol), address)
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, "no connection in time") from failure
        raise NewConnectionError(self, str(failure)) from failure

    def _connected(self, new: socket.socket, address: Any) -> socket.socket:
        try:
            exchange_of_this_thread().uses(new)
            for option in self.socket_options or ():
                new.setsockopt(*option)
            new.settimeout(self._patience)
            new.connect(address)
            # Not every system fails to connect a socket that was shut down before.
            exchange_of_this_thread().check()
        except OSError:
            new.close()
            raise
        return new

    @property
    def _patience(self) -> float:
        return min(CONNECT_TIMEOUT, exchange_of_this_thread().remaining)


def _addresses(host: str, port: int, seconds: float) -> list[Any]:
    """The addresses of a host. Raises FutureTimeoutError. The system's resolver cannot be
    interrupted, so a separate thread waits for it: one for each new connection."""
    found: Future[list[Any]] = Future()

    def look_up() -> None:
        try:
            found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:
            found.set_exception(error)

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    return found.result(seconds)


class _SecureConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection

    def _get_conn(self, timeout: float | None = None) -> Any:
        return super()._get_conn(exchange_of_this_thread().remaining)


class _SecurePool(_Pool, HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}


class ExchangeAdapter(HTTPAdapter):
    """The adapter of `requests` over these connections; `connections` limits the open ones."""

    def __init__(self, connections: int) -> None:
        super().__init__(
            pool_connections=1, pool_maxsize=connections, pool_block=True, max_retries=0
        )

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """Called by `requests` for connections without a proxy."""
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        """Called by `requests` for connections through a proxy. SOCKS is refused: it needs another
        package, whose connections cannot be cut."""
        if proxy.lower().startswith("socks"):
            raise InvalidSchema("SOCKS")
        manager = super().proxy_manager_for(proxy, **named)
        manager.pool_classes_by_scheme = _POOLS
        return manager

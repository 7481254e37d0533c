"""The HTTP transport, with one pool of kept-alive connections per account.

It uses the connection pool of `requests` (its adapter) without a session on top, because a session
would take credentials from `.netrc` (they would replace the access key), take certificates from
REQUESTS_CA_BUNDLE, follow a redirect with the access key and keep cookies. The proxy settings
HTTPS_PROXY and NO_PROXY are read explicitly, TLS verification cannot be turned off, and an exchange
always ends in time (see `exchanges`). If a body is too long, the connection is closed.

This module and `connections` are the only ones of the provider that import `requests`; the first
operation imports them.
"""

from __future__ import annotations

import os
import platform
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.utils import should_bypass_proxies
from urllib3.exceptions import EmptyPoolError, NewConnectionError

from bird_dynamic._version import package_version
from bird_dynamic.bird.clock import Cancellation, in_seconds
from bird_dynamic.bird.connections import CONNECT_TIMEOUT, ExchangeAdapter
from bird_dynamic.bird.errors import (
    BirdError,
    ConfigurationError,
    NotSentError,
    RunCancelledError,
    UnknownOutcomeError,
)
from bird_dynamic.bird.exchanges import Exchange, Exchanges
from bird_dynamic.bird.json import parse
from bird_dynamic.bird.models import UNREADABLE, Request, Response
from bird_dynamic.bird.tracing import Tracing
from bird_dynamic.settings import UNUSABLE_PROXY, Settings, proxy_of

LARGEST_BODY = 16 * 1024 * 1024
"""Limit in bytes, after decompression. A page of 100 connectors has about 100,000."""
CHUNK = 64 * 1024


class HttpTransport:
    """Sends each request once. Thread-safe. `connections` limits the open connections. Setting
    `cancelled` ends all exchanges, and prevents new ones."""

    def __init__(
        self,
        settings: Settings,
        *,
        connections: int = 4,
        adapter: BaseAdapter | None = None,
        cancelled: Cancellation | None = None,
    ) -> None:
        self._url = settings.api_url
        self._server = _server(settings.api_url)
        self._tracing = Tracing(settings.api_url)
        self._url_setting = settings.setting_names("apiUrl")
        self._verify = settings.ca_bundle or True
        self._proxies = _proxies(settings.api_url, os.environ)
        self._headers = {
            "Accept": "application/json",
            "Authorization": f"AccessKey {settings.access_key}",
            "User-Agent": f"bird-dynamic/{package_version()} python/{platform.python_version()}",
        }
        self._adapter = adapter or ExchangeAdapter(connections)
        self._cancelled = cancelled or Cancellation()
        self._exchanges = Exchanges(self._cancelled)

    def send(self, request: Request, timeout: float) -> Response:
        """See `models.Transport`."""
        with self._tracing.span(request) as answered:
            response = self._sent(request, timeout)
            answered(response)
            return response

    def _sent(self, request: Request, timeout: float) -> Response:
        prepared = self._prepared(request)
        with self._exchanges.lasting(timeout) as exchange:
            try:
                response = self._exchanged(prepared, timeout, exchange)
            except Exception:
                # A cut connection raises different errors, depending on the code that was reading.
                if exchange.was_cut:
                    raise self._cut(exchange, timeout) from None
                raise
            if exchange.was_cut:
                # A cut connection may look like the end of the answer.
                raise self._cut(exchange, timeout)
            return response

    def _exchanged(
        self, prepared: requests.PreparedRequest, timeout: float, exchange: Exchange
    ) -> Response:
        try:
            response = self._adapter.send(
                prepared,
                stream=True,
                timeout=(min(CONNECT_TIMEOUT, timeout), timeout),
                verify=self._verify,
                proxies=self._proxies,
            )
            # Closing frees the place in the pool, and closes the connection if data is left.
            with closing(response):
                body = _json(response)
        except EmptyPoolError:
            raise NotSentError("no connection to Bird was free in time") from None
        except (requests.exceptions.InvalidProxyURL, requests.exceptions.InvalidSchema):
            raise ConfigurationError(f"{proxy_of(os.environ)[0]}: {UNUSABLE_PROXY}") from None
        except requests.exceptions.InvalidURL:
            raise self._unusable_url() from None
        except requests.exceptions.RequestException as error:
            if _speaks_no_tls(error) and not exchange.may_be_sent:
                raise NotSentError(
                    f"the server at {self._server} does not speak TLS; correct "
                    f"{self._url_setting}: use http:// if it is the emulator",
                    temporary=False,
                ) from None
            raise _translated(error, timeout, self._server) from None
        return Response(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
        )

    def _prepared(self, request: Request) -> requests.PreparedRequest:
        try:
            return requests.Request(
                request.method,
                self._url + request.path,
                headers=self._headers,
                params=dict(request.query),
                json=request.body,
            ).prepare()
        except requests.exceptions.InvalidJSONError:
            raise NotSentError(
                "an argument has a value that JSON cannot represent", temporary=False
            ) from None
        except requests.exceptions.RequestException:
            raise self._unusable_url() from None

    def _cut(self, exchange: Exchange, timeout: float) -> BirdError:
        is_cancelled = self._cancelled.is_set()
        if exchange.may_be_sent:
            return UnknownOutcomeError(
                "the run was cancelled before Bird answered"
                if is_cancelled
                else _unanswered(timeout, self._server)
            )
        if is_cancelled:
            return RunCancelledError()
        return NotSentError(_unconnected(timeout, self._server))

    def _unusable_url(self) -> ConfigurationError:
        return ConfigurationError(f"{self._url_setting}: is not a usable URL.")


def _translated(
    error: requests.exceptions.RequestException, timeout: float, server: str
) -> NotSentError | UnknownOutcomeError:
    causes = tuple(_causes(error))
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return NotSentError(_unconnected(min(CONNECT_TIMEOUT, timeout), server))
    if isinstance(error, requests.exceptions.Timeout):
        return UnknownOutcomeError(_unanswered(timeout, server))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return NotSentError(
            f"Bird's certificate is not trusted ({server}); behind a proxy that inspects TLS, set "
            "BIRD_CA_BUNDLE to its certificates",
            temporary=False,
        )
    if any(str(cause).startswith("Tunnel connection failed") for cause in causes):
        return NotSentError("the proxy in HTTPS_PROXY refused the connection to Bird")
    if any(isinstance(cause, NewConnectionError) for cause in causes):
        is_of_proxy = isinstance(error, requests.exceptions.ProxyError)
        through = "the proxy in HTTPS_PROXY" if is_of_proxy else "Bird"
        # The address of a proxy may contain a password.
        where = "" if is_of_proxy else f"{server}: "
        return NotSentError(f"no connection to {through} could be made ({where}{_why(causes)})")
    # A broken connection, a TLS error or a proxy error proves nothing: each can occur after the
    # request was sent.
    kind = "TLS connection" if isinstance(error, requests.exceptions.SSLError) else "connection"
    return UnknownOutcomeError(
        f"the {kind} to Bird {_end(causes)} before its answer was complete ({server})"
    )


def _end(causes: tuple[BaseException, ...]) -> str:
    # A RemoteDisconnected is a ConnectionResetError, although nothing was reset.
    if any(isinstance(cause, RemoteDisconnected | IncompleteRead) for cause in causes):
        return "was closed"
    if any(isinstance(cause, ConnectionResetError) for cause in causes):
        return "was reset"
    return "broke"


def _why(causes: tuple[BaseException, ...]) -> str:
    if any(isinstance(cause, socket.gaierror | UnicodeError) for cause in causes):
        return "no such host"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "connection refused"
    failed = (cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror)
    return next(failed, "not reachable").lower()


def _speaks_no_tls(error: BaseException) -> bool:
    reasons = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")
    return any(
        isinstance(cause, ssl.SSLError) and getattr(cause, "reason", None) in reasons
        for cause in _causes(error)
    )


def _server(url: str) -> str:
    """The host and port of a URL."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    # urllib3 stores the cause in three different places, depending on the error.
    seen: list[BaseException] = [error]
    while seen:
        cause = seen.pop()
        yield cause
        further = (*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__)
        seen += [each for each in further if isinstance(each, BaseException)]


def _unconnected(seconds: float, server: str) -> str:
    return f"no connection to Bird could be made within {in_seconds(seconds)} ({server})"


def _unanswered(seconds: float, server: str) -> str:
    return f"Bird did not answer within {in_seconds(seconds)} ({server})"


def _json(response: requests.Response) -> Any:
    content = bytearray()
    for chunk in response.iter_content(CHUNK):
        content += chunk
        if len(content) > LARGEST_BODY:
            return UNREADABLE
    try:
        return parse(bytes(content)) if content else None
    except ValueError:
        return UNREADABLE


def _proxies(api_url: str, environment: Mapping[str, str]) -> dict[str, str]:
    no_proxy = environment.get("NO_PROXY") or environment.get("no_proxy")
    _, proxy = proxy_of(environment)
    if not proxy or not api_url.startswith("https://"):
        return {}
    return {} if should_bypass_proxies(api_url, no_proxy) else {"https": proxy}

"""The transport that talks HTTP, over kept-alive connections of one pool for each account.

It uses the connection pool of `requests` (its adapter) without a session on top, because a session
would take credentials from `.netrc` (they would replace the access key), take certificates from
REQUESTS_CA_BUNDLE, follow a redirect with the access key and keep cookies. The proxy settings
HTTPS_PROXY and NO_PROXY are read explicitly, TLS verification cannot be turned off, and every
request has a connect and a read timeout.

This is the only module of the provider that imports `requests`, and it is imported by the first
operation.
"""

from __future__ import annotations

import os
import platform
import ssl
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.utils import should_bypass_proxies
from urllib3.exceptions import NewConnectionError

from bird_dynamic.bird.errors import ConfigurationError, NotSentError, UnknownOutcomeError
from bird_dynamic.bird.json import parse
from bird_dynamic.bird.models import UNREADABLE, Request, Response
from bird_dynamic.settings import Settings

CONNECT_TIMEOUT = 5.0


class HttpTransport:
    """Sends one request once; thread-safe. `connections` is how many may be open at the same
    time."""

    def __init__(
        self, settings: Settings, *, connections: int = 4, adapter: BaseAdapter | None = None
    ) -> None:
        self._url = settings.api_url
        self._url_setting = settings.where("apiUrl")
        self._verify = settings.ca_bundle or True
        self._proxies = _proxies(settings.api_url, os.environ)
        self._headers = {
            "Accept": "application/json",
            "Authorization": f"AccessKey {settings.access_key}",
            "User-Agent": f"bird-dynamic/{_version()} python/{platform.python_version()}",
        }
        self._adapter = adapter or HTTPAdapter(
            pool_connections=1, pool_maxsize=connections, pool_block=True, max_retries=0
        )

    def send(self, request: Request, timeout: float) -> Response:
        """See `models.Transport`."""
        prepared = self._prepared(request)
        try:
            response = self._adapter.send(
                prepared,
                timeout=(min(CONNECT_TIMEOUT, timeout), timeout),
                verify=self._verify,
                proxies=self._proxies,
            )
            body = _json(response)
        except (requests.exceptions.InvalidProxyURL, requests.exceptions.InvalidSchema):
            raise ConfigurationError(
                "HTTPS_PROXY: is not the address of a proxy that can be used; it must look like "
                "http://proxy.example.com:3128."
            ) from None
        except requests.exceptions.InvalidURL:
            raise self._unusable_url() from None
        except requests.exceptions.RequestException as error:
            raise _translated(error, timeout) from None
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
                "an argument is not a number, text, list or dict that JSON knows", temporary=False
            ) from None
        except requests.exceptions.RequestException:
            raise self._unusable_url() from None

    def _unusable_url(self) -> ConfigurationError:
        return ConfigurationError(f"{self._url_setting}: is not an address that can be used.")


def _translated(
    error: requests.exceptions.RequestException, timeout: float
) -> NotSentError | UnknownOutcomeError:
    causes = tuple(_causes(error))
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return NotSentError("no connection to Bird could be made in time")
    if isinstance(error, requests.exceptions.Timeout):
        return UnknownOutcomeError(f"Bird did not answer within {timeout:.0f} s")
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return NotSentError(
            "Bird's certificate is not trusted; behind a proxy that inspects TLS, set "
            "BIRD_CA_BUNDLE to its certificates",
            temporary=False,
        )
    if any(str(cause).startswith("Tunnel connection failed") for cause in causes):
        return NotSentError("the proxy of HTTPS_PROXY refused to make a connection to Bird")
    if any(isinstance(cause, NewConnectionError) for cause in causes):
        is_of_proxy = isinstance(error, requests.exceptions.ProxyError)
        through = "the proxy of HTTPS_PROXY" if is_of_proxy else "Bird"
        return NotSentError(f"no connection to {through} could be made (refused, or no such name)")
    # A broken connection is no proof, nor is an error of TLS or of a proxy: each can come after the
    # request was sent.
    kind = "TLS connection" if isinstance(error, requests.exceptions.SSLError) else "connection"
    return UnknownOutcomeError(f"the {kind} to Bird broke before its answer was complete")


def _causes(error: BaseException) -> Iterator[BaseException]:
    # urllib3 keeps its reasons in three different places, depending on the error.
    seen: list[BaseException] = [error]
    while seen:
        cause = seen.pop()
        yield cause
        further = (*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__)
        seen += [each for each in further if isinstance(each, BaseException)]


def _json(response: requests.Response) -> Any:
    if not response.content:
        return None
    try:
        return parse(response.content)
    except ValueError:
        return UNREADABLE


def _proxies(api_url: str, environment: Mapping[str, str]) -> dict[str, str]:
    no_proxy = environment.get("NO_PROXY") or environment.get("no_proxy")
    proxy = environment.get("HTTPS_PROXY") or environment.get("https_proxy")
    if not proxy or not api_url.startswith("https://"):
        return {}
    return {} if should_bypass_proxies(api_url, no_proxy) else {"https": proxy}


def _version() -> str:
    try:
        return version("bird-dynamic")
    except PackageNotFoundError:
        return "unknown"

"""The emulator as an adapter of `requests`: the same answers and failures, without a socket."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import NewConnectionError
from urllib3.response import HTTPResponse

from bird_dynamic.emulator.core import BirdEmulator
from bird_dynamic.emulator.messages import Request, parsed_query


class EmulatorAdapter(BaseAdapter):
    """Use: `session.mount("https://", EmulatorAdapter(emulator))`."""

    def __init__(self, emulator: BirdEmulator) -> None:
        super().__init__()
        self._emulator = emulator

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Called by `requests`. Does not wait: a hang raises a timeout at once."""
        parts = urlsplit(request.url or "")
        body = request.body or b""
        reply = self._emulator.handle(
            Request(
                request.method or "GET",
                parts.path,
                parsed_query(parts.query),
                {name.lower(): value for name, value in request.headers.items()},
                body.encode() if isinstance(body, str) else body,
            )
        )
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        if reply.delivery == "hang" or (patience is not None and reply.delay > patience):
            raise requests.exceptions.ReadTimeout(request=request)
        if reply.delivery == "refuse":
            raise requests.exceptions.ConnectionError(
                NewConnectionError(None, "refused"),  # type: ignore[arg-type]
                request=request,
            )
        if reply.delivery in ("reset", "empty"):
            raise requests.exceptions.ConnectionError("the connection broke", request=request)
        if reply.delivery == "truncate":
            raise requests.exceptions.ChunkedEncodingError("incomplete", request=request)
        response = requests.Response()
        response.status_code = reply.response.status
        response.headers = CaseInsensitiveDict(reply.response.headers)
        response.raw = HTTPResponse(
            BytesIO(reply.response.body), reply.response.headers, preload_content=False
        )
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        """Do nothing."""

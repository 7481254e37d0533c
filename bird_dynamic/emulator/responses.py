"""The answers to requests of Bird's API: as they are meant, refusing, or spoiled by a fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from email.utils import formatdate

from bird_dynamic.emulator.dialect import Dialect
from bird_dynamic.emulator.faults import Fault
from bird_dynamic.emulator.messages import CONFLICT, Json, RefusalError, Reply, Response


class Responses:
    """Makes answers. `now` is the server's time, and `new_id` returns a UUID."""

    def __init__(self, now: Callable[[], float], new_id: Callable[[], str]) -> None:
        self._now, self._new_id = now, new_id

    def of(
        self, status: int, body: Json | None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """An answer with this body."""
        return Response(
            status,
            {
                "Content-Type": "application/json",
                "Date": formatdate(self._now(), usegmt=True),
                "Messagebird-Request-Id": self._new_id(),
                **(headers or {}),
            },
            b"" if body is None else json.dumps(body).encode(),
        )

    def refusal(self, refusal: RefusalError, dialect: Dialect) -> Response:
        """The answer that refuses a request, in the dialect."""
        status = int(dialect.gone) if refusal.status == 404 else refusal.status
        body: Json | None = dict(refusal.body)
        if status == 422 and refusal.body["code"] == CONFLICT:
            # Only the code distinguishes this from invalid input.
            return self.of(status, body, refusal.headers)
        if dialect.error_body == "brief":
            body = {key: refusal.body[key] for key in ("code", "message")}
        if dialect.error_body == "empty" or (status == 409 and dialect.conflict == "409-empty"):
            body = None
        response = self.of(status, body, refusal.headers)
        if dialect.error_body == "text" and response.body:
            text = str(refusal.body["message"]).encode()
            headers = {**response.headers, "Content-Type": "text/plain"}
            response = replace(response, headers=headers, body=text)
        return response

    def spoiled(self, response: Response, fault: Fault, wait: int) -> Reply:
        """The answer with a fault. `wait`: seconds until a throttled caller may retry."""
        if fault.kind == "status":
            body = {"code": "InjectedFault", "message": "a fault was injected"}
            return Reply(self.of(fault.status, body, fault.headers))
        if fault.kind == "throttle":
            return Reply(self._throttled(fault, wait))
        if fault.kind == "redirect":
            return Reply(self.of(302, None, {"Location": "https://elsewhere.invalid/"}))
        if fault.kind == "wrong_content_type":
            headers = {**response.headers, "Content-Type": "text/html"}
            return Reply(replace(response, headers=headers, body=b"<html>a page</html>"))
        if fault.kind == "garbage":
            return Reply(replace(response, body=b'{"id": \x00\xff'))
        if fault.kind == "wrong_schema":
            return Reply(replace(response, body=b'{"unexpected": ["shape"]}'))
        if fault.kind == "truncate":
            status = 200 if response.status == 204 else response.status
            cut = replace(response, status=status, body=response.body or b'{"id": "')
            return Reply(cut, "truncate")
        return Reply(response, fault.kind, fault.seconds if fault.kind == "hang" else 0.0)

    def _throttled(self, fault: Fault, wait: int) -> Response:
        headers = {
            "none": {},
            "seconds": {"Retry-After": str(wait)},
            "date": {"Retry-After": formatdate(self._now() + wait, usegmt=True)},
        }[fault.retry_after]
        body = {"code": "TooManyRequests", "message": "rate limit exceeded"}
        return self.of(429, body, headers)

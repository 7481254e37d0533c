"""A transport that answers from a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.bird.models import Request, Response

ID = "11111111-2222-4333-8444-000000000001"
OTHER_ID = "11111111-2222-4333-8444-000000000009"


def answer(status: int = 200, body: Any = None, **headers: str) -> Response:
    """An answer; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, {"id": ID} if body is None else body)


class ScriptedTransport:
    """Sends nothing; what was sent is in `requests`."""

    def __init__(self, *script: Response | BirdError | Callable[[Request], Response]) -> None:
        self.script = list(script)
        self.requests: list[Request] = []
        self.timeouts: list[float] = []

    def send(self, request: Request, timeout: float) -> Response:
        self.requests.append(request)
        self.timeouts.append(timeout)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, BirdError):
            raise step
        return step if isinstance(step, Response) else step(request)

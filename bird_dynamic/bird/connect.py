"""The way to the HTTP transport that loads its library only when something is to be sent."""

from __future__ import annotations

from bird_dynamic.bird.clock import Cancellation
from bird_dynamic.bird.models import Transport
from bird_dynamic.settings import Settings

CONNECTIONS = 4
"""How many connections an account has at most where the caller does not say."""


def connect(
    settings: Settings, connections: int = CONNECTIONS, cancelled: Cancellation | None = None
) -> Transport:
    """The transport of an account, with at most so many connections. Once `cancelled` is set, its
    exchanges end."""
    from bird_dynamic.bird.http import HttpTransport

    return HttpTransport(settings, connections=connections, cancelled=cancelled)

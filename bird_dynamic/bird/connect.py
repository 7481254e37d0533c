"""Creates the HTTP transport; imports its library only when a request is sent."""

from __future__ import annotations

from bird_dynamic.bird.clock import Cancellation
from bird_dynamic.bird.models import Transport
from bird_dynamic.settings import Settings

CONNECTIONS = 4
"""Default limit of connections per account."""


def connect(
    settings: Settings, connections: int = CONNECTIONS, cancelled: Cancellation | None = None
) -> Transport:
    """The transport of an account. `connections` limits its open connections; setting `cancelled`
    ends its exchanges."""
    from bird_dynamic.bird.http import HttpTransport

    return HttpTransport(settings, connections=connections, cancelled=cancelled)

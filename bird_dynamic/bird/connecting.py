"""The way to the HTTP transport that loads its library only when something is to be sent."""

from __future__ import annotations

from bird_dynamic.bird.models import Transport
from bird_dynamic.settings import Settings


def connect(settings: Settings) -> Transport:
    """The transport of an account. Programs, checks and previews do without it."""
    from bird_dynamic.bird.http import HttpTransport

    return HttpTransport(settings)

"""Connections that fail: the host, the cause and the setting are named."""

from __future__ import annotations

import socket

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.bird.http import HttpTransport
from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer
from bird_dynamic.lifecycle.connector import ConnectorLifecycle
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.settings import Settings
from tests.support.world import NUMBER, OWN_MARK
from tests.wrong_inputs.row import Row, Way


def _created(url: str) -> str:
    settings = Settings(ACCESS_KEY, WORKSPACE_ID, api_url=url, timeout=5.0)
    account = Account(settings, HttpTransport)
    lifecycle = ConnectorLifecycle(VOICE_CHANNEL, lambda profile: account)
    try:
        given = {"phone_number_id": NUMBER, "resource_mark": OWN_MARK}
        lifecycle.create(lifecycle.check({}, given).inputs)
    except BirdError as error:
        return str(error)
    raise AssertionError("it was created")


def _refused() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return _created(f"http://127.0.0.1:{unused.getsockname()[1]}")


def _without_tls() -> str:
    with EmulatorServer() as server:
        return _created(server.url.replace("http://", "https://"))


SETTING = "bird:apiUrl (or BIRD_API_URL)"

ROWS = (
    Row(
        "`bird:apiUrl` with a port where nothing listens",
        Way.UP,
        ("127.0.0.1:", "connection refused", "attempts in", "Nothing was sent", SETTING),
        _refused,
    ),
    Row(
        "`bird:apiUrl` with a host that does not exist",
        Way.UP,
        ("no-such-host.invalid:443", "no such host", "Nothing was sent", SETTING),
        lambda: _created("https://no-such-host.invalid"),
    ),
    Row(
        "`bird:apiUrl` with `https://` for the emulator",
        Way.UP,
        ("does not speak TLS", SETTING, "use http:// if it is the emulator"),
        _without_tls,
    ),
)

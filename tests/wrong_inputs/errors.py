"""Connections that fail: the host, the cause and the setting are named."""

from __future__ import annotations

import socket
from functools import partial

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.bird.http import HttpTransport
from bird_dynamic.emulator import (
    ACCESS_KEY,
    WORKSPACE_ID,
    BirdEmulator,
    EmulatorServer,
    Fault,
)
from bird_dynamic.lifecycle.connector import ConnectorLifecycle
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.settings import Settings
from tests.support.world import NUMBER, OWN_MARK
from tests.wrong_inputs.row import Row, Way


def _created(url: str, timeout: float = 5.0, **inputs: str) -> str:
    settings = Settings(ACCESS_KEY, WORKSPACE_ID, api_url=url, timeout=timeout)
    account = Account(settings, HttpTransport)
    lifecycle = ConnectorLifecycle(VOICE_CHANNEL, lambda profile: account)
    try:
        given = {"phone_number_id": NUMBER, "resource_mark": OWN_MARK, **inputs}
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


def _hurried(timeout: float, **inputs: str) -> str:
    with EmulatorServer(BirdEmulator(faults=[Fault("hang", seconds=2, times=None)])) as server:
        return _created(server.url, timeout, **inputs)


def _broken(fault: Fault) -> str:
    with EmulatorServer(BirdEmulator(faults=[fault])) as server:
        return _created(server.url, timeout=1.0 if fault.kind == "hang" else 5.0)


SETTING = "bird:apiUrl (or BIRD_API_URL)"
TIMEOUT = "bird:timeout (or BIRD_TIMEOUT)"
TOO_SHORT = {"create_timeout": "1ms"}
AGAIN = ("Run `pulumi up` again later", "it looks for the result")

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
    Row(
        '`VoiceChannel(…, create_timeout="0.9")`, which is too short for one answer',
        Way.UP,
        ("did not answer within 0.", "Allow more time with create_timeout.", *AGAIN, SETTING),
        partial(_hurried, 300.0, create_timeout="0.9"),
    ),
    Row(
        "`BIRD_TIMEOUT=900ms`, which is too short for one answer",
        Way.UP,
        ("did not answer within 0.", f"Allow more time with {TIMEOUT}.", *AGAIN, SETTING),
        partial(_hurried, 0.9),
    ),
    *(
        Row(
            f"`{written}`, which is too short for anything",
            Way.UP,
            ("more time with", name),
            partial(_hurried, timeout, **inputs),
        )
        for written, name, timeout, inputs in (
            ("BIRD_TIMEOUT=1ms", TIMEOUT, 0.001, {}),
            ('VoiceChannel(…, create_timeout="1ms")', "create_timeout", 300.0, TOO_SHORT),
        )
    ),
    *(
        Row(wrong, Way.UP, says, partial(_broken, fault))
        for wrong, fault, says in (
            (
                "Bird, or a proxy, that never answers",
                Fault("hang", seconds=5, times=None),
                (
                    "did not answer within 1 s (127.0.0.1:",
                    f"Allow more time with {TIMEOUT}.",
                    *AGAIN,
                    SETTING,
                ),
            ),
            (
                "a connection that is reset",
                Fault("reset", times=None),
                ("was reset before its answer was complete (127.0.0.1:", *AGAIN, SETTING),
            ),
            (
                "a connection that is closed without an answer",
                Fault("empty", times=None),
                ("was closed before its answer was complete (127.0.0.1:", *AGAIN, SETTING),
            ),
            (
                "an answer that ends in the middle",
                Fault("truncate", times=None),
                ("was closed before its answer was complete (127.0.0.1:", *AGAIN, SETTING),
            ),
            (
                "Bird, or a proxy, that answers 503",
                Fault("status", status=503, times=None),
                ("503", *AGAIN, "Request id"),
            ),
            (
                "a proxy that answers with a page of its own",
                Fault("wrong_content_type", times=None),
                (
                    "answered 200 with an unreadable body",
                    "a proxy or another server may have answered",
                    f"Check HTTPS_PROXY and {SETTING}",
                    "Run `pulumi up` again",
                ),
            ),
            (
                "`bird:apiUrl` of a server that redirects",
                Fault("redirect", times=None),
                ("302", "not followed", "access key", f"Check {SETTING}"),
            ),
            (
                "more requests than Bird allows, for longer than the timeout",
                Fault("throttle", rate=0, times=None),
                ("429", "Run `pulumi up` again later", "bird:timeout (or BIRD_TIMEOUT)"),
            ),
        )
    ),
)

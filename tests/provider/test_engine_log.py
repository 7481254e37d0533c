"""Lines for the engine's log, with an engine that keeps what it gets."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from bird_dynamic.providers.engine_log import EngineLog

LOGGER = logging.getLogger("bird_dynamic")


class EngineServer(engine_pb2_grpc.EngineServicer):
    """Keeps the lines that it is to show."""

    def __init__(self) -> None:
        self.lines: list[Any] = []
        self.server = grpc.server(ThreadPoolExecutor(2))
        engine_pb2_grpc.add_EngineServicer_to_server(self, self.server)
        self.address = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.server.start()

    def Log(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: N802
        self.lines.append(request)
        return empty_pb2.Empty()


@pytest.fixture
def engine() -> Iterator[EngineServer]:
    running = EngineServer()
    yield running
    running.server.stop(None)


@pytest.fixture
def level() -> Iterator[None]:
    before = (LOGGER.level, list(LOGGER.handlers))
    yield
    LOGGER.setLevel(before[0])
    LOGGER.handlers[:] = before[1]


def test_a_status_passes_and_a_warning_stays(engine: EngineServer) -> None:
    log = EngineLog(engine.address)
    log.status("waiting")
    log.warning("beware\x1b[0m")
    status, warning = engine.lines
    assert (status.message, status.ephemeral, status.severity) == ("waiting", True, engine_pb2.INFO)
    assert (warning.ephemeral, warning.severity) == (False, engine_pb2.WARNING)
    assert "\x1b" not in warning.message


def test_a_line_is_about_the_resource_of_its_own_thread(engine: EngineServer) -> None:
    log = EngineLog(engine.address)
    log.status("nobody's")
    log.about("urn:one")
    with ThreadPoolExecutor(1) as thread:
        thread.submit(log.about, "urn:two").result()
        thread.submit(log.status, "two's").result()
    log.status("one's")
    assert [(each.message, each.urn) for each in engine.lines] == [
        ("nobody's", ""),
        ("two's", "urn:two"),
        ("one's", "urn:one"),
    ]


@pytest.mark.usefixtures("level")
def test_what_this_package_logs_is_shown_only_when_asked_for_and_once(engine: EngineServer) -> None:
    log = EngineLog(engine.address)
    log.follow_as_asked({"BIRD_LOG": "info"})
    LOGGER.debug("not asked for")
    for _ in range(2):
        log.follow_as_asked({"BIRD_LOG": "debug"})
    LOGGER.debug("asked for")
    assert [each.message for each in engine.lines] == ["asked for"]


def test_an_engine_that_is_gone_is_asked_no_more(engine: EngineServer) -> None:
    log = EngineLog(engine.address)
    engine.server.stop(None).wait()
    log.status("nobody hears this")
    assert log._engine is None
    log.status("nor this")
    EngineLog(None).warning("nor this")
    assert engine.lines == []

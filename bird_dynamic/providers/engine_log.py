"""Sends messages to the engine's log, which shows them beside their resource."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from bird_dynamic.lifecycle.redaction import marked, printable, without
from bird_dynamic.settings import logs_requests


class EngineLog(logging.Handler):
    """Sends messages to the engine at an address; without one, drops them. Thread-safe."""

    def __init__(self, address: str | None) -> None:
        super().__init__()
        self._engine = (
            engine_pb2_grpc.EngineStub(grpc.insecure_channel(address)) if address else None
        )
        self._working_on = threading.local()

    def about(self, urn: str) -> None:
        """Set the resource of this thread's messages."""
        self._working_on.urn = urn

    @property
    def urn(self) -> str:
        """The resource of this thread's messages; empty if there was none yet."""
        return getattr(self._working_on, "urn", "")

    def status(self, text: str) -> None:
        """Show a progress message, only while the operation runs."""
        self._show(text, ephemeral=True)

    def warning(self, text: str) -> None:
        """Show a permanent warning."""
        self._show(text, severity=engine_pb2.WARNING)

    def follow_as_asked(self, environment: Mapping[str, str]) -> None:
        """Show this package's log, if `BIRD_LOG` is `debug`."""
        logger = logging.getLogger("bird_dynamic")
        if logs_requests(environment) and self not in logger.handlers:
            logger.addHandler(self)
            logger.setLevel(logging.DEBUG)

    def emit(self, record: logging.LogRecord) -> None:
        """Show a log record."""
        self._show(self.format(record))

    def _show(
        self,
        text: str,
        *,
        ephemeral: bool = False,
        severity: engine_pb2.LogSeverity.ValueType = engine_pb2.INFO,
    ) -> None:
        if self._engine is None:
            return
        line = engine_pb2.LogRequest(
            severity=severity,
            message=printable(without(text, marked())),
            urn=self.urn,
            ephemeral=ephemeral,
        )
        try:
            self._engine.Log(line)
        except grpc.RpcError:
            # The engine has ended: drop further messages.
            self._engine = None

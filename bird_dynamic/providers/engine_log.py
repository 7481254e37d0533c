"""The engine's log: lines that it shows beside the resource that they are about."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from bird_dynamic.lifecycle.redaction import printable


class EngineLog(logging.Handler):
    """Sends lines to the engine at an address; without an address it drops them. Thread-safe."""

    def __init__(self, address: str | None) -> None:
        super().__init__()
        self._engine = (
            engine_pb2_grpc.EngineStub(grpc.insecure_channel(address)) if address else None
        )
        self._working_on = threading.local()

    def about(self, urn: str) -> None:
        """From now on the lines of this thread are about that resource."""
        self._working_on.urn = urn

    def status(self, text: str) -> None:
        """Show it while the operation goes on."""
        self._show(text, ephemeral=True)

    def warning(self, text: str) -> None:
        """Show it, and keep it shown."""
        self._show(text, severity=engine_pb2.WARNING)

    def follow_as_asked(self, environment: Mapping[str, str]) -> None:
        """Show what this package logs, if `BIRD_LOG` says so."""
        logger = logging.getLogger("bird_dynamic")
        if environment.get("BIRD_LOG") == "debug" and self not in logger.handlers:
            logger.addHandler(self)
            logger.setLevel(logging.DEBUG)

    def emit(self, record: logging.LogRecord) -> None:
        """Show a line of the log."""
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
            message=printable(text),
            urn=getattr(self._working_on, "urn", ""),
            ephemeral=ephemeral,
        )
        try:
            self._engine.Log(line)
        except grpc.RpcError:
            # An engine that is gone has nobody to show it to.
            self._engine = None

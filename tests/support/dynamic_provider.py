"""The process that the engine starts for dynamic providers, spoken to as the engine does."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID
from bird_dynamic.resources.voice_channel import REFERENCE

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How an unknown value looks on the wire."""
URN = "urn:pulumi:test::phones::pulumi-python:dynamic/bird:VoiceChannel::support"


class PluginError(Exception):
    """What the engine would show."""


class DynamicProviderProcess:
    """One run's provider process. `python` may be that of another environment."""

    def __init__(
        self,
        python: Path,
        bird_url: str,
        *,
        config: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        variables = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PULUMI_", "BIRD_"))
        }
        variables |= {
            "PULUMI_PROJECT": "phones",
            "BIRD_API_URL": bird_url,
            "BIRD_ACCESS_KEY": ACCESS_KEY,
            "BIRD_WORKSPACE_ID": WORKSPACE_ID,
            "BIRD_STATE_DIR": tempfile.mkdtemp(prefix="bird-records-"),
            **(environment or {}),
        }
        self.process = subprocess.Popen(
            [python, "-u", "-m", "pulumi.dynamic"],
            env={name: value for name, value in variables.items() if value},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self._channel = grpc.insecure_channel(f"127.0.0.1:{self.process.stdout.readline().strip()}")
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._stub.Configure(
            provider_pb2.ConfigureRequest(args=_struct(config or {})), wait_for_ready=True
        )

    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[Any, list[str]]:
        olds = _with_provider(olds) if olds else {}
        request = provider_pb2.CheckRequest(
            urn=URN, olds=_struct(olds), news=_struct(_with_provider(news))
        )
        answer = self._call("Check", request)
        return _plain(answer.inputs), [f"{each.property}{each.reason}" for each in answer.failures]

    def diff(self, connector_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Any:
        return self._call(
            "Diff",
            provider_pb2.DiffRequest(
                id=connector_id,
                urn=URN,
                olds=_struct(_with_provider(olds)),
                news=_struct(_with_provider(news)),
            ),
        )

    def create(self, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        request = provider_pb2.CreateRequest(urn=URN, properties=_struct(_with_provider(inputs)))
        answer = self._call("Create", request)
        return answer.id, _plain(answer.properties)

    def read(
        self, connector_id: str, state: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        properties = _struct(_with_provider(state))
        answer = self._call(
            "Read", provider_pb2.ReadRequest(id=connector_id, urn=URN, properties=properties)
        )
        return answer.id, _plain(answer.properties), _plain(answer.inputs)

    def update(
        self, connector_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]
    ) -> dict[str, Any]:
        return _plain(
            self._call(
                "Update",
                provider_pb2.UpdateRequest(
                    id=connector_id,
                    urn=URN,
                    olds=_struct(_with_provider(olds)),
                    news=_struct(_with_provider(news)),
                ),
            ).properties
        )

    def delete(self, connector_id: str, state: Mapping[str, Any]) -> None:
        properties = _struct(_with_provider(state))
        self._call(
            "Delete", provider_pb2.DeleteRequest(id=connector_id, urn=URN, properties=properties)
        )

    def cancel(self) -> None:
        self._call("Cancel", empty_pb2.Empty())

    def stop(self) -> str:
        """End the process; what it wrote to standard error."""
        self._channel.close()
        self.process.terminate()
        _, said = self.process.communicate(timeout=20)
        return said

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self._stub, method)(request, timeout=60)
        except grpc.RpcError as error:
            raise PluginError(error.details()) from None  # type: ignore[attr-defined]


def _with_provider(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {**properties, "__provider": REFERENCE}


def _struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update({name: each for name, each in properties.items() if each is not None})
    return struct


def _plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    def value(each: Any) -> Any:
        if isinstance(each, struct_pb2.Struct):
            return {name: value(inner) for name, inner in each.items()}
        if isinstance(each, struct_pb2.ListValue):
            return [value(inner) for inner in each]
        return each

    return {name: value(each) for name, each in struct.items() if name != "__provider"}

"""The plugin in this process, spoken to as the engine does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import grpc
from google.protobuf import struct_pb2
from google.protobuf.message import Message
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2

from bird_dynamic.emulator import ACCESS_KEY, ORGANIZATION_ID, WORKSPACE_ID
from bird_dynamic.providers.plugin import BirdPlugin

URN = "urn:pulumi:dev::phones::bird:index:{}::support"


class AbortedError(Exception):
    """What the engine would show."""


class Context:
    """What gRPC gives to a handler, as far as it is used."""

    metadata: tuple[tuple[str, bytes], ...] = ()

    def abort(self, code: grpc.StatusCode, details: str) -> NoReturn:
        raise AbortedError(details)

    def set_trailing_metadata(self, metadata: tuple[tuple[str, bytes], ...]) -> None:
        self.metadata = metadata


class PluginClient:
    """Speaks to one plugin, in plain dicts."""

    def __init__(self, url: str, **settings: Any) -> None:
        self.plugin = BirdPlugin()
        self.context = Context()
        given = {
            "accessKey": rpc.wrap_rpc_secret(ACCESS_KEY),
            "workspaceId": WORKSPACE_ID,
            "organizationId": ORGANIZATION_ID,
            "apiUrl": url,
            **settings,
        }
        answer = self.call("Configure", provider_pb2.ConfigureRequest(args=struct(given)))
        assert answer.acceptSecrets
        assert answer.supportsPreview

    def call(self, method: str, request: Any) -> Any:
        answer = getattr(self.plugin, method)(request, self.context)
        assert isinstance(answer, Message), "gRPC could not send it"
        return answer

    def check(
        self, news: Mapping[str, Any], kind: str = "VoiceChannel", olds: Mapping[str, Any] = {}
    ) -> Any:
        urn = URN.format(kind)
        request = provider_pb2.CheckRequest(urn=urn, news=struct(news), olds=struct(olds))
        return self.call("Check", request)

    def inputs(self, news: Mapping[str, Any], kind: str = "VoiceChannel") -> dict[str, Any]:
        answer = self.check(news, kind)
        assert list(answer.failures) == []
        return dict(answer.inputs)

    def create(
        self, news: Mapping[str, Any], kind: str = "VoiceChannel", **more: Any
    ) -> tuple[str, struct_pb2.Struct]:
        properties = struct(self.inputs(news, kind))
        request = provider_pb2.CreateRequest(urn=URN.format(kind), properties=properties, **more)
        answer = self.call("Create", request)
        return answer.id, answer.properties

    def diff(
        self, item_id: str, olds: Any, news: Mapping[str, Any], kind: str = "VoiceChannel"
    ) -> Any:
        request = provider_pb2.DiffRequest(
            id=item_id, urn=URN.format(kind), olds=olds, news=struct(self.inputs(news, kind))
        )
        return self.call("Diff", request)

    def invoke(self, name: str, **args: Any) -> dict[str, Any]:
        request = provider_pb2.InvokeRequest(tok=f"bird:index:{name}", args=struct(args))
        return dict(rpc.deserialize_properties(getattr(self.call("Invoke", request), "return")))


def struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(dict(properties))
    return made

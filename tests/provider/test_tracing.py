"""The trace of the engine: the plugin sends its spans there, as children of those of the engine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc

from bird_dynamic.providers.plugin import BirdPlugin
from bird_dynamic.providers.tracing import ENDPOINT, CallerSpan, export_spans

trace = pytest.importorskip("opentelemetry.trace", reason="this pulumi has no OpenTelemetry")
sdk = pytest.importorskip("opentelemetry.sdk.trace")
SPAN = ("ab" * 16, "cd" * 8)


class Plugin(BirdPlugin):
    """Remembers the span in which it was called."""

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:  # noqa: N802
        span = trace.get_current_span().get_span_context()
        self.seen = (f"{span.trace_id:032x}", f"{span.span_id:016x}")
        return super().GetPluginInfo(request, context)


@pytest.fixture
def served() -> Iterator[tuple[Plugin, str]]:
    plugin = Plugin()
    server = grpc.server(ThreadPoolExecutor(1), interceptors=[CallerSpan()])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(plugin, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield plugin, f"127.0.0.1:{port}"
    server.stop(None)


def call(address: str, *metadata: tuple[str, str]) -> None:
    with grpc.insecure_channel(address) as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        assert stub.GetPluginInfo(empty_pb2.Empty(), metadata=metadata).version


def test_a_call_runs_under_the_span_that_its_metadata_name(served: tuple[Plugin, str]) -> None:
    plugin, address = served
    call(address, ("traceparent", f"00-{SPAN[0]}-{SPAN[1]}-01"))
    assert plugin.seen == SPAN
    # The thread is the same one, and has forgotten it.
    call(address)
    assert plugin.seen == ("0" * 32, "0" * 16)


def test_a_call_runs_without_opentelemetry(
    served: tuple[Plugin, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin, address = served
    monkeypatch.delitem(sys.modules, "opentelemetry.propagate", raising=False)
    call(address, ("traceparent", f"00-{SPAN[0]}-{SPAN[1]}-01"))
    assert plugin.seen == ("0" * 32, "0" * 16)


@pytest.fixture
def collector() -> Iterator[tuple[str, list[Any]]]:
    """The address of a collector, and what it is sent."""
    service = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    servicing = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc")
    received: list[Any] = []

    class Collector(servicing.TraceServiceServicer):
        def Export(self, request: Any, context: Any) -> Any:  # noqa: N802
            received.extend(request.resource_spans)
            return service.ExportTraceServiceResponse()

    server = grpc.server(ThreadPoolExecutor(1))
    servicing.add_TraceServiceServicer_to_server(Collector(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}", received
    server.stop(None)


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The providers of spans that were set up."""
    providers: list[Any] = []
    monkeypatch.setattr(trace, "set_tracer_provider", providers.append)
    return providers


def test_the_spans_are_sent_to_the_engine(
    collector: tuple[str, list[Any]], set_up: list[Any]
) -> None:
    address, received = collector
    export_spans({ENDPOINT: address})
    (provider,) = set_up
    with provider.get_tracer("test").start_as_current_span("asked"):
        """A span."""
    provider.shutdown()
    (resource,) = received
    named = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert named["service.name"] == "pulumi-resource-bird"
    assert [each.name for scope in resource.scope_spans for each in scope.spans] == ["asked"]


def test_nothing_is_set_up_unless_the_engine_collects_spans_or_if_something_has_done_so(
    set_up: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    export_spans({})
    there = sdk.TracerProvider(shutdown_on_exit=False)
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: there)
    export_spans({ENDPOINT: "127.0.0.1:9"})
    assert set_up == []


def test_a_pulumi_without_opentelemetry_is_left_alone(
    set_up: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    export_spans({ENDPOINT: "127.0.0.1:9"})
    assert set_up == []

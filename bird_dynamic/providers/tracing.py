"""Puts the spans of `bird.tracing` into the trace of the engine, if it makes one (`--otel-traces`).

The engine then names an endpoint in the environment of the plugin, and its own span in the metadata
of each call. Sources: `pulumi/provider/main.go` of Pulumi's Go SDK, which does this for a provider,
while that of Python does it for programs only. Its libraries come with `pulumi` from 3.272 on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import grpc

ENDPOINT = "PULUMI_OTEL_EXPORTER_OTLP_ENDPOINT"
SERVICE = "pulumi-resource-bird"


def export_spans(environment: Mapping[str, str]) -> None:
    """Send the spans of this process to the engine, if it collects them."""
    endpoint = environment.get(ENDPOINT)
    if not endpoint:
        return
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        # Older versions of pulumi come without it.
        return
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        # Pulumi's SDK has set it up, because TRACEPARENT is set.
        return
    # When the process ends, it sends what is left.
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: SERVICE}))
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=True)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


class CallerSpan(grpc.ServerInterceptor):
    """Runs each call under the span that the caller has for it.

    OpenTelemetry's own interceptor makes a span for each call too, which the engine has already,
    and puts the texts of errors into it.
    """

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """The handler of a call."""
        handler = continuation(handler_call_details)
        context: Any = sys.modules.get("opentelemetry.context")
        propagate: Any = sys.modules.get("opentelemetry.propagate")
        metadata = dict(handler_call_details.invocation_metadata)
        if "traceparent" not in metadata or context is None or propagate is None:
            return handler
        if handler is None or handler.unary_unary is None:
            return handler
        serve, caller = handler.unary_unary, propagate.extract(metadata)

        def under_the_caller(request: Any, servicer_context: grpc.ServicerContext) -> Any:
            token = context.attach(caller)
            try:
                return serve(request, servicer_context)
            finally:
                context.detach(token)

        return grpc.unary_unary_rpc_method_handler(
            under_the_caller, handler.request_deserializer, handler.response_serializer
        )

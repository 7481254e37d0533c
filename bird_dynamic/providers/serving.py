"""Serves the plugin to the engine over gRPC."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from bird_dynamic.providers.tracing import CallerSpan
from bird_dynamic.settings import PLUGIN_CONCURRENCY

LARGEST_MESSAGE = 400 * 1024 * 1024
"""In bytes; the limit of the engine and of Pulumi's SDKs."""
SPARE_THREADS = 8
"""Threads for other requests while all operations are running, above all for Cancel."""


def serve(
    servicer: provider_pb2_grpc.ResourceProviderServicer, started: Callable[[int], None]
) -> None:
    """Serve on a free local port until the process ends. `started` gets the port."""
    server = grpc.server(
        ThreadPoolExecutor(PLUGIN_CONCURRENCY + SPARE_THREADS),
        options=[
            ("grpc.max_receive_message_length", LARGEST_MESSAGE),
            ("grpc.max_send_message_length", LARGEST_MESSAGE),
        ],
        interceptors=[CallerSpan()],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    started(port)
    server.wait_for_termination()

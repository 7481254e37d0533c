"""A span of OpenTelemetry for each request to Bird, if something in this process sets up tracing.

Pulumi's SDK does, from 3.272 on, when `pulumi` runs with `--otel-traces`; older ones come without
OpenTelemetry. So nothing is imported here: what nobody has imported, nobody has set up.

The attributes are those of an HTTP client span in the semantic conventions, each attempt being a
span. A span has the path of its request, with ids, and Bird's id of the request. It has no query,
no header, no body and no text of an error, so it has no secret.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from bird_dynamic._version import package_version
from bird_dynamic.bird.models import Request, Response

_ID = re.compile(r"(?<=/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=/|$)", re.IGNORECASE)


class Tracing:
    """The spans of the requests to one address, which has neither a user nor a query."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._url = url
        self._server = {
            "server.address": parts.hostname or "",
            "server.port": parts.port or (443 if parts.scheme == "https" else 80),
        }

    @contextmanager
    def span(self, request: Request) -> Iterator[Callable[[Response], None]]:
        """The span of one attempt; what it yields takes the answer."""
        trace = _tracing()
        if trace is None:
            yield lambda response: None
            return
        template = _ID.sub("{id}", request.path)
        attributes = {
            **self._server,
            "http.request.method": request.method,
            "url.full": self._url + request.path,
            "url.template": template,
        }
        if request.attempt > 1:
            attributes["http.request.resend_count"] = request.attempt - 1
        tracer = trace.get_tracer("bird_dynamic", package_version())
        with tracer.start_as_current_span(
            f"{request.method} {template}",
            context=_parent(trace),
            kind=trace.SpanKind.CLIENT,
            attributes=attributes,
            # They would add the text of an error, and the paths of this machine.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:

            def failed(kind: str) -> None:
                span.set_attribute("error.type", kind)
                span.set_status(trace.StatusCode.ERROR)

            def answered(response: Response) -> None:
                span.set_attribute("http.response.status_code", response.status)
                if response.request_id:
                    name = "http.response.header.messagebird-request-id"
                    span.set_attribute(name, [response.request_id])
                if response.status >= 400:
                    failed(str(response.status))

            try:
                yield answered
            except Exception as error:
                failed(type(error).__name__)
                raise


def _tracing() -> Any:
    """The module that makes spans, if anything takes them."""
    trace: Any = sys.modules.get("opentelemetry.trace")
    if trace is None or isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return None
    return trace


def _parent(trace: Any) -> Any:
    """The context of a span's parent; None for the current one. A thread without one continues the
    trace of the process, which its environment names."""
    propagate = sys.modules.get("opentelemetry.propagate")
    if propagate is None or trace.get_current_span().get_span_context().is_valid:
        return None
    return propagate.extract({"traceparent": os.environ.get("TRACEPARENT", "")})

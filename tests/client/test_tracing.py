"""The span of each request to Bird: what it says, whose child it is, and what it must not say."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from bird_dynamic.bird.client import Collection
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import RejectedError, UnknownOutcomeError
from bird_dynamic.bird.http import HttpTransport
from bird_dynamic.bird.retry import RetryingClient
from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer, Fault
from bird_dynamic.settings import Settings
from tests.emulator.caller import VOICE
from tests.support.clock import FakeClock
from tests.support.scripted import ID

trace = pytest.importorskip("opentelemetry.trace", reason="this pulumi has no OpenTelemetry")
sdk = pytest.importorskip("opentelemetry.sdk.trace")
in_memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
PATH = f"/workspaces/{WORKSPACE_ID}/connectors"
CANARIES = ("canary-security", "canary-token", "canary-greeting", "canary-page")


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Where the spans of this test are; `get_finished_spans` returns them."""
    exporter = in_memory.InMemorySpanExporter()
    provider = sdk.TracerProvider(shutdown_on_exit=False)
    simple = pytest.importorskip("opentelemetry.sdk.trace.export").SimpleSpanProcessor
    provider.add_span_processor(simple(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    monkeypatch.delenv("TRACEPARENT", raising=False)
    yield exporter
    provider.shutdown()


@pytest.fixture
def connectors(bird: EmulatorServer) -> Collection:
    transport = HttpTransport(Settings(ACCESS_KEY, WORKSPACE_ID, api_url=bird.url))
    return Collection(RetryingClient(transport, FakeClock()), PATH)


def deadline() -> Deadline:
    return Deadline.after(60, FakeClock())


def test_it_says_what_was_asked_and_answered(
    spans: Any, connectors: Collection, bird: EmulatorServer
) -> None:
    made = bird.emulator.add_connector()
    connectors.get(made["id"], deadline())
    (span,) = spans.get_finished_spans()
    assert span.name == "GET /workspaces/{id}/connectors/{id}"
    assert span.kind is trace.SpanKind.CLIENT
    assert span.status.status_code is trace.StatusCode.UNSET
    (request_id,) = span.attributes["http.response.header.messagebird-request-id"]
    assert len(request_id) == 36
    assert dict(span.attributes) == {
        "server.address": "127.0.0.1",
        "server.port": bird.port,
        "http.request.method": "GET",
        "url.full": f"{bird.url}{PATH}/{made['id']}",
        "url.template": "/workspaces/{id}/connectors/{id}",
        "http.response.status_code": 200,
        "http.response.header.messagebird-request-id": (request_id,),
    }


def test_each_attempt_is_one(spans: Any, connectors: Collection, bird: EmulatorServer) -> None:
    bird.emulator.faults = [Fault("status", status=503), Fault("empty", nth=2)]
    connectors.page(None, deadline())
    shown = [
        (
            each.attributes.get("http.request.resend_count"),
            each.attributes.get("http.response.status_code"),
            each.attributes.get("error.type"),
            each.status.status_code.name,
        )
        for each in spans.get_finished_spans()
    ]
    assert shown == [
        (None, 503, "503", "ERROR"),
        (1, None, "UnknownOutcomeError", "ERROR"),
        (2, 200, None, "UNSET"),
    ]


def test_a_refusal_is_an_error_with_its_status(spans: Any, connectors: Collection) -> None:
    with pytest.raises(RejectedError):
        connectors.create({"connectorTemplateRef": VOICE}, deadline())
    (span,) = spans.get_finished_spans()
    assert span.attributes["error.type"] == "422"
    assert span.status.status_code is trace.StatusCode.ERROR


def test_it_is_the_child_of_the_current_span(spans: Any, connectors: Collection) -> None:
    with trace.get_tracer("test").start_as_current_span("Create") as create:
        connectors.page(None, deadline())
    asked, _ = spans.get_finished_spans()
    assert asked.parent.span_id == create.get_span_context().span_id
    assert asked.context.trace_id == create.get_span_context().trace_id


def test_a_thread_without_a_span_continues_the_trace_of_the_process(
    spans: Any, connectors: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACEPARENT", f"00-{'ab' * 16}-{'cd' * 8}-01")
    connectors.page(None, deadline())
    (span,) = spans.get_finished_spans()
    assert (span.context.trace_id, span.parent.span_id) == (int("ab" * 16, 16), int("cd" * 8, 16))


def test_without_either_it_begins_a_trace(spans: Any, connectors: Collection) -> None:
    connectors.page(None, deadline())
    (span,) = spans.get_finished_spans()
    assert span.parent is None


def test_it_has_no_secret_and_no_value_of_a_query(
    spans: Any, connectors: Collection, bird: EmulatorServer
) -> None:
    arguments = {"phoneNumberId": ID, "greeting": "canary-greeting"}
    secrets = {"securityArguments": {"k": "canary-security"}, "invitationToken": "canary-token"}
    body = {"connectorTemplateRef": VOICE, "name": "n", "arguments": arguments, **secrets}
    # A number that Bird does not have: its answer repeats what was sent.
    with pytest.raises(RejectedError):
        connectors.create(body, deadline())
    bird.emulator.faults = [Fault("empty"), Fault("garbage", nth=2, times=None)]
    with pytest.raises(UnknownOutcomeError):
        connectors.create(body, deadline())
    with pytest.raises(UnknownOutcomeError):
        connectors.page("canary-page", deadline())
    texts = [each.to_json() for each in spans.get_finished_spans()]
    assert len(texts) > 5
    for text in texts:
        assert PATH in text, "a positive control"
        assert not [each for each in (ACCESS_KEY, *CANARIES, "limit") if each in text]
        assert '"events": []' in text


def test_nothing_is_made_if_nothing_sets_up_tracing(
    connectors: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a span was made")

    monkeypatch.setattr(trace, "get_tracer", refuse)
    monkeypatch.setattr(trace, "get_tracer_provider", trace.ProxyTracerProvider)
    connectors.page(None, deadline())
    monkeypatch.delitem(sys.modules, "opentelemetry.trace")
    connectors.page(None, deadline())

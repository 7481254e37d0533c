"""The trace that `pulumi up --otel-traces` writes: the requests to Bird are in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bird_dynamic.emulator import ACCESS_KEY, EmulatorServer, Fault
from tests.engine.programs import NUMBER
from tests.support.engine import Stack

pytest.importorskip("opentelemetry.sdk", reason="this pulumi has no OpenTelemetry")

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SECURITY, TOKEN, GREETING, KEY = (f"canary-{each}" for each in ("security", "token", "hi", "key"))
PROGRAM = f"""from bird_dynamic import VoiceChannel, WebhookSubscription, get_phone_number
VoiceChannel(
    "support",
    phone_number_id=NUMBER_ID,
    arguments={{"greeting": {GREETING!r}}},
    security_arguments={{"scheme": {{"key": {SECURITY!r}}}}},
    invitation_token={TOKEN!r},
)
WebhookSubscription(
    "calls",
    service="channels",
    event="voice.inbound",
    url="https://example.com/calls",
    signing_key={KEY!r},
)
"""


def up(stack: Stack, program: str) -> dict[str, dict[str, Any]]:
    """The spans of `pulumi up`, by their ids; `from` is the process of a span, and `by` what made
    it."""
    if "--otel-traces" not in stack.run("up", "--help").output:
        pytest.skip("this CLI does not trace with OpenTelemetry")
    stack.write(program)
    # A slow machine may not get to send what is left before the engine ends the process.
    stack.environment["OTEL_BSP_SCHEDULE_DELAY"] = "100"
    file = stack.folder / "traces.json"
    done = stack.up(f"--otel-traces=file://{file}")
    assert done.ok, done.output
    return {
        span["spanId"]: {
            **span,
            "from": {each["key"]: each["value"] for each in part["resource"]["attributes"]},
            "by": scope["scope"].get("name"),
        }
        for line in file.read_text().splitlines()
        for part in json.loads(line)["resourceSpans"]
        for scope in part["scopeSpans"]
        for span in scope["spans"]
    }


def requests(spans: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The spans of the requests to Bird."""
    found = [each for each in spans.values() if each["by"] == "bird_dynamic"]
    return sorted(found, key=lambda each: int(each["startTimeUnixNano"]))


def attribute(span: dict[str, Any], name: str) -> Any:
    found = [each["value"] for each in span["attributes"] if each["key"] == name]
    return next(iter(found[0].values())) if found else None


def check(spans: list[dict[str, Any]], bird: EmulatorServer) -> None:
    """Each request that Bird got is one of these spans, and none of them has a secret."""
    asked = [(entry["method"], entry["path"]) for entry in bird.emulator.journal]
    assert sorted(asked) == sorted(
        (
            attribute(each, "http.request.method"),
            attribute(each, "url.full").removeprefix(bird.url),
        )
        for each in spans
    )
    posts = [each for each in spans if each["name"] == "POST /workspaces/{id}/connectors"]
    assert [attribute(each, "http.response.status_code") for each in posts] == ["429", "201"]
    assert [attribute(each, "http.request.resend_count") for each in posts] == [None, "1"]
    text = json.dumps(spans)
    assert bird.url in text, "a positive control"
    assert not [
        each for each in (ACCESS_KEY, SECURITY, TOKEN, GREETING, KEY, "limit") if each in text
    ]


@pytest.fixture
def throttled(bird: EmulatorServer) -> EmulatorServer:
    headers = {"Retry-After": "0"}
    bird.emulator.faults = [
        Fault("status", operation="create_connector", status=429, headers=headers)
    ]
    return bird


@pytest.mark.parametrize("way", ["plugin"])
def test_the_requests_of_the_plugin_are_children_of_the_operations_of_the_engine(
    stack: Stack, throttled: EmulatorServer
) -> None:
    spans = up(stack, PROGRAM.replace("NUMBER_ID", repr(NUMBER)))
    ours = requests(spans)
    check(ours, throttled)
    (root,) = [each for each in spans.values() if each["name"] == "pulumi"]
    for each in ours:
        assert each["from"]["service.name"] == {"stringValue": "pulumi-resource-bird"}
        assert each["traceId"] == root["traceId"]
        assert spans[each["parentSpanId"]]["name"] == "pulumirpc.ResourceProvider/Create"


def test_the_requests_of_the_dynamic_provider_and_of_look_ups_are_in_the_trace_of_the_caller(
    stack: Stack, throttled: EmulatorServer
) -> None:
    stack.environment["TRACEPARENT"] = f"00-{TRACE}-{PARENT}-01"
    looked_up = "get_phone_number(number='+3197010200001').id"
    spans = up(stack, PROGRAM.replace("NUMBER_ID", looked_up))
    ours = requests(spans)
    check(ours, throttled)
    assert {(each["traceId"], each["parentSpanId"]) for each in ours} == {(TRACE, PARENT)}
    (root,) = [each for each in spans.values() if each["name"] == "pulumi"]
    assert (root["traceId"], root["parentSpanId"]) == (TRACE, PARENT)

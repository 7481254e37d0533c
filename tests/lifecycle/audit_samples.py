"""A complete set-up of one number, as values, for the tests that change a part of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bird_dynamic.lifecycle.audit.faults import judged
from bird_dynamic.lifecycle.audit.snapshot import (
    Channel,
    Connector,
    Managed,
    Number,
    Subscription,
    Workspace,
)

NUMBER = Number("n", "+31612345678", frozenset({"n"}), ("inbound", "outbound"), {}, ("c",))
CONNECTOR = Connector("c", "front", "voice-messagebird:1", True, frozenset({"n"}), "", "ch")
CHANNEL = Channel("ch", "c", "voice-messagebird", "31612345678", "active")


def subscription(
    subscription_id: str = "s", *filters: tuple[str, str], **changed: Any
) -> Subscription:
    made = Subscription(
        subscription_id,
        "channels",
        "voice.inbound",
        "https://example.com/calls",
        frozenset(filters),
        "active",
        "",
        "",
    )
    return replace(made, **changed)


WORKSPACE = Workspace((NUMBER,), (CONNECTOR,), (CHANNEL,), (subscription(),))
MANAGED = (
    Managed("VoiceChannel", "front", "urn:front", "c", "ch", "n"),
    Managed("WebhookSubscription", "calls", "urn:calls", "s"),
)


def kinds(workspace: Workspace) -> list[str]:
    return [each.kind for each in judged(workspace)]

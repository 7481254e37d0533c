"""Requests that schemathesis makes up from the description, good ones and bad ones."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.parameters import ParameterLocation

from bird_dynamic.emulator import (
    ACCESS_KEY,
    ORGANIZATION_ID,
    WORKSPACE_ID,
    BirdEmulator,
    EmulatorServer,
)
from tests.emulator.caller import NUMBER, Caller
from tests.support.openapi import OPERATION_IDS, document

AUTHORIZED = {"Authorization": f"AccessKey {ACCESS_KEY}"}
SCHEMA = schemathesis.openapi.from_dict(document())
# Good data need not be accepted: the phone number may not be there, or be in use. Bad data need not
# be refused: a parameter that nobody knows is ignored. What has to be refused is tested one by one.
LEFT_OUT = ("positive_data_acceptance", "negative_data_rejection")
CHECKED = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]


def filled(emulator: BirdEmulator) -> dict[str, str]:
    """Put one thing of each kind into an empty workspace; the ids of them all."""
    emulator.reset()
    call = Caller(emulator)
    channel_id = call.channel()
    return {
        "organizationId": ORGANIZATION_ID,
        "workspaceId": WORKSPACE_ID,
        "connectorId": emulator.connectors()[0]["id"],
        "channelId": channel_id,
        "callId": call("POST", f"/channels/{channel_id}/calls", {"to": "+31612345678"})[1]["id"],
        "numberId": NUMBER,
        "longCodeNumberId": NUMBER,
        "webhookSubscriptionId": emulator.add_webhook_subscription()["id"],
    }


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    # Some checks send requests of their own, past any session: it takes a real server to keep all
    # of them on this machine.
    with EmulatorServer(BirdEmulator(seed=1, clock=lambda: 1_700_000_000.0)) as running:
        yield running


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation", OPERATION_IDS)
def test_every_answer_to_a_made_up_request_is_as_described(
    server: EmulatorServer, operation: str, mode: GenerationMode
) -> None:
    described = SCHEMA.find_operation_by_id(operation)

    @given(case=described.as_strategy(generation_mode=mode))
    @settings(
        max_examples=5,
        derandomize=True,
        database=None,
        # A failure is told as it was found: making it smaller takes minutes.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Case) -> None:
        # A longer address is refused by the HTTP server, before the emulator sees it.
        assume(len(urlencode(case.query or {}, doseq=True)) < 60_000)
        ids = filled(server.emulator)
        parts = case.meta.components if case.meta else {}
        path = parts.get(ParameterLocation.PATH)
        if path is None or path.mode == GenerationMode.POSITIVE:
            case.path_parameters = {name: ids[name] for name in case.path_parameters}
        case.call_and_validate(server.url, headers=AUTHORIZED, checks=CHECKED)

    run()

"""What the documentation leaves open, asked of Bird itself; each assumption by its name."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import BirdError, RejectedError
from bird_dynamic.lifecycle.lookups import Lookups
from bird_dynamic.lifecycle.registry import lifecycle_of
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.lifecycle.session import Account, CollectionSession
from bird_dynamic.schema.lookups import LOOKUPS
from tests.live.conftest import PATIENCE, PREFIX

Made = tuple[str, dict[str, Any], dict[str, Any]]


@pytest.fixture(scope="module")
def run(account: Account) -> ResourceLifecycle:
    return lifecycle_of("VoiceChannel", lambda profile: account)


@pytest.fixture(scope="module")
def later_run(new_account: Callable[[], Account]) -> Callable[[], ResourceLifecycle]:
    """Makes what another run has: one run keeps what it has created itself."""

    def started() -> ResourceLifecycle:
        account = new_account()
        return lifecycle_of("VoiceChannel", lambda profile: account)

    return started


@pytest.fixture(scope="module")
def made(
    run: ResourceLifecycle,
    later_run: Callable[[], ResourceLifecycle],
    connectors: CollectionSession,
    phone_number_id: str,
) -> Iterator[Made]:
    """A voice channel: its id, its inputs and its state."""
    checked = run.check(
        {}, {"phone_number_id": phone_number_id, "name": f"{PREFIX}{secrets.token_hex(4)}"}
    )
    assert checked.failures == ()
    connector_id, state = run.create(checked.inputs)
    yield connector_id, checked.inputs, state
    later_run().delete(connector_id, state)


def deadline(session: CollectionSession) -> Deadline:
    return Deadline.after(PATIENCE, session.collection.client.clock)


def test_a_create_ends_with_a_channel_id(made: Made) -> None:
    assert made[2]["channel_id"]


def test_after_a_create_there_is_no_drift(run: ResourceLifecycle, made: Made) -> None:
    connector_id, inputs, state = made
    real, real_inputs = run.read(connector_id, state) or ({}, {})
    assert run.diff(real, inputs).changed == ()
    assert real_inputs == inputs


def test_a_listing_shows_what_a_get_shows(connectors: CollectionSession, made: Made) -> None:
    rows = [row for page in connectors.collection.pages(deadline(connectors)) for row in page]
    (row,) = [row for row in rows if row["id"] == made[0]]
    item = connectors.collection.get(made[0], deadline(connectors)) or {}
    told = ("name", "connectorTemplateRef", "arguments", "channel", "number")
    assert {key: row.get(key) for key in told} == {key: item.get(key) for key in told}


def test_a_second_connector_on_the_number_is_refused(
    connectors: CollectionSession, made: Made, phone_number_id: str
) -> None:
    second = {
        "name": f"{PREFIX}second",
        "connectorTemplateRef": "voice-messagebird:1",
        "arguments": {"phoneNumberId": phone_number_id},
    }
    with pytest.raises(RejectedError, match="409"):
        connectors.collection.create(second, deadline(connectors))


def test_the_switch_of_a_channel_can_be_set_both_ways(run: ResourceLifecycle, made: Made) -> None:
    connector_id, inputs, state = made
    for wanted in (True, False):
        asked = {**inputs, "channel_conversational_status_enabled": wanted}
        state = run.update(connector_id, state, asked)
        real, _ = run.read(connector_id, state) or ({}, {})
        assert real["channel_conversational_status_enabled"] is wanted


def test_a_channel_can_be_looked_up(account: Account, made: Made) -> None:
    given = {"id": made[2]["channel_id"]}
    [channel] = Lookups(account, None).find(LOOKUPS["get_channel"], given)
    assert channel["connector_id"] == made[0]


def test_a_wrong_phone_number_is_a_422_with_its_path(run: ResourceLifecycle, made: Made) -> None:
    absent = "00000000-0000-4000-8000-000000000000"
    wrong = {**made[1], "name": f"{PREFIX}wrong", "phone_number_id": absent}
    with pytest.raises(BirdError, match=r"phone_number_id \(\.arguments\.phoneNumberId\)"):
        run.create(wrong)


def test_a_deleted_connector_is_gone_and_its_number_is_free_at_once(
    later_run: Callable[[], ResourceLifecycle], made: Made
) -> None:
    connector_id, inputs, state = made
    run = later_run()
    run.delete(connector_id, state)
    assert run.read(connector_id, state) is None
    again, other = run.create({**inputs, "name": f"{PREFIX}again"})
    later_run().delete(again, other)


def test_everything_was_asked_and_answered_as_described(made: Made, problems: list[str]) -> None:
    assert not problems, "docs/openapi.yaml says otherwise: " + "\n".join(problems)

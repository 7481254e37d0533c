"""Profiles: a resource with one is managed with that account's key, address and settings alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bird_dynamic.emulator import ACCESS_KEY, Fault
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.lifecycle.registry import lifecycle_of
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.naming import MARK
from tests.support.world import NUMBER, OWN_MARK, EmulatorTransport, World

PROFILE = "bird-eu"
SWITCH = "channel_conversational_status_enabled"


class Accounts:
    """The default account, whose emulator answers 401 to everything, and a profile's, which works.
    `own` are settings that only the profile has."""

    def __init__(self, *, takes_over_by_default: bool = False, **own: Any) -> None:
        self.default = World(access_key="key-of-the-default-account")
        self.default.environment["BIRD_TAKE_OVER"] = "marked" if takes_over_by_default else "never"
        self.profile = World()
        shared = self.profile.run()._accounts(None)
        settings = replace(shared.settings, profile=PROFILE, api_url="https://eu.bird.test", **own)
        european = Account(
            settings,
            lambda settings: EmulatorTransport(
                self.profile.emulator, self.profile.clock, settings.access_key
            ),
            shared.run,
        )
        self.accounts = {None: self.default.run()._accounts(None), PROFILE: european}

    def run(self) -> ResourceLifecycle:
        return lifecycle_of("VoiceChannel", self.accounts.__getitem__)

    def inputs(self, **news: Any) -> dict[str, Any]:
        given = {"phone_number_id": NUMBER, MARK: OWN_MARK, "profile": PROFILE, **news}
        checked = self.run().check({}, given)
        assert checked.failures == ()
        return checked.inputs


def test_every_operation_of_a_resource_with_a_profile_reaches_that_account_alone() -> None:
    accounts = Accounts()
    run = accounts.run()
    item_id, state = run.create(accounts.inputs())
    assert run.read(item_id, state) is not None
    switched = run.update(item_id, state, accounts.inputs(**{SWITCH: True}))
    assert accounts.profile.emulator.store.connectors[item_id].conversational is True
    accounts.profile.emulator.store.remove(item_id, accounts.profile.clock.now)
    run.delete(item_id, switched)
    assert accounts.default.operations == []


@pytest.mark.parametrize("operation", ["create", "read", "update", "delete"])
def test_an_error_names_the_settings_of_the_profile_and_hides_its_access_key(
    operation: str,
) -> None:
    accounts = Accounts()
    inputs = accounts.inputs(**{SWITCH: True})
    item_id, state = accounts.run().create(accounts.inputs())
    # As Bird answers an access key without a role.
    accounts.profile.break_with(Fault("status", status=401, times=None))
    calls: dict[str, tuple[Any, ...]] = {
        "create": (inputs,),
        "read": (item_id, state),
        "update": (item_id, state, inputs),
        "delete": (item_id, state),
    }
    with pytest.raises(OperationError) as caught:
        getattr(accounts.run(), operation)(*calls[operation])
    assert f"{PROFILE}:accessKey" in str(caught.value)
    assert "BIRD_ACCESS_KEY" not in str(caught.value)
    assert ACCESS_KEY not in str(caught.value)


@pytest.mark.parametrize("takes_over", [True, False])
def test_a_profile_says_by_itself_whether_a_marked_connector_is_taken_over(
    takes_over: bool,
) -> None:
    accounts = Accounts(takes_over=takes_over, takes_over_by_default=not takes_over)
    left = accounts.profile.foreign(name=f"{OWN_MARK}-k7x2m9qd")
    if takes_over:
        assert accounts.run().create(accounts.inputs())[0] == left
    else:
        with pytest.raises(OperationError, match=left):
            accounts.run().create(accounts.inputs())


def test_check_tells_what_is_wrong_with_the_settings_of_the_profile() -> None:
    accounts = Accounts(problems=(f"{PROFILE}:accessKey: is wrong",))
    given = {"phone_number_id": NUMBER, MARK: OWN_MARK}
    assert accounts.run().check({}, given).failures == ()
    (failure,) = accounts.run().check({}, {**given, "profile": PROFILE}).failures
    assert PROFILE in failure


def test_what_moves_to_another_profile_is_changed_with_the_key_of_the_new_one() -> None:
    accounts = Accounts()
    item_id, state = accounts.run().create(accounts.inputs())
    moved = {**accounts.inputs(**{SWITCH: True}), "profile": PROFILE}
    accounts.run().update(item_id, {**state, "profile": None}, moved)
    assert accounts.profile.emulator.store.connectors[item_id].conversational is True
    assert accounts.default.operations == []

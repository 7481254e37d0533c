"""Create: one connector for one resource, and what is said when that cannot be had."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import Fault, Options
from bird_dynamic.lifecycle.explaining import OperationError
from bird_dynamic.lifecycle.properties import DERIVED_NAME
from tests.support.world import DERIVED, NUMBER, OTHER_NUMBER, World

CREATE = "create_connector"
LOST_KINDS = ("reset", "hang", "empty", "truncate", "garbage", "wrong_schema", "status")
ABSENT = "11111111-2222-4333-8444-555555555555"


def test_the_normal_case_is_a_listing_a_post_and_a_poll() -> None:
    world = World()
    connector_id, state = world.run().create(world.inputs())
    assert world.operations == ["list_connectors", CREATE, "get_connector"]
    assert world.connector_ids() == [connector_id] == [state["connector_id"]]


def test_a_channel_in_the_answer_needs_no_poll() -> None:
    world = World(options=Options(channel_after=0))
    world.run().create(world.inputs())
    assert world.operations == ["list_connectors", CREATE]


def test_the_state_has_every_output() -> None:
    world = World()
    _, state = world.run().create(world.inputs())
    (connector,) = world.emulator.connectors()
    assert state["channel_id"] == connector["channel"]["channelId"]
    assert state["platform"] == "voice-messagebird"
    assert state["phone_number"] == connector["number"]["phoneNumber"]
    assert state["number"]["number_id"] == NUMBER
    assert "voice-inbound" in state["number"]["capabilities"]
    assert state["region"] == connector["region"]
    assert state["created_at"] == connector["createdAt"]
    assert state["connector_template_slug"] == "voice-messagebird"
    assert state["name"] == state[DERIVED_NAME] == DERIVED


def test_the_body_has_what_was_asked_for_and_nothing_else() -> None:
    world = World()
    world.run().create(
        world.inputs(
            arguments={"recording": True},
            security_arguments={"oauth": {"token": "t"}},
            channel_conversational_status_enabled=False,
            invitation_token="i",
        )
    )
    (body,) = [each["body"] for each in world.emulator.journal if each["operation"] == CREATE]
    assert body == {
        "name": DERIVED,
        "connectorTemplateRef": "voice-messagebird:1",
        "arguments": {"phoneNumberId": NUMBER, "recording": True},
        "securityArguments": "[secret]",
        "channelConversationalStatusEnabled": False,
        "invitationToken": "[secret]",
    }


def test_many_creates_share_one_listing() -> None:
    world = World(options=Options(channel_after=0), numbers=60)
    run = world.run()
    numbers = [
        number.id
        for number in world.emulator.store.numbers.values()
        if "voice" in number.capabilities
    ]
    for index, number in enumerate(numbers):
        run.create(world.inputs(phone_number_id=number, **{DERIVED_NAME: f"n-{index}"}))
    assert world.count("list_connectors") == 1
    assert world.count("get_connector") == 0
    assert len(world.connector_ids()) == len(numbers) > 50


def test_other_connectors_of_the_same_number_cost_no_requests() -> None:
    world = World(options=Options(channel_after=0, allow_duplicates=True))
    for _ in range(20):
        world.foreign()
    world.run().create(world.inputs())
    assert world.operations == ["list_connectors", CREATE]


def test_a_slow_channel_is_waited_for_and_the_wait_is_told() -> None:
    world = World(options=Options(channel_after=12))
    _, state = world.run().create(world.inputs())
    assert state["channel_id"]
    assert any("waiting for its channel" in text for text in world.said)


def test_a_connector_without_a_channel_in_time_is_removed_again() -> None:
    world = World(options=Options(channel_after=10**6), timeout="20s")
    with pytest.raises(OperationError, match=r"no channel within 20 s.*was removed again"):
        world.run().create(world.inputs())
    assert world.connector_ids() == []


def test_a_resource_may_have_a_timeout_of_its_own() -> None:
    world = World(options=Options(channel_after=10**6))
    with pytest.raises(OperationError, match="no channel within 90 s"):
        world.run().create(world.inputs(create_timeout="1.5m"))


def test_a_half_made_connector_that_cannot_be_removed_is_named() -> None:
    world = World(
        Fault("status", operation="delete_connector", times=None),
        options=Options(channel_after=10**6),
        timeout="20s",
    )
    with pytest.raises(OperationError) as caught:
        world.run().create(world.inputs())
    (left,) = world.connector_ids()
    assert f'adopt="{left}"' in str(caught.value)


@pytest.mark.parametrize("kind", LOST_KINDS)
@pytest.mark.parametrize("duplicates", [False, True])
@pytest.mark.parametrize("name", [None, "Support"])
def test_a_lost_answer_heals(kind: str, duplicates: bool, name: str | None) -> None:
    world = World(
        Fault(kind, operation=CREATE, applied=True), options=Options(allow_duplicates=duplicates)
    )
    connector_id, _ = world.run().create(world.inputs(name=name))
    assert world.connector_ids() == [connector_id]
    assert world.count(CREATE) == 1


@pytest.mark.parametrize("kind", LOST_KINDS)
@pytest.mark.parametrize("name", [None, "Support"])
def test_a_request_that_was_lost_is_sent_again_after_a_long_look(
    kind: str, name: str | None
) -> None:
    world = World(Fault(kind, operation=CREATE), options=Options(allow_duplicates=True))
    began = world.clock.now
    connector_id, _ = world.run().create(world.inputs(name=name))
    assert world.connector_ids() == [connector_id]
    assert world.count(CREATE) == 2
    assert world.clock.now - began > 30


@pytest.mark.parametrize("name", [None, "Support"])
@pytest.mark.parametrize("ahead", [-3600.0, 0.0, 3600.0])
@pytest.mark.parametrize("lag", [3.0, 20.0])
def test_a_lost_answer_heals_though_listings_lag_and_clocks_differ(
    name: str | None, ahead: float, lag: float
) -> None:
    world = World(
        Fault("reset", operation=CREATE, applied=True),
        Fault("stale_list", operation="list_connectors", times=None, seconds=lag),
        options=Options(allow_duplicates=True, clock_ahead=ahead),
    )
    connector_id, _ = world.run().create(world.inputs(name=name))
    assert world.connector_ids() == [connector_id]


def test_what_an_interrupted_run_left_is_taken_over_by_its_derived_name() -> None:
    world = World(options=Options(allow_duplicates=True))
    left, _ = world.run().create(world.inputs())
    world.forget()
    connector_id, state = world.run().create(world.inputs())
    assert connector_id == left
    assert state["channel_id"]
    assert world.count(CREATE) == 0


def test_what_was_taken_over_gets_the_conversational_switch_that_is_asked_for() -> None:
    world = World()
    left, _ = world.run().create(world.inputs())
    world.run().create(world.inputs(channel_conversational_status_enabled=True))
    assert world.emulator.store.connectors[left].conversational is True


def test_an_explicit_name_is_no_proof_so_the_program_must_say_adopt() -> None:
    world = World(options=Options(allow_duplicates=True))
    left, _ = world.run().create(world.inputs(name="Support"))
    world.forget()
    with pytest.raises(OperationError) as caught:
        world.run().create(world.inputs(name="Support"))
    assert f'adopt="{left}"' in str(caught.value)
    assert world.count(CREATE) == 0


def test_a_left_connector_with_other_arguments_is_not_taken_over() -> None:
    world = World()
    left, _ = world.run().create(world.inputs())
    with pytest.raises(OperationError, match=f"{left}.*other arguments"):
        world.run().create(world.inputs(phone_number_id=OTHER_NUMBER))
    assert world.connector_ids() == [left]


def test_several_candidates_are_named_and_none_is_taken() -> None:
    world = World(options=Options(allow_duplicates=True))
    one, two = world.foreign(name=DERIVED), world.foreign(name=DERIVED)
    with pytest.raises(OperationError, match=f"{one}, {two}"):
        world.run().create(world.inputs())
    assert world.count(CREATE) == 0


def test_a_connector_that_holds_the_number_is_named() -> None:
    world = World()
    holder = world.foreign(name="Somebody else's")
    with pytest.raises(OperationError) as caught:
        world.run().create(world.inputs())
    assert f'adopt="{holder}"' in str(caught.value)
    assert world.connector_ids() == [holder]


def test_a_conflict_that_no_listing_explains_is_told() -> None:
    world = World(Fault("status", operation=CREATE, status=409))
    with pytest.raises(OperationError, match="No listing shows"):
        world.run().create(world.inputs())


def test_a_conflict_with_what_an_interrupted_run_left_heals_though_listings_lag() -> None:
    world = World()
    left, _ = world.run().create(world.inputs())
    world.break_with(Fault("stale_list", operation="list_connectors", times=3))
    connector_id, _ = world.run().create(world.inputs())
    assert connector_id == left


def test_a_connector_that_this_run_knows_is_never_taken_for_a_left_one() -> None:
    world = World(options=Options(allow_duplicates=True))
    old, state = world.run().create(world.inputs())
    run = world.run()
    run.diff(old, state, world.inputs(invitation_token="new"))
    new, _ = run.create(world.inputs(invitation_token="new"))
    assert new != old


def test_a_deleted_connector_that_lists_still_show_is_not_taken_over() -> None:
    world = World()
    old, state = world.run().create(world.inputs())
    run = world.run()
    run.delete(old, state)
    world.break_with(
        Fault("stale_list", operation="list_connectors", times=None, seconds=60),
        Fault("stale_read", operation="get_connector", times=1, seconds=60),
    )
    new, _ = run.create(world.inputs())
    assert new != old
    assert world.connector_ids() == [new]


def test_a_resource_that_the_engine_lost_within_a_run_is_found_again() -> None:
    world = World(options=Options(allow_duplicates=True))
    run = world.run()
    first, _ = run.create(world.inputs())
    again, _ = run.create(world.inputs())
    assert again == first


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_a_refused_create_leaves_nothing_and_says_what_bird_said(status: int) -> None:
    world = World(Fault("status", operation=CREATE, status=status))
    with pytest.raises(OperationError, match=rf"{status} InjectedFault: a fault was injected"):
        world.run().create(world.inputs())
    assert world.connector_ids() == []
    assert world.count(CREATE) == 1


def test_a_workspace_that_cannot_be_seen_is_told_by_the_create_itself() -> None:
    world = World()
    elsewhere = "11111111-2222-4333-8444-555555555555"
    with pytest.raises(OperationError, match=r"404 NotFound: workspace not found.*workspaceId"):
        world.run().create(world.inputs(workspace_id=elsewhere))


@pytest.mark.parametrize("status", [401, 403, 500])
def test_nothing_is_created_where_nobody_may_look(status: int) -> None:
    world = World(Fault("status", operation="list_connectors", status=status, times=None))
    with pytest.raises(OperationError, match=f"{status} InjectedFault"):
        world.run().create(world.inputs())
    assert world.count(CREATE) == 0


def test_a_refused_payload_is_translated_to_the_python_argument() -> None:
    world = World()
    sms_only = next(
        number.id
        for number in world.emulator.store.numbers.values()
        if "voice" not in number.capabilities
    )
    with pytest.raises(OperationError) as caught:
        world.run().create(world.inputs(phone_number_id=sms_only))
    text = str(caught.value)
    assert text.startswith(f'Creating voice channel "{DERIVED}" failed: Bird answered 422')
    assert "phone_number_id (.arguments.phoneNumberId): the phone number has no voice" in text
    assert "Request id: " in text
    assert "\n" not in text


def test_an_api_that_stays_silent_is_told_as_unknown_with_the_way_on() -> None:
    world = World(Fault("hang", times=None))
    with pytest.raises(OperationError, match="did not answer"):
        world.run().create(world.inputs())


def test_looking_that_fails_too_is_told_as_unknown() -> None:
    world = World(
        Fault("status", operation=CREATE, applied=True),
        Fault("status", operation="list_connectors", nth=2, times=None),
    )
    with pytest.raises(OperationError, match="Looking for what became of it failed too"):
        world.run().create(world.inputs())


def test_nothing_appearing_after_several_posts_is_told() -> None:
    world = World(Fault("status", operation=CREATE, times=None))
    with pytest.raises(OperationError, match="3 times, and nothing has appeared"):
        world.run().create(world.inputs())
    assert world.count(CREATE) == 3


def test_no_secret_is_repeated_from_birds_message() -> None:
    secret = "t0p-secret/token"
    world = World()
    inputs = world.inputs(security_arguments={"oauth": {"token": secret}})
    run = world.run()
    description = run.description
    from bird_dynamic.bird.errors import Answer, RejectedError
    from bird_dynamic.lifecycle.explaining import explained
    from bird_dynamic.settings import gather

    message = f"bad token {secret} or t0p-secret%2Ftoken"
    with (
        pytest.raises(OperationError) as caught,
        explained("Creating", description, gather({}.get, {}), lambda: [secret]),
    ):
        raise RejectedError(Answer(422, "InvalidPayload", message))
    assert inputs["security_arguments"]["oauth"]["token"] == secret
    assert "t0p-secret" not in str(caught.value)
    assert str(caught.value).count("[secret]") == 2


class TestAdopting:
    @pytest.mark.parametrize("news", [{}, {"name": "Existing"}])
    def test_nothing_is_changed_and_the_next_diff_is_empty(self, news: dict[str, Any]) -> None:
        world = World()
        existing = world.foreign(name="Existing")
        inputs = world.inputs(adopt=existing, **news)
        connector_id, state = world.run().create(inputs)
        assert connector_id == existing
        assert world.operations == ["get_connector"]
        assert state["channel_id"]
        for later in ({"adopt": existing, **news}, news):
            again = world.inputs(inputs, **later)
            assert world.run().diff(connector_id, state, again).changed == ()
        real, read_inputs = world.run().read(connector_id, state) or ({}, {})
        assert real["name"] == "Existing"
        assert world.run().diff(connector_id, real, world.inputs(read_inputs, **news)).changed == ()

    def test_differences_are_listed_and_nothing_is_changed(self) -> None:
        world = World()
        existing = world.foreign(name="Existing", number=OTHER_NUMBER)
        with pytest.raises(OperationError) as caught:
            world.run().create(world.inputs(adopt=existing, name="Mine"))
        text = str(caught.value)
        assert f"phone_number_id is '{OTHER_NUMBER}' in Bird" in text
        assert "name is 'Existing' in Bird" in text
        assert "Mine" not in text.partition("failed:")[2]
        assert world.operations == ["get_connector"]

    def test_of_arguments_only_the_keys_are_shown(self) -> None:
        world = World()
        existing = world.foreign(name="E", arguments={"phoneNumberId": NUMBER, "a": "s3cret"})
        with pytest.raises(OperationError, match="arguments has other values for a, b") as caught:
            world.run().create(world.inputs(adopt=existing, arguments={"a": "s4cret", "b": 1}))
        assert "cret" not in str(caught.value)

    def test_what_is_not_there_cannot_be_adopted(self) -> None:
        world = World()
        with pytest.raises(OperationError, match=f"has no connector {ABSENT}"):
            world.run().create(world.inputs(adopt=ABSENT))
        assert world.connector_ids() == []

    def test_the_conversational_switch_is_compared_too(self) -> None:
        world = World(options=Options(channel_after=0))
        existing = world.foreign(name="Existing")
        with pytest.raises(OperationError, match="conversational_status_enabled is False in Bird"):
            world.run().create(
                world.inputs(adopt=existing, channel_conversational_status_enabled=True)
            )

    def test_replacing_an_adopted_connector_makes_a_new_one(self) -> None:
        world = World()
        existing = world.foreign(name="Existing")
        inputs = world.inputs(adopt=existing)
        _, state = world.run().create(inputs)
        run = world.run()
        run.delete(existing, state)
        new, _ = run.create(world.inputs(adopt=existing, phone_number_id=OTHER_NUMBER))
        assert world.connector_ids() == [new] != [existing]

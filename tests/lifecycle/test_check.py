"""Check: everything that can be known is known before anything is sent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bird_dynamic.emulator import WORKSPACE_ID
from bird_dynamic.schema.fields import UNKNOWN
from bird_dynamic.schema.kinds import Shape
from bird_dynamic.schema.naming import DERIVED_NAME, MARK
from bird_dynamic.schema.values import meant
from tests.support.world import NUMBER, OWN_MARK, World


def check(olds: dict[str, Any] | None = None, **news: Any) -> Any:
    given = {"phone_number_id": NUMBER, MARK: OWN_MARK, **news}
    world = World()
    checked = world.run().check(olds or {}, given)
    assert world.operations == []
    return checked


def test_defaults_names_and_settings_are_filled_in() -> None:
    assert check().inputs == {
        "phone_number_id": NUMBER,
        MARK: OWN_MARK,
        "connector_template_ref": "voice-messagebird:1",
        "workspace_id": WORKSPACE_ID,
    }


@pytest.mark.parametrize(
    ("argument", "value", "says"),
    [
        ("phone_number_id", "+31612345678", "UUID"),
        ("phone_number_id", 5.0, "UUID"),
        ("phone_number_id", None, "required"),
        ("name", "", "non-empty"),
        ("name", "  ", "non-empty"),
        ("connector_template_ref", "voice-messagebird", "NAME:VERSION"),
        ("connector_template_ref", "Voice:one", "NAME:VERSION"),
        ("arguments", "x", "dict"),
        ("arguments", {"phoneNumberId": "x"}, "phoneNumberId is set by phone_number_id"),
        ("security_arguments", ["s3cret"], "dict"),
        ("channel_conversational_status_enabled", "yes", "True or False"),
        ("invitation_token", 7.0, "string"),
        ("workspace_id", "ws_1", "ws_"),
        ("workspace_id", 1.0, "UUID"),
        ("adopt", "me", "UUID"),
        ("create_timeout", "soon", "positive duration"),
        ("create_timeout", True, "positive duration"),
        ("delete_timeout", 0, "positive duration"),
    ],
)
def test_a_bad_argument_is_named_with_what_is_wrong(argument: str, value: Any, says: str) -> None:
    (failure,) = check(**{argument: value}).failures
    assert failure.startswith(f"{argument}: ")
    assert says in failure


def test_all_failures_are_told_at_once_and_show_no_value() -> None:
    checked = check(
        phone_number_id="s3cret-number",
        connector_template_ref="s3cret",
        security_arguments="s3cret",
        invitation_token={"a": "s3cret"},
    )
    assert len(checked.failures) == 4
    assert "s3cret" not in " ".join(checked.failures)


@pytest.mark.parametrize(
    "argument",
    [
        "phone_number_id",
        "name",
        "connector_template_ref",
        "arguments",
        "security_arguments",
        "channel_conversational_status_enabled",
        "invitation_token",
        "workspace_id",
        "adopt",
        "create_timeout",
        "delete_timeout",
    ],
)
def test_an_unknown_value_passes_anywhere(argument: str) -> None:
    checked = check(**{argument: UNKNOWN})
    assert checked.failures == ()
    assert checked.inputs[argument] is UNKNOWN


def test_a_setting_that_is_missing_is_named_as_people_call_it() -> None:
    world = World()
    del world.environment["BIRD_WORKSPACE_ID"]
    (failure,) = world.run().check({}, {"phone_number_id": NUMBER, MARK: OWN_MARK}).failures
    assert failure.startswith("workspace_id: no workspace is set. ")


def test_an_unknown_profile_fills_in_nothing_of_the_default_account() -> None:
    inputs = World().inputs(profile=UNKNOWN)
    assert inputs["workspace_id"] is UNKNOWN
    assert World().inputs(profile="bird-eu")["workspace_id"] == WORKSPACE_ID
    given = World().inputs(profile=UNKNOWN, workspace_id=WORKSPACE_ID)
    assert given["workspace_id"] == WORKSPACE_ID


def test_a_profile_that_cannot_be_one_is_told_and_fills_in_nothing() -> None:
    checked = check(profile="Not a profile")
    assert [each.partition(":")[0] for each in checked.failures] == ["profile"]
    assert checked.inputs["workspace_id"] is UNKNOWN


def test_an_unknown_value_passes_deep_inside() -> None:
    arguments = {"a": [{"b": UNKNOWN}]}
    checked = check(arguments=arguments)
    assert checked.failures == ()
    assert checked.inputs["arguments"] == arguments


@pytest.mark.parametrize("empty", [None, {}])
def test_nothing_and_an_empty_map_mean_the_same(empty: Any) -> None:
    assert "arguments" not in check(arguments=empty).inputs


def test_ids_are_compared_in_the_case_that_bird_answers_in() -> None:
    assert check(phone_number_id=NUMBER.upper()).inputs["phone_number_id"] == NUMBER


def test_a_name_is_made_up_by_each_create_and_not_by_check() -> None:
    checked = check({"name": "older-1111111111", DERIVED_NAME: "older-1111111111"})
    assert "name" not in checked.inputs
    assert checked.failures == ()


def test_a_name_that_turns_out_to_be_none_counts_as_left_out() -> None:
    assert check(name=None).failures == ()
    assert check(name="Support").inputs["name"] == "Support"


def test_problems_of_the_configuration_come_with_those_of_the_arguments() -> None:
    world = World(access_key="bk_eu_secret")
    failures = world.run().check({}, {"phone_number_id": "x", MARK: OWN_MARK}).failures
    assert len(failures) == 2
    assert "bird:accessKey (or BIRD_ACCESS_KEY)" in failures[0]


def test_a_missing_workspace_names_every_way_to_set_it() -> None:
    world = World()
    del world.environment["BIRD_WORKSPACE_ID"]
    (failure,) = world.run().check({}, {"phone_number_id": NUMBER, "name": "n"}).failures
    assert all(way in failure for way in ("workspace_id", "bird:workspaceId", "BIRD_WORKSPACE_ID"))


def test_a_place_that_is_wrong_matters_only_where_no_argument_says_it() -> None:
    world = World()
    places = {"BIRD_WORKSPACE_ID": "ws_1", "BIRD_ORGANIZATION_ID": "junk"}
    world.environment |= places
    given = {"phone_number_id": NUMBER, "name": "n"}
    (failure,) = world.run().check({}, given).failures
    assert failure.startswith("bird:workspaceId (or BIRD_WORKSPACE_ID): an id that starts with ws_")
    assert world.run().check({}, {**given, "workspace_id": WORKSPACE_ID}).failures == ()


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({"igId": 17841405309211845}, "arguments.igId"),
        ({"a": [{"b": -(2**53)}]}, "arguments.a[0].b"),
        ({"a": float("inf")}, "arguments.a"),
        ({"a": float("nan")}, "arguments.a"),
        ({"a": 1e300}, "arguments.a"),
    ],
)
def test_a_number_that_pulumi_cannot_carry_exactly_is_refused(
    arguments: dict[str, Any], path: str
) -> None:
    checked = World().run().check({}, {"phone_number_id": NUMBER, "arguments": arguments})
    (failure,) = [each for each in checked.failures if "number" in each and "name" not in each]
    assert failure.startswith(f"{path}: ")
    assert "as a string" in failure


def test_whole_numbers_that_are_exact_are_good() -> None:
    exact = {"a": 2**53 - 1, "b": [0.1, True, "17841405309211845"]}
    assert World().inputs(arguments=exact)["arguments"] == exact


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("channelID", "channelId"),
        ("channel-id", "channelId"),
        ("chanelId", "channelId"),
        ("channelIdd", "channelId"),
        ("voice.inbond", "voice.inbound"),
        ("vioce.inbound", "voice.inbound"),
        ("voiceInbound", "voice.inbound"),
        ("channelId", None),
        ("mms.inbound", None),
        ("voice.missed", None),
        ("connectorId", None),
        ("", None),
    ],
)
def test_a_misspelled_word_is_told_from_another_word(given: str, known: str | None) -> None:
    words = ("status", "channelId", "sms.inbound", "voice.inbound", "voice.outbound")
    assert meant(given, words) == known


WEBHOOK = {"service": "channels", "event": "voice.inbound", "url": "https://example.com/calls"}


@pytest.mark.parametrize(
    ("news", "says"),
    [
        ({"service": "faxes"}, "service: is not among the known values: channels"),
        ({"event": "voice.inbond"}, "event: did you mean voice.inbound?"),
        ({"event_filters": [{"key": "to", "value": "x"}]}, "event_filters[0]: the key is not"),
        ({"event": "call.started"}, "event: is not among the known events of channels: channel.cr"),
        ({"service": "numbers"}, "event: belongs to the service channels, not to"),
    ],
)
def test_what_bird_may_accept_is_warned_of_once_and_passes(news: dict[str, Any], says: str) -> None:
    world = World()
    run = world.run("WebhookSubscription")
    for _ in range(2):
        assert run.check({}, {**WEBHOOK, MARK: OWN_MARK, **news}).failures == ()
    (said,) = world.said
    assert said.startswith(f'webhook subscription "support": {says}')
    assert world.operations == []


def test_an_event_that_the_service_may_have_is_not_doubted() -> None:
    world = World()
    for news in (
        {"event": "template.created"},
        {"event": "instagram.inbound"},
        {"service": "payments", "event": "payment.created"},
        {"service": UNKNOWN, "event": UNKNOWN},
        {"service": UNKNOWN, "event": "call.started"},
    ):
        world.run("WebhookSubscription").check({}, {**WEBHOOK, **news})
    assert world.said == []


@pytest.mark.parametrize(
    "given",
    [
        {"connector_template_ref": "sms-messagebird:2"},
        {"connector_template_ref": "instagram:1"},
        {"connector_template_ref": "fax:1", "check_arguments": False},
        {"connector_template_ref": UNKNOWN},
        {"connector_template_ref": "sms-messagebird:1", "arguments": UNKNOWN},
    ],
)
def test_a_template_that_is_known_or_not_to_be_checked_is_not_doubted(given: Any) -> None:
    world = World()
    assert world.run("Connector").check({}, {MARK: OWN_MARK, **given}).failures == ()
    assert world.said == []


@pytest.mark.parametrize("value", ["2fa", "promotional", UNKNOWN])
def test_known_values_of_a_templates_argument_are_not_doubted(value: Any) -> None:
    world = World()
    arguments = {"phoneNumberId": NUMBER, "channelMessageType": value}
    given = {"connector_template_ref": "sms-messagebird:1", "arguments": arguments}
    assert world.run("Connector").check({}, {MARK: OWN_MARK, **given}).failures == ()
    assert world.said == []


@pytest.mark.parametrize("argument", ["arguments", "security_arguments"])
@pytest.mark.parametrize(
    ("value", "path", "says"),
    [
        (b"x", "a.b[0]", "is a Python bytes object; pass text: value.decode()"),
        ({1, 2}, "a.b[0]", "is a Python set object; pass sorted(value)"),
        ({}.values(), "a.b[0]", "is a Python dict_values object; pass list(value)"),
        (date(2026, 1, 31), "a.b[0]", "is a Python date object; pass str(value)"),
        (timedelta(minutes=5), "a.b[0]", "is a Python timedelta object; pass its .total_seconds()"),
        (Decimal("1.5"), "a.b[0]", "is a Python Decimal object; pass str(value)"),
        (Shape.MAP, "a.b[0]", "is a Python Shape object; pass its .value"),
        (object(), "a.b[0]", "is a Python object object; pass a string, a number, a boolean, a "),
        (float("nan"), "a.b[0]", "is not a finite number"),
        ({5: "x"}, "a.b[0]", "must be a dict with string keys"),
        ({"c": (1, b"x")}, "a.b[0].c[1]", "is a Python bytes object"),
    ],
)
def test_a_value_that_json_has_no_form_for_is_named_by_its_path(
    argument: str, value: Any, path: str, says: str
) -> None:
    (failure,) = check(**{argument: {"a": {"b": [value]}}}).failures
    assert failure.startswith(f"{argument}.{path}: {says}")

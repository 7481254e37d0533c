"""An error says what failed, what Bird said of it, and what to do next."""

from __future__ import annotations

from typing import TypeVar

import pytest

from bird_dynamic.bird.errors import (
    Answer,
    BirdError,
    DeadlineError,
    NotSentError,
    RejectedError,
    UnknownOutcomeError,
)
from bird_dynamic.emulator import WORKSPACE_ID, Fault, Options
from bird_dynamic.lifecycle.error_messages import OperationError, describing_errors
from bird_dynamic.lifecycle.errors import ExistsError
from bird_dynamic.lifecycle.remedies import Operation
from bird_dynamic.schema.fields import ResourceSchema
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.schema.webhook_subscription import WEBHOOK_SUBSCRIPTION
from bird_dynamic.settings import EMULATOR_ACCESS_KEY, Settings
from tests.support.world import NUMBER, World

ABSENT = "11111111-2222-4333-8444-555555555555"
SETTINGS = {
    "accessKey": "bird:accessKey (or BIRD_ACCESS_KEY)",
    "workspaceId": "bird:workspaceId (or BIRD_WORKSPACE_ID)",
    "organizationId": "bird:organizationId (or BIRD_ORGANIZATION_ID)",
    "apiUrl": "bird:apiUrl (or BIRD_API_URL)",
    "timeout": "bird:timeout (or BIRD_TIMEOUT)",
}
DETAILED = Answer(
    422,
    "InvalidPayload",
    "no good",
    {".arguments.phoneNumberId": ("not yours", "too old"), "$.elsewhere": ("odd.",)},
    "r-1",
)


Late = TypeVar("Late", NotSentError, UnknownOutcomeError)


def out_of_time(error: Late) -> Late:
    error.out_of_time = True
    return error


def told(error: BirdError, schema: ResourceSchema = VOICE_CHANNEL) -> str:
    with (
        pytest.raises(OperationError) as caught,
        describing_errors("Creating it", schema, Settings("k"), lambda: []),
    ):
        raise error
    assert caught.value.cause is error
    text = str(caught.value)
    assert text.startswith("Creating it failed: ")
    assert ".." not in text
    return text


@pytest.mark.parametrize(
    ("error", "settings"),
    [
        (RejectedError(Answer(401)), {"accessKey"}),
        (RejectedError(Answer(403)), set()),
        (RejectedError(Answer(404, "NotFound")), {"workspaceId"}),
        (RejectedError(Answer(404)), {"apiUrl", "workspaceId"}),
        (RejectedError(Answer(409)), set()),
        (RejectedError(Answer(422)), set()),
        (RejectedError(Answer(302)), {"apiUrl"}),
        (UnknownOutcomeError("lost"), {"apiUrl"}),
        (UnknownOutcomeError("unreadable", Answer(200)), {"apiUrl"}),
        (UnknownOutcomeError("Bird answered 503", Answer(503)), set()),
        (DeadlineError("late"), {"timeout"}),
        (DeadlineError("late", RejectedError(Answer(401))), {"timeout"}),
        (NotSentError("refused"), {"apiUrl"}),
        (NotSentError("certificate", temporary=False), set()),
        (out_of_time(NotSentError("too late")), {"timeout", "apiUrl"}),
        (out_of_time(UnknownOutcomeError("too late")), {"timeout", "apiUrl"}),
        (out_of_time(UnknownOutcomeError("Bird answered 503", Answer(503))), {"timeout"}),
    ],
    ids=lambda each: repr(each) if isinstance(each, BirdError) else " ".join(sorted(each)),
)
def test_the_settings_that_may_be_wrong_are_named_and_no_others(
    error: BirdError, settings: set[str]
) -> None:
    text = told(error)
    assert {name for name, names in SETTINGS.items() if names in text} == settings


def test_what_is_missing_may_be_any_place_of_a_resource() -> None:
    text = told(RejectedError(Answer(404, "NotFound")), WEBHOOK_SUBSCRIPTION)
    for name in ("workspaceId", "organizationId"):
        assert SETTINGS[name] in text


def test_a_key_without_the_role_is_told_what_a_role_must_allow() -> None:
    for schema in (VOICE_CHANNEL, WEBHOOK_SUBSCRIPTION):
        assert schema.permission in told(RejectedError(Answer(403)), schema)
        assert schema.permission not in told(RejectedError(Answer(401)), schema)


def test_a_refused_request_is_told_its_own_permission() -> None:
    path = f"/organizations/{WORKSPACE_ID}/workspaces/{WORKSPACE_ID}/webhook-subscriptions"
    error = RejectedError(Answer(403), method="POST", path=path)
    text = told(error, WEBHOOK_SUBSCRIPTION)
    assert "allows Create on /organizations/*/workspaces/*/webhook-subscriptions:" in text


def test_both_places_of_a_request_are_told_with_their_values() -> None:
    path = f"/organizations/{ABSENT}/workspaces/{WORKSPACE_ID.upper()}/webhook-subscriptions"
    error = RejectedError(Answer(404, "NotFound"), method="GET", path=path)
    settings = Settings("k", workspace_id=WORKSPACE_ID, organization_id=WORKSPACE_ID)
    operation = Operation("Creating", WEBHOOK_SUBSCRIPTION, settings, "", {})
    assert operation.remedy(error).startswith(
        f"Check {SETTINGS['workspaceId']}, which is {WORKSPACE_ID.upper()}, and "
        f"organization_id, which is {ABSENT}, and that"
    )
    stored = {"organization_id": ABSENT, "workspace_id": WORKSPACE_ID}
    operation = Operation("Reading", WEBHOOK_SUBSCRIPTION, settings, "", stored)
    assert operation.remedy(error).startswith(
        f"Check that {SETTINGS['accessKey']} has access to the workspace {WORKSPACE_ID.upper()} "
        f"and the organization {ABSENT}, from the resource's state"
    )


def test_a_conflict_has_no_advice_but_its_own() -> None:
    for answer in (Answer(409), Answer(422, "AlreadyExists")):
        error = ExistsError("it is there", ["adopt it"])
        error.__cause__ = RejectedError(answer)
        assert told(error) == "Creating it failed: it is there. adopt it."


def test_the_doctor_is_named_only_where_it_reads_the_settings() -> None:
    for status in (401, 403):
        assert "bird-dynamic doctor" in told(RejectedError(Answer(status)))
        operation = Operation("Creating", VOICE_CHANNEL, Settings("k", profile="bird-eu"), "", {})
        remedy = operation.remedy(RejectedError(Answer(status)))
        assert "doctor" not in remedy
        assert remedy.endswith("app.bird.com.")


@pytest.mark.parametrize(
    ("answer", "is_told"),
    [
        (Answer(422, "InvalidPayload", "no good"), True),
        (Answer(422, "", "", {"$.elsewhere": ("odd",)}), True),
        (Answer(422, "", "phoneNumberId is not yours"), False),
        (Answer(422, "", "", {"arguments.other": ("odd",)}), False),
    ],
    ids=repr,
)
def test_a_refusal_that_names_no_argument_says_so(answer: Answer, is_told: bool) -> None:
    assert (
        "Bird does not say which argument it refuses." in told(RejectedError(answer))
    ) == is_told


@pytest.mark.parametrize("how", ["itself", "unknown", "the last before the deadline", "a cause"])
def test_all_that_bird_said_is_told_with_the_arguments_and_the_id_of_the_request(how: str) -> None:
    rejected = RejectedError(DETAILED)
    error: BirdError = rejected
    if how == "unknown":
        error = UnknownOutcomeError("lost", DETAILED)
    elif how == "the last before the deadline":
        error = DeadlineError("late", rejected)
    elif how == "a cause":
        error = BirdError("half made")
        error.__cause__ = rejected
    text = told(error)
    for each in (
        "phone_number_id (.arguments.phoneNumberId): not yours, too old.",
        "$.elsewhere: odd.",
        "r-1",
    ):
        assert each in text


def test_the_remedy_of_a_cause_is_told_where_the_error_has_none() -> None:
    for cause, setting in (
        (RejectedError(Answer(401)), "accessKey"),
        (DeadlineError("late"), "timeout"),
        (NotSentError("refused"), "apiUrl"),
    ):
        error = BirdError("half made")
        error.__cause__ = cause
        assert SETTINGS[setting] in told(error)
    unforeseen = BirdError("half made")
    unforeseen.__cause__ = RuntimeError("a bug")
    assert told(unforeseen) == "Creating it failed: half made."


@pytest.mark.parametrize(
    ("path", "argument"),
    [
        (".arguments.phoneNumberId", "phone_number_id"),
        ("/arguments/phoneNumberId", "phone_number_id"),
        ("$.arguments[0].other", "arguments"),
        (".arguments", "arguments"),
        (".name", "name"),
        (".securityArguments.scheme.key", "security_arguments"),
        (".nothing", None),
        ("", None),
    ],
)
def test_a_path_of_birds_is_told_by_the_closest_argument(path: str, argument: str | None) -> None:
    assert VOICE_CHANNEL.argument_at(path) == argument


def test_an_answer_of_any_shape_is_read() -> None:
    for body in (None, [], "x", 3, {}, {"details": []}):
        assert Answer.read(500, body, "r") == Answer(500, request_id="r")
    odd = {"code": 7, "message": None, "details": {"a": "b", "c": [1, None]}}
    assert Answer.read(422, odd, "") == Answer(422, "7", "", {"a": ("b",), "c": ("1", "")})
    assert [str(Answer(422)), str(Answer(422, "X")), str(Answer(422, "", "no"))] == [
        "422",
        "422 X",
        "422: no",
    ]


OPTION = "the option customTimeouts.{} (in Python, custom_timeouts)"


@pytest.mark.parametrize(
    ("argument", "timeout", "named"),
    [
        ({}, None, "bird:timeout (or BIRD_TIMEOUT)"),
        ({"create_timeout": "5s", "delete_timeout": "5s"}, None, "{}_timeout"),
        ({"create_timeout": "5s", "delete_timeout": "5s"}, 5.0, OPTION),
    ],
)
def test_more_time_is_allowed_with_what_limited_it(
    argument: dict[str, str], timeout: float | None, named: str
) -> None:
    world = World(options=Options(channel_after=10**6), timeout="5")
    run = world.run()
    inputs = run.check({}, {"phone_number_id": NUMBER, "name": "a", **argument}).inputs
    with pytest.raises(OperationError) as caught:
        run.create(inputs, timeout)
    assert f"allow more time with {named.format('create')}." in str(caught.value)

    world = World(Fault("status", "delete_connector", status=429, times=None), timeout="5")
    run = world.run()
    inputs = run.check({}, {"phone_number_id": NUMBER, "name": "a", **argument}).inputs
    item_id, state = run.create(inputs)
    with pytest.raises(OperationError) as caught:
        world.run().delete(item_id, state, timeout)
    assert f"allow more time with {named.format('delete')}." in str(caught.value)


def test_the_words_of_the_emulators_key_hide_no_message() -> None:
    message = "no access for the emulator"
    with (
        pytest.raises(OperationError, match=message),
        describing_errors("Reading it", VOICE_CHANNEL, Settings(EMULATOR_ACCESS_KEY)),
    ):
        raise RejectedError(Answer(403, message=message))


@pytest.mark.parametrize("timeout", [None, 5.0])
def test_an_update_and_a_read_name_the_option_or_the_setting(timeout: float | None) -> None:
    world = World(timeout="300" if timeout else "5")
    run = world.run()
    given = {"phone_number_id": NUMBER, "name": "a"}
    item_id, state = run.create(run.check({}, given).inputs)
    switched = run.check({}, {**given, "channel_conversational_status_enabled": True}).inputs
    world.break_with(Fault("status", status=429, times=None))
    for operation, ask in (
        ("update", lambda: world.run().update(item_id, state, switched, timeout)),
        ("read", lambda: world.run().read(item_id, state, timeout)),
    ):
        with pytest.raises(OperationError) as caught:
            ask()
        named = OPTION.format(operation) if timeout else "bird:timeout (or BIRD_TIMEOUT)"
        assert f"allow more time with {named}." in str(caught.value)

"""Create: one connector for one resource, and what is said when that cannot be had."""

from __future__ import annotations

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.emulator import Fault, Options, Reply, Request
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.lifecycle.managed import ManagedItems
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.naming import DERIVED_NAME, MARK
from tests.support.world import (
    NUMBER,
    OTHER_MARK,
    OTHER_NUMBER,
    OWN_MARK,
    EmulatorTransport,
    KilledError,
    World,
    killed,
    planned,
)

CREATE = "create_connector"
LOST_KINDS = ("reset", "hang", "empty", "truncate", "garbage", "wrong_schema", "status")
ABSENT = "11111111-2222-4333-8444-555555555555"
LEFT = f"{OWN_MARK}-k7x2m9qd"


def only_name(world: World) -> str:
    (connector,) = world.emulator.connectors()
    return str(connector["name"])


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
    assert state["name"] == state[DERIVED_NAME] == connector["name"]
    assert re.fullmatch(rf"{OWN_MARK}-[a-z0-9]{{8}}", state["name"])


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
        "name": only_name(world),
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
        run.create(world.inputs(phone_number_id=number, **{MARK: f"n-{index:010}"}))
    assert world.count("list_connectors") == 1
    assert world.count("get_connector") == 0
    assert len(world.connector_ids()) == len(numbers) > 50


def test_other_connectors_of_the_same_number_cost_no_requests() -> None:
    world = World(options=Options(channel_after=0, allow_duplicates=True))
    for _ in range(20):
        world.foreign()
    world.run().create(world.inputs())
    assert world.operations == ["list_connectors", CREATE]


def test_what_this_run_has_shown_costs_no_requests() -> None:
    world = World(options=Options(channel_after=0, allow_duplicates=True))
    connector_id, state = world.run().create(world.inputs())
    world.forget()
    run = world.run()
    planned(run, connector_id, state, world.inputs(phone_number_id=OTHER_NUMBER))
    run.create(world.inputs(phone_number_id=OTHER_NUMBER))
    assert world.operations == ["list_connectors", CREATE]


def test_a_slow_channel_is_waited_for_and_the_wait_is_told() -> None:
    world = World(options=Options(channel_after=12))
    _, state = world.run().create(world.inputs())
    assert state["channel_id"]
    assert any("waiting for its channel" in text for text in world.said)


def test_a_channel_is_waited_for_until_the_time_that_is_kept_for_removing_begins() -> None:
    world = World(options=Options(channel_after=13), timeout="60")
    _, state = world.run().create(world.inputs())
    assert state["channel_id"]


def test_a_connector_without_a_channel_in_time_is_removed_again() -> None:
    world = World(options=Options(channel_after=10**6), timeout="20s")
    with pytest.raises(OperationError, match=r"no channel within 20 s.*was deleted again"):
        world.run().create(world.inputs())
    assert world.connector_ids() == []


@pytest.mark.parametrize(
    ("seconds", "keeps", "left"),
    [(300.0, False, 270.0), (150.0, False, 120.0), (60.0, False, 48.0), (300.0, True, 300.0)],
)
def test_thirty_seconds_and_at_most_a_fifth_of_the_time_are_kept_for_removing(
    seconds: float, keeps: bool, left: float
) -> None:
    world = World()
    run = world.run(keeps_half_created=keeps)
    deadline = run._working_time(Deadline.after(seconds, world.clock))
    assert deadline.remaining == pytest.approx(left)
    assert deadline.seconds == seconds, "what the user has set is what a message says"


def test_a_channel_is_looked_for_soon_and_then_ever_more_rarely() -> None:
    world = World(options=Options(channel_after=4))
    world.run().create(world.inputs())
    waits = [each for each in world.clock.sleeps if each > 0.1]
    assert waits == pytest.approx([0.2, 0.32, 0.512, 0.8192])


def test_what_was_removed_again_is_not_taken_for_something_left_behind() -> None:
    world = World(options=Options(channel_after=10**6), timeout="20s")
    run = world.run(managed=ManagedItems())
    inputs = world.inputs(name="Support")
    with pytest.raises(OperationError, match="was deleted again"):
        run.create(inputs)
    world.emulator.options = Options(channel_after=0)
    # The listing lags, and so does the first read.
    world.break_with(
        Fault("stale_list", operation="list_connectors", times=None, seconds=600),
        Fault("stale_read", operation="get_connector", times=1, seconds=600),
    )
    connector_id, _ = run.create(inputs)
    assert world.connector_ids() == [connector_id]


def test_a_resource_may_have_a_timeout_of_its_own() -> None:
    world = World(options=Options(channel_after=10**6))
    with pytest.raises(OperationError, match="no channel within 90 s"):
        world.run().create(world.inputs(create_timeout="1.5m"))


def test_a_half_created_connector_that_cannot_be_removed_is_named() -> None:
    world = World(
        Fault("status", operation="delete_connector", times=None),
        options=Options(channel_after=10**6),
        timeout="20s",
    )
    with pytest.raises(OperationError) as caught:
        world.run().create(world.inputs())
    (left,) = world.connector_ids()
    assert f'adopt="{left}"' in str(caught.value)
    # The next run finds it by itself.
    world.break_with()
    world.emulator.options = Options(channel_after=0)
    assert world.run().create(world.inputs())[0] == left


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


@pytest.mark.parametrize("after", [CREATE, "get_connector"])
def test_what_an_interrupted_run_left_is_taken_over_by_its_token(after: str) -> None:
    world = World(options=Options(allow_duplicates=True))
    left = killed(world, after)
    assert [record.mark for record in world.records.all()] == [OWN_MARK]
    connector_id, state = world.run().create(world.inputs())
    assert world.records.all() == []
    assert connector_id == left
    assert state["channel_id"]
    assert world.count(CREATE) == 0


def test_what_was_taken_over_gets_the_conversational_switch_that_is_asked_for() -> None:
    world = World()
    left = killed(world)
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


@pytest.mark.parametrize("then", ["the old arguments", "deleted", "adopted by another"])
def test_a_left_connector_with_other_arguments_is_told_and_each_way_on_works(then: str) -> None:
    world = World()
    left = killed(world)
    changed = world.inputs(phone_number_id=OTHER_NUMBER)
    for _ in range(2):
        with pytest.raises(OperationError, match=f"{left}.*other arguments"):
            world.run().create(changed)
        assert world.connector_ids() == [left]
    if then == "the old arguments":
        assert world.run().create(world.inputs())[0] == left
    elif then == "deleted":
        world.emulator.store.remove(left, world.clock.now)
        new, _ = world.run().create(changed)
        assert world.connector_ids() == [new]
    else:
        adopting = world.inputs(**{MARK: OTHER_MARK, "adopt": left})
        assert world.run().create(adopting)[0] == left
        new, _ = world.run().create(changed)
        assert sorted(world.connector_ids()) == sorted([left, new])
        assert f"the connector {left}" in world.said[-1]
    assert world.records.all() == []


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_a_record_outlives_a_run_that_cannot_even_look(status: int) -> None:
    world = World()
    left = killed(world)
    world.break_with(Fault("status", operation="list_connectors", status=status, times=None))
    with pytest.raises(OperationError):
        world.run().create(world.inputs())
    assert len(world.records.all()) == 1
    world.break_with()
    assert world.run().create(world.inputs())[0] == left


@pytest.mark.parametrize("duplicates", [False, True])
@pytest.mark.parametrize("name", [LEFT, OWN_MARK, LEFT.upper(), f" {LEFT} "])
def test_what_has_the_mark_and_no_record_is_left_alone_and_every_way_on_is_told(
    duplicates: bool, name: str
) -> None:
    world = World(options=Options(allow_duplicates=duplicates))
    left = world.foreign(name=name)
    with pytest.raises(OperationError) as caught:
        world.run().create(world.inputs())
    assert world.connector_ids() == [left]
    assert world.count(CREATE) == 0
    for way_on in (
        f'adopt="{left}"',
        "BIRD_TAKE_OVER=marked (bird:takeOver)",
        "delete_before_replace=True",
    ):
        assert way_on in str(caught.value)
    # No alias leads to what this very resource made. What takes something over is last.
    assert "aliases=" not in str(caught.value)
    assert str(caught.value).index("delete_before") < str(caught.value).index("BIRD_TAKE_OVER")
    assert str(caught.value).index("BIRD_TAKE_OVER") < str(caught.value).index("adopt=")
    world.environment["BIRD_TAKE_OVER"] = "marked"
    connector_id, state = world.run().create(world.inputs())
    assert connector_id == left
    assert state["name"] == state[DERIVED_NAME] == name
    assert f"{left} (name: {name}) is taken over" in world.said[-1]
    assert planned(world.run(), left, state, world.inputs()).changed == ()


@pytest.mark.parametrize(
    ("name", "alias"),
    [
        ("sales-abcdef0123-k7x2m9qd", 'name="sales"'),
        ("sales-team-abcdef0123-k7x2m9qd", 'name="sales-team"'),
        ("support-abcdef0123-k7x2m9qd", "parent=<its old parent>"),
        ("Support line", 'name="<its old name>"'),
        (f"{'x' * 50}-abcdef0123-k7x2m9qd", f'name="{"x" * 50}<the rest of it>"'),
    ],
)
def test_the_alias_of_a_renamed_resource_is_told_with_its_old_name(name: str, alias: str) -> None:
    world = World()
    world.foreign(name=name)
    with pytest.raises(OperationError) as caught:
        world.run().create(world.inputs())
    exists, _, causes = str(caught.value).partition(" If the resource was renamed or moved, add ")
    assert "already exists" in exists
    assert causes.startswith(f"opts=pulumi.ResourceOptions(aliases=[pulumi.Alias({alias})]). If ")
    assert causes.index("adopt=") > causes.index("leave it alone")


def test_another_resources_mark_is_never_taken_over() -> None:
    world = World(options=Options(allow_duplicates=True))
    theirs = world.foreign(name=f"{OTHER_MARK}-k7x2m9qd")
    world.environment["BIRD_TAKE_OVER"] = "marked"
    new, _ = world.run().create(world.inputs())
    assert new != theirs


def test_a_record_ends_when_a_state_shows_what_the_create_has_made() -> None:
    """It was taken over on another machine."""
    world = World()
    left = killed(world)
    (record,) = [each.read_text() for each in world.folder.iterdir()]
    (file,) = list(world.folder.iterdir())
    world.lose_records()
    world.environment["BIRD_TAKE_OVER"] = "marked"
    _, state = world.run().create(world.inputs())
    del world.environment["BIRD_TAKE_OVER"]
    # Back on the first machine: the stack was renamed, so another resource has its mark.
    file.write_text(record)
    later = world.run()
    planned(
        later, left, state, later.check(world.inputs(), world.inputs(**{MARK: OTHER_MARK})).inputs
    )
    assert world.records.all() == []
    with pytest.raises(OperationError, match=left):
        world.run().create(world.inputs())
    assert world.connector_ids() == [left]


def test_a_lost_record_costs_the_healing_and_loses_nothing() -> None:
    world = World()
    left = killed(world)
    world.lose_records()
    with pytest.raises(OperationError, match=f'adopt="{left}"'):
        world.run().create(world.inputs())
    assert world.connector_ids() == [left]


@pytest.mark.parametrize("applied_after", [None, 10.0])
def test_an_interrupted_request_is_waited_for_before_another_one_is_sent(
    applied_after: float | None,
) -> None:
    world = World(options=Options(allow_duplicates=True))
    handle = world.emulator.handle

    def dying(request: Request) -> Reply:
        if request.method == "POST":
            raise KilledError
        return handle(request)

    world.emulator.handle = dying  # type: ignore[method-assign]
    with pytest.raises(KilledError):
        world.run().create(world.inputs())
    (record,) = world.records.all()
    began = world.clock.now

    def late(request: Request) -> Reply:
        is_time = applied_after is not None and world.clock.now > began + applied_after
        if is_time and not world.connector_ids():
            world.foreign(name=f"{record.mark}-{record.token}")
        return handle(request)

    world.emulator.handle = late  # type: ignore[method-assign]
    connector_id, _ = world.run().create(world.inputs())
    assert world.connector_ids() == [connector_id]
    assert world.count(CREATE) == (1 if applied_after is None else 0)


def test_a_record_of_a_live_process_is_waited_for() -> None:
    world = World()
    address = f"{world.settings.api_url}/workspaces/{world.settings.workspace_id}/connectors"
    with (
        world.records.claimed(OWN_MARK, address, lambda seconds: None),
        pytest.raises(OperationError, match="is still creating this resource, after 300 s"),
    ):
        world.run().create(world.inputs())
    assert world.count(CREATE) == 0


def test_a_folder_that_cannot_be_written_costs_nothing_but_the_healing() -> None:
    world = World()
    world.folder.rmdir()
    world.folder.write_text("a file")
    run = world.run()
    run.create(world.inputs())
    run.create(world.inputs(phone_number_id=OTHER_NUMBER, resource_mark=OTHER_MARK))
    assert len(world.connector_ids()) == 2
    (told,) = [text for text in world.said if "BIRD_STATE_DIR" in text]
    assert str(world.folder) in told


def test_a_record_is_gone_before_a_create_returns_and_holds_no_secret() -> None:
    world = World()
    seen: list[str] = []
    handle = world.emulator.handle

    def looking(request: Request) -> Reply:
        if request.method == "POST":
            seen.extend(each.read_text() for each in world.folder.iterdir())
        return handle(request)

    world.emulator.handle = looking  # type: ignore[method-assign]
    world.run().create(
        world.inputs(security_arguments={"a": {"b": "canary-1"}}, invitation_token="canary-2")
    )
    assert len(seen) == 1
    assert OWN_MARK in seen[0]
    assert "canary" not in seen[0]
    assert "access" not in seen[0].lower()
    assert list(world.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("fault", "stays"),
    [
        (Fault("status", operation=CREATE, status=422), False),
        (Fault("refuse", operation=CREATE, times=None), False),
        (Fault("reset", operation="any", nth=2, times=None, applied=True), True),
        (Fault("hang", operation=CREATE, times=None), True),
    ],
    ids=["refused", "never connected", "nothing is answered any more", "three times no answer"],
)
def test_a_record_stays_only_where_nobody_knows_what_was_made(fault: Fault, stays: bool) -> None:
    world = World(fault)
    with pytest.raises(OperationError):
        world.run().create(world.inputs())
    assert bool(world.records.all()) is stays
    world.break_with()
    connector_id, _ = world.run().create(world.inputs())
    assert world.connector_ids() == [connector_id]
    assert world.records.all() == []


def test_without_a_record_too_a_create_that_comes_up_again_lists_anew() -> None:
    world = World(
        Fault("reset", operation=CREATE, applied=True),
        Fault("status", operation="list_connectors", nth=2, times=1, status=403),
        options=Options(allow_duplicates=True),
    )
    run = world.run()
    inputs = world.inputs(name="Support")
    del inputs[MARK]
    with pytest.raises(OperationError, match="Looking for its result failed too"):
        run.create(inputs)
    with pytest.raises(
        OperationError, match="already exists and matches this resource's arguments"
    ):
        run.create(inputs)
    assert world.count(CREATE) == 1


def test_a_record_has_the_address_of_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(
        Fault("reset", operation=CREATE, applied=True),
        Fault("status", operation="list_connectors", nth=2, times=None),
    )
    run = world.run()
    default = run._accounts(None)
    european = Account(
        replace(default.settings, api_url="https://eu.bird.test"),
        lambda settings: EmulatorTransport(world.emulator, world.clock, settings.access_key),
        default.run,
    )
    monkeypatch.setattr(run, "_accounts", {None: default, "bird-eu": european}.__getitem__)
    with pytest.raises(OperationError, match="Looking for its result failed too"):
        run.create(world.inputs(profile="bird-eu"))
    (record,) = world.records.all()
    assert record.collection.startswith("https://eu.bird.test/workspaces/")


@pytest.mark.parametrize("status", [404, 405])
def test_a_look_that_is_refused_after_a_lost_request_is_no_proof_of_absence(status: int) -> None:
    world = World(
        Fault("reset", operation=CREATE, applied=True),
        Fault("status", operation="list_connectors", nth=2, times=None, status=status),
        options=Options(allow_duplicates=True),
    )
    with pytest.raises(OperationError, match="Looking for its result failed too"):
        world.run().create(world.inputs())
    assert len(world.connector_ids()) == 1
    assert world.count(CREATE) == 1


def test_many_lanes_that_begin_together_share_one_listing() -> None:
    world = World()
    run = world.run()
    numbers = [
        number.id
        for number in world.emulator.store.numbers.values()
        if "voice" in number.capabilities
    ][:4]
    barrier = threading.Barrier(4, timeout=10)
    handle = world.emulator.handle

    def slow(request: Request) -> Reply:
        # Time for the other lanes to ask for a listing too.
        time.sleep(0.1)
        return handle(request)

    world.emulator.handle = slow  # type: ignore[method-assign]

    def lane(number: str) -> str:
        inputs = world.inputs(phone_number_id=number, **{MARK: f"desk-{number[-10:]}"})
        barrier.wait()
        return run.create(inputs)[0]

    with ThreadPoolExecutor(4) as lanes:
        results = list(lanes.map(lane, numbers))
    assert sorted(results) == sorted(world.connector_ids())
    assert world.count("list_connectors") == 1


def test_two_lanes_never_create_one_identity_at_once() -> None:
    world = World(options=Options(allow_duplicates=True))
    run = world.run()
    barrier = threading.Barrier(2, timeout=10)
    handle = world.emulator.handle
    inside: list[int] = []

    def slow(request: Request) -> Reply:
        if request.method == "POST":
            inside.append(1)
            time.sleep(0.1)
            assert sum(inside) == 1, "two of them are sending"
            inside.clear()
        return handle(request)

    world.emulator.handle = slow  # type: ignore[method-assign]

    def lane(mark: str) -> str:
        barrier.wait()
        return run.create(world.inputs(name="Support", **{MARK: mark}))[0]

    with ThreadPoolExecutor(2) as lanes:
        results = list(lanes.map(lane, [OWN_MARK, OTHER_MARK]))
    assert sorted(results) == sorted(world.connector_ids())


@pytest.mark.parametrize(
    "odd",
    [
        b'{"id": "%s", "name": "half an emoji \\ud83d"}',
        b'{"id": "%s", "extra": ' + b"9" * 400 + b"}",
        b'{"id": "%s", "extra": 1e999, "more": NaN}',
        b'{"id": "%s", "extra": ' + b"[" * 2000 + b"]" * 2000 + b"}",
        b'{"id": "%s", "extra": ' + b'{"a":' * 60 + b"1" + b"}" * 61,
        b'{"id": "%s", "createdAt": "9999999-01-01", "number": 3, "channel": "x"}',
        b'{"id": "%s", "channel": {"channelId": {"4dabf18193072939515e22adb298388d": "x"}}}',
    ],
    ids=[
        "surrogate",
        "400 digits",
        "not finite",
        "2,000 levels",
        "60 levels",
        "types",
        "signature",
    ],
)
@pytest.mark.parametrize("keeps", [False, True], ids=["dynamic", "plugin"])
def test_nothing_that_bird_answers_loses_what_was_made(odd: bytes, keeps: bool) -> None:
    world = World(timeout="20s")
    respond = world.emulator.handle

    def answering(request: Request) -> Reply:
        reply = respond(request)
        if request.method == "POST" and reply.response.status == 201:
            (made,) = world.connector_ids()
            reply = replace(reply, response=replace(reply.response, body=odd % made.encode()))
        return reply

    world.emulator.handle = answering  # type: ignore[method-assign]
    connector_id, state = world.run(keeps_half_created=keeps).create(world.inputs())
    assert world.connector_ids() == [connector_id]
    json.dumps(state, allow_nan=False).encode()


@pytest.mark.parametrize("date", ["Mon, 01 Jan 9" + "9" * 30 + " 00:00:00 GMT", "x", ""])
def test_a_date_that_nobody_can_read_is_no_date(date: str) -> None:
    world = World()
    respond = world.emulator.handle

    def answering(request: Request) -> Reply:
        reply = respond(request)
        headers = {**reply.response.headers, "Date": date}
        return replace(reply, response=replace(reply.response, headers=headers))

    world.emulator.handle = answering  # type: ignore[method-assign]
    connector_id, _ = world.run().create(world.inputs())
    assert world.connector_ids() == [connector_id]


def test_whatever_fails_after_the_request_is_told_with_what_exists(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*arguments: Any) -> None:
        raise RuntimeError("a bug")

    for keeps in (False, True):
        world = World()
        run = world.run(keeps_half_created=keeps)
        monkeypatch.setattr(run, "after_create", broken)
        with pytest.raises(OperationError, match="RuntimeError: a bug") as caught:
            run.create(world.inputs())
        kept = world.connector_ids()
        assert len(kept) == int(keeps)
        assert all(each in str(caught.value) for each in kept)


def test_an_unforeseen_failure_of_a_request_counts_as_an_unknown_outcome() -> None:
    world = World(options=Options(allow_duplicates=True))
    handle = world.emulator.handle

    def failing(request: Request) -> Reply:
        reply = handle(request)
        if request.method == "POST":
            raise ZeroDivisionError
        return reply

    world.emulator.handle = failing  # type: ignore[method-assign]
    connector_id, _ = world.run().create(world.inputs())
    assert world.connector_ids() == [connector_id]
    assert world.count(CREATE) == 1


def test_several_candidates_are_named_and_none_is_taken() -> None:
    world = World(options=Options(allow_duplicates=True))
    one, two = world.foreign(name=LEFT), world.foreign(name=LEFT)
    world.environment["BIRD_TAKE_OVER"] = "marked"
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


def test_a_conflict_that_no_listing_explains_is_waited_out() -> None:
    world = World(Fault("status", operation=CREATE, status=409, times=6))
    connector_id, _ = world.run().create(world.inputs())
    assert world.connector_ids() == [connector_id]
    assert world.count(CREATE) == 7
    assert any("waiting until the phone number is free" in each for each in world.said)


def test_a_wait_for_the_phone_number_is_told_at_first_and_now_and_then() -> None:
    world = World(Fault("status", operation=CREATE, status=409, times=None), timeout="30s")
    with pytest.raises(OperationError):
        world.run().create(world.inputs())
    told = [each.rpartition("(")[2] for each in world.said if "phone number is free" in each]
    assert told == ["8 s)", "12 s)", "18 s)", "22 s)", "28 s)"]


def test_a_conflict_that_no_listing_explains_for_all_the_time_is_told() -> None:
    world = World(Fault("status", operation=CREATE, status=409, times=None), timeout="60s")
    began = world.clock.monotonic()
    with pytest.raises(OperationError, match=r"409.*No listing shows.*another workspace"):
        world.run().create(world.inputs())
    assert world.clock.monotonic() - began <= 60
    assert list(world.records.all()) == []


@pytest.mark.parametrize("nth", [2, 3])
def test_a_listing_that_takes_the_rest_of_the_time_hides_no_conflict(nth: int) -> None:
    hanging = Fault("hang", operation="list_connectors", nth=nth, times=None)
    world = World(Fault("status", operation=CREATE, status=409, times=None), hanging, timeout="60s")
    with pytest.raises(OperationError, match=r"409.*did not answer in time") as caught:
        world.run().create(world.inputs())
    assert ("No listing shows" in str(caught.value)) == (nth == 3)


def test_a_conflict_with_what_an_interrupted_run_left_heals_though_listings_lag() -> None:
    world = World()
    left = killed(world)
    world.clock.sleep(60)
    world.break_with(Fault("stale_list", operation="list_connectors", times=3))
    connector_id, _ = world.run().create(world.inputs())
    assert connector_id == left


def test_a_connector_that_this_run_knows_is_never_taken_for_a_left_one() -> None:
    world = World(options=Options(allow_duplicates=True))
    old, state = world.run().create(world.inputs())
    run = world.run()
    planned(run, old, state, world.inputs(invitation_token="new"))
    new, _ = run.create(world.inputs(invitation_token="new"))
    assert new != old


@pytest.mark.parametrize("take_over", ["never", "marked"])
def test_a_deleted_connector_that_lists_still_show_is_not_taken_over(take_over: str) -> None:
    world = World()
    world.environment["BIRD_TAKE_OVER"] = take_over
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


def test_a_create_that_is_tried_again_in_the_same_run_finds_what_the_first_try_made() -> None:
    world = World(
        Fault("reset", operation=CREATE, applied=True),
        Fault("status", operation="list_connectors", nth=2, times=5, status=503),
        options=Options(allow_duplicates=True),
    )
    run = world.run()
    with pytest.raises(OperationError, match="Looking for its result failed too"):
        run.create(world.inputs())
    (left,) = world.connector_ids()
    again, _ = run.create(world.inputs())
    assert [again] == [left] == world.connector_ids()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_a_refused_create_leaves_nothing_and_says_what_bird_said(status: int) -> None:
    world = World(Fault("status", operation=CREATE, status=status))
    with pytest.raises(OperationError, match=rf"{status} InjectedFault: a fault was injected"):
        world.run().create(world.inputs())
    assert world.connector_ids() == []
    assert world.count(CREATE) == 1


@pytest.mark.parametrize(("name", "called"), [(None, "support"), ("Front desk", "Front desk")])
def test_an_error_begins_with_what_failed_on_which_resource(name: str | None, called: str) -> None:
    world = World(Fault("status", operation=CREATE, status=422))
    with pytest.raises(OperationError, match=f'^Creating voice channel "{called}" failed: '):
        world.run().create(world.inputs(name=name))


def test_a_workspace_that_cannot_be_seen_is_told_by_the_create_itself() -> None:
    world = World()
    elsewhere = "11111111-2222-4333-8444-555555555555"
    with pytest.raises(
        OperationError, match=r"404 NotFound: workspace not found.*workspace_id, which is"
    ):
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
    assert text.startswith('Creating voice channel "support" failed: Bird answered 422')
    refused = "phone_number_id (.arguments.phoneNumberId): the phone number has no voice capability"
    advice = 'get_phone_number(number=…, capability="voice").id. Correct the arguments'
    assert (
        f"{refused}. Use a number of this workspace with the capability it needs: {advice}" in text
    )
    assert "Request id: " in text
    assert "\n" not in text


def test_an_api_that_stays_silent_is_told_and_nothing_is_created() -> None:
    world = World(Fault("hang", times=None))
    with pytest.raises(OperationError, match="did not answer"):
        world.run().create(world.inputs())
    assert world.count(CREATE) == 0


def test_a_request_that_stays_without_an_answer_is_told_as_unknown_with_the_way_on() -> None:
    world = World(Fault("hang", operation=CREATE, times=None))
    with pytest.raises(OperationError, match=r"did not answer.*Run `pulumi up` again"):
        world.run().create(world.inputs())


def test_looking_that_fails_too_is_told_as_unknown() -> None:
    world = World(
        Fault("status", operation=CREATE, applied=True),
        Fault("status", operation="list_connectors", nth=2, times=None),
    )
    with pytest.raises(OperationError, match="Looking for its result failed too"):
        world.run().create(world.inputs())


def test_nothing_appearing_after_several_posts_is_told() -> None:
    world = World(Fault("status", operation=CREATE, times=None))
    with pytest.raises(OperationError, match=r"no result has appeared \(requests sent: 3\)"):
        world.run().create(world.inputs())
    assert world.count(CREATE) == 3


def test_no_secret_is_repeated_from_birds_message() -> None:
    secret = "t0p-secret/token"
    world = World()
    inputs = world.inputs(security_arguments={"oauth": {"token": secret}})
    run = world.run()
    description = run.schema
    from bird_dynamic.bird.errors import Answer, RejectedError
    from bird_dynamic.lifecycle.error_messages import describing_errors
    from bird_dynamic.settings import gather

    message = f"bad token {secret} or t0p-secret%2Ftoken"
    with (
        pytest.raises(OperationError) as caught,
        describing_errors("Creating", description, gather({}.get, {}), lambda: [secret]),
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
            assert planned(world.run(), connector_id, state, again).changed == ()
        real, read_inputs = world.run().read(connector_id, state) or ({}, {})
        assert real["name"] == "Existing"
        assert (
            planned(world.run(), connector_id, real, world.inputs(read_inputs, **news)).changed
            == ()
        )

    def test_differences_are_listed_and_nothing_is_changed(self) -> None:
        world = World()
        existing = world.foreign(name="Existing", number=OTHER_NUMBER)
        with pytest.raises(OperationError) as caught:
            world.run().create(world.inputs(adopt=existing, name="Mine"))
        text = str(caught.value)
        assert f'phone_number_id="{OTHER_NUMBER}"' in text
        assert 'name="Existing"' in text
        assert "Mine" not in text.partition("failed:")[2]
        assert world.operations == ["get_connector"]

    def test_of_arguments_only_the_keys_are_shown(self) -> None:
        world = World()
        existing = world.foreign(name="E", arguments={"phoneNumberId": NUMBER, "a": "s3cret"})
        with pytest.raises(OperationError, match="arguments with Bird's values for a, b") as caught:
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
        with pytest.raises(OperationError, match="conversational_status_enabled=False"):
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


class TestWithoutAToken:
    """What the program names itself, and what has no name: a record finds, and proves nothing."""

    @pytest.mark.parametrize("duplicates", [False, True])
    @pytest.mark.parametrize("records", ["kept", "lost"])
    def test_what_a_killed_create_left_is_told_with_adopt(
        self, duplicates: bool, records: str
    ) -> None:
        world = World(options=Options(allow_duplicates=duplicates))
        left = killed(world, name="Support")
        if records == "lost":
            world.lose_records()
        with pytest.raises(OperationError, match=f'adopt="{left}"'):
            world.run().create(world.inputs(name="Support"))
        assert world.connector_ids() == [left]
        assert world.run().create(world.inputs(name="Support", adopt=left))[0] == left

    @pytest.mark.parametrize("change", [{"phone_number_id": OTHER_NUMBER}, {"name": "Sales"}])
    def test_what_it_left_is_named_when_the_program_has_changed(
        self, change: dict[str, Any]
    ) -> None:
        world = World(options=Options(allow_duplicates=True))
        left = killed(world, name="Support")
        new, _ = world.run().create(world.inputs(**{"name": "Support", **change}))
        assert sorted(world.connector_ids()) == sorted([left, new])
        assert any(left in text and "interrupted" in text for text in world.said)

    def test_a_request_that_may_still_be_under_way_is_waited_for(self) -> None:
        world = World(options=Options(allow_duplicates=True))
        handle = world.emulator.handle

        def dying(request: Request) -> Reply:
            if request.method == "POST":
                raise KilledError
            return handle(request)

        world.emulator.handle = dying  # type: ignore[method-assign]
        with pytest.raises(KilledError):
            world.run().create(world.inputs(name="Support"))
        began = world.clock.now

        def late(request: Request) -> Reply:
            if world.clock.now > began + 10 and not world.connector_ids():
                world.foreign(name="Support")
            return handle(request)

        world.emulator.handle = late  # type: ignore[method-assign]
        with pytest.raises(
            OperationError, match="already exists and matches this resource's arguments"
        ):
            world.run().create(world.inputs(name="Support"))
        assert len(world.connector_ids()) == 1
        assert world.count(CREATE) == 0


@pytest.mark.parametrize("name", [None, "Support"])
@pytest.mark.parametrize("take_over", ["never", "marked"])
def test_a_killed_replacement_is_no_forced_one(name: str | None, take_over: str) -> None:
    """The old one is deleted, and the state waits for the new one: Check gets the old inputs, and
    Diff the old state."""
    world = World(options=Options(allow_duplicates=True))
    old, state = world.run().create(world.inputs(name=name))
    run = world.run()
    changed = world.inputs(name=name, phone_number_id=OTHER_NUMBER)
    planned(run, old, state, run.check(world.inputs(name=name), changed).inputs)
    run.delete(old, state)
    left = killed(world, name=name, phone_number_id=OTHER_NUMBER)
    world.lose_records()
    world.environment["BIRD_TAKE_OVER"] = take_over
    later = world.run()
    planned(later, old, state, later.check(world.inputs(name=name), changed).inputs)
    if name is None and take_over == "marked":
        assert later.create(changed)[0] == left
    else:
        with pytest.raises(OperationError, match=f'adopt="{left}"'):
            later.create(changed)
    assert world.connector_ids() == [left]

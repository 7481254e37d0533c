"""The dynamic provider's process, driven as the engine drives it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer, Fault, PhoneNumber
from tests.support.dynamic_provider import UNKNOWN, DynamicProviderProcess, PluginError
from tests.support.scripted import ID

NUMBER = PhoneNumber.made_up(0).id
CANARY = "canary-s3cret/argument"
NEWS = {"phone_number_id": NUMBER, "resource_mark": "support-0123456789"}
CONVERSATIONAL = "channel_conversational_status_enabled"


def operations(bird: EmulatorServer) -> list[str]:
    return [entry["operation"] for entry in bird.emulator.journal]


def test_a_resource_lives_its_whole_life(
    start: Callable[..., DynamicProviderProcess], bird: EmulatorServer
) -> None:
    plugin = start()
    inputs, failures = plugin.check({}, {**NEWS, CONVERSATIONAL: True, "arguments": {"n": 3}})
    assert failures == []
    assert operations(bird) == []

    connector_id, state = plugin.create(inputs)
    (connector,) = bird.emulator.connectors()
    assert connector["id"] == connector_id
    assert state["channel_id"] == connector["channel"]["channelId"]
    assert connector["arguments"]["n"] == 3
    assert isinstance(connector["arguments"]["n"], int)

    read_id, real, read_inputs = plugin.read(connector_id, state)
    assert (read_id, real, read_inputs) == (connector_id, state, inputs)

    bird.emulator.journal.clear()
    again, _ = plugin.check(inputs, {**NEWS, CONVERSATIONAL: False, "arguments": {"n": 3}})
    answer = plugin.diff(connector_id, state, again)
    assert answer.changes == answer.DIFF_SOME
    assert list(answer.replaces) == []
    assert operations(bird) == []
    updated = plugin.update(connector_id, state, again)
    assert updated == {**state, CONVERSATIONAL: False}
    unchanged = plugin.diff(connector_id, updated, again)
    assert unchanged.changes == unchanged.DIFF_NONE

    plugin.delete(connector_id, updated)
    assert len(bird.emulator.connectors()) == 1, "what this run has created is kept"
    plugin = start()
    plugin.delete(connector_id, updated)
    assert bird.emulator.connectors() == []
    assert plugin.read(connector_id, updated)[0] == ""


def test_a_replacement_deletes_first_only_where_the_phone_number_stays(
    plugin: DynamicProviderProcess,
) -> None:
    inputs, _ = plugin.check({}, NEWS)
    connector_id, state = plugin.create(inputs)
    answer = plugin.diff(connector_id, state, {**inputs, "phone_number_id": "x"})
    assert list(answer.replaces) == ["phone_number_id"]
    assert not answer.deleteBeforeReplace
    answer = plugin.diff(connector_id, state, {**inputs, "name": "x"})
    assert list(answer.replaces) == ["name"]
    assert answer.deleteBeforeReplace


def test_unknown_values_come_back_unknown(plugin: DynamicProviderProcess) -> None:
    inputs, failures = plugin.check(
        {}, {"phone_number_id": UNKNOWN, "name": UNKNOWN, "arguments": {"a": [UNKNOWN]}}
    )
    assert failures == []
    assert inputs["phone_number_id"] == inputs["name"] == UNKNOWN
    assert inputs["arguments"] == {"a": [UNKNOWN]}


def test_failures_name_the_argument_and_never_the_value(plugin: DynamicProviderProcess) -> None:
    _, failures = plugin.check(
        {}, {**NEWS, "phone_number_id": CANARY, "security_arguments": CANARY}
    )
    assert [failure.partition(":")[0] for failure in failures] == [
        "phone_number_id",
        "security_arguments",
    ]
    assert CANARY not in " ".join(failures)


def test_an_error_is_one_line(plugin: DynamicProviderProcess, bird: EmulatorServer) -> None:
    bird.emulator.faults = (Fault("status", operation="create_connector", status=422),)
    inputs, _ = plugin.check({}, NEWS)
    with pytest.raises(PluginError) as caught:
        plugin.create(inputs)
    line = str(caught.value).strip()
    assert "\n" not in line
    assert "Creating voice channel" in line
    assert "422 InjectedFault" in line


def test_a_traceback_is_kept_for_what_nobody_expects(plugin: DynamicProviderProcess) -> None:
    inputs, _ = plugin.check({}, NEWS)
    with pytest.raises(PluginError, match="annot convert dictionary update sequence"):
        plugin.create({**inputs, "arguments": [1]})


def test_stack_configuration_goes_before_the_environment(
    start: Callable[..., DynamicProviderProcess], bird: EmulatorServer
) -> None:
    plugin = start(
        config={"bird:accessKey": ACCESS_KEY}, environment={"BIRD_ACCESS_KEY": "bk_wrong"}
    )
    inputs, failures = plugin.check({}, NEWS)
    assert failures == []
    assert plugin.create(inputs)[0] == bird.emulator.connectors()[0]["id"]


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"BIRD_ACCESS_KEY": ""}, "bird:accessKey (or BIRD_ACCESS_KEY)"),
        ({"BIRD_ACCESS_KEY": "bk_eu_1"}, "bk_"),
        ({"BIRD_WORKSPACE_ID": "ws_1"}, "bird:workspaceId (or BIRD_WORKSPACE_ID)"),
        ({"BIRD_WORKSPACE_ID": ""}, "workspace_id"),
        ({"BIRD_API_URL": "http://127.999.1.1"}, "bird:apiUrl (or BIRD_API_URL)"),
    ],
)
def test_a_bad_setting_is_told_by_check(
    start: Callable[..., DynamicProviderProcess], environment: dict[str, str], says: str
) -> None:
    _, failures = start(environment=environment).check({}, NEWS)
    assert len(failures) == 1
    assert says in failures[0]


def test_a_bad_setting_is_told_where_there_was_no_check(
    start: Callable[..., DynamicProviderProcess],
) -> None:
    plugin = start(environment={"BIRD_ACCESS_KEY": ""})
    with pytest.raises(PluginError, match="bird:accessKey"):
        plugin.delete(ID, {"workspace_id": WORKSPACE_ID, "name": "n"})


def test_a_long_wait_is_told_and_debug_lines_hold_no_secret(
    start: Callable[..., DynamicProviderProcess], bird: EmulatorServer
) -> None:
    plugin = start(environment={"BIRD_LOG": "debug"})
    inputs, _ = plugin.check({}, {**NEWS, "security_arguments": {"a": {"b": CANARY}}})
    plugin.create(inputs)
    said = plugin.stop()
    assert "POST /workspaces/" in said
    assert "attempt=1 status=201 request_id=" in said
    assert CANARY not in said
    assert ACCESS_KEY not in said


def test_a_cancel_ends_a_request_that_hangs_and_the_next_run_finds_what_it_made(
    start: Callable[..., DynamicProviderProcess], bird: EmulatorServer, tmp_path: Path
) -> None:
    bird.emulator.faults = (
        Fault("hang", operation="create_connector", applied=True, seconds=20, times=1),
    )
    plugin = start(environment={"BIRD_STATE_DIR": str(tmp_path)})
    inputs, _ = plugin.check({}, NEWS)
    began = time.monotonic()
    with ThreadPoolExecutor(1) as lane:
        creating = lane.submit(plugin.create, inputs)
        while not bird.emulator.connectors():
            time.sleep(0.01)
        plugin.cancel()
        with pytest.raises(PluginError, match="the run was cancelled before Bird answered"):
            creating.result()
    assert time.monotonic() < began + 10
    found, _ = start(environment={"BIRD_STATE_DIR": str(tmp_path)}).create(inputs)
    assert [each["id"] for each in bird.emulator.connectors()] == [found]


def test_an_older_state_is_still_understood(
    start: Callable[..., DynamicProviderProcess], bird: EmulatorServer
) -> None:
    plugin = start()
    inputs, _ = plugin.check({}, NEWS)
    connector_id, state = plugin.create(inputs)
    older: dict[str, Any] = {name: state[name] for name in ("name", "workspace_id", "channel_id")}
    assert plugin.read(connector_id, older)[1]["phone_number_id"] == NUMBER
    start().delete(connector_id, older)
    assert bird.emulator.connectors() == []

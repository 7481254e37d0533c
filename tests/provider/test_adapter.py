"""The translation between Pulumi and the lifecycle, in this process."""

from __future__ import annotations

import importlib.util
import logging
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.output import Unknown
from pulumi.runtime import rpc

from bird_dynamic.bird.clock import Cancellation
from bird_dynamic.emulator import (
    ACCESS_KEY,
    WORKSPACE_ID,
    EmulatorServer,
    Fault,
    Options,
    PhoneNumber,
)
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.providers import dynamic
from bird_dynamic.providers.dynamic import BirdProvider, provider
from bird_dynamic.schema.case import camel_case

NEWS = {"phone_number_id": PhoneNumber.made_up(0).id, "resource_mark": "support-0123456789"}


@pytest.fixture(autouse=True)
def leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("BIRD_ACCESS_KEY", "BIRD_WORKSPACE_ID", "BIRD_API_URL", "BIRD_LOG"):
        monkeypatch.delenv(name, raising=False)
    yield
    forget()
    if hasattr(sys, "tracebacklimit"):
        del sys.tracebacklimit


def forget() -> None:
    """As a new process has it."""
    dynamic._account.cache_clear()
    dynamic._run.cache_clear()


def configured(server: EmulatorServer) -> BirdProvider:
    found = provider("VoiceChannel")
    configuration = {
        "bird:accessKey": ACCESS_KEY,
        "bird:workspaceId": WORKSPACE_ID,
        "bird:apiUrl": server.url,
    }
    found.configure(ConfigureRequest(Config(configuration, "phones")))
    return found


def test_what_is_half_made_is_removed_again() -> None:
    with EmulatorServer() as server:
        server.emulator.options = Options(channel_after=10**6)
        one = configured(server)
        checked = one.check({}, {**NEWS, "create_timeout": "3s"})
        with pytest.raises(Exception, match="was deleted again"):
            one.create(checked.inputs)
        assert server.emulator.connectors() == []


def test_an_unknown_key_of_the_stack_configuration_is_a_failure() -> None:
    one = provider("VoiceChannel")
    keys = {"bird:accessKey": ACCESS_KEY, "bird:workspaceID": WORKSPACE_ID, "phones:timout": "5m"}
    one.configure(ConfigureRequest(Config(keys, "phones")))
    first, *_ = [each.reason for each in one.check({}, NEWS).failures]
    assert first.startswith("bird:workspaceID: is not a setting. Did you mean bird:workspaceId?")


def test_an_output_of_none_counts_as_left_out() -> None:
    with EmulatorServer() as server:
        one = configured(server)
        left_out = one.check({}, NEWS)
        given = one.check({}, {**NEWS, "name": None, "create_timeout": None, "arguments": None})
        assert given.failures == left_out.failures == []
        assert given.inputs == left_out.inputs


def test_every_operation_is_passed_on() -> None:
    with EmulatorServer() as server:
        one = configured(server)
        checked = one.check({}, {**NEWS, "arguments": {"whole": 3.0, "list": [1.5, 2.0]}})
        assert checked.failures == []
        assert repr(checked.inputs["arguments"]) == "{'whole': 3, 'list': [1.5, 2]}"
        created = one.create(checked.inputs)
        outs: dict[str, Any] = created.outs or {}
        found = one.read(created.id, outs)
        assert (found.id, found.outs, found.inputs) == (created.id, outs, checked.inputs)
        switched = {**checked.inputs, "channel_conversational_status_enabled": True}
        difference = one.diff(created.id, outs, switched)
        assert (difference.changes, difference.replaces) == (True, [])
        assert difference.delete_before_replace
        updated = one.update(created.id, outs, switched).outs or {}
        assert updated["channel_conversational_status_enabled"] is True
        one.delete(created.id, updated)
        assert len(server.emulator.connectors()) == 1, "what this run has created is kept"
        forget()
        one = configured(server)
        one.delete(created.id, updated)
        gone = one.read(created.id, updated)
        assert (gone.id, gone.outs) == ("", {})


def test_unknown_values_are_translated_at_any_depth() -> None:
    with EmulatorServer() as server:
        news = {**NEWS, "name": Unknown(), "arguments": {"a": [Unknown()]}}
        inputs = configured(server).check({}, news).inputs
    assert inputs["name"] == rpc.UNKNOWN
    assert inputs["arguments"] == {"a": [rpc.UNKNOWN]}


def test_an_expected_error_is_one_line_and_the_next_call_takes_that_back() -> None:
    with EmulatorServer() as server:
        one = configured(server)
        inputs = one.check({}, NEWS).inputs
        server.emulator.faults = (Fault("status", operation="create_connector", status=422),)
        with pytest.raises(Exception, match="Creating voice channel") as caught:
            one.create(inputs)
        assert sys.tracebacklimit == 0
        (line,) = traceback.format_exception_only(caught.value)
        assert line.startswith("BirdError: Creating voice channel")
        assert caught.value.__suppress_context__
        one.check({}, NEWS)
        assert not hasattr(sys, "tracebacklimit")


def test_a_provider_that_was_not_configured_uses_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BIRD_ACCESS_KEY", ACCESS_KEY)
    monkeypatch.setenv("BIRD_WORKSPACE_ID", WORKSPACE_ID)
    assert provider("VoiceChannel").check({}, NEWS).failures == []


def test_two_providers_share_one_account() -> None:
    with EmulatorServer() as server:
        first, second = configured(server), configured(server)
        assert first is not second
        assert first._lifecycle._accounts(None) is second._lifecycle._accounts(None)


def test_lanes_that_start_together_share_one_account(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*arguments: Any, **named: Any) -> Account:
        time.sleep(0.05)
        return Account(*arguments, **named)

    monkeypatch.setattr(dynamic, "Account", slow)
    accounts = dynamic._accounts({"bird:accessKey": "k"}.get)
    with ThreadPoolExecutor(8) as lanes:
        assert len(set(lanes.map(accounts, [None] * 8))) == 1


def test_there_are_as_many_connections_as_the_sdk_runs_operations_at_once() -> None:
    spec = importlib.util.find_spec("pulumi.dynamic.__main__")
    assert spec is not None
    assert spec.origin is not None
    assert f"max_workers={dynamic.DYNAMIC_CONCURRENCY})" in Path(spec.origin).read_text()


def test_a_long_wait_is_told_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    dynamic._print("waiting")
    assert capsys.readouterr().err == "waiting\n"


def test_debug_lines_are_written_only_when_asked_for() -> None:
    log = logging.getLogger("bird_dynamic")
    before = log.level
    dynamic._log_as_asked({})
    assert log.level == before
    dynamic._log_as_asked({"BIRD_LOG": "debug"})
    assert log.level == logging.DEBUG
    log.setLevel(before)


def test_a_state_that_the_plugin_wrote_is_read_in_pythons_names_and_rewritten() -> None:
    with EmulatorServer() as server:
        one = configured(server)
        inputs = one.check({}, NEWS).inputs
        created = one.create(inputs)
        outs: dict[str, Any] = created.outs or {}
        wired = {camel_case(name): value for name, value in outs.items()}
        wired["number"] = {camel_case(key): each for key, each in outs["number"].items()}
        difference = one.diff(created.id, wired, inputs)
        assert (difference.changes, difference.replaces) == (True, [])
        assert one.update(created.id, wired, inputs).outs == outs
        unchanged = one.diff(created.id, {**outs, "__provider": "p"}, inputs)
        assert not unchanged.changes


def test_what_the_program_marked_secret_is_in_no_error_and_stays_listed_in_the_state() -> None:
    news = {**NEWS, "name": "hidden line", "secret_inputs": ["name"]}
    with EmulatorServer() as server:
        one = configured(server)
        inputs = one.check({}, news).inputs
        created = one.create(inputs)
        outs: dict[str, Any] = created.outs or {}
        found = one.read(created.id, outs)
        updated = one.update(created.id, outs, inputs).outs or {}
        for each in (inputs, outs, found.outs, found.inputs, updated):
            assert (each or {})["secret_inputs"] == ["name"]
        switched = {**inputs, "channel_conversational_status_enabled": True}
        attempts: tuple[Callable[[BirdProvider], Any], ...] = (
            lambda one: one.create(inputs),
            lambda one: one.read(created.id, outs),
            lambda one: one.update(created.id, outs, switched),
            lambda one: one.delete(created.id, outs),
        )
        for attempt in attempts:
            forget()
            server.emulator.faults = (Fault("status", status=422),)
            with pytest.raises(Exception, match="voice channel") as caught:
                attempt(configured(server))
            assert "[secret]" in str(caught.value)
            assert "hidden line" not in str(caught.value)


def test_a_newly_secret_input_rewrites_the_state_and_nothing_else() -> None:
    with EmulatorServer() as server:
        one = configured(server)
        inputs = one.check({}, {**NEWS, "name": "line"}).inputs
        created = one.create(inputs)
        outs: dict[str, Any] = {**(created.outs or {}), "__provider": "p"}
        assert "secret_inputs" not in outs
        marked = {**inputs, "secret_inputs": ["name"]}
        requests = len(server.emulator.journal)
        difference = one.diff(created.id, outs, marked)
        assert (difference.changes, difference.replaces) == (True, [])
        assert one.update(created.id, outs, marked).outs == {
            **(created.outs or {}),
            "secret_inputs": ["name"],
        }
        assert len(server.emulator.journal) == requests, "nothing is sent to Bird"


def test_a_resource_without_an_old_state_is_new() -> None:
    with EmulatorServer() as server:
        one = configured(server)
        one.check({}, NEWS)
        assert not one._lifecycle._run.managed.is_replaced_unseen(
            frozenset({NEWS["resource_mark"]})
        )


class TestHearingACancel:
    """The SDK answers the engine's Cancel and tells no provider, so its own method is changed."""

    @pytest.fixture(autouse=True)
    def as_it_was(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dynamic, "_sdks_own", [])
        monkeypatch.setattr(dynamic, "_cancelled", Cancellation())

    def hear(self, monkeypatch: pytest.MonkeyPatch, servicer: Any) -> None:
        main = ModuleType("__main__")
        if servicer is not None:
            vars(main)["DynamicResourceProviderServicer"] = servicer
        monkeypatch.setitem(sys.modules, "__main__", main)
        for _ in range(2):
            dynamic._hear_cancel.__wrapped__()

    def test_it_is_heard_once_and_the_sdk_still_does_what_it_did(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done: list[Any] = []

        # Without names of its surroundings, as the SDK's is.
        namespace: dict[str, Any] = {"done": done}
        exec(
            "def Cancel(self, request, context):\n    done.append(request)\n    return 7", namespace
        )
        servicer = type("Servicer", (), {"Cancel": namespace["Cancel"]})
        registered = servicer().Cancel  # type: ignore[attr-defined]
        self.hear(monkeypatch, servicer)
        assert not dynamic._cancelled.is_set()
        assert registered("request", None) == 7
        assert done == ["request"]
        assert dynamic._cancelled.is_set()
        assert len(dynamic._sdks_own) == 1

    def test_of_any_other_kind_it_stays_as_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        surroundings: list[Any] = []

        def closed(self: Any, request: Any, context: Any) -> Any:
            return surroundings

        def short(self: Any, request: Any) -> None: ...

        async def later(self: Any, request: Any, context: Any) -> None: ...

        def several(self: Any, request: Any, context: Any) -> Iterator[int]:
            yield 1

        def plain(self: Any, request: Any, context: Any) -> None: ...

        inherited = type("Inherited", (type("Base", (), {"Cancel": plain}),), {})
        kinds = [closed, short, later, several]
        codes = [each.__code__ for each in (*kinds, plain)]
        own = [type("Servicer", (), {"Cancel": each}) for each in (*kinds, print, None)]
        for servicer in (*own, inherited, type("Servicer", (), {}), None):
            self.hear(monkeypatch, servicer)
        assert [each.__code__ for each in (*kinds, plain)] == codes
        assert dynamic._sdks_own == []


def test_a_file_is_refused_by_the_path_of_its_argument() -> None:
    asset = {rpc._special_sig_key: rpc._special_asset_sig, "text": "hello"}
    checked = provider("VoiceChannel").check({}, {**NEWS, "arguments": {"greeting": [asset]}})
    (failure,) = checked.failures
    assert failure.reason.startswith("arguments.greeting[0]: must not contain an asset")

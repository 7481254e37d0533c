"""Look-ups with Pulumi's invoke options, which the plugin answers: here it is in this process,
behind Pulumi's mocks."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pulumi
import pytest

import bird_dynamic
from bird_dynamic import LookupFailedError, native
from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer, PhoneNumber
from bird_dynamic.schema.lookups import LOOKUPS
from tests.support.plugin_client import PluginClient

NUMBER = PhoneNumber.made_up(0)
AN_OUTPUT_IN_AN_F_STRING = "+Calling __str__ on an Output[T] is not supported."
Answer = Callable[[pulumi.runtime.MockCallArgs], dict[str, Any]]


class _Answering(pulumi.runtime.Mocks):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"{args.name}-id", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        return self.answer(args)


def nothing(args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
    """What the engine answers while the configuration of the provider is unknown."""
    return {}


def run(program: Callable[[], Any], answer: Answer = nothing, *, preview: bool = False) -> Any:
    """The value of what the program returns, None if it is unknown."""
    pulumi.runtime.set_mocks(_Answering(answer), project="phones", stack="dev", preview=preview)
    found: list[Any] = []

    @pulumi.runtime.test
    def inside() -> Any:
        return pulumi.Output.from_input(program()).apply(found.append)

    inside()
    return found[0] if found else None


@pytest.fixture
def bird(bird: EmulatorServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatorServer]:
    monkeypatch.setenv("BIRD_API_URL", bird.url)
    monkeypatch.setenv("BIRD_ACCESS_KEY", ACCESS_KEY)
    monkeypatch.setenv("BIRD_WORKSPACE_ID", WORKSPACE_ID)
    return bird


@pytest.mark.parametrize("form", ["", "_output"])
@pytest.mark.parametrize("name", LOOKUPS)
def test_the_plugin_finds_what_the_program_finds(
    name: str, form: str, bird: EmulatorServer
) -> None:
    made = bird.emulator.add_connector(
        connectorTemplateRef="voice-messagebird:1",
        name="support",
        arguments={"phoneNumberId": NUMBER.id, "some_key": {"otherKey": 5}},
    )
    bird_dynamic.get_connector(made["id"])
    (connector,) = bird_dynamic.list_connectors()
    given = {
        "get_phone_number": {"number": NUMBER.number},
        "get_connector": {"id": connector.connector_id},
        "get_channel": {"id": connector.channel_id},
    }.get(name, {})
    client = PluginClient(bird.url)

    def answer(args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        return client.invoke(args.token.rpartition(":")[2], **args.args)

    look_up = getattr(native, f"{name}{form}")
    expected = getattr(bird_dynamic, name)(**given)
    assert expected
    found = run(lambda: look_up(**given, opts=pulumi.InvokeOptions()), answer)
    assert _as_json(found) == _as_json(expected)


def _as_json(found: Any) -> str:
    """In which 5 is not 5.0."""
    rows = found if isinstance(found, list) else [found]
    return json.dumps([asdict(each) for each in rows], sort_keys=True)


@pytest.mark.parametrize("form", ["", "_output"])
@pytest.mark.parametrize("name", LOOKUPS)
def test_the_functions_are_those_of_the_package_with_one_more_argument(
    name: str, form: str
) -> None:
    dynamic = inspect.signature(getattr(bird_dynamic, f"{name}{form}"))
    ours = inspect.signature(getattr(native, f"{name}{form}"))
    assert list(ours.parameters) == [*dynamic.parameters, "opts"]
    assert ours.return_annotation == dynamic.return_annotation


def test_the_provider_that_the_options_name_is_asked() -> None:
    asked: list[pulumi.runtime.MockCallArgs] = []

    def answer(args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        asked.append(args)
        return {"results": []}

    def program() -> pulumi.Output[Any]:
        eu = native.Provider("eu")
        passed_on = pulumi.ResourceOptions(providers=[eu])
        desk = pulumi.ComponentResource("shop:index:Desk", "desk", None, passed_on)
        by_name = native.get_phone_numbers_output(opts=pulumi.InvokeOptions(provider=eu))
        by_parent = native.list_connectors_output(opts=pulumi.InvokeOptions(parent=desk))
        return pulumi.Output.all(by_name, by_parent)

    assert run(program, answer) == [[], []]
    assert {each.token for each in asked} == {
        "bird:index:getPhoneNumbers",
        "bird:index:getConnectors",
    }
    assert all("pulumi:providers:bird::eu::" in each.provider for each in asked)


def test_without_options_no_plugin_is_asked(bird: EmulatorServer) -> None:
    found = run(lambda: native.get_phone_number_output(pulumi.Output.from_input(NUMBER.number)))
    assert found == native.get_phone_number(NUMBER.number)
    assert found.id == NUMBER.id


@pytest.mark.parametrize("name", ["get_phone_number_output", "get_phone_numbers_output"])
def test_what_the_provider_cannot_answer_yet_is_unknown_in_a_preview(name: str) -> None:
    look_up = getattr(native, name)
    assert run(lambda: look_up(opts=pulumi.InvokeOptions()), preview=True) is None


def test_the_plain_form_names_the_other_one_in_such_a_preview() -> None:
    with pytest.raises(LookupFailedError, match=r"this preview\. Use get_channel_output"):
        run(lambda: native.get_channel("x", opts=pulumi.InvokeOptions()), preview=True)


@pytest.mark.parametrize("form", ["", "_output"])
def test_mocks_that_do_not_answer_are_told_what_to_answer(form: str) -> None:
    look_up: Any = getattr(native, f"list_connectors{form}")
    with pytest.raises(LookupFailedError, match=r"can answer bird:index:getConnectors$"):
        run(lambda: look_up(opts=pulumi.InvokeOptions()))


@pytest.mark.parametrize("form", ["", "_output"])
def test_an_error_that_is_not_of_the_plugin_stays_as_it_is(form: str) -> None:
    def fails(args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        raise ZeroDivisionError("in the mocks")

    look_up: Any = getattr(native, f"list_connectors{form}")
    with pytest.raises(ZeroDivisionError, match="in the mocks"):
        run(lambda: look_up(opts=pulumi.InvokeOptions()), fails)


@pytest.mark.parametrize("form", ["", "_output"])
@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"profile": "bird-eu", "opts": pulumi.InvokeOptions()},
            "get_phone_number: profile and opts: pass one of them, because a provider has its own "
            "account",
        ),
        (
            {"opts": pulumi.ResourceOptions()},
            "get_phone_number: opts: must be pulumi.InvokeOptions(provider=…), not a "
            "ResourceOptions",
        ),
        (
            {"number": AN_OUTPUT_IN_AN_F_STRING, "opts": pulumi.InvokeOptions()},
            "get_phone_number: number: contains an Output inside an f-string. Use "
            "get_phone_number_output with pulumi.Output.concat(…), or a plain value",
        ),
    ],
)
def test_what_contradicts_itself_is_refused_before_the_plugin_is_asked(
    form: str, given: dict[str, Any], says: str
) -> None:
    look_up: Any = getattr(native, f"get_phone_number{form}")
    with pytest.raises(LookupFailedError) as caught:
        look_up(**given)
    assert str(caught.value) == says


def test_the_plain_form_refuses_what_it_would_not_wait_for() -> None:
    later = pulumi.Output.from_input("x")
    opts = pulumi.InvokeOutputOptions(depends_on=later)  # type: ignore[arg-type]
    with pytest.raises(LookupFailedError, match=r"depends_on has no effect .* get_channel_output"):
        native.get_channel("x", opts=opts)


def test_the_plain_form_refuses_outputs() -> None:
    output: Any = pulumi.Output.from_input("x")
    with pytest.raises(LookupFailedError, match="Use get_channel_output, which accepts outputs"):
        native.get_channel(output, opts=pulumi.InvokeOptions())

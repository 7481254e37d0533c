"""What a program writes, on Pulumi's mocks: names, secrets, outputs, and what importing costs."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pulumi
import pytest

from bird_dynamic import VoiceChannel
from bird_dynamic.lookups import GetPhoneNumberResult
from bird_dynamic.resources.voice_channel import REFERENCE

NUMBER = "2cffb55c-120e-91a8-8f10-ed9d1b412d29"


class Mocks(pulumi.runtime.Mocks):
    def __init__(self) -> None:
        self.registered: list[pulumi.runtime.MockResourceArgs] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.registered.append(args)
        return f"{args.name}-id", {**args.inputs, "channel_id": "the channel"}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        return {}


FOUND = GetPhoneNumberResult("2cffb55c-120e-91a8-8f10-ed9d1b412d29", None, "+31", None, None, [])


def run(program: Callable[[], Any], stack: str = "dev") -> tuple[Mocks, dict[str, Any]]:
    """Run a program on mocks; what it registered, and the outputs that it returned."""
    mocks = Mocks()
    pulumi.runtime.set_mocks(mocks, project="phones", stack=stack)
    found: dict[str, Any] = {}

    @pulumi.runtime.test
    def inside() -> Any:
        outputs = program() or {}
        return pulumi.Output.all(**outputs).apply(found.update)

    inside()
    return mocks, found


def channel(resource_name: str = "support", **inputs: Any) -> VoiceChannel:
    return VoiceChannel(resource_name, **{"phone_number_id": NUMBER, **inputs})


def mark(*arguments: Any, stack: str = "dev", **inputs: Any) -> str:
    _, found = run(lambda: {"name": channel(*arguments, **inputs).resource_mark}, stack)  # type: ignore[attr-defined]
    return str(found["name"])


def test_its_type_and_provider_are_what_states_know() -> None:
    mocks, _ = run(lambda: channel() and None)
    (args,) = mocks.registered
    assert args.typ == "pulumi-python:dynamic/bird:VoiceChannel"
    assert args.inputs["__provider"] == REFERENCE


def test_outputs_are_outputs() -> None:
    _, found = run(lambda: {"id": channel().channel_id})
    assert found["id"] == "the channel"


def test_a_mark_is_the_same_in_every_run() -> None:
    assert mark() == mark()
    assert mark().startswith("support-")


def test_a_mark_belongs_to_one_resource_of_one_stack() -> None:
    marks = [
        mark(),
        mark("sales"),
        mark(stack="prod"),
        mark(opts=pulumi.ResourceOptions(parent=None, protect=True)),
    ]
    assert len(set(marks)) == 3
    assert marks[0] == marks[3]


def test_a_mark_depends_on_the_parent() -> None:
    class Desk(pulumi.ComponentResource):
        def __init__(self, name: str) -> None:
            super().__init__("phones:index:Desk", name)
            self.channel = channel(opts=pulumi.ResourceOptions(parent=self))

    _, found = run(lambda: {"name": Desk("d").channel.resource_mark})  # type: ignore[attr-defined]
    assert found["name"].startswith("support-")
    assert found["name"] != mark()


def test_the_organization_is_part_of_the_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    before = mark()
    monkeypatch.setattr(pulumi, "get_organization", lambda: "acme")
    assert mark() != before


def test_a_resource_with_a_given_name_has_a_mark_too() -> None:
    mocks, _ = run(lambda: channel(name="Support") and None)
    assert mocks.registered[0].inputs["name"] == "Support"
    assert mocks.registered[0].inputs["resource_mark"] == mark()


def test_secrets_are_secret_whatever_the_program_says() -> None:
    def program() -> dict[str, Any]:
        one = channel(security_arguments={"a": {"b": "c"}}, invitation_token="t")
        return {
            "security_arguments": pulumi.Output.from_input(one.security_arguments.is_secret()),
            "invitation_token": pulumi.Output.from_input(one.invitation_token.is_secret()),
            "name": pulumi.Output.from_input(one.phone_number_id.is_secret()),
        }

    _, found = run(program)
    assert found == {"security_arguments": True, "invitation_token": True, "name": False}


def test_the_names_of_secret_inputs_are_registered_because_the_sdk_passes_no_marks() -> None:
    secret, plain = pulumi.Output.secret("hidden"), pulumi.Output.from_input("shown")

    def registered(**inputs: Any) -> Any:
        mocks, _ = run(lambda: channel(**inputs) and None)
        return mocks.registered[0].inputs.get("secret_inputs")

    assert registered(name=secret, adopt=plain) == ["name"]
    assert registered(name=plain, arguments={"a": [{"b": (plain, secret)}]}) == ["arguments"]
    assert registered(name=pulumi.Output.all(plain, secret).apply("".join)) == ["name"]
    assert registered(name=plain, security_arguments={"a": {"b": secret}}) is None
    assert registered(name="shown") is None


def test_outputs_are_accepted_for_every_input() -> None:
    values = {
        "phone_number_id": NUMBER,
        "name": "n",
        "connector_template_ref": "voice-messagebird:1",
        "arguments": {"a": 1},
        "security_arguments": {"a": {"b": "c"}},
        "channel_conversational_status_enabled": True,
        "invitation_token": "t",
        "workspace_id": NUMBER,
        "adopt": NUMBER,
        "create_timeout": "10m",
        "delete_timeout": 90,
    }
    outputs = {name: pulumi.Output.from_input(value) for name, value in values.items()}
    mocks, _ = run(lambda: VoiceChannel("support", **outputs) and None)  # type: ignore[arg-type]
    found = {name: _revealed(mocks.registered[0].inputs[name]) for name in values}
    assert found == values


@pytest.mark.parametrize("module", ["requests", "urllib3"])
def test_a_program_does_not_load_the_http_library(module: str) -> None:
    code = (
        "import sys, pulumi, bird_dynamic\n"
        "from bird_dynamic import VoiceChannel\n"
        f"print({module!r} in sys.modules)"
    )
    assert _python(code) == "False"


def test_the_emulator_does_not_load_pulumi() -> None:
    code = "import sys, bird_dynamic.emulator\nprint('pulumi' in sys.modules)"
    assert _python(code) == "False"


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"arguments": {"a": [{1, 2}]}}, "arguments.a[0]: is a Python set object; pass sorted("),
        ({"arguments": {"a": b"x"}}, "arguments.a: is a Python bytes object"),
        (
            {"security_arguments": {"a": date(2026, 1, 31)}},
            "security_arguments.a: is a Python date",
        ),
        ({"arguments": {5: "x"}}, "arguments: must be a dict with string keys"),
        ({"arguments": {"a": float("inf")}}, "arguments.a: is not a finite number"),
        ({"name": uuid.uuid4()}, "name: is a Python UUID object; pass str(value)"),
        ({"name": {"x"}}, "name: is a Python set object; pass a string"),
        (
            {"channel_conversational_status_enabled": b"x"},
            "channel_conversational_status_enabled: is a Python bytes object",
        ),
        ({"arguments": (each for each in "x")}, "arguments: must be a dict with string keys"),
        (
            {"create_timeout": timedelta(minutes=5)},
            'create_timeout: is a Python timedelta object; pass "5m" or a number of seconds',
        ),
        ({"phone_number_id": FOUND}, "phone_number_id: must be a UUID, not the whole phone number"),
    ],
)
def test_a_value_that_pulumi_does_not_carry_is_one_line(inputs: dict[str, Any], says: str) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        run(lambda: channel(**inputs))
    assert str(caught.value).startswith(f"VoiceChannel support: {says}")


def test_what_pulumi_carries_is_passed_on_at_any_depth() -> None:
    later = pulumi.Output.from_input("x")
    arguments = {"a": [later, pulumi.StringAsset("x")], "b": ("x", None, 1.5)}
    run(lambda: {"name": channel(arguments=arguments).name})


def _revealed(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()

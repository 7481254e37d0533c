"""Look-ups: what is found, and what is said where nothing, or too much, is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from typing import Any

import pulumi
import pytest

import bird_dynamic
from bird_dynamic import (
    LookupFailedError,
    get_channel,
    get_channel_output,
    get_connector,
    get_phone_number,
    get_phone_number_output,
    list_connectors,
)
from bird_dynamic.emulator import (
    ACCESS_KEY,
    WORKSPACE_ID,
    BirdEmulator,
    EmulatorServer,
    Fault,
    PhoneNumber,
    Store,
)
from bird_dynamic.schema.lookups import LOOKUPS, RESULTS

NUMBER = PhoneNumber.made_up(0)
ABSENT = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def bird(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatorServer]:
    with EmulatorServer(BirdEmulator(Store.with_numbers(120))) as server:
        monkeypatch.setenv("BIRD_API_URL", server.url)
        monkeypatch.setenv("BIRD_ACCESS_KEY", ACCESS_KEY)
        monkeypatch.setenv("BIRD_WORKSPACE_ID", WORKSPACE_ID)
        yield server


def voice(bird: EmulatorServer, index: int = 0) -> dict[str, Any]:
    made = bird.emulator.add_connector(
        connectorTemplateRef="voice-messagebird:1",
        name=f"voice {index}",
        arguments={"phoneNumberId": PhoneNumber.made_up(index).id},
    )
    get_connector(made["id"])
    return next(each for each in bird.emulator.connectors() if each["id"] == made["id"])


@pytest.mark.parametrize("written", ["+3197010200001", "+31 970-102 00001", "3197010200001"])
def test_a_number_is_found_however_it_is_written(bird: EmulatorServer, written: str) -> None:
    found = get_phone_number(number=written)
    assert (found.id, found.number, found.country) == (NUMBER.id, NUMBER.number, NUMBER.country)
    assert {"voice-inbound", "voice-outbound"} <= set(found.capabilities)


def test_an_unknown_key_of_the_stack_configuration_is_told_before_anything_is_sent(
    bird: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", '{"bird:organisationId": "x", "phones:number": "5"}')
    with pytest.raises(LookupFailedError, match=r"bird:organisationId: is not .*organizationId\?"):
        get_phone_number(number=NUMBER.number)
    assert not bird.emulator.journal


def test_a_number_is_found_on_a_later_page(bird: EmulatorServer) -> None:
    last = PhoneNumber.made_up(119)
    assert get_phone_number(number=last.number).id == last.id
    pages = [each["query"] for each in bird.emulator.journal]
    assert [each.get("limit") for each in pages] == ["99", "99"]


def test_a_number_is_found_by_country_and_capability(bird: EmulatorServer) -> None:
    assert get_phone_number(country="fr", capability="voice").country == "FR"
    assert get_phone_number(country="FR", capability="voice-inbound").country == "FR"
    with pytest.raises(LookupFailedError, match="the workspace has no such number; it has "):
        get_phone_number(country="FR", capability="mms")


def test_several_numbers_are_named(bird: EmulatorServer) -> None:
    with pytest.raises(LookupFailedError) as caught:
        get_phone_number(country="DE")
    text = str(caught.value)
    assert "Looking up the phone number with country DE failed: 2 phone numbers match: +49" in text


def test_of_many_numbers_a_few_are_named_and_the_others_counted(bird: EmulatorServer) -> None:
    with pytest.raises(
        LookupFailedError, match=r"failed: 111 phone numbers match: .* and 106 more\."
    ):
        get_phone_number(country="NL")
    with pytest.raises(LookupFailedError) as caught:
        get_phone_number(country="DE")
    assert "more" not in str(caught.value).partition("Pass number")[0]


def test_a_workspace_without_numbers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with EmulatorServer(BirdEmulator(Store.with_numbers(0))) as server:
        monkeypatch.setenv("BIRD_API_URL", server.url)
        monkeypatch.setenv("BIRD_ACCESS_KEY", ACCESS_KEY)
        monkeypatch.setenv("BIRD_WORKSPACE_ID", WORKSPACE_ID)
        with pytest.raises(LookupFailedError, match="it has no numbers at all"):
            get_phone_number()


def test_connectors_and_channels_are_found_by_their_ids(bird: EmulatorServer) -> None:
    made = voice(bird)
    connector = get_connector(made["id"])
    assert connector.channel_id == made["channel"]["channelId"]
    assert connector.arguments == made["arguments"]
    assert connector.phone_number == NUMBER.number
    channel = get_channel(made["channel"]["channelId"])
    assert (channel.connector_id, channel.identifier) == (made["id"], NUMBER.number)
    assert (channel.platform, channel.status) == ("voice-messagebird", "active")


def test_connectors_are_listed_by_template_and_name(bird: EmulatorServer) -> None:
    for index in range(2):
        voice(bird, index)
    for _ in range(110):
        bird.emulator.add_connector(name="sms")
    assert len(list_connectors()) == 112
    assert [
        each.name for each in list_connectors(connector_template_ref="voice-messagebird:1")
    ] == [
        "voice 0",
        "voice 1",
    ]
    assert [each.name for each in list_connectors(name="voice 1")] == ["voice 1"]


@pytest.mark.parametrize(
    ("look_up", "says"),
    [
        (lambda: get_connector(ABSENT), "there is no such connector in workspace"),
        (lambda: get_channel(ABSENT), "there is no such channel in workspace"),
        (lambda: get_connector("../numbers"), "id: must be a UUID"),
        (lambda: get_connector(ABSENT, workspace_id="ws_1"), "workspace_id: .*ws_"),
        (lambda: get_connector(ABSENT, profile="bird-eu"), "bird-eu:workspaceId: is not set"),
        (
            lambda: get_connector(ABSENT, profile="bird-eu", workspace_id=WORKSPACE_ID),
            "bird-eu:accessKey: no access key is set",
        ),
    ],
)
def test_what_cannot_be_found_is_one_line(
    bird: EmulatorServer, look_up: Callable[[], Any], says: str
) -> None:
    with pytest.raises(LookupFailedError, match=says) as caught:
        look_up()
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, pulumi.RunError)
    assert caught.value.__suppress_context__


def test_a_refusal_says_what_to_do_and_not_the_key(bird: EmulatorServer) -> None:
    bird.emulator.faults = (Fault("status", status=403, times=None),)
    with pytest.raises(
        LookupFailedError, match="View on /workspaces/\\*/numbers-long-code"
    ) as seen:
        get_phone_number()
    assert ACCESS_KEY not in str(seen.value)


def test_outputs_are_accepted_and_unknown_ones_send_nothing(bird: EmulatorServer) -> None:
    made = voice(bird)
    pulumi.runtime.set_mocks(_Mocks(), preview=True)

    @pulumi.runtime.test
    def program() -> Any:
        number = get_phone_number_output(number=pulumi.Output.from_input(NUMBER.number))
        channel = get_channel_output(pulumi.Output.from_input(made["channel"]["channelId"]))

        def check(found: list[Any]) -> None:
            assert found == [NUMBER.id, made["id"]]

        return pulumi.Output.all(number.id, channel.connector_id).apply(check)

    program()


class _Mocks(pulumi.runtime.Mocks):
    def new_resource(
        self, args: pulumi.runtime.MockResourceArgs
    ) -> tuple[str | None, dict[Any, Any]]:
        return args.name, {}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[Any, Any]:
        return {}


@pytest.mark.parametrize("name", LOOKUPS)
def test_both_forms_take_the_same_arguments(name: str) -> None:
    plain, of_outputs = getattr(bird_dynamic, name), getattr(bird_dynamic, f"{name}_output")
    assert list(inspect.signature(plain).parameters) == list(
        inspect.signature(of_outputs).parameters
    )


def test_results_have_the_fields_of_the_descriptions(bird: EmulatorServer) -> None:
    for name, result in RESULTS.items():
        outputs = {field.name for field in result.finds.fields if field.response_path}
        named = {field.name for field in fields(getattr(bird_dynamic, name))}
        assert named - {"workspace_id"} == outputs
    assert asdict(get_phone_number(number=NUMBER.number))["type"] == NUMBER.type

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
from bird_dynamic.schema.lookups import LOOKUPS, PLACE, RESULTS

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


@pytest.mark.parametrize(
    "written",
    [
        "+3197010200001",
        "+31 970-102 00001",
        "3197010200001",
        "0031970 10200001",
        "011 31 970 10200001",
        "+31 (0)970 10200001 ext. 12",
        "tel:+31-970-10200001",
    ],
)
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


def test_no_variable_is_recommended_where_the_configuration_has_a_wrong_value(
    bird: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", '{"bird:workspaceId": "acme"}')
    says = r"must be a UUID.*config set bird:workspaceId`, or pass workspace_id"
    with pytest.raises(LookupFailedError, match=says) as caught:
        get_phone_number(number=NUMBER.number)
    assert "export" not in str(caught.value)
    assert not bird.emulator.journal


def test_a_number_is_found_on_a_later_page(bird: EmulatorServer) -> None:
    last = PhoneNumber.made_up(119)
    assert get_phone_number(number=last.number).id == last.id
    pages = [each["query"] for each in bird.emulator.journal]
    assert [each.get("limit") for each in pages] == ["99", "99"]


def test_a_number_is_found_by_country_and_capability(bird: EmulatorServer) -> None:
    assert get_phone_number(country="fr", capability="voice").country == "FR"
    assert get_phone_number(country="FR", capability="voice-inbound").country == "FR"


def test_a_number_that_is_not_there_is_told_from_one_that_cannot_do_it(
    bird: EmulatorServer,
) -> None:
    with pytest.raises(LookupFailedError, match="the workspace has no such number; it has "):
        get_phone_number(number="+31612345678", capability="mms")
    with pytest.raises(
        LookupFailedError,
        match=r"the number lacks the capability mms: \+33199000001 has voice-inbound, .*, "
        r"sms-outbound\.",
    ):
        get_phone_number(country="FR", capability="mms")
    with pytest.raises(LookupFailedError, match=r"the number \+3197010200001 is of NL, not of FR"):
        get_phone_number(number="+3197010200001", country="FR")
    with pytest.raises(
        LookupFailedError, match=r"no numbers of UK \(only AU, DE, FR, GB, .*\); did you mean GB\?"
    ):
        get_phone_number(country="UK")


@pytest.mark.parametrize(
    ("asked", "meant"), [("vioce", "voice"), ("voice-inbond", "voice-inbound"), ("call", "")]
)
def test_an_unknown_capability_is_told_with_the_known_ones(
    bird: EmulatorServer, asked: str, meant: str
) -> None:
    with pytest.raises(LookupFailedError) as caught:
        get_phone_number(country="FR", capability=asked)
    said = "capability: is unknown. " + f"Did you mean {meant}? " * bool(meant)
    assert f"{said}Known are fax, mms, sms, voice, whatsapp, each also with -inbound" in str(
        caught.value
    )


@pytest.mark.parametrize("asked", ["VOICE", "Voice-Inbound", "voice_inbound", "voice inbound"])
def test_a_capability_may_be_written_in_another_way(bird: EmulatorServer, asked: str) -> None:
    assert get_phone_number(country="FR", capability=asked).country == "FR"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"country": "Germany"}, 'country: must be two letters, in quotes, such as "DE"'),
        ({"country": "USA"}, 'country: must be two letters, in quotes, such as "DE"'),
        ({"country": 49}, 'country: must be two letters, in quotes, such as "DE"'),
        ({"number": 31612345678}, "number: must be a string in international form"),
        ({"number": ""}, "number: must be a string in international form"),
        ({"capability": ["voice"]}, "capability: must be a non-empty string"),
        ({"country": 1, "capability": 2}, '"DE". capability: must be a non-empty string'),
    ],
)
def test_an_argument_that_can_match_nothing_is_refused_before_anything_is_sent(
    bird: EmulatorServer, given: dict[str, Any], says: str
) -> None:
    with pytest.raises(LookupFailedError, match=says) as caught:
        get_phone_number(**given)
    assert "\n" not in str(caught.value)
    assert not bird.emulator.journal


def test_a_number_without_its_country_code_is_told_which_form_is_wanted(
    bird: EmulatorServer,
) -> None:
    with pytest.raises(
        LookupFailedError, match=r"write it in international form, such as \+31612345678"
    ):
        get_phone_number(number="097010200001")


def test_several_numbers_are_named(bird: EmulatorServer) -> None:
    with pytest.raises(LookupFailedError) as caught:
        get_phone_number(country="DE")
    text = str(caught.value)
    assert (
        'Looking up the phone number with country "DE" failed: 2 phone numbers match: +49' in text
    )


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
        (lambda: get_connector("../numbers"), "id: must be the id of the connector alone"),
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


def test_all_settings_that_are_missing_are_told_at_once(
    bird: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIRD_ACCESS_KEY")
    monkeypatch.delenv("BIRD_WORKSPACE_ID")
    for look_up in (get_phone_number, list_connectors, lambda: get_channel(ABSENT)):
        with pytest.raises(LookupFailedError) as caught:
            look_up()
        text = str(caught.value)
        assert "`pulumi config set --secret bird:accessKey`, or export BIRD_ACCESS_KEY" in text
        assert "`pulumi config set bird:workspaceId`, or export BIRD_WORKSPACE_ID, or pass" in text
        assert "\n" not in text


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("voice-messagebird", r"must be NAME:VERSION; did you mean voice-messagebird:1\?"),
        ("Voice", r"must be NAME:VERSION; did you mean voice-messagebird:1\?"),
        ("voice-mesagebird", r"must be NAME:VERSION; did you mean voice-messagebird:1\?"),
        ("sms", r"must be NAME:VERSION; did you mean sms-messagebird:1\?"),
        ("whatsapp:", r"must be NAME:VERSION; did you mean whatsapp:1\?"),
        (" whatsapp:1 ", r"must be NAME:VERSION; did you mean whatsapp:1\?"),
        ("Voice-MessageBird:2", r"must be NAME:VERSION; did you mean voice-messagebird:2\?"),
        ("voice-mesagebird:1", r"must be NAME:VERSION; did you mean voice-messagebird:1\?"),
        ("telegram", r"must be NAME:VERSION, such as sms-messagebird:1\.$"),
        ("", r"must be NAME:VERSION, such as sms-messagebird:1\.$"),
        (1, r"must be NAME:VERSION, such as sms-messagebird:1\.$"),
    ],
)
def test_a_template_of_another_form_is_refused(
    bird: EmulatorServer, written: Any, says: str
) -> None:
    with pytest.raises(LookupFailedError, match=f"connector_template_ref: .*{says}"):
        list_connectors(connector_template_ref=written)
    assert not bird.emulator.journal


@pytest.mark.parametrize("known", ["voice-messagebird:2", "fax:1", "Other_One:1.2"])
def test_a_template_that_no_connector_has_is_an_empty_list(
    bird: EmulatorServer, known: str
) -> None:
    voice(bird)
    assert list_connectors(connector_template_ref=known) == []


def test_the_id_of_a_channel_is_told_from_one_that_does_not_exist(bird: EmulatorServer) -> None:
    made = voice(bird)
    channel_id = made["channel"]["channelId"]
    with pytest.raises(
        LookupFailedError, match=f"is the id of a channel, whose connector is {made['id']}"
    ):
        get_connector(channel_id)
    with pytest.raises(
        LookupFailedError, match=f"is the id of a connector, whose channel is {channel_id}"
    ):
        get_channel(made["id"])


def test_without_the_permission_to_look_further_an_absent_id_is_just_absent(
    bird: EmulatorServer,
) -> None:
    made = voice(bird)
    bird.emulator.faults = (Fault("status", operation="get_channel", status=403, times=None),)
    with pytest.raises(LookupFailedError, match=rf"in workspace {WORKSPACE_ID}\.$"):
        get_connector(made["channel"]["channelId"])


def test_the_number_needs_no_name(bird: EmulatorServer) -> None:
    assert get_phone_number(NUMBER.number).id == NUMBER.id


@pytest.mark.parametrize("given", [{"profile": 5}, {"profile": "bird:eu"}, {"workspace_id": 5}])
def test_an_account_or_a_workspace_of_a_wrong_form_is_refused(
    bird: EmulatorServer, given: dict[str, Any]
) -> None:
    (argument,) = given
    with pytest.raises(LookupFailedError, match=f"{argument}: must"):
        list_connectors(**given)
    assert not bird.emulator.journal


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


@pytest.mark.parametrize("name", LOOKUPS)
@pytest.mark.parametrize("form", ["output", "secret", "in a list", "in a dict"])
@pytest.mark.filterwarnings("error")
def test_a_plain_look_up_refuses_outputs_and_names_the_one_that_takes_them(
    name: str, form: str, bird: EmulatorServer, capfd: pytest.CaptureFixture[str]
) -> None:
    output: Any = pulumi.Output.from_input(NUMBER.number)
    if form == "secret":
        output = pulumi.Output.secret(output)
    capfd.readouterr()
    given = {"in a list": [output], "in a dict": {"x": output}}
    arguments = [each.name for each in (*LOOKUPS[name].arguments, *PLACE)]
    for argument in arguments:
        values = {"id": ABSENT} if "id" in arguments else {}
        with pytest.raises(LookupFailedError) as caught:
            getattr(bird_dynamic, name)(**{**values, argument: given.get(form, output)})
        assert str(caught.value) == (
            f"{name}: {argument}: must be a plain value, not an Output. "
            f"Use {name}_output, which accepts outputs"
        )
    assert capfd.readouterr() == ("", "")
    assert not bird.emulator.journal


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

"""The component `PhoneLine`, on Pulumi's mocks: what it declares, and what it refuses."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pulumi
import pytest

import bird_dynamic
from bird_dynamic import PhoneLine, lookup_base, lookups, native
from bird_dynamic.components import phone_line
from bird_dynamic.lookups import GetPhoneNumberResult, LookupFailedError
from tests.program.test_voice_channel import NUMBER, Mocks, run

URL = "https://example.com/calls"
E164 = "+31612345678"
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "phone_line.md"
WAYS = pytest.mark.parametrize("way", [bird_dynamic, native], ids=["dynamic", "plugin"])


class _Wired(Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.registered.append(args)
        is_wired = args.typ.startswith("bird:index:")
        made = {"channelId": "the channel"} if is_wired else {"channel_id": "the channel"}
        return f"{args.name}-id", {**args.inputs, **made}


def declared(mocks: Mocks) -> dict[str, dict[str, Any]]:
    """What each child was given, in Python's names."""
    found = {}
    for each in mocks.registered:
        if not each.typ.endswith(":PhoneLine"):
            snake = {
                re.sub("[A-Z]", lambda c: f"_{c[0].lower()}", k): each.inputs[k]
                for k in each.inputs
            }
            found[f"{each.typ.rpartition(':')[2]} {each.name}"] = snake
    # The SDK registers them in no particular order.
    return dict(sorted(found.items()))


def line(way: Any = bird_dynamic, **given: Any) -> PhoneLine:
    given = {"phone_number_id": NUMBER, "url": URL, **given}
    made: PhoneLine = way.PhoneLine("support", **given)
    return made


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The look-ups of numbers."""
    asked: list[dict[str, Any]] = []

    def find(name: str, kind: Any, given: dict[str, Any]) -> GetPhoneNumberResult:
        asked.append({argument: each for argument, each in given.items() if each is not None})
        return GetPhoneNumberResult(NUMBER, None, E164, None, None, [])

    monkeypatch.setattr(lookups, "find_one", find)
    monkeypatch.setattr(lookup_base, "find_all", lambda *asked: [find(*asked)])
    return asked


@WAYS
def test_a_line_is_a_channel_with_a_webhook_for_each_direction(
    way: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.program.test_voice_channel.Mocks", _Wired)
    mocks, found = run(
        lambda: {
            name: getattr(line(way, signing_key="k", conversational=True), name)
            for name in ["channel_id"]
        }
    )
    assert found == {"channel_id": "the channel"}
    (component,) = [each for each in mocks.registered if each.typ.endswith(":PhoneLine")]
    assert (component.typ, component.inputs) == ("bird:index:PhoneLine", {})
    made = declared(mocks)
    assert list(made) == [
        "VoiceChannel support",
        "WebhookSubscription support-inbound",
        "WebhookSubscription support-outbound",
    ]
    channel, inbound, outbound = made.values()
    assert channel["phone_number_id"] == NUMBER
    assert channel["channel_conversational_status_enabled"] is True
    for webhook, event in ((inbound, "voice.inbound"), (outbound, "voice.outbound")):
        assert (webhook["service"], webhook["event"], webhook["url"]) == ("channels", event, URL)
        assert webhook["event_filters"] == [{"key": "channelId", "value": "the channel"}]
        assert "k" in webhook["signing_key"].values(), "it is a secret"


def test_its_outputs_are_what_an_application_needs() -> None:
    def program() -> dict[str, Any]:
        made = line()
        names = [each for each in PhoneLine.__annotations__ if each.endswith(("_id", "_number"))]
        return {name: getattr(made, name) for name in names}

    _, found = run(program)
    assert found == {
        "channel_id": "the channel",
        "connector_id": "support-id",
        "phone_number_id": NUMBER,
        "phone_number": None,
        "workspace_id": None,
        "inbound_webhook_subscription_id": "support-inbound-id",
        "outbound_webhook_subscription_id": "support-outbound-id",
    }


@pytest.mark.parametrize(
    ("urls", "webhooks"),
    [
        ({"url": URL}, {"inbound": URL, "outbound": URL}),
        ({"url": URL, "outbound_url": f"{URL}/out"}, {"inbound": URL, "outbound": f"{URL}/out"}),
        ({"url": URL, "inbound_url": f"{URL}/in"}, {"inbound": f"{URL}/in", "outbound": URL}),
        ({"inbound_url": URL}, {"inbound": URL}),
        ({"outbound_url": URL}, {"outbound": URL}),
    ],
)
def test_each_direction_has_its_url_or_none(urls: dict[str, str], webhooks: dict[str, str]) -> None:
    found: list[PhoneLine] = []
    mocks, _ = run(lambda: found.append(line(**{"url": None, **urls})))
    children = declared(mocks)
    assert {
        name.partition("support-")[2]: each["url"]
        for name, each in children.items()
        if name.startswith("WebhookSubscription")
    } == webhooks
    assert (found[0].inbound is not None, found[0].outbound is not None) == (
        "inbound" in webhooks,
        "outbound" in webhooks,
    )


def test_the_place_reaches_all_children_and_the_look_up(looked_up: list[dict[str, Any]]) -> None:
    place = {"workspace_id": "w", "profile": "bird-eu"}
    mocks, _ = run(
        lambda: line(phone_number_id=None, number=E164, organization_id="o", **place) and None
    )
    assert looked_up == [{"number": E164, "capability": "voice", **place}]
    for name, inputs in declared(mocks).items():
        assert (inputs["workspace_id"], inputs["profile"]) == ("w", "bird-eu")
        assert inputs.get("organization_id") == ("o" if name.startswith("Webhook") else None)


@pytest.mark.parametrize("argument", ["number", "workspace_id", "profile"])
def test_an_output_is_looked_up_once_it_is_known(
    argument: str, looked_up: list[dict[str, Any]]
) -> None:
    given: dict[str, Any] = {"number": E164}
    given[argument] = pulumi.Output.from_input(given.get(argument, "later"))
    mocks, _ = run(lambda: line(phone_number_id=None, **given) and None)
    assert [each[argument] for each in looked_up] == [E164 if argument == "number" else "later"]
    assert declared(mocks)["VoiceChannel support"]["phone_number_id"] == NUMBER


def test_an_unknown_number_is_not_looked_up(looked_up: list[dict[str, Any]]) -> None:
    def program() -> dict[str, Any]:
        known = pulumi.Output.from_input(False)
        unknown: pulumi.Output[str] = pulumi.Output(set(), known.future(), known.future())
        made = line(phone_number_id=None, number=unknown)
        return {"known": pulumi.Output.from_input(made.channel.phone_number_id.is_known())}

    mocks = Mocks()
    pulumi.runtime.set_mocks(mocks, project="phones", stack="dev", preview=True)
    pulumi.runtime.test(program)()
    assert looked_up == []
    assert "VoiceChannel support" in declared(mocks)


def _with_provider() -> PhoneLine:
    opts = pulumi.ResourceOptions(provider=native.Provider("eu"))
    return line(native, phone_number_id=None, number=E164, opts=opts)


def test_a_look_up_that_a_provider_cannot_answer_yet_is_unknown_in_a_preview() -> None:
    def program() -> dict[str, Any]:
        number_id = _with_provider().channel.phone_number_id
        return {"known": pulumi.Output.from_input(number_id.is_known())}

    found: dict[str, Any] = {}
    pulumi.runtime.set_mocks(Mocks(), project="phones", stack="dev", preview=True)

    @pulumi.runtime.test
    def inside() -> Any:
        return pulumi.Output.all(**program()).apply(found.update)

    inside()
    assert found == {"known": False}


def test_a_look_up_without_an_answer_is_told_with_what_to_do() -> None:
    def program() -> dict[str, Any]:
        return {"id": _with_provider().channel.phone_number_id}

    with pytest.raises(LookupFailedError, match="the provider has not answered"):
        run(program)


def test_a_number_that_is_not_found_declares_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**given: Any) -> None:
        raise LookupFailedError("no such number")

    monkeypatch.setattr(phone_line, "get_phone_number", fails)
    mocks = Mocks()

    def program() -> None:
        with pytest.raises(LookupFailedError, match="no such number"):
            line(phone_number_id=None, number=E164)

    pulumi.runtime.set_mocks(mocks, project="phones", stack="dev")
    pulumi.runtime.test(program)()
    assert mocks.registered == []


def test_what_exists_is_adopted_by_the_children() -> None:
    ids = {"channel": "1", "inbound": "2", "outbound": "3"}
    mocks, _ = run(lambda: line(adopt=ids) and None)
    assert [each["adopt"] for each in declared(mocks).values()] == ["1", "2", "3"]


def test_options_reach_the_children() -> None:
    made: list[PhoneLine] = []
    opts = pulumi.ResourceOptions(protect=True)
    run(lambda: made.append(line(opts=opts)))
    (found,) = made
    children = [found.channel, found.inbound, found.outbound]
    assert [each._protect for each in children if each is not None] == [True] * 3


OPTIONS = (*phone_line.INHERITED, *phone_line.PASSED, *phone_line.REFUSED)


def test_every_option_of_pulumi_holds_for_the_children_or_is_refused() -> None:
    newer = {"env_var_mappings", "state_migrations"}
    options = set(inspect.signature(pulumi.ResourceOptions).parameters)
    assert options | newer == set(OPTIONS)
    page = PAGE.read_text()
    assert [each for each in OPTIONS if f"`{each}`" not in page] == []


def test_the_options_that_the_line_passes_reach_all_children(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[dict[str, Any]] = []

    def register(self: Any, type_token: str, name: str, properties: Any, opts: Any) -> None:
        given.append({each: getattr(opts, each) for each in phone_line.PASSED})
        pulumi.CustomResource.__init__(self, type_token, name, properties, opts)

    monkeypatch.setattr(native.VoiceChannel, "_register", register)
    monkeypatch.setattr(native.WebhookSubscription, "_register", register)
    passed: dict[str, Any] = {
        "custom_timeouts": pulumi.CustomTimeouts(create="5m"),
        "delete_before_replace": True,
        "retain_on_delete": True,
    }

    def program() -> None:
        passed["deleted_with"] = pulumi.ComponentResource("a:b:C", "office")
        line(native, opts=pulumi.ResourceOptions(**passed))

    run(program)
    assert given == [passed] * 3


@pytest.mark.parametrize("option", phone_line.REFUSED)
def test_an_option_that_would_be_ignored_is_refused_with_a_remedy(option: str) -> None:
    for given in ("x", pulumi.Output.from_input("x")):
        opts = pulumi.ResourceOptions()
        setattr(opts, option, given)
        remedy = re.escape(f"the option {option} has no effect on a line: ") + r"\w+"
        with pytest.raises(pulumi.RunError, match=remedy):
            line(opts=opts)


def test_a_trigger_that_is_false_is_refused_too_and_an_empty_list_is_not() -> None:
    with pytest.raises(pulumi.RunError, match="the option replacement_trigger"):
        line(opts=pulumi.ResourceOptions(replacement_trigger=False))
    run(lambda: line(opts=pulumi.ResourceOptions(ignore_changes=[])) and None)


def test_the_classes_are_the_same_but_for_the_way() -> None:
    assert issubclass(native.PhoneLine, PhoneLine)
    assert inspect.signature(native.PhoneLine) == inspect.signature(PhoneLine)
    assert native.PhoneLine.CHANNEL_CLASS is native.VoiceChannel
    assert native.PhoneLine.WEBHOOK_CLASS is native.WebhookSubscription


def test_its_arguments_are_described_in_the_docstring_and_on_the_page() -> None:
    parameters = list(inspect.signature(PhoneLine.__init__).parameters)[1:]
    described = re.findall(r":param (\w+):", PhoneLine.__init__.__doc__ or "")
    assert described == parameters
    page = PAGE.read_text()
    for each in (*parameters[1:], *(set(PhoneLine.__annotations__) - {"CHANNEL_CLASS"})):
        assert each == "WEBHOOK_CLASS" or f"`{each}`" in page, each

"""The component `PhoneLine`: up, changes, moves in and out, and between both ways in."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, EmulatorServer, PhoneNumber
from tests.engine.programs import NUMBER, READS, bird_error, both_ways, foreign, sent, summary
from tests.support.engine import Stack

HEAD = """\
import pulumi
from bird_dynamic import PhoneLine, VoiceChannel, WebhookSubscription, get_phone_number
"""
E164 = PhoneNumber.made_up(0).number
OTHER_E164 = PhoneNumber.made_up(1).number
CANARY = "canary-signing-key-93ab"
OUTPUTS = (
    "channel_id",
    "connector_id",
    "phone_number_id",
    "phone_number",
    "workspace_id",
    "inbound_webhook_subscription_id",
    "outbound_webhook_subscription_id",
)
HOOKS = "webhook-subscriptions"
URN = "urn:pulumi:test::phones::bird:index:PhoneLine::support"


def line(more: str = "", *, name: str = "support", number: str = E164) -> str:
    """Source of a program with one line, whose outputs are the stack's."""
    return f"""{HEAD}
line = PhoneLine(
    {name!r},
    number={number!r},
    url="https://example.com/calls",
    signing_key={CANARY!r},
    {more}
)
for each in {OUTPUTS!r}:
    pulumi.export(each, getattr(line, each))
"""


def plain(channel_opts: str = "None", inbound_opts: str = "None") -> str:
    """The same line without the component, and without its outbound webhook."""
    return f"""{HEAD}
channel = VoiceChannel(
    "support", phone_number_id=get_phone_number({E164!r}).id, opts={channel_opts}
)
WebhookSubscription(
    "support-calls",
    service="channels",
    event="voice.inbound",
    url="https://example.com/calls",
    event_filters=[{{"key": "channelId", "value": channel.channel_id}}],
    signing_key={CANARY!r},
    opts={inbound_opts},
)
"""


def writes(bird: EmulatorServer) -> list[str]:
    """What Bird was asked to change since this was called last."""
    return [each for each in sent(bird) if not each.startswith(("list_", "get_"))]


def ids(bird: EmulatorServer) -> set[str]:
    things = [*bird.emulator.connectors(), *bird.emulator.webhook_subscriptions()]
    return {each["id"] for each in things}


@both_ways
def test_a_line_comes_up_complete_changes_in_place_and_goes(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(line())
    assert summary(stack.preview()) == {"+ 5 to create"}
    assert writes(bird) == []
    assert summary(stack.up()) == {"+ 5 created"}
    (connector,) = bird.emulator.connectors()
    hooks = {each["event"]: each for each in bird.emulator.webhook_subscriptions()}
    channel_id = connector["channel"]["channelId"]
    assert hooks.keys() == {"voice.inbound", "voice.outbound"}
    for each in hooks.values():
        assert each["eventFilters"] == [{"key": "channelId", "value": channel_id}]
    assert stack.outputs() == {
        "channel_id": channel_id,
        "connector_id": connector["id"],
        "phone_number_id": NUMBER,
        "phone_number": E164,
        "workspace_id": WORKSPACE_ID,
        "inbound_webhook_subscription_id": hooks["voice.inbound"]["id"],
        "outbound_webhook_subscription_id": hooks["voice.outbound"]["id"],
    }
    assert CANARY not in stack.export()
    assert stack.preview("--refresh", "--expect-no-changes").ok

    # The switch, another URL for one direction, and one direction alone.
    writes(bird)
    before = ids(bird)
    stack.write(line('conversational=True, outbound_url="https://example.com/out",'))
    assert summary(stack.up()) == {"~ 2 updated", "3 unchanged"}
    assert sorted(writes(bird)) == ["set_conversational", "update_webhook_subscription"]
    assert ids(bird) == before
    stack.write(line("conversational=True,").replace("    url=", "    inbound_url="))
    assert summary(stack.up()) == {"- 1 deleted", "4 unchanged"}
    assert "outbound_webhook_subscription_id" not in stack.outputs()

    # Another number: the new channel is there before the old one goes, and the webhook follows.
    writes(bird)
    stack.write(line(number=OTHER_E164).replace("    url=", "    inbound_url="))
    assert summary(stack.up()) == {"~ 1 updated", "+-1 replaced", "2 changes. 2 unchanged"}
    assert writes(bird) == [
        "create_connector",
        "update_webhook_subscription",
        "delete_connector",
    ]
    (hook,) = bird.emulator.webhook_subscriptions()
    assert hook["eventFilters"][0]["value"] == stack.outputs()["channel_id"] != channel_id

    assert stack.destroy().ok
    assert ids(bird) == set()


@both_ways
def test_resources_move_into_a_line_and_out_again_without_a_change_in_bird(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(plain())
    assert stack.up().ok
    before = ids(bird)
    writes(bird)

    # Without aliases, nothing is lost, and the message names the way.
    stack.write(line())
    assert "aliases=[pulumi.Alias(" in bird_error(stack.up())
    assert ids(bird) == before
    assert writes(bird) == ["create_connector"]

    inside = line('aliases={"channel": "support", "inbound": "support-calls"},').replace(
        "    url=", "    inbound_url="
    )
    stack.write(inside)
    # The refused run has made the component itself.
    assert summary(stack.up()) == {"4 unchanged"}
    assert ids(bird) == before
    assert writes(bird) == []
    assert stack.preview("--refresh", "--expect-no-changes").ok
    # The aliases are needed once.
    stack.write(line().replace("    url=", "    inbound_url="))
    assert stack.preview("--expect-no-changes").ok

    alias = "pulumi.ResourceOptions(aliases=[pulumi.Alias(name={!r}, parent={!r})])"
    stack.write(plain(alias.format("support", URN), alias.format("support-inbound", URN)))
    assert stack.up().ok
    assert ids(bird) == before
    assert writes(bird) == []
    stack.write(plain())
    assert stack.preview("--refresh", "--expect-no-changes").ok


def test_a_resource_with_a_parent_moves_into_a_line_with_an_alias_of_pulumis(
    stack: Stack, bird: EmulatorServer
) -> None:
    desk = "desk = pulumi.ComponentResource('shop:index:Desk', 'desk')\n"
    inside = f"{HEAD}{desk}opts = pulumi.ResourceOptions(parent=desk)\n"
    channel = f'VoiceChannel("voice", phone_number_id={NUMBER!r}, opts=opts)\n'
    stack.write(inside + channel)
    assert stack.up().ok
    before = ids(bird)
    writes(bird)
    alias = 'aliases={"channel": pulumi.Alias(name="voice", parent=desk)}, opts=opts,'
    stack.write(inside + line(alias).replace("    url=", "    inbound_url="))
    assert summary(stack.up()) == {"+ 2 created", "3 unchanged"}
    assert writes(bird) == ["create_webhook_subscription"]
    assert before < ids(bird)


@both_ways
def test_a_line_is_renamed_with_one_alias(stack: Stack, bird: EmulatorServer) -> None:
    stack.write(line())
    assert stack.up().ok
    before = ids(bird)
    writes(bird)
    opts = 'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="support")]),'
    stack.write(line(opts, name="helpdesk"))
    assert summary(stack.up()) == {"5 unchanged"}
    assert ids(bird) == before
    assert writes(bird) == []
    stack.write(line(name="helpdesk"))
    assert stack.preview("--refresh", "--expect-no-changes").ok


@both_ways
def test_the_alias_of_a_renamed_line_works_after_a_run_without_it_too(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(line())
    assert stack.up().ok
    before = ids(bird)
    stack.write(line(name="helpdesk"))
    failed = stack.up()
    assert not failed.ok
    assert 'aliases=[pulumi.Alias(name="support")]' in " ".join(failed.output.split())
    writes(bird)
    opts = 'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="support")]),'
    stack.write(line(opts, name="helpdesk"))
    assert stack.up().ok
    assert ids(bird) == before
    assert writes(bird) == []
    stack.write(line(name="helpdesk"))
    assert stack.preview("--refresh", "--expect-no-changes").ok


@pytest.mark.parametrize("way", ["dynamic", "plugin"])
@pytest.mark.parametrize("plain_first", [True, False])
def test_a_line_moves_between_both_ways_in(
    stack: Stack, bird: EmulatorServer, way: str, plain_first: bool
) -> None:
    stack.write(plain() if plain_first else line())
    assert stack.up().ok
    before = ids(bird)
    writes(bird)
    stack.way = "plugin" if way == "dynamic" else "dynamic"
    aliases = 'aliases={"channel": "support", "inbound": "support-calls"},'
    stack.write(line(aliases).replace("    url=", "    inbound_url=") if plain_first else line())
    moved = stack.up()
    assert moved.ok, moved.output
    assert ids(bird) == before
    assert writes(bird) == []
    assert stack.preview("--refresh", "--expect-no-changes").ok


@both_ways
def test_a_line_adopts_what_a_script_has_made(stack: Stack, bird: EmulatorServer) -> None:
    made = foreign(bird, name="Support line")
    channel_id = bird.emulator.store.connectors[made["id"]].channel_id
    hooks = {
        event: bird.emulator.add_webhook_subscription(
            event=event,
            url="https://example.com/calls",
            eventFilters=[{"key": "channelId", "value": channel_id}],
        )["id"]
        for event in ("voice.inbound", "voice.outbound")
    }
    before = ids(bird)
    ids_of: dict[str, Any] = {
        "channel": made["id"],
        "inbound": hooks["voice.inbound"],
        "outbound": hooks["voice.outbound"],
    }
    stack.write(line(f"adopt={ids_of!r},"))
    adopted = stack.up()
    assert summary(adopted) == {"+ 5 created"}
    assert ids(bird) == before
    assert writes(bird) == []
    # Nothing shows which signing keys Bird has, so the next run sets them.
    told = " ".join(adopted.output.split())
    assert "Bird never returns its signing_key" in told
    assert "the next `pulumi up` sets what the program has" in told
    stack.write(line())
    assert summary(stack.up()) == {"~ 2 updated", "3 unchanged"}
    assert writes(bird) == ["update_webhook_subscription"] * 2
    keys = [row.wire["signingKey"] for row in bird.emulator.store.tables[HOOKS].live()]
    assert keys == [CANARY] * 2
    assert stack.preview("--refresh", "--expect-no-changes").ok


@both_ways
def test_options_of_a_line_hold_for_its_children(stack: Stack, bird: EmulatorServer) -> None:
    stack.write(line("opts=pulumi.ResourceOptions(protect=True),"))
    assert stack.up().ok
    refused = stack.destroy()
    assert not refused.ok
    assert "protected" in refused.output
    assert len(ids(bird)) == 3
    stack.write(line("opts=pulumi.ResourceOptions(retain_on_delete=True),"))
    assert stack.up().ok
    assert stack.destroy().ok
    assert len(ids(bird)) == 3


@both_ways
def test_a_number_that_is_not_there_is_told_in_one_line(stack: Stack, bird: EmulatorServer) -> None:
    stack.write(line(number="+31699999999"))
    for run in (stack.preview(), stack.up()):
        assert not run.ok
        assert "Looking up the phone number with number" in run.output
        assert not run.crashed, run.output
    assert ids(bird) == set()


@both_ways
def test_a_number_may_be_an_output(stack: Stack, bird: EmulatorServer) -> None:
    later = f"pulumi.Output.from_input({E164!r}).apply(lambda number: number)"
    stack.write(line().replace(f"number={E164!r}", f"number={later}"))
    assert summary(stack.preview()) == {"+ 5 to create"}
    assert summary(stack.up()) == {"+ 5 created"}
    assert stack.outputs()["phone_number_id"] == NUMBER
    assert stack.preview("--expect-no-changes").ok


@pytest.mark.parametrize("way", ["plugin"])
def test_an_explicit_provider_looks_the_number_up_in_its_own_account(
    stack: Stack, bird: EmulatorServer
) -> None:
    # The stack itself has no account at all.
    stack.environment |= {"BIRD_ACCESS_KEY": "", "BIRD_WORKSPACE_ID": "", "BIRD_API_URL": ""}
    provider = (
        f"bird_dynamic.native.Provider('eu', access_key={ACCESS_KEY!r}, "
        f"workspace_id={WORKSPACE_ID!r}, api_url={bird.url!r})"
    )
    opts = f"opts=pulumi.ResourceOptions(provider={provider}),"
    stack.write(f"import bird_dynamic.native\n{line(opts)}")
    made = stack.up()
    assert summary(made) == {"+ 6 created"}
    assert stack.outputs()["phone_number"] == E164
    assert stack.preview("--expect-no-changes").ok
    assert set(sent(bird)) & READS
    assert stack.destroy().ok
    assert ids(bird) == set()


def test_a_line_is_previewed_with_a_provider_whose_configuration_is_unknown(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(f"""
import pulumi
from bird_dynamic.native import PhoneLine, Provider, VoiceChannel
first = VoiceChannel("first", phone_number_id={PhoneNumber.made_up(1).id!r})
eu = Provider(
    "eu",
    access_key={ACCESS_KEY!r},
    api_url={bird.url!r},
    workspace_id=first.channel_id.apply(lambda _: {WORKSPACE_ID!r}),
)
PhoneLine(
    "support",
    number={E164!r},
    url="https://example.com/calls",
    opts=pulumi.ResourceOptions(provider=eu),
)
""")
    for run in (stack.preview(), stack.up()):
        assert run.ok, run.output
        assert not run.crashed, run.output
    assert len(bird.emulator.connectors()) == 2


def test_an_explicit_provider_is_refused_by_the_dynamic_provider(stack: Stack) -> None:
    opts = "opts=pulumi.ResourceOptions(provider=bird_dynamic.native.Provider('eu')),"
    stack.write(f"import bird_dynamic.native\n{line(opts)}")
    run = stack.preview()
    assert not run.ok
    assert "the option provider is not passed to dynamic providers" in run.output
    assert not run.crashed, run.output

"""What programs do with resources: several of them, inside components, fed by outputs, renamed."""

from __future__ import annotations

from bird_dynamic.emulator import EmulatorServer
from tests.engine.programs import (
    HEAD,
    NUMBER,
    OTHER_NUMBER,
    THIRD_NUMBER,
    channel,
    foreign,
    is_conversational,
    only,
    sent,
    summary,
)
from tests.support.engine import Stack


def test_resources_without_a_name_get_names_of_their_own_also_inside_a_component(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(
        f"""{HEAD}
class Desk(pulumi.ComponentResource):
    def __init__(self, name, number):
        super().__init__("phones:index:Desk", name)
        inside = pulumi.ResourceOptions(parent=self)
        self.line = VoiceChannel("support", phone_number_id=number, opts=inside)
        self.register_outputs({{"channel_id": self.line.channel_id}})

desk = Desk("desk", {NUMBER!r})
pulumi.export("desk", desk.line.channel_id)
pulumi.export("support", VoiceChannel("support", phone_number_id={OTHER_NUMBER!r}).channel_id)
pulumi.export("sales", VoiceChannel("sales", phone_number_id={THIRD_NUMBER!r}).channel_id)
"""
    )
    assert summary(stack.up()) == {"+ 5 created"}
    connectors = {each["arguments"]["phoneNumberId"]: each for each in bird.emulator.connectors()}
    assert stack.outputs() == {
        "desk": connectors[NUMBER]["channel"]["channelId"],
        "support": connectors[OTHER_NUMBER]["channel"]["channelId"],
        "sales": connectors[THIRD_NUMBER]["channel"]["channelId"],
    }
    names = {number: each["name"] for number, each in connectors.items()}
    assert len(set(names.values())) == 3
    assert [names[each].split("-")[0] for each in (NUMBER, OTHER_NUMBER, THIRD_NUMBER)] == [
        "support",
        "support",
        "sales",
    ]

    sent(bird)
    assert summary(stack.preview("--expect-no-changes")) == {"5 unchanged"}
    assert sent(bird) == []


def test_every_input_takes_an_output_that_a_preview_cannot_know(
    stack: Stack, bird: EmulatorServer
) -> None:
    existing = foreign(bird, name="made by hand", arguments={"phoneNumberId": THIRD_NUMBER})
    stack.write(
        f"""{HEAD}
first = VoiceChannel("first", phone_number_id={NUMBER!r})

def later(value):
    return first.channel_id.apply(lambda _: value)

second = VoiceChannel(
    "second",
    phone_number_id=later({OTHER_NUMBER!r}),
    name=pulumi.Output.concat("after ", first.channel_id),
    connector_template_ref=later("voice-messagebird:1"),
    arguments={{"greeting": later("hello")}},
    security_arguments=later({{"scheme": {{"key": "value"}}}}),
    channel_conversational_status_enabled=later(True),
    invitation_token=later("token"),
    workspace_id=first.workspace_id,
)
VoiceChannel(
    "third",
    phone_number_id={THIRD_NUMBER!r},
    name="made by hand",
    adopt=later({existing["id"]!r}),
)
pulumi.export("first", first.channel_id)
"""
    )
    assert summary(stack.preview()) == {"+ 4 to create"}
    assert sent(bird) == []

    assert summary(stack.up()) == {"+ 4 created"}
    operations = [each for each in bird.emulator.journal if each["method"] == "POST"]
    second = next(each for each in bird.emulator.connectors() if "after " in each["name"])
    assert operations[1]["body"] == {
        "name": f"after {stack.outputs()['first']}",
        "connectorTemplateRef": "voice-messagebird:1",
        "arguments": {"phoneNumberId": OTHER_NUMBER, "greeting": "hello"},
        "securityArguments": "[secret]",
        "channelConversationalStatusEnabled": True,
        "invitationToken": "[secret]",
    }
    assert is_conversational(bird, second["id"])
    assert len(operations) == 2, "the third was adopted"
    assert existing["id"] in {each["id"] for each in stack.resources()}


def test_a_renamed_resource_with_an_alias_keeps_its_connector_and_its_name(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(channel("old"))
    assert summary(stack.up()) == {"+ 2 created"}
    before, connector = stack.outputs(), only(bird)
    sent(bird)

    renamed = channel("new", opts='pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])')
    stack.write(renamed)
    assert summary(stack.up()) == {"2 unchanged"}
    assert sent(bird) == []
    assert stack.outputs() == before
    assert only(bird) == connector
    (resource,) = stack.resources()
    assert resource["urn"].endswith("::new")
    assert resource["outputs"]["name"] == connector["name"]

    # The alias may go once the state knows the new name.
    stack.write(channel("new"))
    assert summary(stack.preview("--expect-no-changes")) == {"2 unchanged"}

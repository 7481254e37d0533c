"""Two resources of one program on one phone number: told by the preview, and only if it is sure."""

from __future__ import annotations

from typing import Any

from bird_dynamic.emulator import ORGANIZATION_ID
from bird_dynamic.lifecycle.registry import lifecycle_of
from bird_dynamic.schema.fields import UNKNOWN
from bird_dynamic.schema.naming import MARK
from tests.support.world import NUMBER, OTHER_MARK, OTHER_NUMBER, OWN_MARK, World

THIRD_MARK = "third-1111111111"
VOICE = "voice-messagebird:1"


class Program:
    """One run that checks several resources."""

    def __init__(self, world: World | None = None) -> None:
        self._account = (world or World()).account()

    def check(
        self,
        mark: str,
        number: Any = NUMBER,
        olds: dict[str, Any] | None = None,
        type_name: str = "VoiceChannel",
        **more: Any,
    ) -> tuple[str, ...]:
        run = lifecycle_of(type_name, lambda profile: self._account)
        if type_name == "VoiceChannel":
            more["phone_number_id"] = number
        else:
            more["arguments"] = {"phoneNumberId": number}
        return run.check(olds or {}, {MARK: mark, **more}).failures


def old(mark: str = OWN_MARK, number: str = NUMBER) -> dict[str, Any]:
    return {MARK: mark, "phone_number_id": number, "connector_template_ref": VOICE}


def test_two_new_resources_on_one_number_are_named() -> None:
    program = Program()
    assert program.check(OWN_MARK) == ()
    (failure,) = program.check(OTHER_MARK, NUMBER.upper())
    assert failure.startswith("phone_number_id: the resources sales and support of this program")
    assert "another phone number" in failure


def test_a_connector_and_a_voice_channel_share_a_number_only_with_different_templates() -> None:
    program = Program()
    assert program.check(OWN_MARK) == ()
    (failure,) = program.check(
        OTHER_MARK, type_name="Connector", connector_template_ref="voice-messagebird:2"
    )
    assert failure.startswith("arguments: the resources sales and support")
    sms = {"connector_template_ref": "sms-messagebird:1", "check_arguments": False}
    assert program.check(THIRD_MARK, type_name="Connector", **sms) == ()


def test_a_new_resource_on_the_number_of_an_existing_one_is_told_in_either_order() -> None:
    for first, second in (({}, old(OTHER_MARK)), (old(), {})):
        program = Program()
        assert program.check(OWN_MARK, olds=first) == ()
        assert len(program.check(OTHER_MARK, olds=second)) == 1


def test_two_that_both_exist_on_one_number_may_stay() -> None:
    program = Program()
    assert program.check(OWN_MARK, olds=old()) == ()
    assert program.check(OTHER_MARK, olds=old(OTHER_MARK)) == ()
    # The engine checks a replacement again, without the old inputs.
    assert program.check(OWN_MARK) == ()


def test_a_resource_that_is_checked_again_or_moves_away_is_no_conflict() -> None:
    program = Program()
    assert program.check(OWN_MARK) == ()
    assert program.check(OWN_MARK) == ()
    assert program.check(OWN_MARK, OTHER_NUMBER, old()) == ()
    assert program.check(OTHER_MARK) == ()


def test_an_exchange_of_numbers_is_no_conflict() -> None:
    program = Program()
    assert program.check(OWN_MARK, OTHER_NUMBER, old()) == ()
    assert program.check(OTHER_MARK, NUMBER, old(OTHER_MARK, OTHER_NUMBER)) == ()


def test_a_renamed_resource_is_the_same_resource() -> None:
    program = Program()
    assert program.check(OWN_MARK, olds=old()) == ()
    assert program.check(OTHER_MARK, olds=old()) == ()
    assert program.check(OTHER_MARK) == ()


def test_what_is_not_known_or_adopted_or_elsewhere_is_no_conflict() -> None:
    program = Program()
    assert program.check(OWN_MARK) == ()
    assert program.check(OTHER_MARK, UNKNOWN) == ()
    assert program.check(OTHER_MARK, adopt=OTHER_NUMBER) == ()
    assert program.check(OTHER_MARK, workspace_id=ORGANIZATION_ID) == ()
    assert program.check(OTHER_MARK, workspace_id=UNKNOWN) == ()
    assert program.check(OTHER_MARK, profile=UNKNOWN) == ()
    assert len(program.check(OTHER_MARK)) == 1

"""`pulumi_bird` has what programs use that Pulumi generates from the schema."""

from __future__ import annotations

import pytest

import pulumi_bird
from bird_dynamic import native
from bird_dynamic.providers.schema import schema
from bird_dynamic.schema.case import snake_case
from bird_dynamic.testing import EmulatedBird

SCHEMA = schema("1.2.3")


def names(kind: str) -> list[str]:
    return [token.rpartition(":")[2] for token in SCHEMA[kind]]


@pytest.mark.parametrize("name", names("resources"))
def test_a_resource_is_the_class_over_the_plugin(name: str) -> None:
    assert getattr(pulumi_bird, name) is getattr(native, name)


@pytest.mark.parametrize("name", names("functions"))
def test_a_function_is_a_look_up_in_both_forms(name: str) -> None:
    assert callable(getattr(pulumi_bird, snake_case(name)))
    assert callable(getattr(pulumi_bird, f"{snake_case(name)}_output"))


def test_a_documented_value_is_a_constant() -> None:
    enumerations = [each for each in SCHEMA["types"].items() if "enum" in each[1]]
    assert enumerations
    for token, described in enumerations:
        constants = vars(getattr(pulumi_bird, token.rpartition(":")[2]))
        values = {each for name, each in constants.items() if not name.startswith("_")}
        assert values == {each["value"] for each in described["enum"]}


def test_several_items_are_in_the_results_of_an_object(monkeypatch: pytest.MonkeyPatch) -> None:
    with EmulatedBird() as bird:
        for name, value in bird.environment.items():
            monkeypatch.setenv(name, value)
        found = native.get_phone_numbers(capability="voice")
        assert found
        assert pulumi_bird.get_phone_numbers(capability="voice").results == found

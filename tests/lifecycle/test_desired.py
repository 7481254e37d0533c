"""Whether an observed item is equal to what a create asks for."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.lifecycle.desired import DesiredState, Match
from bird_dynamic.schema.connector import CONNECTOR
from bird_dynamic.schema.naming import MARK
from tests.support.world import OWN_MARK

ARGUMENTS = {"greeting": "press:1"}


def is_equal(item: dict[str, Any]) -> bool:
    inputs = {
        "connector_template_ref": "line:1",
        "arguments": ARGUMENTS,
        "name": "desk:1",
        MARK: OWN_MARK,
    }
    desired = DesiredState.from_inputs(CONNECTOR, inputs)
    return Match(desired, {"id": "x", "name": "desk:1", "arguments": ARGUMENTS, **item}).is_equal


@pytest.mark.parametrize("template", ["line:1", "line:2", "line"])
def test_another_version_of_the_template_is_equal(template: str) -> None:
    assert is_equal({"connectorTemplateRef": template})


@pytest.mark.parametrize(
    "item",
    [
        {"connectorTemplateRef": "telegram:1"},
        {"connectorTemplateRef": "line:1", "arguments": {"greeting": "press:2"}},
        {"connectorTemplateRef": "line:1", "name": "desk:2"},
    ],
)
def test_only_a_template_has_a_version(item: dict[str, Any]) -> None:
    assert not is_equal(item)


def test_an_automatic_name_and_secrets_are_no_part_of_the_digest_in_a_record() -> None:
    asked = {"connector_template_ref": "line:1", "arguments": ARGUMENTS, MARK: OWN_MARK}

    def digest(**more: Any) -> str:
        return DesiredState.from_inputs(CONNECTOR, {**asked, **more}).body_digest

    assert digest() == digest() == digest(invitation_token="canary")
    assert len({digest(), digest(name="a"), digest(name="b"), digest(arguments={})}) == 4

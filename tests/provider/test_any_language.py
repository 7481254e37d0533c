"""Remedies in Python, and what they are for the plugin's programs in any language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bird_dynamic.lifecycle.create_messages import Conflict, CreateMessages
from bird_dynamic.providers.any_language import in_any_language
from bird_dynamic.schema.resources import SCHEMAS
from tests.support.python_left import URN, python_left
from tests.support.world import OWN_MARK


@pytest.mark.parametrize(
    ("python", "elsewhere"),
    [
        ('adopt="5e1f"', 'adopt: "5e1f"'),
        ('name="5\\" tall"', 'name: "5\\" tall"'),
        ("check_arguments=False", "checkArguments: false"),
        (
            "opts=pulumi.ResourceOptions(delete_before_replace=True)",
            "the option deleteBeforeReplace: true",
        ),
        (
            'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="sales")])',
            'the option aliases: ["urn:pulumi:dev::phones::bird:index:VoiceChannel::sales"]',
        ),
        (
            'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="channel_id "1"")])',
            "the option aliases: "
            '["urn:pulumi:dev::phones::bird:index:VoiceChannel::channel_id "1""]',
        ),
        (
            "opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(parent=<its old parent>)])",
            'the option aliases: ["<its old URN>"]',
        ),
    ],
)
def test_python_comes_after_what_other_languages_have_in_its_place(
    python: str, elsewhere: str
) -> None:
    told = in_any_language(f"add {python}, or wait", URN)
    assert told == f"add {elsewhere} (in Python, {python}), or wait"


def test_the_old_urn_is_right_for_a_name_with_colons() -> None:
    option = 'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="sales")])'
    told = in_any_language(option, f"{URN}::and::more")
    assert told.startswith(f'the option aliases: ["{URN.rpartition("::")[0]}::sales"]')


@pytest.mark.parametrize(
    "text", ["the status=active", "BIRD_TAKE_OVER=marked", 'the name "a"', "name=…", "arguments: x"]
)
def test_what_is_no_python_stays(text: str) -> None:
    assert in_any_language(text, URN) == text


def test_no_message_of_a_create_has_only_python() -> None:
    assert {text: left for text in _of_creates() if (left := python_left(text))} == {}


def _of_creates() -> Iterator[str]:
    item = {"id": "5e1f", "name": f"{OWN_MARK}-k7x2m9qd", "event": "x", "url": "https://x.test/"}
    for schema in SCHEMAS.values():
        messages = CreateMessages(schema, OWN_MARK)
        conflicts: list[Conflict] = [
            messages.doubled_of_another(item),
            messages.doubled_by_update(item),
            messages.doubtful(item),
            *(messages.exists(item, has_mark=each) for each in (True, False)),
        ]
        yield from (" ".join([each.text, *each.remedies]) for each in conflicts)
        yield messages.several([item, item])
        yield messages.kept(item)
        yield messages.replaced(item)
        yield messages.made_with_other_arguments(item)
        yield from map(messages.still_held, ([], [item]))

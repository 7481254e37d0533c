"""An Output inside an f-string becomes a text of the SDK, which must reach Bird nowhere."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from bird_dynamic.schema.kinds import Shape
from bird_dynamic.schema.resources import SCHEMAS
from bird_dynamic.schema.texts_of_outputs import problem_of_text, texts_of_outputs
from tests.wrong_inputs.ways import preview, text_of_output


class _Resource:
    pass


OUTPUT = pulumi.Output.from_input("x")
NODE = (
    "sms-Calling [toString] on an [Output<T>] is not supported.\n\nTo get the value of an "
    "Output<T> as an Output<string> consider either:\n1: o.apply(v => `prefix${v}suffix`)"
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"sms-{text_of_output()}", "pulumi.Output.concat("),
        (f"{OUTPUT!r}", "pulumi.Output.concat("),
        (f"{[OUTPUT]}", "pulumi.Output.concat("),
        (NODE, "pulumi.interpolate"),
        (NODE.replace("toString", "toJSON"), "pulumi.interpolate"),
        (f"sms-{_Resource()}", "use one of its properties"),
    ],
    ids=("str", "repr", "in a list", "Node.js", "in JSON", "a resource"),
)
def test_the_text_of_an_output_is_recognized(text: str, says: str) -> None:
    assert says in str(problem_of_text(text))


@pytest.mark.parametrize(
    "text", ["", "support", "Calling is not supported", "the Output<T>", "a <b> object at 0x1"]
)
def test_other_texts_are_no_problem(text: str) -> None:
    assert problem_of_text(text) is None


def test_it_is_found_in_values_and_keys_of_any_depth() -> None:
    value = {"a": [{"b": text_of_output()}, "c"], f"d{text_of_output()}": 1}
    assert [each.partition(";")[0] for each in texts_of_outputs("arguments", value)] == [
        "arguments.a[0].b: contains an Output inside an f-string",
        "arguments: a key contains an Output inside an f-string",
    ]


@pytest.mark.parametrize(
    ("type_name", "argument"),
    [
        (schema.type_name, field.name)
        for schema in SCHEMAS.values()
        for field in schema.inputs
        if field.kind.shape is not Shape.BOOLEAN
    ],
)
def test_no_argument_of_a_resource_takes_it(type_name: str, argument: str) -> None:
    value: Any = f"sms-{text_of_output()}"
    if argument == "event_filters":
        value = [{"key": "channelId", "value": value}]
    elif SCHEMAS[type_name].by_name[argument].kind.shape is Shape.MAP:
        value = {"a": [value]}
    told = preview(type_name, **{argument: value})
    assert told.startswith(argument)
    assert told.count("contains an Output inside an f-string") == 1
    assert "\n" not in told

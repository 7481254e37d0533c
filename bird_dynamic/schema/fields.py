"""How a resource is described: once, as a table of fields.

Validation, diff, the request body, reading back, secrecy, the plugin's schema and the reference
page all come from this table. Nothing about a single resource is known here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import Enum
from functools import cached_property
from typing import Any

from bird_dynamic.schema.case import camel_case
from bird_dynamic.schema.equality import ordered
from bird_dynamic.schema.kinds import Kind


class _Unknown:
    """The one unknown value."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()
"""A value that a preview cannot know yet. It passes every check and counts as a change."""


Properties = dict[str, Any]
"""A resource's inputs, or its whole state, by Python name. Absent and None mean the same."""


class OnChange(Enum):
    """What a change of an input does to what exists."""

    REPLACE = "replace"
    UPDATE = "update"
    NOTHING = "nothing"


CAMEL_CASE = ("",)
"""A path on the wire: the field's own name in camelCase, as Bird writes most of them."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One property of a resource.

    `request_path` is where the body of a request takes the value, `response_path` where Bird's
    answer holds it; () where it does not. An input with a `request_path` alone is write-only: only
    the state knows it. A `setting` is the configuration key that stands in for an input that was
    left out.
    `description` is the one wording of docstrings, schema and reference.
    """

    name: str
    kind: Kind
    description: str
    example: Any = None
    request_path: tuple[str, ...] = ()
    response_path: tuple[str, ...] = ()
    is_input: bool = False
    required: bool = False
    default: Any = None
    secret: bool = False
    setting: str = ""
    on_change: OnChange = OnChange.REPLACE
    clearable: bool = True
    """Whether it can be left out again in place: Bird may have no way to say so."""
    in_create: bool = True
    """Whether the create request takes it; if not, only an update does."""
    unordered: bool = False
    """Whether it is a list whose order says nothing."""
    convert: Callable[[Any], Any] | None = None
    automatic: bool = False
    """Whether creating fills it in where the program leaves it out."""
    certain: bool = False
    """Whether Bird always returns it for what a create has completed. A channel is missing where
    `wait_for_channel` was false."""

    @property
    def text(self) -> str:
        """The description and the example, in Markdown."""
        return self.description + self._for_example()

    @property
    def output_text(self) -> str:
        """The same for who reads the value: without what leaving it out means."""
        return self.description.partition(" If omitted, ")[0] + self._for_example()

    def _for_example(self) -> str:
        if self.example is None:
            return ""
        written = json.dumps(self.example, ensure_ascii=False)
        return f" Example: `{self.example if isinstance(self.example, bool) else written}`."

    @property
    def must_be_given(self) -> bool:
        """Whether it is an input that nothing fills in where the program leaves it out."""
        return self.is_input and self.required and not self.setting and not self.automatic

    @property
    def always_there(self) -> bool:
        """Whether a resource that came up has it."""
        return self.always_set or self.certain or self.response_path == ("id",)

    def __post_init__(self) -> None:
        for path in ("request_path", "response_path"):
            if getattr(self, path) == CAMEL_CASE:
                object.__setattr__(self, path, (camel_case(self.name),))

    def in_order(self, value: Any) -> Any:
        """The value; sorted where it is a list whose order says nothing."""
        return ordered(value) if self.unordered else value

    @property
    def is_optional_place(self) -> bool:
        """Whether it is a part of where something lies that Bird does without."""
        return bool(self.setting) and not self.required

    @property
    def always_set(self) -> bool:
        """Whether it is an input without which there is no such thing."""
        return self.is_input and (self.required or self.default is not None)


def _nothing_more(inputs: Mapping[str, Any]) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True, kw_only=True)
class ResourceSchema:
    """A resource: the name of its class, what people call it, where it lies, and its fields.

    `path` is that of its collection, with the names of inputs in it, and in brackets what is left
    out where they are. `identity` are the keys, on
    the wire, that tell it from others of its kind. `permission` is what an access role has to
    allow. `summary` and `changes` are for its class: what it is, and what a change of an input
    does. `validate` checks rules that involve several inputs.
    """

    type_name: str
    noun: str
    summary: str = ""
    path: str
    identity: tuple[str, ...]
    permission: str
    fields: tuple[Field, ...]
    changes: str = ""
    validate: Callable[[Mapping[str, Any]], Iterator[str]] = _nothing_more
    other_ids: Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]] = dataclass_field(
        default_factory=dict
    )
    """For an id in the create request, where an answer may state the one that was asked for when it
    states another id of the same thing in its place."""
    page_size: int = 100
    """Rows of the largest page that is known to be served."""
    exclusive_name: str = ""
    """What people call that which only one can have."""
    exclusive: tuple[tuple[str, ...], ...] = ()
    """Where the create request says what only one can have: two with the same values at all of
    these paths cannot exist together."""
    label: str = "name"
    """The input by which people know one of them."""
    describes: Callable[[Mapping[str, Any]], bool] = lambda item: True
    """Whether an item of the collection is of this kind: schemas may share a collection."""
    example: str = ""
    """A program for the reference page, without its imports."""

    @cached_property
    def item(self) -> str:
        """What Bird calls one of the collection: `connector`."""
        return self.path.rpartition("/")[2].removesuffix("s").replace("-", " ")

    def path_of(self, props: Mapping[str, Any]) -> str:
        """The path of the collection that these inputs name."""
        left_out = {each.name for each in self.configurable_inputs if props.get(each.name) is None}

        def part(found: re.Match[str]) -> str:
            return "" if any(f"{{{name}}}" in found[1] for name in left_out) else found[1]

        return re.sub(r"\[(.*?)\]", part, self.path).format_map(props)

    @cached_property
    def inputs(self) -> tuple[Field, ...]:
        """What a program may set."""
        return tuple(field for field in self.fields if field.is_input)

    @cached_property
    def outputs(self) -> tuple[Field, ...]:
        """What only Bird knows."""
        return tuple(field for field in self.fields if not field.is_input)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Its fields by their names."""
        return {field.name: field for field in self.fields}

    @cached_property
    def configurable_inputs(self) -> tuple[Field, ...]:
        """The inputs that the configuration stands in for."""
        return tuple(field for field in self.inputs if field.setting)

    @cached_property
    def is_named(self) -> bool:
        """Whether creating one gives it a name where the program gives none."""
        return any(field.automatic for field in self.inputs)

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """The names of the inputs that are secret."""
        return tuple(field.name for field in self.inputs if field.secret)

    def argument_at(self, path: str) -> str | None:
        """The Python argument that a path of Bird's error details belongs to, such as
        `.arguments.phoneNumberId`."""
        steps = tuple(step for step in re.split(r"[.\[\]/$]+", path) if step)
        best = max(
            (
                field
                for field in self.inputs
                if field.request_path and steps[: len(field.request_path)] == field.request_path
            ),
            key=lambda field: len(field.request_path),
            default=None,
        )
        return best.name if best else None

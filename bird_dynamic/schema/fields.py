"""The types of resource schemas: a resource is described once, as a table of fields.

Validation, diff, the request body, reading, secrecy, the plugin's schema and the reference page are
derived from this table. Resource-specific knowledge does not belong here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import Enum
from functools import cached_property
from typing import Any

from bird_dynamic.schema.case import camel_case, snake_case
from bird_dynamic.schema.equality import ordered
from bird_dynamic.schema.kinds import Kind
from bird_dynamic.schema.types import Enumeration, Structure


class _Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()
"""A value that is unknown during a preview. It passes every check and counts as a change."""


Properties = dict[str, Any]
"""A resource's inputs, or its complete state, by Python name. Absent and None are equal."""


class OnChange(Enum):
    """The effect of a changed input on the existing item."""

    REPLACE = "replace"
    UPDATE = "update"
    NOTHING = "nothing"


CAMEL_CASE = ("",)
"""Default path in request or response: the field's own name in camelCase."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One property of a resource.

    `request_path` and `response_path` are its paths in Bird's bodies; () if it is not there. An
    input that is sent but not returned is write-only: only the state has it. `setting` is the
    configuration key that supplies an omitted input. `description` is the text for docstrings,
    schema and reference.
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
    """Whether an update can clear it; otherwise, clearing it replaces the resource."""
    in_create: bool = True
    """Whether the create request accepts it; if not, only an update does."""
    unordered: bool = False
    """Whether it is a list without a significant order."""
    convert: Callable[[Any], Any] | None = None
    automatic: bool = False
    """Whether a create generates it if the program omits it."""
    type: Enumeration | Structure | None = None
    """Its documented values; or its documented members, or those of each of its items."""
    certain: bool = False
    """Whether Bird always returns it after a completed create. (A channel is missing if
    `wait_for_channel` was false.)"""

    cleared_if_omitted: bool = False
    """Whether Bird omits it if there is none: an answer without it clears the state's value."""

    @property
    def text(self) -> str:
        """The description and the example, in Markdown."""
        return self.description + self._for_example()

    @property
    def output_text(self) -> str:
        """The same for an output: without the effect of omitting it."""
        return self.description.partition(" If omitted, ")[0] + self._for_example()

    def _for_example(self) -> str:
        if self.example is None:
            return ""
        written = json.dumps(self.example, ensure_ascii=False)
        return f" Example: `{self.example if isinstance(self.example, bool) else written}`."

    @property
    def must_be_given(self) -> bool:
        """Whether the program must set it: no setting, default or generated value supplies it."""
        return self.is_input and self.required and not self.setting and not self.automatic

    @property
    def always_there(self) -> bool:
        """Whether every created resource has a value for it."""
        return self.always_set or self.certain or self.response_path == ("id",)

    def __post_init__(self) -> None:
        for path in ("request_path", "response_path"):
            if getattr(self, path) == CAMEL_CASE:
                object.__setattr__(self, path, (camel_case(self.name),))

    def in_order(self, value: Any) -> Any:
        """The value; sorted if its order is not significant."""
        return ordered(value) if self.unordered else value

    @property
    def is_optional_place(self) -> bool:
        """Whether it is an optional part of the location."""
        return bool(self.setting) and not self.required

    @property
    def always_set(self) -> bool:
        """Whether the input always has a value (required or defaulted)."""
        return self.is_input and (self.required or self.default is not None)


@dataclass(frozen=True, kw_only=True)
class Held:
    """What only one item can hold, and Bird states who holds it: `schema` describes it, `path` is
    that of its id in the create request, and its field `holders` has the ids of the holders."""

    schema: ResourceSchema
    path: tuple[str, str]
    holders: str


def _nothing_more(inputs: Mapping[str, Any]) -> Iterator[str]:
    yield from ()


def _by_name(item: Mapping[str, Any]) -> str:
    return f"name: {item['name']}" if item.get("name") else ""


@dataclass(frozen=True, kw_only=True)
class ResourceSchema:
    """A resource: its class name, its noun for messages, its location, and its fields.

    `path` is that of its collection, with the names of inputs in braces; a part in brackets is
    omitted together with its input. `identity` are the keys, in Bird's form, that distinguish it
    from others of its kind. `permission` is what an access role has to allow. `summary` and
    `changes` (the effect of changed inputs) are for the docstrings of its class. `validate` checks
    rules across several inputs.
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
    doubts: Callable[[Mapping[str, Any]], Iterator[str]] = _nothing_more
    """What Bird may accept, but does not document: warnings of the preview, for valid inputs."""
    other_ids: Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]] = dataclass_field(
        default_factory=dict
    )
    """The path of an id in the create request -> paths in a response that may contain the requested
    id, if Bird returns another id of the same thing at the path itself."""
    advice: Mapping[tuple[str, ...], str] = dataclass_field(default_factory=dict)
    """The path of a value in the create request -> what to do if Bird refuses the value."""
    page_size: int | None = 100
    """The largest page size, in rows, that Bird is known to accept; None if it documents no pages
    for the collection."""
    has_ids: bool = True
    """Whether the items have ids."""
    unfolded: Callable[[Mapping[str, Any]], Iterable[Mapping[str, Any]]] | None = None
    """The items in a row of the listing, if a row is not one item."""
    exclusive_name: str = ""
    """The noun for the exclusive value, for messages."""
    exclusive: tuple[tuple[str, ...], ...] = ()
    """Paths in the create request: Bird does not allow two items with the same values at all of
    them."""
    held: Held | None = None
    """The thing behind one of these paths, if Bird states of it which items hold it."""
    label: str = "name"
    """The input that identifies an item to people."""
    doubling: str = ""
    """What happens with two items of one identity: the end of a sentence."""
    details: Callable[[Mapping[str, Any]], str] = _by_name
    """What messages say of an item besides its id, for people; empty if nothing."""
    describes: Callable[[Mapping[str, Any]], bool] = lambda item: True
    """Whether an item of the collection is of this kind: schemas may share a collection."""
    example: str = ""
    """A program for the reference page, without its imports."""

    @cached_property
    def item(self) -> str:
        """Bird's noun for an item of the collection: `connector`."""
        return self.path.rpartition("/")[2].removesuffix("s").replace("-", " ")

    def called(self, item: Mapping[str, Any]) -> str:
        """The id of an item, and what people know it by."""
        details = self.details(item)
        return f"{item['id']} ({details})" if details else str(item["id"])

    @cached_property
    def module(self) -> str:
        """The name of its module and of its reference page: `voice_channel`."""
        return snake_case(self.type_name).removeprefix("_")

    @cached_property
    def id_forms(self) -> str:
        """The forms of an id in an import or a `get`, for messages: the id alone, or preceded by
        its location."""
        own = f"{self.item.replace(' ', '_')}_id".upper()
        *optional, place = (each.upper() for each in re.findall(r"{(\w+)}", self.path))
        short = f"{place}/{own}"
        forms = [own, short, *(f"{each}/{short}" for each in optional)]
        return f"{', '.join(forms[:-1])} or {forms[-1]} (each a UUID)"

    def path_of(self, props: Mapping[str, Any]) -> str:
        """The path of the collection for these inputs."""
        left_out = {each.name for each in self.configurable_inputs if props.get(each.name) is None}

        def part(found: re.Match[str]) -> str:
            return "" if any(f"{{{name}}}" in found[1] for name in left_out) else found[1]

        return re.sub(r"\[(.*?)\]", part, self.path).format_map(props)

    @cached_property
    def inputs(self) -> tuple[Field, ...]:
        """The fields that a program can set."""
        return tuple(field for field in self.fields if field.is_input)

    @cached_property
    def outputs(self) -> tuple[Field, ...]:
        """The fields that only Bird sets."""
        return tuple(field for field in self.fields if not field.is_input)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by name."""
        return {field.name: field for field in self.fields}

    @cached_property
    def configurable_inputs(self) -> tuple[Field, ...]:
        """The inputs that a setting supplies if they are omitted."""
        return tuple(field for field in self.inputs if field.setting)

    @cached_property
    def is_named(self) -> bool:
        """Whether a create generates a name if the program omits it."""
        return any(field.automatic for field in self.inputs)

    @cached_property
    def identifying(self) -> tuple[str, ...]:
        """The names of the inputs that are the identity."""
        return tuple(self.argument_at(each) or each for each in self.identity)

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secret inputs."""
        return tuple(field.name for field in self.inputs if field.secret)

    @cached_property
    def write_only_updates(self) -> tuple[str, ...]:
        """The names of the inputs that Bird never returns, and that can be changed in place."""
        return tuple(
            field.name
            for field in self.inputs
            if field.secret and not field.response_path and field.on_change is OnChange.UPDATE
        )

    def argument_at(self, path: str) -> str | None:
        """The Python argument for a path in Bird's error details, such as
        `.arguments.phoneNumberId`."""
        steps = _steps(path)
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

    def advice_at(self, path: str) -> str | None:
        """What to do if Bird refuses the value at that path of its error details."""
        return self.advice.get(_steps(path))


def _steps(path: str) -> tuple[str, ...]:
    return tuple(step for step in re.split(r"[.\[\]/$]+", path) if step)

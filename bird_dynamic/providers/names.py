"""The plugin's names, and texts that contain Python's: `get_phone_number` is the function
`bird:index:getPhoneNumber` there, and `phone_number_id` the property `phoneNumberId`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bird_dynamic.lifecycle.drift import STATED_OTHERWISE
from bird_dynamic.schema.case import camel_case, snake_case
from bird_dynamic.schema.fields import ResourceSchema
from bird_dynamic.schema.lookups import LOOKUPS, Lookup
from bird_dynamic.schema.naming import DERIVED_NAME, MARK
from bird_dynamic.schema.resources import SCHEMAS
from bird_dynamic.schema.values import nearest

PACKAGE = "bird"
MODULE = "index"
RENAMED = {"listConnectors": "getConnectors"}
"""Functions under the name of an earlier release, which are deprecated, and their names."""
FUNCTIONS: Mapping[str, Lookup] = {
    function: each
    for name, each in LOOKUPS.items()
    for function in (camel_case(name), RENAMED.get(camel_case(name)))
    if function
}
"""The look-ups by their names in the plugin."""
_PROPERTIES = {
    field.name for schema in SCHEMAS.values() for field in schema.fields if "_" in field.name
}
_NAME = re.compile(
    # What is in quotes was given by the user.
    rf"(?<![\"'])\b(?P<name>{'|'.join(sorted({*_PROPERTIES, *LOOKUPS}, key=len, reverse=True))})\b"
    # With a value, it is source: see `any_language`.
    r"(?!=)(?:\([^()]*\)(?:\.\w+)?)?"
)
"""A property, or a look-up with what a program would write after its name."""


def token(name: str) -> str:
    """`VoiceChannel` as `bird:index:VoiceChannel`."""
    return f"{PACKAGE}:{MODULE}:{name}"


def function_name(lookup: str) -> str:
    """`get_phone_number` as `getPhoneNumber`."""
    name = camel_case(lookup)
    return RENAMED.get(name, name)


def with_plugin_names(text: str) -> str:
    """A message for programs in any language: Python's names, each with the plugin's in parentheses
    where it is first used."""
    named: set[str] = set()

    def both(found: re.Match[str]) -> str:
        is_explained = text.startswith((" (", ": did you mean"), found.end())
        is_first = found["name"] not in named
        named.add(found["name"])
        if is_explained or not is_first:
            return found[0]
        return f"{found[0]} ({_in_plugin(found['name'])})"

    return _NAME.sub(both, text)


def explicit_name(urn: str) -> str:
    """The name of an explicit provider; empty for the default one, which has the settings of the
    stack configuration."""
    name = urn.rpartition("::")[2]
    return "" if _DEFAULT.match(name) else name


_DEFAULT = re.compile(r"default(?:$|_[0-9]+_[0-9]+_[0-9]+)")
"""The engine's names for default providers, with the plugin's version if the program states it."""


def of_provider(text: str, provider: str) -> str:
    """A message about settings for the programs of an explicit provider, whose arguments they are;
    unchanged without one. The stack configuration and `bird-dynamic` do not reach it."""
    if not provider:
        return text
    text = re.sub(r" `bird-dynamic doctor[^`]*` tests [^.]*\.", "", text)
    text = re.sub(
        r"([Rr])un `pulumi config set (?:--secret )?bird:(\w+)(?: [^`]*)?`",
        lambda found: (
            f'{"P" if found[1] == "R" else "p"}ass {_both(found[2])} to the provider "{provider}"'
        ),
        text,
    )
    # The environment counts for an explicit provider too. A token of a look-up is no setting.
    return re.sub(
        rf"\bbird:(?!{MODULE}:)(\w+)(?: \(or (BIRD_\w+)\))?",
        lambda found: (
            f'{_both(found[1])} of the provider "{provider}"'
            f"{f' (or {found[2]})' if found[2] else ''}"
        ),
        text,
    )


def _both(key: str) -> str:
    name = snake_case(key)
    return key if name == key else f"{name} ({key})"


def unknown_inputs(
    schema: ResourceSchema, given: Iterable[str], inputs: Iterable[str]
) -> Iterator[str]:
    """A warning for each given property, by its Python name, that the resource does not have, with
    the nearest of its `inputs`. No error: the inputs may come from the state of a newer version."""
    known = {*schema.by_name, DERIVED_NAME, MARK, STATED_OTHERWISE}
    names = [camel_case(each) for each in inputs]
    for name in sorted({*given} - known):
        if not name.startswith("_"):
            advice = did_you_mean(camel_case(name), names)
            yield f"{camel_case(name)}: is not an argument of {schema.type_name}; {advice}"


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Advice for an unknown name: the nearest known one, or all of them."""
    names = tuple(known)
    near = nearest(given, names)
    return f"did you mean {near}?" if near else f"there are {', '.join(names)}"


def in_plugin_terms(description: str) -> str:
    """A description in Markdown with the plugin's names in place of Python's, with the booleans of
    JSON, and without Python's None."""
    renamed = re.sub(
        r"`([a-z]+(?:_[a-z]+)+)`",
        lambda found: f"`{function_name(found[1])}`",
        description,
    )
    booleans = re.sub(r"`?\b(True|False)\b`?", lambda found: f"`{found[1].lower()}`", renamed)
    return re.sub(r"`?\bNone\b`?", "not set", booleans)


def _in_plugin(name: str) -> str:
    return token(function_name(name)) if name in LOOKUPS else camel_case(name)

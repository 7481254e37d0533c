"""Messages of the plugin for programs in any language.

The operations write remedies in Python, ready to be copied. Here, what programs in other languages
have in their place is put before them: `adopt: "ID" (in Python, adopt="ID")`. It is written as in
YAML and TypeScript; programs in Go, C# and Java have the same names.
"""

from __future__ import annotations

import re

from bird_dynamic.providers.names import with_plugin_names
from bird_dynamic.schema.case import camel_case
from bird_dynamic.schema.resources import SCHEMAS

_ARGUMENTS = {field.name for schema in SCHEMAS.values() for field in schema.inputs}
_VALUE = r'"(?:[^"\\]|\\.)*"|False\b'
_SOURCE = re.compile(
    r"opts=pulumi\.ResourceOptions\("
    r"(?:(?P<option>\w+)=(?P<chosen>True|False)"
    r'|aliases=\[pulumi\.Alias\((?:name="(?P<old_name>.*?)"|parent=.*?)\)\])\)'
    rf"|\b(?P<argument>{'|'.join(sorted(_ARGUMENTS))})=(?P<value>{_VALUE})"
)
"""The Python that messages contain: a resource option, or an argument with its value."""


def in_any_language(text: str, urn: str) -> str:
    """A message about the resource with that URN, with the names and the syntax of every
    language."""

    def both(source: re.Match[str]) -> str:
        return f"{_elsewhere(source, urn)} (in Python, {source[0]})"

    return _SOURCE.sub(both, with_plugin_names(text))


def _elsewhere(source: re.Match[str], urn: str) -> str:
    if source["argument"]:
        return _pair(source["argument"], source["value"])
    if source["option"]:
        return f"the option {_pair(source['option'], source['chosen'])}"
    # Programs in YAML name an alias by its URN only.
    old_name = source["old_name"]
    # A name may contain what separates the parts of a URN.
    place = "::".join(urn.split("::", 3)[:3])
    old_urn = "<its old URN>" if old_name is None else f"{place}::{old_name}"
    return f'the option aliases: ["{old_urn}"]'


def _pair(name: str, value: str) -> str:
    return f"{camel_case(name)}: {value.lower() if value in ('True', 'False') else value}"

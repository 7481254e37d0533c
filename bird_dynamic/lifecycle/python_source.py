"""Writes parts of a Python program: values, and declarations of resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def literal(value: Any) -> str:
    """A value as Python source: with double quotes, as formatters use, unless something needs
    escaping. Never contains a control character."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{literal(key)}: {literal(each)}" for key, each in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, str):
        simple = '"' not in value and "\\" not in value and value.isprintable()
        return f'"{value}"' if simple else repr(value)
    return repr(value)


def declaration(type_name: str, resource_name: str, arguments: Mapping[str, Any]) -> str:
    """A resource in one line. Arguments that are None are left out."""
    given = [f"{name}={literal(each)}" for name, each in arguments.items() if each is not None]
    return f"{type_name}({', '.join([literal(resource_name), *given])})"

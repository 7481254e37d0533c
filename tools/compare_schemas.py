"""Name what a schema breaks for users of an earlier one: `compare_schemas.py OLD NEW`.

A user's program breaks if something that it may use is gone, has another type, or now wants an
input that the program does not give. What is added breaks nothing. Ends with 1 if there is such a
break and NEW's version promises that there is none: before 1.0 a new minor version may break
programs, later a new major one.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Schema = Mapping[str, Any]
TYPE = ("type", "$ref", "items", "additionalProperties", "oneOf")
"""The keys of a property that make its type. Texts and defaults may change."""


def main() -> int:
    """Print what breaks; the exit status."""
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} OLD NEW")
    old, new = (json.loads(Path(each).read_text(encoding="utf-8")) for each in sys.argv[1:])
    versions = f"{old['version']} to {new['version']}"
    found = list(breaks(old, new))
    if not found:
        print(f"from {versions}, nothing breaks")
        return 0
    print(f"from {versions}, this breaks programs:", *found, sep="\n  ")
    if may_break(old["version"], new["version"]):
        return 0
    print("raise the version in pyproject.toml: before 1.0 the minor version, later the major one")
    return 1


def may_break(old: str, new: str) -> bool:
    """Whether semantic versioning lets the newer version break programs."""
    before, after = ([int(part) for part in each.split(".")[:2]] for each in (old, new))
    return after[0] > before[0] or (after[0] == 0 and after > before)


def breaks(old: Schema, new: Schema) -> Iterator[str]:
    """What breaks programs written for the old schema, one line each."""
    yield from _inputs("configuration", _variables(old), _variables(new))
    yield from _inputs("provider", old["provider"], new["provider"])
    taken = _types_of_inputs(new)
    for kind in ("resource", "function", "type"):
        newer = new.get(f"{kind}s", {})
        for token, definition in old.get(f"{kind}s", {}).items():
            where = f"{kind} {token}"
            if token not in newer:
                yield f"{where}: is gone"
            elif kind == "resource":
                yield from _inputs(where, definition, newer[token])
                yield from _outputs(where, definition, newer[token])
            elif kind == "function":
                yield from _function(where, definition, newer[token])
            else:
                yield from _type(where, definition, newer[token], is_input=token in taken)


def _types_of_inputs(schema: Schema) -> set[str]:
    """The types of which programs write values, by their tokens."""
    resources, functions = (schema.get(kind, {}).values() for kind in ("resources", "functions"))
    text = json.dumps(
        [each.get("inputProperties") for each in resources]
        + [each.get("inputs") for each in functions]
    )
    found: set[str] = set()
    while more := set(re.findall(r'"#/types/([^"]+)"', text)) - found:
        found |= more
        text = json.dumps([schema["types"].get(each) for each in more])
    return found


def _variables(schema: Schema) -> Schema:
    config = schema.get("config", {})
    return {
        "inputProperties": config.get("variables", {}),
        "requiredInputs": config.get("required", ()),
    }


def _function(where: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = (_as_inputs(each.get("inputs", {})) for each in (old, new))
    yield from _inputs(where, before, after)
    yield from _outputs(where, old.get("outputs", {}), new.get("outputs", {}))


def _type(where: str, old: Schema, new: Schema, *, is_input: bool) -> Iterator[str]:
    # Its values are outputs, too: a resource has its inputs among its properties.
    yield from _outputs(where, old, new)
    wanted = set(new.get("required", ())) - set(old.get("required", ()))
    for name in sorted(wanted if is_input else ()):
        yield f"{where}: the property {name} is required now"
    values = [each["value"] for each in new.get("enum", ())]
    for each in old.get("enum", ()):
        if each["value"] not in values:
            yield f"{where}: the value {each['value']} is gone"


def _as_inputs(definition: Schema) -> Schema:
    return {
        "inputProperties": definition.get("properties", {}),
        "requiredInputs": definition.get("required", ()),
    }


def _inputs(where: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = (each.get("inputProperties", {}) for each in (old, new))
    yield from _changes(f"{where}: the input", before, after)
    for name in sorted(set(new.get("requiredInputs", ())) - set(old.get("requiredInputs", ()))):
        yield f"{where}: the input {name} is required now"


def _outputs(where: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = (each.get("properties", {}) for each in (old, new))
    yield from _changes(f"{where}: the property", before, after)
    for name in sorted(set(old.get("required", ())) - set(new.get("required", ()))):
        if name in after:
            yield f"{where}: the property {name} may be missing now"


def _changes(what: str, old: Schema, new: Schema) -> Iterator[str]:
    for name, definition in old.items():
        if name not in new:
            yield f"{what} {name} is gone"
        elif (before := _shape(definition)) != (after := _shape(new[name])):
            yield f"{what} {name} was {before} and is {after}"


def _shape(definition: Schema) -> str:
    return json.dumps({key: definition[key] for key in TYPE if key in definition}, sort_keys=True)


if __name__ == "__main__":
    sys.exit(main())

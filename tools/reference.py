"""Write the reference pages, `docs/reference`, from the descriptions and the docstrings; `--check`
tells which are out of date.

Nothing is said here that is not said there: a page that reads badly is mended at its source.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import bird_dynamic
from bird_dynamic.lifecycle.catalogue import DESCRIPTIONS
from bird_dynamic.lifecycle.fields import Description, Field, OnChange
from bird_dynamic.lifecycle.lookups import LOOKED_UP
from bird_dynamic.settings import SETTINGS, Setting

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
EFFECTS = {
    OnChange.REPLACE: "replaces",
    OnChange.UPDATE: "in place",
    OnChange.NOTHING: "nothing",
}


def pages() -> dict[str, str]:
    """Every page by the name of its file."""
    resources = {
        f"{_file(name)}.md": "\n".join(_resource(description)) + "\n"
        for name, description in DESCRIPTIONS.items()
    }
    return {
        **resources,
        "lookups.md": "\n".join(_lookups()) + "\n",
        "configuration.md": "\n".join(_configuration()) + "\n",
    }


def _resource(description: Description) -> Iterator[str]:
    resource = getattr(bird_dynamic, description.type_name)
    inputs = {field.name: field for field in description.inputs}
    yield f"# {description.type_name}"
    yield ""
    yield _text(resource)
    yield ""
    yield _text(resource.__init__).partition(":param")[0].strip()
    yield ""
    yield f"It lies at `{description.path}`."
    yield f"The access key's role must allow {_paths(description.permission)}."
    yield ""
    yield "## Arguments"
    yield ""
    yield "| argument | type | if omitted | a change | |"
    yield "|---|---|---|---|---|"
    for name, text in _parameters(resource.__init__).items():
        if name in inputs:
            field = inputs[name]
            secret = " Secret." if field.secret and "Secret" not in text else ""
            effect = EFFECTS[field.on_change] if field.sent or field.setting else "the state alone"
            effect = "nothing" if field.on_change is OnChange.NOTHING else effect
            yield (
                f"| `{name}` | {field.kind.name} | {_omitted(field)} | {effect} | {text}{secret} |"
            )
    yield ""
    yield "## Outputs"
    yield ""
    yield "The arguments, and:"
    yield ""
    yield "| output | |"
    yield "|---|---|"
    for field in description.outputs:
        yield f"| `{field.name}` | {field.description} |"
    yield ""
    yield f"## `{description.type_name}.get`"
    yield ""
    yield from _function(resource.get)


def _lookups() -> Iterator[str]:
    yield "# Look-ups"
    yield ""
    yield "They read when the program runs, in previews too, with the configuration of the"
    yield "resources. Each comes also with `_output` behind its name: that one accepts outputs and"
    yield "returns one."
    for name in bird_dynamic.__all__:
        if f"{name}_output" in bird_dynamic.__all__:
            function = getattr(bird_dynamic, name)
            yield ""
            yield f"## `{name}`"
            yield ""
            yield f"`{name}({', '.join(_written(function))})`"
            yield ""
            yield from _function(function)
    for result, description in LOOKED_UP.items():
        described = {field.name: field.description for field in description.fields}
        yield ""
        yield f"## `{result}`"
        yield ""
        yield "| field | |"
        yield "|---|---|"
        for field in fields(getattr(bird_dynamic, result)):
            yield f"| `{field.name}` | {described[field.name]} |"


def _configuration() -> Iterator[str]:
    yield "# Configuration"
    yield ""
    yield "A resource's own argument goes before the stack configuration, that before the"
    yield 'environment, that before the default. With `profile="bird-eu"`, the keys are'
    yield "`bird-eu:…`, and no variable stands in."
    yield ""
    yield "| stack configuration | environment | default | example | |"
    yield "|---|---|---|---|---|"
    yield from map(_setting, SETTINGS)


def _setting(setting: Setting) -> str:
    key = f"`bird:{setting.key}`" if setting.key else ""
    variable, default, example = (
        text and f"`{text}`" for text in (setting.variable, setting.default, setting.example)
    )
    secret = " Secret." if setting.secret else ""
    return f"| {key} | {variable} | {default} | {example} | {setting.description}{secret} |"


def _written(function: Callable[..., Any]) -> Iterator[str]:
    for name, parameter in inspect.signature(function).parameters.items():
        yield name if parameter.default is inspect.Parameter.empty else f"{name}=…"


def _paths(text: str) -> str:
    """Its paths as code, because Markdown reads their stars."""
    return re.sub(r"/\S*\*", lambda path: f"`{path[0]}`", text)


def _function(function: Callable[..., Any]) -> Iterator[str]:
    yield _text(function).partition(":param")[0].partition(":raises")[0].strip()
    parameters = _parameters(function)
    if parameters:
        yield ""
        yield "| argument | |"
        yield "|---|---|"
        for name, text in parameters.items():
            yield f"| `{name}` | {text} |"


def _omitted(field: Field) -> str:
    if field.setting:
        return f"`bird:{field.setting}`"
    if field.automatic:
        return "made up"
    if field.required:
        return "**required**"
    return f"`{field.default!r}`" if field.default is not None else ""


def _parameters(function: Callable[..., Any]) -> dict[str, str]:
    found = re.findall(r":param (\w+): (.+?)(?=:param|:raises|$)", _text(function), re.S)
    return {name: re.sub(r"\s+", " ", text).strip() for name, text in found}


def _text(documented: Any) -> str:
    return inspect.cleandoc(documented.__doc__ or "")


def _file(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def main() -> int:
    """Write them, or with --check say which are out of date."""
    wanted = pages()
    stale = [
        name
        for name, text in wanted.items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text() != text
    ]
    if "--check" in sys.argv[1:]:
        for name in stale:
            print(f"docs/reference/{name} is out of date: run `make docs`")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (FOLDER / name).write_text(wanted[name])
    return 0


if __name__ == "__main__":
    sys.exit(main())

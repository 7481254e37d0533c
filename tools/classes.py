"""Write what programs import, from the tables: the resource classes, the look-ups with their
results, the classes over the plugin, and the lists of names. `--check` tells which are out of date.

The signatures are spelled out, because editors and type checkers read them and no table.
"""

from __future__ import annotations

import base64
import pickle
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from bird_dynamic.providers.dynamic import provider
from bird_dynamic.schema.case import snake_case
from bird_dynamic.schema.fields import Field, ResourceSchema
from bird_dynamic.schema.kinds import Shape
from bird_dynamic.schema.lookups import LOOKUPS, PLACE, RESULTS, Lookup, Result
from bird_dynamic.schema.resources import SCHEMAS
from bird_dynamic.settings import CONFIGURABLE
from tools.generated import ROOT, write_or_check

FOLDER = ROOT / "bird_dynamic"
TABLES = "bird_dynamic.schema"
GENERATED = "# Generated from the tables by tools/classes.py: run `make docs`, do not edit.\n"
TYPES = {
    Shape.TEXT: ("str", "str"),
    Shape.TEXT_OR_NUMBER: ("str | float", "str | float"),
    Shape.BOOLEAN: ("bool", "bool"),
    Shape.MAP: ("Mapping[str, Any]", "dict[str, Any]"),
    Shape.TEXTS: ("Sequence[str]", "list[str]"),
    Shape.MAPS: (
        "Sequence[pulumi.Input[Mapping[str, pulumi.Input[str]]]]",
        "list[dict[str, str]]",
    ),
}
"""The types of an input and of an output of each shape."""
NATIVE = '''"""\
The same resources through the plugin `pulumi-resource-bird`; only the import changes.

    from bird_dynamic.native import VoiceChannel

The next `pulumi up` moves a stack from the classes of `bird_dynamic`, and changes nothing in Bird:
each class has the alias of the other. `Pulumi.yaml` names the folder of the plugin:

    plugins: {providers: [{name: bird, path: .venv/bin}]}
"""'''
PACKAGE = '''"""\
A Pulumi provider for Bird: voice channels, connectors and webhooks declared in code.

    from bird_dynamic import VoiceChannel

    support = VoiceChannel("support", phone_number_id="2cffb55c-120e-91a8-8f10-ed9d1b412d29")

Names are imported on first use, so that the emulator starts without Pulumi.
(PYTEST_DONT_REWRITE prevents a warning if a program that has imported this runs pytest.)
"""'''
COMPONENTS = {"PhoneLine": "bird_dynamic.components.phone_line"}
"""The components, which are written by hand, and their modules."""
RESOURCE_NAME = "The name of the resource in the program."
OPTIONS = "Pulumi's resource options."
INVOKE_OPTIONS = (
    "Pulumi's invoke options, such as `pulumi.InvokeOptions(provider=eu)`: the account of a "
    "`Provider`, or of the one that a `parent` passes on. Not with `profile`."
)
FINDERS = "find_all, find_all_output, find_one, find_one_output"
"""What the look-ups call, of either way in."""
AUDIT = ("Audit", "AuditFailedError", "AuditFinding", "AuditedNumber", "audit")
"""The public names of the audit, which are written by hand in `command/audit.py`."""


def files() -> dict[Path, str]:
    """Every generated file, formatted, by its path."""
    modules = {name: schema.module for name, schema in SCHEMAS.items()}
    texts = {
        f"resources/{module}.py": _resource(SCHEMAS[name], module)
        for name, module in modules.items()
    }
    texts |= {
        "resources/provider.py": _provider(),
        "lookups.py": _lookups(),
        "native.py": _native(modules),
        "__init__.py": _package(modules),
    }
    return {
        FOLDER / name: _formatted(GENERATED + "\n".join(lines) + "\n")
        for name, lines in texts.items()
    }


def _resource(schema: ResourceSchema, module: str) -> Iterator[str]:
    name, noun, constant = schema.type_name, schema.noun, module.upper()
    yield f'"""The resource class `{name}`."""'
    yield "from __future__ import annotations"
    yield "from collections.abc import Mapping, Sequence"
    yield "from typing import TYPE_CHECKING, Any"
    yield "import pulumi"
    yield f"from {TABLES}.{module} import {constant}"
    yield "from bird_dynamic.resources.base import BirdResource"
    yield "if TYPE_CHECKING:\n    from typing_extensions import Self\n"
    # Not what this Python's default protocol writes: every state holds this one.
    pickled = base64.b64encode(pickle.dumps(provider(name), protocol=4)).decode()
    yield "REFERENCE = (" + "\n".join(f'"{each}"' for each in textwrap.wrap(pickled, 76)) + ")"
    yield _docstring(
        f'`bird_dynamic.providers.dynamic.provider("{name}")`, pickled. FROZEN: every state holds '
        "it.",
        indent=0,
    )
    yield f'class {name}(BirdResource, module="bird", name="{name}"):'
    yield _docstring(*_paragraphs(schema.summary))
    yield f"    SCHEMA = {constant}\n    REFERENCE = REFERENCE\n"
    for field in schema.fields:
        given = TYPES[field.kind.shape][1] + ("" if field.always_there else " | None")
        yield f"    {field.name}: pulumi.Output[{given}]"
        if not field.is_input:
            yield _docstring(field.output_text)
    yield "    def __init__(self, resource_name: str, *,"
    yield from map(_parameter, schema.inputs)
    yield "    opts: pulumi.ResourceOptions | None = None) -> None:"
    yield _docstring(
        f"Declare a {noun}.",
        schema.changes,
        _described(("resource_name", RESOURCE_NAME), *schema.inputs, ("opts", OPTIONS)),
        indent=8,
    )
    yield f"        super().__init__(resource_name, {_dict(schema.inputs)}, opts)\n"
    places = [field for field in schema.inputs if field.setting or field.name == "profile"]
    yield "    @classmethod"
    yield "    def get(cls, resource_name: str, id: pulumi.Input[str], *,"
    yield from map(_parameter, places)
    yield "    opts: pulumi.ResourceOptions | None = None) -> Self:"
    yield _docstring(
        f"Read an existing {noun}; this stack never changes or deletes it.",
        "It is read in every preview and `up`. Fails if it does not exist.",
        _described(
            ("resource_name", RESOURCE_NAME),
            ("id", f"Id (UUID) of the {schema.item}."),
            *places,
            ("opts", OPTIONS),
        ),
        indent=8,
    )
    yield f"        place = {_dict(places)}"
    yield "        return cls._get(resource_name, id, place, opts)"


def _provider() -> Iterator[str]:
    settings = {snake_case(key): setting for key, setting in CONFIGURABLE.items()}
    yield '"""The class `Provider` of `bird_dynamic.native`."""'
    yield "from __future__ import annotations\nimport pulumi"
    yield "class Provider(pulumi.ProviderResource):"
    yield _docstring(
        "An explicit provider with its own account, for resources and look-ups with "
        "`opts.provider`.",
        "Settings that are omitted come from the environment, not from the stack's `bird:` "
        "configuration.",
    )
    yield "    def __init__(self, resource_name: str, *,"
    for name, setting in settings.items():
        kind = "int" if setting.is_number else "str"
        yield f"    {name}: pulumi.Input[{kind}] | None = None,"
    yield "    opts: pulumi.ResourceOptions | None = None) -> None:"
    described = [
        (name, f"{setting.text} Example: `{setting.example}`.")
        for name, setting in settings.items()
    ]
    yield _docstring(
        "Declare an account.",
        _described(("resource_name", RESOURCE_NAME), *described, ("opts", OPTIONS)),
        indent=8,
    )
    yield "        given = {"
    for name, setting in settings.items():
        secret = f"None if {name} is None else pulumi.Output.secret({name})"
        yield f'"{setting.key}": {secret if setting.secret else name},'
    yield '        }\n        super().__init__("bird", resource_name, given, opts)'


def _lookups() -> Iterator[str]:
    yield _docstring(
        "Look-ups (data sources) of existing phone numbers, connectors, channels and webhook "
        "events.",
        "Each look-up runs with the program, also in previews. Each has two forms: a plain "
        "function that returns its result, and one that ends in `_output`, which accepts outputs "
        "of other resources and returns an output.",
        "They use the same settings as the resources: `bird:accessKey`, …, then the environment.",
        indent=0,
    )
    yield "from __future__ import annotations\nfrom dataclasses import dataclass"
    yield "from typing import Any\nimport pulumi"
    yield f"from bird_dynamic.lookup_base import LookupFailedError, {FINDERS}"
    yield f"__all__ = {_names()!r}"
    for result in RESULTS.values():
        yield from _result(result)
    yield from _functions()


def _result(result: Result) -> Iterator[str]:
    yield f"@dataclass(frozen=True)\nclass {result.class_name}:"
    yield _docstring(*_paragraphs(result.summary))
    names = [field.name for field in result.fields]
    last_certain = max(map(names.index, result.certain))
    for place, field in enumerate(result.fields):
        optional = "" if field.name in result.certain else " | None"
        # A test of a program makes results of its own: what is added later has a default.
        default = " = None" if place > last_certain else ""
        yield f"    {field.name}: {TYPES[field.kind.shape][1]}{optional}{default}"
        yield _docstring(field.output_text)


def _functions(*, over_plugin: bool = False) -> Iterator[str]:
    for name, lookup in LOOKUPS.items():
        yield from _function(name, lookup, over_plugin)
    for name, lookup in LOOKUPS.items():
        yield from _output_function(name, lookup, over_plugin)


def _function(name: str, lookup: Lookup, over_plugin: bool) -> Iterator[str]:
    yield from _head(name, lookup, "{}", "{}", over_plugin)
    raised = "If the request fails." if lookup.lists else "If not exactly one item matches."
    options = [("opts", INVOKE_OPTIONS)] if over_plugin else []
    yield _docstring(
        *_paragraphs(lookup.summary),
        [
            *_described(*lookup.arguments, *PLACE, *options),
            f":raises LookupFailedError: {raised}",
        ],
    )
    yield from _body(name, lookup, "", over_plugin)


def _output_function(name: str, lookup: Lookup, over_plugin: bool) -> Iterator[str]:
    output = f"{name}_output"
    yield from _head(output, lookup, "pulumi.Output[{}]", "pulumi.Input[{}]", over_plugin)
    yield _docstring(f"`{name}` for outputs.")
    yield from _body(name, lookup, "_output", over_plugin)


def _head(name: str, lookup: Lookup, returned: str, taken: str, over_plugin: bool) -> Iterator[str]:
    kind = lookup.result.class_name
    yield f"def {name}("
    first = [each for each in lookup.arguments if each.required or each.is_positional]
    named = [each for each in lookup.arguments if each not in first]
    yield from (_parameter(each, taken) for each in first)
    yield "*,"
    yield from (_parameter(each, taken) for each in (*named, *PLACE))
    if over_plugin:
        yield "opts: pulumi.InvokeOptions | None = None,"
    yield f") -> {returned.format(f'list[{kind}]' if lookup.lists else kind)}:"


def _body(name: str, lookup: Lookup, form: str, over_plugin: bool) -> Iterator[str]:
    find = f"{'find_all' if lookup.lists else 'find_one'}{form}"
    opts = ", opts" if over_plugin else ""
    yield f"    given = {_dict((*lookup.arguments, *PLACE))}"
    yield f'    return {find}("{name}", {lookup.result.class_name}, given{opts})'


def _native(modules: dict[str, str]) -> Iterator[str]:
    yield NATIVE
    yield "from __future__ import annotations\nimport pulumi"
    yield f"from bird_dynamic.lookup_over_plugin import {FINDERS}"
    yield f"from bird_dynamic.lookups import LookupFailedError, {', '.join(RESULTS)}"
    yield f"from bird_dynamic.resources import {', '.join(sorted(modules.values()))}"
    yield "from bird_dynamic.components import phone_line"
    yield "from bird_dynamic.resources.over_plugin import OverPlugin"
    yield "from bird_dynamic.resources.provider import Provider"
    yield f"__all__ = {sorted([*modules, *COMPONENTS, *_names(), 'Provider'])!r}"
    for name, module in modules.items():
        yield f"class {name}(OverPlugin, {module}.{name}):"
        yield _docstring(f"See `bird_dynamic.{name}`.")
    yield "class PhoneLine(phone_line.PhoneLine):"
    yield _docstring("See `bird_dynamic.PhoneLine`.")
    yield "    CHANNEL_CLASS = VoiceChannel\n    WEBHOOK_CLASS = WebhookSubscription"
    yield from _functions(over_plugin=True)


def _package(modules: dict[str, str]) -> Iterator[str]:
    yield PACKAGE
    yield "from importlib import import_module\nfrom typing import TYPE_CHECKING, Any"
    yield "if TYPE_CHECKING:"
    yield f"    from bird_dynamic.command.audit import {', '.join(AUDIT)}"
    yield f"    from bird_dynamic.lookups import {_joined()}"
    for name, module in sorted(modules.items()):
        yield f"    from bird_dynamic.resources.{module} import {name}"
    for name, place in COMPONENTS.items():
        yield f"    from {place} import {name}"
    yield f"__all__ = {sorted([*modules, *COMPONENTS, *_names(), *AUDIT])!r}"
    places = {name: f"bird_dynamic.resources.{modules[name]}" for name in sorted(modules)}
    places |= COMPONENTS
    places |= dict.fromkeys(AUDIT, "bird_dynamic.command.audit")
    yield f"_PLACES = {places!r}"
    yield """def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES.get(name, "bird_dynamic.lookups")), name)
def __dir__() -> list[str]:
    return [*globals(), *__all__]"""


def _names() -> list[str]:
    """The public names of the look-ups."""
    functions = [f"{name}{form}" for name in LOOKUPS for form in ("", "_output")]
    return sorted(["LookupFailedError", *RESULTS, *functions])


def _joined() -> str:
    return f"({', '.join(_names())},)"


def _parameter(field: Field, form: str = "pulumi.Input[{}]") -> str:
    taken = form.format(TYPES[field.kind.shape][0])
    if field.must_be_given:
        return f"{field.name}: {taken},"
    optional = "" if field.default is not None else " | None"
    return f"{field.name}: {taken}{optional} = {field.default!r},"


def _dict(fields: Iterable[Field]) -> str:
    return "{" + ", ".join(f'"{field.name}": {field.name}' for field in fields) + "}"


def _described(*parameters: Field | tuple[str, str]) -> list[str]:
    pairs = [(each.name, each.text) if isinstance(each, Field) else each for each in parameters]
    return [f":param {name}: {text}" for name, text in pairs]


def _first(text: str) -> str:
    return f"{text.partition('. ')[0].removesuffix('.')}."


def _paragraphs(text: str) -> tuple[str, ...]:
    """The first sentence, and what follows it."""
    return tuple(each for each in (_first(text), text.partition(". ")[2]) if each)


def _docstring(*paragraphs: str | list[str], indent: int = 4) -> str:
    """Paragraphs and lists of parameters, wrapped, in quotes."""
    blank = " " * indent
    written: list[str] = []
    for paragraph in filter(None, paragraphs):
        parts = [paragraph] if isinstance(paragraph, str) else paragraph
        hanging = blank if isinstance(paragraph, str) else f"{blank}    "
        # The quotes stand before the first line and after the last.
        width = 97 if len(paragraphs) == 1 else 100
        wrapped = [
            textwrap.fill(
                part if written else f'"""{part}',
                width,
                initial_indent=blank,
                subsequent_indent=hanging,
                break_long_words=False,
                break_on_hyphens=False,
            )
            for part in parts
        ]
        written.append("\n".join(wrapped))
    end = f"\n{blank}" if len(written) > 1 else ""
    return "\n\n".join(written) + f'{end}"""'


def _formatted(text: str) -> str:
    """As `ruff` formats it: imports sorted, those that are not used left out."""
    for command in (["check", "--select=I,F401", "--fix", "--quiet"], ["format", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename=bird_dynamic/x.py", "-"]
        text = subprocess.run(
            ruff, input=text, capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout
    return text


if __name__ == "__main__":
    sys.exit(write_or_check(files()))

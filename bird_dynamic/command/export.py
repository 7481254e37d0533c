"""Writes the Pulumi program of an existing workspace: every resource adopts or imports its item.

Values that Bird never returns (security arguments, signing keys) are omitted, so that adopting
changes nothing. Adding one later updates or replaces the resource.
"""

from __future__ import annotations

import json
import keyword
import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.adoption import mismatches
from bird_dynamic.lifecycle.check import Checked, check
from bird_dynamic.lifecycle.error_messages import describing_errors
from bird_dynamic.lifecycle.mapping import imported_maps, to_state, value_at
from bird_dynamic.lifecycle.python_source import literal
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.fields import Properties, ResourceSchema
from bird_dynamic.schema.naming import MARK
from bird_dynamic.schema.resources import SCHEMAS
from bird_dynamic.settings import Settings

PLUGIN = "pulumi-resource-bird"


@dataclass(frozen=True)
class Resource:
    """One resource of the program, with a unique `variable` and `name`."""

    type_name: str
    variable: str
    name: str
    item_id: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Installed:
    """Where this package is installed, as paths relative to the folder of the project.

    `virtual_environment`: None outside of one. `plugin_folder`: that of `pulumi-resource-bird`;
    None if it is unknown.
    """

    virtual_environment: str | None = None
    plugin_folder: str | None = None

    @classmethod
    def seen_from(cls, folder: Path) -> Installed:
        """The installation of this process."""
        scripts = sysconfig.get_path("scripts")
        plugin = shutil.which(PLUGIN, path=scripts) or shutil.which(PLUGIN)
        return cls(
            None if sys.prefix == sys.base_prefix else _relative(sys.prefix, folder),
            _relative(os.path.dirname(plugin), folder) if plugin else None,
        )


def _relative(path: str, folder: Path) -> str:
    # `..` leads out of the target of a symlink, not out of the symlink.
    path, start = os.path.realpath(path), os.path.realpath(folder)
    try:
        return Path(os.path.relpath(path, start)).as_posix()
    except ValueError:
        # Windows: on another drive.
        return Path(path).as_posix()


@dataclass(frozen=True)
class Reference:
    """An expression for another resource's output; written as it is."""

    expression: str

    def __repr__(self) -> str:
        return self.expression


@dataclass
class Workspace:
    """The resources of a workspace, and remarks for the user."""

    id: str
    resources: list[Resource] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def add(
        self, type_name: str, called: str, item_id: str, arguments: Mapping[str, Any]
    ) -> Resource:
        """Add a resource under a unique name."""
        words = re.sub(r"[^a-z0-9]+", "-", called.lower()).strip("-") or type_name.lower()
        name, count = words, 1
        while name in self.taken:
            count += 1
            name = f"{words}-{count}"
        self.taken.add(name)
        variable = name.replace("-", "_")
        if not variable.isidentifier() or keyword.iskeyword(variable):
            variable = f"_{variable}"
        resource = Resource(type_name, variable, name, item_id, arguments)
        self.resources.append(resource)
        return resource


def exported(account: Account) -> Workspace:
    """Read the workspace of the account's settings. Raises OperationError."""
    workspace = Workspace(str(account.settings.workspace_id))
    channels: dict[str, Reference] = {}
    unreturned: set[str] = set()
    for schemas in _collections():
        for item in _all_of(account, schemas[0]):
            schema = next(each for each in schemas if each.describes(item))
            resource = _resource(workspace, account.settings, schema, item, channels)
            if resource is None:
                continue
            if isinstance(channel_id := value_at(("channel", "channelId"), item), str):
                channels[channel_id] = Reference(f"{resource.variable}.channel_id")
            unreturned.update(schema.secrets)
    if unreturned:
        names = ", ".join(sorted(unreturned))
        workspace.remarks.append(f"Not included, because Bird does not return them: {names}.")
    return workspace


def _collections() -> list[list[ResourceSchema]]:
    """The schemas of each collection, in the order of the table."""
    by_path: dict[str, list[ResourceSchema]] = {}
    for schema in SCHEMAS.values():
        by_path.setdefault(schema.path, []).append(schema)
    return list(by_path.values())


def written(
    workspace: Workspace, protect: bool, to_import: bool, installed: Installed | None = None
) -> dict[str, str]:
    """The files of the project, by name. `to_import`: for the plugin, without `adopt`, and with the
    file for `pulumi import --file`. `installed` is written to `Pulumi.yaml`."""
    types = sorted({resource.type_name for resource in workspace.resources})
    package = "bird_dynamic.native" if to_import else "bird_dynamic"
    imports = [f"from {package} import {', '.join(types)}"] if types else []
    guard = []
    if protect and types:
        imports = ["import pulumi", "", *imports]
        guard = [
            "# Protected resources can be neither destroyed nor replaced.",
            "PROTECTED = pulumi.ResourceOptions(protect=True)",
            "",
        ]
    advice = "After the first `pulumi up`, you can remove every adopt=."
    sources = (_source(each, protect, adopts=not to_import) for each in workspace.resources)
    program = [
        f'"""The Bird workspace {workspace.id}.',
        *([] if to_import else ["", advice]),
        '"""',
        "",
        *imports,
        "",
        *guard,
        *chain.from_iterable(sources),
    ]
    project = _project(workspace, to_import, installed or Installed())
    files = {"__main__.py": "\n".join(program).rstrip() + "\n", "Pulumi.yaml": project}
    if to_import:
        files["import.json"] = json.dumps(_import_document(workspace), indent=2) + "\n"
    return files


def _project(workspace: Workspace, to_import: bool, installed: Installed) -> str:
    options = ["toolchain: pip"]
    if installed.virtual_environment is not None:
        # A JSON string is a YAML string, whatever is in the path.
        options.append(f"virtualenv: {json.dumps(installed.virtual_environment)}")
    lines = [
        "name: bird-workspace",
        f"description: The Bird workspace {workspace.id}",
        "runtime:",
        "  name: python",
        "  options:",
        *(f"    {each}" for each in options),
    ]
    if to_import:
        path = installed.plugin_folder
        lines += [
            "plugins:",
            "  providers:",
            "    - name: bird",
            f"      path: {json.dumps(path)}"
            if path is not None
            else "      path: .venv/bin # change this to the folder of pulumi-resource-bird",
        ]
    return "\n".join(lines) + "\n"


def _import_document(workspace: Workspace) -> dict[str, Any]:
    return {
        "resources": [
            {"type": f"bird:index:{each.type_name}", "name": each.name, "id": each.item_id}
            for each in workspace.resources
        ]
    }


def _all_of(account: Account, schema: ResourceSchema) -> list[Item]:
    """Every item, each read by a GET: list rows may be incomplete."""
    with describing_errors(f"Listing {schema.item}s", schema, account.settings):
        _, session = account.open(schema, {})
        deadline = session.deadline()
        rows = list(chain.from_iterable(session.collection.pages(deadline)))
        found = (session.collection.get(row["id"], deadline) for row in rows)
        return [item for item in found if item is not None]


def _resource(
    workspace: Workspace,
    settings: Settings,
    schema: ResourceSchema,
    item: Item,
    channels: Mapping[str, Reference],
) -> Resource | None:
    """Add the resource that adopts the item, or a remark that nothing can."""
    state = to_state(schema, item, imported_maps(schema, item))
    arguments: Properties = {
        field.name: state[field.name]
        for field in schema.inputs
        if field.response_path
        and not field.secret
        and state[field.name] not in (None, {}, [], field.default)
    }
    if "check_arguments" in schema.by_name and any(
        schema.validate({**arguments, "check_arguments": True})
    ):
        arguments["check_arguments"] = False
    if "wait_for_channel" in schema.by_name and not state["channel_id"]:
        arguments["wait_for_channel"] = False
    called = f"{schema.noun} {item['id']}"
    arguments, refused = _acceptable(schema, settings, arguments)
    if problems := list(_obstacles(schema, settings, item, arguments)):
        workspace.remarks.append(f"Left out: {called} ({'; '.join(refused or problems)}).")
        return None
    workspace.remarks += [f"Left out of {called}: {each}." for each in refused]
    return workspace.add(
        schema.type_name,
        str(state[schema.label] or ""),
        item["id"],
        {name: _with_references(value, channels) for name, value in arguments.items()},
    )


def _acceptable(
    schema: ResourceSchema, settings: Settings, arguments: Properties
) -> tuple[Properties, list[str]]:
    """The arguments without those that a program cannot have, and why each is left out."""
    refused: list[str] = []
    while failure := next(
        (
            each
            for each in _checked(schema, settings, arguments).failures
            if _name_in(each) in arguments
        ),
        None,
    ):
        arguments = _without(arguments, failure)
        refused.append(failure)
    return arguments, refused


def _without(arguments: Properties, failure: str) -> Properties:
    """The arguments without the one that the failure names. Of a map, only the key is left out:
    adopting compares only the keys that the program has."""
    name, path = _name_in(failure), failure.partition(":")[0]
    rest = {each: value for each, value in arguments.items() if each != name}
    if isinstance(value := arguments[name], Mapping):
        kept = {
            key: each
            for key, each in value.items()
            if not re.match(rf"{re.escape(f'{name}.{key}')}([.\[]|$)", path)
        }
        if kept and len(kept) < len(value):
            rest[name] = kept
    return rest


def _obstacles(
    schema: ResourceSchema, settings: Settings, item: Item, arguments: Properties
) -> Iterator[str]:
    """Why a resource with these arguments would not adopt the item without a change."""
    checked = _checked(schema, settings, arguments)
    if checked.failures:
        yield from checked.failures
        return
    inputs = checked.inputs
    if schema.is_named and "name" not in inputs:
        inputs["name"] = item.get("name")
    state = to_state(schema, item, inputs, is_first=True)
    yield from mismatches(schema, item, state, inputs)


def _checked(schema: ResourceSchema, settings: Settings, arguments: Properties) -> Checked:
    # With any mark, a name may be omitted.
    return check(schema, {**arguments, MARK: "export"}, settings)


def _name_in(failure: str) -> str:
    """The argument that a failure names: `arguments` in `arguments.limits[0]: …`."""
    return re.split(r"[.:\[ ]", failure, maxsplit=1)[0]


def _with_references(value: Any, channels: Mapping[str, Reference]) -> Any:
    """The value, in which the id of an exported channel is the output of its resource."""
    if isinstance(value, Mapping):
        return {key: _with_references(each, channels) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_references(each, channels) for each in value]
    return channels.get(value, value) if isinstance(value, str) else value


def _source(resource: Resource, protect: bool, adopts: bool) -> list[str]:
    adopted = {"adopt": resource.item_id} if adopts else {}
    arguments = {**resource.arguments, **adopted}
    return [
        f"{resource.variable} = {resource.type_name}(",
        f"    {literal(resource.name)},",
        *(f"    {name}={literal(value)}," for name, value in arguments.items()),
        *(["    opts=PROTECTED,"] if protect else []),
        ")",
    ]

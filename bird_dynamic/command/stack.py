"""Reads a stack through the Pulumi CLI: its configuration, whose secrets the CLI decrypts, and the
ids of what it manages, without any secret."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bird_dynamic.bird.errors import ConfigurationError
from bird_dynamic.bird.ids import canonical
from bird_dynamic.lifecycle.audit.snapshot import Managed
from bird_dynamic.lifecycle.redaction import printable, shortened
from bird_dynamic.schema.case import snake_keys

PATIENCE = 60.0
"""Timeout of the CLI, in seconds."""
TYPES = ("pulumi-python:dynamic/bird:", "bird:index:")
"""The types of resources of this package, in both ways in."""


def configuration_of(stack: str) -> Mapping[str, str]:
    """The configuration of a stack of the project in the current folder, by key: `bird:apiUrl`.

    Raises ConfigurationError if the CLI or the stack is missing, or a secret cannot be decrypted.
    """
    values = _answer(stack, "config", "--json", "--show-secrets")
    try:
        return {key: value["value"] for key, value in values.items() if "value" in value}
    except (AttributeError, TypeError):
        raise _unusable(stack, "config", "its answer is not the JSON of a configuration") from None


def managed_by(stack: str, workspace_id: str) -> tuple[Managed, ...]:
    """The resources of this package in the state of a stack that belong to a workspace. Of the
    state, only ids and names are kept; its secrets stay encrypted.

    Raises ConfigurationError if the CLI or the stack is missing.
    """
    state = _answer(stack, "stack", "export")
    try:
        resources = (state["deployment"] or {}).get("resources") or []
        found = [_managed(each, workspace_id) for each in resources]
    except (AttributeError, KeyError, TypeError):
        raise _unusable(stack, "stack export", "its answer is not a state") from None
    return tuple(each for each in found if each is not None)


def _managed(resource: Mapping[str, Any], workspace_id: str) -> Managed | None:
    """None for what the stack only reads or is about to delete, and for another workspace's."""
    kind, item_id = resource["type"], canonical(resource.get("id"))
    if not kind.startswith(TYPES) or item_id is None:
        return None
    if resource.get("external") or resource.get("delete"):
        return None
    outputs = snake_keys(resource.get("outputs") or {})
    place = canonical(outputs.get("workspace_id"))
    if place not in (None, workspace_id.lower()):
        return None
    urn = resource["urn"]
    return Managed(
        type_name=kind.rpartition(":")[2],
        name=urn.rpartition("::")[2],
        urn=urn,
        id=item_id,
        channel_id=canonical(outputs.get("channel_id") or _filtered(outputs)),
        phone_number_id=canonical(outputs.get("phone_number_id")),
        is_in_workspace=place is not None,
    )


def _filtered(outputs: Mapping[str, Any]) -> Any:
    """The channel in the filters of a webhook subscription."""
    filters = outputs.get("event_filters")
    pairs = (
        [each for each in filters if isinstance(each, dict)] if isinstance(filters, list) else []
    )
    return next((each.get("value") for each in pairs if each.get("key") == "channelId"), None)


def _answer(stack: str, *command: str) -> Any:
    """The JSON that a command of the CLI prints about a stack."""
    cli = shutil.which("pulumi")
    if cli is None:
        raise ConfigurationError(
            f"--stack {stack}: the command pulumi is not on PATH; install the Pulumi CLI, or set "
            "the environment variables instead of --stack"
        )
    called = " ".join(each for each in command if not each.startswith("-"))
    # As one word: a name that begins with a dash stays a name.
    asked = (*command, "--non-interactive", f"--stack={stack}")
    try:
        run = subprocess.run(  # noqa: S603
            [cli, *asked],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _unusable(stack, called, f"it did not answer within {PATIENCE:.0f} s") from None
    except OSError as error:
        raise _unusable(stack, called, f"it cannot be run: {error.strerror}") from None
    if run.returncode != 0:
        cause = _cause(run.stderr) or f"exit status {run.returncode}"
        raise _unusable(stack, called, cause)
    try:
        return json.loads(run.stdout)
    except ValueError:
        raise _unusable(
            stack,
            called,
            f"its answer is not the JSON of a {'configuration' if called == 'config' else 'state'}",
        ) from None


def project_of(folder: Path) -> str:
    """The name of the project in a folder or one above it; empty without one."""
    for each in (folder, *folder.parents):
        try:
            text = (each / "Pulumi.yaml").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        found = re.search(r"^name:\s*[\"']?([\w.-]+)", text, re.MULTILINE)
        return found[1] if found else ""
    return ""


def _unusable(stack: str, called: str, cause: str) -> ConfigurationError:
    if "PULUMI_ACCESS_TOKEN" in cause:
        return ConfigurationError(
            f"--stack {stack}: the Pulumi CLI is not logged in. Run `pulumi login` (`pulumi login "
            "--local` for a backend on this machine), or set PULUMI_ACCESS_TOKEN or "
            "PULUMI_BACKEND_URL"
        )
    return ConfigurationError(
        f"--stack {stack}: `pulumi {called}` failed: {cause}. Check that `pulumi {called} --stack "
        f"{stack}` works in this folder; `pulumi stack ls` lists its stacks"
    )


def _cause(errors: str) -> str:
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("error:")] or lines
    return printable(shortened(told[-1].removeprefix("error:").strip().rstrip("."))) if told else ""

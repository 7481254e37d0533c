"""Reads the configuration of a stack through the Pulumi CLI, which decrypts its secrets."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from bird_dynamic.bird.errors import ConfigurationError
from bird_dynamic.lifecycle.redaction import printable, shortened

PATIENCE = 60.0
"""Timeout of the CLI, in seconds."""


def configuration_of(stack: str) -> Mapping[str, str]:
    """The configuration of a stack of the project in the current folder, by key: `bird:apiUrl`.

    Raises ConfigurationError if the CLI or the stack is missing, or a secret cannot be decrypted.
    """
    cli = shutil.which("pulumi")
    if cli is None:
        raise ConfigurationError(
            f"--stack {stack}: the command pulumi is not on PATH; install the Pulumi CLI, or set "
            "the environment variables instead of --stack"
        )
    # As one word: a name that begins with a dash stays a name.
    asked = ("config", "--json", "--show-secrets", "--non-interactive", f"--stack={stack}")
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
        raise _unusable(stack, f"it did not answer within {PATIENCE:.0f} s") from None
    except OSError as error:
        raise _unusable(stack, f"it cannot be run: {error.strerror}") from None
    if run.returncode != 0:
        raise _unusable(stack, _cause(run.stderr) or f"exit status {run.returncode}")
    try:
        values = json.loads(run.stdout)
        return {key: value["value"] for key, value in values.items() if "value" in value}
    except (ValueError, AttributeError, TypeError):
        raise _unusable(stack, "its answer is not the JSON of a configuration") from None


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


def _unusable(stack: str, cause: str) -> ConfigurationError:
    if "PULUMI_ACCESS_TOKEN" in cause:
        return ConfigurationError(
            f"--stack {stack}: the Pulumi CLI is not logged in. Run `pulumi login` (`pulumi login "
            "--local` for a backend on this machine), or set PULUMI_ACCESS_TOKEN or "
            "PULUMI_BACKEND_URL"
        )
    return ConfigurationError(
        f"--stack {stack}: `pulumi config` failed: {cause}. Check that `pulumi config --stack "
        f"{stack}` works in this folder; `pulumi stack ls` lists its stacks"
    )


def _cause(errors: str) -> str:
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("error:")] or lines
    return printable(shortened(told[-1].removeprefix("error:").strip().rstrip("."))) if told else ""

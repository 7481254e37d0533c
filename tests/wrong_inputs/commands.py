"""Wrong settings and arguments of `bird-dynamic` and `pulumi-resource-bird`."""

from __future__ import annotations

import re
import shlex
import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from bird_dynamic.bird import retry
from bird_dynamic.command.__main__ import main
from bird_dynamic.emulator import (
    ACCESS_KEY,
    ORGANIZATION_ID,
    WORKSPACE_ID,
    BirdEmulator,
    EmulatorServer,
    Fault,
)
from bird_dynamic.providers.plugin import main as plugin
from tests.client.peers import Peer
from tests.wrong_inputs.row import Row, Way
from tests.wrong_inputs.ways import command

ABSENT = "11111111-2222-4333-8444-555555555555"


LOGGED_OUT = "PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions"


def _not_found(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def _run(
    *arguments: str, environment: Mapping[str, str], faults: tuple[Fault, ...], status: int
) -> str:
    """The output of `bird-dynamic` beside an emulator. `{url}` is its address, `{other}` that of
    another server, and `{folder}` a folder with `file`, `made/Pulumi.yaml`, the dangling symlink
    `linked/__main__.py` and the Pulumi CLI without a login, `bin/pulumi`."""
    with ExitStack() as stack:
        server = stack.enter_context(EmulatorServer(BirdEmulator(faults=faults)))
        folder = Path(stack.enter_context(TemporaryDirectory()))
        (folder / "file").touch()
        for name in ("made", "linked"):
            (folder / name).mkdir()
        (folder / "made" / "Pulumi.yaml").touch()
        (folder / "linked" / "__main__.py").symlink_to(folder / "nowhere")
        (folder / "bin").mkdir()
        cli = folder / "bin" / "pulumi"
        cli.write_text(f"#!/bin/sh\necho 'error: {LOGGED_OUT}' >&2\nexit 255\n")
        cli.chmod(0o755)
        other = stack.enter_context(Peer(_not_found))
        stack.enter_context(mock.patch.object(retry, "FIRST_PAUSE", 0.001))
        variables = {
            "BIRD_API_URL": server.url,
            "BIRD_ACCESS_KEY": ACCESS_KEY,
            "BIRD_WORKSPACE_ID": WORKSPACE_ID,
            "BIRD_ORGANIZATION_ID": ORGANIZATION_ID,
            "BIRD_STATE_DIR": str(folder),
            **environment,
        }
        places = {"url": server.url, "other": other.url, "folder": str(folder)}
        answer = command(
            main,
            *(each.format_map(places) for each in arguments),
            environment={name: text.format_map(places) for name, text in variables.items()},
        )
        assert answer.endswith(f"(exit status {status})"), answer
        return answer.replace(str(folder), "…")


def _row(
    line: str,
    *says: str,
    wrong: str = "",
    status: int = 1,
    faults: tuple[Fault, ...] = (),
    **environment: str,
) -> Row:
    set_here = "".join(f"{name}={value} " for name, value in environment.items() if value)
    shown = re.sub(r"\{\w+\}", "…", f"`{set_here}bird-dynamic {line}".rstrip() + "`")
    return Row(
        f"{shown}{wrong}",
        Way.COMMAND,
        says,
        lambda: _run(*shlex.split(line), environment=environment, faults=faults, status=status),
    )


def _plugin(argument: str) -> str:
    with mock.patch.object(sys, "argv", ["pulumi-resource-bird", argument]):
        return command(lambda _: plugin())


def _refused(status: int, operation: str) -> tuple[Fault, ...]:
    return (Fault("status", operation=operation, status=status, times=None),)


ROWS = (
    _row(
        "doctor",
        "FAIL",
        "127.0.0.1:9",
        "Check the network and bird:apiUrl (or BIRD_API_URL)",
        BIRD_API_URL="http://127.0.0.1:9",
    ),
    _row(
        "doctor",
        "FAIL",
        "no.such.host.invalid",
        "Check the network and bird:apiUrl (or BIRD_API_URL)",
        BIRD_API_URL="https://no.such.host.invalid",
    ),
    _row(
        "doctor",
        "FAIL",
        "Check bird:apiUrl (or BIRD_API_URL)",
        "no /v2",
        BIRD_API_URL="{url}/v2",
    ),
    _row("doctor", "WRONG ID", "Check bird:workspaceId", ABSENT, BIRD_WORKSPACE_ID=ABSENT),
    _row("doctor", "WRONG ID", "Check bird:organizationId", ABSENT, BIRD_ORGANIZATION_ID=ABSENT),
    _row(
        "doctor",
        "WRONG KEY",
        "Check bird:accessKey",
        "attach one",
        BIRD_ACCESS_KEY="AbC1dEf2GhI3jKl4",
    ),
    _row(
        "doctor",
        "NO ROLE",
        "see phone numbers",
        "Give the key a role that allows View on /workspaces/*/numbers-long-code",
        wrong=" with a key that may not see phone numbers",
        faults=_refused(403, "list_long_codes"),
    ),
    _row(
        "doctor --writes",
        "NO ROLE",
        "create connectors",
        "Give the key a role that allows Create on /workspaces/*/connectors: see Access roles",
        wrong=" with a key that may not create connectors",
        faults=_refused(403, "create_connector"),
    ),
    _row(
        "doctor",
        "bird:accessKey (or BIRD_ACCESS_KEY): is not set",
        "Export BIRD_ACCESS_KEY",
        "`bird-dynamic doctor --stack NAME`",
        wrong=" without an access key",
        status=2,
        BIRD_ACCESS_KEY="",
    ),
    _row(
        "doctor",
        "bird:workspaceId (or BIRD_WORKSPACE_ID): is not set",
        "Export BIRD_WORKSPACE_ID",
        "`bird-dynamic doctor --stack NAME`",
        wrong=" without a workspace",
        status=2,
        BIRD_WORKSPACE_ID="",
    ),
    _row(
        "doctor",
        "BIRD_TIMEOUT): must be a positive duration",
        "5m",
        status=2,
        BIRD_TIMEOUT="soon",
    ),
    _row("doctor", "BIRD_LOG: must be debug; unset it", status=2, BIRD_LOG="trace"),
    _row(
        "doctor",
        "FAIL",
        "unfinished creates            cannot be recorded in /dev/null/x",
        "Set BIRD_STATE_DIR to a writable folder",
        BIRD_STATE_DIR="/dev/null/x",
    ),
    _row(
        "doctor",
        "FAIL",
        "answered 404. This does not look like an answer of Bird's",
        "Check bird:apiUrl (or BIRD_API_URL), which is http://127.0.0.1:",
        wrong=" with `BIRD_API_URL` of another server",
        BIRD_API_URL="{other}",
    ),
    _row("doctor --stack=", "--stack: must not be empty; write the name of a stack", status=2),
    _row(
        "doctor --stack dev",
        "--stack dev",
        "the Pulumi CLI is not logged in. Run `pulumi login`",
        wrong=" before `pulumi login`",
        status=2,
        PATH="{folder}/bin",
    ),
    _row(
        "doctor --stack dev",
        "--stack dev",
        "pulumi is not on PATH",
        "install the Pulumi CLI",
        wrong=" without the Pulumi CLI",
        status=2,
        PATH="{folder}",
    ),
    _row(
        "audit --ignore 0612345678",
        "--ignore: must be a phone number with its country code",
        status=2,
    ),
    _row(
        "audit",
        "Listing channels failed: Bird answered 403",
        "It needs a role that allows View on /workspaces/*/channels",
        wrong=" with a key that may not see channels",
        faults=_refused(403, "list_channels"),
    ),
    _row(
        "audit --stack dev",
        "--stack dev",
        "the Pulumi CLI is not logged in. Run `pulumi login`",
        wrong=" before `pulumi login`",
        status=2,
        PATH="{folder}/bin",
    ),
    _row("", "write a command, such as `bird-dynamic doctor`", status=2),
    _row(
        "doctor --wirtes",
        "unknown option --wirtes; did you mean --writes?",
        "See `bird-dynamic doctor --help`",
        status=2,
    ),
    _row("doctor --json=1", "--json: takes no value", "see `bird-dynamic doctor --help`", status=2),
    _row("doctor --stack", "--stack: write its value: --stack NAME", status=2),
    _row("doctor dev", "unexpected argument dev; did you mean --stack dev?", status=2),
    _row("--stack dev doctor", "as in `bird-dynamic doctor --stack dev`", status=2),
    _row("docter", "unknown command docter; did you mean doctor?", status=2),
    _row("repair", "unknown command repair: the commands are export, doctor, audit", status=2),
    _row("export", "write a folder, such as `bird-dynamic export phones`", status=2),
    _row("export ''", "folder: must not be empty; write a name", status=2),
    _row("export a b", "unexpected argument b; did you mean --stack b?", status=2),
    _row(
        "export {folder}/made",
        "…/made/Pulumi.yaml already exists",
        "choose another folder",
        wrong=" of a folder with a `Pulumi.yaml`",
        status=2,
    ),
    _row(
        "export {folder}/linked",
        "…/linked/__main__.py already exists",
        "choose another folder",
        wrong=" of a folder in which `__main__.py` is a symlink that leads nowhere",
        status=2,
    ),
    _row(
        "export {folder}/file/new",
        "…/file is not a folder",
        "choose another folder",
        wrong=" of a folder inside a file",
        status=2,
    ),
    _row(
        "export {folder}/new",
        "Check bird:accessKey (or BIRD_ACCESS_KEY)",
        BIRD_ACCESS_KEY="AbC1dEf2GhI3jKl4",
    ),
    Row(
        "`pulumi-resource-bird --port`",
        Way.COMMAND,
        ("unknown option --port", "see `pulumi-resource-bird --help`"),
        lambda: _plugin("--port"),
    ),
)

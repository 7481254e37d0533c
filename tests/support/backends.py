"""Where a team keeps its states: a folder, a bucket of an S3 server, or a PostgreSQL database.

The servers run on this machine, in a temporary folder, on a free port, and end with their context.
`missing` says why one cannot be had.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

S3_SERVER = Path(__file__).parent / "s3_server.py"
PASSWORD = "a database password for tests"
ENDING = """
exec 3<&0
"$@" 3<&- &
server=$!
(cat <&3; kill -INT "$server") > /dev/null 2>&1 &
wait "$server"
"""
"""A shell that runs its arguments, PostgreSQL, until standard input ends, or they do."""
PATIENCE = 120.0
"""Seconds within which a server must answer."""


@dataclass(frozen=True)
class Traffic:
    """What a backend has had so far; `written` is in bytes."""

    requests: int
    written: int


@dataclass(frozen=True)
class Backend:
    """A place of states: its URL for Pulumi, and the variables with its credentials."""

    kind: str
    url: str
    environment: dict[str, str] = field(default_factory=dict)
    traffic: Callable[[], Traffic] | None = None


@contextlib.contextmanager
def started(kind: str) -> Iterator[Backend]:
    """A new, empty backend of a kind: "file", "s3" or "postgres"."""
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="states-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield stack.enter_context(_KINDS[kind](folder))


def missing(kind: str) -> str | None:
    """Why a backend of a kind cannot be had here, if so."""
    if kind != "file" and not os.environ.get("BIRD_TEAMS_VENV"):
        return "run `make test-teams`, which installs and starts the servers"
    if kind == "postgres" and _postgres_folder() is None:
        return "PostgreSQL is not installed (Debian's package postgresql)"
    return None


@contextlib.contextmanager
def _file(folder: Path) -> Iterator[Backend]:
    yield Backend("file", folder.as_uri())


@contextlib.contextmanager
def _s3(folder: Path) -> Iterator[Backend]:
    python = Path(os.environ["BIRD_TEAMS_VENV"]) / "bin" / "python"
    with _running([str(python), str(S3_SERVER)], folder) as server:
        assert server.stdout
        host = f"http://127.0.0.1:{int(server.stdout.readline())}"
        request = urllib.request.Request(f"{host}/states", method="PUT")
        urllib.request.urlopen(request, timeout=PATIENCE).close()

        def traffic() -> Traffic:
            with urllib.request.urlopen(f"{host}/_traffic", timeout=PATIENCE) as answer:
                return Traffic(**json.load(answer))

        yield Backend(
            "s3",
            f"s3://states?endpoint={host}&use_path_style=true&region=us-east-1"
            "&response_checksum_validation=when_required",
            {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests"},
            traffic,
        )


@contextlib.contextmanager
def _postgres(folder: Path) -> Iterator[Backend]:
    programs = _postgres_folder()
    assert programs
    data, password = folder / "data", folder / "password"
    password.write_text(PASSWORD)
    _give(folder)
    subprocess.run(
        [
            *(programs / "initdb", "-D", data, "-U", "pulumi", "-A", "scram-sha-256"),
            *("--pwfile", password, "-E", "UTF8", "--locale", "C"),
        ],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        **_unprivileged(),
    )
    environment = {"PGPASSWORD": PASSWORD}

    def answer(sql: str) -> int:
        address = ["-h", "127.0.0.1", "-p", str(port), "-U", "pulumi", "-d", "postgres"]
        command = [programs / "psql", *address, "-AtX", "-c", sql]
        variables = os.environ | environment
        return int(subprocess.check_output(command, env=variables, text=True, timeout=PATIENCE))

    def traffic() -> Traffic:
        # Each statement of Pulumi is a transaction; the log of changes has what is written.
        return Traffic(
            answer("select sum(xact_commit + xact_rollback) from pg_stat_database"),
            answer("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"),
        )

    with contextlib.ExitStack() as stack:
        port = _served(stack, programs, data)
        url = f"postgres://pulumi@127.0.0.1:{port}/postgres?sslmode=disable"
        yield Backend("postgres", url, environment, traffic)


def _served(stack: contextlib.ExitStack, programs: Path, data: Path) -> int:
    """Run PostgreSQL until the stack ends; returns its port, once it answers there."""
    for _ in range(5):
        port = _free_port()
        command = [
            *("sh", "-c", ENDING, "sh", str(programs / "postgres"), "-D", str(data)),
            *("-p", str(port), "-k", "", "-c", "listen_addresses=127.0.0.1"),
        ]
        server = stack.enter_context(_running(command, data.parent, **_unprivileged()))
        if _starts(server, data):
            return port
        # Another program has taken the port since it was found free.
    raise AssertionError((data.parent / "log").read_text())


def _starts(server: subprocess.Popen[str], data: Path) -> bool:
    """Whether PostgreSQL accepts connections; not if it ends instead."""
    end = time.monotonic() + PATIENCE
    while server.poll() is None:
        # Its own word: at its port, another program may answer.
        with contextlib.suppress(FileNotFoundError):
            if "\nready" in (data / "postmaster.pid").read_text():
                return True
        assert time.monotonic() < end, "PostgreSQL does not start"
        time.sleep(0.1)
    return False


_KINDS = {"file": _file, "s3": _s3, "postgres": _postgres}
KINDS = tuple(_KINDS)


@contextlib.contextmanager
def _running(command: list[str], folder: Path, **account: Any) -> Iterator[subprocess.Popen[str]]:
    """A server that ends with its standard input, and so with whoever started it."""
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            **account,
        )
    try:
        yield server
    finally:
        server.communicate(timeout=PATIENCE)


def _postgres_folder() -> Path | None:
    """The newest PostgreSQL's programs; Debian keeps most of them off PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: each.parts[4])
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    account = _account()
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise AssertionError("there is no account to run PostgreSQL as")


def _give(folder: Path) -> None:
    """Let the account that runs PostgreSQL have the folder."""
    if os.geteuid() == 0:
        for each in (folder, *folder.iterdir()):
            os.chown(each, _account().pw_uid, _account().pw_gid)


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])

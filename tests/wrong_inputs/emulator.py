"""Wrong options of `bird-emulator`, files that it cannot use, and wrong control requests."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

from bird_dynamic.emulator import EmulatorServer
from bird_dynamic.emulator.__main__ import main
from bird_dynamic.emulator.serving.streams import MAX_STREAMS
from tests.wrong_inputs.row import Row, Way
from tests.wrong_inputs.ways import command


def _row(wrong: str, *says: str) -> Row:
    return Row(
        f"`bird-emulator {wrong}`",
        Way.EMULATOR,
        (*says, "exit status 2"),
        lambda: command(main, *wrong.split()),
    )


def _with_file(wrong: str, make: Callable[[Path], object], *says: str) -> Row:
    def answer() -> str:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bird.json"
            make(path)
            return command(main, "--port", "0", "--state", str(path)).replace(folder, "")

    return Row(wrong, Way.EMULATOR, ("--state", "/bird.json", *says, "exit status 2"), answer)


def _port_in_use() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return command(main, "--port", str(taken.getsockname()[1]))


def _unwritable(path: Path) -> None:
    # A folder in place of the file: root may write everywhere else.
    path.mkdir()


def _control(wrong: str, method: str, what: str, *says: str, body: str = "", **headers: str) -> Row:
    def answer() -> str:
        with EmulatorServer() as server:
            connection = HTTPConnection(server.url.removeprefix("http://"), timeout=30)
            connection.request(method, f"/__emulator__/{what}", body, headers)
            answered = connection.getresponse()
            text = f"{answered.read().decode()}(status {answered.status})"
            connection.close()
            return text

    return Row(wrong, Way.EMULATOR, says, answer)


def _too_many_streams() -> str:
    with EmulatorServer() as server, contextlib.ExitStack() as stack:
        for number in range(MAX_STREAMS + 1):
            connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
            stack.callback(connection.close)
            connection.request("GET", "/__emulator__/events")
            answered = connection.getresponse()
            stack.callback(answered.close)
            if number < MAX_STREAMS:
                answered.readline()
        return f"{answered.read().decode()}(status {answered.status})"


ROWS = (
    _row("--port 99999", "--port", "from 0 (a free one) to 65535"),
    _row("--port -1", "--port", "from 0 (a free one) to 65535"),
    _row(f"--port {'9' * 30}", "--port", "from 0 (a free one) to 65535"),
    _row("--port http", "--port", "from 0 (a free one) to 65535"),
    _row("--host bird.example", "--host", "must be an IP address", "such as 127.0.0.1 or ::1"),
    _row("--host 224.0.0.1", "--host", "must be an IP address of this machine"),
    _row("--host 255.255.255.254", "--host", "choose an address of this machine"),
    _row("--allow-host http://bird:8080", "--allow-host", "must be a host name without a port"),
    _row("--allow-host *", "--allow-host", "must be a host name without a port"),
    _row(
        "--channel-after -1",
        "--channel-after",
        "must be a whole number, such as 3",
    ),
    _row(
        "--channel-after soon",
        "--channel-after",
        "must be a whole number, such as 3",
    ),
    _row("--dialect gonne=410", "--dialect", "unknown question", "did you mean 'gone'?"),
    _row("--dialect GONE=410", "--dialect", "unknown question", "did you mean 'gone'?"),
    _row("--stat bird.json --prot 1", "unknown option --stat; did you mean --state?"),
    _row("--prt=1", "unknown option --prt=1; did you mean --port?", "See `bird-emulator --help`"),
    _row("8080", "unexpected argument 8080; did you mean --port 8080?"),
    _row("--port", "--port: write its value: --port PORT"),
    _row("--seed x", "--seed: must be an integer"),
    _row(
        "--deliver http://127.0.0.1:5000",
        "--deliver",
        "does not have the form https://example.com=http://127.0.0.1:5000",
    ),
    _row(
        "--deliver https://example.com=http://192.168.1.2:5000",
        "--deliver",
        "must be an address on this machine",
        "such as http://127.0.0.1:5000",
    ),
    _row(
        "--deliver http://example.com=http://127.0.0.1:5000",
        "--deliver",
        "must be https:// and a public host name, without a path, such as https://example.com",
    ),
    _row(
        "--deliver https://example.com/calls=http://127.0.0.1:5000",
        "--deliver",
        "must be https:// and a public host name, without a path",
    ),
    _row("--call-step slow", "--call-step", "must be seconds from 0 to 3600, such as 0.5"),
    _row("--retry-scale 2", "--retry-scale", "must be a number from 0 to 1, such as 0.1"),
    Row(
        "`bird-emulator --port` of a port that is in use",
        Way.EMULATOR,
        ("--port", "in use", "choose another port", "exit status 2"),
        _port_in_use,
    ),
    _with_file(
        "`bird-emulator --state` of a damaged file",
        lambda path: path.write_text('{"version": 3, "connec'),
        "is damaged",
        "choose another file. It was not changed",
    ),
    _with_file(
        "`bird-emulator --state` of another JSON file",
        lambda path: path.write_text(json.dumps({"name": "phones"})),
        "was not written by bird-emulator",
        "choose another file",
    ),
    _with_file(
        "`bird-emulator --state` of a list",
        lambda path: path.write_text("[]"),
        "was not written by bird-emulator",
    ),
    _with_file(
        "`bird-emulator --state` of a binary file",
        lambda path: path.write_bytes(b"\xff\xfe\x00"),
        "was not written by bird-emulator",
    ),
    _with_file(
        "`bird-emulator --state` of nested JSON that no parser reads",
        lambda path: path.write_text("[" * 100_000),
        "was not written by bird-emulator",
    ),
    _with_file("`bird-emulator --state` of a folder", _unwritable, "choose another file"),
    _with_file(
        "`bird-emulator --state` of a symlink",
        lambda path: os.symlink("elsewhere.json", path),
        "is a symlink",
        "name the file itself",
    ),
    _control(
        "a control request whose body is not JSON",
        "PUT",
        "faults",
        "the body is not JSON",
        "status 422",
        body="{'kind': 'reset'}",
    ),
    _control(
        'a fault with `"seconds": -1`',
        "PUT",
        "faults",
        "[0].seconds",
        "must be a number of at least 0",
        "status 422",
        body='[{"kind": "latency", "seconds": -1}]',
    ),
    _control(
        'a fault with an unknown field: `"second": 3`',
        "PUT",
        "faults",
        "[0].second",
        "known are",
        "seconds",
        "status 422",
        body='[{"kind": "latency", "second": 3}]',
    ),
    _control(
        'an option of another type: `"channel_after": "3"`',
        "PATCH",
        "options",
        "channel_after",
        "must be a whole number of at least 0",
        "status 422",
        body='{"channel_after": "3"}',
    ),
    _control(
        "a call to a number of nobody",
        "POST",
        "calls/incoming",
        "+31201234567 is not a number of this workspace",
        "GET /__emulator__/numbers",
        "status 404",
        body='{"to": "+31201234567"}',
    ),
    _control(
        "a call to a number without a voice channel",
        "POST",
        "calls/incoming",
        "the call to +3197010200001 is lost",
        "create one",
        "status 422",
        body='{"to": "+3197010200001"}',
    ),
    _control(
        'a call with another outcome: `"outcome": "answered"`',
        "POST",
        "calls/incoming",
        "outcome: must be one of: completed, no-answer, busy, failed",
        "status 422",
        body='{"to": "+3197010200001", "outcome": "answered"}',
    ),
    _control(
        "a target on another machine",
        "PUT",
        "targets",
        "http://10.0.0.1:5000",
        "must be an address on this machine",
        "status 422",
        body='{"https://example.com": "http://10.0.0.1:5000"}',
    ),
    _control(
        "an item with an `id` of its own",
        "POST",
        "connectors",
        "id",
        "is given by the emulator",
        "status 422",
        body='{"id": "x"}',
    ),
    _control(
        "a request with a body of 5 MiB",
        "POST",
        "connectors",
        "the body may have at most 4194304 bytes",
        "status 413",
        body=" " * (5 * 1024 * 1024),
    ),
    _control(
        "a request with `Transfer-Encoding: chunked`",
        "POST",
        "connectors",
        "Transfer-Encoding",
        "send the body with its Content-Length",
        "status 411",
        **{"Transfer-Encoding": "chunked"},
    ),
    _control(
        "a control request under a foreign name: `Host: evil.example`",
        "POST",
        "reset",
        "Host",
        "evil.example",
        "127.0.0.1, localhost or [::1]",
        "status 403",
        Host="evil.example",
    ),
    _control(
        "a control request of a web page: `Origin: https://evil.example`",
        "POST",
        "reset",
        "Origin",
        "https://evil.example",
        "must not come from a web page",
        "status 403",
        Origin="https://evil.example",
    ),
    Row(
        f"`GET /__emulator__/events` once more than {MAX_STREAMS} times at once",
        Way.EMULATOR,
        (f"there are {MAX_STREAMS} streams of events already", "close a page", "(status 503)"),
        _too_many_streams,
    ),
)

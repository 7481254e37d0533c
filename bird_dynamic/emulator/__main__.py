"""`bird-emulator`: run the emulator, and print the settings with which a program uses it.

The lines that begin with `export` can be pasted into a shell.
"""

from __future__ import annotations

import argparse
import errno
import ipaddress
import re
import signal
import sys
import threading
from collections.abc import Sequence
from functools import partial

from bird_dynamic._console import Parser, ending_quietly
from bird_dynamic.emulator.core import BirdEmulator
from bird_dynamic.emulator.delivering.targets import pair_of
from bird_dynamic.emulator.dialect import QUESTIONS, Dialect
from bird_dynamic.emulator.messages import LONGEST_STEP, Options
from bird_dynamic.emulator.serving.request_log import RequestLog
from bird_dynamic.emulator.serving.server import LOOPBACK, EmulatorServer
from bird_dynamic.emulator.store import (
    ACCESS_KEY,
    ORGANIZATION_ID,
    WORKSPACE_ID,
    StateFileError,
    Store,
)

LAST_PORT = 65535
DEFAULT_PORT = 8080
PORTS_TRIED = 20
"""Ports from the default one on, before any free one is taken."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal arrives; return the exit status."""
    return ending_quietly(lambda: _main(arguments))


def _parser() -> Parser:
    parser = Parser(
        "bird-emulator",
        "Run a local emulator of the Bird API, and print the settings with which a program uses "
        "it. The lines that begin with `export` can be pasted into a shell.",
        (
            ("bird-emulator", f"keep the workspace in memory, on port {DEFAULT_PORT}"),
            ("bird-emulator --port 0 --state bird.json", "keep it in a file, on a free port"),
            ("bird-emulator --dialect gone=410", "answer an open question in another way"),
            ("bird-emulator --host 0.0.0.0", "serve other machines, as in a container"),
        ),
    )
    parser.add_argument(
        "--host",
        type=_address,
        default=LOOPBACK,
        metavar="ADDRESS",
        help="IP address to listen on: 0.0.0.0 for all IPv4 addresses of this machine, :: for all "
        f"(default: {LOOPBACK}, which serves this machine only)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        help=f"port to listen on; 0 for a free one (default: {DEFAULT_PORT}, or the next free one)",
    )
    parser.add_argument(
        "--allow-host",
        type=_host_name,
        action="append",
        default=[],
        metavar="NAME",
        help="accept control requests, and show the page, under this name of the emulator, such as "
        "bird-emulator; may be repeated",
    )
    parser.add_argument("--state", metavar="FILE", help="keep the workspace in this file")
    parser.add_argument("--seed", type=int, help="generate the same ids in every run")
    parser.add_argument(
        "--channel-after",
        type=_count,
        default=1,
        help="reads before a channel is ready (default: 1)",
    )
    parser.add_argument(
        "--allow-duplicates", action="store_true", help="do not answer 409 to a second connector"
    )
    parser.add_argument(
        "--dialect",
        action="append",
        default=[],
        metavar="QUESTION=CHOICE",
        help="choose an answer where Bird's documentation is silent; may be repeated: "
        + "; ".join(f"{each.name}={'|'.join(each.names)}" for each in QUESTIONS),
    )
    parser.add_argument(
        "--deliver",
        action="append",
        default=[],
        metavar="PUBLIC=LOCAL",
        help="send the webhooks for a public address to a program on this machine, such as "
        "https://example.com=http://127.0.0.1:5000; may be repeated",
    )
    parser.add_argument(
        "--call-step",
        type=_seconds,
        default=1.0,
        metavar="SECONDS",
        help="seconds between two statuses of a call (default: 1)",
    )
    parser.add_argument(
        "--retry-scale",
        type=_scale,
        default=0.1,
        metavar="FACTOR",
        help="repeat webhooks sooner than Bird does, from 0 to 1 (default: 0.1)",
    )
    parser.add_argument(
        "--quiet", action="store_true", help="do not print a line for each request on stderr"
    )
    return parser


def _main(arguments: Sequence[str] | None) -> int:
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        dialect = Dialect.of(dict(_choice(each) for each in given.dialect))
    except ValueError as error:
        parser.error(f"--dialect: {error}")
    try:
        store = Store.from_file(given.state) if given.state else Store.with_numbers()
    except StateFileError as error:
        parser.error(f"--state: {error}")
    options = Options(
        channel_after=given.channel_after,
        allow_duplicates=given.allow_duplicates,
        call_step=given.call_step,
        retry_scale=given.retry_scale,
    )
    emulator = BirdEmulator(store, options=options, dialect=dialect, seed=given.seed)
    try:
        for each in given.deliver:
            emulator.deliver(*pair_of(each))
    except ValueError as error:
        parser.error(f"--deliver: {error}")
    log = None if given.quiet else _log_on_stderr()
    try:
        server = _listening(emulator, given, log)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            parser.error(
                f"--host {given.host}: {error.strerror}; choose an address of this machine, or "
                "0.0.0.0 for all"
            )
        port = DEFAULT_PORT if given.port is None else given.port
        parser.error(f"--port {port}: {error.strerror}; choose another port, or 0 for a free one")

    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    server.start()
    _introduce(server, given)
    if given.port is None and server.port != DEFAULT_PORT:
        print(f"# port {DEFAULT_PORT} is in use, so this emulator listens on {server.port}")
    sys.stdout.flush()
    # Windows handles no signal during a wait without an end.
    while not stopped.wait(1):
        pass
    server.stop()
    if log is not None:
        log.close()
    return 0


def _listening(
    emulator: BirdEmulator, given: argparse.Namespace, log: RequestLog | None
) -> EmulatorServer:
    """A server on the given port, or on the first free one of the default ports. Raises OSError."""
    on = partial(
        EmulatorServer,
        emulator,
        host=given.host,
        allowed_hosts=given.allow_host,
        log=log.note if log else None,
    )
    for each in range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED) if given.port is None else ():
        try:
            return on(port=each)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    return on(port=given.port or 0)


def _address(text: str) -> str:
    try:
        found = ipaddress.ip_address(LOOPBACK if text == "localhost" else text)
    except ValueError:
        found = None
    # An address with an interface (fe80::1%eth0) has no place in a URL.
    if found is None or found.is_multicast or "%" in text:
        raise argparse.ArgumentTypeError(
            "must be an IP address of this machine, such as 127.0.0.1 or ::1, or 0.0.0.0 for all"
        )
    return str(found)


def _host_name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]", text, re.IGNORECASE):
        raise argparse.ArgumentTypeError(
            "must be a host name without a port, such as bird-emulator, or an IP address"
        )
    return text.lower()


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"must be a port, from 0 (a free one) to {LAST_PORT}")
    return int(text)


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError(
            "must be a whole number, such as 3: the reads that a channel needs to be ready"
        )
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", text) or float(text) > LONGEST_STEP:
        raise argparse.ArgumentTypeError(f"must be seconds from 0 to {LONGEST_STEP:g}, such as 0.5")
    return float(text)


def _scale(text: str) -> float:
    if not re.fullmatch(r"[01](\.[0-9]{1,9})?", text) or float(text) > 1:
        raise argparse.ArgumentTypeError("must be a number from 0 to 1, such as 0.1")
    return float(text)


def _choice(text: str) -> tuple[str, str]:
    question, equals, choice = text.partition("=")
    if not equals:
        raise ValueError(f"{text!r} does not have the form question=choice")
    return question, choice


def _log_on_stderr() -> RequestLog | None:
    try:
        return RequestLog(sys.stderr.fileno())
    except (AttributeError, OSError):
        # It is closed, or no file.
        return None


def _introduce(server: EmulatorServer, given: argparse.Namespace) -> None:
    kept = f"kept in {given.state}" if given.state else "kept in memory"
    print(f"# Bird emulator on {server.url}, workspace {kept}. This is not the real Bird API.")
    print(f"export BIRD_API_URL={server.url}")
    print(f"export BIRD_ACCESS_KEY={ACCESS_KEY}")
    print(f"export BIRD_WORKSPACE_ID={WORKSPACE_ID}")
    print(f"export BIRD_ORGANIZATION_ID={ORGANIZATION_ID}")
    for number in server.emulator.store.numbers.values():
        capabilities = " ".join(number.capabilities)
        print(f"# phone number  {number.id}  {number.number}  {number.country}  {capabilities}")
    for public, local in server.emulator.deliveries.targets.shown().items():
        print(f"# webhooks      {public} are delivered to {local}")
    address = ipaddress.ip_address(given.host)
    if not address.is_loopback:
        # A single address is in the lines above.
        names = given.allow_host or (["NAME"] if address.is_unspecified else [])
        for name in names:
            print(f"# From another machine: export BIRD_API_URL=http://{name}:{server.port}")
        print("# Whoever can reach this address can read and change the workspace.")
    print(f"# To see what happens, and to ring a number, open {server.page} in a browser.")


if __name__ == "__main__":
    sys.exit(main())

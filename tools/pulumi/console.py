"""What the installation tells the user, on standard error."""

from __future__ import annotations

import subprocess
import sys
import time

REMEDY = (
    "Install Pulumi as https://www.pulumi.com/docs/install/ describes, put it on PATH, "
    "and run this again."
)


class InstallError(Exception):
    """One way of installing the CLI did not work; the message is meant for the user."""


def say(line: str) -> None:
    """Tell the user."""
    print(line, file=sys.stderr, flush=True)


def wait_showing(process: subprocess.Popen[bytes], what: str, started: float) -> int:
    """Wait for a process, with a line every 20 seconds, rewritten each second on a terminal."""
    terminal = sys.stderr.isatty()
    label, _, remark = what.partition(" (")
    say(what)
    while True:
        try:
            status = process.wait(timeout=1 if terminal else 20)
        except subprocess.TimeoutExpired:
            minutes, seconds = divmod(int(time.monotonic() - started), 60)
            line = f"{label}: {minutes}m{seconds:02}s ({remark}"
            print(
                f"\r\x1b[K{line}" if terminal else line,
                end="" if terminal else "\n",
                file=sys.stderr,
                flush=True,
            )
        else:
            if terminal:
                print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            return status

"""The demo: this repository's ``Pulumi.yaml``, a real ``pulumi``, and the embedded Bird emulator.

Everything it makes lives in ``.demo``: the emulated workspace, the Pulumi state, the stack
configuration. It refuses to look at the caller's own Pulumi and Bird settings, so it can touch
neither a real stack nor a real workspace. Runs of it take turns.

In a terminal, the emulator goes on until Enter is pressed, so that its page can be looked at.
Without one, `up` ends by itself.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tools.demo_handler import PUBLIC, SIGNING_KEY, URL, receiving

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / ".demo"
PROJECT = "bird-quickstart"
STACK = "demo"
CONFIGURATION = DEMO / f"Pulumi.{STACK}.yaml"

EXPORT = re.compile(r"export (BIRD_\w+)=(\S+)")
VOICE_NUMBER = re.compile(r"# phone number\s+(\S+)\s+(\+\d+).*\bvoice\b")


class DemoError(Exception):
    """The demo cannot go on; the message is meant for the user."""


@dataclass
class Emulator:
    """What the emulator says of itself when it starts."""

    settings: dict[str, str]
    phone_number_id: str
    phone_number: str


class Pulumi:
    """The real CLI, with a state of its own under ``.demo``.

    ``stack init``, ``stack output`` and ``cancel`` know no ``--config-file``: they run in
    ``.demo``, beside a ``Pulumi.yaml`` with the project's name, and write nothing into the tree.
    """

    def __init__(self, bird_settings: dict[str, str], lock: IO[str]) -> None:
        self._lock = lock
        self._environment = (
            clean_environment()
            | bird_settings
            | {
                "PULUMI_BACKEND_URL": (DEMO / "state").as_uri(),
                "PULUMI_CONFIG_PASSPHRASE": "demo",
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
                "PULUMI_HOME": str(DEMO / "home"),
                "PULUMI_SKIP_UPDATE_CHECK": "1",
            }
        )

    def prepare(self, phone_number_id: str) -> None:
        """See to the stack, free it from a lock that a killed demo left, and configure it."""
        (DEMO / "state").mkdir(exist_ok=True)
        (DEMO / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n")
        if not (DEMO / "state/.pulumi/stacks" / PROJECT / f"{STACK}.json").exists():
            self._in_demo("stack", "init", STACK)
        # We hold the demo's lock, and so did every engine that a demo started: this one is stale.
        if any((DEMO / "state/.pulumi/locks").rglob("*.json")):
            say("removing the stack lock of an interrupted demo")
            self._in_demo("cancel", "--yes", "--stack", STACK)
        self.run("config", "set", "phoneNumberId", phone_number_id)
        self.run("config", "set", "webhookUrl", URL)
        self.run("config", "set", "--secret", "signingKey", SIGNING_KEY)

    def run(self, *arguments: str) -> None:
        """Run a command on the demo's stack, its output going straight to the user."""
        command = ["pulumi", *arguments, "--stack", STACK, "--config-file", str(CONFIGURATION)]
        self._execute(command, ROOT, None)

    def output(self, name: str) -> str:
        """Read an output of the stack."""
        return self._in_demo("stack", "output", name, "--stack", STACK).strip()

    def _in_demo(self, *arguments: str) -> str:
        return self._execute(["pulumi", *arguments], DEMO, subprocess.PIPE)

    def _execute(self, command: list[str], folder: Path, capture: int | None) -> str:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=capture,
            stderr=capture and subprocess.STDOUT,
            text=True,
            # A group of its own: Ctrl-C reaches the engine once, from here; twice would kill it.
            start_new_session=True,
            # The engine holds the demo's lock for as long as it lives, even if the demo is killed.
            pass_fds=[self._lock.fileno()],
        )
        with stopping(process):
            printed, _ = process.communicate()
        if process.returncode != 0:
            failed = f"`{' '.join(command[:3])}` failed with exit code {process.returncode}"
            raise DemoError(f"{failed}\n{printed}" if printed else failed)
        return printed or ""


def main() -> None:
    """Do one of the four things, and turn what stops it into an exit code."""
    parser = argparse.ArgumentParser(description="Run the demo.")
    parser.add_argument("action", choices=ACTIONS)
    action = ACTIONS[parser.parse_args().action]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if action is destroy and not DEMO.exists():
            say("There is no demo to destroy.")
            return
        with alone() as lock, receiving() as handler, emulator(handler) as bird:
            action(Pulumi(bird.settings, lock), bird)
        if action is destroy:
            shutil.rmtree(DEMO)
    except DemoError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def up(pulumi: Pulumi, bird: Emulator) -> None:
    """Install the voice channel and its webhook, show the channel's id, and show that a second look
    finds nothing to do."""
    say(f"Emulated workspace with the phone number {bird.phone_number}. Running `pulumi up`:")
    pulumi.prepare(bird.phone_number_id)
    pulumi.run("up", "--yes", "--skip-preview")
    print(f"channel_id: {pulumi.output('channel_id')}", flush=True)
    say("\nRunning `pulumi preview --expect-no-changes`:")
    pulumi.run("preview", "--expect-no-changes")
    say("No changes: the voice channel and its webhook match the program.")
    if sys.stdin.isatty() and sys.stdout.isatty():
        page(pulumi, bird)
    else:
        say("Look at it in a browser, and ring it: `make demo-page`.")
    say("Preview again: `make demo-preview`. Clean up: `make demo-destroy`.")


def page(pulumi: Pulumi, bird: Emulator) -> None:
    """Keep the emulator for those who look at its page, until Enter is pressed or a signal
    arrives."""
    address = f"{bird.settings['BIRD_API_URL']}/__emulator__/"
    say(f'\nOpen {address} in a browser, and press "Ring" beside {bird.phone_number}.')
    say("A handler of the demo receives the events of the call, and prints them here.")
    say("Press Enter to stop." if sys.stdin.isatty() else "Stop it with SIGTERM or SIGINT.")
    with contextlib.suppress(KeyboardInterrupt):
        if sys.stdin.isatty():
            sys.stdin.readline()
        else:
            signal.pause()


def preview(pulumi: Pulumi, bird: Emulator) -> None:
    """Show what `pulumi up` would do."""
    pulumi.prepare(bird.phone_number_id)
    pulumi.run("preview")


def destroy(pulumi: Pulumi, bird: Emulator) -> None:
    """Delete the voice channel and its webhook."""
    pulumi.prepare(bird.phone_number_id)
    pulumi.run("destroy", "--yes", "--skip-preview")


ACTIONS: dict[str, Callable[[Pulumi, Emulator], None]] = {
    "up": up,
    "preview": preview,
    "page": page,
    "destroy": destroy,
}


@contextlib.contextmanager
def alone() -> Iterator[IO[str]]:
    """Hold the demo's lock, which the system releases when its last holder is gone."""
    DEMO.mkdir(exist_ok=True)
    with (DEMO / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another demo in this checkout; press Enter in its terminal")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


@contextlib.contextmanager
def emulator(handler: str) -> Iterator[Emulator]:
    """Run the emulator, whose workspace outlives it in ``.demo/bird.json``, and which delivers the
    events of calls to this handler."""
    command = [sys.executable, "-m", "bird_dynamic.emulator"]
    command += ["--state", str(DEMO / "bird.json"), "--deliver", f"{PUBLIC}={handler}"]
    with (DEMO / "emulator.log").open("w+") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            # Out of the reach of the terminal's Ctrl-C: the engine still needs it while it stops.
            start_new_session=True,
        )
        with stopping(process):
            yield read_announcement(process, log)


def read_announcement(process: subprocess.Popen[str], log: IO[str]) -> Emulator:
    """Read what the emulator prints until it has said all that the demo needs."""
    settings: dict[str, str] = {}
    number: re.Match[str] | None = None
    for line in process.stdout or ():
        if export := EXPORT.match(line):
            settings[export[1]] = export[2]
        number = number or VOICE_NUMBER.match(line)
        if number and settings.keys() >= {"BIRD_ACCESS_KEY", "BIRD_API_URL", "BIRD_WORKSPACE_ID"}:
            return Emulator(settings, phone_number_id=number[1], phone_number=number[2])
    log.seek(0)
    raise DemoError(f"the Bird emulator did not start\n{log.read()}")


@contextlib.contextmanager
def stopping(process: subprocess.Popen[str]) -> Iterator[None]:
    """Stop a process and its children, if they are still there at the end."""
    try:
        yield
    finally:
        for sign, patience in ((signal.SIGINT, 10), (signal.SIGKILL, None)):
            if process.poll() is None:
                os.killpg(process.pid, sign)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(patience)


def clean_environment() -> dict[str, str]:
    """Leave out the caller's own Pulumi and Bird settings."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BIRD_", "PULUMI_"))
    }


def say(line: str) -> None:
    """Tell the user, in order with what the children print."""
    print(line, flush=True)


if __name__ == "__main__":
    main()

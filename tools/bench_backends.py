"""What 10, 100 and 1,000 channels cost with states in a folder, in S3 and in PostgreSQL.

All backends are on this machine and in this run; those of a network are further away, and each of
their requests is waited for. The engine saves the state before and after each change, or, with
PULUMI_SKIP_CHECKPOINTS, once. `make bench-backends` runs it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bird_dynamic.emulator import BirdEmulator, EmulatorServer, Fault, Options, Store  # noqa: E402
from tests.support.backends import KINDS, Backend, Traffic, missing, started  # noqa: E402
from tests.support.engine import Stack  # noqa: E402

LATENCY = 0.25
"""Seconds until Bird answers."""
SIZES = (10, 100, 1000)
TURNS = {10: 3, 100: 3}
"""How often a size is measured, if more than once; the median counts."""
PROGRAM = """
from bird_dynamic import VoiceChannel
for index, number in enumerate({numbers!r}):
    VoiceChannel(f"channel-{{index}}", phone_number_id=number)
"""


@dataclass(frozen=True)
class Cost:
    """Of one `up`: seconds, requests to the backend, and bytes written by it."""

    seconds: float
    requests: int
    written: int


def cost_of(backend: Backend, count: int, once: bool) -> Cost:
    """The cost of creating so many channels, with the plugin; the state is written `once`, or as
    Pulumi does without being told."""
    emulator = BirdEmulator(
        Store.with_numbers(count * 2 + 20),
        options=Options(channel_after=0),
        faults=[Fault("latency", seconds=LATENCY, times=None)],
    )
    numbers = [each.id for each in emulator.store.numbers.values() if "voice" in each.capabilities]
    variables = {**backend.environment, "PULUMI_BACKEND_URL": backend.url}
    if once:
        variables["PULUMI_SKIP_CHECKPOINTS"] = "1"
    with EmulatorServer(emulator) as bird, tempfile.TemporaryDirectory() as folder:
        name = f"bench-{time.monotonic_ns()}"
        stack = Stack(Path(folder), bird.url, name, "plugin", variables)
        stack.write(PROGRAM.format(numbers=numbers[:count]))
        stack.init()
        before = backend.traffic() if backend.traffic else Traffic(0, 0)
        began = time.perf_counter()
        # By itself: a test's stack does not wait as long as 1,000 channels with checkpoints take.
        run = subprocess.run(
            stack.command("up", "--yes", "--skip-preview", "--parallel", "64"),
            cwd=stack.folder,
            env=stack.variables(),
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - began
        if run.returncode:
            raise SystemExit(run.stdout + run.stderr)
        after = backend.traffic() if backend.traffic else before
    return Cost(seconds, after.requests - before.requests, after.written - before.written)


def medians(costs: list[Cost]) -> Cost:
    """The middle of some measurements, each figure by itself."""
    return Cost(
        median(each.seconds for each in costs),
        round(median(each.requests for each in costs)),
        round(median(each.written for each in costs)),
    )


def measured(kinds: list[str], count: int, once: bool) -> dict[str, Cost]:
    """The cost with each backend; they take turns, so that a busy moment hits all of them."""
    costs: dict[str, list[Cost]] = {kind: [] for kind in kinds}
    for _ in range(TURNS.get(count, 1)):
        for kind in kinds:
            # A new server each time: what it has stored before does not count.
            with started(kind) as backend:
                costs[kind].append(cost_of(backend, count, once))
    return {kind: medians(each) for kind, each in costs.items()}


def lines(kinds: list[str], count: int, once: bool) -> Iterator[str]:
    """The lines of a size; "once": the state is written once."""
    costs = measured(kinds, count, once)
    for kind, cost in costs.items():
        traffic = "" if kind == "file" else f"{cost.requests:>8}  {cost.written / 1e6:>8.1f}"
        yield (
            f"{count:>8}  {'once' if once else 'each change':<11}  {kind:<8}  "
            f"{cost.seconds:>6.1f}  {cost.seconds / costs['file'].seconds:>6.2f}  {traffic}"
        ).rstrip()


def main() -> int:
    """Print a table."""
    sizes = [int(each) for each in sys.argv[1:]] or SIZES
    kinds = [kind for kind in KINDS if missing(kind) is None]
    for kind in KINDS:
        if (reason := missing(kind)) is not None:
            print(f"{kind} is left out: {reason}")
    print(
        f"channels  state saved  backend     up s  ÷ file  requests        MB   (Bird: {LATENCY} s)"
    )
    for count in sizes:
        for once in (False, True):
            for line in lines(kinds, count, once):
                print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

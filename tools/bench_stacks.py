"""Many stacks of one program, each for a customer: what a platform team runs.

Some stacks run one by one; then the others run, a few at a time, with one backend, one folder of
records, and a Bird that loses the answer to some creates and refuses many requests with 429. First
each stack has a workspace of its own; then a quarter as many share one. `make bench-stacks` runs
it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bird_dynamic.emulator import BirdEmulator, EmulatorServer, Fault, Reply, Request, Store  # noqa: E402
from tests.support.engine import Stack  # noqa: E402

STACKS = 200
AT_A_TIME = 4
CHANNELS = 5
"""The stacks have 1, 2, … so many channels, in turn."""
RATE = 5.0
"""Requests in a second that a workspace answers: a tenth of what Bird allows, because this machine
runs a few engines at a time, not dozens."""
LOST = 0.05
"""The part of the creates whose answer is lost."""
ALONE = CHANNELS
"""How many stacks run one after the other first; the median of their times counts."""
PROGRAM = """
import pulumi
from bird_dynamic import VoiceChannel
for index, number in enumerate(pulumi.Config().require_object("numbers")):
    VoiceChannel(f"channel-{index}", phone_number_id=number)
"""


class Counted(BirdEmulator):
    """A workspace that counts its answers; the journal keeps only the last ones."""

    def __init__(self, numbers: int, seed: int) -> None:
        throttle = Fault("throttle", rate=RATE, times=None, retry_after="seconds")
        lost = Fault(
            "reset", operation="create_connector", applied=True, times=None, probability=LOST
        )
        super().__init__(Store.with_numbers(numbers * 2 + 20), faults=[lost, throttle], seed=seed)
        self.requests = self.refused = self.lost = 0

    def handle(self, request: Request) -> Reply:
        reply = super().handle(request)
        self.requests += 1
        self.refused += reply.delivery == "normal" and reply.response.status == 429
        self.lost += reply.fault == "reset"
        return reply

    def voice_numbers(self) -> list[str]:
        return [each.id for each in self.store.numbers.values() if "voice" in each.capabilities]


@dataclass
class Site:
    """The stacks, in one project folder, and the workspaces in which they are."""

    folder: Path
    servers: list[EmulatorServer]
    workspaces: list[Counted]
    stacks: list[Stack] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        numbers = {id(each): iter(each.voice_numbers()) for each in self.workspaces}
        for place, server in enumerate(self.servers):
            chosen = [next(numbers[id(server.emulator)]) for _ in range(place % CHANNELS + 1)]
            name = f"customer-{place}"
            settings = json.dumps({"config": {"phones:numbers": chosen}})
            stack = Stack(self.folder, server.url, name)
            (self.folder / f"Pulumi.{name}.yaml").write_text(settings)
            self.stacks.append(stack)
        self.stacks[0].write(PROGRAM)

    def provision(self, stack: Stack) -> float:
        """Make the stack and its channels; how many seconds that took."""
        began = time.perf_counter()
        stack.init()
        run = stack.up()
        if not run.ok:
            self.failed.append(run.output)
        return time.perf_counter() - began

    def report(self, wall: float, alone: float) -> str:
        """What Bird was asked for, and whether each connector is in one state."""
        managed = Counter(each["id"] for stack in self.stacks for each in stack.resources())
        existing = [each for bird in self.workspaces for each in bird.connectors()]
        numbers = Counter(
            (id(bird), each["arguments"]["phoneNumberId"])
            for bird in self.workspaces
            for each in bird.connectors()
        )
        counted: dict[str, Callable[[Counted], int]] = {
            "requests": lambda bird: bird.requests,
            "429": lambda bird: bird.refused,
            "answers lost": lambda bird: bird.lost,
        }
        total = {what: sum(map(count, self.workspaces)) for what, count in counted.items()}
        return (
            f"{len(self.stacks):>6}  {len(self.workspaces):>10}  {len(existing):>8}  "
            f"{total['requests']:>8}  {total['429']:>4}  {total['answers lost']:>12}  "
            f"{len(self.failed):>6}  {sum(count > 1 for count in numbers.values()):>7}  "
            f"{len({each['id'] for each in existing} - set(managed)):>7}  "
            f"{sum(count > 1 for count in managed.values()):>6}  "
            f"{wall:>6.0f}  {wall / (alone * (len(self.stacks) - ALONE)):>5.2f}"
        )


def run(count: int, shared: bool) -> str:
    """All stacks, some at a time; a line of figures."""
    with ExitStack() as opened:
        size = count * CHANNELS if shared else CHANNELS
        workspaces = [Counted(size, seed) for seed in range(1 if shared else count)]
        servers = [opened.enter_context(EmulatorServer(each)) for each in workspaces]
        if shared:
            servers *= count
        folder = opened.enter_context(tempfile.TemporaryDirectory())
        site = Site(Path(folder), servers, workspaces)
        alone = median(site.provision(each) for each in site.stacks[:ALONE])
        began = time.perf_counter()
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            list(pool.map(site.provision, site.stacks[ALONE:]))
        return site.report(time.perf_counter() - began, alone)


def main() -> int:
    """Print a table."""
    count = int(sys.argv[1]) if sys.argv[1:] else STACKS
    print(
        "stacks  workspaces  channels  requests   429  answers lost  failed  doubled  orphans  "
        f"shared  wall s      ÷   ({AT_A_TIME} at a time; ÷: by the stacks one by one)"
    )
    print(run(count, shared=False), flush=True)
    print(run(max(count // 4, CHANNELS + 1), shared=True), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What 10, 100 and 1,000 channels cost with the real engine, through both ways in.

Each figure is from this run on this machine; the floor is the same program with a plugin that does
nothing. State is written at the end only (PULUMI_SKIP_CHECKPOINTS), because the file backend's
checkpoints, quadratic in the number of resources, would hide everything else.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bird_dynamic.emulator import BirdEmulator, EmulatorServer, Fault, Options, Store  # noqa: E402
from tests.support.engine import Stack  # noqa: E402

LATENCY = 0.25
SIZES = (10, 100, 1000)

PROGRAM = """
from bird_dynamic import VoiceChannel
NUMBERS = {numbers!r}
for index, number in enumerate(NUMBERS):
    VoiceChannel(f"channel-{{index}}", phone_number_id=number)
"""

RAW = """
import pulumi


class Raw(pulumi.CustomResource):
    def __init__(self, name: str, properties: dict) -> None:
        super().__init__("bird:index:VoiceChannel", name, {{**properties, "channelId": None}})


NUMBERS = {numbers!r}
for index, number in enumerate(NUMBERS):
    Raw(f"channel-{{index}}", {{"phoneNumberId": number}})
"""
NAMED = {
    "number})": 'number, "name": f"channel {index}"})',
    "number)": 'number, name=f"channel {index}")',
}
"""What gives each resource of a program a name."""

NOTHING = '''#!{python}
"""A plugin that does nothing, with outputs of the same number and size as the real one's: what the
engine and the program cost by themselves."""
import uuid
from pulumi.runtime.proto import provider_pb2
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.providers import plugin
from bird_dynamic.schema.case import camel_case

OUTPUTS = {{
    camel_case(field.name): "00000000-0000-4000-8000-000000000000"
    for field in VOICE_CHANNEL.fields
    if not field.is_input
}}
OUTPUTS["number"] = dict(OUTPUTS)


class Nothing(plugin.BirdPlugin):
    def Check(self, request, context):
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request, context):
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Create(self, request, context):
        request.properties.update(OUTPUTS)
        return provider_pb2.CreateResponse(id=str(uuid.uuid4()), properties=request.properties)


plugin.BirdPlugin = Nothing
plugin.main()
'''


def seconds(command: Any, *arguments: str) -> float:
    """How long a command of the engine took; it must succeed."""
    began = time.perf_counter()
    run = command(*arguments)
    if not run.ok:
        raise SystemExit(run.output)
    return time.perf_counter() - began


def measured(way: str, count: int, nothing: bool = False) -> dict[str, float]:
    """Seconds and requests of up, up again and refresh of so many channels."""
    emulator = BirdEmulator(
        Store.with_numbers(count * 2 + 20),
        options=Options(channel_after=0),
        faults=[Fault("latency", seconds=LATENCY, times=None)],
    )
    numbers = [each.id for each in emulator.store.numbers.values() if "voice" in each.capabilities][
        :count
    ]
    with EmulatorServer(emulator) as bird, tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), bird.url, way=way)
        stack.environment["PULUMI_SKIP_CHECKPOINTS"] = "1"
        if nothing:
            _do_nothing(stack)
        stack.write(PROGRAM.format(numbers=numbers))
        stack.init()
        found = {"up": seconds(stack.up, "--parallel", "64")}
        found["requests"] = len(emulator.journal)
        found["no-op"] = seconds(stack.up, "--parallel", "64")
        if not nothing:
            emulator.journal.clear()
            found["refresh"] = seconds(stack.refresh, "--parallel", "64")
            found["refresh requests"] = len(emulator.journal)
        return found


def program_side(count: int, named: bool) -> tuple[float, float]:
    """How much longer an `up` and an `up` again of so many resources take through the class than
    as raw resources with the same inputs and one output: the medians of five pairs, which take
    turns in running first."""
    ratios: list[tuple[float, float]] = []
    for pair in range(5):
        order = (RAW, PROGRAM) if pair % 2 else (PROGRAM, RAW)
        took = {each: _program_seconds(each, count, named) for each in order}
        ratios.append((took[PROGRAM][0] / took[RAW][0], took[PROGRAM][1] / took[RAW][1]))
    ups, no_ops = zip(*ratios, strict=True)
    return median(ups), median(no_ops)


def _program_seconds(program: str, count: int, named: bool) -> tuple[float, float]:
    emulator = BirdEmulator(Store.with_numbers(count * 2 + 20), options=Options(channel_after=0))
    numbers = [each.id for each in emulator.store.numbers.values() if "voice" in each.capabilities]
    source = program.format(numbers=numbers[:count])
    for without, with_name in NAMED.items():
        if named and without in source:
            source = source.replace(without, with_name)
            break
    with EmulatorServer(emulator) as bird, tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), bird.url, way="plugin")
        stack.environment["PULUMI_SKIP_CHECKPOINTS"] = "1"
        stack.write(source)
        stack.init()
        return seconds(stack.up, "--parallel", "64"), seconds(stack.up, "--parallel", "64")


def _do_nothing(stack: Stack) -> None:
    script = stack.folder / "bin" / "pulumi-resource-bird"
    script.parent.mkdir()
    script.write_text(NOTHING.format(python=sys.executable))
    script.chmod(0o755)
    project = stack.folder / "Pulumi.yaml"
    text = project.read_text()
    project.write_text(text[: text.rindex("path:")] + f"path: {script.parent}\n")


def main() -> int:
    """Print a table."""
    sizes = [int(each) for each in sys.argv[1:]] or SIZES
    print(f"channels  way       up s  requests  no-op s  refresh s  requests   (Bird: {LATENCY} s)")
    for count in sizes:
        floor = measured("plugin", count, nothing=True)
        print(f"{count:>8}  nothing  {floor['up']:>5.1f}         -  {floor['no-op']:>7.1f}")
        for way in ("dynamic", "plugin"):
            found = measured(way, count)
            print(
                f"{count:>8}  {way:<8} {found['up']:>5.1f}  {found['requests']:>8.0f}  "
                f"{found['no-op']:>7.1f}  {found['refresh']:>9.1f}  "
                f"{found['refresh requests']:>8.0f}   "
                f"up is {found['up'] / floor['up']:.2f} x doing nothing",
                flush=True,
            )
    for named in (False, True):
        up, no_op = program_side(sizes[-1], named)
        what = "with names" if named else "without names"
        print(
            f"{sizes[-1]:>8}  through the class, {what}, against raw resources (Bird: no latency): "
            f"up {up:.2f} x, no-op {no_op:.2f} x   goal: 1.25 x",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The figures that the design asks for, measured in one run on this machine.

Times are given beside a floor that is measured in the same run, because absolute times mean little
on a shared machine.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bird_dynamic.bird.clock import Deadline  # noqa: E402
from bird_dynamic.bird.http import HttpTransport  # noqa: E402
from bird_dynamic.bird.rate_limit import RateLimiter  # noqa: E402
from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, PhoneNumber  # noqa: E402
from bird_dynamic.emulator.dialect import NAMED  # noqa: E402
from bird_dynamic.lifecycle.registry import lifecycle_of  # noqa: E402
from bird_dynamic.lifecycle.resource import ResourceLifecycle  # noqa: E402
from bird_dynamic.lifecycle.session import Account  # noqa: E402
from bird_dynamic.resources.voice_channel import REFERENCE  # noqa: E402
from bird_dynamic.schema.naming import DERIVED_NAME  # noqa: E402
from bird_dynamic.settings import Settings  # noqa: E402
from tests.support.dynamic_provider import DynamicProviderProcess  # noqa: E402

LANES = 4
NUMBER = PhoneNumber.made_up(0).id


class NoLimit(RateLimiter):
    """For measuring what is faster than Bird's rate limits."""

    def wait(self, method: str, deadline: Deadline) -> bool:
        """At once."""
        return True


def say(what: str, figure: str, goal: str) -> None:
    """One line of the report."""
    print(f"{what:<58} {figure:<34} goal: {goal}", flush=True)


@contextmanager
def emulator(*options: str) -> Iterator[str]:
    """An emulator in a process of its own; its address."""
    command = [sys.executable, "-m", "bird_dynamic.emulator", "--port", "0", "--quiet"]
    command += ["--allow-duplicates", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    lines = iter(process.stdout.readline, "") if process.stdout else iter(())
    yield next(line for line in lines if "BIRD_API_URL" in line).strip().partition("=")[2]
    process.terminate()
    process.wait()


def control(url: str, method: str, what: str, body: Any = None) -> Any:
    """Ask the emulator to behave differently, or what it has seen."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/__emulator__/{what}", data=data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def account(url: str) -> Account:
    """An account of the emulator, as one run of the engine has it."""
    return Account(Settings(ACCESS_KEY, WORKSPACE_ID, api_url=url), HttpTransport)


def provider_of(bird: Account) -> ResourceLifecycle:
    """The provider without the engine, in this process."""
    return lifecycle_of("VoiceChannel", lambda profile: bird)


def inputs(index: int) -> dict[str, Any]:
    """Inputs of the index-th channel, as check leaves them."""
    name = f"bench-{index}"
    return {
        "phone_number_id": NUMBER,
        "connector_template_ref": "voice-messagebird:1",
        "workspace_id": WORKSPACE_ID,
        "name": name,
        DERIVED_NAME: name,
    }


def in_lanes(work: Callable[[int], Any], count: int) -> float:
    """Seconds for the work done `count` times in four lanes."""
    began = time.perf_counter()
    with ThreadPoolExecutor(LANES) as lanes:
        list(lanes.map(work, range(count)))
    return time.perf_counter() - began


def import_cost() -> None:
    """What a program pays for importing the package, over `pulumi.dynamic`."""

    def seconds(code: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - began

    floor = "import pulumi, pulumi.dynamic"
    ours = f"{floor}; from bird_dynamic import VoiceChannel"
    pairs = [(seconds(floor), seconds(ours)) for _ in range(10)]
    extra = statistics.median(after - before for before, after in pairs)
    base = statistics.median(before for before, _ in pairs)
    say("import, over pulumi.dynamic", f"{1000 * extra:.0f} ms on {1000 * base:.0f} ms", "25 ms")


def creates() -> None:
    """96 creates at 50 ms: the provider alone, and through the process that the engine talks to."""
    floor = in_lanes(lambda _: time.sleep(0.05), 96)
    slow = [{"kind": "latency", "seconds": 0.05, "times": None}]
    with emulator("--channel-after", "0") as url:
        control(url, "PUT", "faults", slow)
        provider = provider_of(account(url))
        took = in_lanes(lambda index: provider.create(inputs(index)), 96)
        seen = [entry["operation"] for entry in control(url, "GET", "journal")]
    with emulator("--channel-after", "0") as url:
        control(url, "PUT", "faults", slow)
        plugin = DynamicProviderProcess(Path(sys.executable), url)
        plugin.check({}, {"phone_number_id": NUMBER, "name": "warm-up"})
        in_all = in_lanes(lambda index: plugin.create(inputs(index)), 96)
        plugin.stop()
    ours = f"{took:.2f} s, {took / floor:.2f} x sleeping alone"
    say("96 creates at 50 ms, four lanes", ours, "1.45 s")
    say("the same with Pulumi's process around it", f"{in_all:.2f} s", "none: mostly Pulumi's own")
    sent = f"{seen.count('create_connector')} POST, {len(seen) - 96} other"
    say("requests for them", sent, "96 POST and a shared listing")


def own_cpu() -> None:
    """CPU of this process for a create, HTTP client included; and memory over 10,000 operations."""
    with emulator("--channel-after", "0") as url:
        bird = account(url)
        provider = provider_of(bird)
        _, state = provider.create(inputs(0))
        connector_id = state["connector_id"]

        def read_many(count: int) -> float:
            began = time.process_time()
            for _ in range(count):
                provider.read(connector_id, state)
            return (time.process_time() - began) / count

        bird.client.limiter = NoLimit(bird.client.clock)
        read_many(100)
        cpu = read_many(1000)
        session = requests.Session()
        session.trust_env = False
        began = time.process_time()
        for _ in range(1000):
            address = f"{url}/workspaces/{WORKSPACE_ID}/connectors/{connector_id}"
            session.get(address, headers={"Authorization": f"AccessKey {ACCESS_KEY}"}).json()
        floor = (time.process_time() - began) / 1000
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        read_many(10_000)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    say(
        "own CPU for a read, HTTP client included",
        f"{1000 * cpu:.2f} ms, {cpu / floor:.2f} x bare requests",
        "1.5 ms",
    )
    say("memory gained over 10,000 operations", f"{grown / 1024:.1f} MB", "below 1 MB")


def refresh() -> None:
    """Requests for refreshing 1,000 channels that leave the conversational status alone."""
    with emulator("--channel-after", "0") as url:
        provider = provider_of(account(url))
        states = []
        for index in range(1000):
            made = control(
                url,
                "POST",
                "connectors",
                {
                    "name": f"bench-{index}",
                    "connectorTemplateRef": "voice-messagebird:1",
                    "arguments": {"phoneNumberId": NUMBER},
                },
            )
            states.append((made["id"], {**inputs(index), "channel_id": "x"}))
        control(url, "DELETE", "journal")
        took = in_lanes(lambda index: provider.read(*states[index]), 1000)
        sent = len(control(url, "GET", "journal"))
    say("requests for a refresh of 1,000 channels", f"{sent} in {took:.2f} s", "20")


def dialects() -> None:
    """What each named dialect costs, against the default one: 24 creates, reads and deletes."""
    default = (0, 0.0)
    with emulator() as url:
        for name, dialect in NAMED.items():
            control(url, "POST", "reset")
            control(url, "PATCH", "options", {"release_after": 1.0})
            control(url, "PUT", "dialect", dialect.differences)
            started = time.perf_counter()
            _whole_lives(url, 24)
            took = time.perf_counter() - started
            requests = len(control(url, "GET", "journal"))
            default = default if default[0] else (requests, took)
            say(
                f"dialect {name}: 24 creates, reads, deletes",
                f"{requests / default[0]:.2f} x requests, {took / default[1]:.1f} x time",
                "none",
            )


def _whole_lives(url: str, count: int) -> None:
    provider, states = provider_of(account(url)), {}

    def create(index: int) -> None:
        checked = provider.check({}, inputs(index)).inputs
        connector_id, state = provider.create(checked)
        states[connector_id] = state

    in_lanes(create, count)
    reading = provider_of(account(url))
    in_lanes(lambda index: reading.read(*list(states.items())[index]), count)
    deleting = provider_of(account(url))
    in_lanes(lambda index: deleting.delete(*list(states.items())[index]), count)


def emulator_speed() -> None:
    """How soon the emulator answers, and how many requests it answers in a second."""
    began = time.perf_counter()
    with emulator() as url:
        control(url, "GET", "options")
        start = time.perf_counter() - began
        bare = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import http.server"], check=True)
        floor = time.perf_counter() - bare
        connection = HTTPConnection(url.removeprefix("http://"))
        path, headers = f"/workspaces/{WORKSPACE_ID}/connectors", {}
        headers = {"Authorization": f"AccessKey {ACCESS_KEY}"}
        began = time.perf_counter()
        for _ in range(2000):
            connection.request("GET", path, headers=headers)
            connection.getresponse().read()
        rate = 2000 / (time.perf_counter() - began)
    say(
        "emulator, from its start to its first answer",
        f"{1000 * start:.0f} ms, {start / floor:.1f} x bare http.server",
        "150 ms",
    )
    say("emulator, requests a second on one connection", f"{rate:.0f}", "1,500")


def main() -> int:
    """Print every figure."""
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}")
    say("provider string in the state", f"{len(REFERENCE)} characters", "120")
    import_cost()
    creates()
    own_cpu()
    refresh()
    emulator_speed()
    dialects()
    return 0


if __name__ == "__main__":
    sys.exit(main())

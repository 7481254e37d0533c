"""What `make demo` runs: a real `pulumi up`, and then a page on which the number is rung."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from bird_dynamic.emulator import PhoneNumber
from tests.support.engine import ROOT

# A process that was started in the background may have inherited that SIGINT is ignored.
IN_A_FOLDER = """
import signal
import sys
from pathlib import Path
from tools import demo
signal.signal(signal.SIGINT, signal.default_int_handler)
demo.DEMO = Path(sys.argv.pop(1))
demo.CONFIGURATION = demo.DEMO / "Pulumi.demo.yaml"
demo.main()
"""


def started(action: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", IN_A_FOLDER, str(folder), action],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def done(action: str, folder: Path) -> str:
    with started(action, folder) as running:
        printed, _ = running.communicate()
    assert running.returncode == 0, printed
    return printed


@pytest.mark.timeout(300)
def test_the_demo_comes_up_is_rung_and_goes(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    printed = done("up", folder)
    assert "VoiceChannel support created" in printed
    assert "WebhookSubscription calls created" in printed
    assert "No changes" in printed
    assert "make demo-page" in printed

    with started("page", folder) as running:
        assert running.stdout is not None
        found = None
        while found is None:
            found = re.search(
                r"Open (http\S+/__emulator__/) .* beside (\S+)\.", next(running.stdout)
            )
        page, number = found.groups()
        assert number == PhoneNumber.made_up(0).number
        body = json.dumps({"to": number}).encode()
        with urllib.request.urlopen(f"{page}calls/incoming", body, timeout=10) as answer:
            assert json.load(answer)["status"] == "starting"
        lines: list[str] = []
        while len(lines) < 4:
            line = next(running.stdout)
            lines += [line] if "signature" in line else []
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0
    statuses = [re.search(r"call (\S+),.*the signature is valid", each) for each in lines]
    assert [each and each[1] for each in statuses] == [
        "starting",
        "ringing",
        "ongoing",
        "completed",
    ]

    done("destroy", folder)
    assert not folder.exists()

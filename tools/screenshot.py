"""Write `docs/images/emulator.webp`: the page of the emulator after a real `pulumi up` of the
example `call_center`, while it rings. Needs the Pulumi CLI on PATH, and Chromium."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bird_dynamic.emulator import BirdEmulator, EmulatorServer, Options
from tests.support.browser import Browser, browsing, missing
from tests.support.engine import Stack
from tests.support.receiver import Receiver
from tools.generated import ROOT

IMAGE = ROOT / "docs" / "images" / "emulator.webp"
PROGRAM = ROOT / "examples" / "call_center" / "__main__.py"
MOST = 150_000
"""Bytes of the image."""


def main() -> None:
    """Take the picture."""
    if reason := missing():
        sys.exit(f"error: {reason}")
    emulator = BirdEmulator(options=Options(call_step=1.0), seed=1)
    with EmulatorServer(emulator) as server, Receiver() as receiver, browsing() as browser:
        server.emulator.deliver("https://example.com", receiver.url)
        browser.size(1280, 880)
        browser.devtools("Emulation.setScrollbarsHidden", {"hidden": True})
        browser.prefer("light")
        browser.open(server.page)
        browser.wait_for_text("#connection", "live")
        with tempfile.TemporaryDirectory() as folder:
            stack = Stack(Path(folder) / "phones", server.url)
            stack.write(PROGRAM.read_text())
            stack.init()
            run = stack.up()
            if not run.ok:
                sys.exit(run.output)
        _ring(browser, emulator)
        IMAGE.parent.mkdir(exist_ok=True)
        IMAGE.write_bytes(browser.screenshot("webp"))
    size = IMAGE.stat().st_size
    if size > MOST:
        sys.exit(f"error: {IMAGE} has {size} bytes, more than {MOST}")
    print(f"{IMAGE.relative_to(ROOT)}: {size} bytes")


def _ring(browser: Browser, emulator: BirdEmulator) -> None:
    """One call that is over, and one that rings."""
    first = "#calls > li:first-child .pill"
    browser.click("button.ring:not(:disabled)")
    browser.wait_for_text(first, "completed")
    browser.click("#numbers tr:nth-child(4) button.ring")
    browser.wait_for_text(first, "ringing")
    # The colours of what is new are gone by then.
    browser.wait(
        "document.getAnimations().length === 0 && document.activeElement.blur() === undefined"
    )


if __name__ == "__main__":
    main()

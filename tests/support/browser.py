"""A headless browser, driven through the WebDriver protocol: plain JSON over HTTP.

It needs Chromium and its driver, as from Debian's packages `chromium` and `chromium-driver`. It can
resolve no name, so that nothing leaves this machine.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import requests

DRIVER = "chromedriver"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 60.0
"""Seconds to wait for what must come."""
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Space": " ", "Shift": "\ue008"}


def missing() -> str | None:
    """Why there is no browser, or None if there is one."""
    if shutil.which(DRIVER) is None:
        return f"there is no {DRIVER} on PATH (Debian: apt-get install chromium chromium-driver)"
    if _browser() is None:
        return f"there is none of {', '.join(BROWSERS)} on PATH (Debian: apt-get install chromium)"
    return None


def _browser() -> str | None:
    return next((found for each in BROWSERS if (found := shutil.which(each))), None)


class Browser:
    """One window of a browser."""

    def __init__(self, address: str) -> None:
        self._http = requests.Session()
        self._http.trust_env = False
        self._address = address

    def begin(self, folder: str) -> None:
        """Open the window, with a profile in this folder."""
        arguments = [
            "--headless=new",
            "--no-first-run",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--force-color-profile=srgb",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
            f"--user-data-dir={folder}",
            # Its own sandbox does not run as root, as in a container.
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
        ]
        options = {"args": arguments, "binary": _browser()}
        wanted = {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
        }
        begun = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._address += f"/session/{begun['sessionId']}"

    def end(self) -> None:
        """Close the window."""
        self._call("DELETE", "")
        self._http.close()

    def open(self, url: str) -> None:
        """Go to an address."""
        self._call("POST", "/url", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        """What the body of a JavaScript function returns."""
        return self._call("POST", "/execute/sync", {"script": script, "args": arguments})

    def text(self, selector: str) -> str:
        """The text of the first element that a CSS selector finds, as it is displayed."""
        return str(self.run(f"return {_first(selector)}?.innerText ?? ''"))

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements that a CSS selector finds, as they are displayed."""
        found = f"document.querySelectorAll({json.dumps(selector)})"
        return list(self.run(f"return [...{found}].map((each) => each.innerText)"))

    def click(self, selector: str) -> None:
        """Click on the first element that a CSS selector finds, once there is one."""
        self.wait(f"{_first(selector)} !== null", f"an element {selector}")
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        self._call("POST", f"/element/{found[ELEMENT]}/click", {})

    def press(self, *keys: str, held: str | None = None) -> None:
        """Press keys one after the other: characters, or names of `KEYS`, perhaps with one held."""
        actions = [{"type": "keyDown", "value": KEYS[held]}] if held else []
        for each in keys:
            key = KEYS.get(each, each)
            actions += [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        actions += [{"type": "keyUp", "value": KEYS[held]}] if held else []
        keyboard = {"type": "key", "id": "keyboard", "actions": actions}
        self._call("POST", "/actions", {"actions": [keyboard]})

    def wait(self, condition: str, told: str | None = None) -> None:
        """Wait until a JavaScript expression is true."""
        until = time.monotonic() + PATIENCE
        while not self.run(f"return Boolean({condition})"):
            if time.monotonic() > until:
                raise AssertionError(f"never came: {told or condition}")
            time.sleep(0.02)

    def wait_for_text(self, selector: str, text: str) -> None:
        """Wait until the text of an element contains a text."""
        found = f"[...document.querySelectorAll({json.dumps(selector)})]"
        shown = f"{found}.some((each) => each.innerText.includes({json.dumps(text)}))"
        self.wait(shown, f"{text!r} in {selector}")

    def size(self, width: int, height: int, scale: float = 1.0) -> None:
        """Make the page this large, in CSS pixels."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)

    def prefer(self, scheme: str) -> None:
        """Prefer `light` or `dark`, as the settings of a desktop do."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.devtools("Emulation.setEmulatedMedia", {"features": [feature]})

    def screenshot(self, image: str = "png") -> bytes:
        """What is displayed, as a `png`, `jpeg` or `webp`."""
        quality = {} if image == "png" else {"quality": 85}
        taken = self.devtools("Page.captureScreenshot", {"format": image, **quality})
        return base64.b64decode(taken["data"])

    def errors(self) -> list[str]:
        """What the page complained of since the last call: errors of its scripts, and what its
        Content-Security-Policy refused."""
        logged = self._call("POST", "/se/log", {"type": "browser"})
        return [each["message"] for each in logged if each["level"] == "SEVERE"]

    def requested(self) -> list[str]:
        """The URLs that the page requested since the last call."""
        logged = self._call("POST", "/se/log", {"type": "performance"})
        events = [json.loads(each["message"])["message"] for each in logged]
        return [
            each["params"]["request"]["url"]
            for each in events
            if each["method"] == "Network.requestWillBeSent"
        ]

    def devtools(self, command: str, parameters: dict[str, Any]) -> Any:
        """Run a command of the browser's developer tools."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._http.request(method, self._address + path, json=body, timeout=180)
        value = answer.json()["value"]
        if not answer.ok:
            raise AssertionError(f"{value['error']}: {value['message'][:500]}")
        return value


def _first(selector: str) -> str:
    return f"document.querySelector({json.dumps(selector)})"


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """A browser until the end of a `with` block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, _driver() as address:
        browser = Browser(address)
        browser.begin(folder)
        try:
            yield browser
        finally:
            browser.end()


@contextlib.contextmanager
def _driver() -> Iterator[str]:
    process = subprocess.Popen(
        [DRIVER, "--port=0"], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if match := re.search(r"started successfully on port (\d+)", line):
                yield f"http://127.0.0.1:{match[1]}"
                break
        else:
            raise AssertionError(f"{DRIVER} did not start")
    finally:
        # Its group: also a browser that did not end.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
        process.stdout.close()

"""A page of another address, in the same browser, neither reads nor controls the emulator."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bird_dynamic.emulator import BirdEmulator, EmulatorServer
from tests.emulator.caller import Caller
from tests.support.browser import Browser


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>another page</title><body>")

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def page_elsewhere() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(params=["127.0.0.1", "localhost"])
def elsewhere(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Another page: of the same site as the emulator, or of another one."""
    with page_elsewhere() as port:
        browser.open(f"http://{request.param}:{port}/")
        yield browser
        browser.open("about:blank")


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    emulator = BirdEmulator()
    Caller(emulator).channel()
    with EmulatorServer(emulator) as running:
        yield running


def outcome(browser: Browser, promise: str) -> str:
    """What a promise of the page comes to."""
    browser.run(
        "window.outcome = undefined;"
        f"({promise}).then((each) => window.outcome = String(each),"
        " (error) => window.outcome = 'refused: ' + error.name)"
    )
    browser.wait("window.outcome !== undefined", promise)
    return str(browser.run("return window.outcome"))


@pytest.mark.parametrize("path", ["", "state", "journal", "events", "main.js"])
def test_it_reads_nothing(elsewhere: Browser, server: EmulatorServer, path: str) -> None:
    read = f"fetch('{server.page}{path}').then((answer) => answer.text())"
    assert outcome(elsewhere, read) == "refused: TypeError"


@pytest.mark.parametrize("body", ["undefined", "'[]'", "new Blob(['[]'])"])
def test_it_changes_nothing(elsewhere: Browser, server: EmulatorServer, body: str) -> None:
    for path in ("reset", "connectors", "calls/incoming"):
        send = f"fetch('{server.page}{path}', {{method: 'POST', mode: 'no-cors', body: {body}}})"
        outcome(elsewhere, f"{send}.then((answer) => answer.type)")
    assert len(server.emulator.connectors()) == 1


def test_it_follows_no_events(elsewhere: Browser, server: EmulatorServer) -> None:
    heard = (
        f"new Promise((done) => {{ const source = new EventSource('{server.page}events');"
        "source.addEventListener('hello', () => done('heard'));"
        "source.onerror = () => { source.close(); done('refused') } })"
    )
    assert outcome(elsewhere, heard) == "refused"
    assert not server.emulator.feed.is_watched


def test_it_runs_none_of_its_scripts_and_shows_it_in_no_frame(
    elsewhere: Browser, server: EmulatorServer
) -> None:
    script = (
        "new Promise((done) => { const script = document.createElement('script');"
        f"script.src = '{server.page}dom.js'; script.type = 'module';"
        "script.onload = () => done('loaded'); script.onerror = () => done('refused');"
        "document.body.append(script) })"
    )
    assert outcome(elsewhere, script) == "refused"
    frame = (
        "new Promise((done) => { const frame = document.createElement('iframe');"
        f"frame.src = '{server.page}'; frame.onload = () => done('finished');"
        "document.body.append(frame) })"
    )
    assert outcome(elsewhere, frame) == "finished"
    assert not server.emulator.feed.is_watched


def test_its_link_opens_the_page(elsewhere: Browser, server: EmulatorServer) -> None:
    elsewhere.run(
        "document.body.append(Object.assign(document.createElement('a'),"
        f" {{href: '{server.page}', textContent: 'there'}}))"
    )
    elsewhere.click("a")
    elsewhere.wait("location.pathname === '/__emulator__/'")
    elsewhere.wait_for_text("#connection", "live")
    elsewhere.wait_for_text("#channels tr", "n")

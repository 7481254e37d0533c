"""One browser for these tests, and an emulator for each of them with its page opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bird_dynamic.emulator import BirdEmulator, EmulatorServer
from tests.emulator.caller import Caller
from tests.support.browser import Browser, browsing, missing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # This hook is given the tests of all folders. A browser takes its time to start on a busy
    # machine.
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(400))


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser]:
    if reason := missing():
        pytest.skip(reason)
    with ExitStack() as stack:
        try:
            browser = stack.enter_context(browsing())
        except AssertionError as error:
            # Such as a driver of another version than the browser.
            if "session not created" in str(error):
                pytest.skip(str(error))
            raise
        yield browser


@pytest.fixture
def browser(_browser: Browser) -> Iterator[Browser]:
    """A browser whose pages requested nothing of another host and had no error."""
    _browser.open("about:blank")
    _browser.size(1400, 900)
    _browser.prefer("light")
    _browser.requested()
    _browser.errors()
    yield _browser
    _browser.open("about:blank")


@pytest.fixture
def emulator() -> BirdEmulator:
    return BirdEmulator()


@pytest.fixture
def call(emulator: BirdEmulator) -> Caller:
    return Caller(emulator)


@pytest.fixture
def page(browser: Browser, emulator: BirdEmulator) -> Iterator[Browser]:
    """The page of `emulator`, which has read the state."""
    with EmulatorServer(emulator) as server:
        opened(browser, server)
        yield browser
        hosts = {each for each in browser.requested() if not each.startswith(server.url)}
        assert hosts <= {"about:blank"}
        assert browser.errors() == []
        browser.open("about:blank")


def opened(browser: Browser, server: EmulatorServer) -> None:
    browser.open(server.page)
    browser.wait_for_text("#connection", "live")
    browser.wait_for_text("#numbers", "+3197010200001")

"""A number is rung with a button, and the page follows the call and what the webhooks answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bird_dynamic import webhooks
from bird_dynamic.emulator import BirdEmulator, EmulatorServer
from tests.browser.conftest import opened
from tests.emulator.caller import Caller
from tests.emulator.ringing import PUBLIC, URL, channel_of, subscribe, workspace
from tests.support.browser import Browser
from tests.support.receiver import Receiver

SECRET = "s3cret"
FIRST = "#calls > li:first-child"


@pytest.fixture
def emulator() -> BirdEmulator:
    return workspace(call_step=0.1)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def ring(page: Browser) -> None:
    page.wait("document.querySelector('button.ring:not(:disabled)')")
    page.click("button.ring:not(:disabled)")


def test_a_call_that_is_rung_arrives_signed_at_the_own_program(
    page: Browser, emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator, signingKey=SECRET)
    emulator.deliver(PUBLIC, receiver.url)
    page.wait_for_text("#webhooks tr", f"→ {receiver.url.removeprefix('http://')}")
    ring(page)
    page.wait_for_text(f"{FIRST} .pill", "completed")
    page.wait(
        f"document.querySelectorAll('{FIRST} .told-one[data-state=good]').length === 4",
        "four deliveries",
    )
    assert [" ".join(each.split()) for each in page.texts(f"{FIRST} .told-one")] == [
        f"{status} 200 example.com" for status in ("starting", "ringing", "ongoing", "completed")
    ]
    assert page.texts("#deliveries .pill") == ["200"] * 4
    assert receiver.statuses == ["starting", "ringing", "ongoing", "completed"]
    for each in receiver.requests:
        webhooks.verify(each.body, each.headers, url=URL, signing_key=SECRET)
    page.click(f"{FIRST} .told-one")
    page.wait_for_text("#details-body", "messagebird-signature")
    page.wait_for_text("#details-body", "noted")
    assert SECRET not in page.run("return document.documentElement.outerHTML")
    page.press("Escape")


def test_a_number_is_rung_with_the_keyboard_only(page: Browser, emulator: BirdEmulator) -> None:
    page.wait("document.querySelector('button.ring:not(:disabled)')")
    page.press("/")
    assert page.run("return document.activeElement.id") == "numbers-search"
    page.press(*"0200001")
    for _ in range(20):
        page.press("Tab")
        if page.run("return document.activeElement.textContent") == "Ring":
            break
    page.press("Enter")
    page.wait_for_text(f"{FIRST} .pill", "completed")
    assert [each["to"] for each in emulator.calls()] == ["+3197010200001"]


@pytest.mark.parametrize("outcome", ["no-answer", "busy", "failed"])
def test_a_call_ends_as_it_is_chosen(page: Browser, emulator: BirdEmulator, outcome: str) -> None:
    page.click(f"#outcome option[value={outcome}]")
    while emulator.options.call_outcome != outcome:
        page.wait("true")
    ring(page)
    page.wait_for_text(f"{FIRST} .pill", outcome)
    page.wait_for_text(f"{FIRST} .told-one", "nobody")
    # So does one that a program starts.
    call = Caller(emulator)
    call("POST", f"/channels/{channel_of(emulator)}/calls", {"to": "+12025550101"})
    page.wait("document.querySelectorAll('#calls > li').length === 2")
    page.wait_for_text(f"{FIRST} .pill", outcome)


def test_a_program_is_chosen_on_the_page(
    page: Browser, emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator)
    ring(page)
    # The first call's last event: one that came later would go to the program.
    page.wait("document.querySelectorAll('#deliveries .pill').length === 4")
    page.wait_for_text("#deliveries .pill", "kept")
    page.click("#webhooks button.target")
    page.run("document.getElementById('target').value = 'http://192.0.2.1:5000'")
    page.click("#details form button.main")
    page.wait_for_text("#details-notes", "must be an address on this machine")
    page.run(f"document.getElementById('target').value = '{receiver.url}'")
    page.click("#details form button.main")
    page.wait("!document.getElementById('details').open")
    ring(page)
    page.wait(f"document.querySelectorAll('{FIRST} .told-one[data-state=good]').length === 4")
    assert receiver.statuses == ["starting", "ringing", "ongoing", "completed"]
    assert any("422" in each for each in page.errors())


def test_a_failing_program_is_told_with_each_attempt(
    page: Browser, emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator)
    emulator.deliver(PUBLIC, receiver.url)
    page.run("location.hash = 'faults'")
    page.click("#presets button:nth-child(8)")
    page.wait_for_text("#faults-badge", "1")
    page.run("location.hash = 'live'")
    ring(page)
    page.wait_for_text("#deliveries .pill", "500, attempt 2")
    assert receiver.requests == []
    page.click("#faults-banner button")
    page.wait("document.querySelectorAll('#deliveries .pill[data-state=good]').length === 4")
    assert len(receiver.requests) == 4


def test_why_a_number_cannot_be_rung_is_told(page: Browser, emulator: BirdEmulator) -> None:
    ring(page)
    page.wait_for_text(f"{FIRST} .pill", "completed")
    # The page has not noticed yet.
    emulator.feed.publish = lambda kind, item: None  # type: ignore[method-assign]
    emulator.remove_connector(emulator.connectors()[0]["id"])
    ring(page)
    page.wait_for_text("#alerts", "is lost: the number has no voice channel")
    assert any("422" in each for each in page.errors())


def test_a_hundred_calls_at_once_are_all_shown(
    page: Browser, emulator: BirdEmulator, receiver: Receiver
) -> None:
    subscribe(emulator)
    emulator.deliver(PUBLIC, receiver.url)
    for _ in range(100):
        emulator.incoming_call({"to": "+3197010200001"})
    assert emulator.settled(60)
    assert len(receiver.requests) == 400
    page.wait_for_text("#calls-count", "100")
    page.wait_for_text("#deliveries-count", "400")
    while page.run("return document.querySelectorAll('#calls-more button').length"):
        page.click("#calls-more button")
        page.wait("true")
    page.wait("document.querySelectorAll('#calls .told-one[data-state=good]').length === 400")


def test_statuses_that_nobody_knows_are_shown(page: Browser, emulator: BirdEmulator) -> None:
    ring(page)
    page.wait_for_text(f"{FIRST} .pill", "completed")
    call = emulator.calls()[0]["id"]
    for status in ("constructor", "__proto__", "queued"):
        emulator.change("calls", call, status=status)
        page.wait_for_text(f"{FIRST} .pill", status)


def test_the_newest_calls_are_shown_and_all_are_counted(
    browser: Browser, emulator: BirdEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bird_dynamic.emulator.serving.overview.NEWEST", 5)
    for _ in range(20):
        emulator.incoming_call({"to": "+3197010200001"})
    for _ in range(7):
        Caller(emulator)("GET", "/connectors")
    assert emulator.settled(30)
    with EmulatorServer(emulator) as server:
        opened(browser, server)
        assert browser.text("#calls-count") == "20"
        assert browser.text("#deliveries-count") == "80"
        assert browser.text("#requests-count") == "7"
        assert len(browser.texts("#calls > li")) == len(browser.texts("#requests > li")) == 5
        ring(browser)
        browser.wait_for_text(f"{FIRST} .pill", "completed")
        browser.wait_for_text("#deliveries-count", "84")
        assert browser.text("#calls-count") == "21"
        browser.click("#requests-pause")
        Caller(emulator)("GET", "/connectors")
        browser.wait_for_text("#requests-count", "7, paused (1 more)")

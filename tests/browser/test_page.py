"""The page of the emulator shows what happens in it, and carries out what is pressed."""

from __future__ import annotations

import contextlib
import time

import pytest

from bird_dynamic.emulator import BirdEmulator, EmulatorServer, Fault, Store
from tests.browser.conftest import opened
from tests.emulator.caller import NUMBER, WEBHOOKS, Caller
from tests.emulator.test_control_values import NAMES
from tests.emulator.test_control_values import ODD as ODD_VALUES
from tests.support.browser import Browser

ODD = '<img src=x onerror="document.title=1"> \u202egnp\u2066 & "\'</td><script>alert(1)</script>'
SHOWN = ODD.replace("\u202e", "\\u202e").replace("\u2066", "\\u2066")


def hook(call: Caller, **changes: object) -> None:
    body = {"service": "channels", "event": "voice.inbound", "url": "https://example.com/hook"}
    assert call("POST", WEBHOOKS, {**body, **changes})[0] == 201


def tab_to(page: Browser, text: str) -> None:
    """Go on to the control with this text, with nothing but the tabulator."""
    for _ in range(120):
        page.press("Tab")
        if page.run("return document.activeElement.innerText ?? ''").startswith(text):
            return
    raise AssertionError(f"the keyboard does not reach {text!r}")


def test_the_page_shows_the_numbers_and_how_to_begin(page: Browser) -> None:
    rows = page.texts("#numbers tr")
    assert len(rows) == 12
    assert "+3197010200001" in rows[0]
    assert "NL · local · voice · sms" in rows[0]
    assert "export BIRD_ACCESS_KEY=fake-access-key-for-the-emulator" in page.text("#start")
    assert page.run("return document.querySelectorAll('button.ring:not(:disabled)').length") == 0


def test_a_channel_made_through_the_api_appears_without_a_reload(
    page: Browser, call: Caller
) -> None:
    page.run("window.sameDocument = true")
    _, made = call.create(name="front desk")
    page.wait_for_text("#channels tr", "front desk")
    page.wait_for_text("#channels tr", "not ready")
    page.wait("document.getElementById('start').hidden")
    channel = call("GET", f"/connectors/{made['id']}")[1]["channel"]["channelId"]
    page.wait_for_text("#channels tr", channel)
    page.wait_for_text("#numbers tr:first-child", "nobody")
    hook(call)
    page.wait_for_text("#numbers tr:first-child", "example.com")
    page.wait_for_text("#webhooks tr", "not signed")
    page.wait_for_text("#requests li", "/connectors")
    hook(call, eventFilters=[{"key": "channelId", "value": channel}])
    page.wait_for_text("#webhooks tr", "front desk")
    call("DELETE", f"/connectors/{made['id']}")
    page.wait_for_text("#webhooks tr", "a channel that is gone")
    page.wait("!document.querySelector('#channels tr')", "an empty list of channels")
    assert page.run("return window.sameDocument") is True


def test_the_status_of_a_channel_is_told(
    page: Browser, call: Caller, emulator: BirdEmulator
) -> None:
    channel = call.channel(name="front desk")
    page.wait_for_text("#channels tr", channel)
    assert page.texts("#channels .pill") == []
    emulator.change("channels", channel, status="suspended")
    page.wait_for_text("#channels .pill", "suspended")
    page.wait("document.querySelector('#numbers .chip[data-state=pending]')")


def test_numbers_that_lose_calls_can_be_looked_for(page: Browser, call: Caller) -> None:
    call.channel()
    page.wait_for_text("#numbers-count", "1 ready")
    page.click("#numbers-filter option[value=lost]")
    page.wait("document.querySelectorAll('#numbers tr').length === 1")
    assert "nobody" in page.text("#numbers tr")
    hook(call)
    page.wait("document.querySelectorAll('#numbers tr').length === 0")


def test_a_fault_is_switched_with_the_keyboard_only(page: Browser, call: Caller) -> None:
    tab_to(page, "Faults")
    page.press("Enter")
    tab_to(page, "Bird is down")
    page.press("Space")
    page.wait("document.activeElement.getAttribute('aria-checked') === 'true'")
    assert call("GET", "/connectors")[0] == 503
    page.wait_for_text("#faults-badge", "1")
    page.press("Space")
    page.wait("document.activeElement.getAttribute('aria-checked') === 'false'")
    assert call("GET", "/connectors")[0] == 200


def test_a_fault_that_has_happened_is_told_and_can_be_switched_again(
    page: Browser, call: Caller, emulator: BirdEmulator
) -> None:
    page.run("location.hash = 'faults'")
    page.click("#presets button:nth-child(4)")
    page.wait_for_text("#active li", "1 time left")
    assert call.reply("POST", "/x").delivery == "normal"
    emulator.faults = [Fault("status", status=418), *emulator.faults]
    page.wait_for_text("#active li", "answers 418")
    assert call("GET", "/connectors")[0] == 418
    page.wait_for_text("#active li", "has happened")
    page.click("#active li:nth-child(2) button")
    page.wait("!document.querySelector('#active li')", "no active fault")
    assert emulator.faults == ()


def test_any_other_fault_is_made_with_the_form(page: Browser, emulator: BirdEmulator) -> None:
    page.run("location.hash = 'faults'")
    page.click("#custom-kind option[value=latency]")
    page.click("#custom-operation option[value=list_connectors]")
    page.click("#custom button")
    page.wait_for_text("#active li", "answers 2 s late (list_connectors)")
    assert emulator.faults == (Fault("latency", operation="list_connectors", seconds=2),)
    page.run("document.getElementById('custom-nth').value = '1.5'")
    page.click("#custom button")
    page.wait_for_text("#alerts", "must be a whole number")
    assert len(emulator.faults) == 1
    assert any("422" in each for each in page.errors())


@pytest.mark.usefixtures("any_dialect")
def test_an_answer_of_the_dialect_is_chosen_with_a_click(
    page: Browser, call: Caller, emulator: BirdEmulator
) -> None:
    page.run("location.hash = 'dialect'")
    page.click("#question-gone input[value='410']")
    page.wait_for_text("#dialect-badge", "1")
    assert emulator.dialect.gone == "410"
    assert call("GET", "/connectors/nothing")[0] == 410
    page.click("#dialect-clear")
    page.wait("document.getElementById('dialect-badge').hidden")
    assert emulator.dialect.gone == "404"


def test_markup_and_characters_that_turn_text_are_shown_as_they_are(
    page: Browser, call: Caller, emulator: BirdEmulator
) -> None:
    call.channel(name=ODD, arguments={"phoneNumberId": NUMBER, ODD: ODD})
    emulator.add_webhook_subscription(url=f"https://example.com/{ODD}", event=ODD)
    call("GET", f"/{ODD}")
    emulator.faults = [Fault("status", headers={"X": "<img src=x onerror=alert(1)>"})]
    page.wait_for_text("#channels tr", SHOWN)
    page.wait_for_text("#numbers tr", SHOWN)
    page.wait_for_text("#webhooks tr", SHOWN)
    page.wait_for_text("#requests li", SHOWN)
    page.click("#channels button.open")
    page.wait_for_text("#details-title", SHOWN)
    page.wait_for_text("#details-body", "phoneNumberId")
    page.press("Escape")
    page.wait("!document.getElementById('details').open")
    assert page.run("return document.querySelectorAll('main img, main script').length") == 0
    assert page.run("return document.title") == "Bird emulator"
    assert not any(mark in page.text("body") for mark in "\u202e\u2066")


def test_items_of_any_shape_are_shown(page: Browser, emulator: BirdEmulator) -> None:
    made = {"connectors": 0, "webhook-subscriptions": 0}
    for kind, names in NAMES.items():
        for name in names:
            for value in ODD_VALUES:
                with contextlib.suppress(ValueError, TypeError):
                    emulator.add(kind, **{name: value})
                    made[kind] += 1
    page.wait_for_text("#channels-count", str(made["connectors"]))
    page.wait_for_text("#webhooks-count", str(made["webhook-subscriptions"]))
    for each in ("channels", "webhooks"):
        page.click(f"#{each}-more button")
        page.click(f"#{each}-more button")
    assert page.run("return document.querySelectorAll('#channels tr').length") > 40


def test_text_cannot_become_markup_even_by_mistake(page: Browser) -> None:
    told = page.run(
        "try { document.body.innerHTML = '<b>x</b>'; return 'made' } catch (e) { return e.name }"
    )
    assert told == "TypeError"
    page.run("document.head.append(Object.assign(document.createElement('style'), {}))")
    assert page.errors() != []


def test_secrets_never_reach_the_page(page: Browser, call: Caller) -> None:
    call.create(name="desk", invitationToken="s3cret", securityArguments={"a": {"b": "s3cret"}})
    hook(call, signingKey="s3cret")
    page.wait_for_text("#webhooks tr", "signed")
    page.click("#webhooks button.open")
    page.wait_for_text("#details-body", "[secret]")
    page.press("Escape")
    page.click("#requests li:last-child button")
    page.wait_for_text("#details-body", "invitationToken")
    assert "s3cret" not in page.run("return document.documentElement.outerHTML")
    page.press("Escape")


def test_a_channel_is_deleted_only_when_its_button_is_pressed_twice(
    page: Browser, call: Caller, emulator: BirdEmulator
) -> None:
    call.channel()
    page.click("#channels td.end button")
    page.wait_for_text("#channels td.end button", "Sure?")
    assert len(emulator.connectors()) == 1
    page.click("#channels td.end button")
    page.wait("!document.querySelector('#channels tr')", "an empty list of channels")
    assert emulator.connectors() == []


def test_the_focus_stays_where_it_is_while_the_page_changes(page: Browser, call: Caller) -> None:
    call.channel()
    page.wait("document.querySelector('button.ring:not(:disabled)')")
    page.run("document.querySelector('button.ring:not(:disabled)').focus()")
    call("POST", "/connectors", {"name": "other", "connectorTemplateRef": "whatsapp:1"})
    hook(call)
    page.wait_for_text("#numbers tr:first-child", "example.com")
    page.wait_for_text("#channels tr", "other")
    assert page.run("return document.activeElement.textContent") == "Ring"


@pytest.mark.parametrize(("scheme", "bright"), [("light", True), ("dark", False)])
def test_the_page_is_light_or_dark_as_the_desktop_is(
    page: Browser, scheme: str, bright: bool
) -> None:
    page.prefer(scheme)
    ground = page.run(
        "const paint = document.createElement('canvas').getContext('2d');"
        "paint.fillStyle = getComputedStyle(document.body).backgroundColor;"
        "paint.fillRect(0, 0, 1, 1); return [...paint.getImageData(0, 0, 1, 1).data]"
    )
    assert (sum(ground[:3]) > 3 * 128) is bright


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1920])
@pytest.mark.parametrize("view", ["live", "faults", "dialect"])
def test_no_view_is_wider_than_the_window(
    page: Browser, call: Caller, width: int, view: str
) -> None:
    call.channel(name="a name that is " + "long" * 30)
    hook(call, url="https://a-host-that-is-long.and-longer.example.com/" + "path" * 30)
    page.size(width, 800)
    page.run(f"location.hash = '{view}'")
    page.wait(f"!document.getElementById('view-{view}').hidden")
    page.wait("document.querySelector('#webhooks tr')")
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("view", ["live", "faults", "dialect"])
def test_each_control_has_a_name_for_a_screen_reader(
    page: Browser, call: Caller, view: str
) -> None:
    call.channel()
    hook(call)
    page.wait("document.querySelector('#webhooks tr')")
    page.run(f"location.hash = '{view}'")
    page.wait(f"!document.getElementById('view-{view}').hidden")
    nodes = page.devtools("Accessibility.getFullAXTree", {})["nodes"]
    controls = [
        (each["role"]["value"], each.get("name", {}).get("value", ""))
        for each in nodes
        if not each["ignored"]
        and each["role"]["value"]
        in ("button", "switch", "link", "combobox", "textbox", "searchbox", "radio", "checkbox")
    ]
    assert len(controls) > 8
    assert [role for role, name in controls if not name.strip()] == []


def test_the_page_follows_an_emulator_that_is_started_again(browser: Browser) -> None:
    with EmulatorServer() as server:
        server.emulator.add_connector(name="before")
        Caller(server.emulator)("GET", "/connectors", limit="11")
        opened(browser, server)
        browser.wait_for_text("#channels tr", "before")
        browser.wait_for_text("#requests li", "limit=11")
    browser.wait_for_text("#connection", "offline")
    with EmulatorServer(port=server.port) as again:
        again.emulator.add_connector(name="after")
        Caller(again.emulator)("GET", "/connectors", limit="22")
        browser.wait_for_text("#connection", "live")
        browser.wait_for_text("#channels tr", "after")
        browser.wait_for_text("#requests li", "limit=22")
        assert "before" not in browser.text("#channels")
        assert "limit=11" not in browser.text("#requests")


def test_a_page_that_nobody_sees_follows_nothing_until_it_is_seen_again(
    page: Browser, call: Caller, emulator: BirdEmulator
) -> None:
    hide = (
        "Object.defineProperty(document, 'hidden', {{ value: {0}, configurable: true }});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    assert emulator.feed.is_watched
    page.run(hide.format("true"))
    until = time.monotonic() + 30
    while emulator.feed.is_watched and time.monotonic() < until:
        time.sleep(0.02)
    assert not emulator.feed.is_watched
    call.channel(name="made meanwhile")
    page.run(hide.format("false"))
    page.wait_for_text("#channels tr", "made meanwhile")


def test_a_thousand_numbers_and_thousands_of_requests_are_shown_in_parts(browser: Browser) -> None:
    emulator = BirdEmulator(Store.with_numbers(1000))
    call = Caller(emulator)
    with EmulatorServer(emulator) as server:
        opened(browser, server)
        for number in list(emulator.store.numbers.values())[-300:]:
            call.create(name=f"line {number.number}", arguments={"phoneNumberId": number.id})
        for _ in range(6000):
            call("GET", "/connectors", limit="1")
        browser.wait_for_text("#channels-count", "300")
        browser.wait_for_text("#requests li:first-child", "limit=1")
        browser.wait(
            "document.querySelector('#requests > li').item.sequence === 6300",
            "the newest request",
        )
        assert browser.run("return document.querySelectorAll('*').length") < 3000
        last = list(emulator.store.numbers.values())[-1].number
        browser.click("#numbers-search")
        browser.press(*last)
        browser.wait("document.querySelectorAll('#numbers tr').length === 1")
        assert f"line {last}" in browser.text("#numbers tr")
        browser.run("document.getElementById('numbers-search').value = ''")
        browser.press("x", "\ue003")
        browser.wait("document.querySelectorAll('#numbers tr').length === 60")
        browser.click("#numbers-more button")
        browser.wait("document.querySelectorAll('#numbers tr').length === 300")

"""The emulator as a transport of `requests`: the same as over a socket, without one."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, BirdEmulator, EmulatorServer, Fault
from bird_dynamic.emulator.requests_adapter import EmulatorAdapter
from tests.emulator.asking import NUMBER, VOICE

PATH = f"/workspaces/{WORKSPACE_ID}/connectors"
URL = f"https://bird.test{PATH}"
BODY = {"name": "n", "connectorTemplateRef": VOICE, "arguments": {"phoneNumberId": NUMBER}}


@pytest.fixture
def emulator() -> BirdEmulator:
    return BirdEmulator(seed=1)


@pytest.fixture
def session(emulator: BirdEmulator) -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.mount("https://", EmulatorAdapter(emulator))
        opened.headers["Authorization"] = f"AccessKey {ACCESS_KEY}"
        yield opened


def test_an_answer_is_one_of_requests(session: requests.Session) -> None:
    answer = session.get(URL, params={"limit": "1"}, timeout=5)
    assert (answer.status_code, answer.json()) == (200, {"results": []})
    assert answer.headers["content-type"] == "application/json"
    assert answer.url == f"{URL}?limit=1"
    assert answer.elapsed >= timedelta(0)
    assert answer.request.method == "GET"


@pytest.mark.parametrize("kind", ["json", "text", "bytes", "file", "parts"])
def test_a_body_of_any_kind_arrives(
    session: requests.Session, emulator: BirdEmulator, kind: str
) -> None:
    written = json.dumps(BODY)
    data: dict[str, Any] = {
        "json": {"json": BODY},
        "text": {"data": written},
        "bytes": {"data": written.encode()},
        "file": {"data": io.BytesIO(written.encode())},
        "parts": {"data": iter([written[:9].encode(), written[9:].encode()])},
    }
    assert session.post(URL, timeout=5, **data[kind]).status_code == 201
    assert emulator.journal[0]["body"] == BODY


def test_a_redirect_is_not_followed_unless_wanted(
    session: requests.Session, emulator: BirdEmulator
) -> None:
    emulator.faults = [Fault("redirect")]
    answer = session.get(URL, allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.is_redirect) == (302, True)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("hang", requests.exceptions.ReadTimeout),
        ("refuse", requests.exceptions.ConnectionError),
        ("reset", requests.exceptions.ConnectionError),
        ("empty", requests.exceptions.ConnectionError),
        ("truncate", requests.exceptions.ChunkedEncodingError),
    ],
)
def test_failures_are_the_ones_of_requests_on_both_fronts(
    session: requests.Session, emulator: BirdEmulator, kind: str, expected: type[Exception]
) -> None:
    emulator.faults = [Fault(kind, applied=True, times=None)]
    with pytest.raises(expected):
        session.get(URL, timeout=5)
    with EmulatorServer(emulator) as server, pytest.raises(expected):
        requests.get(server.url + PATH, timeout=0.2)


@pytest.mark.parametrize("kind", ["garbage", "wrong_content_type"])
def test_a_spoiled_body_cannot_be_parsed(
    session: requests.Session, emulator: BirdEmulator, kind: str
) -> None:
    emulator.faults = [Fault(kind)]
    with pytest.raises(requests.exceptions.JSONDecodeError):
        session.get(URL, timeout=5).json()


@pytest.mark.parametrize("timeout", [1, (1, 1)])
def test_an_answer_that_comes_too_late_is_a_timeout_at_once(
    session: requests.Session, emulator: BirdEmulator, timeout: Any
) -> None:
    emulator.faults = [Fault("latency", seconds=2)]
    with pytest.raises(requests.exceptions.ReadTimeout):
        session.post(URL, json=BODY, timeout=timeout)
    assert len(emulator.connectors()) == 1


@pytest.mark.parametrize("timeout", [3, (1, None), None])
def test_an_answer_in_time_is_not_waited_for(
    session: requests.Session, emulator: BirdEmulator, timeout: Any
) -> None:
    emulator.faults = [Fault("latency", seconds=2)]
    assert session.get(URL, timeout=timeout).status_code == 200

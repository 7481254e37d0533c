"""The live suite: the checks of the emulator, made against Bird itself.

It runs only where BIRD_LIVE_PHONE_NUMBER_ID names a number that may be used for a minute: it
installs a voice connector on it, which fails if there is one already, and deletes it again. What an
aborted run left is swept away by its name, before and after.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest

from bird_dynamic import emulator
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.connect import connect
from bird_dynamic.bird.models import UNREADABLE, Request, Response, Transport
from bird_dynamic.emulator.api import operation_of
from bird_dynamic.lifecycle.session import Account, CollectionSession
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.settings import gather
from tests.support.openapi import problem

PREFIX = "bird-dynamic-live-"
"""Every name that this suite uses begins with it, and nothing else may."""
PATIENCE = 120.0


@pytest.fixture(scope="session")
def phone_number_id() -> str:
    number = os.environ.get("BIRD_LIVE_PHONE_NUMBER_ID")
    if not number:
        pytest.skip("BIRD_LIVE_PHONE_NUMBER_ID is not set: see `make test-live`")
    return number


class Watched:
    """A transport that holds every request and answer to the description of Bird's API."""

    def __init__(self, transport: Transport, problems: list[str]) -> None:
        self._transport = transport
        self._problems = problems

    def send(self, request: Request, timeout: float) -> Response:
        response = self._transport.send(request, timeout)
        asked = emulator.Request(
            request.method,
            request.path,
            request.query,
            {"authorization": "AccessKey …"},
            _json(request.body),
        )
        kind = {"Content-Type": response.headers.get("content-type", "").partition(";")[0]}
        answered = emulator.Response(response.status, kind, _json(response.body))
        if (told := problem(operation_of(asked), asked, answered)) is not None:
            self._problems.append(told)
        return response


def _json(body: Any) -> bytes:
    return b"" if body in (None, UNREADABLE) else json.dumps(body).encode()


@pytest.fixture(scope="session")
def problems() -> list[str]:
    """What was asked or answered otherwise than described, so far."""
    return []


@pytest.fixture(scope="session")
def new_account(phone_number_id: str, problems: list[str]) -> Callable[[], Account]:
    settings = gather(lambda key: None)
    wrong = [*settings.problems, *dict(settings.location_problems).values()]
    assert not wrong, " ".join(wrong)
    return lambda: Account(settings, lambda given: Watched(connect(given), problems))


@pytest.fixture(scope="session")
def account(new_account: Callable[[], Account]) -> Account:
    return new_account()


@pytest.fixture(scope="session")
def connectors(account: Account) -> Iterator[CollectionSession]:
    """The connectors of the workspace, without those of this suite before and after."""
    _, session = account.open(VOICE_CHANNEL, {})
    sweep(session)
    yield session
    assert sweep(session) == [], "the suite left something behind; it is removed now"


def sweep(session: CollectionSession) -> list[str]:
    """Delete what this suite has left; the ids."""
    deadline = Deadline.after(PATIENCE, session.collection.client.clock)
    rows = chain.from_iterable(session.collection.pages(deadline))
    left = [str(row["id"]) for row in rows if str(row.get("name")).casefold().startswith(PREFIX)]
    for connector_id in left:
        session.collection.delete(connector_id, deadline)
    return left

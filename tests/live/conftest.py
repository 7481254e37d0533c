"""The live suite: the checks of the emulator, made against Bird itself.

It runs only where BIRD_LIVE_PHONE_NUMBER_ID names a number that may be used for a minute: it
installs a voice connector on it, which fails if there is one already, and deletes it again. What an
aborted run left is swept away by its name, before and after.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain

import pytest

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.connecting import connect
from bird_dynamic.lifecycle.account import Account, Session
from bird_dynamic.settings import gather

PREFIX = "bird-dynamic-live-"
"""Every name that this suite uses begins with it, and nothing else may."""
PATIENCE = 120.0


@pytest.fixture(scope="session")
def phone_number_id() -> str:
    number = os.environ.get("BIRD_LIVE_PHONE_NUMBER_ID")
    if not number:
        pytest.skip("BIRD_LIVE_PHONE_NUMBER_ID is not set: see `make test-live`")
    return number


@pytest.fixture(scope="session")
def account(phone_number_id: str) -> Account:
    settings = gather(lambda key: None)
    assert not settings.problems, " ".join(settings.problems)
    return Account(settings, connect)


@pytest.fixture(scope="session")
def connectors(account: Account) -> Iterator[Session]:
    """The connectors of the workspace, without those of this suite before and after."""
    session = account.session(f"/workspaces/{account.settings.workspace_id}/connectors")
    sweep(session)
    yield session
    assert sweep(session) == [], "the suite left something behind; it is removed now"


def sweep(session: Session) -> list[str]:
    """Delete what this suite has left; the ids."""
    deadline = Deadline.after(PATIENCE, session.collection.sender.clock)
    rows = chain.from_iterable(session.collection.pages(deadline))
    left = [str(row["id"]) for row in rows if str(row.get("name")).startswith(PREFIX)]
    for connector_id in left:
        session.collection.delete(connector_id, deadline)
    return left

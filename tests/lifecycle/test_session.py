"""What all operations share: waiting within the time that there is."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from bird_dynamic.bird.clock import Deadline, SystemClock, held
from bird_dynamic.bird.errors import ConfigurationError, DeadlineError
from bird_dynamic.bird.ids import IdError
from bird_dynamic.lifecycle.session import Account, CollectionSession, Run
from bird_dynamic.schema.connector import CONNECTOR
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.settings import Settings
from tests.support.clock import FakeClock
from tests.support.scripted import ScriptedTransport, answer

WORKSPACE = "2cffb55c-120e-91a8-8f10-ed9d1b412d29"


def opened(clock: FakeClock, said: list[str] | None = None, **settings: Any) -> CollectionSession:
    run = Run(clock=clock, say=(said if said is not None else []).append)
    account = Account(Settings("k", **settings), lambda _: ScriptedTransport(answer()), run)
    return account.open(VOICE_CHANNEL, {"workspace_id": WORKSPACE})[1]


@pytest.mark.parametrize(
    ("own", "seconds"), [(None, 240.0), ("90s", 90.0), (30, 30.0), (0.5, 0.5), ("soon", 240.0)]
)
def test_an_operation_has_its_own_time_or_that_of_the_settings(
    own: str | float | None, seconds: float
) -> None:
    clock = FakeClock()
    deadline = opened(clock, timeout=240.0).deadline(own)
    assert (deadline.seconds, deadline.remaining) == (seconds, pytest.approx(seconds))


def test_looks_become_rarer_and_a_long_wait_is_told_every_quarter_of_a_minute() -> None:
    clock, said = FakeClock(), list[str]()
    session = opened(clock, said)
    waits = list(session.polls(0.5, Deadline.after(60.0, clock), "waiting for it"))
    pauses = clock.sleeps
    assert pauses[:5] == pytest.approx([0.5, 0.8, 1.28, 2.048, 3.2768])
    assert set(pauses[5:]) == {5.0}
    assert waits == pytest.approx([sum(pauses[: at + 1]) for at in range(len(pauses))])
    assert 55.0 <= waits[-1] < 60.0
    assert said == [f"waiting for it ({seconds} s)" for seconds in (18, 33, 48)]


def test_a_place_that_nobody_says_is_named_with_its_setting_and_nothing_is_sent() -> None:
    account = Account(Settings("k"), lambda _: pytest.fail("connected"))
    with pytest.raises(ConfigurationError, match=r"is not set\. Run `pulumi config set bird:w"):
        account.open(VOICE_CHANNEL, {})
    with pytest.raises(IdError, match="workspace_id"):
        account.open(VOICE_CHANNEL, {"workspace_id": ".."})


def test_settings_that_cannot_work_are_all_told_when_something_is_to_be_sent() -> None:
    clock = FakeClock()
    session = opened(clock, problems=("one is wrong.", "two is wrong."))
    with pytest.raises(ConfigurationError, match=r"one is wrong\. two is wrong\."):
        session.collection.get(WORKSPACE, session.deadline())


def test_all_resources_of_a_workspace_share_one_view_of_it() -> None:
    account = Account(Settings("k"), lambda _: ScriptedTransport(answer()))
    place = {"workspace_id": WORKSPACE}
    first, second = (account.open(each, place)[1] for each in (VOICE_CHANNEL, CONNECTOR))
    assert first is second
    other = account.open(CONNECTOR, {"workspace_id": WORKSPACE.replace("2", "3")})[1]
    assert other is not first


def test_a_wait_that_would_end_with_the_time_is_too_long() -> None:
    clock = FakeClock()
    session = opened(clock)
    deadline = Deadline.after(5.0, clock)
    with pytest.raises(DeadlineError):
        session.sleep(5.0, deadline)
    session.sleep(4.5, deadline)
    session.sleep(0.0, deadline)
    assert clock.sleeps == [4.5]


def test_a_lock_that_another_operation_holds_is_waited_for_until_the_deadline() -> None:
    lock, deadline = threading.Lock(), Deadline.after(0.05, SystemClock())
    with held(lock, deadline):
        is_late = pytest.raises(DeadlineError, match=r"^the timeout of 0\.05 s has passed$")
        with is_late, held(lock, deadline):
            pytest.fail("held twice")
    with held(lock, Deadline.after(1e12, SystemClock())):
        assert lock.locked()
    assert not lock.locked()

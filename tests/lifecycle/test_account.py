"""What all operations share: waiting within the time that there is."""

from __future__ import annotations

import pytest

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import DeadlineError
from bird_dynamic.lifecycle.account import Account, Run
from bird_dynamic.settings import Settings
from tests.support.clock import FakeClock
from tests.support.scripted import ScriptedTransport, answer


def test_a_wait_that_would_end_with_the_time_is_too_long() -> None:
    clock = FakeClock()
    account = Account(Settings("k"), lambda settings: ScriptedTransport(answer()), Run(clock=clock))
    session = account.session("/workspaces/w/connectors")
    deadline = Deadline.after(5.0, clock)
    with pytest.raises(DeadlineError):
        session.wait(5.0, deadline)
    session.wait(4.5, deadline)
    session.wait(0.0, deadline)
    assert clock.sleeps == [4.5]

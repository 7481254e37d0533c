"""What all operations share: waiting within the time that there is."""

from __future__ import annotations

import pytest

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import DeadlineError
from bird_dynamic.lifecycle.session import Account, Run
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.settings import Settings
from tests.support.clock import FakeClock
from tests.support.scripted import ScriptedTransport, answer


def test_a_wait_that_would_end_with_the_time_is_too_long() -> None:
    clock = FakeClock()
    account = Account(Settings("k"), lambda settings: ScriptedTransport(answer()), Run(clock=clock))
    workspace = "2cffb55c-120e-91a8-8f10-ed9d1b412d29"
    _, session = account.open(VOICE_CHANNEL, {"workspace_id": workspace})
    deadline = Deadline.after(5.0, clock)
    with pytest.raises(DeadlineError):
        session.sleep(5.0, deadline)
    session.sleep(4.5, deadline)
    session.sleep(0.0, deadline)
    assert clock.sleeps == [4.5]

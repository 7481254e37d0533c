"""Retries: what is repeated, how often, and what is never repeated."""

from __future__ import annotations

import itertools
import logging
from email.utils import formatdate

import pytest

from bird_dynamic.bird.client import Collection
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import (
    Answer,
    BirdError,
    DeadlineError,
    NotSentError,
    RejectedError,
    UnknownOutcomeError,
)
from bird_dynamic.bird.models import UNREADABLE, Request, Response
from bird_dynamic.bird.retry import (
    LONGEST_THROTTLED_PAUSE,
    RetryBudget,
    RetryingClient,
)
from tests.support.clock import FakeClock
from tests.support.scripted import ID, OTHER_ID, ScriptedTransport, answer

LostOrRefused = UnknownOutcomeError | NotSentError
LOST = UnknownOutcomeError("the connection broke")
REFUSED = NotSentError("refused")


class ScriptedClient:
    def __init__(self, *script: Response | BirdError) -> None:
        self.clock = FakeClock()
        self.transport = ScriptedTransport(*script)
        self.client = RetryingClient(self.transport, self.clock, jitter=lambda: 1.0)
        self.connectors = Collection(self.client, "/workspaces/w/connectors")
        self.deadline = Deadline.after(60, self.clock)

    @property
    def sent(self) -> int:
        return len(self.transport.requests)


def test_a_read_is_repeated_after_a_lost_answer() -> None:
    client = ScriptedClient(LOST, answer(500), answer(body=UNREADABLE), answer())
    assert client.connectors.get(ID, client.deadline) == {"id": ID}
    assert client.sent == 4


def test_pauses_grow() -> None:
    client = ScriptedClient(LOST, LOST, LOST, answer())
    client.connectors.get(ID, client.deadline)
    assert client.clock.sleeps == [0.5, 1.0, 2.0]


def test_a_pause_is_never_shorter_than_half_of_what_it_may_be() -> None:
    client = ScriptedClient(LOST, LOST, answer())
    client.client._jitter = lambda: 0.0
    client.connectors.get(ID, client.deadline)
    assert client.clock.sleeps == [0.25, 0.5]


def test_pauses_after_429_grow_up_to_eight_seconds() -> None:
    client = ScriptedClient(*[answer(429)] * 6, answer())
    moments: list[float] = []
    send = client.transport.send

    def noted(request: Request, timeout: float) -> Response:
        moments.append(client.clock.now)
        return send(request, timeout)

    client.transport.send = noted  # type: ignore[method-assign]
    client.connectors.get(ID, client.deadline)
    pauses = [after - before for before, after in itertools.pairwise(moments)]
    assert pauses == pytest.approx([1.0, 2.0, 4.0, 8.0, 8.0, 8.0])


def test_a_read_is_repeated_a_few_times_only() -> None:
    client = ScriptedClient(LOST)
    with pytest.raises(UnknownOutcomeError):
        client.connectors.get(ID, client.deadline)
    assert client.sent == 5


@pytest.mark.parametrize(
    "outcome", [LOST, answer(500), answer(504), answer(201, UNREADABLE), answer(201, {"x": 1})]
)
def test_a_create_with_an_unknown_outcome_is_not_repeated(outcome: Response | BirdError) -> None:
    client = ScriptedClient(outcome)
    with pytest.raises(UnknownOutcomeError):
        client.connectors.create({}, client.deadline)
    assert client.sent == 1


@pytest.mark.parametrize("status", [200, 201])
def test_a_create_succeeds_with_either_status(status: int) -> None:
    client = ScriptedClient(answer(status, {"id": OTHER_ID, "news": True}))
    assert client.connectors.create({}, client.deadline)["id"] == OTHER_ID


def test_a_create_that_did_not_reach_bird_is_repeated() -> None:
    client = ScriptedClient(REFUSED, answer(201))
    assert client.connectors.create({}, client.deadline)["id"] == ID


def test_a_connection_that_cannot_work_is_not_tried_again() -> None:
    client = ScriptedClient(NotSentError("certificate", temporary=False))
    with pytest.raises(NotSentError):
        client.connectors.get(ID, client.deadline)
    assert client.sent == 1


def test_a_refusal_is_not_repeated() -> None:
    client = ScriptedClient(
        answer(422, {"code": "InvalidPayload", "message": "no", "details": {".a": "b"}})
    )
    with pytest.raises(RejectedError, match="422 InvalidPayload: no") as caught:
        client.connectors.create({}, client.deadline)
    assert caught.value.answer.details == {".a": ("b",)}
    assert client.sent == 1


@pytest.mark.parametrize("status", [300, 302, 308, 399])
def test_a_redirect_is_not_followed(status: int) -> None:
    client = ScriptedClient(
        answer(status, "x", location="https://elsewhere.test", messagebird_request_id="r")
    )
    with pytest.raises(RejectedError, match="a redirect, which is not followed") as caught:
        client.connectors.get(ID, client.deadline)
    assert (caught.value.status, caught.value.answer.request_id) == (status, "r")
    assert client.sent == 1


@pytest.mark.parametrize("status", [199, 500, 503, 599, 600])
def test_an_answer_that_says_nothing_is_told_with_what_it_says_and_its_id(status: int) -> None:
    body = {"code": "Oops", "message": "again later"}
    client = ScriptedClient(answer(status, body, messagebird_request_id="r"))
    with pytest.raises(UnknownOutcomeError, match=f"{status} Oops: again later") as caught:
        client.connectors.create({}, client.deadline)
    assert caught.value.answer is not None
    assert caught.value.answer.request_id == "r"


def test_an_answer_that_cannot_be_read_is_told_with_its_status_and_its_id() -> None:
    client = ScriptedClient(answer(201, [], messagebird_request_id="r"))
    with pytest.raises(UnknownOutcomeError, match="201") as caught:
        client.connectors.create({}, client.deadline)
    assert caught.value.answer == Answer(201, request_id="r")


def test_throttling_is_waited_out_for_a_create_too() -> None:
    client = ScriptedClient(*[answer(429)] * 8, answer(201))
    assert client.connectors.create({}, client.deadline)["id"] == ID
    assert client.sent == 9


def test_the_pause_that_bird_asks_for_is_kept() -> None:
    client = ScriptedClient(answer(429, retry_after="7"), answer(201))
    began = client.clock.now
    client.connectors.create({}, client.deadline)
    assert client.clock.now - began == pytest.approx(7.0)


def test_the_pause_may_be_a_date_by_birds_clock() -> None:
    server = 1_000_000_000
    throttled = answer(429, retry_after=formatdate(server + 9, usegmt=True))
    throttled = Response(429, {**throttled.headers, "date": formatdate(server, usegmt=True)}, None)
    client = ScriptedClient(throttled, answer(201))
    began = client.clock.now
    client.connectors.create({}, client.deadline)
    assert client.clock.now - began == pytest.approx(9.0)


def test_a_pause_beyond_the_deadline_ends_the_operation_at_once() -> None:
    client = ScriptedClient(answer(429, {"code": "TooManyRequests"}, retry_after="61"))
    began = client.clock.now
    with pytest.raises(DeadlineError, match="429 TooManyRequests"):
        client.connectors.create({}, client.deadline)
    assert client.clock.now == began
    assert client.sent == 1


@pytest.mark.parametrize("asked", ["9" * 20, "9" * 400, formatdate(99_999_999_999)])
def test_an_endless_pause_ends_the_operation_and_not_the_run(asked: str) -> None:
    now = formatdate(1_000_000_000, usegmt=True)
    client = ScriptedClient(answer(429, retry_after=asked, date=now), answer(201))
    with pytest.raises(DeadlineError):
        client.connectors.create({}, client.deadline)
    client.clock.now += LONGEST_THROTTLED_PAUSE
    assert client.connectors.create({}, Deadline.after(60, client.clock))["id"] == ID


@pytest.mark.parametrize(
    "asked", ["-5", "0", "0.25", "1.5", "-0", "soon", "", "nan", "inf", "1e9", "½"]
)
def test_an_odd_pause_does_no_harm(asked: str) -> None:
    client = ScriptedClient(answer(429, retry_after=asked), answer(201))
    began = client.clock.now
    assert client.connectors.create({}, client.deadline)["id"] == ID
    assert client.clock.now - began <= 1.6


@pytest.mark.parametrize("status", [101, 103, 199])
def test_an_interim_answer_says_nothing(status: int) -> None:
    client = ScriptedClient(answer(status))
    with pytest.raises(UnknownOutcomeError):
        client.connectors.create({}, client.deadline)
    assert client.sent == 1


@pytest.mark.parametrize(("time_left", "sent"), [(0.5, 1), (0.51, 2)])
def test_a_pause_that_would_end_with_the_time_is_not_begun(time_left: float, sent: int) -> None:
    client = ScriptedClient(LOST)
    with pytest.raises(UnknownOutcomeError):
        client.connectors.get(ID, Deadline.after(time_left, client.clock))
    assert client.sent == sent
    assert len(client.clock.sleeps) == sent - 1


def test_each_request_is_logged_with_its_attempt_its_answer_and_its_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "bird_dynamic")
    client = ScriptedClient(LOST, answer(429), answer(messagebird_request_id="r-1"))
    send = client.transport.send

    def slow(request: Request, timeout: float) -> Response:
        client.clock.now += 0.25
        return send(request, timeout)

    client.transport.send = slow  # type: ignore[method-assign]
    client.connectors.get(ID, client.deadline)
    path = f"/workspaces/w/connectors/{ID}"
    assert [each.getMessage() for each in caplog.records] == [
        f"GET {path} attempt=1 status=no answer request_id=- 250 ms",
        f"GET {path} attempt=2 status=429 request_id=- 250 ms",
        f"GET {path} attempt=3 status=200 request_id=r-1 250 ms",
    ]


def test_nothing_is_sent_after_the_deadline() -> None:
    client = ScriptedClient(LOST)
    with pytest.raises(UnknownOutcomeError) as caught:
        client.connectors.get(ID, Deadline.after(1.2, client.clock))
    assert client.sent == 2
    assert caught.value.out_of_time


@pytest.mark.parametrize("error", [LOST, REFUSED], ids=repr)
@pytest.mark.parametrize("taken", [10.0, 61.0])
def test_an_error_says_whether_the_deadline_has_passed_with_it(
    error: LostOrRefused, taken: float
) -> None:
    client = ScriptedClient()

    def late(request: Request, timeout: float) -> Response:
        client.clock.sleep(taken)
        raise type(error)(str(error))

    client.transport.send = late  # type: ignore[method-assign]
    with pytest.raises(type(error)) as caught:
        client.connectors.get(ID, client.deadline)
    assert caught.value.out_of_time == (taken > 60)


def test_what_cannot_be_sent_in_time_is_told_so() -> None:
    client = ScriptedClient(answer())
    client.clock.sleep(60)
    with pytest.raises(DeadlineError, match=r"^no time is left to send it$"):
        client.connectors.get(ID, client.deadline)


@pytest.mark.parametrize(("seconds", "least"), [(60.0, 1.0), (10.0, 1.0), (0.5, 0.05)])
def test_a_create_is_not_sent_without_time_for_its_answer(seconds: float, least: float) -> None:
    client = ScriptedClient(answer())
    deadline = Deadline.after(seconds, client.clock)
    client.clock.sleep(seconds - least + 0.001)
    before = client.clock.monotonic()
    with pytest.raises(DeadlineError, match=r"^no time is left to send it$"):
        client.connectors.create({}, deadline)
    assert client.sent == 0
    assert client.clock.monotonic() == before
    client.connectors.get(ID, deadline)
    assert client.sent == 1


def test_a_create_does_not_wait_for_a_moment_that_is_too_late_for_it() -> None:
    throttled = Response(429, {"retry-after": "59.5"}, {})
    client = ScriptedClient(throttled, answer())
    with pytest.raises(DeadlineError, match=r"^no time is left for another attempt"):
        client.connectors.create({}, client.deadline)
    assert client.clock.sleeps == []


def test_a_last_attempt_without_time_for_its_answer_hides_no_throttling() -> None:
    throttled = Response(429, {"retry-after": "59.5"}, {})
    client = ScriptedClient(throttled, LOST)
    with pytest.raises(DeadlineError, match=r"^no time is left for another attempt.*429"):
        client.connectors.delete(ID, client.deadline)
    assert client.sent == 2


def test_a_create_that_cannot_be_sent_for_the_last_second_is_told_the_network() -> None:
    client = ScriptedClient(REFUSED)
    client.clock.sleep(58.4)
    with pytest.raises(NotSentError) as caught:
        client.connectors.create({}, client.deadline)
    assert caught.value.out_of_time


def test_a_dead_api_fails_fast() -> None:
    client = ScriptedClient(LOST)
    for _ in range(30):
        with pytest.raises(UnknownOutcomeError):
            client.connectors.get(ID, Deadline.after(60, client.clock))
    before = client.sent
    with pytest.raises(UnknownOutcomeError):
        client.connectors.get(ID, Deadline.after(60, client.clock))
    assert client.sent == before + 1


def test_successes_earn_retries_again() -> None:
    budget = RetryBudget(tokens=14)
    assert budget.spend()
    assert not budget.spend()
    for _ in range(14):
        budget.earn()
    assert budget.spend()


def test_the_budget_is_that_of_the_aws_sdks() -> None:
    budget = RetryBudget()
    assert [budget.spend() for _ in range(36)] == [True] * 35 + [False]
    for _ in range(3):
        budget.earn()
    assert not budget.spend()
    budget.earn()
    assert budget.spend()


def test_every_success_of_a_sender_earns_a_part_of_a_retry() -> None:
    client = ScriptedClient(LOST)
    for _ in range(30):
        with pytest.raises(UnknownOutcomeError):
            client.connectors.get(ID, Deadline.after(60, client.clock))
    client.transport.script = [*[answer()] * 14, LOST, answer()]
    for _ in range(15):
        assert client.connectors.get(ID, Deadline.after(60, client.clock)) == {"id": ID}


def test_a_read_may_take_half_a_minute_and_a_change_a_whole_one() -> None:
    client = ScriptedClient(answer())
    deadline = Deadline.after(300, client.clock)
    client.connectors.get(ID, deadline)
    client.connectors.create({}, deadline)
    client.connectors.update(ID, {}, deadline)
    client.connectors.delete(ID, deadline)
    assert client.transport.timeouts == [30, 60, 60, 60]


def test_each_try_may_take_no_longer_than_what_is_left() -> None:
    client = ScriptedClient(answer())
    client.connectors.get(ID, Deadline.after(2.5, client.clock))
    assert client.transport.timeouts == [2.5]


def test_birds_clock_is_known_from_its_answers() -> None:
    client = ScriptedClient(answer(date=formatdate(1_000_000_000, usegmt=True)))
    assert client.client.server_time() is None
    client.connectors.get(ID, client.deadline)
    client.clock.sleep(5)
    assert client.client.server_time() == 1_000_000_005

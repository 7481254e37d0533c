"""Executes requests, with retries, rate limiting and a retry budget.

The only place that decides which requests are retried:

* a request that did not reach Bird (refused, DNS), and one answered 429, whatever its method;
* a request without a readable answer (timeout, reset, 5xx) only if it is idempotent. A POST is not
  retried: it raises `UnknownOutcomeError`, and the caller looks for its result.

429 is retried until the deadline. Other retries are limited by number, by the deadline, and by a
budget that all threads share, so that a failing API is not overloaded. A POST is not even sent
shortly before the deadline.
"""

from __future__ import annotations

import logging
import random
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bird_dynamic.bird.clock import Clock, Deadline, in_seconds
from bird_dynamic.bird.errors import (
    Answer,
    BirdError,
    DeadlineError,
    NotSentError,
    RejectedError,
    UnknownOutcomeError,
)
from bird_dynamic.bird.models import UNREADABLE, Request, Response, Transport
from bird_dynamic.bird.moments import http_moment
from bird_dynamic.bird.rate_limit import RateLimiter

MAX_ATTEMPTS = 5
FIRST_PAUSE = 0.5
FIRST_THROTTLED_PAUSE = 1.0
LONGEST_PAUSE = 8.0
LONGEST_THROTTLED_PAUSE = 3600.0
"""Limit of a `Retry-After`: one wrong answer must not stop the whole run."""
READ_TIMEOUT = 30.0
WRITE_TIMEOUT = 60.0
TIME_TO_ANSWER = 1.0
"""Seconds that must be left for a request that cannot be repeated, or a tenth of the operation's
timeout if that is less: without them, its outcome would probably be unknown."""
NO_TIME = "no time is left for another attempt"
_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")

log = logging.getLogger("bird_dynamic")
Result = TypeVar("Result")


class RetryBudget:
    """Tokens that retries spend and successes earn: if all requests fail, retries soon stop.

    The figures are those of the AWS SDKs' standard mode: a retry costs 14 of 500 tokens, a success
    earns 1.
    """

    def __init__(self, tokens: int = 500, price: int = 14) -> None:
        self._most = self._tokens = tokens
        self._price = price
        self._lock = threading.Lock()

    def spend(self) -> bool:
        """Pay for a retry. False if too few tokens are left."""
        with self._lock:
            if self._tokens < self._price:
                return False
            self._tokens -= self._price
            return True

    def earn(self) -> None:
        """Record a successful request."""
        with self._lock:
            self._tokens = min(self._most, self._tokens + 1)


class RetryingClient:
    """Sends requests for one account, from any thread."""

    def __init__(
        self,
        transport: Transport,
        clock: Clock,
        *,
        jitter: Callable[[], float] = random.random,
        before_writing: Callable[[], None] = lambda: None,
    ) -> None:
        """`before_writing` is called before each modifying request; an exception prevents the
        request."""
        self.clock = clock
        self._transport = transport
        self._jitter = jitter
        self._before_writing = before_writing
        self.limiter = RateLimiter(clock)
        self._budget = RetryBudget()
        self._ahead: float | None = None

    def send(
        self, request: Request, deadline: Deadline, read: Callable[[Response], Result | None]
    ) -> Result:
        """The result of `read` for a successful answer; None from it means an unreadable answer.

        Raises RejectedError, UnknownOutcomeError, NotSentError, or DeadlineError if Bird throttled
        the request, or the deadline passed before anything was sent.
        """
        last: BirdError | None = None
        failures = throttled = 0
        began = self.clock.monotonic()
        least = min(TIME_TO_ANSWER, deadline.seconds / 10)
        # When it can be sent at the latest.
        latest = deadline if request.idempotent else deadline.earlier(least)
        while True:
            # A wait may end late.
            if not self.limiter.wait(request.method, latest) or not latest.remaining:
                raise DeadlineError(NO_TIME if last else "no time is left to send it", last)
            is_late = deadline.remaining < least
            sent_at = self.clock.monotonic()
            try:
                response = self._once(request, deadline, attempt=1 + failures + throttled)
                if response.status == 429:
                    throttled += 1
                    last = _rejected(_answer(response), request)
                    self.limiter.throttled(sent_at, self._throttled_pause(response, throttled))
                    continue
                self.limiter.answered()
                result = _judge(response, request, read)
                self._budget.earn()
                return result
            except UnknownOutcomeError as error:
                if request.idempotent and is_late and isinstance(last, RejectedError):
                    # What took the time is that Bird throttled the request.
                    raise DeadlineError(NO_TIME, last) from None
                last, again = error, request.idempotent
            except NotSentError as error:
                last, again = error, error.temporary
            failures += 1
            is_retried = again and failures < MAX_ATTEMPTS and self._budget.spend()
            pause = self._pause(FIRST_PAUSE, failures) if is_retried else 0.0
            left = latest.remaining if is_retried else deadline.remaining
            if not is_retried or pause >= left:
                final = _final(last, failures, self.clock.monotonic() - began)
                final.out_of_time = pause >= left
                raise final
            self.clock.sleep(pause)

    def server_time(self) -> float | None:
        """Seconds since the epoch by Bird's clock, to the second; None before its first answer."""
        return None if self._ahead is None else self.clock.time() + self._ahead

    def _once(self, request: Request, deadline: Deadline, attempt: int) -> Response:
        timeout = min(
            READ_TIMEOUT if request.method == "GET" else WRITE_TIMEOUT,
            max(deadline.remaining, 0.001),
        )
        if request.method != "GET":
            self._before_writing()
        started = self.clock.monotonic()
        said: object = "no answer"
        request_id = ""
        try:
            response = self._transport.send(_numbered(request, attempt), timeout)
            said, request_id = response.status, response.request_id
        except BirdError:
            raise
        except Exception as error:
            # Bird may have processed the request: a caller that assumed a failure would lose the
            # created item.
            raise UnknownOutcomeError(
                f"the answer could not be read ({type(error).__name__})"
            ) from error
        finally:
            log.debug(
                "%s %s attempt=%d status=%s request_id=%s %.0f ms",
                request.method,
                request.path,
                attempt,
                said,
                request_id or "-",
                1000 * (self.clock.monotonic() - started),
            )
        if (date := http_moment(response.headers.get("date", ""))) is not None:
            self._ahead = date - self.clock.time()
        return response

    def _throttled_pause(self, response: Response, times: int) -> float:
        asked = response.headers.get("retry-after", "")
        if _SECONDS.fullmatch(asked):
            return min(float(asked), LONGEST_THROTTLED_PAUSE)
        until = http_moment(asked)
        now = self.server_time()
        if until is not None and now is not None:
            return min(max(0.0, until - now), LONGEST_THROTTLED_PAUSE)
        return self._pause(FIRST_THROTTLED_PAUSE, times)

    def _pause(self, first: float, times: int) -> float:
        # Backoff with jitter, never close to zero: threads that failed together must retry neither
        # together nor at once.
        longest = min(LONGEST_PAUSE, first * 2.0 ** (times - 1))
        return longest * (0.5 + 0.5 * self._jitter())


def _numbered(request: Request, attempt: int) -> Request:
    return request if attempt == 1 else replace(request, attempt=attempt)


def _final(
    error: NotSentError | UnknownOutcomeError, attempts: int, seconds: float
) -> NotSentError | UnknownOutcomeError:
    if attempts > 1:
        text = f"{error}, after {attempts} attempts in {in_seconds(seconds)}"
        error = (
            NotSentError(text, temporary=error.temporary)
            if isinstance(error, NotSentError)
            else UnknownOutcomeError(text, error.answer)
        )
    return error


def _judge(
    response: Response, request: Request, read: Callable[[Response], Result | None]
) -> Result:
    answer = _answer(response)
    if not 200 <= response.status < 500:
        raise UnknownOutcomeError(f"Bird answered {answer}", answer)
    if 300 <= response.status < 400:
        raise _rejected(
            Answer(status=response.status, request_id=answer.request_id),
            request,
            ": a redirect, which is not followed because it would send the access key to another "
            "address",
        )
    if response.status >= 400:
        raise _rejected(answer, request)
    result = read(response)
    if result is None:
        raise UnknownOutcomeError(
            f"Bird answered {response.status} with an unreadable body",
            Answer(status=response.status, request_id=answer.request_id),
        )
    return result


def _rejected(answer: Answer, request: Request, explained: str = "") -> RejectedError:
    return RejectedError(answer, explained, method=request.method, path=request.path)


def _answer(response: Response) -> Answer:
    body = None if response.body is UNREADABLE else response.body
    return Answer.read(response.status, body, response.request_id)

"""The pool of threads: each job once, at its time, and no thread without a job."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest

from bird_dynamic.emulator.delivering.pool import Pool


def test_jobs_run_in_the_order_of_their_times() -> None:
    pool, done = Pool(1), list[int]()
    for index, after in enumerate([0.2, 0.0, 0.1, 0.0]):
        pool.run(lambda index=index: done.append(index), after)  # type: ignore[misc]
    assert pool.join(30)
    assert done == [1, 3, 2, 0]


def test_each_job_runs_once_whoever_adds_it() -> None:
    pool, done, lock = Pool(4), Counter[int](), threading.Lock()

    def job(number: int, depth: int) -> None:
        with lock:
            done[number] += 1
        if depth:
            pool.run(lambda: job(number + 1_000_000, depth - 1), number % 3 / 1000)

    def add(first: int) -> None:
        for number in range(first, first + 200):
            pool.run(lambda number=number: job(number, 2), number % 5 / 1000)  # type: ignore[misc]

    adding = [threading.Thread(target=add, args=(index * 1000,)) for index in range(8)]
    for each in adding:
        each.start()
    for each in adding:
        each.join()
    assert pool.join(30)
    assert len(done) == 8 * 200 * 3
    assert set(done.values()) == {1}


def test_no_more_threads_than_its_size_and_none_without_a_job() -> None:
    pool, most, release = Pool(3), list[int](), threading.Event()

    def job() -> None:
        most.append(pool.threads)
        release.wait(30)

    for _ in range(20):
        pool.run(job)
    until = time.monotonic() + 30
    while pool.threads < 3 and time.monotonic() < until:
        time.sleep(0.01)
    release.set()
    assert pool.join(30)
    assert max(most) == 3
    while pool.threads and time.monotonic() < until:
        time.sleep(0.01)
    assert pool.threads == 0


def test_jobs_that_are_due_at_the_same_later_time_run_side_by_side() -> None:
    pool, together = Pool(3), threading.Barrier(3)
    met: list[bool] = []

    def meet() -> None:
        together.wait(10)
        met.append(True)

    for _ in range(3):
        pool.run(meet, 0.3)
    assert pool.join(20)
    assert met == [True] * 3


def test_one_thread_waits_for_all_later_jobs() -> None:
    pool = Pool(8)
    for _ in range(20):
        pool.run(lambda: None, 60)
    until = time.monotonic() + 30
    while pool.threads > 1 and time.monotonic() < until:
        time.sleep(0.01)
    assert pool.threads == 1
    pool.clear()
    assert pool.join(30)
    while pool.threads and time.monotonic() < until:
        time.sleep(0.01)
    assert pool.threads == 0


def test_a_stop_ends_a_wait_and_forgets_the_jobs_until_it_starts_again() -> None:
    pool, done, begun = Pool(2), list[str](), threading.Event()

    def wait() -> None:
        begun.set()
        pool.sleep(60)
        done.append("waited")

    pool.run(wait)
    assert begun.wait(30)
    pool.run(lambda: done.append("late"), 60)
    pool.stop()
    assert (done, pool.threads) == (["waited"], 0)
    pool.run(lambda: done.append("stopped"))
    assert pool.join(0)
    pool.start()
    pool.run(lambda: done.append("started"))
    assert pool.join(30)
    assert done == ["waited", "started"]


def test_a_job_that_fails_is_told_and_takes_no_other_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool, done, told = Pool(1), list[str](), list[object]()
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append(args.exc_type))

    def fail() -> None:
        raise RuntimeError("no")

    pool.run(fail)
    pool.run(lambda: done.append("next"))
    assert pool.join(30)
    assert (done, told) == (["next"], [RuntimeError])


def test_a_machine_without_a_thread_to_spare_does_the_work_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool, done = Pool(1), list[str]()
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", _refuse)
        pool.run(lambda: done.append("first"))
        assert not pool.join(0)
    pool.run(lambda: done.append("second"))
    assert pool.join(30)
    assert done == ["first", "second"]


def _refuse(thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")

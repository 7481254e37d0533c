"""Runs jobs at their time, in a few threads that exist only while there is something to do.

A thread ends when no job is left. While all jobs are due later, one thread waits for them.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable

PATIENCE = 2.0
"""Seconds for which a stop waits for the running jobs."""
Job = Callable[[], None]


class Pool:
    """Runs each job once, in the order of their times, in at most `size` threads. Thread-safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._jobs: list[tuple[float, int, Job]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._threads: set[threading.Thread] = set()
        self._running = 0
        self._waits = False
        self._stopped = False
        self._stopping = threading.Event()

    @property
    def threads(self) -> int:
        """The number of its threads."""
        with self._changed:
            return len(self._threads)

    def run(self, job: Job, after: float = 0.0) -> None:
        """Run a job in `after` seconds; not at all after a stop."""
        with self._changed:
            if self._stopped:
                return
            heapq.heappush(self._jobs, (time.monotonic() + after, next(self._order), job))
            if self._waits:
                self._changed.notify_all()
            else:
                self._grow()

    def clear(self) -> None:
        """Forget the jobs that have not begun."""
        with self._changed:
            self._jobs.clear()
            self._changed.notify_all()

    def join(self, timeout: float) -> bool:
        """Wait until no job is left, at most `timeout` seconds. Returns whether none is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs and not self._running, timeout)

    def start(self) -> None:
        """Accept jobs again after a stop."""
        with self._changed:
            self._stopped = False
            self._stopping.clear()

    def sleep(self, seconds: float) -> None:
        """Wait in a job, until the pool stops at the latest."""
        self._stopping.wait(seconds)

    def stop(self) -> None:
        """Forget the jobs that have not begun, and end the threads."""
        with self._changed:
            self._stopped = True
            self._stopping.set()
            self._jobs.clear()
            self._changed.notify_all()
            threads = list(self._threads)
        until = time.monotonic() + PATIENCE
        for each in threads:
            each.join(max(0.0, until - time.monotonic()))

    def _grow(self) -> None:
        if len(self._threads) < self._size:
            thread = threading.Thread(target=self._work, name="bird-emulator job", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                # No thread can be started now: those that there are do its work, or the next one.
                return
            self._threads.add(thread)

    def _work(self) -> None:
        try:
            while (job := self._next()) is not None:
                try:
                    job()
                finally:
                    self._finish()
        finally:
            # Also after a job that failed.
            with self._changed:
                self._threads.discard(threading.current_thread())
                if self._jobs and not self._waits:
                    self._grow()

    def _next(self) -> Job | None:
        """The next job, once it is due; None if this thread is not needed any more."""
        with self._changed:
            while self._jobs and not self._waits:
                left = self._jobs[0][0] - time.monotonic()
                if left > 0:
                    self._waits = True
                    self._changed.wait(left)
                    self._waits = False
                    continue
                job = heapq.heappop(self._jobs)[2]
                self._running += 1
                if self._jobs:
                    self._grow()
                return job
            # Only under the lock: a job that arrives now must find this thread gone.
            self._threads.discard(threading.current_thread())
            return None

    def _finish(self) -> None:
        with self._changed:
            self._running -= 1
            if not self._jobs and not self._running:
                self._changed.notify_all()

"""Records of unfinished creates, in a folder of this machine.

Before the POST, a create writes and syncs a record with the token at the end of its connector's
name; it removes the record before it returns. So a record of a dead process proves that a create
was interrupted, and its token identifies the connector that it created.

Each resource in each collection has a file of its own. Its creator holds a lock on the file; the
operating system releases the lock when the process ends, for whatever reason. Records contain no
secrets. If the folder cannot be used, nothing is recorded: the user is warned once, and only the
recovery by later runs is lost.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from bird_dynamic.lifecycle import locked_files

RECORDS = "creates"
"""The folder of the records, inside `BIRD_STATE_DIR`."""
RETRY = 0.2
"""Seconds between attempts to lock a record that another process has locked."""


@dataclass(frozen=True)
class Record:
    """An unfinished create. `mark`: the resource. `collection`: URL of the collection. `identity`:
    digest of the desired identity. `token`: that of the name (None with an explicit name, or none).
    `began`: seconds since the epoch, by this machine's clock. `asked`: digest of the request body
    (empty in records of earlier releases)."""

    mark: str
    collection: str
    identity: str
    token: str | None
    began: float
    asked: str = ""


class Claim:
    """The exclusive right to create one resource. `left`: the record of an interrupted create.

    The record stays until the create is `settled`: until its outcome is known.
    """

    def __init__(self, file: FileIO | None, path: Path, sync: bool) -> None:
        self._file = file
        self._path = path
        self._sync = sync
        self.left = None if file is None else _read(file)
        self.settled = self.left is None

    @classmethod
    def of_nothing(cls) -> Claim:
        """A claim without a record."""
        return cls(None, Path(), sync=False)

    def write(self, record: Record) -> None:
        """Write the record to the disk. Raises OSError."""
        self.settled = False
        if self._file is None:
            return
        content = json.dumps(vars(record)).encode()
        self._file.seek(0)
        if self._file.write(content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._file.truncate()
        if self._sync:
            os.fsync(self._file.fileno())
            locked_files.sync_folder(self._path.parent)

    def end(self) -> None:
        """Remove the record if the create is settled."""
        if self._file is not None and self.settled:
            try:
                self._path.unlink(missing_ok=True)
            except OSError:
                # An empty record proves nothing. Windows does not remove open files.
                with suppress(OSError):
                    self._file.truncate(0)

    def release(self) -> None:
        """Release the lock; the record stays."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()


class Records:
    """The records of a folder. `say` warns the user, once, if they cannot be written. Thread-safe.

    Without `sync`, records survive the end of the process, but not a crash of the machine.
    """

    def __init__(
        self, folder: Path, *, say: Callable[[str], None] = lambda text: None, sync: bool = True
    ) -> None:
        self._folder = folder
        self._project = os.getcwd()
        self._say = say
        self._sync = sync
        self._lock = threading.Lock()
        self._usable = True
        self._told_left = False

    def left_elsewhere(self, mark: str, collection: str) -> list[Record]:
        """Interrupted creates of other resources of this project; empty after the first call."""
        with self._lock:
            if self._told_left:
                return []
            self._told_left = True
        own = self._path(mark, collection)
        return [
            record
            for record in self.all()
            if (path := self._path(record.mark, record.collection)) != own
            and record.collection == collection
            and self._is_left(path)
        ]

    def _is_left(self, path: Path) -> bool:
        """Whether the file is a record of this project whose process is dead."""
        if not path.exists():
            return False
        claim = self._try(path)
        if claim is None:
            return False
        claim.release()
        return claim.left is not None

    @contextmanager
    def claimed(self, mark: str, collection: str, wait: Callable[[float], None]) -> Iterator[Claim]:
        """Claim the right to create that resource, once no other process has it.

        `wait` sleeps for so many seconds, and may raise. If the block ends by anything but an
        `Exception` (the process is being killed), the record stays.
        """
        path = self._path(mark, collection)
        while (claim := self._try(path)) is None:
            wait(RETRY)
        try:
            try:
                yield claim
            except Exception:
                claim.end()
                raise
            claim.end()
        finally:
            claim.release()

    def write(self, claim: Claim, record: Record) -> None:
        """Write a record to the disk; on failure, warn and go on without."""
        try:
            claim.write(record)
        except OSError as error:
            self._give_up(error)

    def forget(self, mark: str, collection: str, token: str) -> None:
        """Remove the record of a create whose result a resource now manages in another way."""
        path = self._path(mark, collection)
        if path.exists() and (claim := self._try(path)) is not None:
            claim.settled = claim.left is None or claim.left.token == token
            claim.end()
            claim.release()

    def problem(self) -> str | None:
        """The reason why nothing can be recorded, or None."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            return self._unusable(error)
        return None if os.access(self._folder, os.W_OK) else self._unusable(PermissionError())

    def all(self) -> list[Record]:
        """All records: of running creates, and of interrupted ones."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            try:
                with FileIO(path) as file:
                    record = _read(file)
            except OSError:
                continue
            if record is not None:
                found.append(record)
        return found

    def _path(self, mark: str, collection: str) -> Path:
        # The project's folder distinguishes stacks of the same name: the mark does not.
        text = f"{self._project}\n{collection}\n{mark}"
        digest = hashlib.sha256(text.encode()).hexdigest()[:32]
        return self._folder / f"{digest}.json"

    def _try(self, path: Path) -> Claim | None:
        if not self._usable:
            return Claim.of_nothing()
        try:
            try:
                file = _locked(path)
            except FileNotFoundError:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                file = _locked(path)
        except OSError as error:
            self._give_up(error)
            return Claim.of_nothing()
        return None if file is None else Claim(file, path, self._sync)

    def _give_up(self, error: OSError) -> None:
        with self._lock:
            if self._usable:
                self._usable = False
                self._say(self._unusable(error))

    def _unusable(self, error: OSError) -> str:
        return (
            f"unfinished creates cannot be recorded in {self._folder} "
            f"({error.strerror or 'it is not writable'}): the next run cannot prove what an "
            "interrupted create has created, so you would have to adopt it. Set BIRD_STATE_DIR to "
            "a writable folder"
        )


def _locked(path: Path) -> FileIO | None:
    """The locked file; None if another process has locked it. Raises OSError."""
    for _ in range(locked_files.ATTEMPTS):
        file = locked_files.open_own(path)
        try:
            is_locked = locked_files.lock(file)
        except OSError:
            file.close()
            raise
        if not is_locked:
            file.close()
            return None
        # Its previous owner may have removed the file between our open and our lock.
        if locked_files.is_at(file, path):
            return file
        file.close()
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))


def _read(file: FileIO) -> Record | None:
    """The record; None if the file is empty or incomplete: then no POST was sent, because that
    follows a complete record."""
    try:
        return Record(**json.loads(file.read()))
    except (ValueError, TypeError):
        return None

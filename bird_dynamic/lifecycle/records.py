"""Records of creates that have begun and not ended, in a folder of this machine.

Before the POST, a create writes down the token that its connector's name will end in, and syncs it;
the record is removed before the create returns. So a record whose process is dead proves that a
create was interrupted, and its token tells which connector came of it.

A record is a file of its own for each resource and collection, and its creator holds a lock on the
file for as long as it lives: the operating system gives the lock up with the process, whatever
ended it. There are no secrets in it. Where the folder cannot be used, nothing is recorded; that is
told once, and costs only the healing across runs.
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

try:
    import fcntl
except ImportError:  # Windows has no such locks, so nothing is recorded there.
    fcntl = None  # type: ignore[assignment]

RECORDS = "creates"
"""The folder of the records, in that of this package's state."""
RETRY = 0.2
"""Seconds between looks for the end of the process that has the record."""


@dataclass(frozen=True)
class Record:
    """One create that has begun: the mark of the resource, where it creates, a digest of the
    identity of what it makes, the token of its name (None where the program gives the name, or
    there is none), since when (seconds since the epoch by this machine's clock), and a digest of
    all that it asks for (empty in records of earlier releases)."""

    mark: str
    collection: str
    identity: str
    token: str | None
    began: float
    asked: str = ""


class Claim:
    """The right to create one resource. `left` is what an interrupted create recorded, if any.

    What is written stays until the create is `settled`: until it is known what came of it.
    """

    def __init__(self, file: FileIO | None, path: Path, sync: bool) -> None:
        self._file = file
        self._path = path
        self._sync = sync
        self.left = None if file is None else _read(file)
        self.settled = self.left is None

    @classmethod
    def of_nothing(cls) -> Claim:
        """For a create of which nothing is recorded."""
        return cls(None, Path(), sync=False)

    def write(self, record: Record) -> None:
        """Have it on the disk. Raises OSError."""
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
            _sync_folder(self._path.parent)

    def end(self) -> None:
        """Remove what is settled."""
        if self._file is not None and self.settled:
            try:
                self._path.unlink(missing_ok=True)
            except OSError:
                # An empty record proves nothing.
                with suppress(OSError):
                    self._file.truncate(0)

    def release(self) -> None:
        """Give up the right; what was written stays."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()


class Records:
    """The records of a folder. `say` tells the user, once, that they cannot be kept. Thread-safe.

    Without `sync`, they outlive the process and not the machine.
    """

    def __init__(
        self, folder: Path, *, say: Callable[[str], None] = lambda text: None, sync: bool = True
    ) -> None:
        self._folder = folder
        self._project = os.getcwd()
        self._say = say
        self._sync = sync
        self._lock = threading.Lock()
        self._usable = fcntl is not None
        self._told_left = False

    def left_elsewhere(self, mark: str, collection: str) -> list[Record]:
        """The interrupted creates of other resources of this project, told once."""
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
        """Whether it is a record of this project whose process is dead."""
        if not path.exists():
            return False
        claim = self._try(path)
        if claim is None:
            return False
        claim.release()
        return claim.left is not None

    @contextmanager
    def claimed(self, mark: str, collection: str, wait: Callable[[float], None]) -> Iterator[Claim]:
        """The right to create that resource, as soon as no other process has it.

        `wait` waits so many seconds, and may raise. What ends the block by anything but an
        `Exception` (the process is being killed) leaves the record as it is.
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
        """Have a record on the disk, or go on without."""
        try:
            claim.write(record)
        except OSError as error:
            self._give_up(error)

    def forget(self, mark: str, collection: str, token: str) -> None:
        """What that create has made has come to a resource in another way."""
        path = self._path(mark, collection)
        if path.exists() and (claim := self._try(path)) is not None:
            claim.settled = claim.left is None or claim.left.token == token
            claim.end()
            claim.release()

    def problem(self) -> str | None:
        """Why nothing can be recorded, in words; None where it can."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            return self._unusable(error)
        return None if os.access(self._folder, os.W_OK) else self._unusable(PermissionError())

    def all(self) -> list[Record]:
        """The records that are there: of creates under way, and of interrupted ones."""
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
        # The project's folder tells states of the same name apart: the mark does not.
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
            f"({error.strerror or 'it cannot be written'}): what an interrupted create has made is "
            "found by the next run only if you say so. Set BIRD_STATE_DIR to a folder that can be "
            "written"
        )


def _locked(path: Path) -> FileIO | None:
    """The file, locked; None where somebody else has it. Raises OSError."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    while True:
        file = FileIO(os.open(path, flags, 0o600), "r+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            if error.errno in (errno.EAGAIN, errno.EACCES):
                return None
            raise
        # Its last owner may have removed it between our open and our lock.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.stat(path), os.fstat(file.fileno())):
                return file
        file.close()


def _read(file: FileIO) -> Record | None:
    """What is written; None where that is nothing, or only half of it: the POST comes after the
    whole."""
    try:
        return Record(**json.loads(file.read()))
    except (ValueError, TypeError):
        return None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

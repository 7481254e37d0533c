"""What one engine run knows of a workspace's connectors, shared by all lanes so that it is listed
as rarely as possible.

One `Inventory` lives as long as the provider's process: one run of the engine. It remembers which
connectors some state is known to have, because such a connector can never be the remains of an
interrupted create.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any

from bird_dynamic.bird.client import Workspace
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import RejectedError
from bird_dynamic.bird.models import Connector
from bird_dynamic.lifecycle.creation import Look

NEVER = float("-inf")


class Inventory:
    """The connectors of one workspace. Thread-safe."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._clock = workspace.sender.clock
        self._listing = threading.Lock()
        self._rows: tuple[Connector, ...] = ()
        self._listed_at = NEVER
        self._lock = threading.Lock()
        self._looked_for: set[str] = set()
        self._names: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._created: set[str] = set()
        self._held: set[str] = set()
        self._deleted: set[str] = set()

    def holds(self, connector_id: str) -> None:
        """The engine has shown us that a state has this connector."""
        with self._lock:
            self._held.add(connector_id)

    def created(self, connector_id: str) -> None:
        """A create of this run is about to hand this connector to the engine."""
        with self._lock:
            self._created.add(connector_id)

    def deleted(self, connector_id: str) -> None:
        """This run has deleted the connector; a lagging listing may still show it."""
        with self._lock:
            self._deleted.add(connector_id)

    def has_deleted(self, connector_id: str) -> bool:
        """Whether this run has deleted the connector."""
        with self._lock:
            return connector_id in self._deleted

    @contextmanager
    def creating(self, name: str) -> Iterator[None]:
        """One create at a time for each name, so that two lanes cannot take over the same
        connector."""
        with self._lock:
            turn = self._names[name]
        with turn:
            yield

    def find(
        self, wanted: Mapping[str, Any], look: Look, deadline: Deadline, *, derived: bool
    ) -> tuple[Connector, ...]:
        """The connectors that `look` asks for and no other resource has, as they are now.

        A row of a listing may lag or be poorer than the connector itself, so each is confirmed by a
        GET.
        """
        with self._lock:
            # A name that comes up again was lost by the engine since: what was listed before is too
            # old.
            fresh = look.fresh or wanted["name"] in self._looked_for
            self._looked_for.add(wanted["name"])
            since = self._clock.monotonic() if fresh else NEVER
            taken = self._held | self._deleted | (set() if derived else self._created)
        try:
            rows = self._list(since, deadline)
        except RejectedError as error:
            # Before anything was sent, a workspace that cannot be seen is left to the create
            # itself: its answer says so.
            if fresh or error.status not in (404, 405):
                raise
            rows = ()
        found = []
        for row in rows:
            if row["id"] not in taken and _could_be(row, wanted, look):
                connector = self._workspace.get_connector(row["id"], deadline)
                if connector is not None:
                    found.append(connector)
        return tuple(found)

    def _list(self, since: float, deadline: Deadline) -> tuple[Connector, ...]:
        """All connectors, listed at `since` or later: one lane lists, the others wait for its
        result."""
        with self._listing:
            if self._listed_at == NEVER or self._listed_at < since:
                started = self._clock.monotonic()
                rows = chain.from_iterable(pages(self._workspace, deadline))
                self._rows = tuple({row["id"]: row for row in rows}.values())
                self._listed_at = started
            return self._rows


def pages(workspace: Workspace, deadline: Deadline) -> Iterator[tuple[Connector, ...]]:
    """The listing, page after page; ends even where a token comes round again."""
    tokens: set[str | None] = set()
    token: str | None = None
    while token not in tokens:
        tokens.add(token)
        page = workspace.list_connectors(token, deadline)
        yield page.connectors
        token = page.next_token


def _could_be(row: Connector, wanted: Mapping[str, Any], look: Look) -> bool:
    if row.get("name") == wanted["name"]:
        return True
    number = wanted.get("arguments", {}).get("phoneNumberId")
    same_template = row.get("connectorTemplateRef") == wanted.get("connectorTemplateRef")
    return look.in_the_way and number is not None and same_template and number in _numbers(row)


def _numbers(row: Connector) -> tuple[Any, ...]:
    arguments, number = row.get("arguments"), row.get("number")
    return (
        arguments.get("phoneNumberId") if isinstance(arguments, Mapping) else None,
        number.get("numberId") if isinstance(number, Mapping) else None,
    )

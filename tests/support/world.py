"""Provider and emulated Bird in one process: no socket, no waiting, and a clock that both share."""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bird_dynamic.bird.errors import NotSentError, UnknownOutcomeError
from bird_dynamic.bird.json import parse
from bird_dynamic.bird.models import UNREADABLE, Request, Response
from bird_dynamic.emulator import (
    ACCESS_KEY,
    ORGANIZATION_ID,
    WORKSPACE_ID,
    BirdEmulator,
    Dialect,
    Fault,
    Options,
    PhoneNumber,
    Reply,
    Store,
)
from bird_dynamic.emulator import Request as WireRequest
from bird_dynamic.lifecycle.deletions import Deletions
from bird_dynamic.lifecycle.diff import Difference
from bird_dynamic.lifecycle.managed import ManagedItems
from bird_dynamic.lifecycle.records import Records
from bird_dynamic.lifecycle.registry import lifecycle_of
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.lifecycle.session import Account, Run
from bird_dynamic.schema.fields import Properties
from bird_dynamic.schema.naming import MARK
from bird_dynamic.settings import Settings, gather
from tests.support.clock import FakeClock

NUMBER = PhoneNumber.made_up(0).id
OTHER_NUMBER = PhoneNumber.made_up(1).id
OWN_MARK = "support-0123456789"
OTHER_MARK = "sales-9876543210"


class EmulatorTransport:
    """Hands requests to the emulator; its failures become what the HTTP transport makes of them."""

    def __init__(self, emulator: BirdEmulator, clock: FakeClock, access_key: str) -> None:
        self._emulator = emulator
        self._clock = clock
        self._access_key = access_key

    def send(self, request: Request, timeout: float) -> Response:
        reply = self._emulator.handle(
            WireRequest(
                request.method,
                request.path,
                request.query,
                {"authorization": f"AccessKey {self._access_key}"},
                b"" if request.body is None else json.dumps(request.body).encode(),
            )
        )
        if reply.delivery == "refuse":
            raise NotSentError("no connection to Bird could be made")
        delay = reply.delay or 0.01
        if reply.delivery == "hang" or delay > timeout:
            self._clock.sleep(timeout)
            raise UnknownOutcomeError("Bird did not answer in time")
        if reply.delivery != "normal":
            raise UnknownOutcomeError("the connection to Bird broke")
        self._clock.sleep(delay)
        return Response(
            reply.response.status,
            {name.lower(): value for name, value in reply.response.headers.items()},
            _parsed(reply.response.body),
        )


class World:
    """An emulated workspace and as many runs of the provider as a test wants."""

    def __init__(
        self,
        *faults: Fault,
        options: Options | None = None,
        dialect: Dialect | None = None,
        numbers: int = 12,
        timeout: str = "300",
        access_key: str = ACCESS_KEY,
        seed: int = 1,
    ) -> None:
        self.clock = FakeClock()
        self.emulator = BirdEmulator(
            Store.with_numbers(numbers),
            options=options,
            dialect=dialect,
            faults=faults,
            seed=seed,
            clock=self.clock.time,
        )
        self.said: list[str] = []
        self.folder = Path(tempfile.mkdtemp(prefix="bird-records-"))
        self._removed = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {
            "BIRD_ACCESS_KEY": access_key,
            "BIRD_WORKSPACE_ID": WORKSPACE_ID,
            "BIRD_API_URL": "https://bird.test",
            "BIRD_TIMEOUT": timeout,
        }
        if self.emulator.dialect.webhook_path != "short":
            self.environment["BIRD_ORGANIZATION_ID"] = ORGANIZATION_ID

    @property
    def settings(self) -> Settings:
        return gather({}.get, self.environment)

    @property
    def records(self) -> Records:
        """The records of unfinished creates, as a new process opens them."""
        return Records(self.folder, say=self.said.append, sync=False)

    def lose_records(self) -> None:
        """The next run is on another machine."""
        for each in self.folder.rglob("*"):
            if each.is_file():
                each.unlink()

    def run(
        self,
        type_name: str = "VoiceChannel",
        *,
        keeps_half_created: bool = False,
        managed: ManagedItems | None = None,
        before_writing: Callable[[], None] = lambda: None,
    ) -> ResourceLifecycle:
        """The provider as a new process has it; another one of the same run shares `managed`."""
        account = self.account(managed=managed, before_writing=before_writing)
        return lifecycle_of(
            type_name, lambda profile: account, keeps_half_created=keeps_half_created
        )

    def account(
        self,
        *,
        managed: ManagedItems | None = None,
        before_writing: Callable[[], None] = lambda: None,
    ) -> Account:
        """The account of a new process."""

        def connect(settings: Settings) -> EmulatorTransport:
            return EmulatorTransport(self.emulator, self.clock, settings.access_key)

        run = Run(
            records=self.records,
            managed=managed or ManagedItems(deletions=Deletions(self.folder / "deletions")),
            clock=self.clock,
            say=self.said.append,
            warn=self.said.append,
            before_writing=before_writing,
        )
        return Account(self.settings, connect, run)

    def inputs(self, olds: Mapping[str, Any] | None = None, **news: Any) -> Properties:
        """Checked inputs; without a name unless `name` is given."""
        given = {"phone_number_id": NUMBER, MARK: OWN_MARK, **news}
        return self.checked("VoiceChannel", given, olds or {})

    def checked(
        self, type_name: str, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None
    ) -> Properties:
        """The inputs of any resource, as check leaves them; nothing may be wrong with them."""
        checked = self.run(type_name).check(olds or {}, news)
        assert checked.failures == ()
        return checked.inputs

    @property
    def operations(self) -> list[str]:
        """What was asked of Bird, in order."""
        return [entry["operation"] for entry in self.emulator.journal]

    def count(self, operation: str) -> int:
        return self.operations.count(operation)

    def forget(self) -> None:
        """Forget what was asked so far."""
        self.emulator.journal.clear()

    def break_with(self, *faults: Fault) -> None:
        self.emulator.faults = faults

    def connector_ids(self) -> list[str]:
        return [each["id"] for each in self.emulator.connectors()]

    def foreign(self, **wire: Any) -> str:
        """A voice connector that somebody else has made; its id."""
        arguments = {"phoneNumberId": wire.pop("number", NUMBER)}
        connector = self.emulator.add_connector(
            connectorTemplateRef="voice-messagebird:1", **{"arguments": arguments, **wire}
        )
        return str(connector["id"])


def planned(
    run: ResourceLifecycle, item_id: str, state: Mapping[str, Any], inputs: Properties
) -> Difference:
    """What the engine's Diff comes to: what differs, tracked by the run."""
    difference = run.diff(state, inputs)
    run.track(item_id, state, inputs, difference)
    return difference


class KilledError(BaseException):
    """The process is gone, at once."""


def killed(world: World, after: str = "create_connector", **news: Any) -> str:
    """A create whose process is killed when Bird has done an operation; the connector's id."""
    handle = world.emulator.handle

    def dying(request: WireRequest) -> Reply:
        reply = handle(request)
        if world.operations[-1] == after:
            raise KilledError
        return reply

    world.emulator.handle = dying  # type: ignore[method-assign]
    with suppress(KilledError):
        world.run().create(world.inputs(**news))
    world.emulator.handle = handle  # type: ignore[method-assign]
    (left,) = world.connector_ids()
    world.forget()
    return left


def _parsed(body: bytes) -> Any:
    try:
        return parse(body) if body else None
    except ValueError:
        return UNREADABLE

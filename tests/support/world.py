"""Provider and emulated Bird in one process: no socket, no waiting, and a clock that both share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bird_dynamic.bird.errors import NotSentError, UnknownOutcomeError
from bird_dynamic.bird.models import UNREADABLE, Request, Response
from bird_dynamic.emulator import (
    ACCESS_KEY,
    ORGANIZATION_ID,
    WORKSPACE_ID,
    BirdEmulator,
    Fault,
    Options,
    PhoneNumber,
    Store,
)
from bird_dynamic.emulator import Request as WireRequest
from bird_dynamic.lifecycle.account import Account
from bird_dynamic.lifecycle.catalogue import lifecycle
from bird_dynamic.lifecycle.properties import DERIVED_NAME, Properties
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.settings import Settings, gather
from tests.support.clock import FakeClock

NUMBER = PhoneNumber.made_up(0).id
OTHER_NUMBER = PhoneNumber.made_up(1).id
DERIVED = "support-0123456789"


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
        if reply.delivery == "hang" or reply.delay > timeout:
            self._clock.sleep(timeout)
            raise UnknownOutcomeError("Bird did not answer in time")
        if reply.delivery != "normal":
            raise UnknownOutcomeError("the connection to Bird broke")
        self._clock.sleep(reply.delay or 0.01)
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
        numbers: int = 12,
        timeout: str = "300",
        access_key: str = ACCESS_KEY,
        seed: int = 1,
    ) -> None:
        self.clock = FakeClock()
        self.emulator = BirdEmulator(
            Store.with_numbers(numbers),
            options=options,
            faults=faults,
            seed=seed,
            clock=self.clock.time,
        )
        self.said: list[str] = []
        self.settings = gather(
            {}.get,
            {
                "BIRD_ACCESS_KEY": access_key,
                "BIRD_WORKSPACE_ID": WORKSPACE_ID,
                "BIRD_ORGANIZATION_ID": ORGANIZATION_ID,
                "BIRD_API_URL": "https://bird.test",
                "BIRD_TIMEOUT": timeout,
            },
        )

    def run(self, type_name: str = "VoiceChannel") -> ResourceLifecycle:
        """The provider as a new process has it."""

        def connect(settings: Settings) -> EmulatorTransport:
            return EmulatorTransport(self.emulator, self.clock, settings.access_key)

        account = Account(self.settings, connect, clock=self.clock, say=self.said.append)
        return lifecycle(type_name, lambda profile: account)

    def inputs(self, olds: Mapping[str, Any] | None = None, **news: Any) -> Properties:
        """Checked inputs; a derived name unless `name` is given."""
        given = {"phone_number_id": NUMBER, DERIVED_NAME: DERIVED, **news}
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


def faults_at(operation: str, kinds: Iterable[str], **fields: Any) -> tuple[Fault, ...]:
    return tuple(Fault(kind, operation=operation, **fields) for kind in kinds)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return UNREADABLE

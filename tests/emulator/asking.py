"""Asking the emulator's core without a socket."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bird_dynamic.emulator import ACCESS_KEY, PHONE_NUMBERS, WORKSPACE_ID, BirdEmulator, Request
from bird_dynamic.emulator.messages import Reply

AUTHORIZED = {"authorization": f"AccessKey {ACCESS_KEY}"}
NUMBER, OTHER_NUMBER = PHONE_NUMBERS[0].id, PHONE_NUMBERS[1].id
WITHOUT_VOICE = next(each.id for each in PHONE_NUMBERS if "voice" not in each.capabilities)
NO_SUCH_ID = "00000000-0000-4000-8000-000000000000"
VOICE = "voice-messagebird:1"


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class Caller:
    emulator: BirdEmulator

    def reply(
        self, method: str, path: str, body: Any = None, /, *, raw: bytes = b"", **query: Any
    ) -> Reply:
        """`path` is what comes after the workspace."""
        written = raw if body is None else json.dumps(body).encode()
        given = {name: str(value) for name, value in query.items()}
        path = path if path.startswith("/workspaces") else f"/workspaces/{WORKSPACE_ID}{path}"
        return self.emulator.handle(Request(method, path, given, AUTHORIZED, written))

    def ask(self, method: str, path: str, body: Any = None, /, **more: Any) -> Answer:
        response = self.reply(method, path, body, **more).response
        parsed = json.loads(response.body) if response.body else None
        return Answer(response.status, parsed, dict(response.headers))

    def create(self, number: str = NUMBER, **fields: Any) -> Answer:
        body = {
            "name": "support",
            "connectorTemplateRef": VOICE,
            "arguments": {"phoneNumberId": number},
            **fields,
        }
        return self.ask("POST", "/connectors", body)

    def ready(self, **fields: Any) -> dict[str, Any]:
        """A connector whose channel is there."""
        connector_id = self.create(**fields).body["id"]
        connector: dict[str, Any] = self.ask("GET", f"/connectors/{connector_id}").body
        assert connector["channel"]
        return connector

"""Calling the emulator without a socket, and reading what it answers."""

from __future__ import annotations

import json
from typing import Any

from bird_dynamic.emulator import (
    ACCESS_KEY,
    WORKSPACE_ID,
    BirdEmulator,
    PhoneNumber,
    Reply,
    Request,
)

NUMBER = PhoneNumber.made_up(0).id
OTHER_NUMBER = PhoneNumber.made_up(1).id
WITHOUT_VOICE = PhoneNumber.made_up(2).id
ROOT = f"/workspaces/{WORKSPACE_ID}"
VOICE = "voice-messagebird:1"


class Caller:
    """One caller with the right access key, unless another is given."""

    def __init__(self, emulator: BirdEmulator, access_key: str = ACCESS_KEY) -> None:
        self.emulator = emulator
        self.headers = {"authorization": f"AccessKey {access_key}"}

    def reply(self, method: str, path: str, body: Any = None, **query: str) -> Reply:
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        return self.emulator.handle(Request(method, path, query, self.headers, raw))

    def __call__(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        response = self.reply(method, ROOT + path, body, **query).response
        return response.status, json.loads(response.body) if response.body else None

    def create(self, **changes: Any) -> tuple[int, Any]:
        body = {"name": "n", "connectorTemplateRef": VOICE, "arguments": {"phoneNumberId": NUMBER}}
        return self("POST", "/connectors", {**body, **changes})

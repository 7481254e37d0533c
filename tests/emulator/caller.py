"""Calling the emulator without a socket, and reading what it answers."""

from __future__ import annotations

import json
from typing import Any

from bird_dynamic.emulator import (
    ACCESS_KEY,
    ORGANIZATION_ID,
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
WEBHOOKS = f"/organizations/{ORGANIZATION_ID}{ROOT}/webhook-subscriptions"
VOICE = "voice-messagebird:1"
AUTHORIZED = {"Authorization": f"AccessKey {ACCESS_KEY}"}


class Caller:
    """One caller with the right access key, unless another is given."""

    def __init__(self, emulator: BirdEmulator, access_key: str = ACCESS_KEY) -> None:
        self.emulator = emulator
        self.headers = {"authorization": f"AccessKey {access_key}"}

    def reply(self, method: str, path: str, body: Any = None, **query: str | list[str]) -> Reply:
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        return self.emulator.handle(Request(method, path, query, self.headers, raw))

    def __call__(
        self, method: str, path: str, body: Any = None, **query: str | list[str]
    ) -> tuple[int, Any]:
        """The status and the body; a path that names no organization is one in the workspace."""
        whole = path if path.startswith("/organizations/") else ROOT + path
        response = self.reply(method, whole, body, **query).response
        return response.status, json.loads(response.body) if response.body else None

    def create(self, **changes: Any) -> tuple[int, Any]:
        body = {"name": "n", "connectorTemplateRef": VOICE, "arguments": {"phoneNumberId": NUMBER}}
        return self("POST", "/connectors", {**body, **changes})

    def channel(self, **changes: Any) -> str:
        """The channel of a new connector, which is ready."""
        _, made = self.create(**changes)
        return str(self("GET", f"/connectors/{made['id']}")[1]["channel"]["channelId"])

    def listed(self, path: str, **query: str | list[str]) -> list[str]:
        """The ids of all pages."""
        found: list[str] = []
        token: str | None = None
        while True:
            status, body = self("GET", path, **query, **({"pageToken": token} if token else {}))
            assert status == 200
            found += [row["id"] for row in body["results"]]
            token = body.get("nextPageToken")
            if token is None:
                return found

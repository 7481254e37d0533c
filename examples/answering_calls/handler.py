"""Hears of the calls of a phone line, and notes each event once.

    export CALLS_URL="$(pulumi stack output url)"
    export CALLS_SIGNING_KEYS="$(pulumi stack output --show-secrets signing_key)"
    flask --app handler run --port 5000

    python handler.py       lists the calls

CALLS_URL is the `url` of the webhook subscriptions, to the letter, and CALLS_SIGNING_KEYS their
`signing_key`; two keys with a space between them, while a new one takes the place of an old one.
CALLS_DATABASE is the file with the events, `calls.db` by default.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing
from typing import Any

from flask import Flask, request

from bird_dynamic.webhooks import SignatureError, verify

BEFORE_THE_END = ("accepted", "starting", "ringing", "ongoing")
"""The statuses of a call, in their order; all others are ends."""
TABLE = """
    CREATE TABLE IF NOT EXISTS events (
        call_id TEXT, status TEXT, place INTEGER, caller TEXT, callee TEXT, direction TEXT,
        PRIMARY KEY (call_id, status)
    )
"""
ADD = "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?)"
# Events may arrive late, so the furthest status of a call counts, and not the last to arrive.
FURTHEST = """
    SELECT call_id, status, caller, callee, direction FROM events AS this
    WHERE place = (SELECT max(place) FROM events WHERE call_id = this.call_id)
"""


def create_app(
    url: str | None = None, signing_keys: str | None = None, database: str | None = None
) -> Flask:
    """The web application; what is not given comes from the environment."""
    url = url or setting("CALLS_URL")
    # Without a key, it does not start: anybody could tell it of calls.
    keys = (signing_keys or setting("CALLS_SIGNING_KEYS")).split()
    database = database or setting("CALLS_DATABASE", "calls.db")
    app = Flask(__name__)

    @app.post("/calls")
    def hear() -> tuple[str, int]:
        body = request.get_data()
        try:
            # Not `request.url`: behind a proxy, it is another one.
            verify(body, dict(request.headers), url=url, signing_key=keys)
        except SignatureError as error:
            app.logger.warning("refused: %s", error)
            return "", 401
        if note(database, json.loads(body)["payload"]):
            app.logger.info("noted: %s", body.decode())
        # Also for an event that was noted before: else Bird would send it again.
        return "", 204

    return app


def setting(name: str, default: str = "") -> str:
    """A setting of the environment; without it, the program ends."""
    value = os.environ.get(name, "").strip() or default
    if not value:
        sys.exit(f"set {name}: see the top of {__file__}")
    return value


def note(database: str, call: dict[str, Any]) -> bool:
    """Note an event; whether it is new."""
    status = call["status"]
    place = (*BEFORE_THE_END, status).index(status)
    row = call["id"], status, place, call["from"], call["to"], call["direction"]
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(TABLE)
        return connection.execute(ADD, row).rowcount == 1


def calls(database: str) -> list[tuple[str, ...]]:
    """The calls: id, furthest status, caller, callee and direction."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(TABLE)
        return connection.execute(FURTHEST).fetchall()


if __name__ == "__main__":
    for each in calls(setting("CALLS_DATABASE", "calls.db")):
        print(*each)

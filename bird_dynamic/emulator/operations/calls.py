"""Voice calls. No call is really made: `Telephone` plays it, unless it is scheduled for later; such
a call stays `accepted`. Assumed: a body with other properties is refused. `to` and `from` accept
any string, such as a SIP address."""

from __future__ import annotations

from bird_dynamic.emulator.checks import (
    boolean,
    choice,
    mapping,
    moment,
    record,
    several,
    text,
    whole,
)
from bird_dynamic.emulator.messages import Json, RefusalError, Request, not_found
from bird_dynamic.emulator.operations.backend import Answer, Backend, Kind, body_of
from bird_dynamic.emulator.operations.connectors import number_of
from bird_dynamic.emulator.operations.paging import page
from bird_dynamic.emulator.store import StoredConnector
from bird_dynamic.emulator.tables import Row

LARGEST_PAGE = 1000
PAGE = 25
MAX_CALLS = 10_000
"""Calls that are kept. The oldest one that is over makes room for a new one; without any, the new
one is refused."""
COMMANDS = ("hangup", "playback", "say", "gather", "record", "bridge", "pause")
_ADDRESS = text(r"(?s).+", "a string such as +3197010200001")
_BODY = record(
    {
        "to": _ADDRESS,
        "from": _ADDRESS,
        "ringTimeout": whole(3, 120),
        "maxDuration": whole(1),
        "sendKeys": text(r"[0-9*#]{1,20}", "1 to 20 of the keys 0 to 9, * and #"),
        "record": boolean(),
        "recordStart": choice("record-from-answer", "record-from-ringing"),
        "flowStart": choice("from-answer", "from-ringing"),
        "stereo": boolean(),
        "scheduledFor": moment(),
        "tags": several(text(), most=10),
        "callFlow": several(
            record(
                {
                    "command": choice(*COMMANDS),
                    "conditions": several(mapping()),
                    "options": mapping(),
                },
                required=("command",),
            )
        ),
        "notification": record({"url": text(r"https?://\S+", "a URL")}),
        "amdSettings": mapping(),
    },
    required=("to",),
)


def start_call(bird: Backend, request: Request, channel_id: str) -> Answer:
    """POST …/channels/{channelId}/calls"""
    channel = bird.channel(channel_id)
    body = body_of(request, _BODY)
    number = number_of(bird, channel)
    if number is None or not channel.wire["connectorTemplateSlug"].startswith("voice-"):
        raise RefusalError(422, "InvalidPayload", "the channel cannot make calls")
    accepted = begin(bird, channel, "outgoing", body.get("from", number.number), body["to"]).wire
    if "scheduledFor" not in body:
        bird.play(accepted["id"], bird.options.call_outcome)
    return 202, accepted


def begin(bird: Backend, channel: StoredConnector, direction: str, caller: str, to: str) -> Row:
    """Add a call, which is not played yet. Raises RefusalError while too many are under way."""
    _make_room(bird)
    moment = bird.timestamp()
    wire: Json = {
        "id": bird.new_id(),
        "channelId": channel.channel_id,
        "from": caller,
        "to": to,
        "direction": direction,
        "status": "accepted" if direction == "outgoing" else "starting",
        "type": "pstn",
        "duration": 0,
        "createdAt": moment,
        "updatedAt": moment,
    }
    return bird.store.add("calls", wire)


def _make_room(bird: Backend) -> None:
    kept = bird.store.calls
    if len(kept) < MAX_CALLS:
        return
    over = (key for key, row in kept.items() if "endedAt" in row.wire or row.deleted_version)
    oldest = next(over, None)
    if oldest is None:
        raise RefusalError(
            429,
            "TooManyCalls",
            f"{MAX_CALLS} calls are under way or scheduled, as many as the emulator keeps; wait "
            "until one ends, or empty the workspace: POST /__emulator__/reset",
        )
    kept.pop(oldest)


def list_calls(bird: Backend, request: Request, channel_id: str) -> Answer:
    """GET …/channels/{channelId}/calls"""
    bird.channel(channel_id)
    rows = bird.list(bird.store.tables["calls"])
    return _listing(bird, request, [each for each in rows if each.wire["channelId"] == channel_id])


def list_workspace_calls(bird: Backend, request: Request) -> Answer:
    """GET …/channels/calls"""
    return _listing(bird, request, bird.list(bird.store.tables["calls"]))


def get_call(bird: Backend, request: Request, channel_id: str, call_id: str) -> Answer:
    """GET …/channels/{channelId}/calls/{callId}"""
    bird.channel(channel_id)
    found = bird.read(bird.store.tables["calls"], call_id)
    if found is None or found.wire["channelId"] != channel_id:
        raise not_found("call")
    return 200, found.wire


def _listing(bird: Backend, request: Request, rows: list[Row]) -> Answer:
    return 200, page(bird, request, rows, lambda each: each.wire, LARGEST_PAGE, default=PAGE)


_ALL = "/workspaces/{workspaceId}/channels/calls"
_PATH = "/workspaces/{workspaceId}/channels/{channelId}/calls"
CALLS = Kind(
    "calls",
    (
        ("GET", _ALL, list_workspace_calls),
        ("POST", _PATH, start_call),
        ("GET", _PATH, list_calls),
        ("GET", f"{_PATH}/{{callId}}", get_call),
    ),
)

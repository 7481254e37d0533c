"""Channels, each visible once its connector is ready. Assumed: the conversational status
`inactive`."""

from __future__ import annotations

from collections.abc import Iterator

from bird_dynamic.emulator.checks import choice, demand, record, settings, text
from bird_dynamic.emulator.messages import Json, Request
from bird_dynamic.emulator.operations import parameters
from bird_dynamic.emulator.operations.backend import Answer, Backend, Kind, body_of
from bird_dynamic.emulator.operations.connectors import number_of
from bird_dynamic.emulator.operations.paging import page
from bird_dynamic.emulator.store import StoredConnector

_CONVERSATIONAL = record({"status": choice("active", "inactive")}, required=("status",))


def list_channels(bird: Backend, request: Request) -> Answer:
    """GET …/channels"""
    connectors = bird.list(bird.store.connectors)
    rows = [(each, _shown(bird, each)) for each in connectors if bird.is_ready(each)]
    status = parameters.text(request, "status")
    rows = [(each, row) for each, row in rows if status in (None, row["status"])]
    for name, key in (
        ("platform", "platformId"),
        ("channelIds", "id"),
        ("identifiers", "identifier"),
    ):
        among = parameters.several(request, name)
        rows = [(each, row) for each, row in rows if not among or row[key] in among]
    channels = [each for each, _ in rows]
    return 200, page(
        bird, request, channels, lambda each: _shown(bird, each), 1000, reversible=True
    )


def get_channel(bird: Backend, request: Request, channel_id: str) -> Answer:
    """GET …/channels/{channelId}"""
    return 200, _shown(bird, bird.channel(channel_id))


def get_conversational(bird: Backend, request: Request, channel_id: str) -> Answer:
    """GET …/channels/{channelId}/conversational"""
    found = bird.channel(channel_id)
    return 200, {"status": "active" if found.conversational else "inactive"}


def set_conversational(bird: Backend, request: Request, channel_id: str) -> Answer:
    """PATCH …/channels/{channelId}/conversational"""
    found = bird.channel(channel_id)
    body = body_of(request, _CONVERSATIONAL)
    found.conversational = body["status"] == "active"
    bird.store.save()
    return get_conversational(bird, request, channel_id)


def _rows(bird: Backend) -> Iterator[StoredConnector]:
    for each in bird.store.connectors.live():
        if each.leaves_at is None and bird.is_ready(each):
            yield each


def _shown(bird: Backend, connector: StoredConnector) -> Json:
    number = number_of(bird, connector)
    return {
        "id": connector.channel_id,
        "platformId": connector.wire["connectorTemplateSlug"],
        "name": connector.wire["name"],
        "connectorId": connector.wire["id"],
        "identifier": number.number if number else None,
        "status": connector.channel_status,
        "createdAt": connector.wire["createdAt"],
        "updatedAt": connector.wire["updatedAt"],
    }


_CHANGE = settings({"status": text()}, required=("status",))


def change(bird: Backend, channel_id: str, given: Json) -> None:
    """Change the status of a channel. Raises LookupError for an unknown channel, and ValueError for
    any other property."""
    found = bird.store.find_channel(channel_id)
    if found is None:
        raise LookupError(f"channels {channel_id}")
    demand(_CHANGE, given)
    found.channel_status = given["status"]
    bird.store.changed("connectors", found)
    bird.store.save()


_PATH = "/workspaces/{workspaceId}/channels"
CHANNELS = Kind(
    "channels",
    (
        ("GET", f"{_PATH}/{{channelId}}/conversational", get_conversational),
        ("PATCH", f"{_PATH}/{{channelId}}/conversational", set_conversational),
        ("GET", _PATH, list_channels),
        ("GET", f"{_PATH}/{{channelId}}", get_channel),
    ),
    shown=_shown,
    rows=_rows,
    change=change,
)

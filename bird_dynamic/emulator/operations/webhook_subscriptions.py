"""Webhook subscriptions, their delivery logs, and the available events. Assumed: a 204 for a
delete, the events of services other than voice channels, the execution statuses besides
`succeeded`, and what the details of a delivery contain."""

from __future__ import annotations

import json

from bird_dynamic.emulator.checks import (
    choice,
    holding,
    mapping,
    never,
    nullable,
    record,
    several,
    text,
)
from bird_dynamic.emulator.delivering.delivery import FAILED, PENDING, SUCCEEDED, Delivery
from bird_dynamic.emulator.messages import (
    Json,
    RefusalError,
    Request,
    invalid,
    not_found,
)
from bird_dynamic.emulator.operations import parameters
from bird_dynamic.emulator.operations.backend import Answer, Backend, Kind, body_of, existing
from bird_dynamic.emulator.operations.paging import page
from bird_dynamic.emulator.store import ORGANIZATION_ID, WORKSPACE_ID
from bird_dynamic.emulator.tables import Row

_KIND = "webhook-subscriptions"
_NAME = "webhook subscription"
LARGEST_PAGE = 100
PAGE = 25
EXECUTION_STATUSES = (SUCCEEDED, FAILED, PENDING)
MAX_SIMILAR = 5
"""Limit of subscriptions with the same service, event and filters."""
_SHOWS_KEYS = {"never": (), "single": ("single",), "listed": ("single", "listed")}
EVENTS = {
    "channels": (
        "channel.created",
        "channel.updated",
        "sms.inbound",
        "sms.outbound",
        "voice.inbound",
        "voice.outbound",
    ),
    "numbers": ("number.created", "number.updated"),
    "payments": ("payment.created", "payment.updated"),
    "conversations": ("conversation.created", "conversation.updated"),
}
"""The known events of each service."""
FILTER_KEYS = {
    "channels": (
        "channelId",
        "messageStatus",
        "interactionType",
        "platformId",
        "channelStatus",
        "status",
    ),
}
"""The known filter keys of each service."""

_URL = text(
    r"https://([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(:[0-9]+)?(/[^\s]*)?",
    "a URL such as https://example.com/hook",
)
_FILTER = record({"key": text(), "value": text()}, required=("key", "value"))
_CHANGEABLE = {
    "url": _URL,
    "signingKey": text(),
    "eventFilters": nullable(several(_FILTER)),
    "template": text(),
}
_CREATE = record(
    {
        "service": choice(*EVENTS),
        "event": text(r"(?s).+", "a string that is not empty"),
        **_CHANGEABLE,
    },
    required=("service", "event", "url"),
)
_ODD = holding(
    {
        "id": never("is given by the emulator; leave it out"),
        "url": nullable(text()),
        "signingKey": nullable(text()),
        "eventFilters": nullable(several(mapping())),
    }
)
_UPDATE = record({"status": choice("active", "inactive"), **_CHANGEABLE})


def add(bird: Backend, body: Json) -> Row:
    """Add a webhook subscription without validation."""
    moment = bird.timestamp()
    wire: Json = {
        "id": bird.new_id(),
        "organizationId": ORGANIZATION_ID,
        "workspaceId": WORKSPACE_ID,
        "service": "channels",
        "event": "voice.inbound",
        "eventFilters": None,
        "template": None,
        "url": "https://example.com/hook",
        "signingKey": None,
        "status": "active",
        "createdAt": moment,
        "updatedAt": moment,
    }
    return bird.store.add(_KIND, {**wire, **_stored(bird, body)})


def _stored(bird: Backend, body: Json) -> Json:
    """The body in the form in which the dialect stores it."""
    stored = dict(body)
    if bird.dialect.webhook_url == "normalized" and body.get("url"):
        scheme, _, rest = body["url"].partition("://")
        host, slash, path = rest.partition("/")
        stored["url"] = f"{scheme}://{host.lower()}{slash or '/'}{path}"
    if body.get("eventFilters"):
        if bird.dialect.webhook_filters == "reordered":
            stored["eventFilters"] = body["eventFilters"][::-1]
        if bird.dialect.webhook_filters == "keys-added":
            stored["eventFilters"] = [{**each, "operator": "eq"} for each in body["eventFilters"]]
        if bird.dialect.webhook_filters == "lower":
            stored["eventFilters"] = [
                {
                    key: str(value).lower() if key == "value" else value
                    for key, value in each.items()
                }
                for each in body["eventFilters"]
            ]
    return stored


def create_webhook_subscription(bird: Backend, request: Request) -> Answer:
    """POST …/webhook-subscriptions"""
    body = body_of(request, _CREATE)
    _check_filters(bird, body)
    return 201, _shown(bird, add(bird, body), "single")


def list_webhook_subscriptions(bird: Backend, request: Request) -> Answer:
    """GET …/webhook-subscriptions"""
    rows = bird.list(bird.store.tables[_KIND])
    return 200, page(
        bird, request, rows, lambda row: _shown(bird, row, "listed"), LARGEST_PAGE, default=PAGE
    )


def get_webhook_subscription(bird: Backend, request: Request, subscription_id: str) -> Answer:
    """GET …/webhook-subscriptions/{webhookSubscriptionId}"""
    found = existing(bird.read(bird.store.tables[_KIND], subscription_id), _NAME)
    return 200, _shown(bird, found, "single")


def update_webhook_subscription(bird: Backend, request: Request, subscription_id: str) -> Answer:
    """PATCH …/webhook-subscriptions/{webhookSubscriptionId}"""
    found = _found(bird, subscription_id)
    body = body_of(request, _UPDATE)
    if not body:
        raise RefusalError(422, "InvalidPayload", "at least one property is required")
    _check_filters(bird, {**found.wire, **body}, besides=found)
    # Assumed: the reason of a status ends with it.
    ended = {"statusReason": None} if "status" in body else {}
    changes = {**_stored(bird, body), **ended, "updatedAt": bird.timestamp()}
    bird.store.change(subscription_id, **changes)
    return 200, _shown(bird, found, "single")


def delete_webhook_subscription(bird: Backend, request: Request, subscription_id: str) -> Answer:
    """DELETE …/webhook-subscriptions/{webhookSubscriptionId}"""
    found = _found(bird, subscription_id)
    bird.delete(found)
    return bird.deleted(_shown(bird, found, "single"))


def list_webhook_logs(bird: Backend, request: Request, subscription_id: str) -> Answer:
    """GET …/webhook-subscriptions/{webhookSubscriptionId}/logs"""
    _found(bird, subscription_id)
    status = parameters.choice(request, "executionStatus", *EXECUTION_STATUSES)
    rows = [each for each in bird.logged(subscription_id) if status in (None, each.status)]
    return 200, page(bird, request, rows, Delivery.log, LARGEST_PAGE, default=PAGE)


def get_webhook_log(bird: Backend, request: Request, subscription_id: str) -> Answer:
    """GET …/webhook-subscriptions/{webhookSubscriptionId}/logs/details"""
    _found(bird, subscription_id)
    request_id = parameters.text(request, "requestId")
    if request_id is None:
        raise invalid(".requestId", "is required")
    for each in bird.logged(subscription_id):
        if each.request_id == request_id.lower():
            return 200, each.details()
    raise not_found("request")


def list_available_webhooks(bird: Backend, request: Request) -> Answer:
    """GET …/available-webhooks"""
    service = parameters.choice(request, "service", *EVENTS)
    rows = [
        {
            "service": each,
            "events": [
                {"name": event, "filterKeys": list(FILTER_KEYS.get(each, ()))} for event in events
            ],
        }
        for each, events in EVENTS.items()
        if service in (None, each)
    ]
    return 200, {"results": rows}


def _shown(bird: Backend, row: Row, where: str) -> Json:
    """A webhook subscription as the API returns it: in a read (`single`) or listing (`listed`)."""
    hidden = set() if where in _SHOWS_KEYS[bird.dialect.signing_key] else {"signingKey"}
    if row.wire.get("statusReason") is None:
        hidden.add("statusReason")
    return {key: value for key, value in row.wire.items() if key not in hidden}


def _found(bird: Backend, subscription_id: str) -> Row:
    return existing(bird.store.tables[_KIND].find(subscription_id), _NAME)


def _check_filters(bird: Backend, wire: Json, besides: Row | None = None) -> None:
    filters = wire.get("eventFilters") or []
    if len([each for each in filters if each.get("key") == "channelId"]) > 1:
        raise invalid(".eventFilters", "may have only one channelId")
    alike = [
        each
        for each in bird.store.tables[_KIND].live()
        if each is not besides and _combination(each.wire) == _combination(wire)
    ]
    if len(alike) >= MAX_SIMILAR:
        message = (
            f"there are {MAX_SIMILAR} subscriptions with this service, event and filters already"
        )
        raise RefusalError(422, "InvalidPayload", message)


def _combination(wire: Json) -> tuple[str, str, list[str]]:
    filters = wire.get("eventFilters") or []
    texts = sorted(json.dumps([each.get("key"), each.get("value")]) for each in filters)
    return wire["service"], wire["event"], texts


_WORKSPACE = "/workspaces/{workspaceId}"
# The newest pages of the documentation have no organization in the path.
_PATH = f"[/organizations/{{organizationId}}]{_WORKSPACE}/webhook-subscriptions"
_ONE = f"{_PATH}/{{webhookSubscriptionId}}"
WEBHOOK_SUBSCRIPTIONS = Kind(
    _KIND,
    (
        ("POST", _PATH, create_webhook_subscription),
        ("GET", _PATH, list_webhook_subscriptions),
        ("GET", _ONE, get_webhook_subscription),
        ("PATCH", _ONE, update_webhook_subscription),
        ("DELETE", _ONE, delete_webhook_subscription),
        ("GET", f"{_ONE}/logs", list_webhook_logs),
        ("GET", f"{_ONE}/logs/details", get_webhook_log),
        ("GET", f"{_WORKSPACE}/available-webhooks", list_available_webhooks),
    ),
    add,
    check=_ODD,
)

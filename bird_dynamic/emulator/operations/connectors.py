"""Connectors. Guesses: a 409 for a second connector of the same template on the same number, a 204
for a delete."""

from __future__ import annotations

from bird_dynamic.emulator.faults import Fault
from bird_dynamic.emulator.messages import Json, RefusalError, Request, invalid_at, not_found
from bird_dynamic.emulator.operations import parameters
from bird_dynamic.emulator.operations.backend import Answer, Backend, body_of
from bird_dynamic.emulator.operations.paging import page
from bird_dynamic.emulator.store import WORKSPACE_ID, StoredConnector
from bird_dynamic.emulator.validation import problems_of_connector


def add(bird: Backend, body: Json) -> StoredConnector:
    """Put a connector in, without any check."""
    moment = bird.timestamp()
    template = body["connectorTemplateRef"]
    arguments = {**(body.get("arguments") or {}), **bird.options.added_arguments}
    if isinstance(arguments.get("phoneNumberId"), str):
        arguments["phoneNumberId"] = arguments["phoneNumberId"].lower()
    wire: Json = {
        "id": bird.new_id(),
        "workspaceId": WORKSPACE_ID,
        "routingKey": None,
        "name": body.get("name", "made by somebody else"),
        "region": "eu-west-1",
        "description": "",
        "arguments": arguments,
        "connectorTemplateSlug": template.partition(":")[0],
        "connectorTemplateRef": template,
        "createdAt": moment,
        "updatedAt": moment,
    }
    conversational = bool(body.get("channelConversationalStatusEnabled"))
    return bird.store.add(wire, bird.new_id(), conversational, bird.now())


def shown(bird: Backend, connector: StoredConnector) -> Json:
    """A connector as the API shows it."""
    number = bird.store.number_of(connector)
    wire = dict(connector.wire)
    channel = {
        "channelId": connector.channel_id,
        "platform": wire["connectorTemplateSlug"],
    }
    shown_number = number and {
        "profileId": number.id,
        "numberId": number.id,
        "phoneNumber": number.number,
        "variables": {},
        "capabilities": ",".join(
            f"{each}-{direction}"
            for each in number.capabilities
            for direction in ("inbound", "outbound")
        ),
        "numberType": number.type,
        "endpointType": "long-code-number",
        "country": number.country,
        "profileAttachments": [],
    }
    return {
        "channel": channel if bird.is_ready(connector) else None,
        "number": shown_number,
        **wire,
    }


def create_connector(bird: Backend, request: Request, fault: Fault | None) -> Answer:
    """POST …/connectors"""
    body = body_of(request)
    if problems := problems_of_connector(body, bird.store.numbers):
        raise invalid_at(problems)
    number_id = (body.get("arguments") or {}).get("phoneNumberId")
    same = [
        each
        for each in bird.store.connectors.live()
        if isinstance(number_id, str)
        and (each.wire["arguments"] or {}).get("phoneNumberId") == number_id.lower()
        and each.wire["connectorTemplateRef"] == body["connectorTemplateRef"]
    ]
    if same and not bird.options.allow_duplicates:
        raise RefusalError(
            409, "ResourceAlreadyExists", "a connector for this phone number exists already"
        )
    return 201, shown(bird, add(bird, body))


def get_connector(
    bird: Backend, request: Request, fault: Fault | None, connector_id: str
) -> Answer:
    """GET …/connectors/{connectorId}"""
    found = bird.read(bird.store.connectors, connector_id, fault)
    if found is None:
        raise not_found("connector")
    if fault is None or fault.kind != "slow_channel":
        found.reads += 1
    return 200, shown(bird, found)


def list_connectors(bird: Backend, request: Request, fault: Fault | None) -> Answer:
    """GET …/connectors"""
    rows = bird.listed(bird.store.connectors, fault)
    if template := parameters.text(request, "templateRef"):
        rows = [each for each in rows if each.wire["connectorTemplateRef"] == template]

    def in_a_list(connector: StoredConnector) -> Json:
        row = shown(bird, connector)
        if bird.options.sparse_lists:
            row["channel"] = row["number"] = row["arguments"] = None
        return row

    return 200, page(request, rows, in_a_list, bird.options.largest_page)


def delete_connector(
    bird: Backend, request: Request, fault: Fault | None, connector_id: str
) -> Answer:
    """DELETE …/connectors/{connectorId}"""
    if bird.store.connectors.find(connector_id) is None:
        raise not_found("connector")
    bird.store.remove(connector_id, bird.now())
    return 204, None

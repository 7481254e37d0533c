"""The look-ups, by function name, with their arguments and results.

The functions, their result classes, the plugin's functions and its schema are derived from this
table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bird_dynamic.schema.common import PROFILE_INPUT, WORKSPACE
from bird_dynamic.schema.connector import CONNECTOR
from bird_dynamic.schema.fields import Field, ResourceSchema
from bird_dynamic.schema.found import CHANNEL, PHONE_NUMBER
from bird_dynamic.schema.kinds import TEXT, UUID_TEXT, Kind
from bird_dynamic.schema.phone_numbers import (
    CAPABILITY,
    COUNTRY,
    NUMBER,
    is_able,
    no_such_number,
    not_able,
    not_of_country,
    other_code,
    same_country,
    same_number,
    unknown_capability,
)
from bird_dynamic.schema.templates import REFERENCE, TEMPLATE_TYPE
from bird_dynamic.schema.webhook_events import SERVICE, SERVICES, WEBHOOK_EVENT, unknown_service


def _equal(asked: str, stated: Any) -> bool:
    return bool(asked == stated)


def _nothing_matches(asked: str, rows: Sequence[Mapping[str, Any]]) -> str:
    return f"nothing matches {asked}"


def _nothing_wrong(asked: str, rows: Sequence[Mapping[str, Any]]) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Argument(Field):
    """An argument of a look-up: the property `of` has to match its value. `absent` says that none
    of these rows, of which there is at least one, matches it. If a list is empty, `mistaken` says
    that the value is certainly wrong."""

    of: str
    matches: Callable[[str, Any], bool] = _equal
    absent: Callable[[str, Sequence[Mapping[str, Any]]], str] = _nothing_matches
    mistaken: Callable[[str, Sequence[Mapping[str, Any]]], str | None] = _nothing_wrong
    is_positional: bool = False
    """Whether a program can leave its name out, though it is optional."""
    is_input: bool = True


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of a look-up: the fields of `finds` that it shows, in the order of its class, and
    the `certain` ones, which Bird always returns, also in listings. `row_name` is the plugin's type
    of an item in a list of results."""

    class_name: str
    row_name: str = ""
    finds: ResourceSchema
    summary: str
    shows: tuple[str, ...]
    certain: tuple[str, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that it shows."""
        by_name = {field.name: field for field in self.finds.fields}
        return tuple(by_name[name] for name in self.shows)


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """A look-up of one item by its id, of the only match, or of all matches (`lists`)."""

    result: Result
    summary: str
    arguments: tuple[Argument, ...]
    lists: bool = False
    needs: tuple[str, ...] = ()
    """Fields for which the only match is read by its id, if its row in the listing lacks them."""

    @property
    def by_id(self) -> bool:
        """Whether it reads a single item by its id."""
        return any(argument.name == "id" for argument in self.arguments)


def _id_of(item: str, source: str) -> Kind:
    def problem(value: Any) -> str | None:
        if UUID_TEXT.problem(value) is None:
            return None
        if isinstance(value, str) and "/" in value:
            return f"must be the id of the {item} alone; pass its workspace as workspace_id"
        return f"must be the id (UUID) of a {item}; {source}"

    return replace(UUID_TEXT, problem=problem)


SERVICE_NAME = replace(
    TEXT,
    problem=lambda value: (
        None
        if TEXT.problem(value) is None
        else f"must be a service, in quotes: {', '.join(SERVICES)}"
    ),
)
PLACE = (WORKSPACE, PROFILE_INPUT)
"""The optional arguments that every look-up has."""

PHONE_NUMBER_RESULT = Result(
    class_name="GetPhoneNumberResult",
    row_name="FoundPhoneNumber",
    finds=PHONE_NUMBER,
    summary=PHONE_NUMBER.summary,
    shows=(
        "id",
        "endpoint_id",
        "number",
        "country",
        "type",
        "capabilities",
        "connector_ids",
        "voice_inbound_status",
        "voice_outbound_status",
        "voice_issues",
    ),
    certain=("id", "number", "capabilities"),
)
CONNECTOR_RESULT = Result(
    class_name="GetConnectorResult",
    row_name="FoundConnector",
    finds=CONNECTOR,
    summary='A connector of any template. Source: Bird\'s "Channel connectors" reference.',
    shows=(
        "connector_id",
        "name",
        "connector_template_ref",
        "connector_template_slug",
        "arguments",
        "channel_id",
        "platform",
        "phone_number",
        "number",
        "region",
        "routing_key",
        "description",
        "workspace_id",
        "created_at",
        "updated_at",
    ),
    certain=("connector_id", "workspace_id"),
)
CHANNEL_RESULT = Result(
    class_name="GetChannelResult",
    finds=CHANNEL,
    summary=CHANNEL.summary,
    shows=(
        "id",
        "name",
        "connector_id",
        "platform",
        "identifier",
        "status",
        "created_at",
        "updated_at",
    ),
    certain=("id",),
)

_COUNTRY = Argument(
    name="country",
    kind=COUNTRY,
    description="Two-letter country code.",
    example="NL",
    of="country",
    matches=same_country,
    absent=not_of_country,
    mistaken=other_code,
)
_CAPABILITY = Argument(
    name="capability",
    kind=TEXT,
    description="Capability: `voice`, or one direction, such as `voice-inbound`.",
    example="voice",
    type=CAPABILITY,
    of="capabilities",
    matches=is_able,
    absent=not_able,
    mistaken=unknown_capability,
)

WEBHOOK_EVENT_RESULT = Result(
    class_name="GetWebhookEventResult",
    row_name="FoundWebhookEvent",
    finds=WEBHOOK_EVENT,
    summary=WEBHOOK_EVENT.summary,
    shows=("service", "event", "filter_keys"),
    certain=("service", "event"),
)

LOOKUPS: Mapping[str, Lookup] = {
    "get_phone_number": Lookup(
        result=PHONE_NUMBER_RESULT,
        summary="The one phone number of the workspace that matches all arguments. It shows which "
        "connectors use the number, and whether voice is ready. If Bird's listing does not, this "
        "is read with one more request.",
        needs=("connector_ids", "voice_issues"),
        arguments=(
            Argument(
                name="number",
                kind=NUMBER,
                description="Phone number with its country code, in any notation: "
                "`+31 6 1234 5678`, `0031…`, `tel:+31…`.",
                example="+31612345678",
                of="number",
                matches=same_number,
                absent=no_such_number,
                is_positional=True,
            ),
            _COUNTRY,
            _CAPABILITY,
        ),
    ),
    "get_phone_numbers": Lookup(
        result=PHONE_NUMBER_RESULT,
        summary="All phone numbers of the workspace, or those of a country or with a capability. "
        "Bird's listing may omit properties that `get_phone_number` returns.",
        arguments=(_COUNTRY, _CAPABILITY),
        lists=True,
    ),
    "get_connector": Lookup(
        result=CONNECTOR_RESULT,
        summary="A connector by its id.",
        arguments=(
            Argument(
                name="id",
                kind=_id_of("connector", "list_connectors(name=…) finds connectors"),
                description="Id (UUID) of the connector.",
                example="b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11",
                required=True,
                of="connector_id",
            ),
        ),
    ),
    "list_connectors": Lookup(
        result=CONNECTOR_RESULT,
        summary="All connectors of the workspace, or those of a template or a name. Bird's listing "
        "may omit properties that `get_connector` returns.",
        arguments=(
            Argument(
                name="connector_template_ref",
                kind=REFERENCE,
                description="Template and its version, `name:version`.",
                example="voice-messagebird:1",
                type=TEMPLATE_TYPE,
                of="connector_template_ref",
            ),
            Argument(
                name="name",
                kind=TEXT,
                description="Name of the connector.",
                example="support line",
                of="name",
            ),
        ),
        lists=True,
    ),
    "get_channel": Lookup(
        result=CHANNEL_RESULT,
        summary="A channel by its id.",
        arguments=(
            Argument(
                name="id",
                kind=_id_of("channel", "a connector has it as its channel_id"),
                description="Id (UUID) of the channel.",
                example="5d2f1a64-9a0e-4a0c-8a5c-3b9f7e21c0d4",
                required=True,
                of="id",
            ),
        ),
    ),
    "get_webhook_events": Lookup(
        result=WEBHOOK_EVENT_RESULT,
        summary="All events that webhook subscriptions of the workspace can have, or those of a "
        "service, with the keys of their filters.",
        arguments=(
            Argument(
                name="service",
                kind=SERVICE_NAME,
                description="Part of Bird whose events are wanted.",
                example="channels",
                type=SERVICE,
                of="service",
                is_positional=True,
                mistaken=unknown_service,
            ),
        ),
        lists=True,
    ),
}
RESULTS: Mapping[str, Result] = {each.result.class_name: each.result for each in LOOKUPS.values()}

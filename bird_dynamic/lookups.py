"""What a program can ask Bird for: phone numbers, connectors and channels that exist.

Each look-up reads when the program runs, in previews too, as Pulumi's data sources do. Each comes
in two forms: a plain function that returns its result, and one that ends in `_output`, which
accepts outputs of other resources and returns an output.

The configuration is that of the resources: `bird:accessKey` and its siblings, then the environment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, TypeVar

import pulumi
from pulumi.runtime import get_config

from bird_dynamic.bird.connect import connect
from bird_dynamic.bird.errors import BirdError
from bird_dynamic.lifecycle.lookups import Lookups
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.settings import Settings, gather

Result = TypeVar("Result")


class LookupFailedError(pulumi.RunError):
    """Nothing or more than one thing was found, or Bird could not be asked. Ends a program with one
    line instead of a traceback."""


@dataclass(frozen=True)
class GetPhoneNumberResult:
    """A phone number of the workspace. Source: Bird's numbers API, "Long code numbers"."""

    id: str
    """Id (UUID): the `phone_number_id` of a voice channel."""
    endpoint_id: str | None
    """Bird's second id for it, often the same."""
    number: str
    """The number in international form, such as `+31612345678`."""
    country: str | None
    """Country code of two letters."""
    type: str | None
    """Such as `local`, `mobile`, `national` or `toll-free`."""
    capabilities: list[str]
    """What it can do, such as `voice-inbound` and `sms-outbound`."""


@dataclass(frozen=True)
class GetConnectorResult:
    """A connector of any template. Source: Bird's "Channel connectors" reference."""

    connector_id: str
    name: str | None
    connector_template_ref: str | None
    connector_template_slug: str | None
    arguments: dict[str, Any] | None
    channel_id: str | None
    platform: str | None
    phone_number: str | None
    number: dict[str, Any] | None
    region: str | None
    routing_key: str | None
    description: str | None
    workspace_id: str
    created_at: str | None
    updated_at: str | None


@dataclass(frozen=True)
class GetChannelResult:
    """A channel. Source: Bird's channels API, "Channels management"."""

    id: str
    name: str | None
    connector_id: str | None
    platform: str | None
    identifier: str | None
    """Who it is on its platform: for voice and SMS the phone number."""
    status: str | None
    """Such as `active`."""
    created_at: str | None
    updated_at: str | None


def get_phone_number(
    *,
    number: str | None = None,
    country: str | None = None,
    capability: str | None = None,
    workspace_id: str | None = None,
    profile: str | None = None,
) -> GetPhoneNumberResult:
    """The one phone number of the workspace that fits all that is asked for.

    :param number: the number; only its digits count.
    :param country: its country, as a code of two letters.
    :param capability: what it can do: `voice`, or one direction of it, such as `voice-inbound`.
    :param workspace_id: id (UUID) of the workspace. If omitted, by configuration.
    :param profile: the account to use, as the prefix of its configuration keys.
    :raises LookupFailedError: none fits, or several do; the text names them.
    """
    with _as_run_error():
        found = _lookups(workspace_id, profile).phone_number(number, country, capability)
        return _result(GetPhoneNumberResult, found)


def get_connector(
    id: str, *, workspace_id: str | None = None, profile: str | None = None
) -> GetConnectorResult:
    """A connector by its id (UUID).

    :raises LookupFailedError: there is none.
    """
    with _as_run_error():
        return _result(GetConnectorResult, _lookups(workspace_id, profile).connector(id))


def list_connectors(
    *,
    connector_template_ref: str | None = None,
    name: str | None = None,
    workspace_id: str | None = None,
    profile: str | None = None,
) -> list[GetConnectorResult]:
    """All connectors of the workspace, or those of a template or a name.

    Bird's listing may leave out what `get_connector` tells.
    """
    with _as_run_error():
        found = _lookups(workspace_id, profile).connectors(connector_template_ref, name)
        return [_result(GetConnectorResult, each) for each in found]


def get_channel(
    id: str, *, workspace_id: str | None = None, profile: str | None = None
) -> GetChannelResult:
    """A channel by its id (UUID).

    :raises LookupFailedError: there is none.
    """
    with _as_run_error():
        return _result(GetChannelResult, _lookups(workspace_id, profile).channel(id))


def get_phone_number_output(
    *,
    number: pulumi.Input[str] | None = None,
    country: pulumi.Input[str] | None = None,
    capability: pulumi.Input[str] | None = None,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
) -> pulumi.Output[GetPhoneNumberResult]:
    """`get_phone_number` for outputs."""
    asked = {
        "number": number,
        "country": country,
        "capability": capability,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return pulumi.Output.all(**asked).apply(lambda known: get_phone_number(**known))


def get_connector_output(
    id: pulumi.Input[str],
    *,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
) -> pulumi.Output[GetConnectorResult]:
    """`get_connector` for outputs."""
    asked = {"id": id, "workspace_id": workspace_id, "profile": profile}
    return pulumi.Output.all(**asked).apply(lambda known: get_connector(**known))


def list_connectors_output(
    *,
    connector_template_ref: pulumi.Input[str] | None = None,
    name: pulumi.Input[str] | None = None,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
) -> pulumi.Output[list[GetConnectorResult]]:
    """`list_connectors` for outputs."""
    asked = {
        "connector_template_ref": connector_template_ref,
        "name": name,
        "workspace_id": workspace_id,
        "profile": profile,
    }
    return pulumi.Output.all(**asked).apply(lambda known: list_connectors(**known))


def get_channel_output(
    id: pulumi.Input[str],
    *,
    workspace_id: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
) -> pulumi.Output[GetChannelResult]:
    """`get_channel` for outputs."""
    asked = {"id": id, "workspace_id": workspace_id, "profile": profile}
    return pulumi.Output.all(**asked).apply(lambda known: get_channel(**known))


def _lookups(workspace_id: str | None, profile: str | None) -> Lookups:
    return Lookups(_account(gather(get_config, profile=profile)), workspace_id)


@cache
def _account(settings: Settings) -> Account:
    return Account(settings, connect)


def _result(kind: type[Result], found: Mapping[str, Any]) -> Result:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    return kind(**{name: found[name] for name in names})


@contextmanager
def _as_run_error() -> Iterator[None]:
    try:
        yield
    except BirdError as error:
        raise LookupFailedError(str(error)) from None

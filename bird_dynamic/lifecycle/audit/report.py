"""The result of an audit: typed values, for programs, JSON and the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bird_dynamic.schema.case import camel_case


@dataclass(frozen=True)
class AuditFinding:
    """Something that has to be mended.

    `kind` names it, such as `no-connector`. `about` is the phone number, or the id of the item.
    `message` is a sentence. `remedy` says what to do; `line` is the command or the line of a
    program that does it, or empty. `numbers` are the phone numbers whose calls it concerns.
    """

    kind: str
    about: str
    message: str
    remedy: str
    line: str = ""
    numbers: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What distinguishes it from the others."""
        return self.kind, self.about


@dataclass(frozen=True)
class AuditedNumber:
    """A phone number with voice, and its set-up.

    `number` is its id if Bird does not state the number.
    `channel_status` is Bird's, or empty if it states none. `subscription_ids` are the webhook
    subscriptions to its inbound calls, and `urls` those of the active ones.
    `delivered` and `failed` count the deliveries to them that Bird still has; None if they were not
    checked. `managed_by` are the resources of the stack; None without a stack. `ignored`: its
    findings were left out on request.
    """

    number: str
    id: str
    connector_ids: tuple[str, ...]
    channel_ids: tuple[str, ...]
    channel_status: str
    subscription_ids: tuple[str, ...]
    urls: tuple[str, ...]
    delivered: int | None
    failed: int | None
    managed_by: tuple[str, ...] | None
    ignored: bool
    is_complete: bool
    """Whether nothing was found that concerns its calls."""


@dataclass(frozen=True)
class Audit:
    """The result of an audit. `not_checked` says what could not be read, and what has to be done to
    check it. `managed` and `unmanaged` are the ids of the connectors and webhook subscriptions that
    the stack manages, and of the others; None without a stack."""

    numbers: tuple[AuditedNumber, ...]
    findings: tuple[AuditFinding, ...]
    not_checked: tuple[str, ...]
    without_voice: int = 0
    """How many phone numbers have no voice."""
    managed: tuple[str, ...] | None = None
    unmanaged: tuple[str, ...] | None = None

    @property
    def is_complete(self) -> bool:
        """Whether nothing has to be mended."""
        return not self.findings

    def document(self) -> dict[str, Any]:
        """The result as JSON: names in camelCase."""
        return {
            "complete": self.is_complete,
            **{camel_case(name): _plain(value) for name, value in asdict(self).items()},
        }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {camel_case(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value

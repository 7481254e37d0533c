"""Checks an access key and its workspace: what can be reached, and the role that lacks one.

The questions and the permissions come from the schemas. Source of the permissions: Bird's "Access
policies" and the permission tables of each API.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from bird_dynamic.bird.client import Collection, Conversational
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import (
    BirdError,
    ConfigurationError,
    NotSentError,
    RejectedError,
    UnknownOutcomeError,
)
from bird_dynamic.bird.models import Request, Transport
from bird_dynamic.lifecycle.lookups import Lookups
from bird_dynamic.lifecycle.redaction import printable, shortened, without
from bird_dynamic.lifecycle.remedies import is_of_another_server, permission, wrong_address
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.case import snake_case
from bird_dynamic.schema.connector import CONNECTOR
from bird_dynamic.schema.fields import ResourceSchema
from bird_dynamic.schema.found import PHONE_NUMBER
from bird_dynamic.schema.lookups import RESULTS
from bird_dynamic.schema.resources import SCHEMAS
from bird_dynamic.schema.webhook_events import WEBHOOK_EVENT
from bird_dynamic.settings import Settings

PATIENCE = 60.0
"""Timeout in seconds of all checks together."""
SHORTEST_SHOWN = 12
"""Minimal length of an access key, in characters, to show its end: four characters of a shorter one
would be too much of it."""
CONTROL = "/__emulator__/options"
"""A path that the emulator has, and Bird does not."""


class Word(Enum):
    """The verdict of a check. Each one has another remedy."""

    OK = "ok"
    FAIL = "FAIL"
    NO_ROLE = "NO ROLE"
    WRONG_KEY = "WRONG KEY"
    WRONG_ID = "WRONG ID"


@dataclass(frozen=True)
class Finding:
    """One check of the report."""

    word: Word
    what: str
    said: str

    @property
    def well(self) -> bool:
        """Whether nothing has to be done."""
        return self.word is Word.OK

    def __str__(self) -> str:
        return f"{self.word.value:<11}{self.what:<30}{self.said}"

    def document(self) -> dict[str, Any]:
        """The check as JSON."""
        return {"word": self.word.value, "what": self.what, "said": self.said}


@dataclass(frozen=True)
class Subject:
    """What is checked. `key_end` are the last characters of the access key, or empty."""

    address: str
    is_emulator: bool
    workspace_id: str
    organization_id: str | None
    key_source: str
    key_end: str

    @classmethod
    def of(cls, settings: Settings, key_source: str, transport: Transport) -> Subject:
        """The subject of these settings. Asks an address of plain http if it is the emulator."""
        key = settings.access_key
        return cls(
            address=settings.api_url,
            is_emulator=_is_emulator(settings, transport),
            workspace_id=str(settings.workspace_id),
            organization_id=settings.organization_id,
            key_source=key_source,
            key_end=key[-4:] if len(key) >= SHORTEST_SHOWN else "",
        )

    def __str__(self) -> str:
        ending = f", ends in {self.key_end}" if self.key_end else ""
        kind = " (the emulator, not Bird)" if self.is_emulator else ""
        return (
            f"address       {self.address}{kind}\n"
            f"workspace     {self.workspace_id}\n"
            f"organization  {self.organization_id or 'not set'}\n"
            f"access key    from {self.key_source}{ending}"
        )

    def document(self) -> dict[str, Any]:
        """The subject as JSON."""
        return {
            "address": self.address,
            "emulator": self.is_emulator,
            "workspaceId": self.workspace_id,
            "organizationId": self.organization_id,
            "accessKey": {"from": self.key_source, "endsIn": self.key_end or None},
        }


def _is_emulator(settings: Settings, transport: Transport) -> bool:
    # The emulator serves plain http, which the settings accept for no address of Bird's: nothing
    # that Bird does not document is ever sent to Bird.
    if not settings.api_url.startswith("http://"):
        return False
    try:
        answer = transport.send(Request("GET", CONTROL), 5.0)
    except BirdError:
        return False
    if not isinstance(answer.body, dict):
        return False
    # Under another name than localhost, it refuses the request.
    return answer.status == 200 or "control request" in str(answer.body.get("message"))


def examined(account: Account, writes: bool) -> Iterator[Finding]:
    """Yield the findings one by one. Changes nothing in Bird, unless Bird creates an item from a
    request that it should refuse; it is deleted at once, or reported."""
    deadline = Deadline.after(PATIENCE, account.client.clock)
    proven: set[str] = set()

    def finding(schema: ResourceSchema, verb: str, ask: Callable[[], str], noun: str) -> Finding:
        what = f"{verb} {noun}"
        try:
            said = ask()
        except BirdError as error:
            word, remedy = _judged(error, schema, account.settings, proven)
            host = urlsplit(account.settings.api_url).netloc
            said = str(error)
            if is_of_another_server(error):
                said = said.replace("Bird answered", f"{host} answered")
            where = f"{host}: " if word is Word.FAIL and host not in said else ""
            text = f"{where}{said}. {remedy}".strip()
            hidden = [account.settings.access_key]
            return Finding(word, what, printable(shortened(without(text, hidden))))
        proven.update(place.setting for place in schema.configurable_inputs if place.required)
        return Finding(Word.OK, what, said)

    collections: dict[str, tuple[ResourceSchema, Collection]] = {}
    # Connectors first: without them, nothing else is of use.
    found = [result.finds for result in RESULTS.values()]
    for schema in (CONNECTOR, *found, *SCHEMAS.values()):
        opened = account.open(schema, {})[1].collection
        collections.setdefault(schema.path, (schema, opened))
    counts: Mapping[str, Callable[[], str]] = {
        PHONE_NUMBER.path: lambda: _numbers(account),
        WEBHOOK_EVENT.path: lambda: str(len(Lookups(account, None).all(WEBHOOK_EVENT))),
    }
    for schema, collection in collections.values():
        count = counts.get(schema.path) or partial(_first_page, collection, deadline)
        seen = finding(schema, "see", count, f"{schema.noun}s")
        yield seen
        if not proven and seen.word is not Word.NO_ROLE:
            # All other checks would fail in the same way.
            return
    yield _unfinished(account, (collection for _, collection in collections.values()))
    if not writes:
        yield Finding(Word.OK, "create and delete", "not checked: use --writes")
        return
    missing_id = str(uuid.uuid4())
    for path in dict.fromkeys(schema.path for schema in SCHEMAS.values()):
        schema, collection = collections[path]
        create = partial(_create_nothing, schema, collection, deadline)
        # Not `collection.delete`: after a 404 it lists, which is another permission.
        request = Request("DELETE", f"{collection.path}/{missing_id}")
        delete = partial(account.client.send, request, deadline, lambda response: response)
        noun = f"{schema.noun}s"
        yield finding(schema, "create", partial(_refused, create, 422, 400), noun)
        yield finding(schema, "delete", partial(_refused, delete, 404, 410), noun)
    switch = Conversational(account.client, str(account.settings.workspace_id))
    set_status = partial(switch.set, missing_id, True, deadline)
    switched = partial(_refused, set_status, 404, 410, 422)
    yield finding(CONNECTOR, "switch", switched, "conversations")


def _first_page(collection: Collection, deadline: Deadline) -> str:
    return f"{len(collection.page(None, deadline).items)} on the first page"


def _numbers(account: Account) -> str:
    numbers = Lookups(account, None).all(PHONE_NUMBER)
    voice = [each for each in numbers if any("voice" in what for what in each["capabilities"])]
    return f"{len(numbers)}, {len(voice)} of them with voice"


def _unfinished(account: Account, collections: Iterable[Collection]) -> Finding:
    """The unfinished creates of this machine."""
    what = "unfinished creates"
    if (problem := account.run.records.problem()) is not None:
        return Finding(Word.FAIL, what, f"{problem.removeprefix(what).strip()}.")
    places = {account.settings.api_url + each.path for each in collections}
    begun = [each for each in account.run.records.all() if each.collection in places]
    if not begun:
        return Finding(Word.OK, what, "none on this machine")
    since = {each.mark: datetime.fromtimestamp(each.began, timezone.utc) for each in begun}
    told = ", ".join(f"{mark} since {moment:%Y-%m-%d %H:%M} UTC" for mark, moment in since.items())
    said = (
        f"{told}: in progress, or the next `pulumi up` of that resource completes it, or says how "
        "to adopt what it made"
    )
    return Finding(Word.OK, what, said)


def _create_nothing(schema: ResourceSchema, collection: Collection, deadline: Deadline) -> None:
    # An empty request has none of what Bird requires, so Bird refuses it.
    lacking = f"a {schema.item} without a {schema.identity[0]}"
    try:
        made = collection.create({}, deadline)["id"]
    except UnknownOutcomeError as error:
        raise BirdError(f"{error}. If app.bird.com shows {lacking}, delete it") from None
    try:
        collection.delete(made, deadline)
    except BirdError as error:
        raise BirdError(
            f"Bird created the {schema.item} {made} from a request that it should have refused, "
            f"and deleting it failed: {error}. Delete it in app.bird.com"
        ) from None


def _refused(ask: Callable[[], object], *statuses: int) -> str:
    """Send a request that Bird must refuse with one of these statuses if the role allows it."""
    try:
        ask()
    except RejectedError as error:
        if error.status not in statuses:
            raise
    return "allowed"


def _judged(
    error: BirdError, schema: ResourceSchema, settings: Settings, proven: Container[str]
) -> tuple[Word, str]:
    """The verdict of an error and its remedy. `proven`: the locations that Bird has accepted."""
    names = settings.setting_names
    if not isinstance(error, RejectedError):
        if is_of_another_server(error):
            return Word.FAIL, wrong_address(error, settings)
        is_reachable = isinstance(error, UnknownOutcomeError) and error.answer is not None
        if is_reachable:
            return Word.FAIL, "Run doctor again later; if this stays, ask Bird's support."
        is_final = isinstance(error, NotSentError) and not error.temporary
        if is_final or type(error) in (BirdError, ConfigurationError):
            # These say what to do themselves.
            return Word.FAIL, ""
        return Word.FAIL, f"Check the network and {names('apiUrl')}."
    if error.status == 401:
        return Word.WRONG_KEY, (
            f"Check {names('accessKey')}; a key without a role gets 401 too: attach one to it in "
            "app.bird.com."
        )
    if error.status == 403:
        return Word.NO_ROLE, (
            f"Give the key a role that allows {permission(error) or schema.permission}: see Access "
            "roles in app.bird.com."
        )
    if error.status == 404:
        if address := wrong_address(error, settings):
            return Word.FAIL, address
        return Word.WRONG_ID, _other_ids(schema, settings, proven)
    request = f" Request id: {error.answer.request_id}." if error.answer.request_id else ""
    return Word.FAIL, f"Check {names('apiUrl')}, then ask Bird's support.{request}"


def _other_ids(schema: ResourceSchema, settings: Settings, proven: Container[str]) -> str:
    keys = [each.setting for each in schema.configurable_inputs if each.setting not in proven]
    given = {key: getattr(settings, snake_case(key)) for key in keys}
    if not any(given.values()):
        return f"Set {' and '.join(map(settings.setting_names, keys))}." if keys else ""
    checked = " and ".join(
        f"{settings.setting_names(key)}, which is {value}" for key, value in given.items() if value
    )
    wanted = [each for each in schema.configurable_inputs if each.setting in keys]
    unset = "" if any(each.required for each in wanted) else ", or unset it: it is optional"
    return f"Check {checked}, and that it belongs to the organization of the access key{unset}."

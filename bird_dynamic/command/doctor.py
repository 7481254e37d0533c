"""Checks an access key and its workspace: permissions, and the role that lacks one.

Source of the permissions: Bird's "Access policies" and the permission tables of each API.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

from bird_dynamic.bird.client import Collection, Conversational
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import BirdError, RejectedError, UnknownOutcomeError
from bird_dynamic.lifecycle.lookups import Lookups
from bird_dynamic.lifecycle.redaction import shortened, without
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.connector import CONNECTOR
from bird_dynamic.schema.found import CHANNEL, PHONE_NUMBER
from bird_dynamic.schema.webhook_subscription import WEBHOOK_SUBSCRIPTION

PATIENCE = 60.0
"""Timeout in seconds of all checks together."""

NO_TEMPLATE = "bird-dynamic-doctor:0"
"""A connector template that does not exist."""


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    well: bool
    what: str
    said: str

    def __str__(self) -> str:
        return f"{'ok' if self.well else 'MISSING':<9}{self.what:<28}{self.said}"


def examined(account: Account, writes: bool) -> Iterator[Finding]:
    """Yield the findings one by one. Changes nothing in Bird, unless Bird creates a connector from
    a request that it should refuse; it is deleted at once, or reported."""
    workspace_id = account.settings.workspace_id
    deadline = Deadline.after(PATIENCE, account.client.clock)
    connectors, channels, subscriptions = (
        account.open(schema, {})[1].collection
        for schema in (CONNECTOR, CHANNEL, WEBHOOK_SUBSCRIPTION)
    )

    def finding(what: str, ask: Callable[[], str], permission: str) -> Finding:
        try:
            return Finding(True, what, ask())
        except RejectedError as error:
            said = f"{error}. {_remedy(account, error, permission)}"
        except BirdError as error:
            said = f"{error}."
        return Finding(False, what, shortened(without(said, [account.settings.access_key])))

    def look() -> str:
        return f"{len(connectors.page(None, deadline).items)} on the first page"

    seen = finding("see connectors", look, "View on /workspaces/*/connectors/**")
    yield seen
    if not seen.well:
        # All other checks would fail in the same way.
        return
    yield finding(
        "see channels",
        lambda: f"{len(channels.page(None, deadline).items)} on the first page",
        "View on /workspaces/*/channels/**",
    )
    yield finding(
        "see phone numbers",
        lambda: _numbers(account),
        "View on /workspaces/*/numbers-long-code",
    )
    yield finding(
        "see webhook subscriptions",
        lambda: f"{len(subscriptions.page(None, deadline).items)} on the first page",
        WEBHOOK_SUBSCRIPTION.permission,
    )
    yield Finding(True, "unfinished creates", _unfinished(account, connectors))
    if not writes:
        yield Finding(True, "create and delete", "not checked: use --writes")
        return
    missing_id = str(uuid.uuid4())
    yield finding(
        "create connectors",
        lambda: _refused(lambda: _nameless(connectors, deadline), 422, 400),
        "Create on /workspaces/*/connectors",
    )
    yield finding(
        "delete connectors",
        lambda: _refused(lambda: connectors.delete(missing_id, deadline)),
        "Delete on /workspaces/*/connectors/*",
    )
    switch = Conversational(account.client, str(workspace_id))
    yield finding(
        "switch conversations",
        lambda: _refused(lambda: switch.set(missing_id, True, deadline), 404, 410, 422),
        "View and Update on /workspaces/*/channels/**",
    )


def _numbers(account: Account) -> str:
    numbers = Lookups(account, None).all(PHONE_NUMBER)
    voice = [each for each in numbers if any("voice" in what for what in each["capabilities"])]
    return f"{len(numbers)}, {len(voice)} of them with voice"


def _unfinished(account: Account, connectors: Collection) -> str:
    """The unfinished creates of this machine."""
    if (problem := account.run.records.problem()) is not None:
        return problem
    where = account.settings.api_url + connectors.path
    begun = [each for each in account.run.records.all() if each.collection == where]
    if not begun:
        return "none on this machine"
    since = {each.mark: datetime.fromtimestamp(each.began, timezone.utc) for each in begun}
    told = ", ".join(f"{mark} since {moment:%Y-%m-%d %H:%M} UTC" for mark, moment in since.items())
    return f"{told}: in progress, or the next `pulumi up` of that resource completes it"


def _nameless(connectors: Collection, deadline: Deadline) -> None:
    # Bird requires a name, and the template does not exist, so Bird refuses this.
    try:
        made = connectors.create({"connectorTemplateRef": NO_TEMPLATE}, deadline)["id"]
    except UnknownOutcomeError as error:
        raise BirdError(
            f"{error}. If app.bird.com shows a connector without a name, delete it"
        ) from None
    try:
        connectors.delete(made, deadline)
    except BirdError as error:
        raise BirdError(
            f"Bird created the connector {made} from a request that it should have refused, and "
            f"deleting it failed: {error}. Delete it in app.bird.com"
        ) from None


def _refused(ask: Callable[[], object], *statuses: int) -> str:
    """Send a request that Bird must refuse with one of these statuses if the role allows it."""
    try:
        ask()
    except RejectedError as error:
        if error.status not in statuses:
            raise
    return "allowed"


def _remedy(account: Account, error: RejectedError, permission: str) -> str:
    names = account.settings.setting_names
    if error.status == 401:
        return f"Check {names('accessKey')}; a key without a role gets 401 too."
    if error.status == 403:
        return f"Give the key a role that allows {permission}."
    if error.status == 404:
        return f"Check {names('workspaceId')}."
    return ""

"""What Bird refuses, by operation: the advice has to fit what was asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.emulator import WORKSPACE_ID, Dialect, Fault
from bird_dynamic.lifecycle.observe import MAX_SINGLE_READS
from tests.support.world import NUMBER, OWN_MARK, World
from tests.wrong_inputs.lookups import imported, look_up
from tests.wrong_inputs.row import Row, Way
from tests.wrong_inputs.ways import up

ON = {"create": Way.UP, "update": Way.UP, "read": Way.REFRESH, "delete": Way.DESTROY}
ARTICLE = {"update": "an update"} | {each: f"a {each}" for each in ("create", "read", "delete")}
ABSENT = "11111111-2222-4333-8444-555555555555"
SWITCH = "channel_conversational_status_enabled"


def _refused(
    operation: str, status: int, change: Callable[[World], None] = lambda world: None
) -> str:
    """What a refused operation says. `change` comes after the create of what is read, updated or
    deleted."""
    world = World()
    run = world.run()
    inputs = {"phone_number_id": NUMBER, "resource_mark": OWN_MARK, SWITCH: True}
    item_id, state = ("", {}) if operation == "create" else run.create(run.check({}, inputs).inputs)
    change(world)
    world.break_with(Fault("status", status=status, times=None))
    run = world.run()
    text = ""
    try:
        if operation == "create":
            run.create(run.check({}, inputs).inputs)
        elif operation == "read":
            run.read(item_id, state)
        elif operation == "update":
            run.update(item_id, state, run.check(state, {**inputs, SWITCH: False}).inputs)
        else:
            run.delete(item_id, state)
    except BirdError as error:
        text = str(error)
    is_up = ON[operation] is Way.UP
    wrong = ("run the command again",) if is_up else ("`pulumi up`", "Correct the arguments")
    assert not any(each in text for each in wrong), text
    return text


def _with_address(address: str) -> Callable[[World], None]:
    def change(world: World) -> None:
        world.environment["BIRD_API_URL"] = address

    return change


def _elsewhere(world: World) -> None:
    world.environment["BIRD_WORKSPACE_ID"] = ABSENT


def _given_place() -> str:
    world = World()
    run = world.run()
    inputs = {"phone_number_id": NUMBER, "resource_mark": OWN_MARK, "workspace_id": ABSENT}
    try:
        run.create(run.check({}, inputs).inputs)
    except BirdError as error:
        return _without_the_setting(str(error))
    raise AssertionError("it was created")


def _looked_up_elsewhere() -> str:
    return _without_the_setting(look_up("list_connectors", workspace_id=ABSENT))


def _without_the_setting(text: str) -> str:
    assert "bird:workspaceId" not in text, text
    return text


def _row(operation: str, status: int, *says: str) -> Row:
    return Row(
        f"Bird answers {status} to {ARTICLE[operation]}",
        ON[operation],
        (str(status), *says),
        partial(_refused, operation, status),
    )


def _webhooks(number: int, path: str = "", world: World | None = None) -> World:
    world = world or World()
    for place in range(number):
        world.emulator.add_webhook_subscription(
            service="channels",
            event="voice.inbound",
            url=f"https://example.com/calls{path.format(place)}",
        )
    return world


def _moved_onto_another() -> str:
    world, kind = World(), "WebhookSubscription"
    given = {"service": "channels", "event": "voice.inbound", "resource_mark": OWN_MARK}
    before = world.checked(kind, {**given, "url": "https://example.com/old"})
    item_id, state = world.run(kind).create(before)
    _webhooks(1, world=world)
    after = world.checked(kind, {**given, "url": "https://example.com/calls"})
    try:
        world.run(kind).update(item_id, state, after)
    except BirdError as error:
        return str(error)
    return ""


def _taken(name: str, others: int = 0, **choices: str) -> str:
    """What the create says if a connector of that name holds the number, besides others."""
    world = World(dialect=Dialect.of(choices))
    for _ in range(others):
        world.foreign(number=ABSENT)
    world.foreign(name=name)
    run = world.run()
    try:
        run.create(run.check({}, {"phone_number_id": NUMBER, "resource_mark": OWN_MARK}).inputs)
    except BirdError as error:
        return str(error)
    raise AssertionError("it was created")


KEY = (
    "bird:accessKey (or BIRD_ACCESS_KEY)",
    "CRM access key",
    "A key without an access role gets 401 on every request: attach one",
    "`bird-dynamic doctor`",
)
SETTING = ("bird:workspaceId (or BIRD_WORKSPACE_ID)", f"which is {WORKSPACE_ID}")
STATE = (
    "heck that bird:accessKey (or BIRD_ACCESS_KEY) has access to",
    f"the workspace {WORKSPACE_ID}, from the resource's state",
    "setting bird:workspaceId (or BIRD_WORKSPACE_ID) does not change that",
    "pulumi state delete",
)
ROLES = ("see Access roles in app.bird.com", "`bird-dynamic doctor --writes`")
AGAIN = ("if it fails again, give Bird's support this request id", "Request id")

ROWS = (
    *(_row(each, 401, *KEY) for each in ON),
    _row(
        "create",
        403,
        "a role that allows View on /workspaces/*/connectors, to look for existing connectors",
        *ROLES,
    ),
    _row("read", 403, "a role that allows View on /workspaces/*/connectors/*:", *ROLES),
    _row("update", 403, "Update on /workspaces/*/channels/*/conversational:", *ROLES),
    _row("delete", 403, "a role that allows Delete on /workspaces/*/connectors/*:", *ROLES),
    _row("create", 404, *SETTING, "the access key has access to that workspace"),
    _row("read", 404, *STATE),
    _row("update", 404, "deleted in Bird, run `pulumi up --refresh`", *STATE),
    _row("delete", 404, *STATE),
    Row(
        "`bird:workspaceId` changed, and Bird answers 404 to a read",
        Way.REFRESH,
        ("404", *STATE),
        partial(_refused, "read", 404, _elsewhere),
    ),
    *(
        Row(
            f"`bird:apiUrl` with a path, and Bird answers 404 to {ARTICLE[each]}",
            ON[each],
            ("404", "bird:apiUrl (or BIRD_API_URL), which is https://bird.test/v2", "no /v2"),
            partial(_refused, each, 404, _with_address("https://bird.test/v2")),
        )
        for each in ON
    ),
    Row(
        "`VoiceChannel(…, workspace_id=…)` with an id that does not exist",
        Way.UP,
        ("404", f"Check workspace_id, which is {ABSENT}", "has access to that workspace"),
        _given_place,
    ),
    Row(
        "`pulumi import` of `workspaceId/connectorId` with a workspace that does not exist",
        Way.IMPORT,
        ("404", f"Check WORKSPACE_ID, which is {ABSENT}", "has access to that"),
        lambda: _without_the_setting(imported(f"{ABSENT}/{WORKSPACE_ID}")),
    ),
    Row(
        "`list_connectors(workspace_id=…)` with an id that does not exist",
        Way.LOOK_UP,
        ("404", f"Check workspace_id, which is {ABSENT}", "has access to that workspace"),
        _looked_up_elsewhere,
    ),
    *(
        _row(
            "create",
            status,
            "Bird does not say which argument it refuses. Check all of them",
        )
        for status in (400, 422)
    ),
    *(_row(each, 422, *AGAIN) for each in ("read", "delete")),
    _row("read", 400, *AGAIN),
    _row("create", 423, "Run `pulumi up` again;", *AGAIN),
    _row("delete", 409, "something may still use it", "run the command again"),
    _row("delete", 423, "something may still use it", "run the command again"),
    _row("delete", 412, "something may still use it", "run the command again"),
    Row(
        '`VoiceChannel("sales", …)` was renamed to `VoiceChannel("support", …)`, without `aliases`',
        Way.UP,
        (
            "already exists and conflicts with this resource",
            'renamed or moved, add opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="sales"',
            "delete_before_replace=True",
            "leave it alone and use another phone number",
            'adopt="',
        ),
        partial(_taken, "sales-abcdef0123-k7x2m9qd"),
    ),
    Row(
        "`WebhookSubscription(…, organization_id=…)` with an id that does not exist",
        Way.UP,
        ("404", f"Check organization_id, which is {ABSENT}", "leave it out: it is optional"),
        lambda: up("WebhookSubscription", organization_id=ABSENT),
    ),
    Row(
        "`WebhookSubscription(…)` with the service, event, URL and filters of one that exists",
        Way.UP,
        (
            "(voice.inbound to https://example.com/…) already exists",
            "It was left alone",
            'adopt it with adopt="',
            "Bird sends each event twice",
        ),
        lambda: up("WebhookSubscription", _webhooks(1)),
    ),
    Row(
        "another `url` for a `WebhookSubscription`, which a subscription with its service, event "
        "and filters has",
        Way.UP,
        (
            "already has the same service, event, url and event_filters as this resource would get",
            "Nothing was changed",
            "Bird sends each event twice",
            "delete it in app.bird.com",
        ),
        _moved_onto_another,
    ),
    Row(
        "a sixth `WebhookSubscription(…)` with one service, event and filters",
        Way.UP,
        (
            "422",
            "Bird allows only 5 webhook subscriptions with the same service, event and filters",
            "(voice.inbound to https://example.com/…)",
            'adopt="',
            "remove one that is unused",
        ),
        lambda: up("WebhookSubscription", _webhooks(5, "/{}")),
    ),
    Row(
        "`WebhookSubscription(…, organization_id=…)` with a role for the path without it",
        Way.UP,
        ("403", f"Or leave out organization_id, which is {ABSENT}: it is optional"),
        lambda: up(
            "WebhookSubscription",
            World(Fault("status", status=403, times=None)),
            organization_id=ABSENT,
        ),
    ),
    Row(
        "`pulumi up` after the state was lost",
        Way.UP,
        (
            "its name has this resource's mark",
            "delete_before_replace=True",
            "leave it alone",
            "BIRD_TAKE_OVER=marked (bird:takeOver) for one run",
            'adopt="',
        ),
        partial(_taken, f"{OWN_MARK}-k7x2m9qd"),
    ),
    Row(
        "a `phone_number_id` whose number has a connector that somebody made in the dashboard",
        Way.UP,
        (
            "(name: Support line)",
            "conflicts with this resource",
            "use another phone number",
            'adopt="',
        ),
        partial(_taken, "Support line"),
    ),
    Row(
        "the same in a workspace of 101 connectors whose listing does not show their numbers",
        Way.UP,
        ("(name: Front desk)", "conflicts with this resource", 'adopt="'),
        partial(_taken, "Front desk", MAX_SINGLE_READS, rows="keyless"),
    ),
)

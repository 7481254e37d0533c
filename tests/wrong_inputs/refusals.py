"""What Bird refuses, by operation: the advice has to fit what was asked."""

from __future__ import annotations

from functools import partial

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.emulator import Fault
from tests.support.world import NUMBER, OWN_MARK, World
from tests.wrong_inputs.row import Row, Way

ON = {"create": Way.UP, "read": Way.REFRESH, "delete": Way.DESTROY}


def _refused(operation: str, status: int) -> str:
    world = World()
    run = world.run()
    inputs = {"phone_number_id": NUMBER, "resource_mark": OWN_MARK}
    item_id, state = ("", {}) if operation == "create" else run.create(run.check({}, inputs).inputs)
    world.break_with(Fault("status", status=status, times=None))
    run = world.run()
    try:
        if operation == "create":
            run.create(run.check({}, inputs).inputs)
        elif operation == "read":
            run.read(item_id, state)
        else:
            run.delete(item_id, state)
    except BirdError as error:
        text = str(error)
    wrong = {"create": "run the command again"}.get(operation, "pulumi up")
    assert wrong not in text, text
    assert operation == "create" or "Correct the arguments" not in text, text
    return text


def _row(operation: str, status: int, *says: str) -> Row:
    return Row(
        f"Bird answers {status} to a {operation}",
        ON[operation],
        (str(status), *says),
        partial(_refused, operation, status),
    )


def _taken(name: str) -> str:
    world = World()
    world.foreign(name=name)
    run = world.run()
    try:
        run.create(run.check({}, {"phone_number_id": NUMBER, "resource_mark": OWN_MARK}).inputs)
    except BirdError as error:
        return str(error)
    raise AssertionError("it was created")


KEY = ("bird:accessKey (or BIRD_ACCESS_KEY)", "CRM access key")
PLACE = ("bird:workspaceId (or BIRD_WORKSPACE_ID)", "has access to that workspace")

ROWS = (
    *(_row(each, 401, *KEY) for each in ON),
    *(_row(each, 403, "needs a role that allows", "/workspaces/*/connectors") for each in ON),
    *(_row(each, 404, *PLACE) for each in ON),
    _row("create", 422, "Correct the arguments, then run `pulumi up` again"),
    _row("create", 400, "Correct the arguments, then run `pulumi up` again"),
    _row("read", 422, "Request id"),
    _row("delete", 422, "Request id"),
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
)

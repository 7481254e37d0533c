"""Webhook subscriptions: their organization, their status, and others that are equal."""

from __future__ import annotations

import pytest

from bird_dynamic.emulator import ORGANIZATION_ID, EmulatorServer
from tests.engine.programs import bird_error, both_ways, problems, sent, summary
from tests.support.engine import Stack

CHANNEL = "11111111-2222-4333-8444-555555555555"
URL = "https://example.com/calls"
KEY = "bird:organizationId"
REASON = "Deactivated after 500 failed deliveries"


def calls(resource_name: str = "calls", url: str = URL, more: str = "") -> str:
    """Source of a webhook subscription."""
    return f"""
WebhookSubscription(
    {resource_name!r},
    service="channels",
    event="voice.inbound",
    url={url!r},
    event_filters=[{{"key": "channelId", "value": {CHANNEL!r}}}],
    {more}
)
"""


def program(*resources: str) -> str:
    return "\n".join(["import pulumi\nfrom bird_dynamic import WebhookSubscription", *resources])


def foreign(bird: EmulatorServer, url: str = URL) -> str:
    filters = [{"key": "channelId", "value": CHANNEL}]
    return str(bird.emulator.add_webhook_subscription(url=url, eventFilters=filters)["id"])


def ids(bird: EmulatorServer) -> list[str]:
    return [each["id"] for each in bird.emulator.webhook_subscriptions()]


def paths(bird: EmulatorServer) -> set[str]:
    """The first words of the paths that Bird was asked for, and forget them."""
    asked = {each["path"].split("/")[1] for each in bird.emulator.journal}
    bird.emulator.journal.clear()
    return asked


@pytest.fixture
def stack(stack: Stack) -> Stack:
    """A stack without an organization in its environment."""
    stack.environment["BIRD_ORGANIZATION_ID"] = ""
    return stack


@both_ways
@pytest.mark.parametrize("by", ["argument", "setting"])
def test_an_organization_may_come_and_go_without_a_change_in_bird(
    stack: Stack, bird: EmulatorServer, by: str
) -> None:
    with_it = f"organization_id={ORGANIZATION_ID!r}" if by == "argument" else ""

    def written(has_organization: bool) -> None:
        stack.write(program(calls(more=with_it if has_organization else "")))
        if by == "setting":
            stack.environment["BIRD_ORGANIZATION_ID"] = ORGANIZATION_ID if has_organization else ""

    written(False)
    assert summary(stack.up()) == {"+ 2 created"}
    assert paths(bird) == {"workspaces"}
    made = ids(bird)

    # In.
    written(True)
    assert stack.preview("--expect-no-changes").ok
    assert summary(stack.up()) == {"2 unchanged"}
    assert sent(bird) == []
    assert stack.preview("--refresh", "--expect-no-changes").ok

    # One that was made with it, and out again.
    assert stack.destroy().ok
    bird.emulator.journal.clear()
    assert summary(stack.up()) == {"+ 2 created"}
    assert paths(bird) == {"organizations"}
    made = ids(bird)
    written(False)
    plan = stack.preview()
    assert summary(plan) == {"~ 1 to update", "1 unchanged"}
    assert "replace" not in plan.output
    assert summary(stack.up()) == {"~ 1 updated", "1 unchanged"}
    assert sent(bird) == []
    assert stack.preview("--refresh", "--expect-no-changes").ok
    assert paths(bird) == {"workspaces"}
    assert ids(bird) == made
    assert stack.destroy().ok
    assert ids(bird) == []


@both_ways
def test_a_webhook_that_bird_switched_off_is_told_with_the_reason_and_switched_on(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(program(calls()))
    assert stack.up().ok
    (made,) = ids(bird)
    bird.emulator.change_webhook_subscription(
        made, status="inactive", statusReason=f"{REASON}\x1b[31m", updatedAt="2026-05-01T00:00:00Z"
    )
    told = f'webhook subscription "calls" ({made}): its status in Bird is inactive. Bird\'s reason'
    drift = stack.preview("--refresh", "--expect-no-changes")
    assert not drift.ok
    assert f'{told}: "{REASON}' in drift.output
    assert "\x1b[31m" not in drift.output

    refreshed = stack.refresh()
    assert refreshed.ok
    assert f'{told}: "{REASON}' in refreshed.output
    plan = stack.preview()
    assert f'{told}: "{REASON}' in plan.output
    assert summary(plan) == {"~ 1 to update", "1 unchanged"}
    assert summary(stack.up()) == {"~ 1 updated", "1 unchanged"}
    (found,) = bird.emulator.webhook_subscriptions()
    assert found["status"] == "active"
    last = stack.preview("--refresh", "--expect-no-changes")
    assert last.ok
    assert "its status in Bird" not in last.output


@both_ways
def test_an_equal_webhook_of_somebody_else_is_named_and_adopted_but_never_doubled(
    stack: Stack, bird: EmulatorServer
) -> None:
    found = foreign(bird)
    bird.emulator.change_webhook_subscription(found, template="twilio")
    stack.write(program(calls()))
    line = bird_error(stack.up())
    assert (
        f"the webhook subscription {found} (voice.inbound to https://example.com/…) already exists"
        in line
    )
    assert f'adopt="{found}"' in line
    assert ids(bird) == [found]

    # The adoption says what to write, and then it is managed.
    stack.write(program(calls(more=f"adopt={found!r}")))
    assert 'template="twilio"' in bird_error(stack.up())
    stack.write(program(calls(more=f"adopt={found!r}, template='twilio'")))
    assert summary(stack.up()) == {"+ 1 created", "1 unchanged"}
    assert ids(bird) == [found]

    # Another URL is another application's: it is created beside it.
    stack.write(
        program(calls(more="template='twilio'"), calls("others", "https://example.com/others"))
    )
    assert summary(stack.up()) == {"+ 1 created", "2 unchanged"}
    assert len(ids(bird)) == 2


@both_ways
def test_two_equal_webhooks_of_one_program_are_refused_in_the_preview(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(program(calls(), calls("again")))
    (text,) = problems(stack.preview())
    assert "again and calls of this program have the same service, event, url" in text or (
        "calls and again of this program have the same service, event, url" in text
    )
    stack.write(program(calls(), calls("again", "https://example.com/others")))
    assert summary(stack.up()) == {"+ 3 created"}


@both_ways
def test_two_equal_webhooks_that_exist_are_adopted_and_kept(
    stack: Stack, bird: EmulatorServer
) -> None:
    one, other = foreign(bird), foreign(bird)
    stack.write(program(calls(more=f"adopt={one!r}"), calls("again", more=f"adopt={other!r}")))
    assert summary(stack.up()) == {"+ 3 created"}
    stack.write(program(calls(), calls("again")))
    assert stack.preview("--refresh", "--expect-no-changes").ok
    assert ids(bird) == [one, other]


@both_ways
def test_a_webhook_is_replaced_by_an_equal_one_and_never_lost(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(program(calls(more="signing_key='a-key-of-ours'")))
    assert stack.up().ok
    (first,) = ids(bird)
    stack.write(program(calls()))
    assert summary(stack.up()) == {"+-1 replaced", "1 unchanged"}
    (second,) = ids(bird)
    assert second != first

    # A forced one is refused, and nothing is lost, unless the old one may go first.
    (urn,) = [each["urn"] for each in stack.resources()]
    assert "delete_before_replace=True" in bird_error(stack.up("--replace", urn))
    assert ids(bird) == [second]
    stack.write(program(calls(more="opts=pulumi.ResourceOptions(delete_before_replace=True)")))
    assert summary(stack.up("--replace", urn)) == {"+-1 replaced", "1 unchanged"}
    (third,) = ids(bird)
    assert third != second
    assert stack.preview("--refresh", "--expect-no-changes").ok


@both_ways
def test_the_five_webhooks_that_fill_birds_limit_are_named(
    stack: Stack, bird: EmulatorServer
) -> None:
    found = [foreign(bird, f"https://example.com/{place}") for place in range(5)]
    stack.write(program(calls()))
    line = bird_error(stack.up())
    assert "Bird answered 422" in line
    assert "Bird allows only 5 webhook subscriptions" in line
    for each in found:
        assert f"{each} (voice.inbound to https://example.com/…)" in line
    stack.write(program(calls(url="https://example.com/3", more=f"adopt={found[3]!r}")))
    assert summary(stack.up()) == {"+ 1 created", "1 unchanged"}
    assert ids(bird) == found


@both_ways
def test_what_bird_can_change_of_a_webhook_is_changed_in_place(
    stack: Stack, bird: EmulatorServer
) -> None:
    stack.write(program(calls()))
    assert stack.up().ok
    made = ids(bird)
    for url, more in (
        ("https://example.com/b", ""),
        ("https://example.com/b", "signing_key='a-key-of-ours'"),
        ("https://example.com/b", "signing_key='a-key-of-ours', status='inactive'"),
        (URL, "signing_key='another-key', template='twilio'"),
    ):
        stack.write(program(calls(url=url, more=more)))
        sent(bird)
        assert summary(stack.up()) == {"~ 1 updated", "1 unchanged"}
        # Before a change of the URL, others that have it are looked for.
        assert sent(bird)[-1] == "update_webhook_subscription"
    assert ids(bird) == made
    (found,) = bird.emulator.webhook_subscriptions()
    assert (found["url"], found["template"], found["status"]) == (URL, "twilio", "active")
    assert stack.preview("--refresh", "--expect-no-changes").ok


OTHERS = "https://example.com/others"


@both_ways
def test_a_url_that_another_webhook_has_is_refused_with_nothing_changed(
    stack: Stack, bird: EmulatorServer
) -> None:
    found = foreign(bird)
    stack.write(program(calls(url=OTHERS)))
    assert stack.up().ok
    stack.write(program(calls()))
    sent(bird)
    line = bird_error(stack.up())
    assert f"the webhook subscription {found}" in line
    assert "already has the same service, event, url and event_filters" in line
    assert "update_webhook_subscription" not in sent(bird)
    urls = [each["url"] for each in bird.emulator.webhook_subscriptions()]
    assert sorted(urls) == [URL, OTHERS]


@both_ways
def test_a_webhook_equal_to_one_that_was_adopted_before_is_refused_in_the_preview(
    stack: Stack, bird: EmulatorServer
) -> None:
    found = foreign(bird)
    adopting = calls(more=f"adopt={found!r}")
    stack.write(program(adopting))
    assert stack.up().ok
    stack.write(program(adopting, calls("again")))
    (text,) = problems(stack.preview())
    assert "send each event twice" in text
    assert not stack.up().ok
    assert ids(bird) == [found]


def test_two_equal_webhooks_of_both_ways_in_are_not_made(
    stack: Stack, bird: EmulatorServer
) -> None:
    def native(name: str, url: str, more: str) -> str:
        return calls(name, url, more).replace("Webhook", "native.Webhook", 1)

    stack.write(
        program(
            "from bird_dynamic import native",
            native("first", OTHERS, ""),
            calls().replace("\nW", "\nmade = W", 1),
            native("again", URL, "opts=pulumi.ResourceOptions(depends_on=[made])"),
        )
    )
    line = bird_error(stack.up())
    assert "another resource of this stack manages the webhook subscription" in line
    assert sorted(each["url"] for each in bird.emulator.webhook_subscriptions()) == [URL, OTHERS]


@both_ways
def test_a_webhook_that_a_trigger_replaces_is_made_anew_and_others_are_told(
    stack: Stack, bird: EmulatorServer
) -> None:
    def written(trigger: str) -> None:
        option = f"replacement_trigger={trigger!r}"
        stack.write(program(calls(more=f"opts=pulumi.ResourceOptions({option})")))

    written("one")
    assert stack.up().ok
    (first,) = ids(bird)
    written("two")
    done = stack.up()
    assert summary(done) == {"+-1 replaced", "1 unchanged"}
    assert "are equal to this resource" not in done.output
    (second,) = ids(bird)
    assert second != first

    theirs = foreign(bird)
    written("three")
    done = stack.up()
    assert summary(done) == {"+-1 replaced", "1 unchanged"}
    assert "2 webhook subscriptions are equal to this resource" in done.output
    assert len(ids(bird)) == 2
    assert second not in ids(bird)
    assert theirs in ids(bird)


@both_ways
def test_two_webhooks_exchange_their_urls(stack: Stack, bird: EmulatorServer) -> None:
    stack.write(program(calls(), calls("others", OTHERS)))
    assert stack.up().ok
    before = {each["id"]: each["url"] for each in bird.emulator.webhook_subscriptions()}
    stack.write(program(calls(url=OTHERS), calls("others")))
    assert summary(stack.up()) == {"~ 2 updated", "1 unchanged"}
    after = {each["id"]: each["url"] for each in bird.emulator.webhook_subscriptions()}
    assert after.keys() == before.keys()
    assert all(after[each] != before[each] for each in after)
    assert stack.preview("--refresh", "--expect-no-changes").ok

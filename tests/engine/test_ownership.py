"""Whose connector is it: what the engine does besides create, update and delete, and what must come
of it. One table of situations, each through the dynamic provider and through the plugin.

After every step of every situation: what a state has is in Bird, nothing is in two states unless
the user put it there, and what no state has was named in a message or is somebody else's.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.emulator import EmulatorServer, Fault, Options
from tests.engine.programs import (
    HEAD,
    NUMBER,
    OTHER_NUMBER,
    THIRD_NUMBER,
    foreign,
    summary,
    vanish,
)
from tests.engine.test_interrupted import interrupt
from tests.support.engine import Run, Stack

BOTH = ("dynamic", "plugin")
WEBHOOK = """
from bird_dynamic import WebhookSubscription
WebhookSubscription(
    "hook", service="channels", event="voice.inbound", url="https://example.com/calls", opts={opts}
)
"""


def line(
    resource_name: str = "a", *, number: str = NUMBER, opts: str = "None", **inputs: Any
) -> str:
    """Source of a voice channel."""
    given = "".join(f", {name}={value!r}" for name, value in inputs.items())
    return (
        f"{resource_name} = VoiceChannel({resource_name!r}, phone_number_id={number!r}{given}, "
        f"opts={opts})\n"
    )


def options(**given: str) -> str:
    """Source of resource options."""
    return f"pulumi.ResourceOptions({', '.join(f'{name}={text}' for name, text in given.items())})"


class Stage:
    """A stack of one of the two ways, its Bird, and what was said."""

    def __init__(self, stack: Stack, bird: EmulatorServer) -> None:
        self.stack = stack
        self.bird = bird
        self.stacks = [stack]
        self.said: list[str] = []
        self.left_alone: set[str] = set()
        """Ids that somebody else has, or that the user wants to be kept."""

    @property
    def way(self) -> str:
        return self.stack.way

    def write(self, *parts: str, stack: Stack | None = None) -> None:
        (stack or self.stack).write(HEAD + "".join(parts))

    def another_stack(self, folder: str, name: str) -> Stack:
        """Another stack of the same project; in the same folder it has the same backend."""
        other = Stack(self.stack.folder.parent / folder, self.bird.url, name, self.way)
        other.environment = dict(self.stack.environment)
        other.init()
        self.stacks.append(other)
        return other

    def run(self, *arguments: str, stack: Stack | None = None) -> Run:
        done = (stack or self.stack).run(*arguments)
        self.said.append(done.output)
        return done

    def up(self, *flags: str, stack: Stack | None = None) -> Run:
        return self.run("up", "--yes", "--skip-preview", *flags, stack=stack)

    def ok(self, *flags: str, stack: Stack | None = None) -> Run:
        """An `up` that must succeed."""
        done = self.up(*flags, stack=stack)
        assert done.ok, done.output
        self.check()
        return done

    def refused(self, *says: str, flags: tuple[str, ...] = (), stack: Stack | None = None) -> Run:
        """An `up` that must fail, say so, and lose nothing."""
        before = self.ids()
        done = self.up(*flags, stack=stack)
        assert not done.ok, done.output
        for each in says:
            assert each in done.output, done.output
        assert not re.search(r'File "[^"]*bird_dynamic', done.output), done.output
        assert self.ids() == before
        self.check()
        return done

    def urn(self, name: str = "a", stack: Stack | None = None) -> str:
        (found,) = [
            each["urn"]
            for each in (stack or self.stack).resources()
            if each["urn"].endswith(f"::{name}") and not each.get("delete")
        ]
        return str(found)

    def ids(self) -> list[str]:
        return sorted(each["id"] for each in self.bird.emulator.connectors())

    def id_of(self, name: str = "a", stack: Stack | None = None) -> str:
        (found,) = [
            str(each["id"])
            for each in (stack or self.stack).resources()
            if each["urn"].endswith(f"::{name}") and not each.get("delete")
        ]
        return found

    def posts(self) -> int:
        return [each["operation"] for each in self.bird.emulator.journal].count("create_connector")

    def check(self, *, shared: bool = False) -> None:
        held = [
            str(each["id"])
            for stack in self.stacks
            for each in stack.resources()
            if "WebhookSubscription" not in each["type"] and not each.get("external")
        ]
        there = set(self.ids())
        assert set(held) <= there, "a state has what Bird no longer has"
        assert shared or len(held) == len(set(held)), "two resources have one connector"
        for each in there - set(held) - self.left_alone:
            assert any(each in text for text in self.said), f"nobody knows of {each}"

    def converges(self, stack: Stack | None = None) -> None:
        """The next `up` has nothing to do."""
        done = self.up("--expect-no-changes", stack=stack)
        assert done.ok, done.output

    def destroys_all(self, *flags: str) -> None:
        """`destroy` removes what the state has, and nothing else."""
        done = self.run("destroy", "--yes", "--skip-preview", *flags)
        assert done.ok, done.output
        assert set(self.ids()) == self.left_alone


Situation = Callable[[Stage], None]
SITUATIONS: list[tuple[str, str, Situation]] = []


def situation(*ways: str) -> Callable[[Situation], Situation]:
    """A row of the table, for those ways in; for both where none is said."""

    def add(function: Situation) -> Situation:
        for way in ways or BOTH:
            SITUATIONS.append((function.__name__, way, function))
        return function

    return add


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "what_happens" in metafunc.fixturenames:
        metafunc.parametrize(
            ("way", "what_happens"),
            [(way, function) for _, way, function in SITUATIONS],
            ids=[f"{name}-{way}" for name, way, _ in SITUATIONS],
        )


def test_no_line_is_lost(what_happens: Situation, stack: Stack, bird: EmulatorServer) -> None:
    what_happens(Stage(stack, bird))


def test_the_table_is_long_enough() -> None:
    assert len({name for name, _, _ in SITUATIONS}) >= 30


# Replacements that the engine decides alone: it asks no Diff, and creates before it deletes.


def _forced(stage: Stage, *flags: str) -> None:
    """A replacement of `a` was forced: it is refused, or there is a new connector."""
    old = stage.id_of()
    done = stage.up(*flags)
    stage.check()
    if done.ok:
        assert stage.id_of() != old
        assert stage.ids() == [stage.id_of()]
    else:
        assert "delete_before_replace=True" in done.output, done.output
        assert stage.ids() == [old]


@situation()
def replaced_by_a_flag(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    _forced(stage, "--replace", stage.urn())
    _forced(stage, "--refresh", "--replace", stage.urn())
    stage.converges()


@situation()
def replaced_by_a_flag_for_one_target(stage: Stage) -> None:
    stage.write(line(), line("b", number=OTHER_NUMBER))
    stage.ok()
    stage.left_alone.add(stage.id_of("b"))
    stage.refused("delete_before_replace=True", flags=("--target-replace", stage.urn()))
    stage.converges()


@situation()
def tainted(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    assert stage.run("state", "taint", stage.urn(), "--yes").ok
    _forced(stage)
    # The way on that the message tells.
    old = stage.id_of()
    stage.write(line(opts=options(delete_before_replace="True")))
    stage.ok()
    assert stage.ids() == [stage.id_of()] != [old]
    stage.converges()


@situation()
def replaced_by_a_trigger(stage: Stage) -> None:
    stage.write(line(opts=options(replacement_trigger='"one"')))
    stage.ok()
    stage.write(line(opts=options(replacement_trigger='"two"')))
    _forced(stage)
    stage.write(line(opts=options(replacement_trigger='"two"', delete_before_replace="True")))
    stage.ok()
    stage.converges()


@situation()
def replaced_with_another_resource(stage: Stage) -> None:
    def program(number: str) -> None:
        stage.write(line("b", number=number), line(opts=options(replace_with="[b]")))

    program(OTHER_NUMBER)
    stage.ok()
    stage.left_alone.add(stage.id_of("b"))
    old = stage.id_of()
    program(THIRD_NUMBER)
    done = stage.up()
    assert old in stage.ids() or done.ok, done.output
    stage.left_alone.add(stage.id_of("b"))
    stage.check()


@situation()
def replaced_by_force_and_deleted_first(stage: Stage) -> None:
    stage.write(line(opts=options(delete_before_replace="True")))
    stage.ok()
    old = stage.id_of()
    stage.ok("--replace", stage.urn())
    assert stage.ids() == [stage.id_of()] != [old]
    old = stage.id_of()
    stage.ok("--refresh", "--replace", stage.urn())
    assert stage.ids() == [stage.id_of()] != [old]
    stage.converges()
    stage.destroys_all("--refresh")


@situation()
def replaced_by_force_with_a_name_of_the_programs(stage: Stage) -> None:
    stage.write(line(name="Support"))
    stage.ok()
    _forced(stage, "--replace", stage.urn())
    stage.converges()


@situation()
def replaced_by_force_while_it_adopts(stage: Stage) -> None:
    existing = foreign(stage.bird, name="Support")["id"]
    stage.write(line(adopt=existing))
    stage.ok()
    stage.up("--replace", stage.urn())
    stage.check()
    assert existing in stage.ids()
    stage.converges()


@situation()
def replaced_by_a_trigger_while_it_adopts(stage: Stage) -> None:
    existing = foreign(stage.bird, name="Support")["id"]
    stage.write(line(adopt=existing, opts=options(replacement_trigger='"one"')))
    stage.ok()
    stage.write(line(adopt=existing, opts=options(replacement_trigger='"two"')))
    stage.refused("delete_before_replace=True")
    assert stage.ids() == [existing]


@situation()
def replaced_by_force_in_a_bird_that_allows_two_on_a_number(stage: Stage) -> None:
    stage.bird.emulator.options = Options(allow_duplicates=True)
    stage.write(line(opts=options(replacement_trigger='"one"')))
    stage.ok()
    stage.write(line(opts=options(replacement_trigger='"two"')))
    _forced(stage)
    _forced(stage, "--replace", stage.urn())
    stage.converges()


@situation()
def a_webhook_subscription_replaced_by_force(stage: Stage) -> None:
    stage.stack.write("import pulumi" + WEBHOOK.format(opts="None"))
    stage.ok()
    (old,) = stage.bird.emulator.webhook_subscriptions()
    done = stage.up("--replace", stage.urn("hook"))
    (kept,) = stage.bird.emulator.webhook_subscriptions()
    assert not done.ok, done.output
    assert kept == old
    dbr = options(delete_before_replace="True")
    stage.stack.write("import pulumi" + WEBHOOK.format(opts=dbr))
    assert stage.up("--replace", stage.urn("hook")).ok
    (new,) = stage.bird.emulator.webhook_subscriptions()
    assert new["id"] == stage.id_of("hook") != old["id"]


# Stacks, states and names that move.


@situation()
def a_renamed_stack_and_its_old_name_used_again(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    production = stage.id_of()
    assert stage.run("stack", "rename", "prod").ok
    stage.stack.name = "prod"
    stage.converges()
    dev = stage.another_stack("project", "test")
    stage.write(line())
    stage.refused(production, f'adopt="{production}"', "BIRD_TAKE_OVER", stack=dev)
    assert stage.run("destroy", "--yes", "--skip-preview", stack=dev).ok
    stage.check()
    assert stage.ids() == [production]
    stage.converges()


@situation()
def a_renamed_stack_in_a_bird_that_allows_two_on_a_number(stage: Stage) -> None:
    stage.bird.emulator.options = Options(allow_duplicates=True)
    a_renamed_stack_and_its_old_name_used_again(stage)


@situation()
def a_state_that_moved_to_another_stack(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    moved = stage.id_of()
    other = stage.another_stack("project", "other")
    done = stage.stack.run(
        "state", "move", "--source", "test", "--dest", "other", "--yes", stage.urn()
    )
    assert done.ok, done.output
    stage.check()
    stage.refused(moved)
    stage.converges(stack=other)
    stage.run("destroy", "--yes", "--skip-preview")
    assert stage.ids() == [moved]


@situation()
def an_old_name_used_again_after_an_alias(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    kept = stage.id_of()
    renamed = line("b", opts=options(aliases='[pulumi.Alias(name="a")]'))
    stage.write(renamed)
    stage.ok()
    assert stage.id_of("b") == kept
    # On another number it is a resource of its own; on the same one it is told.
    stage.write(renamed, line(number=OTHER_NUMBER))
    done = stage.ok()
    assert "is left alone" not in done.output, "the program has it"
    assert stage.id_of("b") == kept != stage.id_of()
    stage.write(line(number=OTHER_NUMBER))
    stage.ok()
    assert stage.ids() == [stage.id_of()]


@situation()
def an_old_name_used_again_on_the_same_number(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    kept = stage.id_of()
    stage.write(line(), line("b", opts=options(aliases='[pulumi.Alias(name="a")]')))
    stage.up()
    assert stage.ids() == [kept]
    stage.write(line("b", opts=options(aliases='[pulumi.Alias(name="a")]')))
    stage.ok()
    assert stage.id_of("b") == kept


@situation()
def two_new_resources_on_one_number(stage: Stage) -> None:
    stage.write(line(), line("b"))
    preview = stage.run("preview")
    assert not preview.ok
    assert "of this program have the same phone number" in preview.output, preview.output
    stage.write(line(), line("b", number=OTHER_NUMBER))
    stage.ok()
    # An exchange is no conflict of the program.
    stage.write(line(number=OTHER_NUMBER), line("b"))
    assert "of this program" not in stage.run("preview").output


@situation()
def two_resources_that_exchange_their_numbers(stage: Stage) -> None:
    stage.write(line(), line("b", number=OTHER_NUMBER))
    stage.ok()
    before = stage.posts()
    stage.write(line(number=OTHER_NUMBER), line("b"))
    said = stage.refused().output
    # Whichever is created before the engine has shown the other one's connector says less.
    assert "if two resources exchange" in said or "already exists and conflicts" in said, said
    # It was not tried until the timeout.
    assert stage.posts() - before <= 6
    first = options(delete_before_replace="True")
    stage.write(line(number=OTHER_NUMBER, opts=first), line("b", opts=first))
    stage.ok()
    stage.converges()


@situation()
def a_resource_renamed_without_an_alias(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    kept = stage.id_of()
    stage.write(line("b"))
    stage.refused(kept, 'aliases=[pulumi.Alias(name="a")]')
    stage.write(line("b", opts=options(aliases='[pulumi.Alias(name="a")]')))
    stage.ok()
    assert stage.id_of("b") == kept
    stage.converges()


@situation()
def replaced_by_force_after_it_was_renamed(stage: Stage) -> None:
    """Its connector bears the old mark."""
    stage.write(line())
    stage.ok()
    alias = '[pulumi.Alias(name="a")]'
    stage.write(line("b", opts=options(aliases=alias)))
    stage.ok()
    kept = stage.id_of("b")
    stage.refused(kept, "delete_before_replace=True", flags=("--replace", stage.urn("b")))
    stage.write(line("b", opts=options(aliases=alias, delete_before_replace="True")))
    stage.ok("--replace", stage.urn("b"))
    assert stage.ids() == [stage.id_of("b")] != [kept]


@situation()
def a_resource_renamed_in_the_state_alone(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    kept = stage.id_of()
    assert stage.run("state", "rename", stage.urn(), "b", "--yes").ok
    stage.write(line("b"))
    stage.ok()
    assert stage.id_of("b") == kept
    stage.write(line("b", number=OTHER_NUMBER))
    stage.ok("--refresh")
    assert stage.ids() == [stage.id_of("b")] != [kept]


@situation()
def a_resource_renamed_refreshed_and_replaced_in_one_command(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    old = stage.id_of()
    stage.write(line("b", number=OTHER_NUMBER, opts=options(aliases='[pulumi.Alias(name="a")]')))
    stage.ok("--refresh")
    assert stage.ids() == [stage.id_of("b")] != [old]
    stage.converges()


@situation()
def a_state_of_the_same_name_elsewhere(stage: Stage) -> None:
    """Two people with a backend of their own, and one workspace."""
    stage.write(line())
    stage.ok()
    theirs = stage.id_of()
    other = stage.another_stack("elsewhere", "test")
    stage.write(line(), stack=other)
    stage.refused(theirs, "BIRD_TAKE_OVER=marked (bird:takeOver)", stack=other)
    stage.converges()


@situation()
def a_lost_state(stage: Stage) -> None:
    stage.write(line(), line("b", number=OTHER_NUMBER))
    stage.ok()
    before = stage.ids()
    assert stage.run("stack", "rm", "--force", "--yes", "--preserve-config").ok
    stage.stack.init()
    stage.left_alone |= set(before)
    stage.refused("BIRD_TAKE_OVER=marked (bird:takeOver)")
    stage.stack.config("bird:takeOver", "marked")
    done = stage.ok()
    assert stage.ids() == before == sorted([stage.id_of("a"), stage.id_of("b")])
    for each in before:
        assert re.search(rf"{each} \(name: [^)]+\) is taken over", done.output), done.output
    assert stage.run("config", "rm", "bird:takeOver").ok
    stage.ok()
    stage.converges()
    stage.left_alone.clear()
    stage.destroys_all()


@situation()
def a_resource_deleted_from_the_state_and_adopted_again(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    kept = stage.id_of()
    assert stage.run("state", "delete", stage.urn(), "--yes").ok
    stage.refused(f'adopt="{kept}"')
    stage.write(line(adopt=kept))
    stage.ok()
    stage.write(line())
    stage.converges()
    stage.destroys_all()


# After a kill.


def _killed(stage: Stage, others: Collection[str] = ()) -> str:
    """A create whose processes were killed when Bird had done it; the connector's id."""
    hang = Fault("hang", operation="create_connector", applied=True, seconds=60)
    interrupt(stage.stack, stage.bird, hang)
    stage.run("cancel", "--yes")
    (left,) = set(stage.ids()) - set(others)
    return left


@situation()
def killed_and_adopted_in_a_renamed_stack(stage: Stage) -> None:
    stage.write(line())
    left = _killed(stage)
    assert stage.run("stack", "rename", "prod").ok
    stage.stack.name = "prod"
    stage.refused(f'adopt="{left}"')
    stage.write(line(adopt=left))
    stage.ok()
    stage.write(line())
    stage.converges()
    dev = stage.another_stack("project", "test")
    stage.refused(left, stack=dev)
    assert stage.run("destroy", "--yes", "--skip-preview", stack=dev).ok
    assert stage.ids() == [left]


@situation()
def killed_and_run_in_another_checkout_of_the_same_stack(stage: Stage) -> None:
    stage.stack.environment["BIRD_STATE_DIR"] = str(stage.stack.folder.parent / "records of both")
    stage.write(line())
    left = _killed(stage)
    other = stage.another_stack("elsewhere", "test")
    stage.write(line(), stack=other)
    stage.refused(left, stack=other)
    stage.ok()
    assert stage.id_of() == left


@situation()
def killed_while_it_was_replaced_and_run_on_another_machine(stage: Stage) -> None:
    stage.bird.emulator.options = Options(allow_duplicates=True)
    stage.write(line())
    stage.ok()
    old = stage.id_of()
    stage.write(line(number=OTHER_NUMBER))
    left = _killed(stage, [old])
    stage.stack.environment["BIRD_STATE_DIR"] = str(stage.stack.folder / "another machine")
    stage.refused(f'adopt="{left}"')
    assert stage.ids() == sorted([old, left])
    stage.stack.environment["BIRD_TAKE_OVER"] = "marked"
    stage.ok()
    assert stage.ids() == [left] == [stage.id_of()]


@situation()
def killed_with_a_name_of_the_programs_and_changed(stage: Stage) -> None:
    stage.write(line(name="Support"))
    left = _killed(stage)
    stage.write(line(name="Support", number=OTHER_NUMBER))
    done = stage.ok()
    assert re.search(rf"{left} .*an interrupted create", done.output), done.output


@situation("plugin")
def moved_back_and_adopted_without_a_folder_for_records(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    kept = stage.id_of()
    name = stage.stack.resources()[0]["outputs"]["name"]
    file = stage.stack.folder / "a file"
    file.write_text("")
    stage.stack.environment["BIRD_STATE_DIR"] = str(file)
    stage.stack.way = "dynamic"
    stage.write(line("other", adopt=kept, name=name))
    done = stage.ok()
    assert f"{kept}: kept" in done.output, done.output
    assert stage.ids() == [kept]


# Two resources for one connector.


@situation()
def adopted_while_its_holder_is_shown_afterwards(stage: Stage) -> None:
    stage.write(line("b"))
    stage.ok()
    kept = stage.id_of("b")
    name = stage.stack.resources()[0]["outputs"]["name"]
    adopting = line(adopt=kept, name=name)
    stage.write(adopting, line("b"))
    preview = stage.run("preview")
    assert not preview.ok, "told before anything is done"
    assert "another resource of" in preview.output, preview.output
    stage.up()
    assert stage.ids() == [kept]
    stage.write(line("b"))
    stage.up()
    assert stage.ids() == [kept]
    stage.check()
    stage.converges()


@situation()
def adopted_with_a_target_while_its_holder_is_not_shown(stage: Stage) -> None:
    stage.write(line("b"))
    stage.ok()
    kept = stage.id_of("b")
    name = stage.stack.resources()[0]["outputs"]["name"]
    stage.write(line("b"), line(adopt=kept, name=name))
    stage.up("--target", stage.urn("b").removesuffix("b") + "a")
    assert stage.ids() == [kept]
    done = stage.up()
    assert "is in the state of two resources" in done.output, done.output
    # The way on that the message tells.
    stage.write(line("b"))
    done = stage.ok()
    assert f"{kept}: kept" in done.output, done.output
    stage.converges()


@situation()
def adopted_after_its_holder_by_a_dependency(stage: Stage) -> None:
    stage.write(line("b"))
    stage.ok()
    kept = stage.id_of("b")
    name = stage.stack.resources()[0]["outputs"]["name"]
    stage.write(line("b"), line(adopt=kept, name=name, opts=options(depends_on="[b]")))
    done = stage.up()
    assert not done.ok
    assert "another resource of this stack manages" in done.output, done.output
    stage.check()
    stage.write(line("b"))
    stage.converges()


@situation("plugin")
def imported_twice(stage: Stage) -> None:
    existing = foreign(stage.bird, name="Support")["id"]
    stage.left_alone.add(existing)
    stage.write()
    for name in ("a", "b"):
        done = stage.run(
            "import",
            "bird:index:VoiceChannel",
            name,
            existing,
            "--yes",
            "--generate-code=false",
            "--protect=false",
        )
        assert done.ok, done.output
    stage.write(line("b", name="Support"))
    done = stage.up()
    assert done.ok, done.output
    assert f"{existing}: kept" in done.output, done.output
    stage.check()
    stage.converges()
    stage.left_alone.clear()
    stage.destroys_all()


@situation()
def handed_from_one_resource_to_another(stage: Stage) -> None:
    stage.write(line("b"))
    stage.ok()
    kept = stage.id_of("b")
    name = stage.stack.resources()[0]["outputs"]["name"]
    stage.write(line(adopt=kept, name=name))
    done = stage.ok()
    assert f"{kept}: kept" in done.output, done.output
    assert stage.id_of("a") == kept
    stage.destroys_all()


@situation()
def only_read_after_it_was_managed(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    kept = stage.id_of()
    stage.left_alone.add(kept)
    for spelled in (kept, kept.upper(), f"b17d0000-0000-4000-8000-000000000001/{kept.upper()}"):
        stage.write(f'VoiceChannel.get("a", {spelled!r})\n')
        stage.ok()
        assert stage.ids() == [kept]
    stage.destroys_all()


@situation()
def only_read_in_capitals_at_once(stage: Stage) -> None:
    stage.write(line(), 'pulumi.export("upper", a.connector_id.apply(str.upper))\n')
    stage.ok()
    kept = stage.id_of()
    stage.left_alone.add(kept)
    stage.write(f'VoiceChannel.get("a", pulumi.Output.from_input({kept.upper()!r}))\n')
    stage.ok()
    assert stage.ids() == [kept]
    stage.destroys_all()


@situation()
def only_read_under_another_name(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    kept = stage.id_of()
    stage.left_alone.add(kept)
    stage.write(f'VoiceChannel.get("reader", {kept!r})\n')
    done = stage.ok()
    assert f"{kept}: kept" in done.output, done.output
    stage.destroys_all()


# The two ways in.


def _moves(stage: Stage, ways: tuple[str, ...]) -> None:
    extra = 'VoiceChannel("c", phone_number_id=%r, name="C", invitation_token="canary")\n'
    program = line() + extra % OTHER_NUMBER + WEBHOOK.format(opts="None")
    outputs = 'pulumi.export("n", a.number.apply(lambda number: number["phone_number"]))\n'
    stage.write(program, outputs, 'pulumi.export("channel", a.channel_id)\n')
    stage.ok()
    before, shown = stage.bird.emulator.connectors(), stage.stack.outputs()
    for way in ways:
        stage.bird.emulator.journal.clear()
        stage.stack.way = way
        stage.write(program, outputs, 'pulumi.export("channel", a.channel_id)\n')
        preview = stage.run("preview")
        assert summary(preview) == {"~ 3 to update", "1 unchanged"}, preview.output
        assert summary(stage.ok()) == {"~ 3 updated", "1 unchanged"}
        assert list(stage.bird.emulator.journal) == []
        assert stage.bird.emulator.connectors() == before
        assert stage.stack.outputs() == shown
        assert "canary" not in stage.stack.export()
        stage.converges()
    refreshed = stage.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert refreshed.ok, refreshed.output


@situation("dynamic")
def moved_to_the_plugin_and_back(stage: Stage) -> None:
    _moves(stage, ("plugin", "dynamic"))
    stage.write(line(number=THIRD_NUMBER))
    stage.ok()
    assert stage.ids() == [stage.id_of()]
    stage.destroys_all()


@situation("plugin")
def moved_to_the_dynamic_provider_and_back(stage: Stage) -> None:
    _moves(stage, ("dynamic", "plugin"))
    stage.destroys_all()


@situation("plugin")
def moved_back_and_adopted_in_one_command(stage: Stage) -> None:
    """Without the alias: another process adopts it, and this one is asked to delete it."""
    stage.write(line())
    stage.ok()
    kept = stage.id_of()
    name = stage.stack.resources()[0]["outputs"]["name"]
    stage.stack.way = "dynamic"
    stage.write(line("other", adopt=kept, name=name))
    done = stage.ok()
    assert f"{kept}: kept" in done.output, done.output
    assert stage.id_of("other") == kept
    stage.destroys_all()


@situation("plugin")
def another_provider_of_the_same_account(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    provider = (
        "from bird_dynamic.native import Provider\n"
        'eu = Provider("eu", access_key="fake-access-key-for-the-emulator", '
        f'workspace_id="b17d0000-0000-4000-8000-000000000001", api_url={stage.bird.url!r})\n'
    )
    before = stage.ids()
    stage.write(provider, line(opts=options(provider="eu")))
    stage.ok()
    assert stage.ids() == [stage.id_of()] == before
    stage.converges()


# Other options of Pulumi's.


@situation()
def retained_three_times(stage: Stage) -> None:
    keep = options(retain_on_delete="True")
    for number in (NUMBER, OTHER_NUMBER, THIRD_NUMBER):
        stage.write(line(number=number, opts=keep))
        done = stage.ok()
        stage.left_alone.add(stage.id_of())
    assert len(stage.ids()) == 3
    assert "has this resource's mark: it was retained" in done.output
    stage.converges()


@situation()
def created_before_it_is_deleted(stage: Stage) -> None:
    first = options(delete_before_replace="False")
    stage.write(line(opts=first))
    stage.ok()
    old = stage.id_of()
    stage.write(line(number=OTHER_NUMBER, opts=first))
    stage.ok()
    assert stage.ids() == [stage.id_of()] != [old]
    stage.write(line(number=OTHER_NUMBER, name="Support", opts=first))
    stage.refused(stage.id_of())
    stage.write(line(number=OTHER_NUMBER, name="Support"))
    stage.ok()
    assert stage.ids() == [stage.id_of()]


@situation("plugin")
def replaced_on_a_change_that_is_made_in_place(stage: Stage) -> None:
    on = options(replace_on_changes='["channel_conversational_status_enabled"]')
    stage.write(line(channel_conversational_status_enabled=False, opts=on))
    stage.ok()
    old = stage.id_of()
    stage.write(line(channel_conversational_status_enabled=True, opts=on))
    stage.ok()
    assert stage.ids() == [stage.id_of()] != [old]
    stage.converges()


@situation("dynamic")
def options_that_do_not_reach_a_dynamic_provider(stage: Stage) -> None:
    existing = foreign(stage.bird, name="Support")["id"]
    stage.left_alone.add(existing)
    europe = 'from bird_dynamic.native import Provider\neu = Provider("eu", access_key="k")\n'
    inside = (
        'desk = pulumi.ComponentResource("x:index:Desk", "desk", None, '
        "pulumi.ResourceOptions(providers=[eu]))\n"
    )
    for before, opts, says in (
        ("", options(import_=repr(existing)), "import_ is not passed to dynamic providers"),
        (europe, options(provider="eu"), "pass the argument profile to use another account"),
        (
            europe + inside,
            options(parent="desk"),
            "pass the argument profile to use another account",
        ),
        ("", options(custom_timeouts='pulumi.CustomTimeouts(update="1s")'), "custom_timeouts"),
        ("", options(custom_timeouts='pulumi.CustomTimeouts(create="soon")'), "custom_timeouts"),
        ("", options(replace_on_changes='["*"]'), "replace_on_changes is not passed to"),
    ):
        stage.write(before, line(number=OTHER_NUMBER, opts=opts))
        done = stage.refused(says)
        assert not done.crashed, done.output


@situation()
def custom_timeouts(stage: Stage) -> None:
    stage.bird.emulator.options = Options(channel_after=10**6)
    timeouts = 'pulumi.CustomTimeouts(create="1s500ms")'
    stage.write(line(opts=options(custom_timeouts=timeouts)))
    done = stage.up()
    assert "Bird created no channel within 2 s" in done.output, done.output
    stage.check()
    stage.bird.emulator.options = Options(channel_after=0)
    stage.ok()


@situation("plugin")
def imported_by_option_without_a_name(stage: Stage) -> None:
    existing = foreign(stage.bird, name="Made by hand")["id"]
    stage.write(line(opts=options(import_=repr(existing))))
    stage.ok()
    assert stage.ids() == [stage.id_of()] == [existing]
    stage.write(line())
    stage.converges()
    assert stage.ids() == [existing]
    stage.destroys_all("--refresh")


@situation("plugin")
def imported_by_an_id_that_is_none(stage: Stage) -> None:
    stage.write()
    for wrong in ("..", "../..", "x/..", "%2e%2e", "4711"):
        flags = ("--yes", "--generate-code=false")
        done = stage.run("import", "bird:index:Connector", "x", wrong, *flags)
        assert not done.ok, done.output
        assert "is not an id. Write CONNECTOR_ID or " in done.output, done.output
    assert stage.stack.resources() == []
    assert {each["method"] for each in stage.bird.emulator.journal} == set()


@situation()
def a_state_with_an_id_that_is_none(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    kept = stage.id_of()
    stage.left_alone.add(kept)
    _edit(stage, lambda text: text.replace(f'"id": "{kept}"', '"id": ".."'))
    done = stage.run("destroy", "--yes", "--skip-preview")
    assert not done.ok, done.output
    assert "is not a UUID" in done.output, done.output
    assert stage.ids() == [kept]


@situation()
def a_state_with_an_id_in_capitals(stage: Stage) -> None:
    stage.write(line())
    stage.ok()
    kept = stage.id_of()
    _edit(stage, lambda text: text.replace(f'"id": "{kept}"', f'"id": "{kept.upper()}"'))
    done = stage.up("--expect-no-changes")
    assert done.ok, done.output
    assert stage.run("destroy", "--yes", "--skip-preview").ok
    assert stage.ids() == []


def _edit(stage: Stage, change: Callable[[str], str]) -> None:
    file = stage.stack.folder / "edited.json"
    file.write_text(change(stage.stack.export()))
    done = stage.stack.run("stack", "import", "--file", str(file))
    assert done.ok, done.output


@situation()
def gone_in_bird_and_refreshed_within_up(stage: Stage) -> None:
    stage.write(line(), line("b", number=OTHER_NUMBER))
    stage.ok()
    gone = stage.id_of()
    vanish(stage.bird, gone)
    stage.ok("--refresh")
    assert gone not in stage.ids()
    assert len(stage.ids()) == 2
    stage.converges()


@situation()
def replaced_and_the_create_fails(stage: Stage) -> None:
    """The old one goes only once the new one is there. Where it has to go first, the state has it
    no longer, and the next `up` creates."""
    stage.write(line())
    stage.ok()
    kept = stage.id_of()
    stage.write(line(number="11111111-2222-4333-8444-555555555555"))
    stage.refused("phone_number_id")
    assert stage.ids() == [kept]
    stage.write(line())
    stage.converges()
    stage.write(line(name="Support"))
    stage.bird.emulator.faults = (Fault("status", "create_connector", status=422),)
    assert not stage.up().ok
    assert stage.ids() == []
    stage.ok()
    assert stage.ids() == [stage.id_of()] != [kept]
    stage.converges()


@situation()
def dependents_deleted_with_what_they_depend_on(stage: Stage) -> None:
    hook = (
        "from bird_dynamic import WebhookSubscription\n"
        'WebhookSubscription("hook", service="channels", event="voice.inbound", '
        'url="https://example.com/c", '
        'event_filters=[{"key": "channelId", "value": a.channel_id}])\n'
    )
    stage.write(line(), hook)
    stage.ok()
    stage.write(line(number=OTHER_NUMBER), hook)
    stage.ok()
    (subscription,) = stage.bird.emulator.webhook_subscriptions()
    (connector,) = stage.bird.emulator.connectors()
    assert subscription["eventFilters"][0]["value"] == connector["channel"]["channelId"]
    stage.converges()


@situation()
def an_answer_that_cannot_be_used(stage: Stage) -> None:
    emulator = stage.bird.emulator
    handle = type(emulator).handle

    def odd(request: Any) -> Any:
        reply = handle(emulator, request)
        body = json.loads(reply.response.body or b"null")
        if isinstance(body, dict) and "connectorTemplateRef" in body:
            deep: Any = "x"
            for _ in range(400):
                deep = {"a": deep}
            body |= {"description": "half \ud83d", "region": 10**400, "routingKey": deep}
            object.__setattr__(reply.response, "body", json.dumps(body).encode())
        return reply

    emulator.handle = odd  # type: ignore[method-assign]
    stage.write(line())
    stage.ok()
    stage.destroys_all()


def test_records_are_gone_when_nothing_is_under_way(stack: Stack, bird: EmulatorServer) -> None:
    stage = Stage(stack, bird)
    stage.write(line())
    stage.ok()
    assert list((Path(stack.folder) / "records" / "creates").iterdir()) == []
    shutil.rmtree(Path(stack.folder) / "records")
    Path(stack.folder, "records").write_text("a file where the folder should be")
    stage.write(line(), line("b", number=OTHER_NUMBER))
    done = stage.ok()
    assert "BIRD_STATE_DIR" in done.output

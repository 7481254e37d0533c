"""What Pulumi's engine does with a provider, as far as it matters here: steps, state, what it shows
and what it does not show, and dying in the middle.

Source of its order of calls: `pkg/resource/deploy/step_generator.go` of pulumi/pulumi 3.259.0.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bird_dynamic.bird.errors import EngineGoneError
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.schema.fields import Properties
from bird_dynamic.schema.naming import MARK, mark
from tests.support.world import KilledError, World, planned

Program = Mapping[str, Mapping[str, Any]]


@dataclass
class Held:
    """A resource as the state has it."""

    id: str
    inputs: Properties
    outputs: Properties


@dataclass
class ModelEngine:
    """A stack. Every command is a run of its own, with a provider of its own, a minute after the
    last one.

    `is_dead`: the engine was killed. Nobody takes the provider's results any more, and the provider
    finds that out before its next write.
    """

    world: World
    stack: str = "dev"
    state: dict[str, Held] = field(default_factory=dict)
    replaced: list[Held] = field(default_factory=list)
    """What was replaced and is to be deleted: at the end of the run, or by the next one."""
    deleting: set[str] = field(default_factory=set)
    """The ids that this stack has asked to delete."""
    is_dead: bool = False

    def mark_of(self, name: str) -> str:
        """The mark of one of its resources."""
        return mark(f"{self.stack}/{name}", name)

    def up(self, program: Program, targets: Collection[str] | None = None) -> int:
        """Make the state as the program says; how many resources changed. The first failure ends
        it. What is not among the targets is not even shown to the provider."""
        provider = self._run()
        changed = 0
        for name, news in program.items():
            if targets is None or name in targets:
                changed += self._step(provider, name, self._news(name, news))
        for name in [each for each in self.state if each not in program]:
            if targets is None or name in targets:
                self._delete(provider, name)
                changed += 1
        self._delete_what_is_replaced(provider)
        return changed

    def replace_by_force(self, name: str, news: Mapping[str, Any], *, shows_olds: bool) -> None:
        """`--replace` and a taint show the provider nothing of the old one; a trigger, and another
        provider, show its old inputs to Check. No Diff; created first, and then deleted."""
        provider = self._run()
        given, held = self._news(name, news), self.state[name]
        if shows_olds:
            self._checked(provider, held.inputs, given)
        inputs = self._checked(provider, {}, given)
        self._put_in_its_place(name, held, self._created(provider, inputs))
        self._delete_what_is_replaced(provider)

    def replace_and_retain(self, name: str, news: Mapping[str, Any]) -> None:
        """A replacement of a resource with `retain_on_delete`."""
        provider = self._run()
        given, held = self._news(name, news), self.state[name]
        inputs = self._checked(provider, held.inputs, given)
        if planned(provider, held.id, held.outputs, inputs).replaces:
            self.state[name] = self._created(provider, self._checked(provider, {}, given))

    def refresh(self) -> None:
        provider = self._run()
        for name, held in list(self.state.items()):
            found = provider.read(held.id, held.outputs)
            if found is None:
                del self.state[name]
            else:
                held.outputs, held.inputs = found

    def _news(self, name: str, news: Mapping[str, Any]) -> dict[str, Any]:
        return {**news, MARK: self.mark_of(name)}

    def _run(self) -> ResourceLifecycle:
        self.world.clock.sleep(60)
        self.is_dead = False
        return self.world.run(before_writing=self._look_for_engine)

    def _look_for_engine(self) -> None:
        if self.is_dead:
            raise EngineGoneError("Pulumi's engine has ended; nothing more is sent")

    def _step(self, provider: ResourceLifecycle, name: str, news: Mapping[str, Any]) -> int:
        held = self.state.get(name)
        if held is not None:
            inputs = self._checked(provider, held.inputs, news)
            difference = planned(provider, held.id, held.outputs, inputs)
            if not difference.replaces:
                is_changed = bool(difference.changed or difference.respelled)
                if is_changed:
                    held.outputs = provider.update(held.id, held.outputs, inputs)
                held.inputs = inputs
                return int(is_changed)
            if difference.deletes_first:
                self._delete(provider, name)
                held = None
        created = self._created(provider, self._checked(provider, {}, news))
        self._put_in_its_place(name, held, created)
        return 1

    def _put_in_its_place(self, name: str, held: Held | None, created: Held) -> None:
        self.state[name] = created
        if held is not None:
            self.replaced.append(held)

    def _delete_what_is_replaced(self, provider: ResourceLifecycle) -> None:
        while self.replaced:
            self._remove(provider, self.replaced[0])
            del self.replaced[0]

    def _created(self, provider: ResourceLifecycle, inputs: Properties) -> Held:
        connector_id, outputs = provider.create(inputs)
        self._take_results()
        return Held(connector_id, inputs, outputs)

    def _delete(self, provider: ResourceLifecycle, name: str) -> None:
        self._remove(provider, self.state[name])
        del self.state[name]

    def _remove(self, provider: ResourceLifecycle, held: Held) -> None:
        self.deleting.add(held.id)
        provider.delete(held.id, held.outputs)
        self._take_results()

    def _take_results(self) -> None:
        if self.is_dead:
            raise KilledError

    @staticmethod
    def _checked(
        provider: ResourceLifecycle, olds: Mapping[str, Any], news: Mapping[str, Any]
    ) -> Properties:
        checked = provider.check(olds, news)
        assert checked.failures == ()
        return checked.inputs

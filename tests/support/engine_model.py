"""What Pulumi's engine does with a provider, as far as it matters here: steps, state, and dying in
the middle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bird_dynamic.lifecycle.properties import DERIVED_NAME, Properties
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from tests.support.world import World

Program = Mapping[str, Mapping[str, Any]]


@dataclass
class Held:
    """A resource as the state has it."""

    id: str
    inputs: Properties
    outputs: Properties


@dataclass
class Engine:
    """A stack. Every command is a run of its own, with a provider of its own, a minute after the
    last one."""

    world: World
    state: dict[str, Held] = field(default_factory=dict)

    def up(self, program: Program) -> int:
        """Make the state as the program says; how many resources changed. The first failure ends
        it."""
        provider = self._run()
        changed = 0
        for name, news in program.items():
            changed += self._step(provider, name, {**news, DERIVED_NAME: f"{name}-0123456789"})
        for name in [each for each in self.state if each not in program]:
            self._delete(provider, name)
            changed += 1
        return changed

    def refresh(self) -> None:
        provider = self._run()
        for name, held in list(self.state.items()):
            found = provider.read(held.id, held.outputs)
            if found is None:
                del self.state[name]
            else:
                held.outputs, held.inputs = found

    def _run(self) -> ResourceLifecycle:
        self.world.clock.sleep(60)
        return self.world.run()

    def _step(self, provider: ResourceLifecycle, name: str, news: Mapping[str, Any]) -> int:
        held = self.state.get(name)
        if held is not None:
            inputs = self._checked(provider, held.inputs, news)
            difference = provider.diff(held.id, held.outputs, inputs)
            if not difference.replaces:
                if difference.changed:
                    held.outputs = provider.update(held.id, held.outputs, inputs)
                held.inputs = inputs
                return int(bool(difference.changed))
            self._delete(provider, name)
        inputs = self._checked(provider, {}, news)
        connector_id, outputs = provider.create(inputs)
        self.state[name] = Held(connector_id, inputs, outputs)
        return 1

    def _delete(self, provider: ResourceLifecycle, name: str) -> None:
        provider.delete(self.state[name].id, self.state[name].outputs)
        del self.state[name]

    @staticmethod
    def _checked(
        provider: ResourceLifecycle, olds: Mapping[str, Any], news: Mapping[str, Any]
    ) -> Properties:
        checked = provider.check(olds, news)
        assert checked.failures == ()
        return checked.inputs

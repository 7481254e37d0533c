"""The settings of a command: those of a stack, if one is named, then those of the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bird_dynamic.bird.errors import ConfigurationError
from bird_dynamic.command.stack import configuration_of, project_of
from bird_dynamic.settings import (
    ACCESS_KEY,
    DEFAULT_PROFILE,
    WORKSPACE_ID,
    Setting,
    Settings,
    gather,
)


class InvalidSettingsError(Exception):
    """The settings are invalid. `problems` are sentences."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Given:
    """Valid settings. `key_source` says where the access key comes from."""

    settings: Settings
    key_source: str


def given_settings(stack: str | None, with_stack: str) -> Given:
    """The settings of a stack of the project in the current folder, or of the environment.
    `with_stack` says how to name a stack. Raises InvalidSettingsError."""
    try:
        configuration = configuration_of(stack) if stack is not None else {}
    except ConfigurationError as error:
        raise InvalidSettingsError(f"{error}.") from None
    project = project_of(Path.cwd()) if stack is not None else ""
    settings = gather(configuration.get, keys=configuration.keys(), project=project)
    problems = [*settings.problems, *dict(settings.location_problems).values()]
    told = {*dict(settings.location_problems), *settings.misspelled}
    is_told = WORKSPACE_ID.key in told
    if not settings.workspace_id and not is_told:
        problems.append(settings.unset_text(WORKSPACE_ID.key))
    if problems:
        if stack is None:
            unset = {f"{ACCESS_KEY.names()}: {ACCESS_KEY.problem_of('')}": ACCESS_KEY}
            if not is_told:
                unset[settings.unset_text(WORKSPACE_ID.key)] = WORKSPACE_ID
            problems = [
                _without_stack(unset[each], with_stack) if each in unset else each
                for each in problems
            ]
        raise InvalidSettingsError(*problems)
    return Given(settings, _key_source(configuration, stack))


def _without_stack(setting: Setting, with_stack: str) -> str:
    return (
        f"{setting.names()}: is not set. Export {setting.variable}, or read the configuration of a "
        f"stack: {with_stack}."
    )


def _key_source(configuration: Mapping[str, str], stack: str | None) -> str:
    key = f"{DEFAULT_PROFILE}:{ACCESS_KEY.key}"
    if configuration.get(key):
        return f"the configuration of stack {stack} ({key})"
    return f"the environment ({ACCESS_KEY.variable})"

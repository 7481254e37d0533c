"""Shared implementation of the functions in `bird_dynamic.lookups`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import compress
from typing import Any, TypeVar

import pulumi
from pulumi.runtime import get_config

from bird_dynamic.bird.connect import connect
from bird_dynamic.bird.errors import BirdError
from bird_dynamic.lifecycle.lookups import Lookups, as_told
from bird_dynamic.lifecycle.redaction import hiding
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.providers.stack_configuration import all_keys, warn_of_plain_access_key
from bird_dynamic.schema.kinds import PROFILE
from bird_dynamic.schema.lookups import LOOKUPS
from bird_dynamic.schema.texts_of_outputs import texts_of_outputs
from bird_dynamic.settings import Settings, gather

Result = TypeVar("Result")


class LookupFailedError(pulumi.RunError):
    """A look-up found no item or several, or the request failed. Pulumi shows it as one line,
    without a traceback."""


def find_one(name: str, kind: type[Result], given: Mapping[str, Any]) -> Result:
    """Run the look-up of that name; return its only result. Raises LookupFailedError."""
    [found] = find_all(name, kind, given)
    return found


def find_one_output(
    name: str, kind: type[Result], given: Mapping[str, Any]
) -> pulumi.Output[Result]:
    """The only result, once the arguments are known."""
    return find_all_output(name, kind, given).apply(lambda found: found[0])


def find_all(name: str, kind: type[Result], given: Mapping[str, Any]) -> list[Result]:
    """Run the look-up of that name; return all results. Raises LookupFailedError."""
    lookup = LOOKUPS[name]
    refuse_outputs(name, given)
    if given["profile"] is not None and (problem := PROFILE.problem(given["profile"])) is not None:
        raise LookupFailedError(f"{name}: profile: {problem}")
    try:
        account = _account(_settings(given["profile"]))
        found = Lookups(account, given["workspace_id"]).find(lookup, given)
    except BirdError as error:
        raise LookupFailedError(str(error)) from None
    return [kind(**{shown: each[shown] for shown in lookup.result.shows}) for each in found]


def find_all_output(
    name: str, kind: type[Result], given: Mapping[str, Any]
) -> pulumi.Output[list[Result]]:
    """All results, once the arguments are known."""

    def find(known: Mapping[str, Any]) -> list[Result]:
        with hiding(lambda: known["secrets"]):
            return find_all(name, kind, known["given"])

    return pulumi.Output.all(given=given, secrets=secrets_in(given)).apply(find)


def secrets_in(given: Mapping[str, Any]) -> pulumi.Output[list[str]]:
    """The arguments that the program has marked secret, as messages may have them."""
    outputs = [each for each in given.values() if isinstance(each, pulumi.Output)]
    are_secret: Any = [each.is_secret() for each in outputs]
    return pulumi.Output.all(values=outputs, are_secret=are_secret).apply(
        lambda known: list(as_told(map(str, compress(known["values"], known["are_secret"]))))
    )


def refuse_outputs(name: str, given: Mapping[str, Any]) -> None:
    """Raises LookupFailedError if an argument is an output, or contains one."""
    # An output may occur in no message: as text, it makes the engine warn.
    if outputs := [argument for argument, value in given.items() if _has_output(value)]:
        raise LookupFailedError(
            f"{name}: {', '.join(outputs)}: must be a plain value, not an Output. Use "
            f"{name}_output, which accepts outputs"
        )
    refuse_texts_of_outputs(name, given)


def refuse_texts_of_outputs(name: str, given: Mapping[str, Any]) -> None:
    """Raises LookupFailedError if an argument contains what Python makes of an output."""
    for argument, value in given.items():
        for problem in texts_of_outputs(argument, value):
            what, _, _ = problem.partition(";")
            raise LookupFailedError(
                f"{name}: {what}. Use {name}_output with pulumi.Output.concat(…), or a plain value"
            )


def _has_output(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_output, value.values()))
    if isinstance(value, list | tuple | set):
        return any(map(_has_output, value))
    return isinstance(value, pulumi.Output)


def _settings(profile: str | None) -> Settings:
    warn_of_plain_access_key(profile)
    return gather(get_config, profile=profile, keys=all_keys(), project=pulumi.get_project())


@cache
def _account(settings: Settings) -> Account:
    return Account(settings, connect)

"""Shared implementation of the look-ups in `bird_dynamic.native`.

With options, the plugin is asked, in the account of the provider that they name or that their
parent passes on. Without, they are the look-ups of `bird_dynamic`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NoReturn

import pulumi

from bird_dynamic import lookup_base
from bird_dynamic.lifecycle.redaction import without
from bird_dynamic.lookup_base import LookupFailedError, Result
from bird_dynamic.providers.names import function_name, token
from bird_dynamic.providers.values import from_pulumi
from bird_dynamic.schema.case import camel_case, snake_keys
from bird_dynamic.schema.lookups import LOOKUPS

Options = pulumi.InvokeOptions | None


def find_one(name: str, kind: type[Result], given: Mapping[str, Any], opts: Options) -> Result:
    """Run the look-up of that name; return its only result. Raises LookupFailedError."""
    [found] = find_all(name, kind, given, opts)
    return found


def find_all(
    name: str, kind: type[Result], given: Mapping[str, Any], opts: Options
) -> list[Result]:
    """Run the look-up of that name; return all results. Raises LookupFailedError, also while the
    configuration of the provider is unknown."""
    if opts is None:
        return lookup_base.find_all(name, kind, given)
    lookup_base.refuse_outputs(name, given)
    _refuse_odd_options(name, given, opts)
    if getattr(opts, "depends_on", None):
        raise LookupFailedError(
            f"{name}: opts: depends_on has no effect on a plain result. Use {name}_output"
        )
    try:
        answer = pulumi.runtime.invoke(_function(name), _arguments(given), opts).value
    except Exception as error:
        _fail(name, error)
    if not answer and pulumi.runtime.is_dry_run():
        raise LookupFailedError(
            f"{name}: the configuration of the provider is not known in this preview. Use "
            f"{name}_output, whose result is unknown then"
        )
    return _results(name, kind, answer)


def find_one_output(
    name: str, kind: type[Result], given: Mapping[str, Any], opts: Options
) -> pulumi.Output[Result]:
    """The only result, once the arguments and the configuration of the provider are known."""
    return find_all_output(name, kind, given, opts).apply(lambda found: found[0])


def find_all_output(
    name: str, kind: type[Result], given: Mapping[str, Any], opts: Options
) -> pulumi.Output[list[Result]]:
    """All results, once the arguments and the configuration of the provider are known."""
    if opts is None:
        return lookup_base.find_all_output(name, kind, given)
    lookup_base.refuse_texts_of_outputs(name, given)
    _refuse_odd_options(name, given, opts)
    answer = pulumi.runtime.invoke_output(_function(name), _arguments(given), opts)
    # Without it, SDKs show the message of the plugin below a traceback.
    if hasattr(pulumi.Output, "recover"):
        # The SDK has removed the marks of what is secret.
        answer = answer.recover(
            lambda error: lookup_base.secrets_in(given).apply(partial(_fail, name, error))
        )
    return answer.apply(_unknown_if_empty).apply(partial(_results, name, kind))


def _refuse_odd_options(name: str, given: Mapping[str, Any], opts: Any) -> None:
    """Raises LookupFailedError."""
    if not isinstance(opts, pulumi.InvokeOptions):
        raise LookupFailedError(
            f"{name}: opts: must be pulumi.InvokeOptions(provider=…), not a {type(opts).__name__}"
        )
    # The plugin refuses an Output that has a value.
    if isinstance(given.get("profile"), str):
        raise LookupFailedError(
            f"{name}: profile and opts: pass one of them, because a provider has its own account"
        )


def _function(name: str) -> str:
    return token(function_name(name))


def _arguments(given: Mapping[str, Any]) -> dict[str, Any]:
    return {camel_case(name): value for name, value in given.items()}


def _fail(name: str, error: Exception, secrets: Iterable[str] = ()) -> NoReturn:
    """Raises LookupFailedError with what the plugin has said; any other error as it is."""
    text, sdk_said = str(error), f"invoke of {_function(name)} failed: "
    if not text.startswith(sdk_said):
        raise error
    engine_said = f"invocation of {_function(name)} returned an error: "
    said = text.removeprefix(sdk_said).removeprefix(engine_said)
    raise LookupFailedError(without(" ".join(said.split()), secrets)) from None


def _unknown_if_empty(answer: Mapping[str, Any]) -> pulumi.Input[Mapping[str, Any]]:
    """The answer, or unknown: the engine answers so while the configuration of the provider is."""
    if answer or not pulumi.runtime.is_dry_run():
        return answer
    no: Any = pulumi.Output.from_input(False)
    return pulumi.Output(set(), no.future(), no.future())


def _results(name: str, kind: type[Result], answer: Mapping[str, Any]) -> list[Result]:
    if not answer:
        raise LookupFailedError(
            f"{name}: the provider has not answered. In a unit test, the mocks can answer "
            f"{_function(name)}"
        )
    lookup = LOOKUPS[name]
    rows = answer["results"] if lookup.lists else [answer]
    return [kind(**_in_python(row, lookup.result.shows)) for row in rows]


def _in_python(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    plain = from_pulumi(row)
    found = {name: plain.get(camel_case(name)) for name in names}
    # The keys of other maps belong to Bird or the user.
    if "number" in found:
        found["number"] = snake_keys(found["number"])
    return found

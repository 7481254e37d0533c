"""Which inputs a program has marked secret, for the dynamic provider.

Pulumi's SDK passes the values of secrets to a dynamic provider without their marks. The class
therefore registers the names of secret inputs too, and the provider keeps them in the state, so
that no message shows the values, and the state that an update writes marks them again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import pulumi

from bird_dynamic.lifecycle.redaction import texts_in

SECRET_INPUTS = "secret_inputs"  # noqa: S105
"""Key of inputs and state: the names of the inputs that are secret, if there are any. It does not
start with `__`, because older SDKs drop such keys."""


def secret_inputs(
    inputs: Mapping[str, Any], *, besides: Collection[str]
) -> pulumi.Output[list[str] | None] | None:
    """The names of the inputs that are, or contain, secret Outputs, apart from those `besides`;
    None if there cannot be one."""
    outputs = {
        name: found
        for name, value in inputs.items()
        if name not in besides and (found := list(_outputs_in(value)))
    }
    if not outputs:
        return None

    async def names() -> list[str] | None:
        return [name for name, found in outputs.items() if await _any_secret(found)] or None

    async def are_known() -> bool:
        return True

    return pulumi.Output(set(), names(), are_known())


def _outputs_in(value: Any) -> Iterator[pulumi.Output[Any]]:
    if isinstance(value, pulumi.Output):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _outputs_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _outputs_in(each)


async def _any_secret(outputs: Iterable[pulumi.Output[Any]]) -> bool:
    # An Output that fails makes the registration of its own input fail: the names report nothing.
    found = await asyncio.gather(*(each.is_secret() for each in outputs), return_exceptions=True)
    return any(each is True for each in found)


def secret_texts(*bags: Mapping[str, Any]) -> Iterator[str]:
    """The texts of secret inputs in any of these property bags: a value that is secret in one of
    them is not shown from the others either."""
    names = {name for each in bags for name in named_in(each)}
    for each in bags:
        yield from texts_in([each.get(name) for name in names])


def named_in(properties: Mapping[str, Any]) -> list[str]:
    """The names of the secret inputs that a state, or inputs, list."""
    names = properties.get(SECRET_INPUTS)
    return [str(each) for each in names] if isinstance(names, list) else []

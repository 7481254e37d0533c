"""Look-ups through the plugin: from the arguments of any language to the results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf import struct_pb2

from bird_dynamic.lifecycle.errors import NotFoundError
from bird_dynamic.lifecycle.lookups import Lookups
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.providers.names import FUNCTIONS, did_you_mean, token
from bird_dynamic.providers.schema import NOT_HERE
from bird_dynamic.providers.wire import received, sent
from bird_dynamic.schema.case import camel_case
from bird_dynamic.schema.common import WORKSPACE
from bird_dynamic.schema.fields import Properties
from bird_dynamic.schema.lookups import Lookup, Result
from bird_dynamic.schema.texts_of_outputs import texts_of_outputs


def looked_up(name: str, arguments: struct_pb2.Struct, account: Account) -> struct_pb2.Struct:
    """The result of the function of that name. Raises BirdError."""
    lookup, given = FUNCTIONS[name], received(arguments).properties
    _refuse_unknown_arguments(name, lookup, given)
    _refuse_texts_of_outputs(name, given)
    found = Lookups(account, given.get("workspace_id"), camel_case).find(lookup, given)
    rows = [_shown(lookup.result, row) for row in found]
    struct = struct_pb2.Struct()
    struct.update({"results": rows} if lookup.lists else rows[0])
    return struct


def _refuse_unknown_arguments(name: str, lookup: Lookup, given: Iterable[str]) -> None:
    """Raises NotFoundError: without the argument, the look-up would find something else."""
    known = [each.name for each in (*lookup.arguments, WORKSPACE)]
    for argument in sorted({*given} - {*known}):
        if argument in NOT_HERE:
            why = f"is only for the dynamic provider; with the plugin, {NOT_HERE[argument]}"
        else:
            why = (
                f"is not an argument; {did_you_mean(camel_case(argument), map(camel_case, known))}"
            )
        raise NotFoundError(f"{token(name)}: {camel_case(argument)}: {why}")


def _refuse_texts_of_outputs(name: str, given: Mapping[str, Any]) -> None:
    """Raises NotFoundError."""
    for argument, value in given.items():
        for problem in texts_of_outputs(camel_case(argument), value):
            what, _, _ = problem.partition(";")
            in_c_sharp = f"{name[0].upper()}{name[1:]}.Invoke"
            raise NotFoundError(
                f"{token(name)}: {what}. Use {name}Output (Node.js) or {in_c_sharp} (C#), which "
                "accept Outputs"
            )


def _shown(result: Result, found: Properties) -> Mapping[str, Any]:
    shown = sent(result.finds, {name: found[name] for name in result.shows}, ())
    return dict(shown)

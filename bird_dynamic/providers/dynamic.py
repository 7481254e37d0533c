"""Adapter for Pulumi's dynamic providers.

It only translates: Pulumi's property bags to plain dicts and back, errors to one line. The
operations are in `lifecycle`.

Every state of this package refers to `bird_dynamic.providers.dynamic.provider` by name (that is all
that `__reduce__` stores of a provider), so that path and its parameter must never change.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from inspect import iscoroutinefunction, isgeneratorfunction
from types import FunctionType
from typing import Any, NoReturn

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from bird_dynamic.bird.clock import Cancellation
from bird_dynamic.bird.connect import connect
from bird_dynamic.bird.errors import BirdError
from bird_dynamic.lifecycle.redaction import hiding, marked, printable, without
from bird_dynamic.lifecycle.registry import lifecycle_of
from bird_dynamic.lifecycle.resource import Accounts, ResourceLifecycle
from bird_dynamic.lifecycle.session import Account, Run
from bird_dynamic.providers.engine import end_with_grace, of_this_process, run_of
from bird_dynamic.providers.secret_inputs import SECRET_INPUTS, named_in, secret_texts
from bird_dynamic.providers.values import UnsupportedValueError, from_pulumi, to_pulumi
from bird_dynamic.schema.case import DYNAMIC_PROVIDER, snake_case, snake_keys
from bird_dynamic.schema.resources import SCHEMAS
from bird_dynamic.settings import CONFIGURABLE, Settings, gather, logs_requests

DYNAMIC_CONCURRENCY = 4
"""Number of concurrent operations in the SDK's process for dynamic providers."""


def provider(type_name: str) -> BirdProvider:
    """The provider of a resource, by its class name. FROZEN: states refer to this function."""
    return BirdProvider(type_name)


class BirdProvider(ResourceProvider):
    """Check, diff, create, read, update and delete of one kind of resource."""

    # It contains no secret, so it need not be encrypted for every resource.
    serialize_as_secret_always = False

    def __init__(self, type_name: str) -> None:
        super().__init__()
        self._type_name = type_name
        self._schema = SCHEMAS[type_name]
        self._configured: ResourceLifecycle | None = None

    def __reduce__(self) -> tuple[Callable[[str], BirdProvider], tuple[str]]:
        return provider, (self._type_name,)

    def configure(self, req: ConfigureRequest) -> None:
        """Called once, before any other method, with the stack's configuration."""
        _log_as_asked(os.environ)
        _hear_cancel()
        self._configured = lifecycle_of(self._type_name, _accounts(*_configuration(req)))

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """All validation failures at once. No failure names a property, because the engine would
        print its value."""
        with _operation(_olds, news):
            try:
                given = from_pulumi(news)
            except UnsupportedValueError as error:
                return CheckResult(news, [CheckFailure("", str(error))])
            checked = self._lifecycle.check(self._prior_state(_olds), given)
            failures = [CheckFailure("", without(each, marked())) for each in checked.failures]
            return CheckResult(_listing_secrets(checked.inputs, news), failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """The difference between the state and the inputs."""
        with _operation(_olds, _news):
            state, inputs = self._prior_state(_olds), from_pulumi(_news)
            difference = self._lifecycle.diff(state, inputs)
            self._lifecycle.track(_id, state, inputs, difference)
            # An update rewrites a state with the property names of the plugin, and the marks of
            # secrets.
            rewrites = DYNAMIC_PROVIDER not in _olds or named_in(_olds) != named_in(_news)
            return DiffResult(
                changes=bool(difference.changed or difference.respelled) or rewrites,
                replaces=list(difference.replaces),
                delete_before_replace=difference.deletes_first,
            )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create the resource."""
        with _operation(props):
            item_id, state = self._lifecycle.create(from_pulumi(props))
            return CreateResult(item_id, _listing_secrets(state, props))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The observed state. An empty id means that the resource no longer exists."""
        with _operation(props), _naming_run_program():
            item_id, state = self._lifecycle.identified(id_, from_pulumi(props))
            found = self._lifecycle.read(item_id, state)
            if found is None:
                return ReadResult("", {})
            return ReadResult(item_id, *(_listing_secrets(each, props) for each in found))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Update in place."""
        with _operation(_olds, _news):
            after = self._lifecycle.update(_id, self._prior_state(_olds), from_pulumi(_news))
            return UpdateResult(_listing_secrets(after, _news))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete. Succeeds if the resource is already gone."""
        with _operation(_props), _naming_run_program():
            self._lifecycle.delete(_id, from_pulumi(_props))

    def _prior_state(self, olds: dict[str, Any]) -> dict[str, Any]:
        """The state with Python's names, whether this provider or the plugin wrote it."""
        state: dict[str, Any] = from_pulumi(olds)
        if DYNAMIC_PROVIDER in olds or not olds:
            return state
        named = {snake_case(name): value for name, value in state.items()}
        for field in self._schema.outputs:
            if field.convert:
                named[field.name] = snake_keys(named.get(field.name))
        return named

    @property
    def _lifecycle(self) -> ResourceLifecycle:
        if self._configured is None:
            self._configured = lifecycle_of(self._type_name, _accounts(lambda key: None))
        return self._configured


def _configuration(
    req: ConfigureRequest,
) -> tuple[Callable[[str], str | None], Collection[str], str]:
    # The SDK has no public list of the keys. It sets the project for each thread.
    return req.config.get, getattr(req.config, "_props", {}).keys(), pulumi.get_project()


def _accounts(
    configuration: Callable[[str], str | None], keys: Collection[str] = (), project: str = ""
) -> Accounts:
    settings = cache(
        lambda profile: gather(configuration, profile=profile, keys=keys, project=project)
    )

    def account(profile: str | None) -> Account:
        # A cache alone could give concurrent threads an account each, with separate tracking.
        with _opening:
            return _account(settings(profile))

    return account


_opening = threading.Lock()


@cache
def _account(settings: Settings) -> Account:
    """One account for all resources of an access key."""
    way = partial(connect, connections=DYNAMIC_CONCURRENCY, cancelled=_cancelled)
    return Account(settings, way, _run())


@cache
def _run() -> Run:
    """The run that all accounts share: `python -m pulumi.dynamic` serves a single engine run."""
    return run_of(
        of_this_process(),
        say=_print,
        warn=_print,
        end=end_with_grace,
        cancelled=_cancelled,
    )


_cancelled = Cancellation()


@cache
def _hear_cancel() -> None:
    """Get notified when the engine cancels the run: the SDK does not pass Cancel to providers.

    gRPC holds the method that was registered at the start, so only its code can be replaced. The
    SDK's code still runs. The process has four threads for all requests of the engine, so a cancel
    takes effect once one of them is free.
    """
    servicer = getattr(sys.modules["__main__"], "DynamicResourceProviderServicer", None)
    # Its own method, not an inherited one, which other servicers share.
    method = vars(servicer).get("Cancel") if servicer is not None else None
    if not isinstance(method, FunctionType) or method.__code__ is _cancel.__code__:
        return
    code = method.__code__
    is_plain = not code.co_freevars and code.co_argcount == _cancel.__code__.co_argcount
    # Any other kind of method is left alone; then a cancel has no effect.
    if is_plain and not iscoroutinefunction(method) and not isgeneratorfunction(method):
        _sdks_own.append(FunctionType(code, method.__globals__, argdefs=method.__defaults__))
        method.__code__ = _cancel.__code__


_sdks_own: list[Callable[[Any, Any, Any], Any]] = []
"""The SDK's own handler of Cancel, once it was replaced."""


def _cancel(servicer: Any, request: Any, context: Any) -> Any:
    # This code runs with the globals of the SDK's module, not of this one.
    from bird_dynamic.providers import dynamic

    dynamic._cancelled.set()
    return dynamic._sdks_own[0](servicer, request, context)


def _print(text: str) -> None:
    # The engine shows this process's standard error; a dynamic provider has no other channel.
    print(printable(without(text, marked())), file=sys.stderr, flush=True)


def _log_as_asked(environment: Mapping[str, str]) -> None:
    if logs_requests(environment):
        logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s")
        logging.getLogger("bird_dynamic").setLevel(logging.DEBUG)


def _listing_secrets(properties: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Properties for the engine, with the names of the secret inputs that it gave."""
    names = named_in(given)
    listing: dict[str, Any] = {SECRET_INPUTS: names} if names else {}
    return {**to_pulumi(properties), **listing}


@contextmanager
def _operation(*given: Mapping[str, Any]) -> Iterator[None]:
    """An operation on properties from the engine: no text shows what the program marked secret."""
    with _without_traceback(), hiding(lambda: secret_texts(*given)):
        yield


@contextmanager
def _without_traceback() -> Iterator[None]:
    """Report expected errors as one line, without a traceback.

    The SDK prints a traceback limited by `sys.tracebacklimit`. Other providers share this process,
    so the limit is set only for expected errors, and reset by the next call.
    """
    if getattr(sys, "tracebacklimit", None) == 0:
        # Another thread may have reset it meanwhile.
        vars(sys).pop("tracebacklimit", None)
    try:
        yield
    except BirdError as error:
        _raise_one_line(str(error))


@contextmanager
def _naming_run_program() -> Iterator[None]:
    """Without the program, the engine gives a dynamic provider the settings of the last `pulumi
    up`, so that a corrected one would seem to have no effect."""
    try:
        yield
    except BirdError as error:
        if not _A_SETTING.search(str(error)):
            raise
        raise BirdError(
            f"{error} If you change a setting, `pulumi refresh` and `pulumi destroy` use it only "
            "with --run-program."
        ) from error


_A_SETTING = re.compile(rf":({'|'.join(CONFIGURABLE)})\b")


def _raise_one_line(text: str) -> NoReturn:
    sys.tracebacklimit = 0
    raise _OneLineError(text) from None


class _OneLineError(Exception):
    """An error that the engine prints as `BirdError: …`."""

    __module__ = "builtins"


_OneLineError.__name__ = _OneLineError.__qualname__ = "BirdError"

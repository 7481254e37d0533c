"""Adapter for Pulumi's plugin protocol: `pulumi-resource-bird`.

It only translates, like `dynamic`; the operations are in `lifecycle`. In addition to the dynamic
provider it supports imports, per-property diffs, half-created resources in the state, and more
concurrent operations.

Source of the protocol: Pulumi's `provider.proto`, and "Implement a provider in Python".
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import grpc
from google.protobuf import any_pb2, empty_pb2, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from bird_dynamic._console import Parser, ending_quietly
from bird_dynamic._version import package_version
from bird_dynamic.bird.clock import Cancellation
from bird_dynamic.bird.connect import connect
from bird_dynamic.bird.errors import BirdError, ConfigurationError
from bird_dynamic.lifecycle.enumeration import Position, page_of_items
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.lifecycle.errors import HalfCreatedError
from bird_dynamic.lifecycle.lookups import as_told
from bird_dynamic.lifecycle.mapping import with_settings
from bird_dynamic.lifecycle.redaction import hiding, marked, without
from bird_dynamic.lifecycle.registry import lifecycle_of
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.providers.any_language import in_any_language
from bird_dynamic.providers.detailed_diff import detailed
from bird_dynamic.providers.engine import address_from, end_at_once, run_of
from bird_dynamic.providers.engine_log import EngineLog
from bird_dynamic.providers.names import (
    FUNCTIONS,
    did_you_mean,
    explicit_name,
    of_provider,
    token,
    unknown_inputs,
)
from bird_dynamic.providers.plugin_lookups import looked_up
from bird_dynamic.providers.plugin_settings import (
    lanes_in,
    problems_of_settings,
    settings_in,
    settings_of_this_run,
)
from bird_dynamic.providers.schema import NOT_HERE, schema
from bird_dynamic.providers.serving import serve
from bird_dynamic.providers.tracing import export_spans
from bird_dynamic.providers.values import UnsupportedValueError
from bird_dynamic.providers.wire import received, secret_texts, sent
from bird_dynamic.schema.case import DYNAMIC_PROVIDER, camel_case
from bird_dynamic.schema.fields import UNKNOWN, Properties, ResourceSchema
from bird_dynamic.schema.kinds import Shape
from bird_dynamic.schema.naming import MARK, mark, with_own_name
from bird_dynamic.schema.resources import SCHEMAS
from bird_dynamic.settings import CONFIGURABLE, LANES, PLUGIN_CONCURRENCY, gather

Context = grpc.ServicerContext
PropertyDiff = provider_pb2.PropertyDiff
DiffResponse = provider_pb2.DiffResponse
Autonaming = provider_pb2.CheckRequest.AutonamingOptions
UNNAMED = "name: is required, because pulumi:autonaming is disabled; pass name"


class BirdPlugin(provider_pb2_grpc.ResourceProviderServicer):
    """One run's provider. Thread-safe."""

    def __init__(
        self, engine_address: str | None = None, end: Callable[[], None] = lambda: None
    ) -> None:
        """`end` is called once the engine at that address has ended."""
        self._end = end
        self._cancelled = Cancellation()
        self._serve(engine_address)

    def _serve(self, engine_address: str | None) -> None:
        self._engine_address = engine_address
        self._log = EngineLog(engine_address)
        self._explicit = ""
        """The name of this explicit provider; empty for the default one."""
        self._run = run_of(
            engine_address,
            say=self._log.status,
            warn=lambda text: self._log.warning(in_any_language(text, self._log.urn)),
            end=self._end,
            cancelled=self._cancelled,
        )
        self._account = self._account_with({})

    # Requests before any resource.

    def Handshake(  # noqa: N802
        self, request: provider_pb2.ProviderHandshakeRequest, context: Context
    ) -> provider_pb2.ProviderHandshakeResponse:
        """The engine may pass its address here instead of on the command line."""
        if request.engine_address and self._engine_address is None:
            self._serve(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True,
            accept_resources=False,
            accept_outputs=False,
            supports_autonaming_configuration=True,
        )

    def GetPluginInfo(  # noqa: N802
        self, request: empty_pb2.Empty, context: Context
    ) -> plugin_pb2.PluginInfo:
        """The version of this package."""
        return plugin_pb2.PluginInfo(version=package_version())

    def GetSchema(  # noqa: N802
        self, request: provider_pb2.GetSchemaRequest, context: Context
    ) -> provider_pb2.GetSchemaResponse:
        """The schema, from which SDKs are generated."""
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema(package_version())))

    def CheckConfig(  # noqa: N802
        self, request: provider_pb2.CheckRequest, context: Context
    ) -> provider_pb2.CheckResponse:
        """Validate the given settings; mark the secret ones, because the engine does not say which
        were. Missing settings are reported by each resource, together with its missing inputs."""
        problems = problems_of_settings(request.news, request.urn)
        failures = [provider_pb2.CheckFailure(reason=each) for each in problems]
        inputs = struct_pb2.Struct()
        inputs.update(
            {
                key: rpc.wrap_rpc_secret(value)
                if key in CONFIGURABLE and CONFIGURABLE[key].secret and value != rpc.UNKNOWN
                else value
                for key, value in request.news.items()
            }
        )
        return provider_pb2.CheckResponse(inputs=inputs, failures=failures)

    def DiffConfig(  # noqa: N802
        self, request: provider_pb2.DiffRequest, context: Context
    ) -> DiffResponse:
        """Report any change, or the engine would keep the settings of the previous run. None
        replaces the provider: another workspace shows in the diff of each resource."""
        before, now = map(settings_in, (request.old_inputs or request.olds, request.news))
        changed = before != now
        return DiffResponse(changes=DiffResponse.DIFF_SOME if changed else DiffResponse.DIFF_NONE)

    def Configure(  # noqa: N802
        self, request: provider_pb2.ConfigureRequest, context: Context
    ) -> provider_pb2.ConfigureResponse:
        """Apply the settings of this run."""
        configuration = settings_in(request.args)
        self._explicit = explicit_name(request.urn)
        if request.urn and not self._explicit:
            configuration = settings_of_this_run(os.environ) or configuration
        self._account = self._account_with(
            {key: value for key, value in configuration.items() if value is not UNKNOWN}
        )
        self._log.follow_as_asked(os.environ)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptResources=False,
            acceptOutputs=False,
            supports_autonaming_configuration=True,
        )

    # The six operations.

    def Check(  # noqa: N802
        self, request: provider_pb2.CheckRequest, context: Context
    ) -> provider_pb2.CheckResponse:
        """All validation failures at once."""
        with self._operation(request.urn, context, request.olds, request.news) as lifecycle:
            schema = lifecycle.schema
            olds = received(request.olds)
            try:
                news = received(request.news)
            except UnsupportedValueError as error:
                failures = [_failure(schema, str(error), request)]
                return provider_pb2.CheckResponse(inputs=request.news, failures=failures)
            given = dict(news.properties)
            foreign = [
                f"{name}: is only for the dynamic provider; with the plugin, {instead}"
                for name, instead in NOT_HERE.items()
                if given.get(name) is not None
            ]
            given.setdefault(MARK, mark(request.urn, request.urn.rpartition("::")[2]))
            if schema.is_named and not olds.properties and not given.keys() & {"name", "adopt"}:
                # A resource that exists keeps its name, whatever the configuration is now.
                if request.autonaming.mode == Autonaming.ENFORCE:
                    given["name"] = request.autonaming.proposed_name
                elif request.autonaming.mode == Autonaming.DISABLE:
                    foreign.append(UNNAMED)
            inputs = [each.name for each in schema.inputs if each.name not in NOT_HERE]
            for text in unknown_inputs(schema, given, inputs):
                self._log.warning(text)
            checked = lifecycle.check(olds.properties, given)
            return provider_pb2.CheckResponse(
                inputs=sent(schema, checked.inputs, news.secret),
                failures=[
                    _failure(
                        schema,
                        of_provider(without(reason, marked()), self._explicit),
                        request,
                    )
                    for reason in (*checked.failures, *foreign)
                ],
            )

    def Diff(  # noqa: N802
        self, request: provider_pb2.DiffRequest, context: Context
    ) -> DiffResponse:
        """The difference between the state and the inputs, property by property."""
        with self._operation(request.urn, context, request.olds, request.news) as lifecycle:
            state, inputs = received(request.olds).properties, received(request.news).properties
            difference = lifecycle.diff(state, inputs)
            lifecycle.track(request.id, state, inputs, difference)
            # The dynamic provider writes other property names into a state: an update fixes them.
            moved = DYNAMIC_PROVIDER in request.olds
            changed = difference.changed or difference.respelled
            changes = bool(changed) or moved or lifecycle.needs_completion(state)
            return DiffResponse(
                changes=DiffResponse.DIFF_SOME if changes else DiffResponse.DIFF_NONE,
                replaces=[camel_case(name) for name in difference.replaces],
                diffs=[camel_case(name) for name in difference.changed],
                detailedDiff={
                    path: PropertyDiff(kind=PropertyDiff.Kind.Value(kind))
                    for path, kind in detailed(
                        lifecycle.schema,
                        difference,
                        state,
                        with_own_name(lifecycle.schema, state, inputs),
                    ).items()
                },
                hasDetailedDiff=bool(difference.changed),
                deleteBeforeReplace=difference.deletes_first,
            )

    def Create(  # noqa: N802
        self, request: provider_pb2.CreateRequest, context: Context
    ) -> provider_pb2.CreateResponse:
        """Create the resource; in a preview, return the known properties."""
        with self._operation(request.urn, context, request.properties) as lifecycle:
            given = received(request.properties)
            if request.preview:
                unknown = {
                    field.name: UNKNOWN
                    for field in lifecycle.schema.fields
                    if field.automatic or not field.is_input
                }
                item_id, state = "", {**unknown, **given.properties}
            else:
                with self._half_created(context, lifecycle, given.secret, given.properties):
                    item_id, state = lifecycle.create(given.properties, request.timeout or None)
            return provider_pb2.CreateResponse(
                id=item_id, properties=sent(lifecycle.schema, state, given.secret)
            )

    def Read(  # noqa: N802
        self, request: provider_pb2.ReadRequest, context: Context
    ) -> provider_pb2.ReadResponse:
        """The observed state, for a refresh, a get or an import. The id may be preceded by its
        location: `workspaceId/connectorId`, `organizationId/workspaceId/webhookSubscriptionId`."""
        with self._operation(request.urn, context, request.properties, request.inputs) as lifecycle:
            prior, prior_inputs = received(request.properties), received(request.inputs)
            item_id, state = lifecycle.identified(
                request.id, prior.properties or prior_inputs.properties
            )
            found = lifecycle.read(item_id, state, getattr(request, "timeout", None) or None)
            if found is None:
                return provider_pb2.ReadResponse()
            secret = prior.secret | prior_inputs.secret
            observed, inputs = found
            return provider_pb2.ReadResponse(
                id=item_id,
                properties=sent(lifecycle.schema, observed, secret),
                inputs=sent(lifecycle.schema, inputs, secret),
            )

    def Update(  # noqa: N802
        self, request: provider_pb2.UpdateRequest, context: Context
    ) -> provider_pb2.UpdateResponse:
        """Update in place."""
        with self._operation(request.urn, context, request.olds, request.news) as lifecycle:
            state, given = received(request.olds).properties, received(request.news)
            if request.preview:
                lifecycle.require_in_place(state, given.properties)
                cleared = {
                    field.name
                    for field in lifecycle.schema.inputs
                    if field.name not in given.properties and not field.automatic
                }
                kept = {name: value for name, value in state.items() if name not in cleared}
                after = {**kept, **given.properties}
            else:
                after = lifecycle.update(
                    request.id, state, given.properties, request.timeout or None
                )
            return provider_pb2.UpdateResponse(
                properties=sent(lifecycle.schema, after, given.secret)
            )

    def Delete(  # noqa: N802
        self, request: provider_pb2.DeleteRequest, context: Context
    ) -> empty_pb2.Empty:
        """Delete. Succeeds if the resource is already gone."""
        with self._operation(request.urn, context, request.properties) as lifecycle:
            state = received(request.properties).properties
            lifecycle.delete(request.id, state, request.timeout or None)
            return empty_pb2.Empty()

    # Functions and cancellation.

    def Invoke(  # noqa: N802
        self, request: provider_pb2.InvokeRequest, context: Context
    ) -> provider_pb2.InvokeResponse:
        """Run a look-up."""
        name = request.tok.rpartition(":")[2]
        if name not in FUNCTIONS:
            known = did_you_mean(request.tok, map(token, FUNCTIONS))
            context.abort(grpc.StatusCode.NOT_FOUND, f"unknown function {request.tok}; {known}")
        with (
            self._aborting_on_error(context),
            hiding(lambda: as_told(secret_texts([request.args]))),
        ):
            # `return` is a keyword, so it cannot be written as a keyword argument.
            answer: dict[str, Any] = {"return": looked_up(name, request.args, self._account)}
            return provider_pb2.InvokeResponse(**answer)

    def List(  # noqa: N802
        self, request: provider_pb2.ListRequest, context: Context
    ) -> Iterator[provider_pb2.ListResponse]:
        """What can be imported as a resource of that type. The query may name another location
        (`workspaceId`). Older versions of the SDK do not offer this method to the engine."""
        schema = self._schema(request.token.rpartition(":")[2], context)
        query = received(request.query).properties
        if UNKNOWN in query.values():
            yield provider_pb2.ListResponse(computed=provider_pb2.ListResponse.Computed())
            return
        with self._aborting_on_error(context):
            places = [field.name for field in schema.configurable_inputs]
            if unknown := query.keys() - set(places):
                raise ConfigurationError(
                    f"the query cannot contain {', '.join(map(camel_case, sorted(unknown)))}; it "
                    f"may contain {', '.join(map(camel_case, places))}"
                )
            items, following = page_of_items(
                self._account,
                schema,
                query,
                Position.of(request.continuation_token),
                page_size=request.page_size,
                limit=request.limit,
            )
        complete = with_settings(schema, query, self._account.settings) if query else {}
        before_id = [complete[name] for name in reversed(places) if complete.get(name)]
        for item in items:
            name = item.get(schema.label)
            yield provider_pb2.ListResponse(
                result=provider_pb2.ListResponse.Result(
                    id="/".join([*before_id, item["id"]]),
                    name=name if isinstance(name, str) else "",
                )
            )
        if following is not None:
            yield provider_pb2.ListResponse(
                continuation=provider_pb2.ListResponse.Continuation(
                    continuation_token=str(following)
                )
            )

    def Cancel(  # noqa: N802
        self, request: empty_pb2.Empty, context: Context
    ) -> empty_pb2.Empty:
        """Cancel all waits, also for answers. Partially created resources stay in the state, and
        unfinished creates in records."""
        self._cancelled.set()
        return empty_pb2.Empty()

    def _account_with(self, configuration: Mapping[str, Any]) -> Account:
        lanes = lanes_in(configuration)
        return Account(
            gather(configuration.get),
            partial(
                connect,
                connections=PLUGIN_CONCURRENCY if LANES.problem(lanes) else int(lanes),
                cancelled=self._cancelled,
            ),
            self._run,
        )

    def _schema(self, type_name: str, context: Context) -> ResourceSchema:
        if type_name not in SCHEMAS:
            known = did_you_mean(token(type_name), map(token, SCHEMAS))
            context.abort(grpc.StatusCode.NOT_FOUND, f"unknown resource type {type_name}; {known}")
        return SCHEMAS[type_name]

    @contextmanager
    def _operation(
        self, urn: str, context: Context, *received_from_engine: struct_pb2.Struct
    ) -> Iterator[ResourceLifecycle]:
        type_name = urn.split("::")[2].rpartition("$")[2].rpartition(":")[2]
        self._schema(type_name, context)
        self._log.about(urn)
        secrets = partial(secret_texts, received_from_engine)
        with self._aborting_on_error(context), hiding(secrets):
            yield lifecycle_of(type_name, lambda profile: self._account, keeps_half_created=True)

    def _worded(self, error: BirdError) -> str:
        return in_any_language(of_provider(str(error), self._explicit), self._log.urn)

    @contextmanager
    def _aborting_on_error(self, context: Context) -> Iterator[None]:
        try:
            yield
        except BirdError as error:
            context.abort(grpc.StatusCode.UNKNOWN, self._worded(error))

    @contextmanager
    def _half_created(
        self,
        context: Context,
        lifecycle: ResourceLifecycle,
        secret: frozenset[str],
        inputs: Properties,
    ) -> Iterator[None]:
        try:
            yield
        except OperationError as error:
            half = error.cause
            if not isinstance(half, HalfCreatedError) or half.state is None:
                raise
            text = self._worded(error)
            failed = provider_pb2.ErrorResourceInitFailed(
                id=half.item_id,
                properties=sent(lifecycle.schema, half.state, secret),
                inputs=sent(lifecycle.schema, inputs, secret),
                reasons=[text],
            )
            packed = any_pb2.Any()
            packed.Pack(failed)
            code = grpc.StatusCode.UNKNOWN
            status = status_pb2.Status(code=code.value[0], message=text, details=[packed])
            context.set_trailing_metadata(
                (("grpc-status-details-bin", status.SerializeToString()),)
            )
            context.abort(code, text)


def _failure(
    schema: ResourceSchema, failure: str, request: provider_pb2.CheckRequest
) -> provider_pb2.CheckFailure:
    """`phone_number_id: …` as `phone_number_id (phoneNumberId): …`: the program may use either
    name."""
    found = _PLACE.match(failure)
    if found is None or found["name"] not in schema.by_name:
        return provider_pb2.CheckFailure(reason=in_any_language(failure, request.urn))
    name, rest = found["name"], found["rest"]
    place = f"{camel_case(name)}{rest}"
    named = f"{name}{rest} ({place})" if "_" in name else place
    failure = named + in_any_language(failure[found.end() :], request.urn)
    # The engine shows the value of a property that is named, also of a secret; not of a path.
    field, value = schema.by_name[name], request.news.fields.get(camel_case(name))
    is_plain = value is None or value.WhichOneof("kind") not in ("struct_value", "list_value")
    is_map = field.kind.shape in (Shape.MAP, Shape.MAPS)
    is_long = value is not None and "\n" in value.string_value
    is_shown = is_plain and not (field.secret or is_map or is_long)
    return provider_pb2.CheckFailure(property=place if rest or is_shown else "", reason=failure)


_PLACE = re.compile(r"(?P<name>\w+)(?P<rest>(?:\.[^.:\[\]]+|\[\d+\])*)(?=:)")
"""The beginning of a failure: a property, and a path in it."""


def main() -> int:
    """Entry point of the plugin; prints the port as its first line of output."""
    return ending_quietly(lambda: _main(sys.argv[1:]))


def _main(arguments: list[str]) -> int:
    address = address_from(arguments)
    if address is None:
        # The engine passes its address, and beside it flags of its own, which say nothing here.
        _parser().parse_args(arguments)
    export_spans(os.environ)
    try:
        serve(BirdPlugin(address, end_at_once), lambda port: print(port, flush=True))
    except KeyboardInterrupt:
        return 0
    return 0


def _parser() -> Parser:
    return Parser(
        "pulumi-resource-bird",
        "The plugin of bird-dynamic. Pulumi's engine starts this; you do not. Programs in any "
        "language use it if the folder of this file is under `plugins:` in Pulumi.yaml. Started by "
        "hand, it prints the port on which it serves Pulumi's plugin protocol, and waits.",
        (("pulumi preview", "starts it, in a project with `plugins:` in Pulumi.yaml"),),
    )

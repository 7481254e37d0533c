"""Base of the resource classes: registers inputs, outputs, secrets and the mark."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

import pulumi
from pulumi import dynamic

from bird_dynamic.bird.ids import IdError, with_its_place
from bird_dynamic.lifecycle.drift import STATED_OTHERWISE
from bird_dynamic.providers.secret_inputs import SECRET_INPUTS, secret_inputs
from bird_dynamic.providers.stack_configuration import (
    warn_of_autonaming,
    warn_of_plain_access_key,
)
from bird_dynamic.schema.fields import Field, OnChange, ResourceSchema
from bird_dynamic.schema.kinds import Shape
from bird_dynamic.schema.naming import MARK, mark
from bird_dynamic.schema.texts_of_outputs import problem_of_text
from bird_dynamic.schema.values import ANYTHING, odd_values, parse_duration

if TYPE_CHECKING:
    from typing_extensions import Self

PROVIDER = "__provider"


class BirdResource(dynamic.Resource):
    """A resource that is described by a schema.

    `REFERENCE` is the provider as `pulumi.dynamic` would pickle it: the same on every Python and in
    every release, because the state refers to it. A test compares the two.
    """

    SCHEMA: ClassVar[ResourceSchema]
    REFERENCE: ClassVar[str]

    def __init__(
        self, resource_name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None
    ) -> None:
        schema = self.SCHEMA
        _refuse_what_is_no_options(schema, resource_name, opts)
        _refuse_what_pulumi_does_not_carry(schema, resource_name, inputs)
        profile = inputs.get("profile")
        warn_of_plain_access_key(profile if isinstance(profile, str) else None)
        reads = opts is not None and opts.id is not None
        # Each declared output costs the program several futures, and the SDK's wait at the end of
        # a program is quadratic in them: outputs that cannot have a value of their own are left to
        # `__getattr__`.
        properties: dict[str, Any] = {
            field.name: inputs.get(field.name)
            for field in schema.fields
            if reads or not (_is_id(field) or (_is_local(field) and inputs[field.name] is None))
        }
        for name in schema.secrets:
            if properties.get(name) is not None:
                properties[name] = pulumi.Output.secret(properties[name])
        own_opts = pulumi.ResourceOptions(
            additional_secret_outputs=[*schema.secrets, STATED_OTHERWISE]
        )
        type_token = f"pulumi-python:dynamic/bird:{schema.type_name}"
        if not reads:
            parent = opts.parent if opts else None
            other_type = self._other_type_token(type_token)
            properties[MARK] = _mark(type_token, resource_name, parent)
            # A stack can move between both providers without a change in Bird.
            own_opts.aliases = [
                _urn(other_type, resource_name)
                if parent is None
                else pulumi.Alias(type_=other_type)
            ]
        opts = pulumi.ResourceOptions.merge(own_opts, opts)
        _refuse_odd_timeouts(schema, opts)
        self._register(type_token, resource_name, properties, opts)

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would otherwise accept every attribute name.
        def __getattr__(self, name: str) -> Any:
            """An undeclared output. Raises AttributeError for an unknown name."""
            field = self.SCHEMA.by_name.get(name)
            if field is None or not (_is_id(field) or _is_local(field)):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            output = self.id if _is_id(field) else pulumi.Output.from_input(None)
            self.__dict__[name] = output
            return output

    def _other_type_token(self, type_token: str) -> str:
        """The type token of the same resource in the plugin, for the alias."""
        return f"bird:index:{self.SCHEMA.type_name}"

    def _register(
        self,
        type_token: str,
        resource_name: str,
        properties: dict[str, Any],
        opts: pulumi.ResourceOptions,
    ) -> None:
        _refuse_what_dynamic_providers_do_not_get(self.SCHEMA, opts)
        for timeout in ("create_timeout", "delete_timeout"):
            option = timeout.removesuffix("_timeout")
            given = getattr(opts.custom_timeouts, option, None)
            if properties.get(timeout) is None and given is not None:
                properties[timeout] = given
        if self.SCHEMA.is_named and opts.id is None and properties.get("name") is None:
            warn_of_autonaming(pulumi.get_stack())
        names = secret_inputs(properties, besides=self.SCHEMA.secrets)
        if names is not None:
            properties[SECRET_INPUTS] = names
        # Not dynamic.Resource.__init__: it would pickle the provider, which differs between Python
        # versions.
        properties[PROVIDER] = self.REFERENCE
        pulumi.CustomResource.__init__(self, type_token, resource_name, properties, opts)

    @classmethod
    def _get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],
        place: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
    ) -> Self:
        """A resource that is read, also in previews, and never changed."""
        _refuse_what_is_no_options(cls.SCHEMA, resource_name, opts)
        # In another spelling, the engine would treat the id of an item that this resource managed
        # before as a new one, and delete the item.
        spelled = (
            _spelled(id)
            if isinstance(id, str)
            else pulumi.Output.from_input(cast("pulumi.Output[str]", id)).apply(_spelled)
        )
        alone: pulumi.Input[str]
        if isinstance(spelled, tuple):
            alone, before_it = spelled
            inputs = {name: given or before_it.get(name) for name, given in place.items()}
        else:
            alone = spelled.apply(lambda parts: parts[0])
            inputs = {
                name: _place(spelled, name) if given is None else given
                for name, given in place.items()
            }
        found = cls.__new__(cls)
        reading = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=alone))
        BirdResource.__init__(found, resource_name, inputs, reading)
        return found


def _spelled(id: str) -> tuple[str, dict[str, str]]:
    if not isinstance(id, str):
        raise pulumi.RunError("get: the id must be a string, the UUID of the item to read")
    if (problem := problem_of_text(id)) is not None:
        raise pulumi.RunError(f"get: the id {problem}")
    try:
        return with_its_place(id)
    except IdError:
        # The provider reports the invalid id, together with the resource.
        return id, {}


def _place(
    spelled: pulumi.Output[tuple[str, dict[str, str]]], name: str
) -> pulumi.Output[str | None]:
    return spelled.apply(lambda parts: parts[1].get(name))


def _refuse_what_is_no_options(schema: ResourceSchema, resource_name: str, opts: Any) -> None:
    """Raises RunError."""
    if (problem := problem_of_options(opts)) is not None:
        raise pulumi.RunError(f"{schema.type_name} {resource_name}: {problem}")


def problem_of_options(opts: Any) -> str | None:
    """Why these are no resource options; None if they are, or if there are none."""
    if opts is None or isinstance(opts, pulumi.ResourceOptions):
        return None
    names = ", ".join(f"{each}=…" for each in opts) if isinstance(opts, Mapping) else "…"
    return f"opts: must be pulumi.ResourceOptions({names}), not a {type(opts).__name__}"


def _refuse_what_pulumi_does_not_carry(
    schema: ResourceSchema, resource_name: str, inputs: Mapping[str, Any]
) -> None:
    """Raises RunError: the SDK would fail later, with a traceback and without the argument's
    path."""
    if isinstance(resource_name, str) and problem_of_text(resource_name) is not None:
        raise pulumi.RunError(
            f"{schema.type_name}: the resource name contains an Output or an object inside an "
            'f-string; Pulumi needs a name that is known from the start, such as "support"'
        )
    for name, value in inputs.items():
        kind = schema.by_name[name].kind
        accepted = _ACCEPTED.get(kind.shape, "a string")
        for problem in odd_values(name, value, _CARRIED, accepted):
            # A whole result of a look-up, or a generator, has a better answer.
            whole = is_dataclass(value) or isinstance(value, Iterator)
            better = kind.problem(value) if whole else None
            raise pulumi.RunError(
                f"{schema.type_name} {resource_name}: {f'{name}: {better}' if better else problem}"
            )


_ACCEPTED = {
    Shape.MAP: ANYTHING,
    Shape.BOOLEAN: "True or False",
    Shape.TEXT_OR_NUMBER: '"5m" or a number of seconds',
}
"""What the arguments take that are no strings."""
_CARRIED = (pulumi.Output, Awaitable, pulumi.Asset, pulumi.Archive, pulumi.Resource)
"""Types of values that the SDK carries, or that the provider reports."""


def _refuse_odd_timeouts(schema: ResourceSchema, opts: pulumi.ResourceOptions) -> None:
    """Raises RunError: the engine would fail with the traceback of its protocol."""
    for each in ("create", "update", "delete", "read"):
        given = getattr(opts.custom_timeouts, each, None)
        if given is not None and parse_duration(given) is None:
            raise pulumi.RunError(
                f"{schema.type_name}: the option custom_timeouts: {each} must be a positive "
                f'duration, such as pulumi.CustomTimeouts({each}="5m")'
            )


def _refuse_what_dynamic_providers_do_not_get(
    schema: ResourceSchema, opts: pulumi.ResourceOptions
) -> None:
    """Raises RunError for an option that Pulumi does not pass to dynamic providers."""
    limited = [
        each for each in ("update", "read") if getattr(opts.custom_timeouts, each, None) is not None
    ]
    refused = {
        "import_": (
            opts.import_ is not None,
            'pass the argument adopt="<its id>", or use bird_dynamic.native',
        ),
        "provider": (
            has_explicit_provider(opts),
            "explicit providers need bird_dynamic.native; pass the argument profile to use another "
            "account",
        ),
        f"custom_timeouts: {' and '.join(limited)}": (
            bool(limited),
            "remove it; bird:timeout (or BIRD_TIMEOUT) limits updates and reads",
        ),
        "replace_on_changes": (
            any(
                not any(
                    field.name == path and field.on_change is OnChange.REPLACE
                    for field in schema.inputs
                )
                for path in opts.replace_on_changes or ()
            ),
            "only inputs that replace the resource anyway are supported; use bird_dynamic.native",
        ),
    }
    for option, (is_given, instead) in refused.items():
        if is_given:
            raise pulumi.RunError(
                f"{schema.type_name}: the option {option} is not passed to dynamic providers: "
                f"{instead}"
            )


def has_explicit_provider(opts: pulumi.ResourceOptions) -> bool:
    """Whether they name a provider of this package, or a parent passes one on."""
    return any(each.package == "bird" for each in _providers(opts))


def _providers(opts: pulumi.ResourceOptions) -> Iterator[pulumi.ProviderResource]:
    if opts.provider is not None:
        yield opts.provider
    providers = opts.providers or ()
    yield from providers.values() if isinstance(providers, Mapping) else providers
    # The providers that a component passes to its children.
    yield from getattr(opts.parent, "_providers", {}).values()


def _is_id(field: Field) -> bool:
    """Whether its value is the resource's `id`."""
    return not field.is_input and field.response_path == ("id",)


def _is_local(field: Field) -> bool:
    """Whether it has a value only if the program sets one."""
    return field.is_input and not (
        field.response_path or field.setting or field.automatic or field.default is not None
    )


def _mark(type_token: str, resource_name: str, parent: pulumi.Resource | None) -> pulumi.Input[str]:
    def of(urn: str) -> str:
        return mark(f"{pulumi.get_organization()}/{urn}", resource_name)

    if parent is None:
        return of(_urn(type_token, resource_name))
    urn = pulumi.create_urn(resource_name, type_token, parent=parent)
    # Without the dependencies of the URN: depending on a parent means depending on all of its
    # children, which include this resource.
    future = cast("Awaitable[str]", urn.future())
    return pulumi.Output(set(), future, urn.is_known()).apply(of)


def _urn(type_token: str, resource_name: str) -> str:
    """The URN of a resource without a parent: as `create_urn`, without its five outputs."""
    return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{type_token}::{resource_name}"

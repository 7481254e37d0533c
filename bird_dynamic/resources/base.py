"""What all resource classes share: how inputs, outputs, secrets and the derived name go to the
engine."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

import pulumi
from pulumi import dynamic

from bird_dynamic.lifecycle.fields import Description
from bird_dynamic.lifecycle.naming import derived_name
from bird_dynamic.lifecycle.properties import DERIVED_NAME

if TYPE_CHECKING:
    from typing_extensions import Self

PROVIDER = "__provider"


class BirdResource(dynamic.Resource):
    """A resource that is described by a table of fields.

    `REFERENCE` is the provider as `pulumi.dynamic` would pickle it: the same on every Python and in
    every release, because the state refers to it. A test holds the two against each other.
    """

    DESCRIPTION: ClassVar[Description]
    REFERENCE: ClassVar[str]

    def __init__(
        self, resource_name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None
    ) -> None:
        description = self.DESCRIPTION
        # An output is an attribute of the resource only if the properties mention it.
        properties: dict[str, Any] = {field.name: None for field in description.fields}
        properties |= inputs
        for name in description.secrets:
            if properties[name] is not None:
                properties[name] = pulumi.Output.secret(properties[name])
        type_token = f"pulumi-python:dynamic/bird:{description.type_name}"
        reads = opts is not None and opts.id is not None
        if "name" in properties and properties["name"] is None and not reads:
            properties[DERIVED_NAME] = _derived(type_token, resource_name, opts)
        opts = pulumi.ResourceOptions.merge(
            pulumi.ResourceOptions(additional_secret_outputs=list(description.secrets)), opts
        )
        self._register(type_token, resource_name, properties, opts)

    def _register(
        self,
        type_token: str,
        resource_name: str,
        properties: dict[str, Any],
        opts: pulumi.ResourceOptions,
    ) -> None:
        # Not dynamic.Resource.__init__: it would pickle the provider anew, differently on some
        # Pythons.
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
        """A resource that is read and never changed. In previews it is read too."""
        found = cls.__new__(cls)
        reading = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        BirdResource.__init__(found, resource_name, place, reading)
        return found


def _derived(
    type_token: str, resource_name: str, opts: pulumi.ResourceOptions | None
) -> pulumi.Output[str]:
    def name(urn: str) -> str:
        return derived_name(f"{pulumi.get_organization()}/{urn}", resource_name)

    urn = pulumi.create_urn(resource_name, type_token, parent=opts.parent if opts else None)
    # Without the resources that the URN comes from: depending on a parent means depending on all
    # of its children, and so on this resource itself.
    future = cast("Awaitable[str]", urn.future())
    return pulumi.Output(set(), future, urn.is_known()).apply(name)

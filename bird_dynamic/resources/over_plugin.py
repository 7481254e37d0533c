"""What the classes of `bird_dynamic.native` share: they register with the plugin's types and
names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pulumi

from bird_dynamic.resources.base import BirdResource
from bird_dynamic.schema.case import camel_case, snake_keys


class Provider(pulumi.ProviderResource):
    """An account of its own, for resources that are given it (`opts.provider`). What is left out is
    taken from the environment, not from `bird:` in the stack's configuration."""

    def __init__(
        self,
        resource_name: str,
        *,
        access_key: pulumi.Input[str] | None = None,
        workspace_id: pulumi.Input[str] | None = None,
        organization_id: pulumi.Input[str] | None = None,
        api_url: pulumi.Input[str] | None = None,
        timeout: pulumi.Input[str] | None = None,
        take_over: pulumi.Input[str] | None = None,
        lanes: pulumi.Input[int] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare an account. The settings are those of the configuration: see its reference.

        :param lanes: how many requests may be under way at once, 1 to 64 (the default).
        """
        given = {
            "accessKey": None if access_key is None else pulumi.Output.secret(access_key),
            "workspaceId": workspace_id,
            "organizationId": organization_id,
            "apiUrl": api_url,
            "timeout": timeout,
            "takeOver": take_over,
            "lanes": lanes,
        }
        super().__init__("bird", resource_name, given, opts)


class OverPlugin(BirdResource):
    """Registers with the plugin's type and names; attributes keep Python's."""

    def _other_type_token(self, type_token: str) -> str:
        return type_token

    def _register(
        self,
        type_token: str,
        resource_name: str,
        properties: dict[str, Any],
        opts: pulumi.ResourceOptions,
    ) -> None:
        kind = self.DESCRIPTION.type_name
        for option in ("ignore_changes", "additional_secret_outputs", "replace_on_changes"):
            if names := getattr(opts, option, None):
                setattr(opts, option, [camel_path(each) for each in names])
        wired = {camel_case(name): value for name, value in properties.items()}
        pulumi.CustomResource.__init__(self, f"bird:index:{kind}", resource_name, wired, opts)
        outputs = self.__dict__
        for name in properties:
            outputs[name] = outputs[camel_case(name)]
        # Converted when it is read: most programs never do.
        self._number = outputs.pop("number", None)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """An output that was not declared, or not converted yet."""
            if name != "number" or self.__dict__.get("_number") is None:
                return super().__getattr__(name)
            self.number = self._number.apply(snake_keys)
            return self.number


def camel_path(path: str) -> str:
    # What is inside a property has Bird's own names, or the user's.
    return re.sub(r"^[^.\[]+", lambda name: camel_case(name[0]), path)

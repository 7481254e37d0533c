"""Base of the classes in `bird_dynamic.native`: registers with the plugin's types and names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pulumi

from bird_dynamic.resources.base import BirdResource
from bird_dynamic.schema.case import camel_case, snake_keys


class OverPlugin(BirdResource):
    """Registers with the plugin's type and property names; attributes keep Python's names."""

    def _other_type_token(self, type_token: str) -> str:
        return type_token

    def _register(
        self,
        type_token: str,
        resource_name: str,
        properties: dict[str, Any],
        opts: pulumi.ResourceOptions,
    ) -> None:
        kind = self.SCHEMA.type_name
        for option in ("ignore_changes", "additional_secret_outputs", "replace_on_changes"):
            if names := getattr(opts, option, None):
                setattr(opts, option, [camel_path(each) for each in names])
        wired = {camel_case(name): value for name, value in properties.items()}
        pulumi.CustomResource.__init__(self, f"bird:index:{kind}", resource_name, wired, opts)
        outputs = self.__dict__
        for name in properties:
            outputs[name] = outputs[camel_case(name)]
        # Converted when it is read: most programs never read it.
        self._number = outputs.pop("number", None)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """An undeclared output, or one that was not converted yet."""
            if name != "number" or self.__dict__.get("_number") is None:
                return super().__getattr__(name)
            self.number = self._number.apply(snake_keys)
            return self.number


def camel_path(path: str) -> str:
    # The keys inside a property belong to Bird or the user.
    return re.sub(r"^[^.\[]+", lambda name: camel_case(name[0]), path)

"""The `language` section of the plugin's schema: what the generated packages are called.

By default they would bear names of Pulumi's own (`@pulumi/bird`, `Pulumi.Bird`, `com.pulumi.bird`)
or of nobody (`example.com`). A name that the publisher's repository gives a right to is made of the
repository: a Go module, and a Java package below `io.github.OWNER`. The others are free for
whoever publishes them first. `bird-dynamic.invalid` can never be an address.

Source: "Language-specific extensions" of Pulumi's schema reference.
"""

from __future__ import annotations

from typing import Any

from bird_dynamic.providers.names import PACKAGE
from bird_dynamic.schema.publisher import Publisher

_VERSIONED = {"respectSchemaVersion": True}


def languages(publisher: Publisher) -> dict[str, dict[str, Any]]:
    """The section, by language. Each package has the schema's version; Java's does by itself."""
    module = f"{publisher.go_module or 'bird-dynamic.invalid'}/sdk/go"
    # A hyphen may be part of the account's name, and not of a Java package's.
    account = publisher.owner.lower().replace("-", "_")
    return {
        "python": {
            "packageName": f"pulumi_{PACKAGE}",
            "pyproject": {"enabled": True},
            **_VERSIONED,
        },
        "nodejs": {"packageName": f"pulumi-{PACKAGE}", **_VERSIONED},
        "go": {
            "modulePath": module,
            "importBasePath": f"{module}/{PACKAGE}",
            "generateResourceContainerTypes": True,
            **_VERSIONED,
        },
        "csharp": {"rootNamespace": "BirdDynamic", **_VERSIONED},
        "java": {"basePackage": f"io.github.{account}" if account else "birddynamic"},
    }

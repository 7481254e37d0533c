"""Write `docs/unconfirmed.md`: what `docs/openapi.yaml` says of Bird without Bird's documentation
saying it, so that somebody with an account knows what to look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "unconfirmed.md"
_METHODS = ("get", "post", "patch", "put", "delete")
_ERROR = "#/components/schemas/Error"
_HEAD = """\
# What has not been confirmed

Nothing here has been checked against the live service. What Bird's documentation says is taken for
granted; this page lists the rest of what [openapi.yaml](openapi.yaml) describes and the emulator
does. **Observed** is quoted from real answers by third parties; everything else is assumed, by
analogy or after third-party code. Written by `tools/unconfirmed.py`.

Every operation: the body of an error (`code`, `message`, `details`) and the status 401 are
observed.
"""


def page() -> str:
    """The page, as it should be."""
    document = yaml.safe_load((DOCS / "openapi.yaml").read_text(encoding="utf-8"))
    parts = [_HEAD]
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method not in item:
                continue
            operation = item[method]
            lines = list(_unconfirmed(document, item.get("parameters", []), operation))
            if lines:
                parts.append(f"\n## {operation['operationId']}\n\n`{method.upper()} {path}`\n\n")
                parts += [f"* {line}\n" for line in lines]
    return "".join(parts)


def _unconfirmed(
    document: dict[str, Any], shared: list[Any], operation: dict[str, Any]
) -> Iterator[str]:
    if operation["x-confidence"] != "documented":
        yield f"the operation itself{_remark(operation)}, after {operation['x-source']}"
    for reference in [*shared, *operation.get("parameters", [])]:
        parameter = _resolved(document, reference)
        if parameter["x-confidence"] != "documented":
            yield f"parameter `{parameter['name']}`{_remark(parameter)}"
    if "requestBody" in operation:
        for name, thing in _properties(document, _schema(operation["requestBody"])):
            yield f"sent `{name}`{_remark(thing)}"
    for status, reference in operation["responses"].items():
        response = _resolved(document, reference)
        if response["x-confidence"] != "documented" and status != "401":
            yield f"status {status}{_remark(response)}"
        schema = _schema(response)
        if schema.get("$ref") != _ERROR:
            for name, thing in _properties(document, schema):
                yield f"answered `{name}`{_remark(thing)}"


def _properties(
    document: dict[str, Any], reference: dict[str, Any], within: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The properties of a schema, by path, that are not documented."""
    schema = _resolved(document, reference)
    for name, thing in schema.get("properties", {}).items():
        if thing.get("x-confidence", "documented") != "documented":
            yield f"{within}{name}", thing
        yield from _properties(document, thing, f"{within}{name}.")
    if "items" in schema:
        yield from _properties(document, schema["items"], f"{within.removesuffix('.')}[].")


def _resolved(document: dict[str, Any], reference: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in reference:
        return reference
    found: Any = document
    for key in reference["$ref"].removeprefix("#/").split("/"):
        found = found[key]
    return {**found, **reference}


def _schema(content: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = (
        content.get("content", {}).get("application/json", {}).get("schema", {})
    )
    return schema


def _remark(thing: dict[str, Any]) -> str:
    said = thing.get("description", "").rstrip(".")
    observed = " (observed)" if thing["x-confidence"] == "observed" else ""
    return f"{observed}: {said}" if said and "summary" not in thing else observed


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

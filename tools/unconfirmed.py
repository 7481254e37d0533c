"""Write `docs/unconfirmed.md`: the questions that Bird's documentation leaves open, and what
`docs/openapi.yaml` says of Bird without that documentation saying it, so that somebody with an
account knows what to look at. `--check` writes nothing, and fails if the page is not current."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bird_dynamic.emulator.dialect import QUESTIONS, Choice, Question

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "unconfirmed.md"
_METHODS = ("get", "post", "patch", "put", "delete")
_ERROR = "#/components/schemas/Error"
_HEAD = """\
# What has not been confirmed

Nothing here has been checked against the live service. **Documented** is what Bird's documentation
says, **observed** is quoted from real answers by third parties, and **assumed** is everything else,
by analogy or after third-party code. Written by `tools/unconfirmed.py`.

## Open questions

The emulator answers each as its default says, and otherwise if it is told to:
`bird-emulator --dialect question=choice`. The default is the first choice, in bold.

| Question | Choices | Evidence |
| --- | --- | --- |
"""
_DESCRIBED = """
## What is described without being documented

What [openapi.yaml](openapi.yaml) describes beyond Bird's documentation. Every operation: the body
of an error (`code`, `message`, `details`) and the status 401 are observed.

| Operation | What | How sure |
| --- | --- | --- |
"""


def page() -> str:
    """The page, as it should be."""
    questions = [_row(_asked(each), _choices(each), _evidence(each)) for each in QUESTIONS]
    return "".join([_HEAD, *questions, _DESCRIBED, *_described()])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _asked(question: Question) -> str:
    return f"`{question.name}`: {question.asks}"


def _choices(question: Question) -> str:
    first, *others = question.choices
    told = [f"**`{first.name}`**: {first.means}"]
    return "; ".join(told + [f"`{each.name}`: {each.means}" for each in others])


def _evidence(question: Question) -> str:
    """What is known of some choices; of all others, nothing is."""
    known = [each for each in question.choices if each.confidence != "assumed" or each.source]
    return "; ".join(map(_known, known)) or "assumed"


def _known(choice: Choice) -> str:
    return f"`{choice.name}` {choice.confidence}" + (f" ({choice.source})" if choice.source else "")


def _described() -> Iterator[str]:
    document = yaml.safe_load((DOCS / "openapi.yaml").read_text(encoding="utf-8"))
    for item in [*document["paths"].values(), *document["webhooks"].values()]:
        for method in _METHODS:
            if method in item:
                operation = item[method]
                for what, sure in _unconfirmed(document, item.get("parameters", []), operation):
                    yield _row(f"`{operation['operationId']}`", what, sure)


def _unconfirmed(
    document: dict[str, Any], shared: list[Any], operation: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    """What of an operation is not documented, and how sure it is."""
    if operation["x-confidence"] != "documented":
        sure = f"{operation['x-confidence']}, after {operation['x-source']}"
        yield f"the operation itself{_remark(operation)}", sure
    for reference in [*shared, *operation.get("parameters", [])]:
        parameter = _resolved(document, reference)
        if parameter["x-confidence"] != "documented":
            told = f"parameter `{parameter['name']}`{_remark(parameter)}"
            yield told, parameter["x-confidence"]
    if "requestBody" in operation:
        for name, thing in _properties(document, _schema(operation["requestBody"])):
            yield f"sent `{name}`{_remark(thing)}", thing["x-confidence"]
    for status, reference in operation["responses"].items():
        response = _resolved(document, reference)
        if response["x-confidence"] != "documented" and status != "401":
            yield f"status {status}{_remark(response)}", response["x-confidence"]
        schema = _schema(response)
        if schema.get("$ref") != _ERROR:
            for name, thing in _properties(document, schema):
                yield f"answered `{name}`{_remark(thing)}", thing["x-confidence"]


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
    return f": {said}" if said and "summary" not in thing else ""


def main(arguments: list[str]) -> int:
    """Write the page, or only check it; the exit status."""
    if arguments != ["--check"]:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        print(f"{PAGE.name} is not current: run python tools/unconfirmed.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The description itself: valid, as sure of everything as it says, and of what is emulated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.support.openapi import OPERATION_IDS, document

CONFIDENCE = {"documented", "observed", "assumed"}
PROSE = {"summary", "description", "tags", "x-confidence", "x-source"}
METHODS = ("get", "post", "patch", "put", "delete")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method.upper(), item[method]


def without_confidence(part: Any, where: str = "") -> Iterator[str]:
    """Where properties, parameters and responses do not say how sure they are."""
    if isinstance(part, list):
        for index, each in enumerate(part):
            yield from without_confidence(each, f"{where}/{index}")
    if not isinstance(part, dict):
        return
    things = {**_dict(part.get("properties")), **_dict(part.get("responses"))}
    if where.endswith("/components"):
        things |= part["parameters"]
    for each in part["parameters"] if isinstance(part.get("parameters"), list) else []:
        things[each.get("name", "")] = each
    for name, thing in things.items():
        is_reference = set(thing) == {"$ref"} and "/schemas/" not in thing["$ref"]
        if not is_reference and thing.get("x-confidence") not in CONFIDENCE:
            yield f"{where}/{name}"
    for key, each in part.items():
        yield from without_confidence(each, f"{where}/{key}")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def test_the_document_is_valid_openapi_3_1() -> None:
    assert document()["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document()).validate()


def test_every_property_parameter_and_response_says_how_sure_it_is() -> None:
    assert list(without_confidence(document())) == []


def test_no_parameter_has_the_brackets_of_its_type_in_its_name() -> None:
    names = {
        parameter["name"]
        for _, _, operation in operations()
        for parameter in operation.get("parameters", ())
        if "name" in parameter
    }
    assert {"countryCodes", "providerIds", "channelIds", "identifiers"} <= names
    assert not [each for each in names if not each.isalnum()]


def test_what_does_not_say_it_would_be_found() -> None:
    part = {"components": {"parameters": {"p": {"name": "p"}}}, "properties": {"a": {}}}
    assert list(without_confidence(part)) == ["/a", "/components/p"]


def test_every_operation_says_how_sure_it_is_and_where_it_comes_from() -> None:
    for _, _, operation in operations():
        assert operation["x-confidence"] in CONFIDENCE
        assert operation["x-source"]
        documented = operation["x-confidence"] == "documented"
        assert documented == (operation["x-source"] != "third-party code")


def test_it_uses_only_what_the_emulator_is_held_to() -> None:
    components = document()["components"]
    responses = list(components["responses"].values())
    parameters = list(components["parameters"].values())
    for path, _, operation in operations():
        assert set(operation) <= {*PROSE, "operationId", "parameters", "requestBody", "responses"}
        parameters += operation.get("parameters", []) + document()["paths"][path]["parameters"]
        responses += operation["responses"].values()
        body = operation.get("requestBody", {"required": True})
        assert body["required"] is True
        assert all(set(each) <= {"schema", "example"} for each in body.get("content", {}).values())
    for each in responses:
        assert set(each) <= {"$ref", "content", *PROSE}
        assert all(set(media) == {"schema"} for media in each.get("content", {}).values())
    for each in parameters:
        assert set(each) <= {"$ref", "name", "in", "required", "schema", *PROSE}
        assert "$ref" in each or each["in"] in {"path", "query"}


def test_what_is_described_is_what_is_emulated() -> None:
    described = {each["operationId"]: (method, path) for path, method, each in operations()}
    assert described == OPERATION_IDS

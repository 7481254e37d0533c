"""The plugin's schema: complete, and in Pulumi's form."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any, get_type_hints

import jsonschema_rs
import pytest
import yaml

import bird_dynamic
from bird_dynamic.providers.names import FUNCTIONS, in_plugin_terms
from bird_dynamic.providers.schema import NOT_HERE, schema
from bird_dynamic.schema.case import camel_case
from bird_dynamic.schema.resources import SCHEMAS
from bird_dynamic.schema.templates import MORE_TEMPLATES, TEMPLATES
from bird_dynamic.schema.webhook_events import EVENTS, FILTER_KEYS, SERVICES
from bird_dynamic.schema.webhook_subscription import STATUSES
from bird_dynamic.settings import CONFIGURABLE

ROOT = Path(__file__).parents[2]
SCHEMA = schema("1.2.3")


@pytest.mark.parametrize("type_name", SCHEMAS)
def test_every_field_of_every_resource_is_there_and_described(type_name: str) -> None:
    schema = SCHEMAS[type_name]
    resource = SCHEMA["resources"][f"bird:index:{type_name}"]
    fields = [field for field in schema.fields if field.name not in NOT_HERE]
    assert set(resource["properties"]) == {camel_case(field.name) for field in fields}
    inputs = {camel_case(field.name) for field in fields if field.is_input}
    assert set(resource["inputProperties"]) == inputs
    assert set(resource["required"]) <= set(resource["properties"])
    assert set(resource["requiredInputs"]) <= inputs
    for field in fields:
        described = resource["properties"][camel_case(field.name)]
        assert described["description"] == in_plugin_terms(field.output_text)
        if field.is_input:
            given = resource["inputProperties"][camel_case(field.name)]
            assert given["description"] == in_plugin_terms(field.text)
        assert described.get("secret", False) is field.secret


@pytest.mark.parametrize("type_name", SCHEMAS)
def test_every_example_is_a_value_that_its_property_can_have(type_name: str) -> None:
    fields = SCHEMAS[type_name].fields
    assert [each.name for each in fields if each.example is not None]
    for field in fields:
        if field.example is not None:
            assert field.kind.problem(field.example) is None, field.name
        if field.default is not None:
            assert field.kind.problem(field.default) is None, field.name


def test_what_is_required_is_what_nothing_else_fills_in() -> None:
    released = {
        "VoiceChannel": ["phoneNumberId"],
        "Connector": ["connectorTemplateRef"],
        "WebhookSubscription": ["service", "event", "url"],
    }
    for name, inputs in released.items():
        assert SCHEMA["resources"][f"bird:index:{name}"]["requiredInputs"] == inputs


@pytest.mark.parametrize("type_name", SCHEMAS)
def test_what_is_always_there_is_what_the_python_class_says(type_name: str) -> None:
    resource = SCHEMA["resources"][f"bird:index:{type_name}"]
    # `get_type_hints` stumbles over annotations of Pulumi's own base classes.
    hints: dict[str, str] = {}
    for each in getattr(bird_dynamic, type_name).__mro__:
        if each.__module__.startswith("bird_dynamic."):
            hints |= each.__annotations__
    certain = {
        camel_case(name)
        for name, hint in hints.items()
        if camel_case(name) in resource["properties"] and "None" not in hint
    }
    assert set(resource["required"]) == certain


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_always_found_is_what_the_python_result_says(name: str) -> None:
    lookup = FUNCTIONS[name]
    hints = get_type_hints(getattr(bird_dynamic, lookup.result.class_name))
    found = SCHEMA["functions"][f"bird:index:{name}"]["outputs"]
    if lookup.lists:
        found = SCHEMA["types"][f"bird:index:{lookup.result.row_name}"]
    certain = {name for name, hint in hints.items() if "None" not in str(hint)}
    assert set(found["required"]) == set(map(camel_case, certain))


TYPES = SCHEMA["types"]


def _references(value: Any) -> set[str]:
    found = set(re.findall(r"#/types/bird:index:(\w+)", json.dumps(value)))
    return found.union(*(_references(TYPES[f"bird:index:{name}"]) for name in found))


def test_every_type_is_used_and_every_used_type_is_there() -> None:
    used = _references([SCHEMA["resources"], SCHEMA["functions"]])
    assert {f"bird:index:{name}" for name in used} == set(TYPES)


def test_the_values_of_an_enumeration_are_those_of_the_table_under_names_of_their_own() -> None:
    found = {name: each["enum"] for name, each in TYPES.items() if "enum" in each}
    for values in found.values():
        names = [each["name"] for each in values]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]+", name) for name in names)
    values = {name: tuple(each["value"] for each in values) for name, values in found.items()}
    assert values["bird:index:ConnectorTemplate"] == (*TEMPLATES, *MORE_TEMPLATES)
    assert values["bird:index:WebhookService"] == SERVICES
    assert values["bird:index:WebhookEvent"] == tuple(sorted(chain(*EVENTS.values())))
    assert values["bird:index:WebhookFilterKey"] == FILTER_KEYS
    assert values["bird:index:WebhookStatus"] == STATUSES
    assert {"voice", "voice-inbound", "fax-outbound"} < {
        *values["bird:index:PhoneNumberCapability"]
    }


def test_only_a_closed_list_excludes_other_values() -> None:
    properties = SCHEMA["resources"]["bird:index:WebhookSubscription"]["inputProperties"]
    assert properties["status"]["$ref"] == "#/types/bird:index:WebhookStatus"
    for name, type_name in (("service", "WebhookService"), ("event", "WebhookEvent")):
        assert properties[name]["type"] == "string"
        assert properties[name]["oneOf"] == [
            {"type": "string"},
            {"$ref": f"#/types/bird:index:{type_name}"},
        ]


def test_no_output_is_an_enumeration() -> None:
    # Some SDKs fail a program that is answered with another value.
    outputs = [each["properties"] for each in SCHEMA["resources"].values()]
    outputs += [each["outputs"] for each in SCHEMA["functions"].values()]
    # A union of a text with an enumeration is a text in every SDK.
    named = re.sub(r'"oneOf": \[.*?\]', "", json.dumps([outputs, TYPES]))
    referenced = re.findall(r"#/types/(bird:index:\w+)", named)
    assert referenced
    assert not [name for name in referenced if "enum" in TYPES[name]]


def test_structures_are_those_that_bird_documents() -> None:
    described = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
    schemas = described["components"]["schemas"]
    number = schemas["Connector"]["properties"]["number"]["properties"]
    attachment = number["profileAttachments"]["items"]["properties"]
    for name, documented in (
        ("ConnectorNumber", number),
        ("ConnectorNumberProfileAttachment", attachment),
        ("WebhookEventFilter", schemas["EventFilter"]["properties"]),
    ):
        assert set(TYPES[f"bird:index:{name}"]["properties"]) == set(documented)
    assert TYPES["bird:index:WebhookEventFilter"]["required"] == ["key", "value"]


def test_a_filter_is_an_object_and_arguments_are_anything() -> None:
    for kind in ("properties", "inputProperties"):
        webhook = SCHEMA["resources"]["bird:index:WebhookSubscription"][kind]
        assert webhook["eventFilters"]["items"] == {"$ref": "#/types/bird:index:WebhookEventFilter"}
        connector = SCHEMA["resources"]["bird:index:Connector"][kind]
        assert connector["arguments"]["additionalProperties"] == {"$ref": "pulumi.json#/Any"}


def test_settings_have_their_environment_variables_and_the_key_is_secret() -> None:
    for variables in (SCHEMA["config"]["variables"], SCHEMA["provider"]["inputProperties"]):
        assert list(variables) == list(CONFIGURABLE)
        assert {
            name: each["defaultInfo"]["environment"]
            for name, each in variables.items()
            if name != "lanes"
        } == {name: [each.variable] for name, each in CONFIGURABLE.items() if name != "lanes"}
        assert [name for name, each in variables.items() if each.get("secret")] == ["accessKey"]


def test_every_function_has_arguments_and_results() -> None:
    assert set(SCHEMA["functions"]) == {f"bird:index:{name}" for name in FUNCTIONS}
    for function in SCHEMA["functions"].values():
        assert set(function["inputs"]["required"]) <= set(function["inputs"]["properties"])
        assert function["outputs"]["properties"]


def test_everything_is_described_and_every_token_is_well_formed() -> None:
    assert _without_description(SCHEMA) == []
    for token in [*SCHEMA["resources"], *SCHEMA["functions"]]:
        assert re.fullmatch(r"bird:index:[A-Za-z]+", token)


DESCRIBED = ("properties", "inputProperties", "variables", "resources", "functions", "types")


def _without_description(value: Any, path: str = "") -> list[str]:
    found = []
    for name, each in value.items() if isinstance(value, dict) else ():
        is_property = path.endswith("/properties")
        if not is_property and name in DESCRIBED:
            for key, described in each.items():
                if "description" not in described:
                    found.append(f"{path}/{name}/{key}")
        found += _without_description(each, f"{path}/{name}")
    return found


def test_it_conforms_to_pulumis_metaschema() -> None:
    metaschema = json.loads((ROOT / "tests" / "data" / "pulumi-metaschema.json").read_text())
    validator = jsonschema_rs.validator_for(metaschema)
    assert [str(error) for error in validator.iter_errors(SCHEMA)] == []
    broken = {**SCHEMA, "resources": {"not a token": {"inputProperties": 3}}}
    assert list(validator.iter_errors(broken)), "it can fail"


def test_the_checked_in_copy_is_current() -> None:
    assert json.loads((ROOT / "docs" / "schema.json").read_text()) == schema(
        version("bird-dynamic")
    )


def test_a_function_under_an_earlier_name_is_deprecated() -> None:
    functions = SCHEMA["functions"]
    old, new = functions["bird:index:listConnectors"], functions["bird:index:getConnectors"]
    assert old["deprecationMessage"] == "Use bird:index:getConnectors."
    assert {**new, "deprecationMessage": old["deprecationMessage"]} == old


def test_paths_in_descriptions_are_code() -> None:
    described = [each["description"] for each in SCHEMA["resources"].values()]
    assert all("`/workspaces/" in each for each in described)
    assert not any(re.search(r"(?<!`)/workspaces/", each) for each in described)


def test_descriptions_have_the_names_of_the_plugin_and_json() -> None:
    text = re.sub("{{% examples %}}.*?{{% /examples %}}", "", json.dumps(SCHEMA))
    assert not re.search(r"`[a-z]+_[a-z_]+`|\b(True|False)\b", text)
    assert "`getConnector` returns" in text
    assert "the `phoneNumberId` of a voice channel" in text
    assert "Use `false` for templates without a channel. Example: `false`." in text


def test_every_resource_has_an_example_in_every_language() -> None:
    for described in SCHEMA["resources"].values():
        languages = re.findall(r"^```(\w+)$", described["description"], re.M)
        assert languages == ["yaml", "typescript", "python", "go"]

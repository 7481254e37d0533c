"""What holds for the class of every resource: it says what its schema says."""

from __future__ import annotations

import inspect
import typing

import pytest

import bird_dynamic
from bird_dynamic.resources.base import BirdResource
from bird_dynamic.schema.fields import ResourceSchema
from bird_dynamic.schema.resources import SCHEMAS

CLASSES: list[type[BirdResource]] = [getattr(bird_dynamic, name) for name in SCHEMAS]
every_class = pytest.mark.parametrize("resource", CLASSES, ids=lambda each: each.__name__)


def test_the_public_names_are_these() -> None:
    results = {
        f"Get{kind}Result" for kind in ("Channel", "Connector", "PhoneNumber", "WebhookEvent")
    }
    looked_up = {f"get_{kind}" for kind in ("channel", "connector", "phone_number")}
    looked_up |= {"get_phone_numbers", "get_webhook_events", "list_connectors"}
    outputs = {f"{name}_output" for name in looked_up}
    audit = {"audit", "Audit", "AuditFinding", "AuditedNumber", "AuditFailedError"}
    expected = set(SCHEMAS) | results | looked_up | outputs | audit | {"LookupFailedError"}
    expected |= {"PhoneLine"}
    assert set(bird_dynamic.__all__) == expected <= set(dir(bird_dynamic))
    assert all(getattr(bird_dynamic, name).__doc__ for name in bird_dynamic.__all__)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        bird_dynamic.no_such_name  # noqa: B018


@every_class
def test_its_schema_bears_its_name(resource: type[BirdResource]) -> None:
    assert resource.SCHEMA is SCHEMAS[resource.__name__]


@every_class
def test_every_field_is_an_attribute_with_a_type(resource: type[BirdResource]) -> None:
    names = {field.name for field in resource.SCHEMA.fields}
    annotated = {
        name for each in resource.__mro__ for name in vars(each).get("__annotations__", {})
    }
    assert names <= annotated


@every_class
def test_its_arguments_are_the_inputs_of_the_schema(resource: type[BirdResource]) -> None:
    schema: ResourceSchema = resource.SCHEMA
    named = {
        name: each
        for name, each in inspect.signature(resource.__init__).parameters.items()
        if each.kind is inspect.Parameter.KEYWORD_ONLY
    }
    assert set(named) == {field.name for field in schema.inputs} | {"opts"}
    for field in schema.inputs:
        expected = inspect.Parameter.empty if field.must_be_given else field.default
        assert named[field.name].default == expected, field.name
        assert f":param {field.name}:" in (resource.__init__.__doc__ or "")


@every_class
def test_everything_is_described(resource: type[BirdResource]) -> None:
    for field in resource.SCHEMA.fields:
        assert field.description.endswith("."), field.name
    assert len({field.name for field in resource.SCHEMA.fields}) == len(resource.SCHEMA.fields)


@every_class
def test_get_asks_for_an_id_and_for_where_it_lies(resource: type[BirdResource]) -> None:
    parameters = inspect.signature(typing.cast("typing.Any", resource).get).parameters
    places = {field.name for field in resource.SCHEMA.configurable_inputs}
    assert set(parameters) == {"resource_name", "id", "profile", "opts"} | places

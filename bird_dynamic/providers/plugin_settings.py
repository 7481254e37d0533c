"""The settings of a provider of the plugin: from the engine's requests, from the configuration of
this run, and what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf import struct_pb2

from bird_dynamic.providers.names import did_you_mean, explicit_name, of_provider
from bird_dynamic.providers.values import from_pulumi
from bird_dynamic.schema.fields import UNKNOWN
from bird_dynamic.settings import CONFIGURABLE, LANES, gather, unknown_keys

KEYS_OF_THE_ENGINE = ("__internal", "pluginChecksums", "pluginDownloadURL", "version")
"""What the engine adds to the configuration of a provider."""


def settings_in(struct: struct_pb2.Struct) -> dict[str, Any]:
    """The settings, with the keys that `gather` uses."""
    found = from_pulumi(struct)
    return {f"bird:{key}": found[key] for key in CONFIGURABLE if key in found}


def settings_of_this_run(environment: Mapping[str, str]) -> dict[str, Any]:
    """The stack configuration of this run, which the engine puts into the environment; empty if it
    does not. Without the program (`pulumi refresh`, `pulumi destroy`), the settings that Configure
    gets are those of the last `pulumi up`."""
    try:
        given = json.loads(environment.get("PULUMI_CONFIG", ""))
    except ValueError:
        return {}
    # A program has a variable of that name too, with the namespace in each key.
    if not isinstance(given, dict) or any(":" in key for key in given):
        return {}
    return {f"bird:{key}": given[key] for key in CONFIGURABLE if key in given}


def problems_of_settings(news: struct_pb2.Struct, urn: str) -> Iterator[str]:
    """The problems of the settings of a provider. Missing ones are none: each resource reports
    them, together with its missing inputs."""
    provider = explicit_name(urn)
    if provider:
        yield from _unknown_arguments(news)
    else:
        keys = (f"bird:{key}" for key in news if key not in KEYS_OF_THE_ENGINE)
        yield from unknown_keys(keys, project=urn.partition("::")[2].partition("::")[0])
    configuration = settings_in(news)
    if UNKNOWN in configuration.values():
        return
    for problem in _problems(configuration):
        yield of_provider(problem, provider)


def lanes_in(configuration: Mapping[str, Any]) -> str:
    """The setting `lanes`: text in the stack configuration, a number in an explicit provider."""
    return str(configuration.get(f"bird:{LANES.key}", LANES.default))


def _problems(configuration: Mapping[str, Any]) -> Iterator[str]:
    settings = gather(configuration.get)
    if not settings.access_key:
        settings = gather({**configuration, "bird:accessKey": "to-come"}.get)
    yield from settings.problems
    for key, text in settings.location_problems:
        # A location from the environment is used only by resources without their own.
        if f"bird:{key}" in configuration:
            yield text
    if problem := LANES.problem(lanes_in(configuration)):
        yield f"{LANES.names()}: {problem}"


def _unknown_arguments(news: struct_pb2.Struct) -> Iterator[str]:
    for key in sorted({*news} - {*CONFIGURABLE, *KEYS_OF_THE_ENGINE}):
        yield f"{key}: is not an argument of Provider; {did_you_mean(key, CONFIGURABLE)}"

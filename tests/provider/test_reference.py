"""What the state holds of the provider: one path, the same for ever."""

from __future__ import annotations

import base64
import pickle
import sys
from unittest import mock

import pytest
from pulumi.dynamic.dynamic import serialize_provider

import bird_dynamic
from bird_dynamic.providers.dynamic import BirdProvider, provider
from bird_dynamic.schema.resources import SCHEMAS

GOLDEN = {
    "VoiceChannel": (
        "gASVQgAAAAAAAACMHmJpcmRfZHluYW1pYy5wcm92aWRlcnMuZHluYW1pY5SMCHByb3ZpZGVylJOUjAxWb2ljZUNoYW5u"
        "ZWyUhZRSlC4="
    ),
    "Connector": (
        "gASVPwAAAAAAAACMHmJpcmRfZHluYW1pYy5wcm92aWRlcnMuZHluYW1pY5SMCHByb3ZpZGVylJOUjAlDb25uZWN0b3KU"
        "hZRSlC4="
    ),
    "WebhookSubscription": (
        "gASVSQAAAAAAAACMHmJpcmRfZHluYW1pYy5wcm92aWRlcnMuZHluYW1pY5SMCHByb3ZpZGVylJOUjBNXZWJob29rU3Vi"
        "c2NyaXB0aW9ulIWUUpQu"
    ),
}
"""As the release that brought the resource wrote it. States hold them: they never change."""

every_type = pytest.mark.parametrize("type_name", GOLDEN)


@pytest.mark.parametrize("type_name", SCHEMAS)
def test_every_resource_has_a_golden_one(type_name: str) -> None:
    reference = getattr(bird_dynamic, type_name).REFERENCE
    assert type_name in GOLDEN, f"freeze {type_name!r}: {reference!r}"


@every_type
def test_the_reference_is_the_golden_one(type_name: str) -> None:
    assert GOLDEN[type_name] == getattr(bird_dynamic, type_name).REFERENCE
    assert len(GOLDEN[type_name]) <= 120


@every_type
def test_every_release_understands_the_golden_one(type_name: str) -> None:
    found = pickle.loads(base64.b64decode(GOLDEN[type_name]))
    assert isinstance(found, BirdProvider)
    assert found.__reduce__() == (provider, (type_name,))


@every_type
@pytest.mark.skipif(sys.version_info >= (3, 14), reason="pickles begin with another byte there")
def test_the_reference_is_what_pulumi_would_write(type_name: str) -> None:
    assert serialize_provider(provider(type_name)) == GOLDEN[type_name]


def test_a_newer_pickle_protocol_is_understood_too() -> None:
    with mock.patch("pickle.DEFAULT_PROTOCOL", 5):
        newer = serialize_provider(provider("VoiceChannel"))
    assert newer not in GOLDEN.values()
    assert isinstance(pickle.loads(base64.b64decode(newer)), BirdProvider)


def test_nothing_of_the_provider_is_secret() -> None:
    assert BirdProvider.serialize_as_secret_always is False

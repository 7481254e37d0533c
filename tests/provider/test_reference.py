"""What the state holds of the provider: one path, the same for ever."""

from __future__ import annotations

import base64
import pickle
import sys
from unittest import mock

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from bird_dynamic.providers.dynamic import BirdProvider, provider
from bird_dynamic.resources.voice_channel import REFERENCE

GOLDEN = (
    "gASVQgAAAAAAAACMHmJpcmRfZHluYW1pYy5wcm92aWRlcnMuZHluYW1pY5SMCHByb3ZpZGVylJOUjAxWb2ljZUNoYW5u"
    "ZWyUhZRSlC4="
)
"""Written by release 0.1.0. States hold it: it never changes."""


def test_the_reference_is_the_golden_one() -> None:
    assert REFERENCE == GOLDEN
    assert len(GOLDEN) <= 120


def test_every_release_understands_the_golden_one() -> None:
    found = pickle.loads(base64.b64decode(GOLDEN))
    assert isinstance(found, BirdProvider)
    assert found.__reduce__() == (provider, ("VoiceChannel",))


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="pickles begin with another byte there")
def test_the_reference_is_what_pulumi_would_write() -> None:
    assert serialize_provider(provider("VoiceChannel")) == GOLDEN


def test_a_newer_pickle_protocol_is_understood_too() -> None:
    with mock.patch("pickle.DEFAULT_PROTOCOL", 5):
        newer = serialize_provider(provider("VoiceChannel"))
    assert newer != GOLDEN
    assert isinstance(pickle.loads(base64.b64decode(newer)), BirdProvider)


def test_nothing_of_the_provider_is_secret() -> None:
    assert BirdProvider.serialize_as_secret_always is False

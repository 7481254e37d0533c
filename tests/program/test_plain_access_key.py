"""An access key that the stack configuration has in plain text."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from bird_dynamic.providers import stack_configuration
from bird_dynamic.providers.stack_configuration import warn_of_plain_access_key


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    keys = {"bird:accessKey": "canary-us", "bird-eu:accessKey": "canary-eu"}
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(keys))
    monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", '["bird-eu:accessKey"]')
    stack_configuration._warn_of_plain.cache_clear()
    told: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", told.append)
    yield told
    stack_configuration._warn_of_plain.cache_clear()


def test_it_is_warned_of_once_without_its_value(told: list[str]) -> None:
    for _ in range(3):
        warn_of_plain_access_key()
    (text,) = told
    assert text.startswith("bird:accessKey: is stored in plain text in Pulumi.")
    assert text.endswith("Run `pulumi config set --secret bird:accessKey`.")


def test_a_secret_one_and_one_of_the_environment_are_not_warned_of(
    told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    warn_of_plain_access_key("bird-eu")
    monkeypatch.setenv("PULUMI_CONFIG", "{}")
    monkeypatch.setenv("BIRD_ACCESS_KEY", "canary")
    warn_of_plain_access_key()
    assert told == []

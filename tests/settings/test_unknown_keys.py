"""Keys of the stack configuration that are no settings, and the setting that was meant."""

from __future__ import annotations

import pytest

from bird_dynamic.settings import CONFIGURABLE, gather, unknown_keys


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("acessKey", "accessKey"),
        ("access_key", "accessKey"),
        ("AccessKey", "accessKey"),
        ("apiKey", None),
        ("workspaceID", "workspaceId"),
        ("workspace", "workspaceId"),
        ("organisationId", "organizationId"),
        ("timout", "timeout"),
        ("takeover", "takeOver"),
        ("url", None),
        ("x", None),
    ],
)
@pytest.mark.parametrize("profile", ["bird", "bird-eu"])
def test_an_unknown_key_names_the_setting_that_was_meant(
    profile: str, key: str, meant: str | None
) -> None:
    (problem,) = unknown_keys([f"{profile}:{key}"], profile)
    assert problem.startswith(f"{profile}:{key}: is not a setting. ")
    assert problem.endswith(f"`pulumi config rm {profile}:{key}`.")
    if meant is not None:
        assert f"Did you mean {profile}:{meant}? " in problem


def test_the_settings_are_listed_for_a_key_that_resembles_none() -> None:
    (problem,) = unknown_keys(["bird:x"])
    assert f"The settings are {', '.join(CONFIGURABLE)}." in problem


def test_keys_of_other_accounts_and_programs_are_no_problem() -> None:
    others = ("bird-eu:acessKey", "phones:number", "pulumi:tags", "birds:timout", "acessKey")
    assert list(unknown_keys([*others, *(f"bird:{key}" for key in CONFIGURABLE)])) == []


def test_a_project_that_is_called_bird_may_have_keys_of_its_own() -> None:
    assert list(unknown_keys(["bird:number"], project="bird")) == []
    assert list(unknown_keys(["bird:number"], project="phones"))


def test_an_unknown_key_is_a_problem_of_its_account_only() -> None:
    keys = ("bird:acessKey", "bird-eu:timout")
    environment = {"BIRD_ACCESS_KEY": "key"}
    (problem,) = gather({}.get, environment, keys=keys).problems
    assert problem.startswith("bird:acessKey: ")
    configuration = {"bird-eu:accessKey": "key"}
    (problem,) = gather(configuration.get, environment, "bird-eu", keys).problems
    assert problem.startswith("bird-eu:timout: ")

"""Keys of the stack configuration that are no settings, and the setting that was meant."""

from __future__ import annotations

import pytest

from bird_dynamic.lifecycle.check import check
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.settings import CONFIGURABLE, gather, unknown_keys

UUID = "2cffb55c-120e-91a8-8f10-ed9d1b412d29"


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
    remove = f"`pulumi config rm {profile}:{key}`, or remove it from Pulumi.yaml if it is there."
    assert problem.endswith(remove)
    if meant is not None:
        assert f"Did you mean {profile}:{meant}? " in problem


def test_the_settings_are_listed_for_a_key_that_resembles_none() -> None:
    (problem,) = unknown_keys(["bird:x"])
    assert f"The settings are {', '.join(f'bird:{key}' for key in CONFIGURABLE)}." in problem
    assert "of your own program, leave out the prefix: `pulumi config set x …`." in problem


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


def test_what_follows_from_a_misspelled_key_is_not_told_too() -> None:
    keys = ("bird-eu:access_key", "bird-eu:workspaceID")
    settings = gather({}.get, {}, "bird-eu", keys)
    assert [each.partition(": ")[0] for each in settings.problems] == list(keys)
    assert settings.misspelled == {"accessKey", "workspaceId"}
    checked = check(VOICE_CHANNEL, {"phone_number_id": UUID, "name": "a"}, settings)
    assert checked.failures == settings.problems
    set_too = gather({"bird-eu:workspaceId": UUID}.get, {}, "bird-eu", keys)
    assert set_too.misspelled == {"accessKey"}
    assert set_too.workspace_id == UUID


def test_a_project_that_is_called_bird_misspells_nothing() -> None:
    settings = gather({}.get, {}, keys=["bird:access_key"], project="bird")
    (problem,) = settings.problems
    assert "no access key is set" in problem
    assert settings.misspelled == frozenset()


def test_a_setting_without_its_prefix_is_told() -> None:
    keys = ("phones:accessKey", "phones:organizationId", "phones:timeout")
    (problem,) = gather({}.get, {}, keys=keys, project="phones").problems
    assert "no access key is set" in problem
    assert problem.endswith("phones:accessKey is set; the name needs the prefix bird:.")
    settings = gather(
        {}.get,
        {"BIRD_ACCESS_KEY": "k"},
        keys=(*keys, "phones:workspaceId"),
        project="phones",
    )
    assert settings.problems == ()
    ((_, problem),) = settings.location_problems
    assert problem == (
        "bird:workspaceId (or BIRD_WORKSPACE_ID): is not set. phones:workspaceId is set; the name "
        "needs the prefix bird:."
    )

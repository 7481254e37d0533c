"""Precedence, and what is said about settings that cannot work."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from bird_dynamic.native import Provider
from bird_dynamic.schema.case import snake_case
from bird_dynamic.schema.values import parse_duration
from bird_dynamic.settings import (
    CONFIGURABLE,
    DEFAULT_API_URL,
    SETTINGS,
    Setting,
    Settings,
    gather,
)

KEY = "canary-access-key-7f3a"
WORKSPACE = "11111111-2222-4333-8444-555555555555"
GOOD = {"BIRD_ACCESS_KEY": KEY, "BIRD_WORKSPACE_ID": WORKSPACE}


def test_stack_configuration_goes_before_the_environment() -> None:
    other = WORKSPACE.replace("1", "9")
    settings = gather({"bird:workspaceId": other}.get, GOOD)
    assert settings.workspace_id == other
    assert settings.access_key == KEY


def test_the_environment_goes_before_the_default() -> None:
    assert gather({}.get, GOOD).api_url == DEFAULT_API_URL
    assert gather({}.get, {**GOOD, "BIRD_API_URL": "https://x.test/"}).api_url == "https://x.test"


def test_good_settings_have_no_problems() -> None:
    assert gather({}.get, GOOD).problems == ()


def test_the_access_key_is_not_in_the_representation() -> None:
    settings = gather({}.get, GOOD)
    assert settings.access_key == KEY
    assert KEY not in repr(settings)


@pytest.mark.parametrize(
    ("environment", "names", "says"),
    [
        ({"BIRD_ACCESS_KEY": ""}, ("bird:accessKey", "BIRD_ACCESS_KEY"), "no access key is set"),
        ({"BIRD_ACCESS_KEY": "bk_eu_1"}, ("bird:accessKey", "BIRD_ACCESS_KEY"), "bk_"),
        ({"BIRD_ACCESS_KEY": "bm_eu_1"}, ("bird:accessKey", "BIRD_ACCESS_KEY"), "bm_"),
        ({"BIRD_ACCESS_KEY": "two words"}, ("bird:accessKey",), "contains a space, which"),
        (
            {"BIRD_ACCESS_KEY": "Bearer x"},
            ("bird:accessKey",),
            'set only the key, without "Bearer "',
        ),
        ({"BIRD_ACCESS_KEY": "accesskey x"}, ("bird:accessKey",), 'without "accesskey "'),
        ({"BIRD_ACCESS_KEY": "a\tb"}, ("bird:accessKey",), "contains a tab, which is invalid"),
        ({"BIRD_ACCESS_KEY": "schl\u00fcssel"}, ("bird:accessKey",), "that is not ASCII, which"),
        ({"BIRD_LOG": "trace"}, ("BIRD_LOG",), "must be debug; unset it"),
        ({"BIRD_WORKSPACE_ID": "ws_123"}, ("bird:workspaceId", "BIRD_WORKSPACE_ID"), "ws_"),
        ({"BIRD_WORKSPACE_ID": "acme"}, ("bird:workspaceId", "BIRD_WORKSPACE_ID"), "UUID"),
        ({"BIRD_ORGANIZATION_ID": "acme"}, ("bird:organizationId",), "UUID"),
        ({"BIRD_API_URL": "http://bird.test"}, ("bird:apiUrl", "BIRD_API_URL"), "plain http"),
        ({"BIRD_API_URL": "http://127.0.0.1.bird.test"}, ("bird:apiUrl",), "plain http"),
        ({"BIRD_API_URL": "ftp://bird.test"}, ("bird:apiUrl",), "must begin with https://"),
        ({"BIRD_API_URL": "https://bird.test:x"}, ("bird:apiUrl",), "not a URL"),
        ({"BIRD_API_URL": "https://u:p@bird.test"}, ("bird:apiUrl",), "user name"),
        ({"BIRD_TIMEOUT": "soon"}, ("bird:timeout", "BIRD_TIMEOUT"), "90s"),
        ({"BIRD_TIMEOUT": "0"}, ("bird:timeout", "BIRD_TIMEOUT"), "positive duration"),
        (
            {"BIRD_TAKE_OVER": "always"},
            ("bird:takeOver", "BIRD_TAKE_OVER"),
            "must be never (the default) or marked",
        ),
        ({"BIRD_CA_BUNDLE": "/no/such/file"}, ("BIRD_CA_BUNDLE",), "/no/such/file does not exist"),
    ],
)
def test_a_bad_setting_is_named_with_its_remedy(
    environment: dict[str, str], names: tuple[str, ...], says: str
) -> None:
    settings = gather({}.get, {**GOOD, **environment})
    (problem,) = (*settings.problems, *dict(settings.location_problems).values())
    assert all(name in problem for name in names)
    assert says in problem


@pytest.mark.parametrize("value", [" ", "\t", ""])
def test_a_setting_of_nothing_but_blanks_is_not_set(value: str) -> None:
    settings = gather({}.get, {**GOOD, "BIRD_WORKSPACE_ID": value})
    assert settings.workspace_id is None
    assert (
        settings.missing_text("workspaceId")
        == "bird:workspaceId (or BIRD_WORKSPACE_ID): is not set."
    )


def test_no_variable_is_recommended_where_the_configuration_has_a_blank_value() -> None:
    (problem,) = gather({"bird:accessKey": " "}.get, {"BIRD_WORKSPACE_ID": WORKSPACE}).problems
    assert problem.endswith("Run `pulumi config set --secret bird:accessKey`.")
    (problem,) = gather({}.get, {"BIRD_WORKSPACE_ID": WORKSPACE}).problems
    assert problem.endswith("bird:accessKey`, or export BIRD_ACCESS_KEY.")


def test_an_explicit_provider_may_give_a_number() -> None:
    numbers: dict[str, Any] = {"bird:timeout": 90}
    assert gather(numbers.get, GOOD).timeout == 90.0


def test_a_profile_has_keys_of_its_own_and_no_environment() -> None:
    configuration = {"bird-eu:accessKey": "eu", "bird:accessKey": "us", "bird:timeout": "1m"}
    settings = gather(configuration.get, GOOD, "bird-eu")
    assert (settings.access_key, settings.workspace_id, settings.timeout) == ("eu", None, 300)
    (problem,) = gather({}.get, GOOD, "bird-eu").problems
    assert problem == (
        "bird-eu:accessKey: no access key is set. "
        "Run `pulumi config set --secret bird-eu:accessKey`."
    )


def test_all_problems_are_told_at_once_and_none_shows_the_key() -> None:
    settings = gather({}.get, {"BIRD_ACCESS_KEY": "bk_" + KEY, "BIRD_API_URL": "http://x.test"})
    assert len(settings.problems) == 2
    assert KEY not in " ".join(settings.problems)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1"])
def test_plain_http_is_accepted_for_this_machine(url: str) -> None:
    assert gather({}.get, {**GOOD, "BIRD_API_URL": url}).problems == ()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (90, 90),
        (0.5, 0.5),
        ("90", 90),
        ("1.5", 1.5),
        ("250ms", 0.25),
        ("90s", 90),
        ("5m", 300),
        ("1.5h", 5400),
        ("1h30m", 5400),
        ("1m1s500ms", 61.5),
        *(
            (text, None)
            for text in ("x", "", "0", "0s", "0h0m", "-1", "1d", "1m30", "m", "1 m", "1e3")
        ),
    ],
)
def test_a_duration_is_read_in_seconds_minutes_or_hours(
    text: str | float, seconds: float | None
) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each.key or each.variable)
def test_examples_and_defaults_are_values_that_work(setting: Setting) -> None:
    texts = {setting.example, setting.default} - {""}
    # A file or a folder of somebody else's machine.
    told = [setting.problem(text) for text in texts if not text.startswith(("/", "~"))]
    assert told == [None] * len(told)
    assert setting.description.endswith(".")


def test_without_any_setting_each_default_of_the_table_applies() -> None:
    settings = gather({}.get, {"BIRD_ACCESS_KEY": KEY})
    assert settings == Settings(access_key=KEY)
    assert settings.timeout == parse_duration(CONFIGURABLE["timeout"].default)


def test_an_explicit_provider_takes_every_setting_of_an_account() -> None:
    arguments = list(inspect.signature(Provider.__init__).parameters)
    assert arguments == ["self", "resource_name", *map(snake_case, CONFIGURABLE), "opts"]


def test_what_belongs_to_the_process_counts_for_every_profile() -> None:
    settings = gather({"bird-eu:accessKey": KEY}.get, {"BIRD_CA_BUNDLE": "/no/such"}, "bird-eu")
    (problem,) = settings.problems
    assert problem.startswith("BIRD_CA_BUNDLE: /no/such does not exist")


def test_a_key_with_a_problem_is_kept_so_that_messages_can_hide_it() -> None:
    assert gather({}.get, {"BIRD_ACCESS_KEY": "bk_" + KEY}).access_key == "bk_" + KEY


def test_only_the_plugin_obeys_its_own_settings() -> None:
    assert gather({"bird:lanes": "many"}.get, GOOD).problems == ()

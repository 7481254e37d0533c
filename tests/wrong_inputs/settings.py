"""Wrong settings, in the stack configuration and in the environment."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from bird_dynamic.emulator import ACCESS_KEY, WORKSPACE_ID, Options
from bird_dynamic.lifecycle.check import check
from bird_dynamic.providers import stack_configuration
from bird_dynamic.schema.naming import MARK
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.settings import gather
from tests.support.certificates import CERTIFICATE, KEY
from tests.support.world import NUMBER, OWN_MARK, World, planned
from tests.wrong_inputs.row import Row, Way
from tests.wrong_inputs.ways import WEBHOOK, up, warning

ABSENT = "11111111-2222-4333-8444-555555555555"
CORRECT = {"bird:accessKey": ACCESS_KEY, "bird:workspaceId": WORKSPACE_ID}

NO_CERTIFICATE = "has no valid PEM certificate"
REMEDY = "set it to one file of PEM certificates, or unset it"
DER = ssl.PEM_cert_to_DER_cert(CERTIFICATE)


def _preview(
    configuration: Mapping[str, str],
    environment: Mapping[str, str],
    profile: str | None = None,
    correct: Mapping[str, str] = CORRECT,
) -> str:
    """The failures of a preview of correct inputs with these settings, in the project phones."""
    given = {**correct, **configuration}
    settings = gather(given.get, environment, profile, given.keys(), "phones")
    inputs = {"phone_number_id": NUMBER, "name": "support"}
    return "\n".join(check(VOICE_CHANNEL, inputs, settings).failures)


def _configured(key: str, value: str, *says: str) -> Row:
    profile = key.partition(":")[0]
    return Row(
        f"`pulumi config set {key} {value}`",
        Way.PREVIEW,
        (key, *says),
        lambda: _preview({key: value}, {}, profile),
    )


def _exported(variable: str, value: str, *says: str) -> Row:
    return Row(
        f"`export {variable}={value}`",
        Way.PREVIEW,
        (variable, *says),
        lambda: _preview({}, {variable: value}),
    )


def _bundle(wrong: str, content: bytes | None, *says: str, is_folder: bool = False) -> Row:
    """A row of a file with that content, or of its folder; of an empty folder, if it is None."""

    def answer() -> str:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "ca.pem"
            if content is not None:
                path.write_bytes(content)
            given = folder if is_folder or content is None else str(path)
            return _preview({}, {"BIRD_CA_BUNDLE": given}).replace(folder, "/x")

    return Row(f"`BIRD_CA_BUNDLE` of {wrong}", Way.PREVIEW, ("BIRD_CA_BUNDLE", *says), answer)


def _without(key: str, configuration: Mapping[str, str]) -> str:
    correct = {each: value for each, value in CORRECT.items() if each != key}
    return _preview(configuration, {}, correct=correct)


def _alone(answer: str) -> str:
    """One failure: nothing that only follows from it."""
    assert answer.count("\n") == 0, answer
    return answer


def _plain_access_key() -> str:
    told: list[str] = []
    variables = {"PULUMI_CONFIG": '{"bird:accessKey": "KEY"}', "PULUMI_CONFIG_SECRET_KEYS": "[]"}
    with mock.patch.dict(os.environ, variables), mock.patch("pulumi.log.warn", told.append):
        stack_configuration._warn_of_plain.cache_clear()
        stack_configuration.warn_of_plain_access_key()
        stack_configuration._warn_of_plain.cache_clear()
    return "\n".join(map(warning, told))


def _another_workspace() -> str:
    """What a preview says once `bird:workspaceId` is another one."""
    world = World()
    before = world.checked("WebhookSubscription", {**WEBHOOK, MARK: OWN_MARK})
    item_id, state = world.run("WebhookSubscription").create(before)
    world.environment["BIRD_WORKSPACE_ID"] = ABSENT
    run = world.run("WebhookSubscription")
    planned(run, item_id, state, dict(run.check(state, {**WEBHOOK, MARK: OWN_MARK}).inputs))
    return "\n".join(map(warning, world.said))


ROWS = (
    Row(
        "`pulumi config set bird:workspaceId` with another workspace (a warning)",
        Way.PREVIEW,
        (
            'webhook subscription "support" (',
            "is replaced because of workspace_id, from bird:workspaceId (or BIRD_WORKSPACE_ID). ",
            "The new one is created before the old one is deleted",
        ),
        _another_workspace,
    ),
    Row(
        "`pulumi config set bird:accessKey KEY`, without `--secret` (a warning)",
        Way.PREVIEW,
        ("bird:accessKey", "plain text", "pulumi config set --secret bird:accessKey"),
        _plain_access_key,
    ),
    _configured("bird:acessKey", "KEY", "is not a setting", "bird:accessKey", "pulumi config rm"),
    _configured("bird:workspaceID", "ID", "is not a setting", "bird:workspaceId"),
    _configured("bird:organisationId", "ID", "is not a setting", "bird:organizationId"),
    _configured("bird:timout", "5m", "is not a setting", "bird:timeout"),
    Row(
        "a key that is no setting, under `config:` in `Pulumi.yaml`",
        Way.PREVIEW,
        ("bird:workspaceID", "bird:workspaceId", "or remove it from Pulumi.yaml if it is there"),
        lambda: _preview({"bird:workspaceID": WORKSPACE_ID}, {}),
    ),
    _configured(
        "bird:number",
        "+31612345678",
        "is not a setting",
        "The settings are bird:accessKey, bird:",
        "of your own program, leave out the prefix: `pulumi config set number …`",
        "`pulumi config rm bird:number`",
    ),
    _configured("bird-eu:access_key", "KEY", "is not a setting", "bird-eu:accessKey"),
    *(
        Row(
            f"`pulumi config set {key} …`, and nothing else of that setting",
            Way.PREVIEW,
            (f"{key}: is not a setting. Did you mean {meant}?",),
            partial(lambda key, meant: _alone(_without(meant, {key: "x"})), key, meant),
        )
        for key, meant in (
            ("bird:access_key", "bird:accessKey"),
            ("bird:workspaceID", "bird:workspaceId"),
        )
    ),
    Row(
        "`pulumi config set workspaceId ID`, without the prefix `bird:`",
        Way.PREVIEW,
        (
            "bird:workspaceId (or BIRD_WORKSPACE_ID): is not set",
            "phones:workspaceId is set; the name needs the prefix bird:",
        ),
        lambda: _alone(_without("bird:workspaceId", {"phones:workspaceId": WORKSPACE_ID})),
    ),
    Row(
        "`pulumi config set accessKey KEY`, without the prefix `bird:`",
        Way.PREVIEW,
        (
            "bird:accessKey (or BIRD_ACCESS_KEY): no access key is set",
            "phones:accessKey is set; the name needs the prefix bird:",
        ),
        lambda: _alone(_without("bird:accessKey", {"phones:accessKey": "KEY"})),
    ),
    _configured("bird:accessKey", "", "no access key", "pulumi config set --secret bird:accessKey"),
    _configured("bird:accessKey", "bk_1", "another Bird product", "CRM access key"),
    _configured("bird:accessKey", "AccessKey 1", "contains a space", 'without "AccessKey "'),
    _configured("bird:accessKey", "Bearer abc", "contains a space", 'only the key, without "Bea'),
    _configured("bird:accessKey", "KEY KEY", "contains a space", "copy the key again"),
    _configured("bird:workspaceId", "ws_1", "another Bird product", "UUID"),
    _configured("bird:workspaceId", "support", "must be a UUID", "address bar"),
    _configured("bird:timeout", "soon", "must be a positive duration such as", "5m"),
    _configured("bird:timeout", "-5s", "must be a positive duration such as", "5m"),
    _configured("bird:takeOver", "yes", "never (the default) or marked"),
    *(
        _configured("bird:apiUrl", url, "must begin with https:// (http:// for the emulator)")
        for url in ("api.bird.com", "localhost:8080", "ftp://api.bird.com")
    ),
    _configured("bird:apiUrl", "https://", "has no host", "must look like https://api.bird.com"),
    _configured("bird:apiUrl", "https://api.bird.com?v=2", "must not contain a query"),
    _configured("bird:apiUrl", "https://user:pass@api.bird.com", "must not contain a user name"),
    _exported("BIRD_TIMEOUT", "5 minutes", "must be a positive duration such as", "5m"),
    Row(
        '`VoiceChannel(…, profile="bird-eu")` without a configuration of `bird-eu`',
        Way.PREVIEW,
        (
            "bird-eu:accessKey",
            "pulumi config set --secret bird-eu:accessKey",
            "bird-eu:workspaceId",
        ),
        lambda: "\n".join(
            check(
                VOICE_CHANNEL,
                {"phone_number_id": NUMBER, "name": "support", "profile": "bird-eu"},
                gather({}.get, {}, "bird-eu", ()),
            ).failures
        ),
    ),
    _exported("HTTPS_PROXY", "garbage://x", "not a supported proxy URL", "http://proxy.", "unset"),
    _exported("HTTPS_PROXY", "socks5://127.0.0.1:1080", "not a supported proxy URL", "http://"),
    _exported("https_proxy", "http://proxy:99999", "its port must be a number from 1 to 65535"),
    _exported("BIRD_LOG", "trace", "must be debug; unset it to log nothing"),
    _exported("BIRD_CA_BUNDLE", "/nope.pem", "/nope.pem does not exist", REMEDY),
    _exported("BIRD_CA_BUNDLE", os.devnull, "is not a file", "file of PEM certificates"),
    _bundle("an empty file", b"", NO_CERTIFICATE, REMEDY),
    _bundle("a text", b"certificates", NO_CERTIFICATE, REMEDY),
    _bundle(
        "a DER file",
        DER,
        "/x/ca.pem is a DER file",
        "`openssl x509 -inform der -in /x/ca.pem -out ca.pem`",
        REMEDY,
    ),
    _bundle("a private key", KEY.encode(), "contains a private key, not a certificate", REMEDY),
    _bundle(
        "a folder without hashes",
        CERTIFICATE.encode(),
        "OpenSSL finds no certificate in the folder /x; run `openssl rehash /x`, or",
        REMEDY,
        is_folder=True,
    ),
    _bundle("an empty folder", None, f"finds no certificate in the folder /x; {REMEDY}"),
    _configured("bird:apiUrl", "https://api bird.com", "contains a space; set it without"),
    Row(
        "`bird:apiUrl` with a TAB",
        Way.PREVIEW,
        ("bird:apiUrl", "contains a tab; set it without, such as https://api.bird.com"),
        lambda: _preview({"bird:apiUrl": "https://api.\tbird.com"}, {}),
    ),
    _configured("bird:apiUrl", "http://127.999.1.1", "host must be", "four numbers from 0 to 255"),
    _configured("bird:apiUrl", "https://api.bird.com:99999", "port must be", "1 to 65535"),
    Row(
        "`bird:apiUrl` of plain http, with a real access key",
        Way.PREVIEW,
        ("bird:apiUrl", "plain http", "use https"),
        lambda: _preview({"bird:apiUrl": "http://bird.test", "bird:accessKey": "KEY"}, {}),
    ),
    Row(
        "`create_timeout` that is shorter than Bird needs",
        Way.UP,
        ("Bird created no channel within 5 s", "allow more time with create_timeout."),
        lambda: up(world=World(options=Options(channel_after=10**6)), create_timeout="5s"),
    ),
)

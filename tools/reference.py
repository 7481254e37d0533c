"""Write the reference pages, `docs/reference`, and the tables of settings. `--check`
writes nothing, and fails if one is stale.

The pages are generated from the resource schemas, the command-line parsers and the docstrings. Only
examples and what belongs to no single item are written here.
"""

from __future__ import annotations

import argparse
import contextlib
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

import bird_dynamic
from bird_dynamic import testing
from bird_dynamic.command.__main__ import main as bird_dynamic_command
from bird_dynamic.emulator import Fault
from bird_dynamic.emulator.__main__ import main as bird_emulator_command
from bird_dynamic.emulator.api import ROUTES
from bird_dynamic.emulator.delivering.deliveries import MAX_KEPT, SENDERS, WAITS
from bird_dynamic.emulator.delivering.sending import TIMEOUT
from bird_dynamic.emulator.faults import DELIVER, DELIVERY_KINDS, KINDS
from bird_dynamic.emulator.messages import OUTCOMES
from bird_dynamic.emulator.operations.calls import MAX_CALLS
from bird_dynamic.emulator.serving.connections import MAX_CONNECTIONS
from bird_dynamic.emulator.serving.control import SHOWN
from bird_dynamic.emulator.serving.handler import IDLE_TIMEOUT
from bird_dynamic.emulator.serving.overview import NEWEST
from bird_dynamic.emulator.serving.reading import MAX_BODY
from bird_dynamic.emulator.serving.streams import MAX_STREAMS
from bird_dynamic.providers.examples import EXAMPLES
from bird_dynamic.providers.names import function_name, token
from bird_dynamic.providers.schema import NOT_HERE
from bird_dynamic.schema.case import camel_case, snake_case
from bird_dynamic.schema.fields import Field, OnChange, ResourceSchema
from bird_dynamic.schema.lookups import RESULTS
from bird_dynamic.schema.resources import SCHEMAS
from bird_dynamic.schema.templates import TEMPLATES
from bird_dynamic.schema.webhook_events import EVENT, EVENTS, FILTER_KEYS, SERVICES
from bird_dynamic.settings import CONFIGURABLE, SETTINGS, Setting
from tools.control_examples import DASHBOARD, FAULTS, OPTIONS, transcript
from tools.generated import ROOT, write_or_check

WITH_SETTINGS = (ROOT / "README.md", ROOT / "docs" / "installation-configuration.md")
SETTINGS_TABLE = re.compile(
    r"(?<=<!-- settings: written by `make docs` -->\n).*?(?=<!-- end -->)", re.S
)
EFFECTS = {
    OnChange.REPLACE: "replaces",
    OnChange.UPDATE: "updates in place",
    OnChange.NOTHING: "no effect",
}


def pages() -> dict[Path, str]:
    """The text of each page by its path."""
    written = {
        **{f"{each.module}.md": _resource(each) for each in SCHEMAS.values()},
        "provider.md": _provider(),
        "lookups.md": _lookups(),
        "configuration.md": _configuration(),
        "bird-dynamic.md": _bird_dynamic(),
        "bird-emulator.md": _bird_emulator(),
        "testing.md": _testing(),
    }
    folder = ROOT / "docs" / "reference"
    return {
        **{folder / name: "\n".join(lines) + "\n" for name, lines in written.items()},
        **{page: SETTINGS_TABLE.sub(_settings_table, page.read_text()) for page in WITH_SETTINGS},
    }


def _settings_table(old: re.Match[str]) -> str:
    lines = _table(
        ("stack configuration", "environment variable", "default", "description"),
        (
            (key, variable, default, description)
            for key, variable, default, _, description in map(_setting, SETTINGS)
        ),
    )
    return "\n".join(lines) + "\n"


def _resource(schema: ResourceSchema) -> Iterator[str]:
    name = schema.type_name
    resource = getattr(bird_dynamic, name)
    yield f"# {name}"
    yield ""
    yield _text(resource)
    yield ""
    yield f"* API path: `{schema.path}`."
    yield f"* Required access role: {_paths(schema.permission)}."
    yield ""
    yield "## Example"
    yield ""
    yield from _code("python", _program(schema.example))
    yield ""
    yield "## Inputs"
    yield ""
    yield "The camelCase names are those of the [plugin](../choosing.md), in other languages."
    yield "The column *on change* shows what a change of the input does to the existing resource."
    yield ""
    yield from _table(
        ("Python", "camelCase", "type", "if omitted", "on change", "description"),
        _inputs(schema, _parameters(resource.__init__)),
    )
    yield ""
    yield from _replacement(schema)
    if schema.exclusive:
        yield ""
        yield from _templates(name)
    yield ""
    if any(field.type is EVENT for field in schema.inputs):
        yield from _events()
    yield "## Outputs"
    yield ""
    yield "All inputs, and:"
    yield ""
    yield from _table(
        ("Python", "camelCase", "description"),
        ((*_names(field), field.output_text) for field in schema.outputs),
    )
    yield ""
    yield "## Import"
    yield ""
    yield from _import(schema)
    yield ""
    yield f"## `{name}.get`"
    yield ""
    yield from _function(resource.get)
    yield ""
    yield "## In other languages"
    yield ""
    yield "The same through the [plugin](../choosing.md), as `pulumi convert` writes it."
    yield ""
    yield EXAMPLES.get(name, "").rstrip("\n")


def _inputs(schema: ResourceSchema, texts: dict[str, str]) -> Iterator[tuple[str, ...]]:
    for field in schema.inputs:
        text = texts.get(field.name, field.description)
        secret = " Secret." if field.secret and "Secret" not in text else ""
        is_local = (
            not (field.request_path or field.setting) and field.on_change is not OnChange.NOTHING
        )
        yield (
            *_names(field),
            field.kind.name,
            _omitted(field),
            "state only" if is_local else EFFECTS[field.on_change],
            f"{text[:1].upper()}{text[1:]}{secret}",
        )


def _names(field: Field) -> tuple[str, str]:
    return f"`{field.name}`", "" if field.name in NOT_HERE else f"`{camel_case(field.name)}`"


def _replacement(schema: ResourceSchema) -> Iterator[str]:
    noun = schema.item
    yield "## Replacement"
    yield ""
    yield f"A replacement creates the new {noun} before it deletes the old one."
    if schema.exclusive:
        yield "If the phone number and the template stay the same, Bird cannot hold both: the old"
        yield "connector is deleted first, the number has no channel for a moment, and the preview"
        yield "warns of this gap. The `channel_id` changes with each replacement."
    if kept := [f"`{field.name}`" for field in schema.inputs if not field.clearable]:
        yield f"Removing {' or '.join(kept)} from the program replaces the {noun} too, because Bird"
        yield "documents no request that clears them."


def _templates(name: str) -> Iterator[str]:
    yield "## Arguments of known templates"
    yield ""
    if name == "Connector":
        yield "The keys of `arguments`, with Bird's own names. Required keys are checked before"
        yield "anything is sent; `check_arguments=False` switches the check off. Templates that are"
        yield "not listed here are not checked."
    else:
        yield "The keys of `arguments`, with Bird's own names."
    yield ""
    yield from _table(
        ("template", "key", "type", "required", "values"),
        (
            (
                f"`{template}`",
                f"`{each.name}`",
                each.kind.name,
                "yes" if each.required else "no",
                each.description,
            )
            for template, arguments in TEMPLATES.items()
            if name == "Connector" or template.startswith("voice-")
            for each in arguments
        ),
    )


def _events() -> Iterator[str]:
    yield "## Known events"
    yield ""
    yield "These are documented or were seen. Others exist:"
    yield "[`get_webhook_events`](lookups.md#get_webhook_events) returns those of the workspace,"
    yield "with the keys of their filters. An event that is not known is sent, with a warning."
    yield ""
    yield from _table(
        ("service", "events"),
        (
            (f"`{service}`", ", ".join(f"`{each}`" for each in EVENTS.get(service, ())))
            for service in SERVICES
        ),
    )
    yield ""
    yield f"Documented keys of filters: {', '.join(f'`{each}`' for each in FILTER_KEYS)}."
    yield ""


def _import(schema: ResourceSchema) -> Iterator[str]:
    item = f"{schema.item.replace(' ', '_').upper()}_ID"
    settings = [field.name.upper() for field in schema.configurable_inputs]
    forms = [
        f"`{'/'.join([*reversed(settings[: count + 1]), item])}`" for count in range(len(settings))
    ]
    yield "With the [plugin](../choosing.md):"
    yield ""
    command = f"$ pulumi import bird:index:{schema.type_name} NAME {item} --generate-code=false"
    yield from _code("console", command)
    yield ""
    yield f"The id can also be {' or '.join(forms)}."
    yield ""
    yield "Pulumi does not support import for dynamic providers. Use"
    yield f'`adopt="{item}"` instead: see [adopting](../guides/adopting.md).'


def _provider() -> Iterator[str]:
    yield "# Provider"
    yield ""
    yield "An explicit provider of the [plugin](../choosing.md): an account for the resources and"
    yield "[look-ups](lookups.md#in-the-account-of-a-provider) that receive it as `opts.provider`."
    yield "Settings that are omitted come from the environment, not from the stack's `bird:`"
    yield "configuration. The dynamic provider has `profile` instead: see"
    yield "[configuration](configuration.md)."
    yield ""
    yield "## Example"
    yield ""
    example = """\
import pulumi
from bird_dynamic.native import Provider, VoiceChannel, get_phone_number_output

config = pulumi.Config()
eu = Provider(
    "eu",
    access_key=config.require_secret("euAccessKey"),
    workspace_id=config.require("euWorkspaceId"),
)
number = get_phone_number_output(config.require("number"), opts=pulumi.InvokeOptions(provider=eu))
VoiceChannel("support", phone_number_id=number.id, opts=pulumi.ResourceOptions(provider=eu))
"""
    yield from _code("python", example)
    yield ""
    yield "## Inputs"
    yield ""
    yield from _table(
        ("Python", "camelCase", "environment variable", "default", "example", "description"),
        (
            (f"`{snake_case(key)}`", f"`{key}`", *_setting(setting)[1:])
            for key, setting in CONFIGURABLE.items()
        ),
    )


def _lookups() -> Iterator[str]:
    yield "# Look-ups"
    yield ""
    yield "Look-ups (data sources) run with the program, in previews too, and use the same"
    yield "[configuration](configuration.md) as resources. Each also has an `_output` variant that"
    yield "accepts outputs and returns one. Other languages call the plugin's functions, such as"
    yield "`bird:index:getPhoneNumber`."
    yield ""
    yield "## Example"
    yield ""
    example = """\
import pulumi
from bird_dynamic import get_phone_number, list_connectors

number = get_phone_number(number="+3197010200001")
pulumi.export("phone_number_id", number.id)
pulumi.export("connectors_of_the_number", number.connector_ids)
if number.voice_inbound_status != "active":
    pulumi.log.warn(f"{number.number} cannot be called yet: {number.voice_issues}")
pulumi.export("connectors", [each.name for each in list_connectors()])
"""
    yield from _code("python", example)
    yield ""
    yield "Do not use `connector_ids` to decide whether the program declares a channel for a"
    yield "number: after `pulumi up`, the number has the connector of that channel, and the next"
    yield "`pulumi up` would delete it."
    yield ""
    yield "## In the account of a provider"
    yield ""
    yield from _wrapped(
        "The look-ups of `bird_dynamic.native` also take `opts`, Pulumi's invoke options. With "
        "`opts=pulumi.InvokeOptions(provider=eu)`, the [plugin](../choosing.md) looks up in the "
        "account of that [provider](provider.md#example); with `parent=`, in that of the provider "
        "that the parent passes to its children. The look-ups of `bird_dynamic` take `profile` "
        "instead, because the dynamic provider has no provider resources. The two exclude each "
        "other."
    )
    yield ""
    yield from _wrapped(
        "In a preview in which the configuration of the provider is not known yet, the result of "
        "an `_output` variant is unknown, too, and the plain function fails with a message. An "
        "`_output` variant also takes `pulumi.InvokeOutputOptions(depends_on=…)`."
    )
    for name in bird_dynamic.__all__:
        if f"{name}_output" in bird_dynamic.__all__:
            function = getattr(bird_dynamic, name)
            yield ""
            yield f"## `{name}`"
            yield ""
            yield f"`{name}({', '.join(_signature(function))})`"
            yield ""
            yield f"Plugin function: `{token(function_name(name))}`."
            yield ""
            yield from _function(function)
    for name, result in RESULTS.items():
        yield ""
        yield f"## `{name}`"
        yield ""
        yield from _table(
            ("Python", "camelCase", "description"),
            ((*_names(field), field.output_text) for field in result.fields),
        )


def _configuration() -> Iterator[str]:
    yield "# Configuration"
    yield ""
    yield "Precedence, highest first: resource argument, stack configuration, environment variable,"
    yield "default."
    yield ""
    yield from _table(
        ("stack configuration", "environment variable", "default", "example", "description"),
        map(_setting, SETTINGS),
    )
    yield ""
    yield "## Several accounts"
    yield ""
    yield 'With `profile="bird-eu"`, a resource or look-up reads the `bird-eu:` keys instead of the'
    yield "`bird:` keys. Environment variables are not used for a profile."
    yield ""
    yield from _code("console", "$ pulumi config set --secret bird-eu:accessKey")
    yield ""
    yield "The plugin has explicit [providers](provider.md) instead."


def _setting(setting: Setting) -> tuple[str, ...]:
    key = f"`bird:{setting.key}`" if setting.key else ""
    variable, default, example = (
        text and f"`{text}`" for text in (setting.variable, setting.default, setting.example)
    )
    secret = " Secret." if setting.secret else ""
    return key, variable, default, example, f"{setting.description}{secret}"


def _bird_dynamic() -> Iterator[str]:
    parser = _parser_of(bird_dynamic_command)
    yield "# `bird-dynamic`"
    yield ""
    yield "A command for existing workspaces. It changes nothing in Bird, except that"
    yield "`doctor --writes` may create an item and delete it again. Settings come from the"
    yield "environment (`BIRD_ACCESS_KEY`, `BIRD_WORKSPACE_ID`, …), or with `--stack` from"
    yield "the configuration of a stack."
    commands: Any = next(each for each in parser._actions if isinstance(each.choices, dict))
    helps = {each.dest: each.help for each in commands._get_subactions()}
    for name, command in commands.choices.items():
        options = [each.strip("`") for each, _ in _options(command) if each.startswith("`-")]
        operands = [each.dest.upper() for each in command._actions if not each.option_strings]
        shown = [f"[{each}]" for each in options] + operands
        yield ""
        yield f"## `bird-dynamic {name}`"
        yield ""
        yield f"`bird-dynamic {' '.join([name, *shown])}`"
        yield ""
        yield f"{_sentence(helps[name])}"
        yield ""
        yield from _table(("argument", "description"), _options(command))
    yield ""
    yield "## Exit status"
    yield ""
    yield from _table(
        ("status", "meaning"),
        (
            ("0", "Success."),
            ("1", "`doctor` or `audit` found something, or a request to Bird failed."),
            ("2", "The command or the settings are invalid. Nothing was sent."),
        ),
    )


def _bird_emulator() -> Iterator[str]:
    yield "# `bird-emulator`"
    yield ""
    yield "A local emulator of the Bird API, for development and tests without an account. It keeps"
    yield "state, validates requests and answers in Bird's format. It places no calls and sends no"
    yield "messages, but [plays calls](#calls-and-webhooks) and delivers their events to your own"
    yield "programs. Where Bird's documentation is silent, its answers are guesses: see"
    yield "[unconfirmed](../unconfirmed.md)."
    yield ""
    yield "It prints the settings of a program that uses it, and serves until it receives SIGINT or"
    yield "SIGTERM:"
    yield ""
    yield from _code(
        "console", "$ bird-emulator --quiet > emulator.env &\n$ sleep 2\n$ source emulator.env"
    )
    yield ""
    yield "Without `--quiet`, it also prints a line for each request on stderr: time, method, path,"
    yield "status (`-` for a broken connection), duration, and the fault, if one was injected."
    yield ""
    yield "## Options"
    yield ""
    options = dict(_options(_parser_of(bird_emulator_command)))
    options["`--dialect QUESTION=CHOICE`"] = (
        "Answer one of the [open questions](../unconfirmed.md#open-questions) in another way than "
        "by default. May be given several times."
    )
    yield from _table(("option", "description"), options.items())
    yield ""
    yield from _containers()
    yield "## In a browser"
    yield ""
    yield from _wrapped(
        "Open `/__emulator__/` on the address that `bird-emulator` prints, such as "
        "<http://127.0.0.1:8080/__emulator__/>. The page shows the phone numbers with their "
        "channels and webhooks, the calls and deliveries as they go, and the requests as they "
        "come in. It rings a number, chooses the program that receives the webhooks of a host, "
        "and switches faults and the dialect. It needs no reload, works with the keyboard, is "
        "light or dark as your desktop is, and loads nothing from another host. Signing keys, "
        "security arguments and invitation tokens are not shown."
    )
    yield ""
    yield "![The page of the emulator](../images/emulator.webp)"
    yield ""
    yield "## Control requests"
    yield ""
    yield from _wrapped(
        "A running emulator is controlled over HTTP, under paths that Bird does not have. The "
        "requests need no access key. They must name `127.0.0.1`, `localhost`, `[::1]`, the IP "
        "address that they are sent to, or a name of `--allow-host` as their host, and must not "
        "come from a web page of another address; others are answered 403."
    )
    yield ""
    path = "/__emulator__"
    things = f"{path}/connectors", f"{path}/webhook-subscriptions"
    yield from _table(
        ("request", "effect"),
        (
            ("`GET /health`", "Return 200, with the emulator's version."),
            (f"`GET {path}/`", "Return the page [for a browser](#in-a-browser)."),
            (
                f"`GET {path}/state`",
                f"Return all that the page shows, with the newest {NEWEST} requests, calls and "
                "deliveries. Secrets are left out.",
            ),
            (
                f"`GET {path}/events`",
                "Follow what happens from now on, as server-sent events: `hello`, `request`, "
                "`item`, `delivery`, `faults`, `targets`, `dialect`, `options`, `reset`, "
                f"and `reload` if the reader is too slow. At most {MAX_STREAMS} streams (503).",
            ),
            (
                f"`POST {path}/reset`",
                "Empty the workspace and the journal, forget the deliveries, remove all faults.",
            ),
            (f"`GET`, `DELETE {path}/journal`", "Return or clear the list of received requests."),
            (
                f"`GET`, `PUT`, `DELETE {path}/faults`",
                "Return, set or remove [faults](testing.md#faults).",
            ),
            (f"`GET`, `PATCH {path}/options`", "Return or change the emulator's options."),
            (f"`GET`, `PUT`, `PATCH {path}/dialect`", "Return, set or change the dialect."),
            (
                f"`POST {path}/calls/incoming`",
                'Call a number of the workspace: `{"to": "+3197010200001"}`, and optionally `from` '
                f"and `outcome` (one of {', '.join(f'`{each}`' for each in OUTCOMES)}).",
            ),
            (f"`GET {path}/calls`", "List the calls."),
            (
                f"`GET`, `DELETE {path}/deliveries`",
                f"Return the newest deliveries ({SHOWN}, or `?limit=`), or forget all.",
            ),
            (
                f"`GET`, `PUT`, `PATCH {path}/targets`",
                "Return, set or add local addresses: "
                '`{"https://example.com": "http://127.0.0.1:5000"}`.',
            ),
            *(
                (f"`GET`, `POST {each}`", "List, or create one as in Bird's dashboard.")
                for each in things
            ),
            *(
                (f"`PATCH`, `DELETE {each}/{{id}}`", "Change or delete one as in Bird's dashboard.")
                for each in things
            ),
            (
                f"`PATCH {path}/numbers/{{id}}`",
                "Change the `endpoint` of a phone number: its `capabilities`, `dependencies` or "
                "`issues`, as Bird's numbers API has them.",
            ),
            (f"`PATCH {path}/channels/{{id}}`", "Change the `status` of a channel."),
        ),
    )
    yield ""
    for title, examples in (
        ("Faults", FAULTS),
        ("Options", OPTIONS),
        ("What happens in Bird", DASHBOARD),
    ):
        yield f"### {title}"
        yield ""
        yield from _code("console", "\n".join(transcript(examples)))
        yield ""
    yield from _wrapped(
        "The fields of a fault are [those of `Fault`](testing.md#faults). A list replaces the "
        "faults before; options that are not named stay as they are."
    )
    yield ""
    yield "## Calls and webhooks"
    yield ""
    yield from _code(
        "console",
        "$ bird-emulator --deliver https://example.com=http://127.0.0.1:5000\n"
        '$ curl --json \'{"to": "+3197010200001"}\' '
        "http://127.0.0.1:8080/__emulator__/calls/incoming",
    )
    yield ""
    yield from _wrapped(
        "A call to a number with a voice channel goes through its statuses, and each is an event "
        "(`voice.inbound`) for the webhook subscriptions that ask for it. So does a call that a "
        "program starts (`voice.outbound`), unless it is scheduled for later. The option "
        "`call_outcome` says how those end. A call to a number without a voice channel that is "
        "ready and active is lost: the request is answered 422, and says why."
    )
    yield ""
    yield from _table(
        ("outcome", "statuses"),
        ((f"`{name}`", ", ".join(f"`{each}`" for each in all_)) for name, all_ in OUTCOMES.items()),
    )
    yield ""
    yield from _wrapped(
        "Each subscription whose filters match is one delivery: a POST of `service`, `event` and "
        "`payload` (the call), signed with the `signing_key` of the subscription. It goes to the "
        "local address that stands for the host of its `url`, with that host as `Host`. Nothing "
        "is sent to another machine, redirects are not followed, and proxies are not used. What "
        "has no local address is kept as `unmapped`, and what nobody asks for as `unsubscribed`. "
        "As Bird documents it, a subscription without filters does not get what another one with "
        "filters asks for; the dialect's question `webhook_overlap` changes that."
    )
    yield ""
    yield from _wrapped(
        f"A delivery without a 2xx within {TIMEOUT:.0f} seconds is repeated with its first "
        f"timestamp, {len(WAITS)} times at most. Bird's documentation speaks of increasing "
        f"intervals over 8 hours; here they are {WAITS[0]} seconds, doubled up to "
        f"{WAITS[-1] // 60} minutes, times the option `retry_scale`. The events of one call reach "
        "a subscription in their order, except that a repeated delivery holds up no later one. "
        "The deliveries are also in the delivery logs of the API."
    )
    yield ""
    yield from _wrapped(
        "Calls are kept in the file of `--state`, with the status that they had when the emulator "
        "ended. Deliveries are not. In a program that stops its emulator, the deliveries that are "
        "pending then fail, and are not sent after the next start. Those whose target is removed "
        "become `unmapped`."
    )
    yield ""
    yield "## Limits"
    yield ""
    yield f"A body may have at most {MAX_BODY // 2**20} MiB (413), with a `Content-Length` (411)."
    yield f"{MAX_CONNECTIONS} connections are served at a time; further ones wait until one closes."
    yield f"A connection that is idle for {IDLE_TIMEOUT:.0f} seconds is closed."
    yield from _wrapped(
        f"The last {MAX_CALLS:,} calls and {MAX_KEPT:,} deliveries are kept. Further events are "
        "not sent while so many deliveries are pending. A call that is under way is never dropped: "
        "while so many are, a new one is refused (429, or 422 for a call from outside). "
        f"{SENDERS} deliveries are sent at a time."
    )


def _containers() -> Iterator[str]:
    yield "## For other machines, and in a container"
    yield ""
    yield from _code("console", "$ bird-emulator --host 0.0.0.0 --allow-host bird-emulator")
    yield ""
    yield from _wrapped(
        "Other machines then use `BIRD_API_URL=http://bird-emulator:8080`, or any other name or "
        "address of this one. With the emulator's own access key, which is no secret, the provider "
        "sends plain http to any host; with another key, it refuses to. The emulator refuses every "
        "other key."
    )
    yield ""
    yield from _wrapped(
        "Whoever can reach the emulator can read and change its workspace, so leave it in a "
        "private network, and put nothing secret into it. Web pages cannot change it all the "
        "same: a control request under a name that `--allow-host` does not have is refused, also "
        "if that name resolves to the address of the emulator, and so is any request that comes "
        "from a page under such a name. The API of Bird is served to programs under any name. A "
        "page whose name resolves to the emulator can read the emulated workspace there."
    )
    yield ""
    yield from _wrapped(
        "The folder [emulator](../../emulator) has a `Dockerfile`, a `compose.yaml` and an action "
        "for GitHub's workflows."
    )
    yield ""
    yield from _wrapped(
        "Webhooks are delivered to the emulator's own machine only, to the programs that "
        "`--deliver` or a control request from that machine names. So a program in another "
        "container does not get them, unless both have one network: in Compose, "
        "`network_mode: service:bird-emulator` for your program, or in Kubernetes, both in one "
        "pod. Your program then receives at `127.0.0.1`, as `--deliver` says."
    )
    yield ""


def _testing() -> Iterator[str]:
    yield "# `bird_dynamic.testing`"
    yield ""
    yield "An emulated Bird for each test. Nothing is shared between tests, and no request leaves"
    yield "the machine. See the [example](../../examples/unit_tested)."
    yield ""
    yield "## With pytest"
    yield ""
    example = """\
import os
import subprocess

from bird_dynamic.testing import EmulatedBird


def test_my_stack(bird: EmulatedBird) -> None:
    subprocess.run(["pulumi", "up", "--yes"], env=os.environ | bird.environment, check=True)
    assert len(bird.connectors()) == 1
"""
    yield from _code("python", example)
    yield ""
    yield from _table(
        ("fixture", "description"),
        (
            ("`bird`", "An `EmulatedBird` for this test alone."),
            (
                "`bird_dialect`",
                "The dialect of `bird`, None by default. Define a fixture with this name to choose "
                "another one.",
            ),
        ),
    )
    yield ""
    yield from _wrapped(
        "pytest has these fixtures wherever this package is installed, and imports nothing else of "
        "it before a test asks for one. Your own fixture named `bird` is used instead of this one, "
        "and `-p no:bird_dynamic` switches both off. One emulator for several tests is a fixture "
        "of your own:"
    )
    yield ""
    shared = """\
from collections.abc import Iterator

import pytest

from bird_dynamic.testing import EmulatedBird


@pytest.fixture(scope="session")
def shared_bird() -> Iterator[EmulatedBird]:
    with EmulatedBird() as running:
        yield running
"""
    yield from _code("python", shared)
    yield ""
    yield "An emulator in a container, as with testcontainers, is [described beside its"
    yield "image](../../emulator/README.md#in-a-test)."
    yield ""
    yield "## Without pytest"
    yield ""
    yield from _code(
        "python", "with EmulatedBird() as bird:\n    print(bird.url, bird.phone_number_ids)"
    )
    yield ""
    yield "## `EmulatedBird`"
    yield ""
    yield f"`EmulatedBird({', '.join(_signature(testing.EmulatedBird.__init__))})`"
    yield ""
    yield from _table(("member", "description"), _members(testing.EmulatedBird))
    yield ""
    yield "`emulator` is the `BirdEmulator` behind it, with the journal of requests"
    yield "(`emulator.journal`) and the active faults (`emulator.faults`). `page` is the address of"
    yield "[its page](bird-emulator.md#in-a-browser): stop a test in a debugger, and look at it."
    yield ""
    yield "## Calls"
    yield ""
    ringing = """\
from bird_dynamic.testing import EmulatedBird


def ring(bird: EmulatedBird) -> None:
    bird.deliver("https://example.com", "http://127.0.0.1:5000")
    bird.incoming_call("+3197010200001", outcome="no-answer")
    assert [each["status"] for each in bird.deliveries()] == ["succeeded"] * 3
"""
    yield from _code("python", ringing)
    yield ""
    yield from _wrapped(
        "The subscription is to `https://example.com/…`, and your handler listens on port 5000: "
        "see [receiving webhooks](../guides/receiving.md#in-a-test). Between two statuses of a "
        "call is no time, and a delivery that is not accepted is soon repeated, 35 times within "
        "half a minute. `bird.emulator.options` has `call_step`, `call_outcome` and "
        "`retry_scale`: see [calls and webhooks](bird-emulator.md#calls-and-webhooks)."
    )
    yield ""
    yield "## Faults"
    yield ""
    yield from _code(
        "python",
        "from bird_dynamic.emulator import Fault\n\n"
        'bird.emulator.faults = [Fault("reset", operation="create_connector", applied=True)]',
    )
    yield ""
    yield "A fault fires on the `nth` request of its `operation` and on the next ones, `times` in"
    yield "all (None: always), each time with `probability`. With `applied=True`, Bird carries the"
    yield "request out, and only the answer is lost."
    yield ""
    defaults = [
        f"{each.name}={'{}' if each.default is MISSING else repr(each.default)}"
        for each in fields(Fault)[1:]
    ]
    yield f"`Fault(kind, {', '.join(defaults)})`"
    yield ""
    yield from _table(
        ("kind", "effect"), ((f"`{kind}`", _sentence(effect)) for kind, effect in KINDS.items())
    )
    yield ""
    yield f"Operations: {', '.join(f'`{each}`' for each in ('any', *sorted(ROUTES)))}."
    yield ""
    yield from _wrapped(
        f"The operation `{DELIVER}` is one attempt of a delivery to a webhook's receiver, and not "
        "a request, so `any` does not include it. Its faults are "
        f"{', '.join(f'`{each}`' for each in DELIVERY_KINDS)}: what the attempt gets instead of "
        "the receiver's answer. With `applied=True`, the receiver gets the delivery all the same, "
        "and therefore gets it again."
    )


def _members(documented: type) -> Iterator[tuple[str, str]]:
    for name, member in vars(documented).items():
        if name.startswith("_"):
            continue
        is_method = inspect.isfunction(member)
        yield f"`{name}{'()' if is_method else ''}`", re.sub(r"\s+", " ", _text(member))


def _program(example: str) -> str:
    """The example with its imports."""
    names = [name for name in bird_dynamic.__all__ if re.search(rf"\b{name}\(", example)]
    pulumi = "import pulumi\n" if "pulumi." in example else ""
    return f"{pulumi}from bird_dynamic import {', '.join(names)}\n\n{example}"


def _wrapped(text: str) -> Iterator[str]:
    """A paragraph."""
    yield from textwrap.wrap(text, 88, break_long_words=False, break_on_hyphens=False)


def _code(language: str, text: str) -> Iterator[str]:
    yield f"```{language}"
    yield text.rstrip("\n")
    yield "```"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    head = list(head)
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        cells = " | ".join(cell.replace("|", "\\|") for cell in row)
        yield re.sub(r" +\|", " |", f"| {cells} |")


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:
        if {"-h", "--version"} & set(action.option_strings):
            continue
        name = action.option_strings[0] if action.option_strings else action.dest.upper()
        takes = action.nargs != 0 and action.option_strings
        value = f" {action.metavar or action.dest.upper()}" if takes else ""
        yield f"`{name}{value}`", _sentence(action.help)


class _ParserError(Exception):
    """Ends a command as soon as its parser is known."""


def _parser_of(command: Callable[[], int]) -> argparse.ArgumentParser:
    """The parser that a command makes."""
    found: list[argparse.ArgumentParser] = []

    def parse_args(parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        found.append(parser)
        raise _ParserError

    with (
        mock.patch.object(argparse.ArgumentParser, "parse_args", parse_args),
        contextlib.suppress(_ParserError),
    ):
        command()
    return found[0]


def _signature(function: Callable[..., Any]) -> Iterator[str]:
    for name, parameter in inspect.signature(function).parameters.items():
        if name != "self":
            yield name if parameter.default is inspect.Parameter.empty else f"{name}=…"


def _paths(text: str) -> str:
    """The text with its paths as code, because Markdown interprets asterisks."""
    return re.sub(r"/[\w*/-]*\*[\w*/-]*", lambda path: f"`{path[0]}`", text)


def _function(function: Callable[..., Any]) -> Iterator[str]:
    yield _text(function).partition(":param")[0].partition(":raises")[0].strip()
    parameters = _parameters(function)
    if parameters:
        yield ""
        yield from _table(
            ("argument", "description"),
            ((f"`{name}`", _sentence(text)) for name, text in parameters.items()),
        )


def _omitted(field: Field) -> str:
    if field.setting:
        return f"`bird:{field.setting}`"
    if field.automatic:
        return "generated"
    if field.required:
        return "**required**"
    return f"`{field.default!r}`" if field.default is not None else ""


def _parameters(function: Callable[..., Any]) -> dict[str, str]:
    found = re.findall(r":param (\w+): (.+?)(?=:param|:raises|$)", _text(function), re.S)
    return {name: re.sub(r"\s+", " ", text).strip() for name, text in found}


def _sentence(text: str | None) -> str:
    text = (text or "").strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _text(documented: Any) -> str:
    return inspect.cleandoc(documented.__doc__ or "")


if __name__ == "__main__":
    sys.exit(write_or_check(pages()))

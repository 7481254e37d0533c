"""Settings, such as the access key and the workspace, and their sources.

Precedence, highest first: resource argument (handled by the resource), stack configuration
(`bird:accessKey`), environment variable (`BIRD_ACCESS_KEY`), default. A profile is another account:
`bird-eu:accessKey`, without environment variables.

`SETTINGS` describes each setting once. `gather`, the plugin's schema, `native.Provider`, the
reference page and the README's table are derived from it.

`gather` sends nothing and raises nothing: it collects all problems, so that a preview shows them at
once. No message contains the access key.
"""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from bird_dynamic.schema.values import (
    duration_problem,
    nearest,
    organization_problem,
    parse_duration,
    workspace_problem,
)

DEFAULT_API_URL = "https://api.bird.com"
DEFAULT_TIMEOUT = 300.0
DEFAULT_PROFILE = "bird"
TAKE_OVER = ("never", "marked")
PLUGIN_CONCURRENCY = 64
"""Limit of concurrent operations of the plugin; the engine's `--parallel` may be lower."""
CORRECT_PROXY = "Correct it, or unset it."
UNUSABLE_PROXY = (
    "is not a supported proxy URL; it must look like http://proxy.example.com:3128. "
    f"{CORRECT_PROXY}"
)
EMULATOR_ACCESS_KEY = "fake-access-key-for-the-emulator"
"""The emulator's access key. It is no secret, so plain http may send it to any host."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """One setting: its names, its description, and its validation.

    `key` is its name in the stack configuration, after `bird:`; `variable` is its environment
    variable. Either may be empty. A setting without a key belongs to the process, and applies to
    every profile. `default` is text, as a user would write it. `problem` returns a sentence, or
    None.
    """

    key: str = ""
    variable: str = ""
    description: str
    example: str
    default: str = ""
    problem: Callable[[str], str | None] = lambda text: None
    secret: bool = False
    required: bool = False
    is_location: bool = False
    """Whether it is the location of a resource, which a resource argument can override."""
    is_number: bool = False
    plugin_only: bool = False

    @property
    def text(self) -> str:
        """The description and the default, in Markdown."""
        return self.description + (f" Default: `{self.default}`." if self.default else "")

    def names(self, profile: str = DEFAULT_PROFILE) -> str:
        """The names under which it can be set: `bird:accessKey (or BIRD_ACCESS_KEY)`."""
        named = f"{profile}:{self.key}"
        if not self.key:
            return self.variable
        return f"{named} (or {self.variable})" if self._has_variable(profile) else named

    def how_to_set(self, profile: str = DEFAULT_PROFILE, *, has_variable: bool = True) -> str:
        """How to set it, for error messages. `has_variable`: whether its variable would help."""
        secret = "--secret " if self.secret else ""
        command = f"Run `pulumi config set {secret}{profile}:{self.key}`"
        variable = f", or export {self.variable}"
        return command + variable * (has_variable and self._has_variable(profile))

    def find(
        self,
        configuration: Callable[[str], str | None],
        environment: Mapping[str, str],
        profile: str,
    ) -> str:
        """Its text; empty if it is not set."""
        value = configuration(f"{profile}:{self.key}") if self.key else None
        if not value and self._has_variable(profile):
            value = environment.get(self.variable)
        # In an explicit provider, it may be a number.
        return str(value).strip() if value else ""

    def problem_of(
        self, text: str, profile: str = DEFAULT_PROFILE, *, has_variable: bool = True
    ) -> str | None:
        """The problem of its text, or None. `has_variable`: whether its variable would help."""
        if text:
            return self.problem(text)
        how = self.how_to_set(profile, has_variable=has_variable)
        return f"no access key is set. {how}." if self.required else None

    def _has_variable(self, profile: str) -> bool:
        return bool(self.variable) and (profile == DEFAULT_PROFILE or not self.key)


def _access_key_problem(access_key: str) -> str | None:
    if access_key.startswith(("bk_", "bm_")):
        return (
            f"a key that starts with {access_key[:3]} belongs to another Bird product (the "
            "platform API); create a CRM access key in app.bird.com under Settings, Security, "
            "Access keys."
        )
    scheme, space, _ = access_key.partition(" ")
    if space and scheme.lower() in ("accesskey", "bearer"):
        return f'contains a space; set only the key, without "{scheme} ".'
    if not access_key.isascii() or not access_key.isprintable() or space:
        odd = _odd_character(access_key) or "a character that is not ASCII"
        return f"contains {odd}, which is invalid in an access key; copy the key again, and set it."
    return None


def _api_url_problem(api_url: str) -> str | None:
    if odd := _odd_character(api_url):
        # urlsplit would drop some of them.
        return f"contains {odd}; set it without, such as {DEFAULT_API_URL}."
    if not re.match(r"https?://", api_url, re.IGNORECASE):
        return f"must begin with https:// (http:// for the emulator), such as {DEFAULT_API_URL}."
    try:
        parts = urlsplit(api_url)
        host = parts.hostname or ""
    except ValueError:
        return f"is not a URL; the default is {DEFAULT_API_URL}."
    if not host:
        return f"has no host; it must look like {DEFAULT_API_URL}."
    if parts.query or parts.fragment:
        return f"must not contain a query (?) or a fragment (#); the default is {DEFAULT_API_URL}."
    if parts.username is not None:
        return "must not contain a user name or a password."
    try:
        is_port = parts.port != 0
    except ValueError:
        is_port = False
    if not is_port:
        return "is not a URL: its port must be a number from 1 to 65535."
    if re.fullmatch(r"[\d.]+", host) and _address(host) is None:
        return "is not a URL: its host must be a name, or four numbers from 0 to 255."
    return None


def _plain_http_problem(api_url: str, access_key: str) -> str | None:
    parts = urlsplit(api_url)
    if parts.scheme != "http" or access_key == EMULATOR_ACCESS_KEY:
        return None
    host = parts.hostname or ""
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return None
    return (
        "plain http is accepted only for localhost, and for other hosts with the access key of an "
        "emulator, because it would send the access key unencrypted; use https."
    )


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _odd_character(text: str) -> str | None:
    """The first character that no URL or key has, in words; None without one."""
    odd = next((each for each in text if each == " " or not each.isprintable()), None)
    known = {" ": "a space", "\t": "a tab", "\n": "a line break", "\r": "a line break"}
    return odd and known.get(odd, "an invisible character")


def _log_problem(text: str) -> str | None:
    return None if text == "debug" else "must be debug; unset it to log nothing."


def _take_over_problem(text: str) -> str | None:
    return None if text in TAKE_OVER else f"must be {TAKE_OVER[0]} (the default) or {TAKE_OVER[1]}."


def _lanes_problem(text: str) -> str | None:
    if text.isdecimal() and 1 <= int(text) <= PLUGIN_CONCURRENCY:
        return None
    return f"must be an integer from 1 to {PLUGIN_CONCURRENCY}."


def _ca_bundle_problem(path: str) -> str | None:
    remedy = "set it to one file of PEM certificates, or unset it."
    named = "".join(each if each.isprintable() else "?" for each in path)
    if not os.path.exists(path):
        return f"{named} does not exist; {remedy}"
    try:
        if os.path.isdir(path):
            problem = _folder_problem(os.listdir(path), named)
        elif not os.path.isfile(path):
            problem = f"{named} is not a file; "
        else:
            problem = _certificates_problem(path, named, _version(path))
    except OSError as error:
        problem = f"{named} cannot be read ({error.strerror}); "
    return f"{problem}{remedy}" if problem else None


_LARGEST_BUNDLE = 16 * 1024 * 1024


def _version(path: str) -> tuple[int, ...]:
    state = os.stat(path)
    return state.st_ino, state.st_size, state.st_mtime_ns


@lru_cache(maxsize=1)
def _certificates_problem(path: str, named: str, version: tuple[int, ...]) -> str | None:
    # Reading a bundle takes some 20 ms, and each look-up of a program gathers the settings.
    if _has_certificates(path):
        return None
    with open(path, "rb") as file:
        content = file.read(_LARGEST_BUNDLE)
    if b"PRIVATE KEY-----" in content:
        return f"{named} contains a private key, not a certificate; "
    if content and _has_certificates(data=content):
        convert = f"`openssl x509 -inform der -in {named} -out ca.pem`"
        return f"{named} is a DER file; convert it with {convert}, then "
    return f"{named} has no valid PEM certificate; "


def _has_certificates(path: str | None = None, data: bytes | None = None) -> bool:
    """Whether a file or DER data has a certificate. Raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with suppress(ssl.SSLError):
        context.load_verify_locations(path, cadata=data)
    return context.cert_store_stats()["x509"] > 0


def _folder_problem(files: Iterable[str], folder: str) -> str | None:
    # OpenSSL opens only files with such names, and ignores all others.
    if any(re.fullmatch(r"[0-9a-f]{8}\.\d+", each) for each in files):
        return None
    # It makes links to files with such names only.
    can_rehash = any(each.endswith((".pem", ".crt", ".cer")) for each in files)
    rehash = f"run `openssl rehash {folder}`, or " if can_rehash else ""
    return f"OpenSSL finds no certificate in the folder {folder}; {rehash}"


def proxy_of(environment: Mapping[str, str]) -> tuple[str, str]:
    """The variable that names the proxy for https, and its URL, which is empty without one."""
    for variable in ("HTTPS_PROXY", "https_proxy"):
        if url := environment.get(variable):
            return variable, url
    return "HTTPS_PROXY", ""


def _proxy_problem(environment: Mapping[str, str], api_url: str) -> str | None:
    variable, url = proxy_of(environment)
    if not url or not api_url.startswith("https://"):
        return None
    problem = _problem_of_proxy(url)
    if problem is None:
        return None
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

    no_proxy = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    if proxy_bypass_environment(urlsplit(api_url).hostname or "", {"no": no_proxy}):
        return None
    return f"{variable}: {problem}"


def _problem_of_proxy(url: str) -> str | None:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        is_usable = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        is_usable = False
    if not is_usable or _odd_character(url):
        return UNUSABLE_PROXY
    try:
        is_port = parts.port != 0
    except ValueError:
        is_port = False
    return None if is_port else f"its port must be a number from 1 to 65535. {CORRECT_PROXY}"


ACCESS_KEY = Setting(
    key="accessKey",
    variable="BIRD_ACCESS_KEY",
    description="CRM access key. Keys that start with `bk_` or `bm_` belong to another Bird "
    "product.",
    example="AbC1dEf2GhI3jKl4",
    problem=_access_key_problem,
    secret=True,
    required=True,
)
WORKSPACE_ID = Setting(
    key="workspaceId",
    variable="BIRD_WORKSPACE_ID",
    description="UUID of the workspace. Ids that start with `ws_` belong to another Bird product.",
    example="2cffb55c-120e-91a8-8f10-ed9d1b412d29",
    problem=workspace_problem,
    is_location=True,
)
ORGANIZATION_ID = Setting(
    key="organizationId",
    variable="BIRD_ORGANIZATION_ID",
    description="UUID of the organization. Optional; only webhook subscriptions use it.",
    example="0b7d3c1e-5a44-4a52-9d0c-3f1f0c6a2e11",
    problem=organization_problem,
    is_location=True,
)
API_URL = Setting(
    key="apiUrl",
    variable="BIRD_API_URL",
    description="URL of Bird's API. Plain http is accepted only for localhost, or with the "
    "emulator's access key.",
    example="http://127.0.0.1:8080",
    default=DEFAULT_API_URL,
    problem=_api_url_problem,
)
TIMEOUT = Setting(
    key="timeout",
    variable="BIRD_TIMEOUT",
    description="Total timeout of each operation: `90s`, `5m`, `1h30m`, or seconds.",
    example="90s",
    default=f"{DEFAULT_TIMEOUT / 60:.0f}m",
    problem=duration_problem,
)
TAKES_OVER = Setting(
    key="takeOver",
    variable="BIRD_TAKE_OVER",
    description="`never`, or `marked` for a single run after you lose the Pulumi state or the "
    "machine that ran it: each create then takes over an existing connector with the same "
    "arguments and its resource's mark.",
    example="marked",
    default=TAKE_OVER[0],
    problem=_take_over_problem,
)
LANES = Setting(
    key="lanes",
    description=f"Most concurrent requests of the plugin: 1 to {PLUGIN_CONCURRENCY}.",
    example="8",
    default=str(PLUGIN_CONCURRENCY),
    problem=_lanes_problem,
    is_number=True,
    plugin_only=True,
)
CA_BUNDLE = Setting(
    variable="BIRD_CA_BUNDLE",
    description="File of PEM certificates to trust, behind a proxy that inspects TLS.",
    example="/etc/ssl/company.pem",
    problem=_ca_bundle_problem,
)
STATE_DIR = Setting(
    variable="BIRD_STATE_DIR",
    description="Folder for records of unfinished creates. It contains no secrets.",
    example="/var/lib/bird",
    default="~/.local/state/bird-dynamic",
)
LOG = Setting(
    variable="BIRD_LOG",
    description="`debug` logs a line for each request, without bodies or keys.",
    example="debug",
    problem=_log_problem,
)

SETTINGS = (
    ACCESS_KEY,
    WORKSPACE_ID,
    ORGANIZATION_ID,
    API_URL,
    TIMEOUT,
    TAKES_OVER,
    LANES,
    CA_BUNDLE,
    STATE_DIR,
    LOG,
)
CONFIGURABLE = {setting.key: setting for setting in SETTINGS if setting.key}
"""The settings of an account, by their configuration key."""


@dataclass(frozen=True)
class Settings:
    """The validated settings of one account.

    `access_key` is not in `repr`. `timeout`, in seconds, limits one create, read, update or delete.
    `takes_over`: whether a create takes over an equal connector with its resource's mark.
    `problems`: sentences that name the configuration key and the environment variable; with any of
    them nothing is sent. `location_problems`: the same for locations, by key; ignored if a resource
    argument sets the location.
    """

    access_key: str = field(repr=False)
    workspace_id: str | None = None
    organization_id: str | None = None
    api_url: str = DEFAULT_API_URL
    timeout: float = DEFAULT_TIMEOUT
    takes_over: bool = False
    ca_bundle: str | None = None
    profile: str = DEFAULT_PROFILE
    problems: tuple[str, ...] = ()
    location_problems: tuple[tuple[str, str], ...] = ()
    misspelled: frozenset[str] = frozenset()
    """The settings for which the configuration has a misspelled key instead, which is a problem."""
    configured: frozenset[str] = frozenset()
    """The settings that the configuration has: no environment variable can mend these."""

    def missing_text(self, key: str) -> str:
        """Error text for a location that is not configured."""
        return dict(self.location_problems).get(key, f"{self.setting_names(key)}: is not set.")

    def unset_text(self, key: str) -> str:
        """The same with the remedy, where no argument can set the location."""
        if key in dict(self.location_problems):
            return self.missing_text(key)
        return f"{self.missing_text(key)} {self.how_to_set(key)}."

    def how_to_set(self, key: str) -> str:
        """How to set a setting so that it takes effect, for error messages."""
        has_variable = key not in self.configured
        return CONFIGURABLE[key].how_to_set(self.profile, has_variable=has_variable)

    def setting_names(self, key: str) -> str:
        """The names under which a setting can be set: `bird:accessKey (or BIRD_ACCESS_KEY)`."""
        return CONFIGURABLE[key].names(self.profile)


def gather(
    configuration: Callable[[str], str | None],
    environment: Mapping[str, str] = os.environ,
    profile: str | None = None,
    keys: Iterable[str] = (),
    project: str = "",
) -> Settings:
    """The settings from the stack configuration and the environment, with all their problems.

    `keys` are all keys of the stack configuration, as in `unknown_keys`.
    """
    prefix = profile or DEFAULT_PROFILE
    given: dict[Setting, str] = {}
    keys = frozenset(keys)
    problems = list(unknown_keys(keys, prefix, project))
    misspelled = {near for _, near in _misspelled(keys, prefix) if near and prefix != project}
    location_problems: dict[str, str] = {}
    configured = frozenset(each for each in CONFIGURABLE if configuration(f"{prefix}:{each}"))
    for setting in SETTINGS:
        text = setting.find(configuration, environment, prefix)
        given[setting] = text or setting.default
        # The plugin validates its own settings itself, when it is configured.
        problem = (
            None
            if setting.plugin_only
            else setting.problem_of(text, prefix, has_variable=setting.key not in configured)
        )
        if setting is API_URL and problem is None:
            problem = _plain_http_problem(given[API_URL], given[ACCESS_KEY])
        if not text and setting.key in misspelled:
            # It follows from the misspelled key, which is told.
            continue
        bare = f"{project}:{setting.key}"
        if (
            not text
            and bare in keys
            and project != prefix
            and setting in (ACCESS_KEY, WORKSPACE_ID)
        ):
            prefixed = f"{bare} is set; the name needs the prefix {prefix}:."
            problem = f"{problem or 'is not set.'} {prefixed}"
        if problem is None:
            continue
        named = f"{setting.names(prefix)}: {problem}"
        if setting.is_location:
            location_problems[setting.key] = named
            given[setting] = ""
        else:
            problems.append(named)
    if problem := _proxy_problem(environment, given[API_URL]):
        problems.append(problem)
    return Settings(
        # Even an invalid key: it must be redacted in messages.
        access_key=given[ACCESS_KEY],
        workspace_id=given[WORKSPACE_ID] or None,
        organization_id=given[ORGANIZATION_ID] or None,
        api_url=given[API_URL].rstrip("/"),
        timeout=parse_duration(given[TIMEOUT]) or DEFAULT_TIMEOUT,
        takes_over=given[TAKES_OVER] == TAKE_OVER[1],
        ca_bundle=given[CA_BUNDLE] or None,
        profile=prefix,
        problems=tuple(problems),
        location_problems=tuple(location_problems.items()),
        misspelled=frozenset(each for each in misspelled if not given[CONFIGURABLE[each]]),
        configured=configured,
    )


def unknown_keys(
    keys: Iterable[str], profile: str = DEFAULT_PROFILE, project: str = ""
) -> Iterator[str]:
    """The problem of each key of the account that is no setting, such as `bird:acessKey`.

    `keys` may be of any namespace. In a project with the name of the account, the namespace is
    also that of the program's own keys, so none is a problem.
    """
    if profile == project:
        return
    for name, near in _misspelled(keys, profile):
        own = name.partition(":")[2]
        remove = f"`pulumi config rm {name}`, or remove it from Pulumi.yaml if it is there."
        if near:
            secret = "--secret " if CONFIGURABLE[near].secret else ""
            advice = (
                f"Did you mean {profile}:{near}? Run `pulumi config set {secret}{profile}:{near}`, "
                "and remove this one: "
            )
        else:
            known = ", ".join(f"{profile}:{key}" for key in CONFIGURABLE)
            advice = (
                f"The settings are {known}. To set a value of your own program, leave out the "
                f"prefix: `pulumi config set {own} …`. Remove this one: "
            )
        yield f"{name}: is not a setting. {advice}{remove}"


def _misspelled(keys: Iterable[str], profile: str) -> Iterator[tuple[str, str | None]]:
    """Each key of the account that is no setting, with the nearest one, if any."""
    known = {_letters(key): key for key in CONFIGURABLE}
    for name in sorted(keys):
        namespace, _, key = name.partition(":")
        if namespace == profile and key not in CONFIGURABLE:
            near = nearest(_letters(key), known)
            yield name, known[near] if near else None


def _letters(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.lower())


def logs_requests(environment: Mapping[str, str]) -> bool:
    """Whether each request is logged: `BIRD_LOG=debug`."""
    return environment.get(LOG.variable) == "debug"


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder for records of unfinished creates: `BIRD_STATE_DIR`, or one of this user."""
    if given := environment.get(STATE_DIR.variable):
        return Path(given)
    base = environment.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    # Without a home folder, use none: a relative path would be inside the project.
    return Path(base if os.path.isabs(base) else os.devnull) / "bird-dynamic"

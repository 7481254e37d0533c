"""Bird's connector templates, with their documented arguments.

Templates gain arguments under the same version, so only a missing argument is a problem, never an
unknown one. A template that is not listed here is not checked. Sources: the channel connectors
reference, "Installing an SMS channel" and "Install WhatsApp phone number in Bird CRM".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bird_dynamic.schema.fields import UNKNOWN
from bird_dynamic.schema.kinds import PHONE_NUMBER_ID, TEXT, Kind, template
from bird_dynamic.schema.types import Enumeration
from bird_dynamic.schema.values import meant, nearest, unlisted, without_version


@dataclass(frozen=True)
class Argument:
    """One argument of a template, by Bird's own name. `description` is for the reference page;
    `known` are the values that Bird or others document."""

    name: str
    kind: Kind
    description: str
    required: bool = True
    known: tuple[str, ...] = ()


TEMPLATES: Mapping[str, tuple[Argument, ...]] = {
    "voice-messagebird:1": (
        Argument(
            "phoneNumberId",
            PHONE_NUMBER_ID,
            "Id of a voice-capable phone number of the workspace. `VoiceChannel` sets it from "
            "`phone_number_id`.",
        ),
    ),
    "sms-messagebird:1": (
        Argument(
            "phoneNumberId", PHONE_NUMBER_ID, "Id of an SMS-capable phone number of the workspace."
        ),
        Argument(
            "channelMessageType",
            TEXT,
            "`promotional` is documented. Third parties also list `2fa`, `conversational`, "
            "`transactional` and `emergency`.",
            known=("promotional", "2fa", "conversational", "transactional", "emergency"),
        ),
        Argument(
            "useCaseId",
            TEXT,
            "Id of the use case. Required by Bird for US 10DLC numbers.",
            required=False,
        ),
    ),
    "whatsapp:1": (
        Argument("wabaId", TEXT, "Id of the WhatsApp Business account (assumed)."),
        Argument("phoneId", TEXT, "Id of the phone number in that account (assumed)."),
        Argument(
            "phoneNumber",
            TEXT,
            "The phone number in international form, such as `+31612345678`.",
        ),
        Argument(
            "mbPhoneId",
            TEXT,
            "Bird's id of the phone number, if it is a Bird number.",
            required=False,
        ),
    ),
}

MORE_TEMPLATES = (
    "email-messagebird:1",
    "instagram:1",
    "facebook:1",
    "telegram:1",
    "line:1",
)
"""The other templates that Bird names, without documented arguments."""
TEMPLATE_TYPE = Enumeration(
    "ConnectorTemplate",
    "Templates that Bird documents; others exist.",
    (*TEMPLATES, *MORE_TEMPLATES),
)


SKIP = " (check_arguments=False skips this check)"


def problems_of_arguments(inputs: Mapping[str, Any]) -> Iterator[str]:
    """The problems of a connector's `arguments`, if its template is known."""
    reference, given = inputs.get("connector_template_ref"), inputs.get("arguments") or {}
    if inputs.get("check_arguments") is not True or not isinstance(given, Mapping):
        return
    required = [
        each
        for each in (TEMPLATES.get(reference, ()) if isinstance(reference, str) else ())
        if each.required and given.get(each.name) is not UNKNOWN
    ]
    missing = [each for each in required if given.get(each.name) is None]
    problems = [
        f"arguments: {alike}: did you mean {each.name}? The template {reference} requires it"
        for each in missing
        if (alike := _alike(each.name, given))
    ]
    absent = [each for each in missing if not _alike(each.name, given)]
    if absent:
        are = "is" if len(absent) == 1 else "are"
        names = _in_words([f"{each.name}{_values(each)}" for each in absent], "and")
        problems.append(f"arguments: {names} {are} required by the template {reference}")
    if problems:
        problems[-1] += SKIP
    yield from problems
    for each in required:
        value = given.get(each.name)
        if value is not None and (problem := each.kind.problem(value)) is not None:
            yield f"arguments: {each.name} {problem}"


def _values(argument: Argument) -> str:
    """What a required argument may be, in parentheses, if that is known."""
    if argument.known:
        return f" ({_in_words(argument.known, 'or')})"
    return f" ({argument.kind.hint.lstrip(': ')})" if argument.kind.hint else ""


def _in_words(words: Sequence[str], last: str) -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


_SLUGS = {without_version(each): each for each in TEMPLATES}


def _form(value: Any) -> str:
    """What a reference has to look like; the known one that was meant, if it is near one."""
    asked, _, version = (
        value.strip(": ").lower().partition(":") if isinstance(value, str) else 3 * ("",)
    )
    longer = (slug for slug in _SLUGS if asked and slug.startswith(asked))
    near = next(longer, None) or nearest(asked, _SLUGS)
    if near is None:
        return "must be NAME:VERSION, such as sms-messagebird:1"
    known = f"{near}:{version}" if version.isdecimal() else _SLUGS[near]
    return f"must be NAME:VERSION; did you mean {known}?"


def _template_problem(value: Any) -> str | None:
    is_correct = isinstance(value, str) and re.fullmatch(r"[a-z0-9][a-z0-9-]*:[0-9]+", value)
    return None if is_correct else _form(value)


def _voice_template_problem(value: Any) -> str | None:
    if _template_problem(value) is None:
        return None
    return "must be NAME:VERSION, such as voice-messagebird:1; leave it out for voice"


def _reference_problem(value: Any) -> str | None:
    if (
        isinstance(value, str)
        and re.fullmatch(r"[^:\s]+:[^:\s]+", value)
        and not meant(without_version(value), _SLUGS)
    ):
        return None
    return _form(value)


TEMPLATE = template(_template_problem, ", such as sms-messagebird:1")
VOICE_TEMPLATE = template(_voice_template_problem, "")
REFERENCE = template(_reference_problem, "")
"""A reference to look for: Bird may have templates whose names would not pass for a new one."""


def _alike(name: str, given: Mapping[str, Any]) -> str | None:
    return next((key for key in given if meant(str(key), (name,))), None)


def doubts_about_template(inputs: Mapping[str, Any]) -> Iterator[str]:
    """What is unusual about the template and its arguments, although Bird may accept it."""
    template, given = inputs.get("connector_template_ref"), inputs.get("arguments")
    if not isinstance(template, str) or inputs.get("check_arguments") is False:
        return
    if without_version(template) not in map(without_version, TEMPLATE_TYPE.values):
        yield f"connector_template_ref: {unlisted(template, TEMPLATE_TYPE.values)}"
    given = given if isinstance(given, Mapping) else {}
    arguments = TEMPLATES.get(template, ())
    for argument in arguments:
        value = given.get(argument.name)
        if argument.known and isinstance(value, str) and value not in argument.known:
            yield f"arguments: {argument.name} {unlisted(value, argument.known)}"
    names = [argument.name for argument in arguments]
    for key in given:
        if known := meant(str(key), names):
            yield f"arguments: {key}: did you mean {known}?"

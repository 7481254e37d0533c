"""Bird's connector templates, with their documented arguments.

Templates gain arguments under the same version, so only a missing argument is a problem, never an
unknown one. A template that is not listed here is not checked. Sources: the channel connectors
reference, "Installing an SMS channel" and "Install WhatsApp phone number in Bird CRM".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bird_dynamic.schema.fields import UNKNOWN
from bird_dynamic.schema.kinds import PHONE_NUMBER_ID, TEMPLATE, TEXT, Kind
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


def problems_of_arguments(inputs: Mapping[str, Any]) -> Iterator[str]:
    """The problems of a connector's `arguments`, if its template is known."""
    template, given = inputs.get("connector_template_ref"), inputs.get("arguments") or {}
    if inputs.get("check_arguments") is not True or not isinstance(given, Mapping):
        return
    for argument in TEMPLATES.get(template, ()) if isinstance(template, str) else ():
        value = given.get(argument.name)
        if not argument.required or value is UNKNOWN:
            continue
        if value is None and (alike := _alike(argument.name, given)):
            yield (
                f"arguments: {alike}: did you mean {argument.name}? The template {template} "
                "requires it"
            )
            continue
        problem = "is required" if value is None else argument.kind.problem(value)
        if problem is not None:
            yield (
                f"arguments: {argument.name} {problem} (template {template}). If Bird's "
                "requirements have changed, pass check_arguments=False to skip this check"
            )


def _reference_problem(value: Any) -> str | None:
    if isinstance(value, str) and re.fullmatch(r"[^:\s]+:[^:\s]+", value):
        return None
    slugs = {without_version(each): each for each in TEMPLATES}
    asked = value.strip(": ").lower() if isinstance(value, str) else ""
    longer = (slug for slug in slugs if asked and slug.startswith(asked))
    near = next(longer, None) or nearest(asked, slugs)
    form = f"{TEMPLATE.problem(None)}"
    return f"did you mean {slugs[near]}? It {form}" if near else form


REFERENCE = Kind(TEMPLATE.name, _reference_problem)
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

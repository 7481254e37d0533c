"""What Bird documents of its connector templates: the arguments that each cannot do without.

Templates grow arguments under the same version, so only what is missing is a problem, never what is
there besides. A template that is not listed here is not checked. Sources: the channel connectors
reference, "Installing an SMS channel" and "Install WhatsApp phone number in Bird CRM".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bird_dynamic.schema.fields import TEXT, UNKNOWN, UUID_TEXT, Kind

REQUIRED_ARGUMENTS: Mapping[str, Mapping[str, Kind]] = {
    "voice-messagebird:1": {"phoneNumberId": UUID_TEXT},
    "sms-messagebird:1": {"phoneNumberId": UUID_TEXT, "channelMessageType": TEXT},
    "whatsapp:1": {"wabaId": TEXT, "phoneId": TEXT, "phoneNumber": TEXT},
}


def problems_of_arguments(inputs: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a connector's `arguments`, if its template is well known."""
    template, arguments = inputs.get("connector_template_ref"), inputs.get("arguments") or {}
    if inputs.get("check_arguments") is not True or not isinstance(arguments, Mapping):
        return
    required = REQUIRED_ARGUMENTS.get(template, {}) if isinstance(template, str) else {}
    for name, kind in required.items():
        value = arguments.get(name)
        if value is UNKNOWN:
            continue
        problem = "is missing" if value is None else kind.problem(value)
        if problem is not None:
            yield (
                f"arguments: {name} {problem}; the template {template} needs it. Where Bird asks "
                "for something else by now, write check_arguments=False"
            )

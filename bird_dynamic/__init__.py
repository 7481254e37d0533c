"""A Pulumi provider for Bird: voice channels declared in code.

    from bird_dynamic import VoiceChannel

    support = VoiceChannel("support", phone_number_id="2cffb55c-120e-91a8-8f10-ed9d1b412d29")

The names are looked up when they are first used, so that the emulator starts without Pulumi.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bird_dynamic.resources.connector import Connector
    from bird_dynamic.resources.voice_channel import VoiceChannel
    from bird_dynamic.resources.webhook_subscription import WebhookSubscription

__all__ = ["Connector", "VoiceChannel", "WebhookSubscription"]

_MODULES = {
    "Connector": "bird_dynamic.resources.connector",
    "VoiceChannel": "bird_dynamic.resources.voice_channel",
    "WebhookSubscription": "bird_dynamic.resources.webhook_subscription",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]

"""`bird_dynamic.native` under the name, and with the names, of the packages that Pulumi generates.

`pulumi import` and `pulumi convert` print programs that import `pulumi_bird as bird`. The name is
not ours to choose: the generator takes another one from the plugin's schema for resources, but not
for look-ups. Programs that are written by hand had better import `bird_dynamic.native`.
"""

from __future__ import annotations

from bird_dynamic.native import (
    Connector,
    Provider,
    VoiceChannel,
    WebhookSubscription,
    get_channel,
    get_channel_output,
    get_connector,
    get_connector_output,
    get_phone_number,
    get_phone_number_output,
)
from pulumi_bird import enumerations, listings
from pulumi_bird.enumerations import *
from pulumi_bird.listings import *

__all__ = [
    "Connector",
    "Provider",
    "VoiceChannel",
    "WebhookSubscription",
    *enumerations.__all__,
    "get_channel",
    "get_channel_output",
    "get_connector",
    "get_connector_output",
    "get_phone_number",
    "get_phone_number_output",
    *listings.__all__,
]

"""Install a voice channel for a phone number, and give back what the Voice Calls API needs.

Name the number once with `pulumi config set phoneNumberId <uuid>`.
"""

import pulumi

from bird_dynamic import VoiceChannel

support = VoiceChannel(
    "support",
    phone_number_id=pulumi.Config().require("phoneNumberId"),
)

pulumi.export("channel_id", support.channel_id)
pulumi.export("phone_number", support.phone_number)

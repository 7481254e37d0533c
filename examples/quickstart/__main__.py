"""Install a voice channel for a phone number of the workspace, and give back what the Voice Calls API needs.

Set the number once with `pulumi config set phoneNumberId <uuid>`.
"""

import pulumi

from bird_dynamic import VoiceChannel

support = VoiceChannel(
    "support",
    phone_number_id=pulumi.Config().require("phoneNumberId"),
)

pulumi.export("channel_id", support.channel_id)
pulumi.export("phone_number", support.phone_number)

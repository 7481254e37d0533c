"""A phone number with its voice channel."""

import pulumi

from bird_dynamic import VoiceChannel, get_phone_number

number = get_phone_number(number=pulumi.Config().require("number"))
support = VoiceChannel("support", phone_number_id=number.id)

pulumi.export("channel_id", support.channel_id)

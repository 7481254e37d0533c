"""A voice channel to make calls with: see `call.py`.

Name one of the workspace's numbers with `pulumi config set number +3197010200001`.
"""

import pulumi

from bird_dynamic import VoiceChannel, get_phone_number

number = get_phone_number(number=pulumi.Config().require("number"))
line = VoiceChannel("line", phone_number_id=number.id)

pulumi.export("channel_id", line.channel_id)

"""The same phones in development, staging and production: one program, a stack for each.

What differs is in the stacks' configuration, `Pulumi.dev.yaml` and its siblings.
"""

import pulumi

from bird_dynamic import VoiceChannel, get_phone_number

numbers: dict[str, str] = pulumi.Config().require_object("numbers")
is_production = pulumi.get_stack() == "prod"

for name, number in numbers.items():
    channel = VoiceChannel(
        name,
        phone_number_id=get_phone_number(number=number).id,
        opts=pulumi.ResourceOptions(protect=is_production),
    )
    pulumi.export(name, channel.channel_id)

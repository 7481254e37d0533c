"""Phone lines that CI looks after: for each number a voice channel, and a webhook that tells of its
calls. The numbers are in the stack's configuration, `Pulumi.prod.yaml`.
"""

import pulumi

from bird_dynamic import VoiceChannel, WebhookSubscription, get_phone_number

config = pulumi.Config()
numbers: dict[str, str] = config.require_object("numbers")
protected = pulumi.ResourceOptions(protect=pulumi.get_stack() == "prod")

for name, number in numbers.items():
    channel = VoiceChannel(name, phone_number_id=get_phone_number(number).id, opts=protected)
    WebhookSubscription(
        f"{name}-calls",
        service="channels",
        event="voice.inbound",
        url=config.require("url"),
        event_filters=[{"key": "channelId", "value": channel.channel_id}],
        opts=protected,
    )
    pulumi.export(name, channel.channel_id)

"""A phone line whose calls, inbound and outbound, are told to `handler.py`.

pulumi config set number +3197010200001
pulumi config set url https://example.com/calls
pulumi config set --secret signingKey "$(openssl rand -hex 32)"
"""

import pulumi

from bird_dynamic import VoiceChannel, WebhookSubscription, get_phone_number

config = pulumi.Config()
url = config.require("url")
signing_key = config.require_secret("signingKey")

number = get_phone_number(number=config.require("number"))
line = VoiceChannel("line", phone_number_id=number.id)
for direction in ("inbound", "outbound"):
    WebhookSubscription(
        direction,
        service="channels",
        event=f"voice.{direction}",
        url=url,
        signing_key=signing_key,
        event_filters=[{"key": "channelId", "value": line.channel_id}],
    )

pulumi.export("channel_id", line.channel_id)
pulumi.export("url", url)
pulumi.export("signing_key", signing_key)

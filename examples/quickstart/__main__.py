"""Install a voice channel for a phone number, and give back what the Voice Calls API needs.

Name the number once with `pulumi config set phoneNumberId <uuid>`. With `webhookUrl`, your
application is told of each call; `signingKey` (a secret) lets it check that Bird told it.
"""

import pulumi

from bird_dynamic import VoiceChannel, WebhookSubscription

config = pulumi.Config()
support = VoiceChannel("support", phone_number_id=config.require("phoneNumberId"))

if url := config.get("webhookUrl"):
    WebhookSubscription(
        "calls",
        service="channels",
        event="voice.inbound",
        event_filters=[{"key": "channelId", "value": support.channel_id}],
        url=url,
        signing_key=config.get_secret("signingKey"),
    )

pulumi.export("channel_id", support.channel_id)
pulumi.export("phone_number", support.phone_number)

"""A voice channel and an inbound webhook for every phone number of a country that has voice."""

import pulumi

from bird_dynamic import VoiceChannel, WebhookSubscription, get_phone_numbers

config = pulumi.Config()

for number in get_phone_numbers(country=config.get("country") or "GB", capability="voice"):
    # None if Bird does not say.
    if number.voice_inbound_status not in ("active", None):
        pulumi.log.warn(f"{number.number} cannot be called yet: {number.voice_issues}")
    channel = VoiceChannel(number.number, phone_number_id=number.id)
    WebhookSubscription(
        f"{number.number} calls",
        service="channels",
        event="voice.inbound",
        url=config.get("webhookUrl") or "https://example.com/calls",
        event_filters=[{"key": "channelId", "value": channel.channel_id}],
    )
    pulumi.export(number.number, channel.channel_id)

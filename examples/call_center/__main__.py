"""A call center: for each team a voice channel, and a webhook that tells of its calls."""

import pulumi

from bird_dynamic import VoiceChannel, WebhookSubscription, get_phone_number

TEAMS = {"support": "+3197010200001", "sales": "+12025550101", "night": "+442079460001"}

for team, number in TEAMS.items():
    channel = VoiceChannel(team, phone_number_id=get_phone_number(number=number).id)
    WebhookSubscription(
        f"{team}-calls",
        service="channels",
        event="voice.inbound",
        url=f"https://example.com/calls/{team}",
        event_filters=[{"key": "channelId", "value": channel.channel_id}],
    )
    pulumi.export(team, channel.channel_id)

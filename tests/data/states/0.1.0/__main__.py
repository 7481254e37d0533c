"""What the state beside it was made by, with release 0.1.0."""

import pulumi

from bird_dynamic import Connector, VoiceChannel, WebhookSubscription

NUMBER = "2cffb55c-120e-91a8-8f10-ed9d1b412d29"

voice = VoiceChannel("voice", phone_number_id=NUMBER, invitation_token="a secret token")
sms = Connector(
    "sms",
    name="SMS",
    connector_template_ref="sms-messagebird:1",
    arguments={"phoneNumberId": NUMBER, "channelMessageType": "promotional"},
    channel_conversational_status_enabled=True,
)
inbound = WebhookSubscription(
    "inbound",
    service="channels",
    event="voice.inbound",
    url="https://example.com/calls",
    event_filters=[{"key": "channelId", "value": voice.channel_id}],
    signing_key="a secret key",
)
pulumi.export("channel_id", voice.channel_id)

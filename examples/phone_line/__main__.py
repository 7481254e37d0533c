"""A phone line: a number with its voice channel, and signed webhooks for the calls of both
directions.

    pulumi config set number +3197010200001
    pulumi config set url https://example.com/calls
    pulumi config set --secret signingKey "$(openssl rand -hex 32)"
"""

import pulumi

from bird_dynamic import PhoneLine

config = pulumi.Config()
line = PhoneLine(
    "support",
    number=config.require("number"),
    url=config.require("url"),
    signing_key=config.require_secret("signingKey"),
    conversational=False,
)

# What the application needs to start calls, and to tell the events of its lines apart.
pulumi.export("channel_id", line.channel_id)
pulumi.export("phone_number", line.phone_number)
pulumi.export("inbound_webhook", line.inbound_webhook_subscription_id)
pulumi.export("outbound_webhook", line.outbound_webhook_subscription_id)

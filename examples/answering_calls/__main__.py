"""A phone line whose calls, inbound and outbound, are told to `handler.py`.

pulumi config set number +3197010200001
pulumi config set url https://example.com/calls
pulumi config set --secret signingKey "$(openssl rand -hex 32)"
"""

import pulumi

from bird_dynamic import PhoneLine

config = pulumi.Config()
url = config.require("url")
signing_key = config.require_secret("signingKey")

line = PhoneLine("line", number=config.require("number"), url=url, signing_key=signing_key)

pulumi.export("channel_id", line.channel_id)
pulumi.export("url", url)
pulumi.export("signing_key", signing_key)

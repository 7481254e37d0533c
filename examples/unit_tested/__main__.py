"""A hotline. What it is made of is in `phones.py`, where it can be tested."""

import pulumi
from phones import hotline

config = pulumi.Config()
support = hotline("support", config.require("phoneNumberId"), config.require("url"))

pulumi.export("channel_id", support.channel_id)

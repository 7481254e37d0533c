"""Take over the voice channels that were made by hand, by their names in Bird.

Once `pulumi up` has run, `adopt` and `existing` may be removed: the channels are this stack's.
"""

import pulumi

from bird_dynamic import VoiceChannel, get_phone_number, list_connectors

CHANNELS = {"Support": "+3197010200001", "Sales": "+12025550101"}

existing = {
    each.name: each.connector_id
    for each in list_connectors(connector_template_ref="voice-messagebird:1")
}

for name, number in CHANNELS.items():
    channel = VoiceChannel(
        name.lower(),
        name=name,
        phone_number_id=get_phone_number(number=number).id,
        adopt=existing.get(name),
    )
    pulumi.export(name, channel.channel_id)

"""The phones of a company: what `test_phones.py` tests, and `__main__.py` brings about."""

from bird_dynamic import VoiceChannel, WebhookSubscription


def hotline(name: str, phone_number_id: str, url: str) -> VoiceChannel:
    """A voice channel whose inbound calls, and no others, are told to an address."""
    channel = VoiceChannel(name, phone_number_id=phone_number_id)
    WebhookSubscription(
        f"{name}-calls",
        service="channels",
        event="voice.inbound",
        url=url,
        event_filters=[{"key": "channelId", "value": channel.channel_id}],
    )
    return channel

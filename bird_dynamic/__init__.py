"""A Pulumi provider for Bird: voice channels declared in code.

from bird_dynamic import VoiceChannel

support = VoiceChannel("support", phone_number_id="2cffb55c-120e-91a8-8f10-ed9d1b412d29")
"""

from bird_dynamic.resources.voice_channel import VoiceChannel

__all__ = ["VoiceChannel"]

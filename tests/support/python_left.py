"""What a message of the plugin leaves in Python alone."""

from __future__ import annotations

import re

from bird_dynamic.providers.any_language import in_any_language

URN = "urn:pulumi:dev::phones::bird:index:VoiceChannel::support"
_PYTHON = re.compile(r"\bopts=|\b\w+=(?:[\"\[]|True|False)")
"""A keyword argument with a value."""
_TOLD = re.compile(
    r"\(in Python, (?:opts=pulumi\.ResourceOptions)?.*?\)+|\w+\([^()]*\)[.\w]* \(bird:.*?\)"
)
"""What is said to be Python, and functions with both names."""


def python_left(text: str) -> list[str]:
    """The keyword arguments for which programs in other languages are told nothing."""
    return _PYTHON.findall(_TOLD.sub("", in_any_language(text, URN)))

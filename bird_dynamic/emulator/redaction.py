"""Replaces secrets before anything is kept in the journal or shown on the page."""

from __future__ import annotations

from typing import Any

from bird_dynamic.emulator.json_body import parsed

SECRET_KEYS = ("securityArguments", "invitationToken", "signingKey")
SECRET = "[secret]"  # noqa: S105


def redacted(value: Any) -> Any:
    """A JSON value without the values of secret keys, at any depth; None is not secret."""
    if isinstance(value, list):
        return [redacted(each) for each in value]
    if isinstance(value, dict):
        return {
            key: SECRET if key in SECRET_KEYS and each is not None else redacted(each)
            for key, each in value.items()
        }
    return value


def redacted_body(body: bytes) -> Any:
    """The JSON value in the body of a request, without secrets."""
    try:
        return redacted(parsed(body)) if body else None
    except ValueError:
        return "(not JSON)"

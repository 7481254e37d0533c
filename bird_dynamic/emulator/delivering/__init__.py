"""Delivers events to webhooks: matched, signed, repeated, and never beyond this machine."""

"""Thin adapters between Pulumi's protocols and `lifecycle`."""

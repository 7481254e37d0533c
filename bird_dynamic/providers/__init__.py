"""The ways in for the engine: thin adapters between Pulumi's protocol and `lifecycle`."""

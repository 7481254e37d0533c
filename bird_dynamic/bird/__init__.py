"""A small client of Bird's connectors API: models <- errors <- transport <- retries and pacing <-
client.

It knows HTTP and Bird, and nothing of Pulumi.
"""

"""The client of Bird's API: models <- errors <- transport <- retries and rate limiter <- client.

It knows HTTP and Bird, and nothing of Pulumi.
"""

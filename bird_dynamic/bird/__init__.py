"""The client of Bird's API: models <- errors <- transport <- retries and rate limiter <- client.

Independent of Pulumi.
"""

"""The operations of the emulated Bird, over the store: what is made, found, changed and refused.

Answers have the shapes of Bird's documentation; where that is silent they are guesses. What is
documented and what is guessed is said, operation by operation, in `docs/openapi.yaml`.
"""

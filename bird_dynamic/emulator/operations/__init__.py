"""The operations of the emulated Bird.

Answers have the formats of Bird's documentation; where that is silent, they are assumed.
`docs/openapi.yaml` marks, for each operation, what is documented and what is assumed.
"""

"""The audit of a workspace: whether every phone number with voice is set up completely.

`reading` reads a snapshot with GET requests, `faults` judges it, and `report` is the result.
"""

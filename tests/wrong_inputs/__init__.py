"""What users get wrong, and what they are told: one row each, in one table.

A module of this folder holds the rows of one area, in `ROWS`. `make docs` prints them as a page.
"""

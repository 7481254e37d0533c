"""Stands in for pip where the engine lists the installed packages, looking for plugins.

That listing takes a good part of a second of every command, and there are none.
"""

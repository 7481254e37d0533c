"""The tests, and what they share.

Outputs and mocks of Pulumi need an event loop, and Python makes none by itself since 3.14. This one
is never closed: its threads keep loops of Pulumi's, which nobody closes.
"""

import asyncio

asyncio.set_event_loop(asyncio.new_event_loop())

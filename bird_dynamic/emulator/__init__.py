"""A local emulator of Bird's API, for the demo and for tests.

It is stateful, validates requests, answers in Bird's formats, and supports fault injection. It is
not the real Bird API: where Bird's documentation is silent, its behaviour is assumed. It makes no
phone calls, but plays them, and delivers their events to programs on this machine. It imports
nothing else from this package, so that neither hides mistakes of the other.
"""

from bird_dynamic.emulator.core import BirdEmulator
from bird_dynamic.emulator.dialect import Dialect
from bird_dynamic.emulator.faults import Fault
from bird_dynamic.emulator.messages import Options, Reply, Request, Response
from bird_dynamic.emulator.phone_numbers import PhoneNumber
from bird_dynamic.emulator.serving.server import EmulatorServer
from bird_dynamic.emulator.store import ACCESS_KEY, ORGANIZATION_ID, WORKSPACE_ID, Store
from bird_dynamic.emulator.telephone import LostCallError

__all__ = [
    "ACCESS_KEY",
    "ORGANIZATION_ID",
    "WORKSPACE_ID",
    "BirdEmulator",
    "Dialect",
    "EmulatorServer",
    "Fault",
    "LostCallError",
    "Options",
    "PhoneNumber",
    "Reply",
    "Request",
    "Response",
    "Store",
]

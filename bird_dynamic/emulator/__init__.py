"""A look-alike of Bird's API that runs on this machine: for the demo and for tests.

It keeps state, checks what it is sent, answers in Bird's shapes, and can be told to misbehave. It
is not Bird: what it does where Bird's documentation is silent is a guess, and it does not make
phone calls. It imports nothing of the rest of this package, so that neither can hide a mistake of
the other.
"""

from bird_dynamic.emulator.core import BirdEmulator
from bird_dynamic.emulator.dialect import Dialect
from bird_dynamic.emulator.faults import Fault
from bird_dynamic.emulator.messages import Options, Reply, Request, Response
from bird_dynamic.emulator.phone_numbers import PhoneNumber
from bird_dynamic.emulator.server import EmulatorServer
from bird_dynamic.emulator.store import ACCESS_KEY, ORGANIZATION_ID, WORKSPACE_ID, Store

__all__ = [
    "ACCESS_KEY",
    "ORGANIZATION_ID",
    "WORKSPACE_ID",
    "BirdEmulator",
    "Dialect",
    "EmulatorServer",
    "Fault",
    "Options",
    "PhoneNumber",
    "Reply",
    "Request",
    "Response",
    "Store",
]

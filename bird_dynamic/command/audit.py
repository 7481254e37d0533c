"""`audit()`: whether every phone number with voice is set up completely. Needs no Pulumi program,
and sends GET requests only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial

from bird_dynamic.bird.clock import Cancellation, SystemClock
from bird_dynamic.bird.connect import connect
from bird_dynamic.bird.errors import BirdError, ConfigurationError
from bird_dynamic.command.settings import InvalidSettingsError, given_settings
from bird_dynamic.command.stack import managed_by
from bird_dynamic.lifecycle.audit.auditing import audited
from bird_dynamic.lifecycle.audit.reading import CONCURRENT_REQUESTS, Reader
from bird_dynamic.lifecycle.audit.report import Audit, AuditedNumber, AuditFinding
from bird_dynamic.lifecycle.session import Account, Run
from bird_dynamic.settings import Settings

__all__ = ["Audit", "AuditFailedError", "AuditFinding", "AuditedNumber", "audit", "audit_of"]

HEARS_EVERY = 0.2
"""Seconds after which Ctrl-C is noticed."""


class AuditFailedError(Exception):
    """The settings are invalid, or a request failed: nothing is known of the set-up."""


def audit(*, stack: str | None = None, ignore: Sequence[str] = ()) -> Audit:
    """Check that every phone number with voice has a connector, an active channel, and a webhook
    that receives its calls.

    The settings come from the environment (`BIRD_ACCESS_KEY`, `BIRD_WORKSPACE_ID`, …). Nothing is
    changed in Bird. The same as the command `bird-dynamic audit`.

    :param stack: Name of a stack of the project in the current folder. Its configuration comes
        first, and its state, which the Pulumi CLI reads, says what the stack manages.
    :param ignore: Phone numbers whose findings are left out, such as spare ones. Example:
        `["+31612345678"]`.
    :raises AuditFailedError: If the settings are invalid, or a request fails.
    """
    try:
        given = given_settings(stack, '`audit(stack="NAME")`')
        return audit_of(given.settings, stack, ignore)
    except (BirdError, InvalidSettingsError) as error:
        raise AuditFailedError(str(error)) from None


def audit_of(
    settings: Settings,
    stack: str | None,
    ignore: Sequence[str],
    say: Callable[[str], None] = lambda text: None,
) -> Audit:
    """The audit with these settings. `say` is told the progress. Raises BirdError."""
    managed = None if stack is None else managed_by(stack, str(settings.workspace_id))
    cancelled = Cancellation()
    account = Account(
        settings,
        partial(connect, connections=CONCURRENT_REQUESTS, cancelled=cancelled),
        Run(clock=SystemClock(cancelled), before_writing=_refuse),
    )
    reader = Reader(account, managed, stack or "", say, cancelled.set)
    with ThreadPoolExecutor(1) as pool:
        try:
            auditing = pool.submit(audited, reader, tuple(ignore))
            # A wait without an end would miss a Ctrl-C that comes just before it.
            while not wait([auditing], HEARS_EVERY).done:
                pass
        except BaseException:
            cancelled.set()
            raise
        return auditing.result()


def _refuse() -> None:
    raise ConfigurationError("an audit changes nothing")

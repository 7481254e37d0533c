"""Runs a create: performs the steps of the create machine, and keeps the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import Answer, BirdError, RejectedError, UnknownOutcomeError
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.create import (
    Created,
    Get,
    Holders,
    List,
    Post,
    Report,
    Sleep,
    Step,
    Warn,
    create,
)
from bird_dynamic.lifecycle.desired import DesiredState
from bird_dynamic.lifecycle.errors import ExistsError, ProvenError
from bird_dynamic.lifecycle.observe import Observed
from bird_dynamic.lifecycle.records import Claim, Record
from bird_dynamic.lifecycle.session import CollectionSession


class CreateRunner:
    """One create. `claim`: the right to create, with the record of an interrupted create. `mark`:
    the resource's. `address`: URL of the collection. `holder_ids` returns the ids of the items that
    hold what only one can hold."""

    def __init__(
        self,
        session: CollectionSession,
        desired: DesiredState,
        claim: Claim,
        mark: str,
        address: str,
        deadline: Deadline,
        holder_ids: Callable[[], Sequence[str]],
    ) -> None:
        self._session = session
        self._desired = desired
        self._claim = claim
        self._mark = mark
        self._address = address
        self._deadline = deadline
        self._holder_ids = holder_ids
        self._has_sent = False
        # The outcome of an interrupted create is unknown until its result was looked for.
        self._is_unknown = claim.left is not None

    def run(self, *, is_forced: bool, takes_over: bool) -> Created:
        """The result of the create. The record stays while the outcome is unknown.

        Raises what the create machine raises.
        """
        left, clock = self._claim.left, self._session.run.clock
        machine = create(
            self._desired,
            resumed=None if left is None else max(0.0, clock.time() - left.began),
            is_forced=is_forced,
            takes_over=takes_over,
        )
        try:
            step = next(machine)
            while True:
                try:
                    outcome = self._answer(step)
                except BirdError as error:
                    step = machine.throw(error)
                else:
                    step = machine.send(outcome)
        except StopIteration as done:
            created: Created = done.value
            return created
        except ProvenError:
            # The record proves an existing item, which a later run can still claim.
            raise
        except ExistsError:
            # The error names the item: from now on the user decides.
            self._claim.settled = True
            raise
        except Exception:
            self._claim.settled = not self._is_unknown
            raise

    def _answer(self, step: Step) -> Observed | Item | BirdError | None:
        match step:
            case List():
                return self._list(step)
            case Holders():
                return self._holders()
            case Post():
                return self._post()
            case Get(item_id=item_id):
                return self._session.collection.get(item_id, self._deadline)
            case Sleep(seconds=seconds):
                self._session.sleep(seconds, self._deadline)
            case Warn(text=text):
                self._session.run.warn(text)
            case Report(text=text):
                self._session.run.say(text)
        return None

    def _list(self, step: List) -> Observed:
        client = self._session.collection.client
        began = client.server_time()
        observed = self._session.observer.observe(
            self._desired,
            self._mark,
            self._deadline,
            is_fresh=step.is_fresh,
            with_conflicts=step.with_conflicts,
        )
        # Bird's time is unknown before its first answer.
        return replace(observed, server_time=began or client.server_time())

    def _holders(self) -> Observed:
        try:
            return self._session.observer.observe_holders(
                self._desired, self._mark, self._holder_ids(), self._deadline
            )
        except BirdError:
            # The conflict is the error: it is told without its holder too.
            return Observed()

    def _post(self) -> Item | BirdError:
        desired, run = self._desired, self._session.run
        record = Record(
            self._mark,
            self._address,
            desired.identity_digest,
            desired.token,
            run.clock.time(),
            desired.body_digest,
        )
        run.records.write(self._claim, record)
        # When the machine sends its first request, it has already looked for a left item.
        before = self._is_unknown and self._has_sent
        self._has_sent = self._is_unknown = True
        try:
            item = self._session.collection.create(desired.body, self._deadline)
        except UnknownOutcomeError as error:
            return error
        except BirdError as error:
            # The request was certainly not processed.
            self._is_unknown = before
            if isinstance(error, RejectedError):
                # The conflict may be with the result of an interrupted create.
                self._is_unknown |= error.is_conflict and self._claim.left is not None
                return error
            raise
        if run.managed.is_deleted(item["id"]):
            self._is_unknown = before
            gone = f"{desired.schema.item} {item['id']} exists until its deletion is complete"
            return RejectedError(Answer(409, message=gone))
        return item

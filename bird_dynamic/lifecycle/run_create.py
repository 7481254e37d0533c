"""Carries a create out: answers the steps of the create machine, with a record while they last."""

from __future__ import annotations

from dataclasses import replace

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import Answer, BirdError, RejectedError, UnknownOutcomeError
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.create import (
    Created,
    Get,
    List,
    Post,
    Report,
    Sleep,
    Step,
    Warn,
    create,
)
from bird_dynamic.lifecycle.desired import DesiredState
from bird_dynamic.lifecycle.observe import Observed
from bird_dynamic.lifecycle.ownership import ExistsError, ProvenError
from bird_dynamic.lifecycle.records import Claim, Record
from bird_dynamic.lifecycle.session import CollectionSession


class CreateRunner:
    """One create. `claim` is the right to create the desired state, with what an interrupted create
    has left; `mark` is the resource's, `address` that of the collection."""

    def __init__(
        self,
        session: CollectionSession,
        desired: DesiredState,
        claim: Claim,
        mark: str,
        address: str,
        deadline: Deadline,
    ) -> None:
        self._session = session
        self._desired = desired
        self._claim = claim
        self._mark = mark
        self._address = address
        self._deadline = deadline
        self._has_sent = False
        # What an interrupted create came to is not known before it was looked for.
        self._is_unknown = claim.left is not None

    def run(self, *, is_forced: bool, takes_over: bool) -> Created:
        """What the resource gets. The record stays where nobody knows whether something was made.

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
            # What the record proves is there, and stays to be claimed.
            raise
        except ExistsError:
            # It names what is there: from now on the user decides.
            self._claim.settled = True
            raise
        except Exception:
            self._claim.settled = not self._is_unknown
            raise

    def _answer(self, step: Step) -> Observed | Item | BirdError | None:
        match step:
            case List():
                return self._list(step)
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
        # Before Bird's first answer nobody knows its time.
        return replace(observed, server_time=began or client.server_time())

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
        # The machine sends its first request only when it has looked for what was left.
        before = self._is_unknown and self._has_sent
        self._has_sent = self._is_unknown = True
        try:
            item = self._session.collection.create(desired.body, self._deadline)
        except UnknownOutcomeError as error:
            return error
        except BirdError as error:
            # The request certainly was not carried out.
            self._is_unknown = before
            if isinstance(error, RejectedError):
                # A conflict may be with what an interrupted create has made.
                self._is_unknown |= error.is_conflict and self._claim.left is not None
                return error
            raise
        if run.managed.is_deleted(item["id"]):
            self._is_unknown = before
            gone = f"{desired.schema.item} {item['id']} is there until its deletion is done"
            return RejectedError(Answer(409, message=gone))
        return item

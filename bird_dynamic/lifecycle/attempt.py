"""One create, carried out: the steps of the create machine, with a record while they last."""

from __future__ import annotations

from dataclasses import replace

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import Answer, BirdError, RejectedError, UnknownOutcomeError
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.account import Session
from bird_dynamic.lifecycle.creation import (
    ExistsError,
    Look,
    Post,
    ProvenError,
    Read,
    Say,
    Seen,
    Step,
    Taken,
    Tell,
    Wait,
    creation,
)
from bird_dynamic.lifecycle.records import Claim, Record
from bird_dynamic.lifecycle.wanted import Wanted


class Attempt:
    """One create. `claim` is the right to make what is `wanted`, with what an interrupted create
    has left; `mark` is the resource's, `where` the address of the collection."""

    def __init__(
        self,
        session: Session,
        wanted: Wanted,
        claim: Claim,
        mark: str,
        where: str,
        deadline: Deadline,
    ) -> None:
        self._session = session
        self._wanted = wanted
        self._claim = claim
        self._mark = mark
        self._where = where
        self._deadline = deadline
        self._has_sent = False
        # What an interrupted create came to is not known before it was looked for.
        self._is_unknown = claim.left is not None

    def taken(self, *, is_forced: bool, takes_over: bool) -> Taken:
        """What the resource gets. The record stays where nobody knows whether something was made.

        Raises what `creation` raises.
        """
        left, clock = self._claim.left, self._session.run.clock
        machine = creation(
            self._wanted,
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
            taken: Taken = done.value
            return taken
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

    def _answer(self, step: Step) -> Seen | Item | BirdError | None:
        match step:
            case Look():
                return self._look(step)
            case Post():
                return self._post()
            case Read(item_id=item_id):
                return self._session.collection.get(item_id, self._deadline)
            case Wait(seconds=seconds):
                self._session.wait(seconds, self._deadline)
            case Tell(text=text):
                self._session.run.warn(text)
            case Say(text=text):
                self._session.run.say(text)
        return None

    def _look(self, look: Look) -> Seen:
        sender = self._session.collection.sender
        began = sender.server_time()
        seen = self._session.inventory.find(self._wanted, look, self._deadline, self._mark)
        # Before Bird's first answer nobody knows its time.
        return replace(seen, at=began or sender.server_time())

    def _post(self) -> Item | BirdError:
        wanted, run = self._wanted, self._session.run
        began = run.clock.time()
        record = Record(self._mark, self._where, wanted.identity, wanted.token, began, wanted.asked)
        run.records.write(self._claim, record)
        # The machine sends its first request only when it has looked for what was left.
        before = self._is_unknown and self._has_sent
        self._has_sent = self._is_unknown = True
        try:
            item = self._session.collection.create(wanted.body, self._deadline)
        except UnknownOutcomeError as error:
            return error
        except BirdError as error:
            # The request certainly was not carried out.
            self._is_unknown = before
            if isinstance(error, RejectedError):
                return error
            raise
        if run.managed.is_deleted(item["id"]):
            self._is_unknown = before
            gone = f"{wanted.description.item} {item['id']} is there until its deletion is done"
            return RejectedError(Answer(409, message=gone))
        return item

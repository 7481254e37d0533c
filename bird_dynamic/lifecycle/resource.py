"""What every resource does: check, diff, create, read, update, delete.

Written for any description; what a kind of resource does besides (waiting for a channel, say) is
added by its own class in its own file. Preview, check and diff send nothing. What is raised is a
`BirdError` whose text is one readable paragraph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import (
    BirdError,
    ConfigurationError,
    RejectedError,
    UnknownOutcomeError,
)
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle import properties
from bird_dynamic.lifecycle.account import Account, Session
from bird_dynamic.lifecycle.checking import Checked, check
from bird_dynamic.lifecycle.creation import Look, Post, Seen, Step, Taken, Wait, creation
from bird_dynamic.lifecycle.explaining import explained
from bird_dynamic.lifecycle.fields import PROFILE, UNKNOWN, Description
from bird_dynamic.lifecycle.properties import DERIVED_NAME, Difference, Properties
from bird_dynamic.lifecycle.secrets import texts_in
from bird_dynamic.lifecycle.wanted import Wanted

CLEAN_UP = 30.0
"""Seconds that removing something half-made may take, after the deadline of its create."""

Accounts = Callable[[str | None], Account]
"""The account of a profile, or the one that is used without any."""


class ResourceLifecycle:
    """The six operations of one description."""

    def __init__(
        self, description: Description, accounts: Accounts, *, keeps_half_made: bool = False
    ) -> None:
        self.description = description
        self._accounts = accounts
        self._keeps_half_made = keeps_half_made

    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Checked:
        """Inputs with everything filled in, and all that is wrong with them."""
        profile = news.get("profile")
        if profile is None or (profile is not UNKNOWN and PROFILE.problem(profile) is None):
            return check(self.description, olds, news, self._accounts(profile).settings)
        # An account that nobody knows yet: what it would fill in is unknown too.
        anybodys = replace(self._accounts(None).settings, problems=())
        unknown = {
            field.name: UNKNOWN
            for field in self.description.settings
            if news.get(field.name) is None
        }
        return check(self.description, olds, {**news, **unknown}, anybodys)

    def diff(self, item_id: str, state: Mapping[str, Any], inputs: Properties) -> Difference:
        """What differs between the state and the inputs. The resource is known from now on."""
        difference = properties.difference(self.description, state, inputs)
        if all(state.get(field.name) for field in self.description.settings):
            inventory = self._session(state)[1].inventory
            inventory.holds(item_id)
            if difference.replaces:
                inventory.replaces(item_id)
        return difference

    def unfinished(self, state: Mapping[str, Any]) -> bool:
        """Whether the state is that of a create that was not completed."""
        return False

    def create(self, inputs: Properties, timeout: float | None = None) -> tuple[str, Properties]:
        """Create it, or take over the one that `adopt` names. `timeout` is in seconds."""
        with self._doing("Creating", inputs):
            _, session = self._session(inputs)
            deadline = session.deadline(timeout or inputs.get("create_timeout"))
            adopt = inputs.get("adopt")
            # What was adopted and is being replaced is not adopted again: a new one takes its
            # place.
            if adopt and not session.inventory.is_leaving(adopt):
                return adopt, self._adopted(session, adopt, inputs, deadline)
            wanted = Wanted.by(self.description, inputs)
            with session.inventory.creating(wanted):
                taken = self._taken(session, wanted, deadline)
                item_id: str = taken.item["id"]
                session.inventory.created(item_id)
            item = self._finished_or_removed(session, taken, inputs, deadline)
            return item_id, properties.state_of(self.description, item, inputs)

    def read(self, item_id: str, state: Mapping[str, Any]) -> tuple[Properties, Properties] | None:
        """The real state and the inputs that would have made it; None where it is gone."""
        with self._doing("Reading", state, item_id):
            held, session = self._session(state)
            deadline = session.deadline()
            session.inventory.holds(item_id)
            known = any(state.get(field.name) for field in self.description.outputs)
            item = session.reads.read(
                item_id,
                lambda row: known and properties.states_all(self.description, row, state),
                deadline,
            )
            if item is None:
                session.inventory.lacks(item_id)
                if not known:
                    # Nobody ever had it: this is the read of a `get`, whose id is wrong.
                    raise AbsentError(
                        f"there is no such {self.description.item} at {session.collection.path}"
                    )
                return None
            if not known:
                held = {**properties.maps_of(self.description, item), **held}
            real = self._real(session, item, held, deadline)
            return real, properties.inputs_of(self.description, real)

    def update(
        self,
        item_id: str,
        state: Mapping[str, Any],
        inputs: Properties,
        timeout: float | None = None,
    ) -> Properties:
        """Change in place what can be, and complete what was not. What Bird never sees is changed
        in the state alone."""
        with self._doing("Updating", inputs, item_id):
            # What is to be changed lies where the state says, and is reached as the program says.
            _, session = self._session({**state, "profile": inputs.get("profile")})
            session.inventory.holds(item_id)
            session.reads.forget(item_id)
            deadline = session.deadline(timeout)
            if self.unfinished(state):
                item = session.collection.get(item_id, deadline)
                if item is not None:
                    item = self._ready(session, item, inputs, deadline)
                    state = properties.state_of(self.description, item, state)
            self._change(session, item_id, state, inputs, deadline)
            return properties.updated(self.description, state, inputs)

    def delete(self, item_id: str, state: Mapping[str, Any], timeout: float | None = None) -> None:
        """Delete it. Already gone is done."""
        with self._doing("Deleting", state, item_id):
            _, session = self._session(state)
            if session.inventory.is_adopted(item_id):
                session.say(
                    f"{self.description.item} {item_id}: kept, because another resource of this "
                    "run has adopted it"
                )
                return
            session.inventory.deleted(item_id)
            deadline = session.deadline(timeout or state.get("delete_timeout"))
            session.collection.delete(item_id, deadline)

    def _finished(
        self, session: Session, taken: Taken, inputs: Properties, deadline: Deadline
    ) -> Item:
        """What was taken, with all that a create is to bring about."""
        return self._ready(session, taken.item, inputs, deadline)

    def _unfinished_inputs(self, taken: Taken) -> Properties:
        """The inputs that only `_finished` brings about, as they are without it."""
        return {}

    def _ready(self, session: Session, item: Item, inputs: Properties, deadline: Deadline) -> Item:
        """The item with what Bird adds to it some time after its creation."""
        return item

    def _real(
        self, session: Session, item: Item, held: Mapping[str, Any], deadline: Deadline
    ) -> Properties:
        """The whole state, where the item alone does not tell it."""
        return properties.state_of(self.description, item, held)

    def _change(
        self,
        session: Session,
        item_id: str,
        state: Mapping[str, Any],
        inputs: Properties,
        deadline: Deadline,
    ) -> None:
        """Change in Bird what can be changed in place."""
        if body := properties.changes(self.description, state, inputs):
            session.collection.update(item_id, body, deadline)

    def _adopted(
        self, session: Session, item_id: str, inputs: Properties, deadline: Deadline
    ) -> Properties:
        """Take over something that exists, if it is what the inputs ask for. Nothing is changed in
        Bird."""
        if not session.inventory.adopts(item_id):
            raise AdoptError(
                f"adopt: a resource of this stack has the {self.description.item} {item_id} "
                "already. If it is this one, remove adopt=, which has done its work; if it was "
                "renamed, it needs aliases"
            )
        item = session.collection.get(item_id, deadline)
        if item is None:
            workspace = inputs["workspace_id"]
            raise AdoptError(
                f"adopt: workspace {workspace} has no {self.description.item} {item_id}"
            )
        item = self._ready(session, item, inputs, deadline)
        held = dict(inputs)
        if DERIVED_NAME in held:
            held["name"] = held[DERIVED_NAME] = item.get("name")
        state = self._real(session, item, held, deadline)
        differing = properties.differences_to_adopt(self.description, item, state, held)
        if differing:
            raise AdoptError(
                f"the {self.description.item} {item_id} is not what the program asks for: "
                f"{'; '.join(differing)}. Write what Bird has; nothing was changed"
            )
        return state

    def _session(self, props: Mapping[str, Any]) -> tuple[dict[str, Any], Session]:
        """The properties with their settings, and the session of the collection that they lie
        in."""
        account = self._accounts(props.get("profile"))
        complete = properties.located(self.description, props, account.settings)
        for field in self.description.settings:
            if field.name not in complete:
                raise ConfigurationError(account.settings.unset(field.setting))
        path = self.description.path.format(**complete)
        return complete, account.session(path)

    def _taken(self, session: Session, wanted: Wanted, deadline: Deadline) -> Taken:
        """Carry out what the state machine of `creation` asks for."""

        def answer(step: Step) -> Seen | Item | BirdError | None:
            match step:
                case Look():
                    began = session.collection.sender.server_time()
                    found = session.inventory.find(wanted, step, deadline)
                    at = began or session.collection.sender.server_time()
                    return Seen(tuple(found.free), at, tuple(found.held))
                case Post():
                    try:
                        return session.collection.create(wanted.body, deadline)
                    except (RejectedError, UnknownOutcomeError) as error:
                        return error
                case Wait(seconds=seconds):
                    session.wait(seconds, deadline)
            return None

        machine = creation(wanted)
        try:
            step = next(machine)
            while True:
                try:
                    came_of_it = answer(step)
                except BirdError as error:
                    step = machine.throw(error)
                else:
                    step = machine.send(came_of_it)
        except StopIteration as done:
            taken: Taken = done.value
            return taken

    def _finished_or_removed(
        self, session: Session, taken: Taken, inputs: Properties, deadline: Deadline
    ) -> Item:
        """What is finished; where that cannot be had, what was made is removed again."""
        item_id = taken.item["id"]
        called = f"The {self.description.item} {item_id}"
        try:
            return self._finished(session, taken, inputs, deadline)
        except BirdError as error:
            if self._keeps_half_made:
                state = properties.state_of(self.description, taken.item, inputs)
                raise HalfMadeError(
                    f"{error}. {called} is kept; the next `pulumi up` completes it",
                    item_id,
                    {**state, **self._unfinished_inputs(taken)},
                ) from error
            if not taken.created:
                raise HalfMadeError(
                    f"{error}. {called}, which an interrupted run had left, is still there; the "
                    "next `pulumi up` takes it over",
                    item_id,
                ) from error
            try:
                session.collection.delete(item_id, session.deadline(CLEAN_UP))
            except BirdError as failure:
                raise HalfMadeError(
                    f"{error}. {called} was made, and removing it failed too: {failure}. "
                    f'To take it over, write adopt="{item_id}"; otherwise delete it in '
                    "app.bird.com",
                    item_id,
                ) from error
            session.inventory.deleted(item_id)
            raise HalfMadeError(
                f"{error}. {called} was removed again; nothing is left of it", item_id
            ) from error

    def _doing(
        self, verb: str, props: Mapping[str, Any], item_id: str = ""
    ) -> AbstractContextManager[None]:
        name = props.get("name")
        called = f'{self.description.noun} "{name}"' if name else self.description.noun
        doing = f"{verb} {called} ({item_id})" if item_id else f"{verb} {called}"
        settings = self._accounts(props.get("profile")).settings

        def secrets() -> Iterator[str]:
            yield settings.access_key
            yield from texts_in([props.get(name) for name in self.description.secrets])

        return explained(doing, self.description, settings, secrets)


class HalfMadeError(BirdError):
    """Something is there but could not be completed; the text says what became of it."""

    def __init__(self, text: str, item_id: str, state: Properties | None = None) -> None:
        super().__init__(text)
        self.item_id = item_id
        self.state = state
        """Its state, where it is kept."""


class AbsentError(BirdError):
    """What a program wants to read is not there."""


class AdoptError(BirdError):
    """What is to be adopted is not there, or is not what the program asks for. Nothing was
    changed."""

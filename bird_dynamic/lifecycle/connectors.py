"""What a resource that is a connector does: check, diff, create, read, update, delete.

Written for any description whose create request is Bird's "create a connector"; nothing here knows
a template. Preview, check and diff send nothing. What is raised is a `BirdError` whose text is one
readable paragraph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import BirdError, DeadlineError, RejectedError, UnknownOutcomeError
from bird_dynamic.bird.models import Connector
from bird_dynamic.lifecycle import properties
from bird_dynamic.lifecycle.account import Account, Session
from bird_dynamic.lifecycle.checking import Checked, check
from bird_dynamic.lifecycle.creation import Look, Post, Seen, Step, Taken, Wait, creation
from bird_dynamic.lifecycle.explaining import explained
from bird_dynamic.lifecycle.fields import Description
from bird_dynamic.lifecycle.properties import DERIVED_NAME, Difference, Properties
from bird_dynamic.lifecycle.secrets import texts_in

FIRST_POLL = 0.2
LONGEST_POLL = 5.0
QUIET_WAIT = 15.0
"""Seconds of waiting for a channel after which the user is told, and told again."""
CLEAN_UP = 30.0
"""Seconds that removing a half-made connector may take, after the deadline of its create."""

CONVERSATIONAL = "channel_conversational_status_enabled"


class ConnectorLifecycle:
    """The six operations of one description."""

    def __init__(self, description: Description, account: Account) -> None:
        self._description = description
        self._account = account

    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Checked:
        """Inputs with everything filled in, and all that is wrong with them."""
        return check(self._description, olds, news, self._account.settings)

    def diff(self, connector_id: str, state: Mapping[str, Any], inputs: Properties) -> Difference:
        """What differs between the state and the inputs. The connector is known from now on."""
        if workspace_id := state.get("workspace_id"):
            self._account.session(workspace_id).inventory.holds(connector_id)
        return properties.difference(self._description, state, inputs)

    def create(self, inputs: Properties) -> tuple[str, Properties]:
        """Install the connector (or take over the one that `adopt` names) and wait for its
        channel."""
        with self._doing("Creating", inputs):
            session = self._account.session(inputs["workspace_id"])
            deadline = session.deadline(inputs.get("create_timeout"))
            adopt = inputs.get("adopt")
            # An adopted connector that is being replaced has just been deleted: a new one takes its
            # place.
            if adopt and not session.inventory.has_deleted(adopt):
                return adopt, self._adopted(session, adopt, inputs, deadline)
            with session.inventory.creating(inputs["name"]):
                taken = self._taken(session, inputs, deadline)
                connector_id: str = taken.connector["id"]
                session.inventory.created(connector_id)
            connector = self._finished(session, taken, inputs, deadline)
            return connector_id, properties.state_of(self._description, connector, inputs)

    def read(
        self, connector_id: str, state: Mapping[str, Any]
    ) -> tuple[Properties, Properties] | None:
        """The real state and the inputs that would have made it; None where the connector is
        gone."""
        with self._doing("Reading", state, connector_id):
            session = self._account.session(state.get("workspace_id"))
            deadline = session.deadline()
            session.inventory.holds(connector_id)
            connector = session.reads.read(
                connector_id,
                lambda row: properties.states_all(self._description, row, state),
                deadline,
            )
            if connector is None:
                return None
            held = {**state, "workspace_id": session.bird.id}
            real = properties.state_of(self._description, connector, held)
            if real.get(CONVERSATIONAL) is not None and real.get("channel_id"):
                channel_id = real["channel_id"]
                real[CONVERSATIONAL] = session.bird.get_conversational(channel_id, deadline)
            return real, properties.inputs_of(self._description, real)

    def update(self, connector_id: str, state: Mapping[str, Any], inputs: Properties) -> Properties:
        """Change in place what can be: the conversational switch. Leaving it out leaves it alone.

        The timeouts are changed in the state alone.
        """
        with self._doing("Updating", inputs, connector_id):
            session = self._account.session(state["workspace_id"])
            session.inventory.holds(connector_id)
            session.reads.forget(connector_id)
            wanted = inputs.get(CONVERSATIONAL)
            if wanted is not None and wanted != state.get(CONVERSATIONAL):
                session.bird.set_conversational(state["channel_id"], wanted, session.deadline())
            return properties.updated(self._description, state, inputs)

    def delete(self, connector_id: str, state: Mapping[str, Any]) -> None:
        """Delete the connector, and with it its channel. Already gone is done."""
        with self._doing("Deleting", state, connector_id):
            session = self._account.session(state.get("workspace_id"))
            session.inventory.deleted(connector_id)
            deadline = session.deadline(state.get("delete_timeout"))
            session.bird.delete_connector(connector_id, deadline)

    def _taken(self, session: Session, inputs: Properties, deadline: Deadline) -> Taken:
        """Carry out what the state machine of `creation` asks for."""
        wanted = properties.body(self._description, inputs)
        derived = DERIVED_NAME in inputs

        def answer(step: Step) -> Seen | Connector | BirdError | None:
            match step:
                case Look():
                    began = session.bird.sender.server_time()
                    found = session.inventory.find(wanted, step, deadline, derived=derived)
                    return Seen(found, began or session.bird.sender.server_time())
                case Post():
                    try:
                        return session.bird.create_connector(wanted, deadline)
                    except (RejectedError, UnknownOutcomeError) as error:
                        return error
                case Wait(seconds=seconds):
                    session.wait(seconds, deadline)
            return None

        machine = creation(wanted, derived=derived)
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

    def _finished(
        self, session: Session, taken: Taken, inputs: Properties, deadline: Deadline
    ) -> Connector:
        """The connector with its channel; where that cannot be had, what was made is removed
        again."""
        connector_id = taken.connector["id"]
        try:
            connector = self._with_channel(session, taken.connector, deadline)
            if not taken.created and inputs.get(CONVERSATIONAL) is not None:
                channel_id = connector["channel"]["channelId"]
                session.bird.set_conversational(channel_id, inputs[CONVERSATIONAL], deadline)
            return connector
        except BirdError as error:
            try:
                session.bird.delete_connector(connector_id, session.deadline(CLEAN_UP))
            except BirdError as failure:
                raise HalfMadeError(
                    f"{error}. The connector {connector_id} was made, and removing it failed too: "
                    f'{failure}. To take it over, write adopt="{connector_id}"; otherwise delete '
                    "it in app.bird.com",
                    connector_id,
                ) from error
            session.inventory.deleted(connector_id)
            raise HalfMadeError(
                f"{error}. The connector {connector_id} was removed again; nothing is left of it",
                connector_id,
            ) from error

    def _with_channel(
        self, session: Session, connector: Connector, deadline: Deadline
    ) -> Connector:
        """Poll until Bird has made the channel, which it does in the background."""
        connector_id = connector["id"]
        pause, waited, said = FIRST_POLL, 0.0, 0.0
        while not _has_channel(connector):
            if pause >= deadline.remaining:
                raise DeadlineError(f"Bird made no channel within {deadline.seconds:.0f} s")
            session.wait(pause, deadline)
            waited, pause = waited + pause, min(LONGEST_POLL, pause * 1.6)
            if waited - said >= QUIET_WAIT:
                said = waited
                session.say(f"connector {connector_id}: waiting for its channel ({waited:.0f} s)")
            # Not found means not yet: a read may lag behind the create that Bird has confirmed.
            connector = session.bird.get_connector(connector_id, deadline) or connector
        return connector

    def _adopted(
        self, session: Session, connector_id: str, inputs: Properties, deadline: Deadline
    ) -> Properties:
        """Take over a connector that exists, if it is what the inputs ask for. Nothing is changed
        in Bird."""
        connector = session.bird.get_connector(connector_id, deadline)
        if connector is None:
            raise AdoptError(f"adopt: workspace {session.bird.id} has no connector {connector_id}")
        session.inventory.holds(connector_id)
        connector = self._with_channel(session, connector, deadline)
        held = dict(inputs)
        if DERIVED_NAME in held:
            held["name"] = held[DERIVED_NAME] = connector.get("name")
        state = properties.state_of(self._description, connector, held)
        if held.get(CONVERSATIONAL) is not None and state.get("channel_id"):
            channel_id = state["channel_id"]
            state[CONVERSATIONAL] = session.bird.get_conversational(channel_id, deadline)
        differing = properties.differences_to_adopt(self._description, connector, state, held)
        if differing:
            raise AdoptError(
                f"the connector {connector_id} is not what the program asks for: "
                f"{'; '.join(differing)}. Write what Bird has; nothing was changed"
            )
        return state

    def _doing(
        self, verb: str, props: Mapping[str, Any], connector_id: str = ""
    ) -> AbstractContextManager[None]:
        called = f'{self._description.noun} "{props.get("name", "?")}"'
        doing = f"{verb} {called} ({connector_id})" if connector_id else f"{verb} {called}"

        def secrets() -> Iterator[str]:
            yield self._account.settings.access_key
            yield from texts_in([props.get(name) for name in self._description.secrets])

        return explained(doing, self._description, secrets)


class HalfMadeError(BirdError):
    """A connector was made but could not be completed; the text says what became of it."""

    def __init__(self, text: str, connector_id: str) -> None:
        super().__init__(text)
        self.connector_id = connector_id


class AdoptError(BirdError):
    """The connector to adopt is not there, or is not what the program asks for. Nothing was
    changed."""


def _has_channel(connector: Connector) -> bool:
    channel = connector.get("channel")
    return isinstance(channel, Mapping) and bool(channel.get("channelId"))

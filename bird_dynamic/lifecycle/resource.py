"""What every resource does: check, diff, create, read, update, delete.

Generic over schemas. A kind of resource that does something in its own way (waiting for a
channel, say) overrides the hooks, in its own file. Preview, check and diff send nothing. What is
raised is a `BirdError` whose text is one readable paragraph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import BirdError, DeadlineError
from bird_dynamic.bird.ids import canonical, required_id, with_its_place
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.adoption import mismatches
from bird_dynamic.lifecycle.check import Checked, check
from bird_dynamic.lifecycle.create import Created
from bird_dynamic.lifecycle.desired import DesiredState
from bird_dynamic.lifecycle.diff import Difference, compare
from bird_dynamic.lifecycle.error_messages import describing_errors
from bird_dynamic.lifecycle.mapping import (
    differing_paths,
    imported_maps,
    is_complete_row,
    is_stated,
    merged_update,
    to_inputs,
    to_state,
    update_body,
)
from bird_dynamic.lifecycle.ownership import ExistsError
from bird_dynamic.lifecycle.records import Claim
from bird_dynamic.lifecycle.redaction import texts_in
from bird_dynamic.lifecycle.run_create import CreateRunner
from bird_dynamic.lifecycle.session import Account, CollectionSession, Run
from bird_dynamic.schema.fields import UNKNOWN, Properties, ResourceSchema
from bird_dynamic.schema.kinds import PROFILE
from bird_dynamic.schema.naming import DERIVED_NAME, MARK, marks_of, parts_of, resource_of

CLEANUP_TIMEOUT = 30.0
"""Seconds of a create that are kept for removing what is half made."""
CLEANUP_SHARE = 0.2
"""The share of a create's time that is kept for it at most."""
FIRST_LOOK = 0.5

Accounts = Callable[[str | None], Account]
"""The account of a profile, or the one that is used without any."""


class ResourceLifecycle:
    """The six operations of one schema."""

    def __init__(
        self, schema: ResourceSchema, accounts: Accounts, *, keeps_half_created: bool = False
    ) -> None:
        self.schema = schema
        self._accounts = accounts
        self._keeps_half_created = keeps_half_created

    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Checked:
        """Inputs with everything filled in, and all that is wrong with them."""
        self._run.managed.mark_checked(marks_of(news), olds)
        checked = self._checked(news)
        return replace(checked, failures=(*checked.failures, *self._adopt_problems(olds, news)))

    def _checked(self, news: Mapping[str, Any]) -> Checked:
        profile = news.get("profile")
        if profile is None or (profile is not UNKNOWN and PROFILE.problem(profile) is None):
            return check(self.schema, news, self._accounts(profile).settings)
        # An account that nobody knows yet: what it would fill in is unknown too.
        default_settings = replace(self._accounts(None).settings, problems=())
        unknown = {
            field.name: UNKNOWN
            for field in self.schema.configurable_inputs
            if news.get(field.name) is None
        }
        return check(self.schema, {**news, **unknown}, default_settings)

    def _adopt_problems(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Iterator[str]:
        """What is known already, before anything is adopted, of who has it."""
        adopt, marks = canonical(news.get("adopt")), marks_of(news)
        if adopt is None or olds or self._run.managed.is_leaving(adopt, marks):
            return
        self._run.managed.mark_wanted(adopt, marks)
        if self._run.managed.is_shared(adopt, marks):
            yield f"adopt: {self._has_it_already(adopt)}"

    def _has_it_already(self, item_id: str) -> str:
        return (
            f"another resource of this stack has the {self.schema.item} {item_id}. If that "
            "resource was renamed to this one, this one needs "
            'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="<its old name>")]); if both '
            "are in the program, remove one of them"
        )

    def diff(self, state: Mapping[str, Any], inputs: Properties) -> Difference:
        """What differs between the state and the inputs."""
        return compare(self.schema, state, inputs)

    def track(
        self, item_id: str, state: Mapping[str, Any], inputs: Properties, difference: Difference
    ) -> None:
        """Record that a resource of the state has that id, and what this run is going to do with
        it; warn of a replacement.

        Raises SharedError where this run gives what the resource has to another one.
        """
        managed, marks = self._run.managed, marks_of(state, inputs)
        called = f"{self.schema.item} {item_id}"
        if not difference.replaces and managed.taken_from(item_id, marks):
            raise SharedError(
                f"this resource has the {called}, and another resource of the program adopts it. "
                "Remove that other one from the program and run `pulumi up`: the "
                f"{self.schema.item} stays with this one"
            )
        if managed.is_shared(item_id, marks):
            self._run.warn(
                f"the {called} is in the state of two resources. Remove one of them from the "
                f"program and run `pulumi up`: the {self.schema.item} stays with the other one"
            )
        managed.mark_diffed(
            item_id,
            marks,
            leaving=bool(difference.replaces),
            is_unchanged=not (difference.changed or difference.respelled),
        )
        if difference.replaces and managed.is_in_program(marks):
            self._run.warn(self._replacement(item_id, state, inputs, difference))
        places = (each for each in self.schema.configurable_inputs if each.required)
        if all(state.get(each.name) for each in places):
            self._has_found_its_resource(self._open(state)[1], state, state.get(DERIVED_NAME))

    def _replacement(
        self,
        item_id: str,
        state: Mapping[str, Any],
        inputs: Mapping[str, Any],
        difference: Difference,
    ) -> str:
        """What a replacement does, for the preview."""
        called = self._called(inputs) if inputs.get("name") else self._called(state)
        number = f", {state['phone_number']}" if state.get("phone_number") else ""
        said = (
            f"{called} ({self.schema.item} {item_id}{number}) is replaced, because of "
            f"{', '.join(difference.replaces)}: "
        )
        if state.get("channel_id"):
            said += "its channel_id changes. "
        if difference.deletes_first:
            return (
                f"{said}Bird allows only one {self.schema.item} of a template on a "
                f"{self.schema.exclusive_name}, so the old one is deleted first: until the new one "
                "is there, nothing answers"
            )
        return f"{said}The new one is there before the old one is deleted: there is no gap"

    def create(self, inputs: Properties, timeout: float | None = None) -> tuple[str, Properties]:
        """Create it, or take over the one that `adopt` names. `timeout` is in seconds."""
        with self._describing_errors("Creating", inputs):
            _, session = self._open(inputs)
            deadline = session.deadline(timeout or inputs.get("create_timeout"))
            adopt = inputs.get("adopt")
            # What was adopted and is being replaced is not adopted again: a new one takes its
            # place.
            marks = marks_of(inputs)
            if adopt and not self._run.managed.is_leaving(adopt, marks):
                item_id = required_id(adopt, "adopt: it")
                return item_id, self._adopted(session, item_id, inputs, deadline)
            if not inputs.get(MARK):
                return self._created(session, inputs, deadline, Claim.of_nothing())
            mark, where = str(inputs[MARK]), self._address(session, inputs)
            for record in session.run.records.left_elsewhere(mark, where):
                session.run.warn(
                    f"an interrupted create of {resource_of(record.mark)} (mark: {record.mark}) is "
                    "not finished: `pulumi up` of that resource finishes it, and `bird-dynamic "
                    "doctor` shows all of them"
                )
            with session.run.records.claimed(
                mark,
                where,
                lambda seconds: self._wait_for_another_process(session, seconds, deadline),
            ) as claim:
                return self._created(session, inputs, deadline, claim)

    def _created(
        self, session: CollectionSession, inputs: Properties, deadline: Deadline, claim: Claim
    ) -> tuple[str, Properties]:
        """Create it; under an automatic name, which a token proves to be this create's, where the
        program gives none."""
        run, marks = session.run, marks_of(inputs)
        mark, where = str(inputs.get(MARK, "")), self._address(session, inputs)
        desired = DesiredState.from_inputs(self.schema, inputs, claim.left)
        runner = CreateRunner(session, desired, claim, mark, where, deadline)
        with session.observer.lock(desired):
            created = runner.run(
                is_forced=run.managed.is_replaced_unseen(marks),
                takes_over=self._accounts(inputs.get("profile")).settings.takes_over,
            )
            item_id = created.item["id"]
            if not run.managed.claim(item_id, marks):
                raise ExistsError(
                    f"Bird answered with the {self.schema.item} {item_id}, which another "
                    "resource has: nothing was created"
                )
            given = dict(inputs)
            if desired.token is not None:
                given["name"] = created.item.get("name") or desired.body["name"]
                given[DERIVED_NAME] = given["name"]
            try:
                state = self._complete_or_roll_back(session, created, given, deadline)
            except HalfCreatedError as half:
                if half.settled:
                    run.before_writing()
                    claim.settled = True
                raise
            # An engine that is gone never learns of it: the next run has to find it.
            run.before_writing()
            claim.settled = True
            return item_id, state

    @staticmethod
    def _wait_for_another_process(
        session: CollectionSession, seconds: float, deadline: Deadline
    ) -> None:
        if seconds >= deadline.remaining:
            raise DeadlineError(
                "another process on this machine has not ended creating this resource within "
                f"{deadline.seconds:.0f} s"
            )
        session.sleep(seconds, deadline)

    def _address(self, session: CollectionSession, inputs: Mapping[str, Any]) -> str:
        return self._accounts(inputs.get("profile")).settings.api_url + session.collection.path

    def identified(self, item_id: str, state: Mapping[str, Any]) -> tuple[str, Properties]:
        """The id alone and in its one spelling, and the state with the place that stood in front
        of it (`workspaceId/connectorId`), if any."""
        with self._describing_errors("Reading", state, item_id):
            alone, place = with_its_place(item_id)
            return alone, {**state, **place}

    def read(
        self, item_id: str, state: Mapping[str, Any], timeout: float | None = None
    ) -> tuple[Properties, Properties] | None:
        """The observed state and the inputs that would have made it; None where it is gone."""
        with self._describing_errors("Reading", state, item_id):
            prior, session = self._open(state)
            deadline = session.deadline(timeout)
            known = any(state.get(field.name) for field in self.schema.outputs)
            if known:
                self._run.managed.mark_managed(item_id)
            else:
                self._run.managed.mark_read_only(item_id)
            item = session.listing.read(
                item_id,
                lambda row: known and is_complete_row(self.schema, row, state),
                deadline,
            )
            if item is None:
                self._run.managed.mark_missing(item_id)
                if not known:
                    # Nobody ever had it: this is the read of a `get`, whose id is wrong.
                    raise AbsentError(
                        f"there is no such {self.schema.item} at {session.collection.path}. "
                        "Check the id, which must not be that of a channel, and the workspace"
                    )
                return None
            if not known:
                self._has_found_its_resource(session, state, item.get("name"))
                prior = {**imported_maps(self.schema, item), **prior}
            is_first = known and not self.is_settled(state)
            observed = self.observe(session, item, prior, deadline, is_first=is_first)
            if known:
                self._tell(prior, observed)
            return observed, to_inputs(self.schema, observed)

    def update(
        self,
        item_id: str,
        state: Mapping[str, Any],
        inputs: Properties,
        timeout: float | None = None,
    ) -> Properties:
        """Change in place what can be, and complete what was not. What Bird never sees is changed
        in the state alone."""
        with self._describing_errors("Updating", inputs, item_id):
            # What is to be changed lies where the state says, and is reached as the program says.
            _, session = self._open({**state, "profile": inputs.get("profile")})
            self._run.managed.mark_updated(item_id, marks_of(state, inputs))
            session.listing.forget(item_id)
            deadline = session.deadline(timeout)
            if self.needs_completion(state):
                item = session.collection.get(item_id, deadline)
                if item is not None:
                    item = self.wait_until_ready(session, item, inputs, deadline)
                    before = state
                    state = to_state(self.schema, item, state, is_first=True)
                    self._tell(before, state)
            changed = self.apply_update(session, item_id, state, inputs, deadline)
            after = merged_update(self.schema, state, inputs, changed)
            self._tell(state, after)
            return after

    def _tell(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Say where Bird has made something else of what the program says, once."""
        known = differing_paths(before)
        if new := [each for each in differing_paths(after) if each not in known]:
            self._run.warn(
                f"{self._called(after)}: Bird states {', '.join(new)} otherwise than the program "
                "says it (spelled, ordered or typed in another way). That is remembered and is "
                "no drift"
            )

    def delete(self, item_id: str, state: Mapping[str, Any], timeout: float | None = None) -> None:
        """Delete it. Already gone is done."""
        with self._describing_errors("Deleting", state, item_id):
            _, session = self._open(state)
            marks = marks_of(state)
            if (why := self._run.managed.why_kept(item_id, marks)) is not None:
                session.run.warn(f"{self.schema.item} {item_id}: kept, because {why}")
                return
            required_id(item_id, "its id, which an import may have brought,")
            self._run.managed.mark_deleted(item_id, marks)
            deadline = session.deadline(timeout or state.get("delete_timeout"))
            is_done = session.collection.delete(item_id, deadline)
            self._run.managed.mark_gone(item_id)
            if not is_done:
                self._wait_until_gone(session, item_id, deadline)

    def _wait_until_gone(
        self, session: CollectionSession, item_id: str, deadline: Deadline
    ) -> None:
        """Bird has accepted a delete: the next command must find it done."""
        what = f"{self.schema.item} {item_id}"
        polls = session.polls(FIRST_LOOK, deadline, f"{what}: waiting until it is deleted")
        waited = 0.0
        while session.collection.get(item_id, deadline) is not None:
            longer = next(polls, None)
            if longer is None:
                raise DeadlineError(
                    f"Bird has accepted to delete it and still has it after {waited:.0f} s"
                )
            waited = longer

    # Hooks: what a kind of resource does in its own way.

    def wait_until_ready(
        self, session: CollectionSession, item: Item, inputs: Properties, deadline: Deadline
    ) -> Item:
        """The item with what Bird adds to it some time after its creation."""
        return item

    def after_create(
        self, session: CollectionSession, created: Created, inputs: Properties, deadline: Deadline
    ) -> Item:
        """The item with everything that a create is to bring about."""
        return self.wait_until_ready(session, created.item, inputs, deadline)

    def pending_inputs(self, created: Created) -> Properties:
        """The inputs that only `after_create` brings about, as they are without it."""
        return {}

    def needs_completion(self, state: Mapping[str, Any]) -> bool:
        """Whether the state is that of a create that was not completed."""
        return False

    def is_settled(self, state: Mapping[str, Any]) -> bool:
        """Whether Bird has stated all of it once, so that what it states otherwise now is drift."""
        return True

    def observe(
        self,
        session: CollectionSession,
        item: Item,
        prior: Mapping[str, Any],
        deadline: Deadline,
        *,
        is_first: bool,
    ) -> Properties:
        """The whole state, where the item alone does not tell it."""
        return to_state(self.schema, item, prior, is_first=is_first)

    def apply_update(
        self,
        session: CollectionSession,
        item_id: str,
        state: Mapping[str, Any],
        inputs: Properties,
        deadline: Deadline,
    ) -> Item | None:
        """Change in Bird what can be changed in place; what Bird has made of it."""
        body = update_body(self.schema, state, inputs)
        if not body:
            return None
        item = session.collection.update(item_id, body, deadline)
        if item is not None or not is_stated(self.schema, body):
            return item
        return session.collection.get(item_id, deadline)

    # What the operations share.

    def _adopted(
        self, session: CollectionSession, item_id: str, inputs: Properties, deadline: Deadline
    ) -> Properties:
        """Take over something that exists, if it is what the inputs ask for. Nothing is changed in
        Bird."""
        marks = marks_of(inputs)
        if not self._run.managed.claim(item_id, marks):
            raise AdoptError(f"adopt: {self._has_it_already(item_id)}")
        try:
            state = self._checked_adoption(session, item_id, inputs, deadline)
        except Exception:
            self._run.managed.mark_released(item_id, marks)
            raise
        self._has_found_its_resource(session, inputs, state.get("name"))
        return state

    def _has_found_its_resource(
        self, session: CollectionSession, props: Mapping[str, Any], name: Any
    ) -> None:
        """An interrupted create may have made it: its record must not give it to another one."""
        if (made_by := parts_of(name)) is not None:
            where = self._address(session, props)
            self._run.records.forget(made_by.mark, where, made_by.token)

    def _checked_adoption(
        self, session: CollectionSession, item_id: str, inputs: Properties, deadline: Deadline
    ) -> Properties:
        item = session.collection.get(item_id, deadline)
        if item is None:
            workspace = inputs["workspace_id"]
            raise AdoptError(
                f"adopt: workspace {workspace} has no {self.schema.item} {item_id}. Check the "
                "workspace and the id, which must not be that of a channel; `bird-dynamic export` "
                "shows what there is"
            )
        item = self.wait_until_ready(session, item, inputs, deadline)
        given = dict(inputs)
        if self.schema.is_named and given.get("name") is None:
            given["name"] = given[DERIVED_NAME] = item.get("name")
        state = self.observe(session, item, given, deadline, is_first=True)
        differing = mismatches(self.schema, item, state, given)
        if differing:
            raise AdoptError(
                f"the {self.schema.item} {item_id} is not what the program asks for: "
                f"{'; '.join(differing)}. Write what Bird has; nothing was changed"
            )
        self._tell(given, state)
        return state

    def _open(self, props: Mapping[str, Any]) -> tuple[Properties, CollectionSession]:
        """The properties with their settings, and the collection that they lie in."""
        return self._accounts(props.get("profile")).open(self.schema, props)

    def _complete_or_roll_back(
        self,
        session: CollectionSession,
        created: Created,
        inputs: Properties,
        deadline: Deadline,
    ) -> Properties:
        """The state of what was created, once it is complete. Raises HalfCreatedError if it cannot
        be completed; the error says what became of it."""
        try:
            item = self.after_create(session, created, inputs, self._working_time(deadline))
            state = to_state(self.schema, item, inputs, is_first=True)
            self._tell(inputs, state)
            return state
        except BirdError as error:
            cause = error
        except Exception as error:
            # Whatever it was, what exists must not be forgotten.
            cause = BirdError(
                f"what Bird answered cannot be used ({type(error).__name__}: {error})"
            )
            cause.__cause__ = error
        if self._keeps_half_created:
            raise self._kept(created, inputs, cause) from cause
        if not created.is_new:
            raise self._left_as_it_was(created, cause) from cause
        raise self._rolled_back(session, created, inputs, cause, deadline) from cause

    def _working_time(self, deadline: Deadline) -> Deadline:
        """The deadline, less what is kept for removing what could not be completed."""
        if self._keeps_half_created:
            return deadline
        kept = min(CLEANUP_TIMEOUT, CLEANUP_SHARE * deadline.seconds)
        return replace(deadline, at=deadline.at - kept)

    def _kept(self, created: Created, inputs: Properties, cause: BirdError) -> HalfCreatedError:
        item_id = created.item["id"]
        # What is not brought about yet is nothing that Bird has made of the inputs.
        so_far = {**inputs, **self.pending_inputs(created)}
        return HalfCreatedError(
            f"{cause}. The {self.schema.item} {item_id} is kept; the next `pulumi up` completes it",
            item_id,
            to_state(self.schema, created.item, so_far, is_first=True),
        )

    def _left_as_it_was(self, created: Created, cause: BirdError) -> HalfCreatedError:
        item_id = created.item["id"]
        return HalfCreatedError(
            f"{cause}. The {self.schema.item} {item_id} was there before and is still there; "
            "run `pulumi up` again in the same way to take it over",
            item_id,
            settled=False,
        )

    def _rolled_back(
        self,
        session: CollectionSession,
        created: Created,
        inputs: Properties,
        cause: BirdError,
        deadline: Deadline,
    ) -> HalfCreatedError:
        item_id = created.item["id"]
        called = f"The {self.schema.item} {item_id}"
        try:
            is_done = session.collection.delete(item_id, deadline)
            self._run.managed.mark_gone(item_id)
        except BirdError as failure:
            return HalfCreatedError(
                f"{cause}. {called} was made, and removing it failed too: {failure}. "
                f'To take it over, write adopt="{item_id}"; otherwise delete it in app.bird.com',
                item_id,
                settled=False,
            )
        self._run.managed.mark_deleted(item_id, marks_of(inputs))
        removed = "was removed again; nothing is left of it"
        if not is_done:
            removed = "is being removed again: Bird has accepted to delete it"
        return HalfCreatedError(f"{cause}. {called} {removed}", item_id)

    @property
    def _run(self) -> Run:
        # The same for all accounts.
        return self._accounts(None).run

    def _called(self, props: Mapping[str, Any]) -> str:
        name = props.get("name") or resource_of(props.get(MARK))
        return f'{self.schema.noun} "{name}"' if name else self.schema.noun

    def _describing_errors(
        self, verb: str, props: Mapping[str, Any], item_id: str = ""
    ) -> AbstractContextManager[None]:
        called = self._called(props)
        doing = f"{verb} {called} ({item_id})" if item_id else f"{verb} {called}"
        settings = self._accounts(props.get("profile")).settings

        def secrets() -> Iterator[str]:
            yield settings.access_key
            yield from texts_in([props.get(name) for name in self.schema.secrets])

        return describing_errors(doing, self.schema, settings, secrets)


class HalfCreatedError(BirdError):
    """Something is there but could not be completed; the text says what became of it."""

    def __init__(
        self,
        text: str,
        item_id: str,
        state: Properties | None = None,
        *,
        settled: bool = True,
    ) -> None:
        super().__init__(text)
        self.item_id = item_id
        self.state = state
        """Its state, where it is kept."""
        self.settled = settled
        """Whether nothing is left for a later run to find."""


class SharedError(BirdError):
    """Two resources would have the same thing."""


class AbsentError(BirdError):
    """What a program wants to read is not there."""


class AdoptError(BirdError):
    """What is to be adopted is not there, or is not what the program asks for. Nothing was
    changed."""

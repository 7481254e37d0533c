"""The lifecycle of every resource: check, diff, create, read, update, delete.

Generic over schemas; subclasses override what `hooks` lists for resource-specific steps, such as
waiting for a channel. Preview, check and diff send nothing. Errors are `BirdError`s whose text is
one readable paragraph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from bird_dynamic.bird.clock import Deadline, in_seconds
from bird_dynamic.bird.errors import BirdError, DeadlineError, RejectedError
from bird_dynamic.bird.ids import IdError, canonical, required_id, with_its_place
from bird_dynamic.lifecycle.adoption import mismatches
from bird_dynamic.lifecycle.check import Checked, check
from bird_dynamic.lifecycle.create import Created
from bird_dynamic.lifecycle.create_messages import joined
from bird_dynamic.lifecycle.desired import DesiredState
from bird_dynamic.lifecycle.diff import Difference, compare
from bird_dynamic.lifecycle.error_messages import describing_errors
from bird_dynamic.lifecycle.errors import (
    AbsentError,
    AdoptError,
    ExistsError,
    HalfCreatedError,
    NotInPlaceError,
    OtherKindError,
    SharedError,
)
from bird_dynamic.lifecycle.half_created import HalfCreated, without_reserve
from bird_dynamic.lifecycle.holders import holder_ids
from bird_dynamic.lifecycle.hooks import Hooks
from bird_dynamic.lifecycle.mapping import (
    differing_paths,
    imported_maps,
    is_complete_row,
    merged_update,
    to_inputs,
    to_state,
)
from bird_dynamic.lifecycle.mistaken_ids import right_id
from bird_dynamic.lifecycle.program_conflicts import exclusive_value
from bird_dynamic.lifecycle.records import Claim
from bird_dynamic.lifecycle.redaction import texts_in
from bird_dynamic.lifecycle.run_create import CreateRunner
from bird_dynamic.lifecycle.session import Account, CollectionSession, Run
from bird_dynamic.lifecycle.wording import called, replacement
from bird_dynamic.schema.fields import UNKNOWN, Properties, ResourceSchema
from bird_dynamic.schema.kinds import PROFILE
from bird_dynamic.schema.naming import DERIVED_NAME, MARK, marks_of, parts_of, resource_of

FIRST_POLL = 0.5
"""Seconds before the first poll for the end of an accepted delete."""

IMPORTING = "Importing (or getting)"
OPERATIONS = {
    "Creating": "create",
    IMPORTING: "read",
    "Reading": "read",
    "Updating": "update",
    "Deleting": "delete",
}
"""The operations as messages begin, and their names in Pulumi's timeouts."""

Accounts = Callable[[str | None], Account]
"""Returns the account of a profile; the default account for None."""


class ResourceLifecycle(Hooks):
    """The six operations of one resource schema."""

    def __init__(
        self, schema: ResourceSchema, accounts: Accounts, *, keeps_half_created: bool = False
    ) -> None:
        super().__init__(schema)
        self._accounts = accounts
        self._keeps_half_created = keeps_half_created

    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Checked:
        """The inputs with defaults and settings filled in, and all validation failures."""
        self._run.managed.mark_checked(marks_of(news), olds)
        checked = self._checked(news)
        for each in checked.warnings:
            # By the resource's name: an input, such as the item's name, may be secret.
            self._run.warn_once(f"{called(self.schema, {MARK: news.get(MARK)})}: {each}")
        conflicts = (*self._adopt_problems(olds, news), *self._program_conflicts(olds, checked))
        return replace(checked, failures=(*checked.failures, *conflicts))

    def _checked(self, news: Mapping[str, Any]) -> Checked:
        profile = news.get("profile")
        if profile is None or (profile is not UNKNOWN and PROFILE.problem(profile) is None):
            return check(self.schema, news, self._accounts(profile).settings)
        # The profile is unknown in this preview, and so are the settings it would supply.
        default_settings = replace(self._accounts(None).settings, problems=())
        unknown = {
            field.name: UNKNOWN
            for field in self.schema.configurable_inputs
            if news.get(field.name) is None
        }
        return check(self.schema, {**news, **unknown}, default_settings)

    def _adopt_problems(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Iterator[str]:
        """Conflicts over the id in `adopt` that are known before anything is adopted."""
        adopt, marks = canonical(news.get("adopt")), marks_of(news)
        if adopt is None or olds or self._run.managed.is_leaving(adopt, marks):
            return
        self._run.managed.mark_wanted(adopt, marks)
        if self._run.managed.is_shared(adopt, marks):
            yield f"adopt: {self._managed_by_another(adopt)}"

    def _program_conflicts(self, olds: Mapping[str, Any], checked: Checked) -> Iterator[str]:
        wanted = None if checked.failures else self._exclusive_value(checked.inputs)
        yield from self._run.conflicts.problems(self.schema, wanted, olds, checked.inputs)

    def _exclusive_value(self, inputs: Properties) -> tuple[str, ...] | None:
        profile = inputs.get("profile")
        if profile is UNKNOWN:
            return None
        return exclusive_value(self.schema, self._accounts(profile).settings.api_url, inputs)

    def _managed_by_another(self, item_id: str) -> str:
        return (
            f"another resource of this stack manages the {self.schema.item} {item_id}. If that "
            "resource was renamed to this one, this one needs "
            'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="<its old name>")]); if both '
            "are in the program, remove one of them"
        )

    def diff(self, state: Mapping[str, Any], inputs: Properties) -> Difference:
        """The difference between the state and the inputs."""
        return compare(self.schema, state, inputs)

    def track(
        self, item_id: str, state: Mapping[str, Any], inputs: Properties, difference: Difference
    ) -> None:
        """Record that a resource of the state manages that id, and whether this run replaces it;
        warn of a replacement.

        Raises SharedError if another resource adopts the id in this run.
        """
        managed, marks = self._run.managed, marks_of(state, inputs)
        item = f"{self.schema.item} {item_id}"
        if not difference.replaces and managed.taken_from(item_id, marks):
            raise SharedError(
                f"this resource manages the {item}, and another resource of the program adopts "
                "it. Remove that other resource from the program and run `pulumi up`: the "
                f"{self.schema.item} stays with this one"
            )
        if managed.is_shared(item_id, marks):
            self._run.warn(
                f"the {item} is in the state of two resources. Remove one of them from the "
                f"program and run `pulumi up`: the {self.schema.item} stays with the other one"
            )
        managed.mark_diffed(
            item_id,
            marks,
            leaving=bool(difference.replaces),
            is_unchanged=not (difference.changed or difference.respelled),
        )
        adopt = canonical(inputs.get("adopt"))
        if adopt not in (None, item_id) and not difference.replaces:
            # What it adopted once, and was replaced, is gone.
            is_new = adopt != canonical(state.get("adopt"))
            other = f". To manage {adopt} too, adopt it in another resource" if is_new else ""
            self._run.warn_once(
                f'{called(self.schema, inputs)}: adopt="{adopt}" has no effect on a resource that '
                f"has another {self.schema.item}, here {item_id}, unless this run replaces it. "
                f"Remove adopt{other}"
            )
        if difference.replaces and managed.is_in_program(marks):
            settings = self._accounts(inputs.get("profile")).settings
            self._run.warn(replacement(self.schema, settings, item_id, state, inputs, difference))
        places = (each for each in self.schema.configurable_inputs if each.required)
        if all(state.get(each.name) for each in places):
            self._forget_record(self._open(state)[1], state, state.get(DERIVED_NAME))

    def create(self, inputs: Properties, timeout: float | None = None) -> tuple[str, Properties]:
        """Create the item, or adopt the one that `adopt` names. `timeout` is in seconds."""
        with self._describing_errors("Creating", inputs, timeout=timeout):
            _, session = self._open(inputs)
            deadline = session.deadline(timeout or inputs.get("create_timeout"))
            adopt = inputs.get("adopt")
            # An adopted item that is being replaced is not adopted again: a new one is created.
            marks = marks_of(inputs)
            self._run.managed.mark_creating(marks)
            if adopt and not self._run.managed.is_leaving(adopt, marks):
                item_id = required_id(adopt, "adopt: it")
                return item_id, self._adopted(session, item_id, inputs, deadline)
            if not inputs.get(MARK):
                return self._created(session, inputs, deadline, Claim.of_nothing())
            mark, where = str(inputs[MARK]), self._address(session, inputs)
            for record in session.run.records.left_elsewhere(mark, where):
                finishes = "finishes it" if record.token else "finds it, and says how to adopt it"
                session.run.warn(
                    f"an interrupted create of {resource_of(record.mark)} (mark: {record.mark}) is "
                    f"not finished: `pulumi up` of that resource {finishes}; `bird-dynamic doctor` "
                    "lists all of them"
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
        """Create the item; without an explicit name, under an automatic one with a token, which
        proves that this create made it."""
        run, marks = session.run, marks_of(inputs)
        mark, where = str(inputs.get(MARK, "")), self._address(session, inputs)
        desired = DesiredState.from_inputs(self.schema, inputs, claim.left)
        account = self._accounts(inputs.get("profile"))
        holders = partial(holder_ids, account, desired, inputs, deadline)
        runner = CreateRunner(session, desired, claim, mark, where, deadline, holders)
        with session.observer.lock(desired, deadline):
            try:
                created = runner.run(
                    is_forced=run.managed.is_replaced_unseen(marks),
                    takes_over=account.settings.takes_over,
                )
            except RejectedError as error:
                self.explain(session, error, inputs, deadline)
                raise
            item_id = created.item["id"]
            if not run.managed.claim(item_id, marks):
                raise ExistsError(
                    f"Bird answered with the {self.schema.item} {item_id}, which another "
                    "resource manages: nothing is known to have been created"
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
            # If the engine has ended, it never stores the result: keep the record.
            run.before_writing()
            claim.settled = True
            return item_id, state

    @staticmethod
    def _wait_for_another_process(
        session: CollectionSession, seconds: float, deadline: Deadline
    ) -> None:
        if seconds >= deadline.remaining:
            raise DeadlineError(
                "another process on this machine is still creating this resource, after "
                f"{in_seconds(deadline.seconds)}"
            )
        session.sleep(seconds, deadline)

    def _address(self, session: CollectionSession, inputs: Mapping[str, Any]) -> str:
        return self._accounts(inputs.get("profile")).settings.api_url + session.collection.path

    def identified(self, item_id: str, state: Mapping[str, Any]) -> tuple[str, Properties]:
        """The id in canonical form, and the state with the location that preceded the id
        (`workspaceId/connectorId`), if any."""
        with self._describing_errors(self._reading(state), state):
            try:
                alone, place = with_its_place(item_id)
            except IdError:
                raise IdError(
                    f'"{item_id}" is not an id. Write {self.schema.id_forms}. '
                    "`bird-dynamic export FOLDER` writes a program with all ids. Nothing was sent"
                ) from None
            return alone, {**state, **place}

    def read(
        self, item_id: str, state: Mapping[str, Any], timeout: float | None = None
    ) -> tuple[Properties, Properties] | None:
        """The observed state and the inputs that would produce it; None if the item is gone."""
        known = self._is_managed(state)
        with self._describing_errors(self._reading(state), state, item_id, timeout):
            prior, session = self._open(state)
            deadline = session.deadline(timeout)
            if known:
                self._run.managed.mark_managed(item_id, marks_of(state))
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
                    # No resource ever managed it: a `get` or an import with a wrong id.
                    raise AbsentError(
                        f"workspace {prior['workspace_id']} has no {self.schema.item} {item_id}"
                        f"{self._advice_on_absent_id(item_id, prior, deadline)}"
                    )
                return None
            if not known:
                if (problem := self.problem_of_kind(item, state, imports=True)) is not None:
                    raise OtherKindError(problem)
                self._forget_record(session, state, item.get("name"))
                prior = {**imported_maps(self.schema, item), **prior}
            is_first = known and not self.is_settled(state)
            observed = self.observe(session, item, prior, deadline, is_first=is_first)
            if known:
                self._warn_of_other_forms(prior, observed)
            return observed, to_inputs(self.schema, observed)

    def _is_managed(self, state: Mapping[str, Any]) -> bool:
        """Whether the state is that of a resource; that of an import or a `get` has no outputs."""
        return any(state.get(field.name) for field in self.schema.outputs)

    def _reading(self, state: Mapping[str, Any]) -> str:
        return "Reading" if self._is_managed(state) else IMPORTING

    def require_in_place(self, state: Mapping[str, Any], inputs: Properties) -> None:
        """Raises NotInPlaceError if an update to these inputs has to be a replacement. The engine
        asks for such an update only without a diff, as in `pulumi do`."""
        if names := self.diff(state, inputs).replaces:
            raise NotInPlaceError(
                f"{', '.join(names)} cannot be changed in place. Change the program and run "
                f"`pulumi up`, which replaces the {self.schema.item}"
            )

    def update(
        self,
        item_id: str,
        state: Mapping[str, Any],
        inputs: Properties,
        timeout: float | None = None,
    ) -> Properties:
        """Update in place, and complete an unfinished create. Inputs that Bird never receives
        change only in the state."""
        with self._describing_errors("Updating", inputs, item_id, timeout, old=state):
            self.require_in_place(state, inputs)
            # Location from the state, credentials from the new inputs.
            optional = {
                field.name: inputs.get(field.name)
                for field in self.schema.inputs
                if field.name == "profile" or field.is_optional_place
            }
            _, session = self._open({**state, **optional})
            self._run.managed.mark_updated(item_id, marks_of(state, inputs))
            session.listing.forget(item_id)
            deadline = session.deadline(timeout)
            if self.needs_completion(state):
                item = session.collection.get(item_id, deadline)
                if item is not None:
                    item = self.wait_until_ready(session, item, inputs, deadline)
                    before = state
                    state = to_state(self.schema, item, state, is_first=True)
                    self._warn_of_other_forms(before, state)
            changed = self.apply_update(session, item_id, state, inputs, deadline)
            after = merged_update(self.schema, state, inputs, changed)
            self._warn_of_other_forms(state, after)
            return after

    def _warn_of_other_forms(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Warn, once, of values that Bird returns in another form than the program's."""
        known = differing_paths(before)
        if new := [each for each in differing_paths(after) if each not in known]:
            self._run.warn(
                f"{called(self.schema, after)}: Bird returns {', '.join(new)} in another form than "
                "the program (spelling, order or type). The state records this; it is not drift"
            )

    def delete(self, item_id: str, state: Mapping[str, Any], timeout: float | None = None) -> None:
        """Delete the item. Succeeds if it is already gone."""
        with self._describing_errors("Deleting", state, item_id, timeout):
            _, session = self._open(state)
            marks = marks_of(state)
            if (why := self._run.managed.why_kept(item_id, marks)) is not None:
                session.run.warn(f"{self.schema.item} {item_id}: kept, because {why}")
                return
            required_id(item_id, "its id, which may come from an import,")
            self._run.managed.mark_deleted(item_id, marks)
            deadline = session.deadline(timeout or state.get("delete_timeout"))
            is_done = session.collection.delete(item_id, deadline)
            self._run.managed.mark_gone(item_id)
            if not is_done:
                self._wait_until_gone(session, item_id, deadline)

    def _wait_until_gone(
        self, session: CollectionSession, item_id: str, deadline: Deadline
    ) -> None:
        """Wait until an accepted delete is complete, so that the next command can rely on it."""
        what = f"{self.schema.item} {item_id}"
        polls = session.polls(FIRST_POLL, deadline, f"{what}: waiting until it is deleted")
        waited = 0.0
        while session.collection.get(item_id, deadline) is not None:
            longer = next(polls, None)
            if longer is None:
                raise DeadlineError(
                    f"Bird accepted the delete, but still returns the {self.schema.item} after "
                    f"{in_seconds(waited)}"
                )
            waited = longer

    # Helpers of the operations.

    def _adopted(
        self, session: CollectionSession, item_id: str, inputs: Properties, deadline: Deadline
    ) -> Properties:
        """Adopt an existing item if it matches the inputs. Nothing is changed in Bird."""
        marks = marks_of(inputs)
        if not self._run.managed.claim(item_id, marks):
            raise AdoptError(f"adopt: {self._managed_by_another(item_id)}")
        try:
            state = self._checked_adoption(session, item_id, inputs, deadline)
        except Exception:
            self._run.managed.mark_released(item_id, marks)
            raise
        self._forget_record(session, inputs, state.get("name"))
        return state

    def _forget_record(
        self, session: CollectionSession, props: Mapping[str, Any], name: Any
    ) -> None:
        """Remove the record of an interrupted create whose result a resource now manages."""
        if (made_by := parts_of(name)) is not None:
            where = self._address(session, props)
            self._run.records.forget(made_by.mark, where, made_by.token)

    def _checked_adoption(
        self, session: CollectionSession, item_id: str, inputs: Properties, deadline: Deadline
    ) -> Properties:
        item = session.collection.get(item_id, deadline)
        if item is None:
            raise AdoptError(
                f"adopt: workspace {inputs['workspace_id']} has no {self.schema.item} {item_id}"
                f"{self._advice_on_absent_id(item_id, inputs, deadline)}"
            )
        if (problem := self.problem_of_kind(item, inputs)) is not None:
            raise AdoptError(f"adopt: {problem}")
        item = self.wait_until_ready(session, item, inputs, deadline)
        given = dict(inputs)
        if self.schema.is_named and given.get("name") is None:
            given["name"] = given[DERIVED_NAME] = item.get("name")
        state = self.observe(session, item, given, deadline, is_first=True)
        differing = mismatches(self.schema, item, state, given)
        if differing:
            raise AdoptError(
                f"adopt: the {self.schema.item} {item_id} does not match the arguments. Write what "
                f"Bird has: {', '.join(differing)}. You can change it after the adoption; nothing "
                "was changed"
            )
        self._warn_of_other_forms(given, state)
        # Whether Bird has the program's value is unknown: the next run updates it.
        unknown = [name for name in self.schema.write_only_updates if given.get(name) is not None]
        if unknown:
            self._run.warn(
                f"{called(self.schema, given)}: adopted, and nothing was changed. Bird never "
                f"returns its {joined(unknown)}: the next `pulumi up` sets what the program has"
            )
        return {**state, **dict.fromkeys(unknown)}

    def _advice_on_absent_id(
        self, item_id: str, props: Mapping[str, Any], deadline: Deadline
    ) -> str:
        account, item = self._accounts(props.get("profile")), self.schema.item
        if meant := right_id(account, item, item_id, props, deadline):
            return f": {meant}. Use that id"
        return (
            f". Check the workspace and the id, which must be that of a {item}, not of a channel; "
            "`bird-dynamic export FOLDER` writes a program with all ids"
        )

    def _open(self, props: Mapping[str, Any]) -> tuple[Properties, CollectionSession]:
        """The properties with settings filled in, and the session of their collection."""
        return self._accounts(props.get("profile")).open(self.schema, props)

    def _complete_or_roll_back(
        self,
        session: CollectionSession,
        created: Created,
        inputs: Properties,
        deadline: Deadline,
    ) -> Properties:
        """The state of the created item, once it is complete. Otherwise raises HalfCreatedError,
        which says whether the item was kept or rolled back."""
        try:
            item = self.after_create(session, created, inputs, self._working_time(deadline))
            state = to_state(self.schema, item, inputs, is_first=True)
            self._warn_of_other_forms(inputs, state)
            return state
        except BirdError as error:
            cause = error
        except Exception as error:
            # Whatever the error, the created item must not be lost.
            cause = BirdError(f"Bird's answer cannot be used ({type(error).__name__}: {error})")
            cause.__cause__ = error
        half = HalfCreated(self.schema, session, created)
        if self._keeps_half_created:
            # Inputs that were not applied yet must not be recorded as Bird's form of them.
            raise half.kept({**inputs, **self.pending_inputs(created)}, cause) from cause
        if not created.is_new:
            raise half.left_alone(cause) from cause
        raise half.rolled_back(marks_of(inputs), cause, deadline) from cause

    def _working_time(self, deadline: Deadline) -> Deadline:
        return deadline if self._keeps_half_created else without_reserve(deadline)

    @property
    def _run(self) -> Run:
        # All accounts share one run.
        return self._accounts(None).run

    def _describing_errors(
        self,
        verb: str,
        props: Mapping[str, Any],
        item_id: str = "",
        timeout: float | None = None,
        old: Mapping[str, Any] = MappingProxyType({}),
    ) -> AbstractContextManager[None]:
        """`timeout` is that of the resource option, which takes precedence over an argument."""
        doing = f"{verb} {called(self.schema, props)}{f' ({item_id})' if item_id else ''}"
        settings = self._accounts(props.get("profile")).settings

        def secrets() -> Iterator[str]:
            return texts_in(
                [each.get(name) for each in (props, old) for name in self.schema.secrets]
            )

        operation = OPERATIONS[verb]
        argument = f"{operation}_timeout"
        limit = argument if props.get(argument) is not None else ""
        if timeout is not None:
            limit = f"the option customTimeouts.{operation} (in Python, custom_timeouts)"
        stored = old or props
        state = stored if self._is_managed(stored) else {}
        return describing_errors(doing, self.schema, settings, secrets, limit, state)

"""Webhook subscription lifecycle: the create request has no `status`, so an update sets it.

Bird allows five subscriptions of one service, event and filters. Two that also have the same URL
send each event twice: the create refuses to make the second one, and check a program with both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import BirdError, RejectedError
from bird_dynamic.bird.ids import canonical
from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.check import Checked
from bird_dynamic.lifecycle.create import Created
from bird_dynamic.lifecycle.create_messages import CreateMessages
from bird_dynamic.lifecycle.desired import DesiredState
from bird_dynamic.lifecycle.diff import Difference
from bird_dynamic.lifecycle.errors import ExistsError
from bird_dynamic.lifecycle.managed import Marks
from bird_dynamic.lifecycle.mapping import request_body, value_at
from bird_dynamic.lifecycle.redaction import shortened, texts_in, without
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.lifecycle.session import CollectionSession
from bird_dynamic.lifecycle.wording import called
from bird_dynamic.schema.equality import identity, is_alike
from bird_dynamic.schema.fields import UNKNOWN, Properties
from bird_dynamic.schema.naming import MARK, marks_of, resource_of

MOST_ALIKE = 5
"""Bird's limit of subscriptions with the same service, event and filters. Source: the overview of
webhook subscriptions."""
UNTIL_SEEN = (0.2, 0.4, 0.8, 1.6)
"""Seconds between looks at an equal subscription before an update is refused: the engine may show
only now that another resource of the program gives it another identity."""
NOT_COUNTED = "url"
"""The part of the identity that Bird does not count by."""


class WebhookSubscriptionLifecycle(ResourceLifecycle):
    """The six operations of a webhook subscription."""

    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Checked:
        checked = super().check(olds, news)
        filters = news.get("event_filters")
        if isinstance(filters, list) and any(map(self._filters_on_a_connector, filters)):
            problem = (
                "event_filters: the value of the filter channelId is the id of a connector; use "
                "its channel_id"
            )
            return replace(checked, failures=(*checked.failures, problem))
        return checked

    def _filters_on_a_connector(self, each: Any) -> bool:
        if not isinstance(each, Mapping) or each.get("key") != "channelId":
            return False
        value = each.get("value")
        return isinstance(value, str) and self._run.managed.is_managed(value)

    def _program_conflicts(self, olds: Mapping[str, Any], checked: Checked) -> Iterator[str]:
        """Two resources of the program that would send each event twice."""
        inputs, mark = checked.inputs, checked.inputs.get(MARK)
        if not mark:
            return
        # What is yet to be adopted, another resource may still hold, and leave in this run.
        adopt = canonical(inputs.get("adopt"))
        is_open = bool(checked.failures) or (
            bool(inputs.get("adopt")) and (adopt is None or adopt != canonical(olds.get("adopt")))
        )
        wanted = None if is_open else self._identity(inputs)
        other = self._run.conflicts.with_another(
            wanted, mark, marks_of(inputs, olds), has_it=wanted == self._identity(olds)
        )
        if other is not None:
            yield (
                f"url: the resources {resource_of(mark)} and {resource_of(other)} of this program "
                "have the same service, event, url and event_filters, so Bird would send each "
                "event twice. Remove one of them, or give it another url"
            )

    def _identity(self, props: Mapping[str, Any]) -> tuple[str, ...] | None:
        """What makes two subscriptions equal, with its place; None if a part of it is not known.
        An organization is left out: a workspace has only one."""
        wanted = [props.get(name) for name in self.schema.identifying]
        profile, workspace = props.get("profile"), props.get("workspace_id")
        if profile is UNKNOWN or not isinstance(workspace, str):
            return None
        if any(_has_unknown(each) for each in wanted):
            return None
        url = self._accounts(profile).settings.api_url
        return (url, workspace.lower(), *(repr(identity(each)) for each in wanted))

    def track(
        self, item_id: str, state: Mapping[str, Any], inputs: Properties, difference: Difference
    ) -> None:
        super().track(item_id, state, inputs, difference)
        marks = marks_of(state, inputs)
        if (
            not difference.replaces
            and self._identity_changes(difference)
            and self._run.managed.is_in_program(marks)
        ):
            self._run.managed.mark_moving(item_id, marks)
        if "status" in difference.changed and state.get("status_reason"):
            self._tell_of_status(item_id, state, inputs)

    def observe(
        self,
        session: CollectionSession,
        item: Item,
        prior: Mapping[str, Any],
        deadline: Deadline,
        *,
        is_first: bool,
    ) -> Properties:
        observed = super().observe(session, item, prior, deadline, is_first=is_first)
        if self._is_managed(prior) and observed["status"] != prior.get("status"):
            self._tell_of_status(str(item["id"]), observed, prior)
        return observed

    def _tell_of_status(
        self, item_id: str, observed: Mapping[str, Any], wanted: Mapping[str, Any]
    ) -> None:
        """Warn that events stop, or come again, because the status was changed in Bird."""
        reason = observed.get("status_reason")
        because = f'Bird\'s reason: "{reason}"' if reason else "Bird gives no reason"
        secrets = texts_in(
            [each.get(n) for each in (observed, wanted) for n in self.schema.secrets]
        )
        key = self._accounts(observed.get("profile")).settings.access_key
        status, sets = observed.get("status"), wanted.get("status") or "active"
        text = (
            f"{called(self.schema, wanted)} ({item_id}): its status in Bird is {status}. "
            f"{because}. `pulumi up` sets it to {sets}"
        )
        self._run.warn_once(shortened(without(text, [key, *secrets])))

    def explain(
        self,
        session: CollectionSession,
        error: RejectedError,
        inputs: Mapping[str, Any],
        deadline: Deadline,
    ) -> None:
        """Raises ExistsError with the subscriptions that fill Bird's limit, if they do."""
        alike = self._filling_the_limit(session, error, inputs, deadline)
        if not alike:
            return
        raise ExistsError(
            self._limit_text(error, alike),
            (
                f'Adopt one of them with adopt="<its id>" and its url, such as '
                f'adopt="{alike[0]["id"]}", or remove one that is unused, in app.bird.com',
                "If this resource is being replaced and is one of them, add "
                "opts=pulumi.ResourceOptions(delete_before_replace=True)",
            ),
        ) from error

    def _filling_the_limit(
        self,
        session: CollectionSession,
        error: RejectedError,
        inputs: Mapping[str, Any],
        deadline: Deadline,
        own_id: str = "",
    ) -> list[Item]:
        """The subscriptions that fill Bird's limit, without the one with `own_id`; empty if they do
        not explain the refusal."""
        if error.status not in (400, 409, 422):
            return []
        try:
            rows = session.listing.all(session.run.clock.monotonic(), deadline).rows
        except BirdError:
            # The refusal says more than the failure to explain it.
            return []
        body = request_body(self.schema, inputs)
        paths = [self.schema.by_name[name].request_path for name in self._counted]
        alike = [
            row
            for row in rows
            if canonical(row["id"]) != canonical(own_id)
            and all(is_alike(value_at(path, body), value_at(path, row)) for path in paths)
        ]
        return alike if len(alike) >= MOST_ALIKE else []

    def _limit_text(self, error: RejectedError, alike: list[Item]) -> str:
        known = ", ".join(self.schema.called(each) for each in alike[:MOST_ALIKE])
        more = len(alike) - MOST_ALIKE
        return (
            f"{error}. Bird allows only {MOST_ALIKE} webhook subscriptions with the same service, "
            f"event and filters, and the workspace has {len(alike)}: {known}"
            f"{f' and {more} more' * bool(more)}"
        )

    def apply_update(
        self,
        session: CollectionSession,
        item_id: str,
        state: Mapping[str, Any],
        inputs: Properties,
        deadline: Deadline,
    ) -> Item | None:
        difference = self.diff(state, inputs)
        marks = marks_of(state, inputs)
        if self._identity_changes(difference):
            self._require_no_equal(session, item_id, inputs, marks, deadline)
        try:
            changed = super().apply_update(session, item_id, state, inputs, deadline)
        except RejectedError as error:
            if set(self._counted).isdisjoint(difference.changed):
                raise
            alike = self._filling_the_limit(session, error, inputs, deadline, item_id)
            if not alike:
                raise
            raise ExistsError(
                self._limit_text(error, alike),
                (
                    "Remove one that is unused, in app.bird.com, or keep the "
                    "event_filters of this resource different. Nothing was changed",
                ),
            ) from error
        if self._identity_changes(difference):
            body = request_body(self.schema, inputs)
            asked = {key: body[key] for key in self.schema.identity if key in body}
            session.listing.put({**asked, **(changed or {}), "id": item_id})
            self._run.managed.mark_moved(item_id, marks)
        return changed

    def _require_no_equal(
        self,
        session: CollectionSession,
        item_id: str,
        inputs: Properties,
        marks: Marks,
        deadline: Deadline,
    ) -> None:
        """Raises ExistsError if another subscription has the identity that this one is to get."""
        desired = DesiredState(self.schema, request_body(self.schema, inputs))
        pauses = iter(UNTIL_SEEN)
        while True:
            other = session.observer.doubled_by_update(desired, item_id, marks, deadline)
            if other is None:
                return
            pause = next(pauses, None)
            if pause is None:
                raise ExistsError(*CreateMessages(self.schema, None).doubled_by_update(other))
            session.sleep(pause, deadline)

    def _identity_changes(self, difference: Difference) -> bool:
        return not set(self.schema.identifying).isdisjoint(difference.changed)

    @property
    def _counted(self) -> tuple[str, ...]:
        return tuple(each for each in self.schema.identifying if each != NOT_COUNTED)

    def pending_inputs(self, created: Created) -> Properties:
        return {"status": created.item.get("status", "active")}

    def after_create(
        self, session: CollectionSession, created: Created, inputs: Properties, deadline: Deadline
    ) -> Item:
        status = inputs["status"]
        if created.item.get("status", "active") == status:
            return created.item
        changed = session.collection.update(created.item["id"], {"status": status}, deadline)
        # The reason of the status before it is not that of this one.
        before = {key: created.item[key] for key in created.item if key != "statusReason"}
        return {**before, **(changed or {}), "status": status}


def _has_unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_unknown, value.values()))
    return any(map(_has_unknown, value)) if isinstance(value, list) else value is UNKNOWN

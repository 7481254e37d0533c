"""The next step after an error: the one that fits the operation, and names the setting or argument
that may be wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bird_dynamic.bird.errors import (
    BirdError,
    DeadlineError,
    NotSentError,
    RejectedError,
    RunCancelledError,
    UnknownOutcomeError,
)
from bird_dynamic.lifecycle.errors import ExistsError, StillInConflictError
from bird_dynamic.schema.fields import Field, ResourceSchema
from bird_dynamic.schema.values import UUID
from bird_dynamic.settings import DEFAULT_PROFILE, Settings

ACTIONS = {"GET": "View", "POST": "Create", "PATCH": "Update", "DELETE": "Delete"}
"""The action of an access policy that allows a method. Source: Bird's "Access policies"."""


@dataclass(frozen=True)
class Operation:
    """A failed operation. `verb` is the first word of its description, such as `Creating`; `limit`
    names what sets its timeout; `state` is that of the resource, if it has one."""

    verb: str
    schema: ResourceSchema
    settings: Settings
    limit: str
    state: Mapping[str, Any]

    @property
    def writes(self) -> bool:
        """Whether it sends the arguments of the program."""
        return self.verb in ("Creating", "Updating")

    @property
    def again(self) -> str:
        """How to run it again."""
        return "Run `pulumi up` again" if self.writes else "Run the command again"

    def remedy(self, error: BirdError) -> str:
        """The next step after that error; empty if the error says it itself."""
        if isinstance(error, ExistsError) and error.remedies:
            return ""
        if isinstance(error, StillInConflictError):
            # Bird has refused the create: a request was sent, and there is no result to look for.
            return self._after(error.tells[-1], "", "")
        looks = ": it looks for the result before it sends a request"
        return self._after(error, "Nothing was sent. ", looks if self.verb == "Creating" else "")

    def _after(self, error: BirdError, sent: str, looks: str) -> str:
        """`sent` says what of the operation was sent, `looks` what its repetition does first."""
        address = self.settings.setting_names("apiUrl")
        if isinstance(error, RejectedError):
            return self._after_refusal(error)
        if isinstance(error, DeadlineError):
            return f"{self.again} later, or allow more time with {self.limit}."
        more = f"Allow more time with {self.limit}. " if error.out_of_time else ""
        if isinstance(error, UnknownOutcomeError):
            why = error.tells[-1] if error.tells else None
            if isinstance(why, RejectedError) and not why.is_conflict:
                then = " The next run looks for the result before it sends a request."
                return f"{self._after_refusal(why)}{then if looks else ''}"
            if is_of_another_server(error):
                return (
                    "This does not look like an answer of Bird's: a proxy or another server may "
                    f"have answered. Check HTTPS_PROXY and {address}. {self.again}{looks}."
                )
            is_of_bird = error.answer is not None and error.answer.status >= 500
            check = "" if is_of_bird else f" If the error remains, check the network and {address}."
            return f"{more}{self.again} later{looks}.{check}"
        if isinstance(error, NotSentError) and error.temporary:
            if more:
                return f"{sent}{more}If the error remains, check the network and {address}."
            return f"{sent}Check the network and {address}."
        if isinstance(error, RunCancelledError):
            return f"{self.again}."
        cause = error.__cause__
        # An operation that tells of a cause has sent something before.
        return self._after(cause, "", looks) if isinstance(cause, BirdError) else ""

    def _after_refusal(self, error: RejectedError) -> str:
        status, names = error.status, self.settings.setting_names
        if 300 <= status < 400:
            return f"Check {names('apiUrl')}, and any proxy between this machine and Bird."
        if status == 401:
            return (
                f"Check {names('accessKey')}: it must be a CRM access key of this organization. A "
                "key without an access role gets 401 on every request: attach one to it in "
                f"app.bird.com.{self._doctor('doctor', 'the key')}"
            )
        if status == 403:
            looks = self.verb == "Creating" and error.method == "GET"
            why = f", to look for existing {self.schema.item}s before a create" if looks else ""
            return (
                "The access key's roles do not allow this. It needs a role that allows "
                f"{permission(error) or self.schema.permission}{why}: see Access roles in "
                f"app.bird.com.{self._without_optional(error)}"
                f"{self._doctor_of_roles()}"
            )
        if status == 404:
            return self._after_not_found(error)
        if error.is_conflict and self.verb == "Creating":
            # The error that it caused says which item is in the way.
            return ""
        what = "this request id" if error.answer.request_id else "this message"
        if status in (400, 422) and self.writes:
            if self._names_no_argument(error):
                return (
                    "Bird does not say which argument it refuses. Check all of them; if they are "
                    f"right, give Bird's support {what}."
                )
            return "Correct the arguments, then run `pulumi up` again."
        if status in (409, 412, 423) and self.verb == "Deleting":
            return (
                f"Bird does not delete the {self.schema.item} now: something may still use it, or "
                "another change is in progress. It stays in the state. End that use, or wait, and "
                "run the command again."
            )
        return f"{self.again}; if it fails again, give Bird's support {what}."

    def _doctor_of_roles(self) -> str:
        if self.verb in ("Listing", "Looking"):
            return self._doctor("doctor", "what can be read")
        return self._doctor("doctor --writes", "everything that is needed")

    def _doctor(self, command: str, what: str) -> str:
        # It reads no profile.
        is_read = self.settings.profile == DEFAULT_PROFILE
        return f" `bird-dynamic {command}` tests {what}." if is_read else ""

    def _names_no_argument(self, error: RejectedError) -> bool:
        if any(map(self.schema.argument_at, error.answer.details)):
            return False
        words = {field.request_path[-1] for field in self.schema.inputs if field.request_path}
        said = f"{error.answer.code} {error.answer.message} {' '.join(error.answer.details)}"
        return not any(each in said for each in words)

    def _after_not_found(self, error: RejectedError) -> str:
        address = wrong_address(error, self.settings)
        place = self._other_place(error)
        if not address:
            return place
        return f"{address} If that address is right: {place[:1].lower()}{place[1:]}"

    def _other_place(self, error: RejectedError) -> str:
        names = self.settings.setting_names
        fields = self.schema.configurable_inputs
        sent = {each: value for each in fields if (value := _sent(each, error.path))}
        stored = {each: value for each, value in sent.items() if self._is_stored(each, value)}
        if stored:
            return self._after_lost_place(stored) + self._without_optional(error)
        # Bird may say which one it does not know.
        said = error.answer.message.lower()
        named = {each: value for each, value in sent.items() if _noun(each) in said}
        if 0 < len(named) < len(sent):
            sent = named
        checked = [self._asked(each, value) for each, value in sent.items()]
        places = ", and ".join(checked or [names(each.setting) for each in fields])
        if sent and not any(each.required for each in sent):
            return f"Check {places}, or leave it out: it is optional."
        return f"Check {places}, and that the access key has access to that workspace."

    def _without_optional(self, error: RejectedError) -> str:
        """That a part of the path is not needed: Bird answers 403 or 404 for a path that it does
        not have, or no longer."""
        sent = {
            each: value
            for each in self.schema.configurable_inputs
            if each.is_optional_place and (value := _sent(each, error.path))
        }
        if not sent:
            return ""
        places = ", and ".join(self._asked(each, value) for each, value in sent.items())
        stored = any(self._is_stored(each, value) for each, value in sent.items())
        then = " and run `pulumi up` without --refresh" if stored else ""
        return (
            f" Or leave out {places}{then}: it is optional, and not a part of Bird's newest path."
        )

    def _after_lost_place(self, stored: Mapping[Field, str]) -> str:
        names = self.settings.setting_names
        deleted = f"If the {self.schema.item} was deleted in Bird, run `pulumi up --refresh`. "
        updates = self.verb == "Updating"
        places = [f"the {_noun(field)} {value}" for field, value in stored.items()]
        ignored = " and ".join(names(field.setting) for field in stored)
        return (
            f"{f'{deleted}Otherwise, check' if updates else 'Check'} that {names('accessKey')} has "
            f"access to {' and '.join(places)}, from the resource's state: setting {ignored} does "
            f"not change that. If {' or '.join(places)} no longer exists, remove the resource from "
            "the state with `pulumi state delete`."
        )

    def _is_stored(self, field: Field, value: str) -> bool:
        return str(self.state.get(field.name)).lower() == value.lower()

    def _asked(self, field: Field, value: str) -> str:
        configured = getattr(self.settings, field.name)
        is_setting = configured is not None and configured.lower() == value.lower()
        # An import or a `get` may have it before the id, in `WORKSPACE_ID/CONNECTOR_ID`.
        argument = field.name.upper() if self.verb == "Importing" else field.name
        name = self.settings.setting_names(field.setting) if is_setting else argument
        return f"{name}, which is {value}"


def permission(error: RejectedError) -> str:
    """What an access role has to allow for the refused request; empty if that is not known."""
    action = ACTIONS.get(error.method)
    return f"{action} on {UUID.sub('*', error.path)}" if action else ""


def wrong_address(error: BirdError, settings: Settings) -> str:
    """Why an answer may be due to the address of the API: it has a path, or another server
    answers. Empty if nothing indicates that."""
    names, path = settings.setting_names("apiUrl"), urlsplit(settings.api_url).path
    if path:
        return f"Check {names}, which is {settings.api_url}: Bird's own address has no {path}."
    if is_of_another_server(error):
        return (
            "This does not look like an answer of Bird's: another server may be at that address. "
            f"Check {names}, which is {settings.api_url}."
        )
    return ""


def is_of_another_server(error: BirdError) -> bool:
    """Whether an answer has another form than Bird's: a 404 without a code, or a page."""
    if isinstance(error, RejectedError):
        return error.status == 404 and not (error.answer.code or error.answer.message)
    return (
        isinstance(error, UnknownOutcomeError)
        and error.answer is not None
        and error.answer.status < 300
        # Bird has accepted the request.
        and error.answer.status != 202
    )


def _noun(field: Field) -> str:
    return field.name.removesuffix("_id")


def _sent(field: Field, path: str) -> str:
    """The id of a place in the path of a request; empty if it is not there."""
    found = re.search(rf"/{_noun(field)}s/([^/]+)", path)
    return found[1] if found else ""

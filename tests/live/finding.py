"""Which dialect a Bird speaks: each question that can be asked safely, asked of one connector and
one webhook subscription. What cannot be told is left out, never guessed.

What a template does with arguments, and what an empty page looks like, cannot be asked safely.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bird_dynamic.bird.models import UNREADABLE, Request, Response, Transport
from bird_dynamic.bird.moments import moment

TIMEOUT = 30.0
PATIENCE = 60.0
"""Seconds that something is waited for: a channel, the end of a connector, a free number."""
TEMPLATE = "voice-messagebird:1"
MAX_PAGES = 100
ABSENT = "00000000-0000-4000-8000-000000000000"
ABSENCE = (404, 410)
URL = "https://Bird-Dynamic-Live.example.com"
_TIMESTAMPS = {
    "milliseconds": r".*\.\d{3}Z",
    "nanoseconds": r".*\.\d{9}Z",
    "offset": r".*:\d\d\+00:00",
    "zoneless": r".*:\d\d",
}


@dataclass
class Finder:
    """`choices` are what was found, `seen` says how. `name` is what a connector is to be called:
    with capitals and blanks, to see what becomes of them."""

    transport: Transport
    workspace_id: str
    organization_id: str | None
    phone_number_id: str
    name: str
    patience: float = PATIENCE
    choices: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    has_channel: bool = False

    def find(self) -> None:
        """Ask everything. What was made is deleted again, unless a request fails."""
        created = self._ask("POST", self._connectors, self._body(self.name))
        assert created.status < 300, f"the number must be free: {created.status}"
        made = _object(created)
        self._of_the_creation(created, made)
        path = f"{self._connectors}/{made['id']}"
        self._note("listing_lag", "none" if self._row(made["id"]) else "moment", "listed at once")
        item = self._until(path, lambda answer: bool(_object(answer).get("channel")))
        self.has_channel = bool(_object(item).get("channel"))
        self._of_the_connector(_object(item))
        self._of_the_listing(str(made["id"]))
        self._of_the_number(str(made["id"]))
        self._of_a_refusal()
        self._of_a_conflict(made["id"])
        self._of_a_webhook_subscription(_object(item))
        self._of_the_deletion(path)

    @property
    def _connectors(self) -> str:
        return f"/workspaces/{self.workspace_id}/connectors"

    def _body(self, name: str, number: str = "") -> dict[str, Any]:
        number = number or self.phone_number_id
        return {
            "name": name,
            "connectorTemplateRef": TEMPLATE,
            "arguments": {"phoneNumberId": number},
        }

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Response:
        return self.transport.send(Request(method, path, query or {}, body), TIMEOUT)

    def _until(self, path: str, good: Callable[[Response], bool]) -> Response:
        end = time.monotonic() + self.patience
        while True:
            answer = self._ask("GET", path)
            if good(answer) or time.monotonic() > end:
                return answer
            time.sleep(0.5)

    def _note(self, question: str, choice: str | None, how: str) -> None:
        if choice is not None:
            self.choices[question], self.seen[question] = choice, how

    def _row(self, item_id: Any) -> dict[str, Any] | None:
        token: str | None = None
        for _ in range(MAX_PAGES):
            query = {"limit": "25", **({"pageToken": token} if token else {})}
            page = _object(self._ask("GET", self._connectors, query=query))
            for each in page.get("results") or ():
                if each.get("id") == item_id:
                    return dict(each)
            token = page.get("nextPageToken")
            if not isinstance(token, str) or not token:
                break
        return None

    def _of_the_creation(self, answer: Response, made: Mapping[str, Any]) -> None:
        status = str(answer.status)
        self._note("create_status", status if status in ("200", "201", "202") else None, status)
        whole = "name" in made
        self._note("create_answer", "whole" if whole else "id", f"{len(made)} properties")
        if whole:
            at_once = bool(made.get("channel"))
            self._note("channel", "at-once" if at_once else "later", "in the answer, or not")
        item_id = str(made["id"])
        if item_id.upper() != item_id.lower():
            cases = {item_id.upper(): "upper", item_id.lower(): "lower"}
            self._note("id_case", cases.get(item_id), "an id with letters")

    def _of_the_connector(self, item: Mapping[str, Any]) -> None:
        spellings = {
            "as-sent": self.name,
            "trimmed": self.name.strip(),
            "collapsed": " ".join(self.name.split()),
            "lower": self.name.lower(),
            "upper": self.name.upper(),
        }
        stated = item.get("name")
        found = next((key for key, each in spellings.items() if each == stated), None)
        self._note("name", found, f"{self.name!r} is {stated!r}")
        template = item.get("connectorTemplateRef")
        if isinstance(template, str):
            choice = "as-sent" if template == TEMPLATE else "newest"
            self._note("template", choice, template)
        number = (item.get("arguments") or {}).get("phoneNumberId")
        if isinstance(number, str):
            is_same = number.lower() == self.phone_number_id.lower()
            self._note("number_id", "as-sent" if is_same else "twin", "the same id, or not")
        written = str(item.get("createdAt"))
        for choice, pattern in _TIMESTAMPS.items():
            if re.fullmatch(pattern, written):
                self._note("timestamps", choice, written)

    def _of_the_listing(self, item_id: str) -> None:
        answer = self._ask("GET", self._connectors, query={"limit": "100"})
        if answer.status in (400, 422):
            self._note("page_size", "25", f"a limit of 100 is answered {answer.status}")
            answer = self._ask("GET", self._connectors, query={"limit": "25"})
        page = _object(answer)
        rows = page.get("results") or []
        if len(rows) > 25:
            self._note("page_size", "100", f"{len(rows)} rows")
        if answer.status < 300 and "results" in page and not page.get("nextPageToken"):
            ends = {False: "absent", None: "null", "": "empty"}
            self._note("page_end", ends.get(page.get("nextPageToken", False)), "the only page")
        self._of_the_order(rows)
        self._of_a_page_token(len(rows))
        for row in rows:
            if row.get("id") == item_id:
                self._of_a_row(row)

    def _of_the_number(self, connector_id: str) -> None:
        """Of the phone number, which our connector uses now."""
        path = f"/workspaces/{self.workspace_id}/numbers-long-code"
        alone = _object(self._ask("GET", f"{path}/{self.phone_number_id}")).get("endpoint")
        if not _is_map(alone):
            return
        rows = _object(self._ask("GET", path, query={"limit": "25"})).get("results") or ()
        number_id = self.phone_number_id.lower()
        own = [each for each in rows if str(each.get("id")).lower() == number_id]
        if "dependencies" not in alone:
            self._note("endpoint", "without-dependencies", "a read of the number")
        elif own and connector_id in json.dumps(alone["dependencies"]):
            place = "everywhere" if _is_map(own[0].get("endpoint")) else "single"
            self._note("endpoint", place, "the row of the number")

    def _of_a_row(self, row: Mapping[str, Any]) -> None:
        """Of the row of our connector, whose channel has been seen, if it has come in time."""
        told = "rich" if row.get("arguments") else "null" if "arguments" in row else "keyless"
        self._note("rows", told, "the arguments of a row")
        if told == "rich" and self.has_channel:
            place = "everywhere" if row.get("channel") else "single"
            self._note("channel_place", place, "the channel of a row")

    def _of_a_page_token(self, rows: int) -> None:
        if rows < 2:
            return
        page = _object(self._ask("GET", self._connectors, query={"limit": "1"}))
        token = page.get("nextPageToken")
        if isinstance(token, str) and token:
            choice = "digits" if token.isdecimal() else "base64" if _is_base64(token) else None
            self._note("page_token", choice, f"a text of {len(token)} characters")

    def _of_the_order(self, rows: list[dict[str, Any]]) -> None:
        moments = [moment(each.get("createdAt")) or 0.0 for each in rows]
        ids = [str(each.get("id")) for each in rows]
        orders = {
            "oldest-first": moments == sorted(moments),
            "newest-first": moments == sorted(moments, reverse=True),
            "by-id": ids == sorted(ids),
        }
        fitting = [order for order, fits in orders.items() if fits]
        if len(set(moments)) > 1 and len(fitting) == 1:
            self._note("order", fitting[0], f"{len(rows)} rows")

    def _of_a_refusal(self) -> None:
        refused = self._ask("POST", self._connectors, self._body(f"{self.name}wrong", ABSENT))
        body = refused.body
        if refused.status == 422:
            choice = {None: "empty", UNREADABLE: "text"}.get(body) if not _is_map(body) else None
            if _is_map(body):
                choice = "full" if body.get("details") else "brief"
            self._note("error_body", choice, "a number that there is not")

    def _of_a_conflict(self, first_id: Any) -> None:
        second = self._ask("POST", self._connectors, self._body(f"{self.name}second"))
        what = f"a second connector on the number is answered {second.status}"
        if second.status == 409:
            self._note("conflict", "409" if second.body is not None else "409-empty", what)
        elif second.status == 422:
            self._note("conflict", "422", what)
        elif second.status < 300 and _object(second)["id"] == first_id:
            self._note("conflict", "existing", what)
        elif second.status < 300:
            self._note("conflict", "none", what)
            self._remove(_object(second)["id"])

    def _of_a_webhook_subscription(self, item: Mapping[str, Any]) -> None:
        short = path = f"/workspaces/{self.workspace_id}/webhook-subscriptions"
        is_short = self._ask("GET", short).status < 300
        if self.organization_id is not None:
            long = f"/organizations/{self.organization_id}{short}"
            is_long = self._ask("GET", long).status < 300
            places = {(True, True): "both", (True, False): "short", (False, True): "long"}
            self._note("webhook_path", places.get((is_short, is_long)), "listings at both")
            path = short if is_short else long
        filters = [
            {"key": "status", "value": "ringing"},
            {"key": "channelId", "value": (item.get("channel") or {}).get("channelId", ABSENT)},
        ]
        body = {
            "service": "channels",
            "event": "voice.inbound",
            "url": URL,
            "eventFilters": filters,
            "signingKey": "bird-dynamic-live",
        }
        created = self._ask("POST", path, body)
        if created.status >= 300:
            return
        one = f"{path}/{_object(created)['id']}"
        try:
            self._ask("PATCH", one, {"status": "inactive"})
            read = _object(self._ask("GET", one))
            rows = _object(self._ask("GET", path, query={"limit": "25"})).get("results") or []
        finally:
            self._ask("DELETE", one)
        listed = any(each.get("id") == read.get("id") and each.get("signingKey") for each in rows)
        choice = "listed" if listed else "single" if read.get("signingKey") else "never"
        self._note("signing_key", choice, "a key that was sent")
        urls = {URL: "as-sent", f"{URL.lower()}/": "normalized"}
        self._note("webhook_url", urls.get(str(read.get("url"))), str(read.get("url")))
        stated = read.get("eventFilters") or []
        if any(each.keys() - {"key", "value"} for each in stated):
            self._note("webhook_filters", "keys-added", "two filters")
        elif [each.get("key") for each in stated] == ["channelId", "status"]:
            self._note("webhook_filters", "reordered", "two filters")
        elif len(stated) == len(filters):
            self._note("webhook_filters", "as-sent", "two filters")

    def _of_the_deletion(self, path: str) -> None:
        status = str(self._ask("DELETE", path).status)
        self._note("delete_status", status if status in ("200", "202", "204") else None, status)
        gone = self._ask("GET", path)
        later = gone.status < 300
        if later or gone.status in ABSENCE:
            self._note("deletion", "later" if later else "at-once", f"a read answers {gone.status}")
        if later:
            gone = self._until(path, lambda answer: answer.status in ABSENCE)
        if gone.status in ABSENCE:
            self._note("gone", str(gone.status), "a read of what was deleted")
            self._of_the_free_number()

    def _of_the_free_number(self) -> None:
        again = self._ask("POST", self._connectors, self._body(f"{self.name}again"))
        choice = "at-once" if again.status < 300 else "later" if again.status == 409 else None
        self._note("number_free", choice, f"answered {again.status}")
        end = time.monotonic() + self.patience
        while again.status == 409 and time.monotonic() < end:
            time.sleep(0.5)
            again = self._ask("POST", self._connectors, self._body(f"{self.name}again"))
        if again.status < 300:
            self._remove(_object(again)["id"])

    def _remove(self, item_id: Any) -> None:
        """Delete a connector, and see it gone from the listing too."""
        path = f"{self._connectors}/{item_id}"
        self._ask("DELETE", path)
        self._until(path, lambda answer: answer.status >= 300)
        end = time.monotonic() + self.patience
        while self._row(item_id) is not None and time.monotonic() < end:
            time.sleep(0.5)


def _is_base64(token: str) -> bool:
    """Whether it is a list in JSON behind base64."""
    try:
        return isinstance(json.loads(base64.b64decode(token, validate=True)), list)
    except ValueError:
        return False


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)


def _object(response: Response) -> dict[str, Any]:
    return dict(response.body) if _is_map(response.body) else {}

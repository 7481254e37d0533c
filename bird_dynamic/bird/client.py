"""The operations of Bird's API, one method each.

Every creatable resource is a REST collection (connectors, webhook subscriptions) with the same
operations. Sources: "Installing a Voice channel", the connectors, channels, conversations and
notifications API references. Any 2xx is a success (201 is documented for create, nothing for
delete), unknown fields are kept, everything but `id` may be missing or null. Every method takes a
deadline and raises what `retry.RetryingClient.send` raises, and IdError for an invalid id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import RejectedError, UnknownOutcomeError
from bird_dynamic.bird.ids import canonical, required_id
from bird_dynamic.bird.models import UNREADABLE, Item, Page, Request, Response
from bird_dynamic.bird.retry import RetryingClient

PAGE_SIZE = 100
"""The largest page size that the CRM API is generally known to accept; its default is 10."""

MAX_PAGES = 10_000
"""Limit of pages in one listing: 100,000 items, with Bird's default of 10 rows per page."""


class Collection:
    """A REST collection at a path, such as `/workspaces/{workspaceId}/connectors`. `page_size` is
    None for Bird's default. `has_ids`: whether its items have ids; a listing with an item without
    one is then unreadable."""

    def __init__(
        self,
        client: RetryingClient,
        path: str,
        page_size: int | None = PAGE_SIZE,
        *,
        has_ids: bool = True,
    ) -> None:
        self.client = client
        self.path = path
        self.page_size = page_size
        self._read_page = partial(_page, row_of=_row if has_ids else _row_without_id)

    def create(self, body: Mapping[str, Any], deadline: Deadline) -> Item:
        """POST; never retried after an unknown outcome."""
        return self.client.send(Request("POST", self.path, body=body), deadline, _item)

    def get(self, item_id: str, deadline: Deadline) -> Item | None:
        """GET one item; None if it does not exist.

        A 404 can also mean that the workspace does not exist or is not accessible; that raises. An
        answer with another id counts as unreadable.
        """
        request = Request("GET", self._path_of(item_id))
        try:
            return self.client.send(request, deadline, partial(_item, asked=required_id(item_id)))
        except RejectedError as error:
            self.confirm_gone(error, deadline)
            return None

    def page(self, token: str | None, deadline: Deadline) -> Page:
        """GET the page of a token, or the first one."""
        query = {} if token is None else {"pageToken": token}
        if self.page_size is not None:
            query = {**query, "limit": str(self.page_size)}
        try:
            return self.client.send(
                Request("GET", self.path, query=query), deadline, self._read_page
            )
        except RejectedError as error:
            # The largest page is not documented for connectors: a refused size falls back to the
            # default.
            if error.status not in (400, 422) or self.page_size is None or token is not None:
                raise
            self.page_size = None
            return self.page(token, deadline)

    def pages(self, deadline: Deadline) -> Iterator[tuple[Item, ...]]:
        """The pages of the listing. Raises what `Pages.next` raises."""
        pages = Pages(self)
        while (page := pages.next(deadline)) is not None:
            yield page

    def update(self, item_id: str, body: Mapping[str, Any], deadline: Deadline) -> Item | None:
        """PATCH one item; return the updated item, if the answer includes it. Retried after an
        unknown outcome, because it is idempotent."""
        request = Request("PATCH", self._path_of(item_id), body=body)
        response = self.client.send(request, deadline, _whole)
        return _item(response, asked=required_id(item_id))

    def delete(self, item_id: str, deadline: Deadline) -> bool:
        """DELETE one item (with a connector's channel). Succeeds if it is already gone. False
        if Bird has only accepted the delete (202), so that it may not be complete.

        Retried after an unknown outcome, because it is idempotent.
        """
        request = Request("DELETE", self._path_of(item_id))
        try:
            return self.client.send(request, deadline, _whole).status != 202
        except RejectedError as error:
            self.confirm_gone(error, deadline)
            return True

    def _path_of(self, item_id: str) -> str:
        return f"{self.path}/{required_id(item_id)}"

    def confirm_gone(self, error: RejectedError, deadline: Deadline) -> None:
        """Return only if `error` proves that the item is missing; otherwise raise it, or the
        refusal of the collection.

        Bird's 404 for an inaccessible workspace looks like its 404 for an item.
        """
        if error.status not in (404, 410):
            raise error
        request = Request("GET", self.path, query={"limit": "1"})
        try:
            self.client.send(request, deadline, _whole)
        except RejectedError as refused:
            if refused.status in (401, 403, 404, 410):
                raise


class Pages:
    """A listing whose pages are fetched on demand. Ends even if Bird repeats a page token."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._token: str | None = None
        self._tokens: set[str | None] = set()

    def next(self, deadline: Deadline) -> tuple[Item, ...] | None:
        """The next page; None after the last one. Raises UnknownOutcomeError if the listing does
        not end: an incomplete listing is never used."""
        if self._token in self._tokens:
            return None
        if len(self._tokens) == MAX_PAGES:
            raise UnknownOutcomeError(f"the listing has not ended after {MAX_PAGES:,} pages")
        page = self._collection.page(self._token, deadline)
        self._tokens.add(self._token)
        self._token = page.next_token
        return page.items


class Conversational:
    """The conversational status of channels: whether inbound messages open conversations."""

    def __init__(self, client: RetryingClient, workspace_id: str) -> None:
        self._client = client
        self._channels = f"/workspaces/{workspace_id}/channels"
        self._connectors = Collection(client, f"/workspaces/{workspace_id}/connectors")

    def get(self, channel_id: str, deadline: Deadline) -> bool:
        """GET …/channels/{channelId}/conversational.

        A channel without such a configuration (404) is not conversational.
        """
        request = Request("GET", self._path_of(channel_id))
        try:
            return self._client.send(request, deadline, _status) == "active"
        except RejectedError as error:
            self._connectors.confirm_gone(error, deadline)
            return False

    def set(self, channel_id: str, active: bool, deadline: Deadline) -> None:
        """PATCH …/channels/{channelId}/conversational. "inactive" is assumed: only "active" is
        documented."""
        body = {"status": "active" if active else "inactive"}
        request = Request("PATCH", self._path_of(channel_id), body=body)
        self._client.send(request, deadline, _whole)

    def _path_of(self, channel_id: str) -> str:
        return f"{self._channels}/{required_id(channel_id)}/conversational"


def _item(response: Response, asked: str | None = None) -> Item | None:
    body = response.body
    item_id = canonical(body.get("id")) if isinstance(body, dict) else None
    if item_id is None or asked not in (None, item_id):
        return None
    return {**body, "id": item_id}


def _page(response: Response, row_of: Callable[[Any], Item | None]) -> Page | None:
    """None for an incomplete page: the missing items would seem to be deleted."""
    body = response.body
    if not isinstance(body, dict) or "results" not in body:
        return None
    results, token = body["results"], body.get("nextPageToken")
    if results is None:
        results = []
    if not isinstance(results, list) or not (token is None or isinstance(token, str)):
        return None
    rows = tuple(map(row_of, results))
    found = tuple(row for row in rows if row is not None)
    return Page(found, token or None) if len(found) == len(rows) else None


def _row(row: Any) -> Item | None:
    if not isinstance(row, dict) or not _is_text(row.get("id")):
        return None
    return {**row, "id": canonical(row["id"]) or row["id"]}


def _row_without_id(row: Any) -> Item | None:
    return row if isinstance(row, dict) else None


def _status(response: Response) -> str | None:
    body = response.body
    status = body.get("status") if isinstance(body, dict) else None
    return status if _is_text(status) else None


def _whole(response: Response) -> Response | None:
    # No body, or any JSON. A body that is not JSON comes from a proxy, not from Bird.
    return None if response.body is UNREADABLE else response


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""

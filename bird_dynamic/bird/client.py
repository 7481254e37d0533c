"""Bird's operations that the resources need, one method each.

Sources: "Installing a Voice channel", the connectors, channels and conversations API references.
Any 2xx is a success (201 is documented for create, nothing for delete), unknown fields are kept,
`channel` and `number` may be null. Every method takes a deadline and raises what
`sending.Sender.send` raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.errors import RejectedError
from bird_dynamic.bird.models import UNREADABLE, Connector, Page, Request
from bird_dynamic.bird.sending import Sender

PAGE_SIZE = 100
"""The largest page that the CRM API is known to serve in general; its default is 10."""


class Workspace:
    """One workspace of Bird, as seen with one access key."""

    def __init__(self, sender: Sender, workspace_id: str) -> None:
        self.id = workspace_id
        self.sender = sender
        self._root = f"/workspaces/{workspace_id}"
        self._page_size: int | None = PAGE_SIZE

    def create_connector(self, body: Mapping[str, Any], deadline: Deadline) -> Connector:
        """POST …/connectors; never repeated after an unknown outcome."""
        request = Request("POST", f"{self._root}/connectors", body=body)
        return self.sender.send(request, deadline, _connector)

    def get_connector(self, connector_id: str, deadline: Deadline) -> Connector | None:
        """GET …/connectors/{connectorId}; None where Bird says that this connector does not exist.

        A 404 can also mean that the workspace cannot be seen; that is an error, not an absence.
        """
        request = Request("GET", f"{self._root}/connectors/{connector_id}")
        try:
            return self.sender.send(request, deadline, _connector)
        except RejectedError as error:
            self._confirm_gone(error, deadline)
            return None

    def list_connectors(self, token: str | None, deadline: Deadline) -> Page:
        """GET …/connectors: the page that a token stands for, or the first one."""
        query = {} if token is None else {"pageToken": token}
        if self._page_size is not None:
            query["limit"] = str(self._page_size)
        request = Request("GET", f"{self._root}/connectors", query=query)
        try:
            return self.sender.send(request, deadline, _page)
        except RejectedError as error:
            # The largest page is not documented for connectors: a refused size falls back to the
            # default.
            if error.status not in (400, 422) or self._page_size is None or token is not None:
                raise
            self._page_size = None
            return self.list_connectors(token, deadline)

    def delete_connector(self, connector_id: str, deadline: Deadline) -> None:
        """DELETE …/connectors/{connectorId}, which deletes its channel too; already gone is done.

        Repeated after an unknown outcome: the answer to the second one tells what the first one
        did.
        """
        request = Request("DELETE", f"{self._root}/connectors/{connector_id}")
        try:
            self.sender.send(request, deadline, _anything)
        except RejectedError as error:
            self._confirm_gone(error, deadline)

    def get_conversational(self, channel_id: str, deadline: Deadline) -> bool:
        """GET …/channels/{channelId}/conversational: whether inbound messages open conversations.

        A channel without such a configuration (404) is not conversational.
        """
        request = Request("GET", f"{self._root}/channels/{channel_id}/conversational")
        try:
            return self.sender.send(request, deadline, _status) == "active"
        except RejectedError as error:
            self._confirm_gone(error, deadline)
            return False

    def set_conversational(self, channel_id: str, active: bool, deadline: Deadline) -> None:
        """PATCH …/channels/{channelId}/conversational. "inactive" is assumed: only "active" is
        documented."""
        path = f"{self._root}/channels/{channel_id}/conversational"
        body = {"status": "active" if active else "inactive"}
        self.sender.send(Request("PATCH", path, body=body), deadline, _anything)

    def _confirm_gone(self, error: RejectedError, deadline: Deadline) -> None:
        # Bird's 404 for a workspace that cannot be seen looks like the 404 for what is missing in
        # it.
        if error.status not in (404, 410):
            raise error
        request = Request("GET", f"{self._root}/connectors", query={"limit": "1"})
        try:
            self.sender.send(request, deadline, _anything)
        except RejectedError as refused:
            if refused.status in (401, 403, 404, 410):
                raise


def _connector(body: Any) -> Connector | None:
    return body if isinstance(body, dict) and _is_text(body.get("id")) else None


def _page(body: Any) -> Page | None:
    if not isinstance(body, dict) or not isinstance(body.get("results"), list):
        return None
    rows = tuple(row for row in body["results"] if _connector(row))
    token = body.get("nextPageToken")
    return Page(rows, token if _is_text(token) else None)


def _status(body: Any) -> str | None:
    status = body.get("status") if isinstance(body, dict) else None
    return status if _is_text(status) else None


def _anything(body: Any) -> bool | None:
    # No body, or any JSON: what is not JSON comes from somebody between us and Bird.
    return None if body is UNREADABLE else True


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""

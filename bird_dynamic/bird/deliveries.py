"""The delivery logs of a webhook subscription.

Source: notifications API, "Webhook subscription logs": failures are kept for seven days. No order
is documented.
"""

from __future__ import annotations

from bird_dynamic.bird.client import Collection, Pages
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.ids import required_id
from bird_dynamic.bird.models import Item, Page, Response
from bird_dynamic.bird.moments import moment


class _Logs(Collection):
    @staticmethod
    def read_page(response: Response) -> Page | None:
        """Its rows have no `id`."""
        body = response.body
        if not isinstance(body, dict) or "results" not in body:
            return None
        rows, token = body["results"] or [], body.get("nextPageToken")
        if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
            return None
        return Page(tuple(rows), token if isinstance(token, str) and token else None)


def latest_deliveries(
    subscriptions: Collection, subscription_id: str, deadline: Deadline
) -> list[Item]:
    """The logs of a subscription: the first page if it visibly has the newest ones first, else all
    of them. Raises what the client raises."""
    path = f"{subscriptions.path}/{required_id(subscription_id)}/logs"
    # What the subscriptions' listing was refused, this one would be too.
    pages = Pages(_Logs(subscriptions.client, path, subscriptions.page_size))
    rows: list[Item] = []
    while (page := pages.next(deadline)) is not None:
        rows += page
        if _is_newest_first(rows):
            break
    return rows


def _is_newest_first(rows: list[Item]) -> bool:
    moments = [moment(each.get("createdAt")) for each in rows]
    known = [each for each in moments if each is not None]
    if len(known) < len(moments) or len(known) < 2:
        return False
    return known == sorted(known, reverse=True) and known[0] > known[-1]

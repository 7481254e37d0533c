"""The delivery logs of a webhook subscription.

Source: notifications API, "Webhook subscription logs": failures are kept for seven days. No order
is documented.
"""

from __future__ import annotations

from bird_dynamic.bird.client import Collection, Pages
from bird_dynamic.bird.clock import Deadline
from bird_dynamic.bird.ids import required_id
from bird_dynamic.bird.models import Item
from bird_dynamic.bird.moments import moment

MOST_PAGES = 10
"""Pages that are read of the logs of one subscription."""


def latest_deliveries(
    subscriptions: Collection, subscription_id: str, deadline: Deadline
) -> list[Item] | None:
    """The logs of a subscription: the first page if it visibly has the newest ones first, else all
    of them; None if those are more than `MOST_PAGES`. Raises what the client raises."""
    path = f"{subscriptions.path}/{required_id(subscription_id)}/logs"
    # What the subscriptions' listing was refused, this one would be too.
    logs = Collection(subscriptions.client, path, subscriptions.page_size, has_ids=False)
    pages = Pages(logs)
    rows: list[Item] = []
    for _ in range(MOST_PAGES):
        if (page := pages.next(deadline)) is None:
            return rows
        rows += page
        if _is_newest_first(rows):
            return rows
    return rows if pages.next(deadline) is None else None


def _is_newest_first(rows: list[Item]) -> bool:
    moments = [moment(each.get("createdAt")) for each in rows]
    known = [each for each in moments if each is not None]
    if len(known) < len(moments) or len(known) < 2:
        return False
    return known == sorted(known, reverse=True) and known[0] > known[-1]

"""Messages for an existing item that prevents a create, or may be its result."""

from __future__ import annotations

from collections.abc import Sequence

from bird_dynamic.bird.models import Item
from bird_dynamic.schema.fields import ResourceSchema


class CreateMessages:
    """The messages for one kind of resource. `has_mark`: the item's name has the mark of the
    resource that is being created."""

    def __init__(self, schema: ResourceSchema) -> None:
        self._noun = schema.item
        self._exclusive = schema.exclusive_name or schema.item

    def equal(self, item: Item, *, has_mark: bool) -> str:
        """An equal item exists."""
        how = "already exists and matches this resource's arguments"
        return self._left_alone(item, how, has_mark)

    def exists(self, item: Item, *, has_mark: bool) -> str:
        """An item is in conflict."""
        return self._left_alone(item, "already exists and conflicts with this resource", has_mark)

    def doubtful(self, item: Item) -> str:
        """An item may be the result of an unanswered request."""
        how = "may belong to this resource or to another one"
        return self._left_alone(item, how, has_mark=False)

    def answered(self, item: Item, but: str, *, has_mark: bool) -> str:
        """Bird answered the request with an item that the request did not create."""
        return self._left_alone(item, f"is in Bird's answer to the create, but {but}", has_mark)

    def several(self, items: Sequence[Item]) -> str:
        """More than one item could be the result."""
        ids = ", ".join(str(each["id"]) for each in items)
        return (
            f"several items could be this {self._noun}: {ids}. Adopt one of them with adopt=, or "
            "delete the unused ones"
        )

    def kept(self, item: Item) -> str:
        """Another resource manages a conflicting item."""
        return (
            f"another resource of this stack manages the {self._noun} {called(item)}, and Bird "
            f"allows no second one with the same {self._exclusive}. Give this resource another "
            f"{self._exclusive}, or remove one of the two resources"
        )

    def replaced(self, item: Item) -> str:
        """An item is in conflict until the end of the run."""
        return (
            f"the {self._noun} {called(item)} uses the {self._exclusive}. This run has replaced "
            "it, and deletes it only at the end. Nothing was created. To keep it for this "
            f'resource, add adopt="{item["id"]}". To delete it before its replacement is '
            "created, the other resource needs "
            "opts=pulumi.ResourceOptions(delete_before_replace=True)"
        )

    def made_with_other_arguments(self, item: Item) -> str:
        """An interrupted create of this resource used other arguments."""
        return (
            f"the {self._noun} {called(item)} was created for this resource by an interrupted run, "
            "with other arguments. Nothing was created now. Restore the old arguments and run "
            "`pulumi up`, which takes it over, then change them; or delete it in app.bird.com if "
            f'it is unused; or write adopt="{item["id"]}" in the resource that should manage it'
        )

    def may_be_left(self, item: Item) -> str:
        """Warning: the item has the identity that an interrupted create requested."""
        return (
            f"the {self._noun} {called(item)} may come from an interrupted create of this "
            "resource, with other arguments. It is left alone; delete it in app.bird.com if it is "
            "unused"
        )

    def retained(self, item: Item) -> str:
        """Warning: the item has this resource's mark, and is not in conflict."""
        return (
            f"the {self._noun} {called(item)} has this resource's mark: it was retained, or an "
            "interrupted run left it. It is left alone; delete it in app.bird.com if it is unused"
        )

    def taken_over(self, item: Item) -> str:
        """Warning: the item is taken over, as the user has allowed."""
        return f"the {self._noun} {called(item)} is taken over: it has this resource's mark"

    def waiting(self, seconds: float) -> str:
        """Progress: Bird reports a conflict, with no visible item or one that is going away."""
        return f"waiting until the {self._exclusive} is free ({seconds:.0f} s)"

    def still_held(self, leaving: Sequence[Item]) -> str:
        """The deadline of that wait has passed. `leaving`: the items that this run will replace."""
        if leaving:
            return (
                f"The {self._noun} {called(leaving[0])} uses the {self._exclusive}. This run "
                "replaces it, but deletes it only at the end. Nothing was created. "
                f"If two resources exchange their {self._exclusive}s, both need "
                "opts=pulumi.ResourceOptions(delete_before_replace=True)"
            )
        return (
            f"No listing shows the conflicting {self._noun}. Bird may not have released the "
            f"{self._exclusive} yet: run `pulumi up` again later. Or the {self._noun} is in "
            "another workspace: look for it in app.bird.com, and delete it there if it is unused"
        )

    def _left_alone(self, item: Item, how: str, has_mark: bool) -> str:
        said = f"the {self._noun} {called(item)} {how}. It was left alone"
        adopt = f'adopt="{item["id"]}"'
        causes = [
            (
                "If the resource was renamed or moved, add "
                'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="<its old name>")])'
            ),
            (
                "If its replacement was forced (--replace, state taint, a trigger), add "
                "opts=pulumi.ResourceOptions(delete_before_replace=True)"
            ),
            "If another resource or stack manages it, leave it alone",
        ]
        if not has_mark:
            return ". ".join(
                (said, *causes, f"If an interrupted run left it, adopt it with {adopt}")
            )
        said += ": its name has this resource's mark, but nothing proves that this resource made it"
        last = (
            "If nothing manages it, set BIRD_TAKE_OVER=marked (bird:takeOver) for one run, or add "
            f"{adopt}"
        )
        return ". ".join((said, *causes, last))


def called(item: Item) -> str:
    """The id of an item, with its name if it has one."""
    return f"{item['id']} (name: {item['name']})" if item.get("name") else str(item["id"])

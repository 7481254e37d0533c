"""What the user is told where something in Bird keeps a resource from being created."""

from __future__ import annotations

from collections.abc import Sequence

from bird_dynamic.bird.models import Item
from bird_dynamic.schema.fields import ResourceSchema


class CreateMessages:
    """The texts for one kind of resource. `has_mark`: the item's name has the mark of the resource
    that is being created."""

    def __init__(self, schema: ResourceSchema) -> None:
        self._noun = schema.item
        self._exclusive = schema.exclusive_name

    def equal(self, item: Item, *, has_mark: bool) -> str:
        """There is an equal item already."""
        return self._left_alone(item, "already is what this one would be", has_mark)

    def exists(self, item: Item, *, has_mark: bool) -> str:
        """An item is in the way."""
        return self._left_alone(item, "exists already", has_mark)

    def doubtful(self, item: Item) -> str:
        """An item may be the result of an unanswered request."""
        return self._left_alone(item, "may be this one, or somebody else's", has_mark=False)

    def answered(self, item: Item, but: str, *, has_mark: bool) -> str:
        """Bird answered the request with an item that the request has not made."""
        return self._left_alone(item, f"is what Bird answered with, and {but}", has_mark)

    def several(self, items: Sequence[Item]) -> str:
        """More than one item could be the result."""
        ids = ", ".join(str(each["id"]) for each in items)
        return (
            f"several of them could be this {self._noun}: {ids}. Take one over with adopt=, or "
            "delete those that nobody needs"
        )

    def held(self, item: Item) -> str:
        """Another resource holds what only one item can hold."""
        return (
            f"another resource of this stack has the {self._noun} {called(item)}, and Bird "
            f"allows no second one with the same {self._exclusive}. Give this resource another "
            "one, or remove one of the two"
        )

    def replaced(self, item: Item) -> str:
        """An item is in the way until the end of the run."""
        return (
            f"the {self._noun} {called(item)} holds the {self._exclusive}. This run has replaced "
            "it, and deletes it only when everything else is done. Nothing was created. To keep it "
            f'for this resource: adopt="{item["id"]}". To delete it before its replacement is '
            "created, the other resource needs "
            "opts=pulumi.ResourceOptions(delete_before_replace=True)"
        )

    def made_with_other_arguments(self, item: Item) -> str:
        """An interrupted create of this resource has made an item of other arguments."""
        return (
            f"the {self._noun} {called(item)} was made for this resource by a run that was "
            "interrupted, with other arguments. Nothing was created. Make the arguments what they "
            "were and run `pulumi up`, which takes it over, and change them then; or delete it in "
            f'app.bird.com if nobody needs it; or write adopt="{item["id"]}" for the resource that '
            "is to have it"
        )

    def may_be_left(self, item: Item) -> str:
        """A warning: the item has the identity that an interrupted create asked for."""
        return (
            f"the {self._noun} {called(item)} may be what an interrupted create of this resource "
            "has made, with other arguments. It is left alone; delete it in app.bird.com if nobody "
            "needs it"
        )

    def retained(self, item: Item) -> str:
        """A warning: the item has this resource's mark, and is not in the way."""
        return (
            f"the {self._noun} {called(item)} has this resource's mark: it was retained, or an "
            "interrupted run left it. It is left alone; delete it in app.bird.com if nobody needs "
            "it"
        )

    def taken_over(self, item: Item) -> str:
        """A warning: by the user's word, the item is the resource's own."""
        return f"the {self._noun} {called(item)} is taken over: it has this resource's mark"

    def waiting(self, seconds: float) -> str:
        """Progress: Bird refuses what seems to be free."""
        return f"waiting until what holds the {self._exclusive} is gone ({seconds:.0f} s)"

    def still_held(self, leaving: Sequence[Item]) -> str:
        """The end of that wait; `leaving` are the items that this run is going to replace."""
        if leaving:
            return (
                f"The {self._noun} {called(leaving[0])} holds the {self._exclusive}, and this run "
                "replaces it, but deletes it only after everything else. Nothing was created. "
                f"Where two resources exchange their {self._exclusive}s, both need "
                "opts=pulumi.ResourceOptions(delete_before_replace=True)"
            )
        return (
            f"No listing shows the {self._noun} that is in the way: it may be in another "
            "workspace. Look for it in app.bird.com; if nobody needs it, delete it there, "
            'otherwise take it over with adopt="<its id>"'
        )

    def _left_alone(self, item: Item, how: str, has_mark: bool) -> str:
        said = f"the {self._noun} {called(item)} {how}. It was left alone"
        adopt = f'adopt="{item["id"]}"'
        forced = (
            "If this resource has it and a replacement was forced (--replace, state taint, a "
            "trigger), which creates before it deletes: "
            "opts=pulumi.ResourceOptions(delete_before_replace=True)"
        )
        renamed = (
            "If the resource was renamed or moved: "
            'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="<its old name>")])'
        )
        if not has_mark:
            return (
                f"{said}. An interrupted run may have left it. {forced}. {renamed}. If another "
                f"resource or stack has it, leave it to that one. To take it over: {adopt}"
            )
        return (
            f"{said}: its name has this resource's mark, but not what proves that this resource "
            "made it. An interrupted run elsewhere may have left it, or a resource or stack that "
            f"had this name may have it. {forced}. {renamed}. If nobody has it: {adopt}, or for "
            "one run BIRD_TAKE_OVER=marked (bird:takeOver)"
        )


def called(item: Item) -> str:
    """An item by its id, and its name if it states one."""
    return f"{item['id']} (name: {item['name']})" if item.get("name") else str(item["id"])

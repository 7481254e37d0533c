"""Messages for an existing item that prevents a create, or may be its result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bird_dynamic.bird.models import Item
from bird_dynamic.lifecycle.desired import Match
from bird_dynamic.schema.fields import ResourceSchema
from bird_dynamic.schema.naming import LONGEST_NAME, parts_of, resource_of


class Conflict(NamedTuple):
    """What is said of an item that was left alone: the arguments of an `ExistsError`."""

    text: str
    remedies: tuple[str, ...]


class CreateMessages:
    """The messages for one resource, with its mark, if it has one. `has_mark`: the item's name has
    that mark."""

    def __init__(self, schema: ResourceSchema, mark: str | None) -> None:
        self._mark = mark
        self._schema = schema
        self._noun = schema.item
        self._called = schema.called
        self._exclusive = schema.exclusive_name or schema.item

    def equal(self, item: Item, *, has_mark: bool) -> Conflict:
        """An equal item exists."""
        how = "already exists and matches this resource's arguments"
        return self._left_alone(item, how, has_mark)

    def doubled(self, match: Match) -> Conflict:
        """A create would double an item of another resource, or of nobody."""
        if match.is_equal:
            return self.equal(match.item, has_mark=False)
        return self._left_alone(match.item, f"already exists and has {self._same}", False)

    def doubled_of_another(self, item: Item) -> Conflict:
        """A create would double an item that another resource of the stack keeps."""
        return Conflict(
            f"another resource of this stack manages the {self._noun} {self._called(item)}, which "
            f"has {self._same}. Nothing was created: {self._schema.doubling}",
            (
                "If that resource was renamed or moved to this one, add "
                'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="<its old name>")])',
                "Otherwise, remove one of the two resources",
            ),
        )

    def doubled_by_update(self, item: Item) -> Conflict:
        """An update would make its item equal to another one."""
        return Conflict(
            f"the {self._noun} {self._called(item)} already has {self._same} as this resource "
            f"would get. Nothing was changed: {self._schema.doubling}",
            (
                "If nothing uses the other one, delete it in app.bird.com, then run `pulumi up` "
                "again. If another resource or stack manages it, leave it alone and keep the "
                "arguments of this resource different, or remove this resource",
            ),
        )

    @property
    def _same(self) -> str:
        return f"the same {joined(self._schema.identifying)}"

    def also_equal(self, items: Sequence[Item]) -> str:
        """Warning: a forced replacement replaces one of these items; the others are nobody's."""
        listed = ", ".join(self._called(each) for each in items)
        return (
            f"{len(items)} {self._noun}s are equal to this resource: {listed}. This run replaces "
            "the one of this resource and leaves the others alone: delete those in app.bird.com "
            "if they are unused"
        )

    def exists(self, item: Item, *, has_mark: bool) -> Conflict:
        """An item is in conflict."""
        over = f" over the {self._exclusive}" * (self._exclusive != self._noun)
        how = f"already exists and conflicts with this resource{over}"
        return self._left_alone(item, how, has_mark)

    def doubtful(self, item: Item) -> Conflict:
        """An item may be the result of an unanswered request."""
        how = "may belong to this resource or to another one"
        return self._left_alone(item, how, has_mark=False)

    def answered(self, item: Item, but: str, *, has_mark: bool) -> Conflict:
        """Bird answered the request with an item that the request did not create."""
        return self._left_alone(item, f"is in Bird's answer to the create, but {but}", has_mark)

    def several(self, items: Sequence[Item]) -> str:
        """More than one item could be the result."""
        ids = ", ".join(str(each["id"]) for each in items)
        return (
            f"several items could be this {self._noun}: {ids}. Adopt one of them with "
            'adopt="<its id>", or delete the unused ones'
        )

    def kept(self, item: Item) -> str:
        """Another resource manages a conflicting item."""
        return (
            f"another resource of this stack manages the {self._noun} {self._called(item)}, and "
            f"Bird allows no second one with the same {self._exclusive}. Give this resource "
            f"another {self._exclusive}, or remove one of the two resources"
        )

    def replaced(self, item: Item) -> str:
        """An item is in conflict until the end of the run."""
        return (
            f"the {self._noun} {self._called(item)} uses the {self._exclusive}. This run replaces "
            "it, and deletes it only at the end, if at all. Nothing was created. To keep it "
            f'for this resource, add adopt="{item["id"]}". To delete it before its replacement is '
            "created, the other resource needs "
            "opts=pulumi.ResourceOptions(delete_before_replace=True); if two resources exchange "
            f"their {self._exclusive}s, both need it"
        )

    def made_with_other_arguments(self, item: Item) -> str:
        """An interrupted create of this resource used other arguments."""
        return (
            f"the {self._noun} {self._called(item)} was created for this resource by an "
            "interrupted run, with other arguments. Nothing was created now. Restore the old "
            "arguments and run `pulumi up`, which takes it over, then change them; or delete it in "
            f'app.bird.com if it is unused; or write adopt="{item["id"]}" in the resource that '
            "should manage it"
        )

    def may_be_left(self, item: Item) -> str:
        """Warning: the item has the identity that an interrupted create requested."""
        return (
            f"the {self._noun} {self._called(item)} may come from an interrupted create of this "
            "resource, with other arguments. It is left alone; delete it in app.bird.com if it is "
            "unused"
        )

    def retained(self, item: Item) -> str:
        """Warning: the item has this resource's mark, and is not in conflict."""
        return (
            f"the {self._noun} {self._called(item)} has this resource's mark: it was retained, or "
            "an interrupted run left it. It is left alone; delete it in app.bird.com if it is "
            "unused"
        )

    def taken_over(self, item: Item) -> str:
        """Warning: the item is taken over, as the user has allowed."""
        return f"the {self._noun} {self._called(item)} is taken over: it has this resource's mark"

    def waiting(self, seconds: float) -> str:
        """Progress: Bird reports a conflict, with no visible item or one that is going away."""
        return f"waiting until the {self._exclusive} is free ({seconds:.0f} s)"

    def still_held(self, leaving: Sequence[Item]) -> str:
        """The deadline of that wait has passed. `leaving`: the items that this run will replace."""
        if leaving:
            return (
                f"The {self._noun} {self._called(leaving[0])} uses the {self._exclusive}. This run "
                "replaces it, but deletes it only at the end, if at all. "
                f"If two resources exchange their {self._exclusive}s, both need "
                "opts=pulumi.ResourceOptions(delete_before_replace=True)"
            )
        return (
            f"No listing shows the conflicting {self._noun}. Bird may not have released the "
            f"{self._exclusive} yet: run `pulumi up` again later. Or the {self._noun} is in "
            "another workspace: look for it in app.bird.com, and delete it there if it is unused"
        )

    def _left_alone(self, item: Item, how: str, has_mark: bool) -> Conflict:
        text = f"the {self._noun} {self._called(item)} {how}. It was left alone"
        if has_mark:
            text += (
                ": its name has this resource's mark, but nothing proves that this resource made it"
            )
        return Conflict(text, tuple(self._remedies(item, has_mark)))

    def _remedies(self, item: Item, has_mark: bool) -> Iterator[str]:
        adopt = f'adopt="{item["id"]}"'
        why = f", and remove this resource: {self._schema.doubling}" * bool(self._schema.doubling)
        another = f" and use another {self._exclusive}" if self._exclusive != self._noun else why
        unmanaged = (
            "If nothing manages it, because it was made in app.bird.com or an interrupted run left "
            f"it, adopt it with {adopt}"
        )
        if not self._schema.is_named:
            yield unmanaged
        if not (has_mark and item.get("name")):
            yield (
                "If the resource was renamed or moved, add "
                f"opts=pulumi.ResourceOptions(aliases=[pulumi.Alias({self._alias(item)})])"
            )
        yield (
            "If its replacement was forced (--replace, state taint, a trigger), add "
            "opts=pulumi.ResourceOptions(delete_before_replace=True)"
        )
        yield f"If another resource or stack manages it, leave it alone{another}"
        if has_mark:
            yield (
                "If nothing manages it, set BIRD_TAKE_OVER=marked (bird:takeOver) for one run, or "
                f"add {adopt}"
            )
        elif self._schema.is_named:
            yield unmanaged

    def _alias(self, item: Item) -> str:
        """The arguments of an alias for the resource that made the item, as far as its name tells
        which one that was."""
        parts = parts_of(item.get("name"))
        if parts is None:
            return 'name="<its old name>"'
        old = resource_of(parts.mark)
        if old == resource_of(self._mark):
            return "parent=<its old parent>"
        return f'name="{old}"' if len(old) < LONGEST_NAME else f'name="{old}<the rest of it>"'


def joined(names: Sequence[str]) -> str:
    """The names in a sentence: `a, b and c`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last

"""Reading the tree: a page of the visible branch with its forks, and the tree itself, some levels at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from secretary.conversations import queries as spine
from secretary.conversations.models import ChatMessage
from secretary.conversations.tree import queries
from secretary.kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class BranchPage:
    """Messages of the visible branch, oldest first; the children of each fork among them; is there more before?"""

    messages: Sequence[ChatMessage]
    forks: Mapping[str | None, Sequence[str]]
    has_more: bool


async def page(unit: Unit, session_id: str, *, last: int, before: int | None) -> BranchPage:
    """The newest `last` messages before number `before`."""
    rows = await spine.visible_messages(unit.db, session_id, last=last + 1, before=before)
    messages = rows[-last:]
    children: defaultdict[str | None, list[str]] = defaultdict(list)
    for parent, child in await queries.siblings(unit.db, session_id, [row.parent_id for row in messages]):
        children[parent].append(child)
    forks = {parent: ids for parent, ids in children.items() if len(ids) > 1}
    return BranchPage(messages, forks, len(rows) > last)


async def tree_json(unit: Unit, session_id: str, start: str | None, levels: int) -> bytes:
    """The tree as a JSON list of nested nodes, `levels` deep; a node whose children are left out has `more: true`.

    Written from the leaves up: a conversation is deeper than any recursive writer.
    """
    rows = await queries.nodes(unit.db, session_id, start, levels + 1)
    below: defaultdict[str | None, list[bytes]] = defaultdict(list)
    cut: set[str | None] = set()
    for id_, parent, role, preview, is_active, level in reversed(rows):
        if level > levels:
            cut.add(parent)
            continue
        node = {"id": id_, "role": role, "content_preview": preview, "is_active": is_active, "more": id_ in cut}
        children = b",".join(reversed(below.pop(id_, [])))
        key = None if level == 1 else parent
        below[key].append(orjson.dumps(node)[:-1] + b',"children":[' + children + b"]}")
    return b"[" + b",".join(reversed(below[None])) + b"]"

"""The tree of messages against a model of it: after any sequence of changes one branch is visible, and the right one."""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from secretary.conversations import queries as spine
from secretary.conversations import service as conversations
from secretary.conversations.models import ChatMessage
from secretary.conversations.ports import MessageStatus
from secretary.conversations.progress import Place, Progress, save_progress
from secretary.conversations.service import NewSession, delete_sessions, open_session, store_question
from secretary.conversations.storing import Asked
from secretary.conversations.tree import queries, reading, service

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["append", "append", "append", "edit", "regenerate", "switch", "delete"]),
        st.integers(min_value=0, max_value=50),
    ),
    max_size=25,
)


@dataclass
class Node:
    id: str
    parent: str | None
    role: str
    number: int


@dataclass
class Tree:
    """What the tree must be: plain dictionaries, no flags."""

    nodes: dict[str, Node] = field(default_factory=dict)
    leaf: str | None = None

    def add(self, row, parent):
        assert row.parent_id == parent
        self.nodes[row.id] = Node(row.id, parent, row.role, row.seq)
        self.leaf = row.id

    def branch(self, leaf):
        path = []
        while leaf is not None:
            path.insert(0, leaf)
            leaf = self.nodes[leaf].parent
        return path

    def children(self, parent):
        return sorted((n for n in self.nodes.values() if n.parent == parent), key=lambda node: node.number)

    def newest_leaf(self, id_):
        while below := self.children(id_):
            id_ = below[-1].id
        return id_

    def switch(self, id_):
        self.leaf = self.newest_leaf(id_)

    def delete(self, id_):
        was_visible, parent = id_ in self.branch(self.leaf), self.nodes[id_].parent
        cut = [id_]
        for each in cut:
            cut += [child.id for child in self.children(each)]
        for each in cut:
            del self.nodes[each]
        if was_visible:
            left = self.children(parent)
            self.leaf = self.newest_leaf(left[-1].id) if left else parent


async def step(unit, session_id, tree, action, pick):
    ids = sorted(tree.nodes)
    if action == "append" or not ids:
        leaf = tree.leaf
        exchange = await store_question(unit, session_id, f"text {pick}", None, "holder")
        tree.add(exchange.question, leaf)
        tree.add(exchange.answer, exchange.question.id)
        return
    node = tree.nodes[ids[pick % len(ids)]]
    if action == "switch":
        await service.switch(unit, session_id, node.id)
        tree.switch(node.id)
    elif action == "delete":
        await service.delete(unit, session_id, node.id)
        tree.delete(node.id)
    elif action == "edit" and node.role == "user":
        exchange = await service.edit(unit, session_id, node.id, Asked("edited", "holder", edited=True))
        tree.add(exchange.question, node.parent)
        tree.add(exchange.answer, exchange.question.id)
    elif action == "regenerate":
        question = node.id if node.role == "user" else node.parent
        exchange = await service.regenerate(unit, session_id, node.id, "holder", None)
        tree.add(exchange.answer, question)


async def check(unit, session_id, tree):
    rows = (await unit.db.scalars(select(ChatMessage).where(ChatMessage.session_id == session_id))).all()
    session = await conversations.get_session(unit, session_id)
    branch = tree.branch(tree.leaf)
    assert {row.id for row in rows} == set(tree.nodes)
    assert {row.id for row in rows if row.is_active} == set(branch)
    assert session.leaf_id == tree.leaf
    assert session.message_count == len(tree.nodes)
    assert [row.id for row in await spine.visible_messages(unit.db, session_id, last=500)] == branch
    assert all(tree.nodes[row.parent_id].number < row.seq for row in rows if row.parent_id)
    if tree.leaf is not None:
        assert tree.children(tree.leaf) == []
    for node in tree.nodes.values():
        if node.role == "user":
            above = [tree.nodes[id_] for id_ in tree.branch(node.parent)]
            texts = {row.id: row.content for row in rows}
            said = [(each.role, texts[each.id]) for each in above if texts[each.id]][-6:]
            assert list(await queries.said_above(unit.db, node.id, last=500))[-6:] == said
    page = await reading.page(unit, session_id, last=500, before=None)
    assert page.forks == {
        parent: [child.id for child in tree.children(parent)]
        for parent in {tree.nodes[id_].parent for id_ in branch}
        if len(tree.children(parent)) > 1
    }


@pytest.mark.parametrize("times", [30])
def test_one_branch_is_visible_after_any_changes(units, run, times):
    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(steps=STEPS)
    def holds(steps):
        run(play(units, steps))

    holds()


async def play(units, steps):
    new = NewSession(assistant_id="a", source="widget", source_id="w", contact_key="v", language="ru")
    tree = Tree()
    async with units.write() as unit:
        session = await open_session(unit, new)
    for action, pick in steps:
        async with units.write() as unit:
            await step(unit, session.id, tree, action, pick)
    async with units.read() as unit:
        await check(unit, session.id, tree)


async def grow(units, session_id, exchanges):
    async with units.write() as unit:
        for number in range(exchanges):
            exchange = await store_question(unit, session_id, f"question {number}", None, "holder")
    return exchange


async def test_history_of_a_question_is_its_own_branch_even_when_another_is_shown(units, session_id):
    first = await grow(units, session_id, 1)
    async with units.write() as unit:
        waiting = await store_question(unit, session_id, "waits in line", None, "holder")
        await service.edit(unit, session_id, first.question.id, Asked("quite another", "holder"))
        said = await queries.said_above(unit.db, waiting.question.id, last=20)
    assert said == [("user", "question 0")]


async def test_history_ends_at_the_number_of_messages_asked_for(units, session_id):
    last = await grow(units, session_id, 30)
    async with units.read() as unit:
        said = await queries.said_above(unit.db, last.question.id, last=20)
    assert len(said) == 10  # every second one is an empty answer
    assert said[-1] == ("user", "question 28")


async def test_very_long_conversation_is_switched_cut_and_deleted(units, session_id):
    async with units.write() as unit:
        first = await store_question(unit, session_id, "first", None, "holder")
        for number in range(700):
            await store_question(unit, session_id, str(number), None, "holder")
    async with units.write() as unit:
        other = await service.edit(unit, session_id, first.question.id, Asked("other", "holder"))
        await service.switch(unit, session_id, first.question.id)
        assert len(await spine.visible_messages(unit.db, session_id, last=2000)) == 1402
        tree = await reading.tree_json(unit, session_id, None, 200)
        assert tree.count(b'"more":true') == 1
        running = await service.delete(unit, session_id, first.question.id)
        assert len(running) == 701
        session = await conversations.get_session(unit, session_id)
        assert (session.leaf_id, session.message_count) == (other.answer.id, 2)
    await grow(units, session_id, 700)
    async with units.write() as unit:
        session = await conversations.get_session(unit, session_id)
        assert len(await delete_sessions(unit, [session])) == 701
    async with units.read() as unit:
        assert (await unit.db.scalars(select(ChatMessage))).all() == []


async def finish(units, exchange, content, status=MessageStatus.COMPLETE):
    place = Place(exchange.session.id, exchange.session.owner_id)
    async with units.write() as unit:
        await save_progress(unit, [Progress(exchange.answer.id, place, content, status)])


async def test_last_words_in_the_list_are_those_of_the_visible_branch(units, session_id):
    async def last():
        async with units.read() as unit:
            return (await conversations.get_session(unit, session_id)).last_message

    exchange = await grow(units, session_id, 1)
    assert await last() == "question 0"
    await finish(units, exchange, "growing", MessageStatus.STREAMING)
    assert await last() == "question 0"
    async with units.write() as unit:
        again = await service.regenerate(unit, session_id, exchange.answer.id, "holder", None)
    await finish(units, exchange, "hidden by now")
    assert await last() == "question 0"
    await finish(units, again, "x" * 500)
    assert await last() == "x" * 120
    async with units.write() as unit:
        await service.switch(unit, session_id, exchange.answer.id)
    assert await last() == "hidden by now"


async def test_answer_that_was_deleted_is_left_out_when_others_are_saved(units, session_id):
    first = await grow(units, session_id, 1)
    second = await grow(units, session_id, 1)
    async with units.write() as unit:
        await service.delete(unit, session_id, second.question.id)
        places = Place(session_id, None)
        await save_progress(
            unit, [Progress(each.answer.id, places, "said", MessageStatus.COMPLETE) for each in (second, first)]
        )
    async with units.read() as unit:
        assert [row.content for row in await spine.visible_messages(unit.db, session_id, last=9)] == [
            "question 0",
            "said",
        ]


async def test_repetition_of_a_message_whose_branch_is_hidden_finds_its_answer(units, session_id):
    async with units.write() as unit:
        first = await store_question(unit, session_id, "hello", "client-1", "holder")
        await service.edit(unit, session_id, first.question.id, Asked("other", "holder"))
        again = await store_question(unit, session_id, "hello", "client-1", "holder")
        assert (again.is_new, again.answer.id) == (False, first.answer.id)
        await service.delete(unit, session_id, first.answer.id)
        with pytest.raises(Exception, match="answer_deleted"):
            await store_question(unit, session_id, "hello", "client-1", "holder")

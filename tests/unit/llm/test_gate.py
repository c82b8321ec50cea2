"""The queue before a backend: never more than it takes, and fair."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.kernel.errors import Upstream
from secretary.llm.routing.gate import Gate


async def queue(gate, flows):
    """Let one caller of each flow wait; returns the order in which they were served."""
    served = []

    async def call(flow):
        await gate.enter(flow, 5)
        served.append(flow)
        gate.leave()

    tasks = [asyncio.create_task(call(flow)) for flow in flows]
    await asyncio.sleep(0)
    return served, tasks


async def test_flows_are_served_in_turn_however_many_each_has_waiting():
    gate = Gate(1)
    await gate.enter("held", 1)
    served, tasks = await queue(gate, ["greedy"] * 4 + ["modest", "third"])
    gate.leave()
    await asyncio.gather(*tasks)
    assert served == ["greedy", "modest", "third", "greedy", "greedy", "greedy"]


async def test_nobody_waits_longer_than_he_will():
    gate = Gate(1)
    await gate.enter("a", 1)
    with pytest.raises(Upstream) as raised:
        await gate.enter("b", 0)
    assert raised.value.code == "llm_overloaded"
    assert gate.waiting == 0
    gate.leave()
    await gate.enter("b", 0)


async def test_caller_who_leaves_loses_no_place():
    gate = Gate(1)
    await gate.enter("a", 1)
    waiting = asyncio.create_task(gate.enter("b", 5))
    await asyncio.sleep(0)
    gate.leave()  # the place is his, and at this moment he leaves
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await gate.enter("c", 0)


class Crowd:
    """Callers who come and go."""

    def __init__(self, places):
        self.gate, self.inside, self.tasks = Gate(places), 0, []

    async def call(self, flow):
        await self.gate.enter(flow, 60)
        self.inside += 1

    def do(self, step, number):
        if step == "enter":
            self.tasks.append(asyncio.create_task(self.call(str(number % 3))))
        elif step == "leave" and self.inside:
            self.inside -= 1
            self.gate.leave()
        elif step == "cancel" and self.tasks:
            self.tasks[number % len(self.tasks)].cancel()

    async def go_home(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for _ in range(self.inside):
            self.gate.leave()


async def play(steps, places):
    crowd = Crowd(places)
    for number, step in enumerate(steps):
        crowd.do(step, number)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert crowd.inside <= places
    await crowd.go_home()
    for _ in range(places):
        await crowd.gate.enter("last", 0)
    with pytest.raises(Upstream):
        await crowd.gate.enter("one too many", 0)


@given(st.lists(st.sampled_from(["enter", "leave", "cancel"]), max_size=40), st.integers(1, 3))
def test_places_are_neither_lost_nor_made(steps, places):
    asyncio.run(play(steps, places))

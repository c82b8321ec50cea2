"""A message on its way through the stages, through the widget's door."""

import asyncio
import itertools
import re

import pytest
from sqlalchemy import select
from tests.support.models import ScriptedModel

from secretary.app import Ports
from secretary.assistant.runner import Limits
from secretary.assistant.turn import Stage, in_order
from secretary.conversations.models import ChatMessage
from secretary.knowledge.models import FaqEntry
from secretary.llm.errors import llm_error

FREE = "Tell me something about the sea"


@pytest.fixture
def model():
    return ScriptedModel()


@pytest.fixture
def spare():
    """A second backend, able to answer only where a test says so."""
    return ScriptedModel(script=("from the second",), languages=frozenset())


@pytest.fixture
def ports(database, model, spare):
    return Ports(models={"scripted": model, "spare": spare}, database=database, limits=Limits(turn_s=5, drain_s=0.05))


async def rows(app, **wanted):
    async with app.units.read() as unit:
        found = (await unit.db.scalars(select(ChatMessage).order_by(ChatMessage.seq))).all()
    return [row for row in found if all(getattr(row, name) == value for name, value in wanted.items())]


async def test_faq_answers_at_once_with_its_source_and_counts_the_hit(app, visitor, model):
    message = await visitor.ask("Подскажите, сколько стоит доставка?")
    assert "300" in message["content"]
    assert message["sources"][0]["title"].startswith("FAQ: ")
    assert model.prompts == []
    async with app.units.read() as unit:
        hits = await unit.db.scalars(select(FaqEntry.hit_count).where(FaqEntry.hit_count > 0))
    assert list(hits) == [1]


async def test_faq_answers_at_every_turn(visitor):
    await visitor.ask(FREE)
    assert "300" in await visitor.say("сколько стоит доставка")


async def test_free_question_is_streamed_from_the_model_and_stored_with_its_facts(app, visitor, model):
    answer = await visitor.post(FREE)
    chunks = [event["content"] for event in answer.events() if event["type"] == "chunk"]
    assert chunks == ["Hello", ", ", "world"]
    [row] = await rows(app, role="assistant")
    assert (row.content, row.status, row.answered_by, row.model) == ("Hello, world", "complete", "llm", "scripted-1")
    assert (row.prompt_tokens, row.completion_tokens, row.finish_reason) == (11, 7, "stop")
    assert row.latency_ms >= row.first_word_ms >= 0
    assert row.holder is None
    assert row.lease_until is None


async def test_model_hears_persona_card_rules_and_history_with_a_stable_beginning(visitor, model):
    await visitor.ask(FREE)
    await visitor.ask("And more?")
    first, second = (prompt.messages for prompt in model.prompts)
    assert first[0] == second[0]
    assert "Anna" in first[0].content
    assert "+7 495" in first[0].content
    assert "[UNKNOWN]" in first[0].content
    assert [message.content for message in second[1:]] == [FREE, "Hello, world", "And more?"]


async def test_long_history_loses_its_beginning_by_the_block_so_that_caches_hit(visitor, model):
    for number in range(21):
        await visitor.ask(f"{FREE} {number}")
    told = [[message.content for message in prompt.messages] for prompt in model.prompts]
    kept = [one == another[: len(one)] for one, another in itertools.pairwise(told)]
    assert kept.count(False) == 2
    assert max(len(one) for one in told) <= 32
    assert len(told[-1]) >= 22
    assert told[-1][-1] == f"{FREE} 20"


async def test_model_that_knows_no_russian_never_answers_a_russian(visitor, model):
    model.languages = frozenset({"en"})
    assert "выдумывать не буду" in await visitor.say("Расскажи про море")
    assert model.prompts == []
    assert await visitor.say("No, thanks") != ""
    await visitor.ask(FREE)
    assert not any(re.search("[а-я]", message.content) for message in model.prompts[0].messages)


async def test_model_that_does_not_know_is_not_heard_and_a_message_is_offered(visitor, model):
    model.script = ("[UNK", "NOWN", "]")
    message = await visitor.ask(FREE)
    assert "UNKNOWN" not in message["content"]
    assert "will not make one up" in message["content"]
    assert [button["label"] for button in message["buttons"]] == ["I agree", "No, thanks"]


async def test_answer_that_begins_like_unknown_is_given_whole(visitor, model):
    model.script = ("[UN", "CLEAR] but true")
    assert await visitor.say(FREE) == "[UNCLEAR] but true"


@pytest.mark.parametrize("script", [(), ("", " ")])
async def test_model_that_says_nothing_counts_as_not_knowing(visitor, model, script):
    model.script = script
    assert "will not make one up" in await visitor.say(FREE)


@pytest.mark.parametrize("code", ["llm_unreachable", "llm_bad_key", "llm_rate_limited", "llm_nonsense", "llm_timeout"])
async def test_model_that_fails_before_its_first_word_leaves_the_turn_to_the_next_stage(visitor, model, code):
    model.script = (llm_error(code),)
    assert "will not make one up" in await visitor.say(FREE)


async def test_second_backend_answers_when_the_first_fails_silently(visitor, model, spare):
    spare.languages = model.languages
    model.script = (llm_error("llm_overloaded"),)
    assert await visitor.say(FREE) == "from the second"


async def test_second_backend_is_not_tried_once_something_was_said(visitor, model, spare):
    spare.languages = model.languages
    model.script = ("Half", llm_error("llm_truncated"))
    assert await visitor.say(FREE) == "Half"


async def test_model_that_breaks_off_leaves_what_was_said_marked_interrupted(app, visitor, model):
    model.script = ("Half an ans", llm_error("llm_truncated"))
    answer = await visitor.post(FREE)
    error, final = answer.events()[-2:]
    assert (error["type"], error["code"]) == ("error", "llm_truncated")
    assert (final["message"]["content"], final["message"]["status"]) == ("Half an ans", "interrupted")
    [row] = await rows(app, role="assistant")
    assert (row.content, row.status) == ("Half an ans", "interrupted")


async def test_fault_of_ours_is_told_without_internals(app, visitor, model):
    model.script = (RuntimeError("password=hunter2"),)
    answer = await visitor.post(FREE)
    assert "hunter2" not in answer.text
    assert answer.events()[-2]["code"] == "turn_failed"
    [row] = await rows(app, role="assistant")
    assert row.status == "failed"


async def test_turn_goes_on_when_the_visitor_leaves_and_can_be_heard_again(app, visitor, model):
    gate = asyncio.Event()
    model.script = ("One ", gate, "two")
    stream = await visitor.begin(FREE)
    heard = await stream.until("One ")
    answer_id = re.search(r'"answer_id":"([^"]+)"', heard)[1]
    await stream.close()
    gate.set()
    replayed = await visitor.resume(answer_id)
    assert "".join(event["content"] for event in replayed.events() if event["type"] == "chunk") == "One two"
    [row] = await rows(app, role="assistant")
    assert (row.content, row.status) == ("One two", "complete")


async def test_listener_resumes_where_he_stood_even_in_the_middle_of_a_word(visitor, model):
    gate = asyncio.Event()
    model.script = ("Привет", gate, ", мир")
    stream = await visitor.begin("Расскажи про море")
    heard = await stream.until("Привет")
    await stream.close()
    answer_id = re.search(r'"answer_id":"([^"]+)"', heard)[1]
    resuming = asyncio.create_task(visitor.resume(answer_id, after="3"))
    gate.set()
    during = await resuming
    assert "".join(event["content"] for event in during.events() if event["type"] == "chunk") == "вет, мир"
    after = await visitor.resume(answer_id, after="8")
    assert [event["content"] for event in after.events() if event["type"] == "chunk"] == ["мир"]
    assert after.events()[-1]["message"]["content"] == "Привет, мир"


async def test_stop_button_ends_the_upstream_call_and_keeps_what_was_said(app, visitor, model):
    model.script = ("Said", asyncio.Event(), "never said")
    stream = await visitor.begin(FREE)
    heard = await stream.until("Said")
    answer_id = re.search(r'"answer_id":"([^"]+)"', heard)[1]
    assert (await visitor.cancel(answer_id)).status == 202
    whole = await stream.until("[DONE]")
    assert '"status":"cancelled"' in whole
    assert model.cancelled == 1
    [row] = await rows(app, role="assistant")
    assert (row.content, row.status) == ("Said", "cancelled")
    assert (await visitor.cancel(answer_id)).status == 202


async def test_messages_of_one_conversation_are_answered_in_order_and_others_do_not_wait(client, visitor, model):
    from tests.support.visitor import Visitor

    gate = asyncio.Event()
    model.script = (gate, "slow")
    first = await visitor.begin(FREE)
    await first.until("user_message")
    second = asyncio.create_task(visitor.ask("сколько стоит доставка"))
    other = await Visitor.arrive(client)
    assert "300" in await other.say("сколько стоит доставка")
    assert not second.done()
    gate.set()
    assert "300" in (await second)["content"]
    assert [message["role"] for message in await visitor.history()] == ["user", "assistant", "user", "assistant"]
    assert [m["content"] for m in await visitor.history()][1] == "slow"


async def test_repeated_message_is_stored_once_and_answered_once(app, visitor, model):
    once = await visitor.ask(FREE, "the-same-id")
    again = await visitor.ask(FREE, "the-same-id")
    assert (once["id"], once["content"]) == (again["id"], again["content"])
    assert len(await rows(app)) == 2
    assert len(model.prompts) == 1


async def test_growing_answer_is_stored_while_it_grows(app, visitor, model):
    model.script = ("So far", asyncio.Event())
    stream = await visitor.begin(FREE)
    await stream.until("So far")
    await app.turns._saver.flush()
    [row] = await rows(app, role="assistant")
    assert (row.content, row.status) == ("So far", "streaming")
    assert row.lease_until is not None


async def test_turn_that_takes_too_long_ends(app, database, settings, run, admin_api):
    from tests.support.client import Client
    from tests.support.visitor import Visitor

    from secretary.app import build
    from secretary.app.first_start import prepare

    endless = ScriptedModel(script=("Word", asyncio.Event()))
    late = build(settings, Ports(models={"m": endless}, database=database, limits=Limits(turn_s=1)))
    await prepare(late)
    await late.turns.start(everything=True)
    answer = await (await Visitor.arrive(Client(late, admin_api))).post(FREE)
    assert [event.get("code") for event in answer.events()][-2] == "turn_timeout"
    assert endless.cancelled == 1
    await late.close()


async def test_too_many_waiting_messages_are_refused_and_none_is_lost(app, visitor, model):
    model.script = (asyncio.Event(),)
    first = await visitor.begin(FREE, "message-number-0")
    await first.until("user_message")
    streams = [await visitor.begin(FREE, f"message-number-{n}") for n in range(1, 21)]
    assert [stream.status for stream in streams] == [200] * 19 + [429]
    assert len(await rows(app, role="user")) == 20


async def test_interrupted_at_the_end_of_the_process_keeps_what_was_said(app, visitor, model):
    model.script = ("Half", asyncio.Event())
    stream = await visitor.begin(FREE)
    await stream.until("Half")
    await app.turns.stop()
    [row] = await rows(app, role="assistant")
    assert (row.content, row.status) == ("Half", "interrupted")


async def test_answer_that_had_not_begun_is_given_after_the_restart(app, visitor, model):
    waiting = asyncio.Event()
    model.script = (waiting, "At last")
    stream = await visitor.begin(FREE)
    answer_id = re.search(r'"answer_id":"([^"]+)"', await stream.until("user_message"))[1]
    while not model.prompts:
        await asyncio.sleep(0.01)
    await app.turns.stop()
    [row] = await rows(app, role="assistant")
    assert row.status == "queued"
    model.script = ("At last",)
    await app.turns.start(everything=True)
    assert (await visitor.resume(answer_id)).events()[-1]["message"]["content"] == "At last"


@pytest.mark.parametrize("text", ["?", "...", "😀", " - "])
async def test_message_without_words_is_asked_for_words(visitor, model, text):
    assert "вопрос словами" in await visitor.say(text)
    assert model.prompts == []


def test_two_responders_never_share_a_stage():
    class Same:
        stage = Stage.FAQ

    with pytest.raises(ValueError, match="two responders"):
        in_order([Same(), Same()])


async def test_fault_while_storing_one_answer_hangs_nobody(app, visitor, model, monkeypatch):
    async def broken(unit, entry_id):
        raise KeyError(entry_id)

    monkeypatch.setattr(app.faq, "record_hit", broken)
    answer = await visitor.post("сколько стоит доставка")
    assert answer.events()[-2]["code"] == "storage_failed"
    assert await visitor.say(FREE) == "Hello, world", "the saver goes on"

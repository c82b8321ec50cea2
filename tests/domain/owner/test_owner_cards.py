"""Cards in the owner's messenger: who gets them, and what is done from there."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.domain.owner.conftest import ANNA, BORIS, customer, link, new_bot, standing, wants_person

from secretary.accounts.models import Role
from secretary.accounts.service import deactivate, user_of
from secretary.assistant.events import RequestTaken
from secretary.assistant.models import Request
from secretary.assistant.responders.message import begin_request
from secretary.assistant.taking import Asking, Draft, Outcome
from secretary.audit.models import AuditEntry
from secretary.channels.owner.telling import Telling
from secretary.conversations import service as conversations
from secretary.conversations.contacts.models import Contact
from secretary.conversations.handover import service as handover
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import HandOverReason
from secretary.kernel.errors import Conflict
from secretary.kernel.jobs import claim
from secretary.knowledge.models import FaqEntry


@pytest.fixture
def linked(client, bot, people, run):
    """The admin is told by the bot."""
    run(link(client, bot, people.admin))
    return bot


async def card_of(bot, *said, reason=HandOverReason.CUSTOMER, **more):
    """A conversation that waits, and its card."""
    session_id = await customer(bot, *(said or ("Где мой заказ 17?",)), **more)
    await wants_person(bot, session_id, reason)
    [card] = await bot.letters()
    return session_id, card


def button(card, what):
    return next(value for value in card[2] if value.startswith(f"!{what}:"))


async def told(bot):
    [(_, text, _, _)] = await bot.letters()
    return text


async def test_card_tells_who_asks_what_and_why(linked, clock):
    session_id = await customer(linked, "Здравствуйте", "Где мой заказ 17?")
    await wants_person(linked, session_id, HandOverReason.UNSURE)
    clock.pass_(minutes=3)
    [(chat, text, values, _)] = await linked.letters()
    assert chat == "anna-7"
    for part in (
        "Секретарь не знает ответа",
        "Бот · Ольга",
        "«Где мой заказ 17?»",
        "Начал с: «Здравствуйте»",
        "Ждёт 3 мин",
    ):
        assert part in text
    assert [value.split(":")[0] for value in values] == ["!answer", "!take", "!teach", "!block"]
    assert all(len(value.encode()) <= 64 for value in values)


async def test_customers_words_make_no_links_and_no_letters(linked):
    _, card = await card_of(linked, "[Жми](http://evil.example) **срочно** `x`\n# Всё <b>")
    asked = card[1].split("«", 1)[1]
    assert not set("[]*`#<>\n") & set(asked.split("»")[0])


async def test_jobs_hold_no_word_of_the_customers(linked):
    session_id = await customer(linked, "Тайный вопрос")
    await wants_person(linked, session_id)
    await linked.work()
    async with linked.app.units.write() as unit:
        jobs = await claim(unit, [f"outbox.telegram:{linked.id}", "owner.tell"], unit.new_id(), 60, 10)
    assert jobs
    assert all("Тайный" not in str(job.payload) and "Ольга" not in str(job.payload) for job in jobs)


async def test_only_those_who_may_act_get_a_card(app, client, people, linked):
    own = await new_bot(app, people.user.id)
    await link(client, own, people.user, BORIS)
    session_id = await customer(linked, "Чужое")
    await wants_person(linked, session_id)
    assert await own.letters() == []
    assert [chat for chat, *_ in await linked.letters()] == ["anna-7"]
    mine = await customer(own, "Моё", name="Пётр", owner_id=people.user.id)
    await wants_person(own, mine)
    assert [chat for chat, *_ in await own.letters()] == ["boris-8"]
    assert [chat for chat, *_ in await linked.letters()] == ["anna-7"], "an administrator sees all"


async def test_quoting_the_card_answers_the_customer(linked, people):
    session_id, card = await card_of(linked)
    assert await linked.hear(ANNA, "Завтра привезём", quoted_id=card[3])
    assert linked.outlet.sent == [(session_id, "Завтра привезём", False)]
    assert "Передала" in await told(linked)
    assert await standing(linked.app, session_id) == ("person", people.admin.id)
    async with linked.app.units.read() as unit:
        said = await unit.db.scalar(select(ChatMessage).where(ChatMessage.content == "Завтра привезём"))
        audited = await unit.db.scalar(select(AuditEntry).where(AuditEntry.action == "reply"))
    assert (said.answered_by, said.author_id) == ("person", people.admin.id)
    assert audited.user_id == people.admin.id


async def test_next_words_after_answer_are_the_answer_once(linked):
    session_id, card = await card_of(linked)
    await linked.tap(ANNA, button(card, "answer"))
    assert "следующим сообщением" in await told(linked)
    assert await linked.hear(ANNA, "Уже едет")
    assert not await linked.hear(ANNA, "Сколько стоит доставка?"), "he tries his own bot"
    assert linked.outlet.sent == [(session_id, "Уже едет", False)]


async def test_answer_is_awaited_for_a_quarter_of_an_hour(linked, clock):
    _, card = await card_of(linked)
    await linked.tap(ANNA, button(card, "answer"))
    clock.pass_(minutes=16)
    assert not await linked.hear(ANNA, "Пойду обедать")
    assert linked.outlet.sent == []


async def test_command_is_no_answer(linked):
    _, card = await card_of(linked)
    await linked.tap(ANNA, button(card, "answer"))
    assert not await linked.hear(ANNA, "/help")
    assert linked.outlet.sent == []


async def test_file_cannot_be_passed_on(linked):
    _, card = await card_of(linked)
    assert await linked.hear(ANNA, "", quoted_id=card[3])
    assert "только текстом" in await told(linked)


async def test_take_over_and_give_back(linked, people):
    session_id, card = await card_of(linked)
    await linked.tap(ANNA, button(card, "take"))
    assert "Разговор ваш" in await told(linked)
    assert await standing(linked.app, session_id) == ("person", people.admin.id)
    await linked.tap(ANNA, card[2][0].replace("answer", "back"))
    assert "снова веду я" in await told(linked)
    assert await standing(linked.app, session_id) == ("secretary", None)


async def test_colleague_hears_who_took_it_and_cannot_take_it_too(app, client, people, linked):
    second = await new_bot(app, name="Второй")
    await _as_admin(app, people.other)
    await link(client, second, people.other, BORIS)
    session_id = await customer(linked, "Где мой заказ?")
    await wants_person(linked, session_id)
    [hers], [his] = await linked.letters(), await second.letters()
    await linked.tap(ANNA, button(hers, "take"))
    assert "Разговор ваш" in await told(linked)
    assert "«Ольга» отвечает test-admin" in await told(second)
    await second.tap(BORIS, button(his, "take"))
    assert await standing(app, session_id) == ("person", people.admin.id)
    assert "Разговор ваш" not in await told(second)


async def test_card_that_goes_out_later_says_who_has_it(linked, people):
    session_id = await customer(linked, "Где мой заказ?")
    await wants_person(linked, session_id)
    async with linked.app.units.write() as unit:
        await handover.take(unit, session_id, people.other.id, timedelta(minutes=30))
    [(_, text, values, _)] = await linked.letters()
    assert "Отвечает: test-other" in text
    assert [value.split(":")[0] for value in values] == ["!block"]


async def test_customer_who_writes_on_is_heard_where_he_is_answered(linked):
    session_id, card = await card_of(linked)
    async with linked.app.units.write() as unit:
        await Telling().customer_wrote(unit, session_id)
    assert await linked.letters() == [], "nobody answers him from a messenger yet"
    await linked.tap(ANNA, button(card, "take"))
    await linked.letters()
    async with linked.app.units.write() as unit:
        await conversations.store_question(unit, session_id, "Ну что там?", "later", "nobody")
        await Telling().customer_wrote(unit, session_id)
    [(_, text, values, number)] = await linked.letters()
    assert "Клиент пишет вам" in text
    assert "«Ну что там?»" in text
    assert [value.split(":")[0] for value in values] == ["!answer", "!back", "!teach", "!block"]
    await linked.hear(ANNA, "Уже скоро", quoted_id=number)
    assert linked.outlet.sent[-1][1] == "Уже скоро"


async def test_each_thing_that_he_writes_comes_once_with_its_files(linked):
    session_id, card = await card_of(linked)
    await linked.tap(ANNA, button(card, "take"))
    await linked.letters()
    for number, text in enumerate(("Вот", "фото")):
        async with linked.app.units.write() as unit:
            asked = await conversations.store_question(unit, session_id, text, f"more-{number}", "nobody")
            if text == "фото":
                row = await unit.db.get(ChatMessage, asked.question.id)
                row.attachment_count = 2
            await Telling().customer_wrote(unit, session_id)
    first, second = await linked.letters()
    assert "«Вот»" in first[1]
    assert "«фото»" in second[1]
    assert "📎 Файлов: 2" in second[1]


async def test_answer_like_this_from_now_on(linked):
    session_id, card = await card_of(linked, "Есть ли у вас *парковка*?", reason=HandOverReason.UNSURE)
    await linked.tap(ANNA, button(card, "teach"))
    assert "запомню" in await told(linked)
    await linked.hear(ANNA, "Да, бесплатная, за углом.")
    assert linked.outlet.sent == [(session_id, "Да, бесплатная, за углом.", False)]
    assert "запомнила" in await told(linked)
    async with linked.app.units.read() as unit:
        entry = await unit.db.scalar(select(FaqEntry).where(FaqEntry.question.contains("парковка")))
    assert entry.answer == "Да, бесплатная, за углом."
    linked.app.faq.forget()
    hit = await linked.app.faq.candidates("есть ли у вас парковка", None)
    assert hit[0].entry.id == entry.id


async def test_known_question_is_answered_but_not_overwritten(linked):
    async with linked.app.units.read() as unit:
        known = (await unit.db.scalars(select(FaqEntry).order_by(FaqEntry.id))).first()
    session_id, card = await card_of(linked, known.question)
    await linked.tap(ANNA, button(card, "teach"))
    await linked.letters()
    await linked.hear(ANNA, "Иначе")
    assert linked.outlet.sent == [(session_id, "Иначе", False)]
    assert "уже есть ответ" in await told(linked)
    async with linked.app.units.read() as unit:
        assert (await unit.db.get(FaqEntry, known.id)).answer == known.answer


async def test_block_stops_listening_and_closes(linked):
    session_id, card = await card_of(linked)
    await linked.tap(ANNA, button(card, "block"))
    assert "Заблокировано" in await told(linked)
    async with linked.app.units.read() as unit:
        session = await unit.db.get(ChatSession, session_id)
        assert (await unit.db.get(Contact, session.contact_id)).blocked
    assert (await standing(linked.app, session_id))[0] == "closed"


async def test_what_cannot_be_sent_is_not_stored(linked):
    session_id, card = await card_of(linked)
    linked.outlet.refusal = Conflict("window_closed", en="Too late.", ru="Клиент писал слишком давно.")
    await linked.hear(ANNA, "Привет", quoted_id=card[3])
    assert await told(linked) == "Клиент писал слишком давно."
    assert (await standing(linked.app, session_id))[0] == "waiting"
    async with linked.app.units.read() as unit:
        assert await unit.db.scalar(select(ChatMessage).where(ChatMessage.content == "Привет")) is None


@pytest.mark.parametrize("what", ["answer", "take", "teach", "block"])
async def test_rights_are_those_of_now(linked, app, people, what):
    session_id, card = await card_of(linked)
    async with app.units.write() as unit:
        user = await user_of(unit, people.admin.id)
        (await user_of(unit, people.other.id)).role = user.role  # somebody must remain one
        await deactivate(unit, user)
    await linked.tap(ANNA, button(card, what))
    assert "больше не работает" in await told(linked)
    await linked.hear(ANNA, "Ответ", quoted_id=card[3])
    assert linked.outlet.sent == []
    assert (await standing(app, session_id))[0] == "waiting"


async def test_strangers_tap_does_nothing_and_is_no_message(linked):
    session_id, card = await card_of(linked)
    assert await linked.tap(BORIS, button(card, "take"))
    assert "больше не работает" in await told(linked)
    assert (await standing(linked.app, session_id))[0] == "waiting"
    assert not await linked.tap(BORIS, "Доставка"), "a customer's button is his"


async def test_card_of_another_link_does_nothing(app, client, people, linked):
    session_id, card = await card_of(linked)
    second = await new_bot(app, people.user.id)
    await link(client, second, people.user, BORIS)
    assert await second.tap(BORIS, button(card, "take"))
    assert "больше не работает" in await told(second)
    assert (await standing(app, session_id))[0] == "waiting"


async def test_message_that_was_taken_comes_with_its_contact(linked):
    session_id = await customer(linked, "Оставить сообщение", "Хочу вернуть лампу")
    async with linked.app.units.write() as unit:
        draft = Draft(
            "Хочу вернуть лампу", Asking.NOTHING, Outcome.TAKEN, "+7 900 000-00-00", "Иван", "urgent", "утром"
        )
        begin_request(unit, session_id, "ru", draft)
        await unit.db.flush()
        request = await unit.db.scalar(select(Request).where(Request.session_id == session_id))
        unit.record(RequestTaken(request.id, None))
        await Telling().message_taken(unit, request.id, None)
    [(_, text, _, _)] = await linked.letters()
    for part in ("срочное", "Иван", "«Хочу вернуть лампу»", "+7 900 000-00-00", "утром"):
        assert part in text


async def test_deleted_conversation_leaves_no_card(linked):
    session_id = await customer(linked, "Где мой заказ?")
    await wants_person(linked, session_id)
    await linked.work()
    async with linked.app.units.write() as unit:
        await conversations.delete_sessions(unit, await conversations.get_sessions(unit, [session_id]))
    assert await linked.letters() == []


async def _as_admin(app, person):
    async with app.units.write() as unit:
        (await user_of(unit, person.id)).role = Role.ADMIN

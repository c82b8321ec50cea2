"""Ids in request bodies, generated from the schema: nobody reaches another's rows by naming them in a field."""

import re

import pytest
from sqlalchemy import select
from tests.security.body_fields import Schema
from tests.security.test_every_route import UNKNOWN, belongings, filled, seen
from tests.support.people import sign_in_again
from tests.support.visitor import Visitor

from secretary.accounts.api_keys import create_key
from secretary.accounts.models import Role, User
from secretary.adapters.channels.widget import api as widget
from secretary.assistant.models import Assistant
from secretary.channels.models import ChannelInstance
from secretary.channels.owner.models import LinkCode
from secretary.conversations.contacts.models import Contact
from secretary.conversations.contacts.service import create as create_contact
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.service import NewSession, open_session
from secretary.knowledge.faq.rules import Content
from secretary.knowledge.models import FaqEntry, KnowledgeCollection
from secretary.knowledge.regression.models import RegressionQuestion
from secretary.knowledge.regression.service import add as add_regression
from secretary.knowledge.service import add_entry
from secretary.knowledge.unanswered.models import UnansweredGroup, UnansweredQuestion
from secretary.llm.models import LlmPreset, Localised

NONSENSE = (UNKNOWN, "nope", "' or 1=1 --", "../../etc/passwd", "\x00", 2**63, 7, {"id": "x"}, ["x"])

REFUSED = {400, 403, 404, 409, 413, 422}

LOOKS_LIKE_AN_ID = re.compile(
    r"(^|_)(id|ids|uuid|ref)$|backend|persona|collection|preset|provider|owner|parent|assistant|instance|session"
    r"|(^|_)(user|key|channel|contact|message|note|job|widget)s?$|^into$"
)

# What a field names: rows of these kinds, of which each user has his own (`belongings`), …
KINDS = {
    "assistant_id": "assistant_id",
    "collection_id": "collection_id",
    "collections": "collection_id",
    "collection_ids": "collection_id",
    "session_id": "session_id",
    "session_ids": "session_id",
    "source_id": "instance_id",
    "widget_instance_id": "instance_id",
    "message_id": "message_id",
    "persona": "preset_id",
    "persona_id": "preset_id",
    "llm_persona": "preset_id",
    "api_key_id": "api_key_id",
    "document_id": "doc_id",
    "faq_entry_id": "faq_entry_id",
    "question_ids": "regression_id",
    "group_ids": "other_group_id",
    "message_ids": "message_id",
    "user_id": "colleague_id",
    "into": "other_contact_id",
    "POST /admin/knowledge/regression/run draft.document.id": "doc_id",
    "POST /chat session_id": "own_session_id",
    "POST /admin/owner-links instance_id": "telegram_id",
    "chat_session_id": "bots_session_id",
}
# … or a backend: `tests/api/test_llm_providers.py` tries foreign ones. What only looks like an id names no row.
BACKENDS = {"backend", "backends", "llm_backend", "provider_id"}
NO_IDS = {"api_key", "forget_key", "provider_type", "waba_id", "phone_number_id"}
NO_IDS |= {"welcome_message", "unauthorized_message", "error_message"}
NUMBERS_TOO = {"allowed_users", "admin_users"}  # people at Telegram, by number or by name
NO_IDS |= NUMBERS_TOO
OWN_NAMES = {
    "POST /admin/inbox/files/{session_id} message_id",  # in a form; the sender's own number, as in a reply
    "POST /admin/llm/presets id",
    "POST /admin/telegram/instances/{instance_id}/sessions user_id",
    "POST /admin/telegram/config action_buttons.0.id",
    "POST /admin/telegram/instances action_buttons.0.id",
    "PUT /admin/telegram/instances/{instance_id} action_buttons.0.id",
}

# Where naming what is foreign, or nonsense, is answered by 2xx, and why that links nothing.
LINKS_NOTHING = {
    "POST /admin/chat/sessions/bulk-delete session_ids.0": "says how many of the caller's own went; the others stay",
    "POST /admin/chat/sessions source_id": "a label of the caller's own choice: his session stays a chat of the panel",
    "POST /admin/chat/sessions/{session_id}/messages message_id": "the sender's own number, one a conversation",
    "POST /admin/chat/sessions/{session_id}/stream message_id": "the sender's own number, one a conversation",
    "POST /admin/chat/sessions/{session_id}/messages widget_instance_id": "taken for the first system's panel, unused",
    "POST /admin/chat/sessions/{session_id}/stream widget_instance_id": "taken for the first system's panel, unused",
    "POST /admin/inbox/{session_id}/reply message_id": "the sender's own number, one a conversation",
    "POST /admin/wiki-rag/search collection_ids.0": "reads: who sees documents sees all of them",
    "POST /admin/usage/log backend": "a label of what was consumed where: an administrator's own entry",
    "POST /admin/usage/log source_id": "a label of what was consumed where: an administrator's own entry",
    "POST /admin/usage/log api_key_id": "a label of what was consumed where: an administrator's own entry",
    "POST /admin/usage/log assistant_id": "a label of what was consumed where: an administrator's own entry",
}
# The default assistant speaks in the installation's personas alone: an administrator's own is one of them.
NAMES = BACKENDS | NO_IDS


@pytest.fixture
def schema(admin_api):
    return Schema(admin_api.openapi())


def id_fields(schema):
    found = (field for field in schema.fields() if LOOKS_LIKE_AN_ID.search(field.name))
    return [field for field in found if str(field) not in OWN_NAMES]


async def all_belongings(app, client, person):
    """What a user owns, as `belongings`, his own conversation and a collection."""
    ids = await belongings(client, person)
    said = (await client.signed_in(person.token).post("/chat", {"text": "сколько стоит доставка"})).json()
    async with app.units.write() as unit:
        now = unit.now()
        row = KnowledgeCollection(id=unit.new_id(), name="Mine", owner_id=person.id, created=now, updated=now)
        unit.db.add(row)
        key, _ = await create_key(unit, person.id, "Mine", ["v1"])
        preset = LlmPreset(id=unit.new_id(), name="Mine", owner_id=await owner_of_presets(unit, person), created=now)
        preset.system_prompt, preset.updated = Localised(ru="Мой", en="Mine"), now
        unit.db.add(preset)
        entry = await add_entry(unit, Content("Когда вы открыты?", "С девяти."), row.id)
        asked = await add_regression(unit, question="Mine?", owner_id=person.id)
        contacts = [(await create_contact(unit, person.id, "Mine", "ru")).id for _ in range(2)]
        talk = await open_session(unit, NewSession("a", "telegram", "i", "k", "ru", owner_id=person.id))
        bot = await unit.db.get(ChannelInstance, ids["telegram_id"])
        bots = await open_session(unit, NewSession(bot.assistant_id, "telegram", bot.id, "7", "ru", owner_id=person.id))
    text = {"title": f"Mine {unit.new_id()}", "content": "text"}
    pasted = (await client.signed_in(person.token).post("/admin/wiki-rag/documents/text", text)).json()
    own = {"doc_id": pasted["document"]["id"], "collection_id": row.id, "api_key_id": key.id, "preset_id": preset.id}
    own |= {"faq_entry_id": entry.id, "regression_id": asked.id, "colleague_id": person.id}
    own |= {"contact_id": contacts[0], "other_contact_id": contacts[1], "customers_session_id": talk.id}
    own |= {"bots_session_id": bots.id}
    async with app.units.write() as unit:
        assistant = await unit.db.get(Assistant, ids["assistant_id"])
        assistant.collections = [row.id, *pasted["document"]["collection_ids"]]
        own |= await unanswered_of(unit, person, assistant.id, (ids["session_id"], said["session_id"]))
    return ids | own | {"own_session_id": said["session_id"]}


async def unanswered_of(unit, person, assistant_id, session_ids):
    """Two groups of questions to an assistant, the first of two."""
    found, now = [], unit.now()
    for session_id in session_ids:
        rows = await unit.db.scalars(select(ChatMessage).where(ChatMessage.session_id == session_id))
        found.append(sorted(rows, key=lambda row: row.seq)[-2:])
    groups = [
        UnansweredGroup(
            id=unit.new_id(), assistant_id=assistant_id, owner_id=person.id, state="open", created=now, updated=now
        )
        for _ in range(2)
    ]
    unit.db.add_all(groups)
    await unit.db.flush()
    (question, answer), (other_question, other_answer) = found
    pairs = ((groups[0], question, answer), (groups[0], other_question, other_answer), (groups[1], question, question))
    unit.db.add_all(
        UnansweredQuestion(
            answer_id=its.id, question_id=asked.id, session_id=asked.session_id, group_id=group.id,
            assistant_id=assistant_id, owner_id=person.id, source="admin", reason="refused", text="Mine?", asked=now,
        )
        for group, asked, its in pairs
    )  # fmt: skip
    return {"group_id": groups[0].id, "other_group_id": groups[1].id}


async def owner_of_presets(unit, person):
    """An administrator's are the installation's."""
    return None if (await unit.db.get(User, person.id)).role is Role.ADMIN else person.id


def named_by(field):
    return KINDS.get(str(field)) or KINDS[field.name]


async def links_to(app, ids):
    """Every row that is somebody's and names one of `ids`, with whose it is."""
    columns = (
        (ChannelInstance.id, ChannelInstance.assistant_id, ChannelInstance.owner_id),
        (ChatSession.id, ChatSession.assistant_id, ChatSession.owner_id),
        (ChatSession.id, ChatSession.assignee_id, ChatSession.owner_id),
        (Contact.id, Contact.merged_into, Contact.owner_id),
        (LinkCode.digest, LinkCode.instance_id, LinkCode.user_id),
        (Assistant.id, Assistant.collections, Assistant.owner_id),
        (FaqEntry.id, FaqEntry.collection_id, FaqEntry.updated),
        (RegressionQuestion.id, RegressionQuestion.collection_id, RegressionQuestion.owner_id),
        (RegressionQuestion.id, RegressionQuestion.document_id, RegressionQuestion.owner_id),
        (UnansweredQuestion.answer_id, UnansweredQuestion.group_id, UnansweredQuestion.owner_id),
        (ChatMessage.id, ChatMessage.parent_id, ChatMessage.session_id),
    )
    wanted, found = set(ids.values()), set()
    async with app.units.read() as unit:
        for one in columns:
            for row in (await unit.db.execute(select(*one))).all():
                named = set(row[1]) if isinstance(row[1], list) else {row[1]}
                if named & wanted or row[0] in wanted:
                    found.add((one[0].class_.__tablename__, row[0], str(row[1]), str(row[2])))
    return found


async def send(client, schema, field, value, ids):
    """The status and what was said."""
    body = schema.filled(field.method, field.url, field.path, value)
    if field.url.startswith("/admin/inbox/"):
        ids = {**ids, "session_id": ids["customers_session_id"]}
    answer = await client.request(field.method, filled(field.url, **ids), body)
    return answer.status, answer.text[:300]


def test_every_field_that_looks_like_an_id_has_a_case(schema):
    """A new one: say in `KINDS` what it names, and give each user one of these in `belongings`; or put it into `NAMES`."""
    fields = id_fields(schema)
    assert len(fields) > 20, "the walk finds nothing"
    assert {str(field) for field in fields if not {field.name, str(field)} & (KINDS.keys() | NAMES)} == set()
    assert set(LINKS_NOTHING) <= {str(field) for field in fields}, "a case without a field"


@pytest.mark.parametrize("role", ["user", "web"])
async def test_foreign_ids_in_bodies_link_and_change_nothing(app, client, people, schema, role):
    theirs = await all_belongings(app, client, people.other)
    mine = await all_belongings(app, client, people.user)
    before, links = await seen(client, people.other, theirs), await links_to(app, theirs)
    tried = 0
    for field in id_fields(schema):
        if field.name in NAMES:
            continue
        me = client.signed_in(await sign_in_again(app, getattr(people, role)))
        status, said = await send(me, schema, field, theirs[named_by(field)], mine)
        if str(field) not in LINKS_NOTHING:
            assert status in REFUSED, f"{field}: {status} {said}"
        assert status < 500, f"{field}: {status} {said}"
        tried += 1
    assert tried >= 10
    assert await links_to(app, theirs) == links
    assert await seen(client, people.other, theirs) == before


async def test_own_ids_in_the_same_bodies_are_taken(app, client, people, schema):
    """Else the test above would pass because of something else in the body. The administrator may change the default widget, too."""
    for field in id_fields(schema):
        if field.name in NAMES:
            continue
        mine = await all_belongings(app, client, people.admin)
        status, said = await send(client.signed_in(people.admin.token), schema, field, mine[named_by(field)], mine)
        assert status in {200, 201, 202}, f"{field}: {status} {said}"


@pytest.mark.parametrize("role", ["admin", "user"])
async def test_nonsense_for_an_id_is_refused_and_never_breaks(app, client, people, schema, role):
    mine = await all_belongings(app, client, getattr(people, role))
    caller = client.signed_in(getattr(people, role).token)
    for field in id_fields(schema):
        for value in NONSENSE:
            status, said = await send(caller, schema, field, value, mine)
            assert status < 500, f"{field} = {value!r}: {status} {said}"
            may_pass = str(field) in LINKS_NOTHING or field.name in NO_IDS
            may_pass &= isinstance(value, (str, int) if field.name in NUMBERS_TOO else str)
            if not may_pass:
                assert status in REFUSED, f"{field} = {value!r}: {status} {said}"


async def test_widget_bodies_reach_no_other_instance_than_the_address(app, client, people):
    """They are no part of the schema: `source_id` and `widget_instance_id` are taken for older scripts."""
    named = {
        f"{shape.__name__}.{name}"
        for shape in (widget.NewSession, widget.NewMessage, widget.Thumb)
        for name in shape.model_fields
        if LOOKS_LIKE_AN_ID.search(name)
    }
    assert named == {"NewSession.source_id", "NewMessage.message_id", "NewMessage.widget_instance_id"}
    theirs = await all_belongings(app, client, people.other)
    before = await links_to(app, theirs)
    opened = await client.post(
        "/widget/chat/session?instance=default", {"source_id": theirs["instance_id"], "language": "ru"}
    )
    visitor = Visitor(client, opened.json()["session"]["id"], opened.json()["token"])
    body = {"content": "Сколько стоит доставка?", "widget_instance_id": theirs["instance_id"]}
    body["message_id"] = theirs["message_id"]
    assert (await client.post(visitor.url("/stream"), body, headers=visitor.headers)).status == 200
    [asked, _] = await visitor.history()
    assert asked["content"] == "Сколько стоит доставка?"
    async with app.units.read() as unit:
        stored = await unit.db.get(ChatSession, visitor.session_id)
    assert stored.source_id not in theirs.values()
    assert await links_to(app, theirs) == before

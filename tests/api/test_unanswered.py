"""`/admin/knowledge/unanswered`: what nobody answered, from the visitor's question to the answer that closes the hole."""

from urllib.parse import quote

import pytest
from tests.support.upkeep import look_after
from tests.support.visitor import Visitor

URL = "/admin/knowledge/unanswered"
PARKING = ("Есть ли у вас парковка?", "паркофка у вас есть", "у вас парковка есть ли?")


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


async def groups(client, query=""):
    answer = await client.get(URL + query)
    assert answer.status == 200, answer.text
    return answer.json()["groups"]


async def ask_all(client, *texts):
    """Each question in a conversation of its own; the last visitor with his answer's id."""
    for text in texts:
        visitor = await Visitor.arrive(client)
        answer = await visitor.ask(text)
    return visitor, answer["id"]


async def post(client, url, body=None, status=200):
    answer = await client.post(url, body or {})
    assert answer.status == status, answer.text
    return answer.json()


async def test_refused_questions_that_ask_the_same_are_one_group_with_links(app, client, admin):
    await ask_all(client, *PARKING)
    await ask_all(client, "Делаете ли вы татуировки?")
    await look_after(app)
    parking, other = await groups(admin)
    assert (parking["count"], other["count"]) == (3, 1)
    assert parking["question"] == PARKING[0]
    assert parking["state"] == "open"
    assert parking["reasons"] == ["refused"]
    assert parking["channels"] == ["widget"]
    assert parking["first_asked"] < parking["last_asked"]
    linked = parking["questions"][0]
    messages = (await admin.get(f"/admin/chat/sessions/{linked['session_id']}")).json()["session"]["messages"]
    assert linked["message_id"] in {message["id"] for message in messages}


async def test_list_is_searched_filtered_sorted_and_paged(app, client, admin):
    await ask_all(client, *PARKING)
    await ask_all(client, "Делаете ли вы татуировки?")
    await look_after(app)
    assert [one["count"] for one in await groups(admin, "?sort=last")] == [1, 3]
    assert [one["count"] for one in await groups(admin, "?limit=1&offset=1")] == [1]
    assert [one["question"] for one in await groups(admin, "?q=" + quote("ТАТУИРОВКИ"))] == [
        "Делаете ли вы татуировки?"
    ]
    assert await groups(admin, "?reason=thumbs_down") == []
    assert await groups(admin, "?state=answered") == []


async def test_customer_who_asks_for_a_person_or_is_answered_is_no_entry(app, client, admin):
    await ask_all(client, "Позовите оператора", "Сколько стоит доставка?")
    await look_after(app)
    assert await groups(admin) == []


async def test_steps_of_taking_a_message_are_no_entries(app, client, admin):
    visitor, _ = await ask_all(client, "Делаете ли вы татуировки?")
    for step in ("да", "+7 999 000-11-22", "Иван"):
        await visitor.ask(step)
    await look_after(app)
    assert [one["count"] for one in await groups(admin)] == [1]


async def test_answered_once_as_faq_answers_the_next_visitor_and_keeps_a_regression_question(app, client, admin):
    await ask_all(client, *PARKING)
    await look_after(app)
    [group] = await groups(admin)
    body = {"as": "faq", "answer": "Да, во дворе, бесплатно."}
    answered = await post(admin, f"{URL}/{group['id']}/answer", body)
    assert answered["group"]["state"] == "answered"
    assert answered["faq_entry_id"] == answered["group"]["faq_entry_id"]
    for text in PARKING:
        assert await (await Visitor.arrive(client)).say(text) == "Да, во дворе, бесплатно."
    questions = (await admin.get("/admin/knowledge/regression")).json()["questions"]
    assert [(one["question"], one["faq_entry_id"]) for one in questions] == [(PARKING[0], answered["faq_entry_id"])]
    again = await admin.post(f"{URL}/{group['id']}/answer", body)
    assert (again.status, again.json()["code"]) == (409, "unanswered_answered")


async def test_answered_once_as_document_is_quoted_to_the_next_visitor(app, client, admin):
    await ask_all(client, *PARKING)
    await look_after(app)
    [group] = await groups(admin)
    body = {"as": "document", "answer": "Парковка во дворе, бесплатно.", "question": "Где парковка?"}
    answered = await post(admin, f"{URL}/{group['id']}/answer", body)
    assert answered["document_id"]
    assert "Парковка во дворе" in await (await Visitor.arrive(client)).say("где у вас парковка")


async def test_answer_is_appended_to_a_document_as_a_section(app, client, admin):
    text = {"title": "О нас", "content": "# О нас\n\nМы открылись в 2009 году."}
    made = (await admin.post("/admin/wiki-rag/documents/text", text)).json()["document"]
    await ask_all(client, *PARKING)
    await look_after(app)
    [group] = await groups(admin)
    body = {"as": "document", "answer": "Во дворе.", "question": "Где парковка?", "document_id": made["id"]}
    await post(admin, f"{URL}/{group['id']}/answer", body)
    content = (await admin.get(f"/admin/wiki-rag/documents/{made['id']}/content")).json()
    assert content["content"] == "# О нас\n\nМы открылись в 2009 году.\n\n## Где парковка?\n\nВо дворе.\n"
    assert content["version"] == 2


async def test_question_that_the_faq_has_is_a_conflict_that_names_it_and_changes_nothing(app, client, admin):
    await ask_all(client, *PARKING)
    await look_after(app)
    await post(admin, "/admin/faq", {"trigger": "Где парковка?", "response": "Во дворе."})
    [group] = await groups(admin)
    body = {"as": "faq", "answer": "Нет её.", "question": "где   парковка"}
    refused = await admin.post(f"{URL}/{group['id']}/answer", body)
    assert (refused.status, refused.json()["code"]) == (409, "faq_question_taken")
    assert "Где парковка?" in refused.text
    assert [one["state"] for one in await groups(admin)] == ["open"]
    assert (await admin.get("/admin/knowledge/regression")).json()["questions"] == []


async def test_collection_that_the_assistant_does_not_use_is_refused(app, client, admin):
    made = (await admin.post("/admin/knowledge/collections", {"name": "Склад"})).json()["collection"]
    await ask_all(client, *PARKING)
    await look_after(app)
    [group] = await groups(admin)
    for kind in ("faq", "document"):
        body = {"as": kind, "answer": "Да.", "collection_id": made["id"]}
        refused = await admin.post(f"{URL}/{group['id']}/answer", body)
        assert (refused.status, refused.json()["code"]) == (422, "collection_not_used"), refused.text


async def test_answered_question_that_is_refused_again_reopens_its_group(app, client, admin):
    await ask_all(client, *PARKING)
    await look_after(app)
    [group] = await groups(admin)
    body = {"as": "faq", "answer": "Да.", "question": "Где парковка"}
    await post(admin, f"{URL}/{group['id']}/answer", body)
    deleted = await admin.delete("/admin/faq/Где парковка")
    assert deleted.status == 200, deleted.text
    await ask_all(client, "парковка есть у вас")
    await look_after(app)
    [again] = await groups(admin, "?state=open")
    assert (again["id"], again["reopened"], again["count"], again["faq_entry_id"]) == (group["id"], True, 4, None)


async def test_question_asked_before_the_answer_but_noticed_after_it_reopens_nothing(app, client, admin):
    await ask_all(client, *PARKING)
    await look_after(app)
    [group] = await groups(admin)
    await ask_all(client, "парковка есть у вас")
    await post(admin, f"{URL}/{group['id']}/answer", {"as": "faq", "answer": "Да."})
    await look_after(app)
    assert [(one["state"], one["count"]) for one in await groups(admin)] == [("answered", 4)]


async def test_dismissed_group_stays_so_until_it_is_reopened(app, client, admin):
    await ask_all(client, *PARKING)
    await look_after(app)
    [group] = await groups(admin)
    assert (await post(admin, f"{URL}/{group['id']}/dismiss"))["group"]["state"] == "dismissed"
    await ask_all(client, PARKING[0])
    await look_after(app)
    assert [(one["state"], one["count"]) for one in await groups(admin)] == [("dismissed", 4)]
    assert (await post(admin, f"{URL}/{group['id']}/reopen"))["group"]["state"] == "open"


async def test_groups_are_merged_and_split(app, client, admin):
    await ask_all(client, *PARKING, "Где поставить машину?", "Делаете ли вы татуировки?")
    await look_after(app)
    parking, *others = await groups(admin)
    car = next(one for one in others if "машину" in one["question"])
    merged = await post(admin, f"{URL}/{parking['id']}/merge", {"group_ids": [car["id"]]})
    assert merged["group"]["count"] == 4
    assert (await admin.get(f"{URL}/{car['id']}")).status == 404
    [asked] = car["questions"]
    parted = await post(admin, f"{URL}/{parking['id']}/split", {"message_ids": [asked["message_id"]]})
    assert (parted["group"]["question"], parted["group"]["count"]) == ("Где поставить машину?", 1)
    rest = (await admin.get(f"{URL}/{parking['id']}")).json()["group"]
    assert rest["count"] == 3
    everything = [one["message_id"] for one in rest["questions"]]
    refused = await admin.post(f"{URL}/{parking['id']}/split", {"message_ids": everything})
    assert refused.json()["code"] == "nothing_to_split"
    assert (await admin.get(f"{URL}/{parking['id']}")).json()["group"]["count"] == 3


async def test_thumb_down_is_an_entry_until_it_is_taken_back(app, client, admin):
    visitor, answer_id = await ask_all(client, "Сколько стоит доставка?")
    thumb = visitor.url(f"/messages/{answer_id}/feedback")
    for value, expected in ((-1, 1), (-1, 1), (0, 0), (-1, 1), (1, 0)):
        assert (await client.post(thumb, {"value": value}, headers=visitor.headers)).status == 200
        await look_after(app)
        found = await groups(admin)
        assert len(found) == expected, value
        assert [one["reasons"] for one in found] == [["thumbs_down"]] * expected


async def test_thumb_down_on_a_refusal_is_the_same_entry(app, client, admin):
    visitor, answer_id = await ask_all(client, PARKING[0])
    await client.post(visitor.url(f"/messages/{answer_id}/feedback"), {"value": -1}, headers=visitor.headers)
    await client.post(visitor.url(f"/messages/{answer_id}/feedback"), {"value": 0}, headers=visitor.headers)
    await look_after(app)
    assert [(one["count"], one["reasons"]) for one in await groups(admin)] == [(1, ["refused"])]


async def test_better_answer_removes_the_entry_and_switching_back_restores_it(app, client, admin):
    session = (await admin.post("/admin/chat/sessions", {})).json()["session"]["id"]
    asked = (await admin.post(f"/admin/chat/sessions/{session}/messages", {"content": PARKING[0]})).json()
    messages = f"/admin/chat/sessions/{session}/messages"
    await look_after(app)
    assert [one["count"] for one in await groups(admin)] == [1]
    await admin.post(f"{messages}/{asked['message']['id']}/regenerate", {})
    await look_after(app)
    assert [one["count"] for one in await groups(admin)] == [1], "refused twice is once a question"
    await post(admin, "/admin/faq", {"trigger": PARKING[0], "response": "Во дворе."})
    better = (await admin.post(f"{messages}/{asked['message']['id']}/regenerate", {})).json()["response"]
    assert better["content"] == "Во дворе."
    await look_after(app)
    assert await groups(admin) == []
    await post(admin, f"/admin/chat/sessions/{session}/branches/switch", {"message_id": asked["response"]["id"]})
    assert [one["count"] for one in await groups(admin)] == [1]
    await admin.delete(f"{messages}/{asked['response']['id']}")
    assert await groups(admin) == []


async def test_deleted_conversation_takes_its_questions_along(app, client, admin):
    visitor, _ = await ask_all(client, PARKING[0])
    await look_after(app)
    await admin.delete(f"/admin/chat/sessions/{visitor.session_id}")
    assert await groups(admin) == []


async def test_users_see_their_own_and_nobodys_and_change_their_own_only(app, client, people, admin):
    user, other = client.signed_in(people.user.token), client.signed_in(people.other.token)
    await user.post("/chat", {"text": PARKING[0]})
    await ask_all(client, "Делаете ли вы татуировки?")
    await look_after(app)
    assert len(await groups(admin)) == 2
    mine = next(one for one in await groups(user) if one["owner_id"] == people.user.id)
    seen = await groups(other)
    assert [one["question"] for one in seen] == ["Делаете ли вы татуировки?"]
    assert (await other.get(f"{URL}/{mine['id']}")).status == 404
    for action in ("dismiss", "reopen"):
        assert (await other.post(f"{URL}/{mine['id']}/{action}", {})).status == 404
        assert (await other.post(f"{URL}/{seen[0]['id']}/{action}", {})).status == 404
    await post(user, f"{URL}/{mine['id']}/dismiss")
    both = [one["id"] for one in await groups(admin)]
    refused = await admin.post(f"{URL}/{both[0]}/merge", {"group_ids": both[1:]})
    assert refused.json()["code"] == "unanswered_of_others"

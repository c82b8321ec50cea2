"""`/admin/canned-answers`: what somebody writes often, by a word of his own."""

import pytest

URL = "/admin/canned-answers"


@pytest.fixture
def user(client, people):
    return client.signed_in(people.user.token)


async def call(client, method, path="", body=None, status=200):
    answer = await client.request(method, URL + path, body)
    assert answer.status == status, answer.text
    return answer.json()


async def made(client, shortcut="доставка", text="Доставим завтра.", status=201):
    body = {"shortcut": shortcut, "title": "О доставке", "text": text}
    return (await call(client, "POST", "", body, status)).get("canned_answer")


async def test_made_found_changed_and_deleted(user):
    one = await made(user)
    await made(user, "hours", "Открыто с девяти.")
    listed = await call(user, "GET")
    assert ([row["shortcut"] for row in listed["canned_answers"]], listed["total"]) == (["hours", "доставка"], 2)
    assert (await call(user, "GET", "?search=%D0%B7%D0%B0%D0%B2%D1%82%D1%80%D0%B0"))["total"] == 1
    changed = (await call(user, "PUT", f"/{one['id']}", {"text": "Доставим в среду."}))["canned_answer"]
    assert (changed["text"], changed["shortcut"]) == ("Доставим в среду.", "доставка")
    assert (await call(user, "GET", f"/{one['id']}"))["canned_answer"] == changed
    await call(user, "DELETE", f"/{one['id']}")
    await call(user, "GET", f"/{one['id']}", None, 404)


async def test_one_word_means_one_answer_of_each(client, user, people):
    one, other = await made(user), await made(user, "hours")
    assert await made(user, status=409) is None
    assert (await call(user, "PUT", f"/{other['id']}", {"shortcut": "доставка"}, 409))["code"] == "shortcut_taken"
    await call(user, "PUT", f"/{one['id']}", {"shortcut": "доставка", "title": ""})
    assert await made(client.signed_in(people.other.token))


async def test_foreign_ones_are_unknown_and_an_admin_sees_all(client, user, people):
    one = await made(user)
    other = client.signed_in(people.other.token)
    assert (await call(other, "GET"))["total"] == 0
    for method, body in (("GET", None), ("PUT", {"title": "x"}), ("DELETE", None)):
        await call(other, method, f"/{one['id']}", body, 404)
    assert (await call(client.signed_in(people.admin.token), "GET"))["total"] == 1
    await call(client.signed_in(people.guest.token), "GET", "", None, 403)


@pytest.mark.parametrize(
    "body",
    [
        {"shortcut": "Большие", "text": "x"}, {"shortcut": "a b", "text": "x"}, {"shortcut": "", "text": "x"},
        {"shortcut": "a" * 31, "text": "x"}, {"shortcut": "a", "text": "  "}, {"shortcut": "a\n", "text": "x"},
    ],
)  # fmt: skip
async def test_bad_ones_are_refused(user, body):
    await call(user, "POST", "", body, 422)

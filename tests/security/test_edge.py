"""What leaves the program when a request is too large or something breaks: always a problem, never a framework's words."""

import pytest

LARGE = b'{"username": "' + b"x" * 1_100_000 + b'"}'


@pytest.mark.parametrize("path", ["/admin/auth/login", "/admin/faq", "/chat", "/widget/chat/session?instance=default"])
async def test_too_large_a_body_is_a_problem_everywhere(client, people, path):
    answer = await client.signed_in(people.admin.token).request("POST", path, content=LARGE)
    assert (answer.status, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_fault_in_an_admin_route_is_a_problem_that_says_nothing(client, people, monkeypatch):
    async def broken(*arguments, **options):
        raise KeyError("/home/secret")

    monkeypatch.setattr("secretary.assistant.queries.assistants", broken)
    answer = await client.signed_in(people.admin.token).get("/admin/assistants")
    assert (answer.status, answer.json()["code"]) == (500, "internal")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/admin/faq", b'{"trigger": "a", "response": "b", "priority": 170141183460469231731687303715884105728}'),
        ("/admin/faq", b'{"trigger": "a", "response": "b", "collection_id": "\\ud800"}'),
        ("/admin/faq", b'{"trigger": "a", "response": "b", "collection_id": "\\u0000"}'),
        ("/admin/widget/instances", b'{"name": "a", "assistant_id": "\\ud83d"}'),
        ("/admin/assistants", b'{"name": "a", "persona_id": "\\u0000"}'),
    ],
)
async def test_values_that_no_row_can_hold_are_refused(client, people, path, content):
    answer = await client.signed_in(people.admin.token).request("POST", path, content=content)
    assert answer.status in {400, 404, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"

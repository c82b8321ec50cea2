"""Pages and whole sites: what is read, what is left out, and how a walk ends that has no end."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from tests.domain.documents.importing import work
from tests.support.sites import Page
from tests.unit.documents import corpus

from secretary.kernel.jobs import ClaimedJob, JobState, claim, get_job
from secretary.knowledge.documents import imports
from secretary.knowledge.documents.crawling import Walk
from secretary.knowledge.models import Document


async def walked(app, tools, actor, url, pages=500):
    """Walk through a site; the job as it is afterwards."""
    async with app.units.write(actor) as unit:
        job_id = await imports.site(unit, url, pages, None)
    await work(app.units, tools)
    async with app.units.read() as unit:
        return await get_job(unit, job_id)


async def stored(app):
    async with app.units.read() as unit:
        return {one.source_url: one for one in await unit.db.scalars(select(Document))}


async def fetched(app, tools, actor, url):
    async with app.units.write(actor) as unit:
        asked = await imports.address(unit, url, None)
    await work(app.units, tools)
    return (await stored(app))[asked.document.source_url]


async def test_site_is_read_by_its_links_without_what_is_on_every_page(app, tools, boss, site):
    site.page("/", "Магазин", "Чай и кофе", "/tea", "/coffee", "http://elsewhere.example/x", "/pic.jpg", "mailto:x@y")
    site.page("/tea", "Чай", "Чай стоит 100", "/", "/tea#top", "/tea?utm_source=x")
    site.page("/coffee", "Кофе", "Кофе стоит 250")
    job = await walked(app, tools, boss, site.url)
    found = await stored(app)
    assert {url.removeprefix(site.url): one.content for url, one in found.items()} == {
        "/": "# Магазин\n\nЧай и кофе",
        "/tea": "# Чай\n\nЧай стоит 100",
        "/coffee": "# Кофе\n\nКофе стоит 250",
    }
    assert {one.state.value for one in found.values()} == {"ready"}
    assert job.state is JobState.DONE
    assert {name: job.progress[name] for name in ("done", "total", "unit", "stored")} == {
        "done": 3, "total": 3, "unit": "pages", "stored": 3,
    }  # fmt: skip
    assert sorted(site.asked) == ["/", "/coffee", "/robots.txt", "/sitemap.xml", "/tea"]
    assert not list(tools.crawls.iterdir())


async def test_sitemap_says_which_pages_there_are(app, tools, boss, site):
    site.page("/", "Главная", "начало", "/unlisted")
    site.page("/listed", "Список", "в карте сайта")
    site.page("/unlisted", "Вне", "не в карте")
    site.text("/robots.txt", f"User-agent: *\nSitemap: {site.url}/maps.xml\n")
    places = "".join(f"<sitemap><loc>{site.url}{path}</loc></sitemap>" for path in ("/one.xml", "/missing.xml"))
    site.text("/maps.xml", f"<sitemapindex>{places}</sitemapindex>", "text/xml")
    site.sitemap("/listed", "/", path="/one.xml")
    await walked(app, tools, boss, site.url)
    assert {url.removeprefix(site.url) for url in await stored(app)} == {"/", "/listed"}


async def test_robots_are_obeyed(app, tools, boss, site):
    site.page("/", "Главная", "начало", "/open", "/closed/page")
    site.page("/open", "Открыто", "можно")
    site.page("/closed/page", "Закрыто", "нельзя")
    site.text("/robots.txt", "User-agent: *\nDisallow: /closed/\nCrawl-delay: 3\n")
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    await walked(app, replace(tools, sleep=sleep), boss, site.url)
    assert "/closed/page" not in site.asked
    assert set(waits) == {3.0}


async def test_trap_of_endless_links_ends(app, tools, boss, site):
    site.page("/", "Ловушка", "вход", "/trap")
    job = await walked(app, tools, boss, site.url, pages=7)
    assert (job.state, job.progress["done"]) == (JobState.DONE, 7)
    assert len(await stored(app)) == 7


async def test_depth_time_and_bytes_end_a_walk_too(app, tools, boss, site):
    site.page("/", "Ловушка", "вход", "/trap")
    shallow = replace(tools, site=replace(tools.site, depth=2))
    assert (await walked(app, shallow, boss, site.url)).progress["done"] == 4
    small = replace(tools, site=replace(tools.site, bytes=1))
    assert (await walked(app, small, boss, site.url)).progress["done"] == 1


async def test_same_page_at_several_addresses_is_one_document(app, tools, boss, site):
    site.page("/", "Главная", "начало", "/a", "/copy", "/alias")
    site.page("/a", "А", "один текст")
    site.page("/copy", "А", "один текст")
    site.page("/alias", "Другое имя", "другой текст", head='<link rel="canonical" href="/a">')
    site.page("/hidden", "Скрыто", "noindex", head='<meta name="robots" content="noindex">')
    await walked(app, tools, boss, site.url)
    assert sorted(one.title for one in (await stored(app)).values()) == ["А", "Главная"]


async def test_documents_faults_and_strangers_on_a_site(app, tools, boss, site):
    site.page("/", "Главная", "начало", "/price.docx", "/gone", "/broken", "/cut", "/out", "/inside", "/data")
    site.pages["/price.docx"] = Page(corpus.docx_file(), "application/octet-stream")
    site.pages["/broken"] = Page(b"", status=500)
    site.pages["/cut"] = Page(b"x" * 1000, cut=10)
    site.pages["/data"] = Page(b"\x89PNG\r\n\x1a\n", "image/png")
    site.redirect("/out", "https://elsewhere.example/")
    site.redirect("/inside", "http://127.0.0.2:1/metadata")
    job = await walked(app, tools, boss, site.url)
    assert job.state is JobState.DONE
    assert {one.title for one in (await stored(app)).values()} == {"Главная", "Прайс-лист"}
    assert job.progress["skipped"] == 6


async def test_second_walk_changes_only_what_changed(app, tools, boss, site):
    site.page("/", "Главная", "начало", "/a")
    site.page("/a", "А", "раз")
    await walked(app, tools, boss, site.url)
    site.page("/a", "А", "два")
    job = await walked(app, tools, boss, site.url)
    assert (job.progress["stored"], job.progress["unchanged"]) == (1, 1)
    found = await stored(app)
    assert {url.removeprefix(site.url): one.version for url, one in found.items()} == {"/": 1, "/a": 2}


async def test_site_without_anything_to_read_fails_clearly(app, tools, boss, site):
    job = await walked(app, tools, boss, f"{site.url}/nothing")
    assert (job.state, job.last_error) == (JobState.DEAD, "no_pages")


async def test_site_that_forbids_itself_fails_clearly(app, tools, boss, site):
    site.page("/", "Главная", "начало")
    site.text("/robots.txt", "User-agent: *\nDisallow: /\n")
    job = await walked(app, tools, boss, site.url)
    assert (job.state, job.last_error) == (JobState.DEAD, "robots")
    assert site.asked == ["/robots.txt", "/sitemap.xml"]


async def test_site_that_is_away_is_tried_again(app, tools, boss, site):
    site.pages["/robots.txt"] = Page(b"", status=503)
    job = await walked(app, tools, boss, site.url)
    assert (job.state, job.last_error) == (JobState.QUEUED, "site_failed")


async def test_walk_goes_on_where_it_was(app, tools, boss, site):
    site.page("/", "Ловушка", "вход", "/trap")

    class Dies(Exception):
        """As a worker does."""

    pauses = iter(range(3))

    async def die(_seconds):
        if next(pauses, None) is None:
            raise Dies

    async with app.units.write(boss) as unit:
        await imports.site(unit, site.url, 8, None)
    async with app.units.write() as unit:
        [job] = await claim(unit, [imports.SITE], unit.new_id(), 60)
    with pytest.raises(Dies):
        await Walk(app.units, replace(tools, sleep=die), job).run()
    assert len(await stored(app)) == 4
    asked = len(site.asked)
    await Walk(app.units, tools, job).run()
    assert len(await stored(app)) == 8
    assert site.asked.count("/") == 1
    assert len(site.asked) - asked == 6  # robots.txt, the page that was not noted, and the four that are new


async def test_walk_that_is_cancelled_stops_and_keeps_what_it_read(app, tools, boss, site):
    site.page("/", "Ловушка", "вход", "/trap")
    async with app.units.write(boss) as unit:
        job_id = await imports.site(unit, site.url, 50, None)

    async def cancel(_seconds):
        async with app.units.write(boss) as unit:
            await imports.stop(unit, job_id)

    async with app.units.write() as unit:
        [job] = await claim(unit, [imports.SITE], unit.new_id(), 60)
    assert isinstance(job, ClaimedJob)
    with pytest.raises(Exception, match="lease_lost"):
        await Walk(app.units, replace(tools, sleep=cancel), job).run()
    assert len(await stored(app)) == 1
    assert not list(tools.crawls.glob("*"))


async def test_one_address_is_read_and_read_again(app, tools, boss, clerk, site):
    site.page("/tea", "Чай", "Чай стоит 100")
    document = await fetched(app, tools, boss, f"{site.url}/tea#place")
    assert (document.state.value, document.title, document.content) == ("ready", "Чай", "# Чай\n\nЧай стоит 100")
    site.page("/tea", "Чай", "Чай стоит 120")
    assert (await fetched(app, tools, boss, f"{site.url}/tea")).version == 2


@pytest.mark.parametrize(
    ("path", "page", "fault"),
    [
        ("/x", Page(b"", status=404), "not_there"),
        ("/x", Page(b"", status=403), "refused"),
        ("/x", Page(b"", status=302, headers={"Location": "http://10.0.0.1/"}), "not_allowed"),
        ("/x", Page(b"", status=302, headers={"Location": "file:///etc/passwd"}), "not_allowed"),
        ("/x", Page(b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png"), "wrong_type"),
        ("/x", Page(b"<html><body></body></html>"), "empty"),
    ],
)
async def test_address_with_a_fault_says_which(app, tools, boss, site, path, page, fault):
    site.pages[path] = page
    document = await fetched(app, tools, boss, site.url + path)
    assert (document.state.value, document.fault) == ("failed", fault)


async def test_page_that_is_too_large_is_not_read(app, tools, boss, site):
    site.page("/x", "Большая", "слово " * 10_000)
    small = replace(tools, site=replace(tools.site, page_bytes=1_000))
    assert (await fetched(app, small, boss, f"{site.url}/x")).fault == "too_large"


async def test_address_that_is_away_waits_for_another_attempt(app, tools, boss, site):
    site.pages["/x"] = Page(b"", status=502)
    document = await fetched(app, tools, boss, f"{site.url}/x")
    assert (document.state.value, document.fault) == ("waiting", "site_failed")

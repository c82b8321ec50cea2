"""Walking a site again: pages that vanished, pages that are as they were, and going by itself."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from tests.domain.documents.importing import work
from tests.domain.documents.test_sites import stored, walked
from tests.support.sites import Page

from secretary.kernel.errors import NotFound
from secretary.kernel.jobs import JobState, fire_due, list_schedules
from secretary.kernel.jobs.schedule_table import Schedule
from secretary.knowledge.documents import imports, service, sites
from secretary.knowledge.documents.passages import prepare
from secretary.knowledge.models import Chunk


async def paths(app, site):
    return {url.removeprefix(site.url) for url in await stored(app)}


def three_pages(site):
    site.page("/", "Магазин", "Чай и кофе", "/tea", "/coffee")
    site.page("/tea", "Чай", "Чай стоит 100", "/")
    site.page("/coffee", "Кофе", "Кофе стоит 250", "/")


async def test_page_that_the_site_has_no_more_is_marked_and_at_the_second_walk_deleted(app, tools, boss, site):
    three_pages(site)
    await walked(app, tools, boss, site.url)
    del site.pages["/tea"]
    job = await walked(app, tools, boss, site.url)
    assert (job.progress["missing"], job.progress["removed"], job.progress["is_whole"]) == (1, 0, True)
    tea = (await stored(app))[f"{site.url}/tea"]
    assert (tea.state.value, tea.fault) == ("ready", "vanished")
    job = await walked(app, tools, boss, site.url)
    assert (job.progress["removed"], job.progress["removed_pages"]) == (1, [f"{site.url}/tea"])
    assert await paths(app, site) == {"/", "/coffee"}
    async with app.units.read() as unit:
        texts = (await unit.db.scalars(select(Chunk.text))).all()
    assert not any("100" in text for text in texts)


async def test_page_that_comes_back_is_unmarked(app, tools, boss, site):
    three_pages(site)
    await walked(app, tools, boss, site.url)
    tea = site.pages.pop("/tea")
    await walked(app, tools, boss, site.url)
    site.pages["/tea"] = tea
    await walked(app, tools, boss, site.url)
    assert (await stored(app))[f"{site.url}/tea"].fault == ""
    del site.pages["/tea"]
    await walked(app, tools, boss, site.url)
    assert "/tea" in await paths(app, site)


async def test_page_that_nothing_leads_to_any_more_is_deleted_after_a_walk_that_saw_everything(app, tools, boss, site):
    three_pages(site)
    await walked(app, tools, boss, site.url)
    site.page("/", "Магазин", "Только чай", "/tea")
    job = await walked(app, tools, boss, site.url)
    assert job.progress["removed_pages"] == [f"{site.url}/coffee"]
    assert await paths(app, site) == {"/", "/tea"}


@pytest.mark.parametrize("why", ["pages", "depth", "bytes", "error"])
async def test_walk_that_was_cut_short_deletes_nothing(app, tools, boss, site, why):
    site.page("/", "Магазин", "Чай и кофе", "/tea", "/list", "/coffee")
    site.page("/tea", "Чай", "Чай стоит 100", "/")
    site.page("/list", "Список", "Ещё", "/more")
    site.page("/more", "Дальше", "Совсем далеко", "/")
    site.page("/coffee", "Кофе", "Кофе стоит 250", "/")
    await walked(app, tools, boss, site.url)
    site.page("/", "Магазин", "Чай", "/tea", "/list")
    limits = {"depth": {"depth": 1}, "bytes": {"bytes": 1}}.get(why, {})
    if why == "error":
        site.pages["/tea"] = Page(b"", status=500)
    job = await walked(
        app, replace(tools, site=replace(tools.site, **limits)), boss, site.url, 2 if why == "pages" else 500
    )
    assert (job.state, job.progress["removed"], job.progress["is_whole"]) == (JobState.DONE, 0, False)
    assert await paths(app, site) == {"/", "/tea", "/list", "/more", "/coffee"}


async def test_most_of_a_site_does_not_go_at_once(app, tools, boss, site):
    pages = [f"/p{number}" for number in range(8)]
    site.page("/", "Главная", "начало", *pages)
    for path in pages:
        site.page(path, path, f"текст {path}")
    await walked(app, tools, boss, site.url)
    site.page("/", "Ремонт", "Сайт на обслуживании")
    job = await walked(app, tools, boss, site.url)
    assert (job.progress["missing"], job.progress["removed"]) == (8, 0)
    job = await walked(app, tools, boss, site.url)
    assert job.progress["removed"] == 8
    assert await paths(app, site) == {"/"}


async def test_what_came_by_itself_or_was_written_over_stays(app, tools, boss, site):
    three_pages(site)
    site.page("/alone", "Отдельно", "Загружена сама по себе")
    async with app.units.write(boss) as unit:
        await imports.address(unit, f"{site.url}/alone", None)
    await work(app.units, tools)
    await walked(app, tools, boss, site.url)
    coffee = (await stored(app))[f"{site.url}/coffee"]
    own = await prepare("Кофе", "Кофе стоит 300, написал владелец.")
    async with app.units.write(boss) as unit:
        await service.edit(unit, coffee.id, own, None)
    site.page("/", "Магазин", "Пусто")
    await walked(app, tools, boss, site.url)
    assert await paths(app, site) == {"/", "/alone", "/coffee"}


async def test_pages_that_did_not_change_are_not_sent_again_and_lead_on_all_the_same(app, tools, boss, site):
    three_pages(site)
    site.page("/tea", "Чай", "Чай стоит 100", "/green")
    site.page("/green", "Зелёный", "Зелёный чай стоит 150")
    for path, page in site.pages.items():
        page.headers = {"ETag": f'"{path}-1"'}
    await walked(app, tools, boss, site.url)
    assert site.unchanged == []
    site.page("/coffee", "Кофе", "Кофе стоит 270", "/")
    job = await walked(app, tools, boss, site.url)
    assert sorted(site.unchanged) == ["/", "/green", "/tea"]
    assert (job.progress["stored"], job.progress["unchanged"], job.progress["removed"]) == (1, 3, 0)
    assert await paths(app, site) == {"/", "/tea", "/green", "/coffee"}


async def test_document_that_was_deleted_is_read_again_though_the_page_is_the_same(app, tools, boss, site):
    three_pages(site)
    site.pages["/tea"].headers = {"ETag": '"1"'}
    await walked(app, tools, boss, site.url)
    tea = (await stored(app))[f"{site.url}/tea"]
    async with app.units.write(boss) as unit:
        from secretary.knowledge.documents import storing

        await storing.remove(unit, await service.find_to_change(unit, tea.id))
    await walked(app, tools, boss, site.url)
    assert "/tea" in await paths(app, site)


async def schedule(app):
    async with app.units.read() as unit:
        return [one for one in await list_schedules(unit) if one.key.startswith(sites.PREFIX)]


async def test_site_is_walked_again_by_itself_as_it_was_asked_for(app, tools, boss, site):
    site.page("/", "Ловушка", "вход", "/trap")
    async with app.units.write(boss) as unit:
        await imports.site(unit, site.url, 4, None, "daily")
    await work(app.units, tools)
    [daily] = await schedule(app)
    assert (daily.kind, daily.rule.every, daily.enabled) == (imports.SITE, "day", True)
    asked = len(site.asked)
    async with app.units.write() as unit:
        (await unit.db.get(Schedule, daily.key)).next_run = unit.now()
        await unit.db.flush()
        assert await fire_due(unit, [imports.SITE]) == 1
    assert await work(app.units, tools) == [imports.SITE]
    assert len(site.asked) - asked == 6  # robots.txt, the sitemap, and four pages
    async with app.units.write(boss) as unit:
        await imports.repeat_site(unit, site.url, "weekly")
        [listed] = await sites.listed(unit)
    assert (listed.site.every, listed.site.report["stored"] + listed.site.report["unchanged"]) == ("weekly", 4)
    assert listed.next_walk is not None
    async with app.units.write(boss) as unit:
        await imports.repeat_site(unit, site.url, "none")
        [listed] = await sites.listed(unit)
    assert (listed.next_walk, (await schedule(app))[0].enabled) == (None, False)


async def test_sites_over_http_are_ones_own(client, people, app, tools, site):
    three_pages(site)
    mine, other = client.signed_in(people.user.token), client.signed_in(people.other.token)
    answer = await mine.post("/admin/wiki-rag/sites", {"url": site.url, "every": "weekly"})
    assert answer.status == 202, answer.text
    await work(app.units, tools)
    [listed] = (await mine.get("/admin/wiki-rag/sites")).json()["sites"]
    assert (listed["every"], listed["pages"], listed["report"]["stored"]) == ("weekly", 3, 3)
    assert (await other.get("/admin/wiki-rag/sites")).json() == {"sites": []}
    answer = await other.put("/admin/wiki-rag/sites", {"url": site.url, "every": "none"})
    assert (answer.status, answer.json()["code"]) == (404, "no_such_site")
    assert (await mine.put("/admin/wiki-rag/sites", {"url": site.url, "every": "none"})).json()["sites"][0][
        "every"
    ] == "none"


async def test_nobody_repeats_what_was_never_imported(app, boss):
    async with app.units.write(boss) as unit:
        with pytest.raises(NotFound, match="no_such_site"):
            await imports.repeat_site(unit, "https://shop.example", "daily")

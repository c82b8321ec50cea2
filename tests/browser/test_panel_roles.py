"""Who sees what: the navigation by the rights that the backend grants, and no view behind an address that is hidden."""

import pytest
from tests.support.panel import ROLES, ask, at_panel, entries, served_copy, sign_in, words

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
# By the table of views of the first system; views that it did not have are seen by whoever has their right.
SEEN = {
    "admin": {"overview", "playground", "faq", "audit", "settings", "widgets", "analytics", "models", "knowledge"},
    "user": {"overview", "playground", "faq", "audit", "settings", "widgets", "analytics", "models", "knowledge"},
    "web": {"playground", "faq", "settings", "widgets", "models", "knowledge"},
    "guest": {"overview", "playground", "faq", "settings"},
}
HIDDEN = {
    "admin": set(),
    "user": set(),
    "web": {"overview", "audit", "analytics"},
    "guest": {"audit", "analytics", "widgets", "models", "knowledge", "requests", "assistants", "personas"},
}


@pytest.fixture(scope="module")
def served(world, tmp_path_factory):
    with served_copy(world, tmp_path_factory.mktemp("roles") / "data") as running:
        yield running


@pytest.mark.parametrize("role", ROLES)
def test_navigation_shows_what_the_rights_grant_and_nothing_else(browser, served, role):
    rights = ask(served.url, "/admin/auth/me", sign_in(served.url, role))["rights"]
    there = [entry for entry in entries() if entry.is_in_nav]
    granted = {entry.name for entry in there if rights.get(entry.module, {}).get(entry.level)}
    always = {entry.name for entry in there if entry.is_always_shown}
    names = {entry.name for entry in there}
    assert granted >= SEEN[role] & names
    assert not granted & HIDDEN[role]
    with at_panel(browser, served.url, role) as panel:
        links = panel.page.locator("aside nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        shown = {entry.name for entry in there if any(link.startswith(f"#{_first(entry)}") for link in links)}
        assert granted & always <= shown <= granted
        for entry in there:
            if entry.name not in granted:
                panel.go(entry.paths[0])
                assert panel.page.get_by_text(words("noAccess.text")).is_visible(), entry.name
        assert panel.faults == []


def _first(entry):
    return "/" + entry.paths[0].split("/")[1]

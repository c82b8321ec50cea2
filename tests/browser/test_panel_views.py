"""Every view once: nothing for axe to find, no complaint in the console, nothing wider than the screen."""

import pytest
from tests.support.panel import PHONE, THEMES, WIDE, at_login, at_panel, records, served_copy, views

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SCREENS = [(WIDE, "ru-RU"), (PHONE, "en-GB"), (WIDE, "en-GB"), (PHONE, "ru-RU")]


@pytest.fixture(scope="module")
def served(world, tmp_path_factory):
    with served_copy(world, tmp_path_factory.mktemp("views") / "data") as running:
        yield running


@pytest.mark.parametrize("screen", range(len(SCREENS)))
def test_each_view_is_in_order(browser, served, screen):
    size, language = SCREENS[screen]
    every = sorted((views() | records(served.url)).items())
    found = []
    with at_panel(browser, served.url, size=size, language=language) as panel:
        for number, (name, path) in enumerate(every[screen :: len(SCREENS)]):
            panel.go(path)
            panel.wear(THEMES[number % 3])
            found += panel.look(f"{name} ({THEMES[number % 3]})")
    assert found == []


def test_the_login_page_is_in_order_in_each_theme(browser, served):
    found = []
    with at_login(browser, served.url, size=PHONE) as panel:
        for theme in THEMES:
            panel.wear(theme)
            found += panel.look(f"login ({theme})")
    assert found == []

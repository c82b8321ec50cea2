"""What an owner does in the panel, from signing in to what a customer finds: in a real browser, on the real program."""

import re

import pytest
from tests.support.panel import PHONE, at_login, at_panel, enter, served_copy, words
from tests.support.process import Served
from tests.support.world.texts import TRICKS

ALLOWED = {"ALLOWED_PRIVATE_HOSTS": "127.0.0.1"}
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def served(world, tmp_path_factory):
    with served_copy(world, tmp_path_factory.mktemp("flows") / "data", ALLOWED) as running:
        yield running


def test_a_wrong_password_is_refused_in_words_and_the_right_one_opens_the_panel(browser, served):
    with at_login(browser, served.url) as panel:
        enter(panel, password="wrong-password-1")
        panel.page.get_by_role("alert").first.wait_for()
        assert panel.page.get_by_role("alert").first.inner_text().strip()
        enter(panel)
        panel.page.locator("#main").wait_for()
        panel.page.locator("aside button[aria-haspopup=dialog]").click()
        panel.page.get_by_role("button", name=words("shell.leave")).click()
        panel.page.locator("input[autocomplete=username]").wait_for()
        assert panel.page.evaluate("JSON.parse(localStorage['secretary.session'] ?? '{}').me ?? null") is None


def test_a_session_that_ends_in_another_tab_ends_here_and_goes_on_where_one_was(browser, served):
    with at_panel(browser, served.url) as panel:
        panel.go("/faq")
        other = panel.page.context.new_page()
        other.goto(f"{served.url}/admin/#/overview")
        other.locator("aside button[aria-haspopup=dialog]").click()
        other.get_by_role("button", name=words("shell.leave")).click()
        panel.page.locator("input[autocomplete=username]").wait_for()
        enter(panel)
        panel.until("location.hash.startsWith('#/faq')")


@pytest.mark.parametrize("size", [None, PHONE], ids=["wide", "phone"])
def test_a_question_in_the_playground_gets_its_answer(browser, served, size):
    with at_panel(browser, served.url, **({"size": size} if size else {})) as panel:
        panel.go("/playground")
        panel.click("playground.new")
        box = panel.page.get_by_role("textbox", name=words("chat.askPlaceholder"))
        box.fill("Сколько стоит доставка?")
        box.press("Control+Enter")
        panel.page.get_by_text(re.compile(r"Доставка .*₽|₽.* доставк", re.IGNORECASE)).first.wait_for()
        assert panel.overflow() <= 0
        assert panel.faults == []


def test_a_new_answer_of_the_faq_is_what_the_tester_hits(browser, served):
    with at_panel(browser, served.url) as panel:
        panel.go("/faq?new=1")
        drawer = panel.page.get_by_role("dialog")
        drawer.get_by_label(words("faq.question")).first.fill("Принимаете ли вы старые чайники?")
        drawer.get_by_label(words("faq.answer")).first.fill("Да, за старый чайник дадим скидку 7 %.")
        drawer.get_by_role("button", name=words("action.add"), exact=True).click()
        drawer.wait_for(state="hidden")
        panel.page.get_by_role("textbox", name=words("faq.tester")).fill("ПРИНИМАЕТЕ ЛИ ВЫ СТАРЫЕ ЧАЙНИКИ???")
        panel.page.get_by_text(words("faq.wouldAnswer")).wait_for()
        assert panel.page.get_by_text("скидку 7 %").first.is_visible()


def test_a_document_that_was_dropped_is_found(browser, served):
    with at_panel(browser, served.url) as panel:
        panel.go("/knowledge/documents?add=files")
        text = "# Мастерская\n\nСамовары лудит мастер Прохор по четвергам.\n"
        dropped = {"name": "Мастерская.md", "mimeType": "text/markdown", "buffer": text.encode()}
        panel.page.locator("input[type=file]").set_input_files(dropped)
        panel.page.get_by_role("dialog").get_by_text("Мастерская.md").wait_for()
        panel.page.keyboard.press("Escape")
        panel.page.get_by_role("row").filter(has_text="Мастерская").filter(
            has_text=words("knowledge.state.ready")
        ).first.wait_for(timeout=60_000)
        panel.go("/knowledge/search")
        panel.page.locator("main [data-search], main input[type=search], main input[type=text]").first.fill(
            "кто лудит самовары"
        )
        panel.page.get_by_text("мастер Прохор").first.wait_for()


def test_a_model_that_cannot_be_reached_is_refused_with_what_to_do(browser, served):
    with at_panel(browser, served.url) as panel:
        panel.go("/models/providers?new=1")
        drawer = panel.page.get_by_role("dialog")
        drawer.get_by_role("button", name=re.compile("Ollama")).click()
        drawer.get_by_label(words("models.address")).fill("http://127.0.0.1:9")
        model = drawer.get_by_label(words("models.modelName"))
        if model.count():
            model.first.fill("llama3")
        drawer.get_by_role("button", name=words("models.saveAndTest")).click()
        drawer.get_by_text(words("models.help.llm_unreachable")).wait_for(timeout=60_000)


def test_what_a_stranger_wrote_runs_nothing_and_breaks_nothing(browser, served):
    with at_panel(browser, served.url, size=PHONE) as panel:
        panel.go("/conversations")
        panel.page.get_by_text(TRICKS[0][:20]).first.click()
        panel.page.locator("main [role=list] [role=listitem]").first.wait_for()
        panel.rest()
        assert panel.overflow() <= 0
        assert panel.page.evaluate("window.hacked") is None
        assert panel.page.locator("main img, main iframe, main script, main object").count() == 0
        assert panel.faults == []


def test_keys_work_on_a_russian_layout(browser, served):
    with at_panel(browser, served.url) as panel:
        panel.go("/faq")
        panel.page.locator("#main").focus()
        panel.press("KeyJ", "о")
        panel.until("document.activeElement?.matches('tbody tr, [data-row]')")
        panel.press("KeyG", "п")
        panel.press("KeyO", "щ")
        panel.until("location.hash.startsWith('#/overview')")
        panel.rest()
        panel.press("Slash", ",", shiftKey=True)
        panel.page.get_by_role("dialog", name=words("help.title")).wait_for()
        panel.page.keyboard.press("Escape")
        panel.press("KeyK", "л", ctrlKey=True)
        palette = panel.page.get_by_role("dialog", name=words("palette.title"))
        palette.wait_for()
        panel.page.keyboard.insert_text("вопросы и ответы")
        panel.page.keyboard.press("Enter")
        panel.until("location.hash.startsWith('#/faq')")


def test_the_panel_finds_the_program_again_after_a_restart(browser, world, tmp_path):
    with served_copy(world, tmp_path / "data") as running, at_panel(browser, running.url) as panel:
        port = running.url.rsplit(":", 1)[-1]
        running.stop()
        panel.page.get_by_text(words("bar.reconnecting")[:20]).first.wait_for()
        with Served(tmp_path / "data", {"ORCHESTRATOR_PORT": port}):
            panel.page.get_by_text(words("bar.reconnecting")[:20]).first.wait_for(state="hidden", timeout=45_000)
            panel.go("/faq")
            panel.page.locator("tbody tr").first.wait_for()


def test_the_panel_opens_without_a_network_with_the_last_data_and_says_so(browser, served):
    with at_panel(browser, served.url, service_workers="allow") as panel:
        panel.go("/faq")
        panel.page.locator("tbody tr").first.wait_for()
        panel.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        panel.page.wait_for_timeout(4_500)  # kept once it has been quiet for four seconds
        panel.page.context.set_offline(True)
        panel.page.reload()
        panel.page.locator("tbody tr").first.wait_for()
        assert panel.page.get_by_text(words("bar.offlineSince").split("{")[0].strip()).is_visible()
        panel.page.context.set_offline(False)
        panel.page.get_by_text(words("bar.offlineSince").split("{")[0].strip()).wait_for(state="hidden")
        panel.page.locator("aside button[aria-haspopup=dialog]").click()
        panel.page.get_by_role("button", name=words("shell.leave")).click()
        panel.page.locator("input[autocomplete=username]").wait_for()
        kept = """async () => new Promise(done => {
            const opening = indexedDB.open('secretary.kept', 1)
            opening.onsuccess = () => {
                const asked = opening.result.transaction('secretary.kept').objectStore('secretary.kept').count()
                asked.onsuccess = () => done(asked.result)
            }
        })"""
        panel.page.wait_for_timeout(500)
        assert panel.page.evaluate(kept) == 0

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


def test_where_signing_in_is_switched_off_the_panel_opens_by_itself(browser, world, tmp_path):
    with (
        served_copy(world, tmp_path / "data", {"ADMIN_AUTH_ENABLED": "false"}) as running,
        at_login(browser, running.url) as panel,
    ):
        panel.page.locator("#main").wait_for()
        panel.go("/faq")
        panel.page.reload()
        panel.page.locator("#main").wait_for()
        assert "/faq" in panel.page.url
        assert panel.faults == []


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
        panel.go("/inbox")
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
        panel.page.locator("tbody tr, [data-row]").first.wait_for()
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


def test_a_person_takes_over_answers_in_the_widget_and_gives_back(browser, served):
    context = browser.new_context(locale="ru-RU", viewport={"width": 1100, "height": 800})
    shop = context.new_page()
    shop.goto(f"{served.url}/demo")
    shop.get_by_test_id("launcher").click()
    said = shop.get_by_test_id("message-assistant")

    def write(text):
        shop.get_by_test_id("input").fill(text)
        shop.get_by_test_id("send").click()

    try:
        write("Сколько стоит доставка?")
        said.filter(has_text="₽").last.wait_for(timeout=30_000)
        with at_panel(browser, served.url) as panel:
            page = panel.page
            panel.go("/inbox?source=widget")
            page.locator("[data-row]").first.click()
            page.get_by_text(words("inbox.bar.secretary")).wait_for()
            page.locator("#main").focus()
            panel.press("KeyT", "е")
            page.get_by_text(words("inbox.bar.mine")).wait_for()

            write("Часы работы")
            page.get_by_text(words("chat.held")).wait_for()
            box = page.get_by_role("textbox", name=words("inbox.replyLabel"))
            box.fill("Отвечает Анна: ждём вас до девяти. /кур")
            page.get_by_role("option").filter(has_text="/курьер").wait_for()
            box.press("Enter")
            box.press("Control+Enter")
            said.filter(has_text="Отвечает Анна").filter(has_text="он позвонит за час").wait_for(timeout=30_000)
            assert said.count() == 2, "the secretary is silent"
            assert box.input_value() == ""

            page.get_by_role("button", name=words("inbox.giveBack"), exact=True).click()
            page.get_by_text(words("inbox.bar.secretary")).wait_for()
            write("Какие способы оплаты есть?")
            said.nth(2).wait_for(timeout=30_000)
            panel.press("KeyE", "у")
            page.get_by_text(words("inbox.bar.closed")).wait_for()
            page.get_by_role("button", name=words("action.undo"), exact=True).click()
            page.get_by_text(words("inbox.bar.secretary")).wait_for()
            assert panel.faults == []
    finally:
        context.close()


def test_a_person_sends_a_customer_a_file_with_words(browser, served, tmp_path):
    file = tmp_path / "смета.pdf"
    file.write_bytes(b"%PDF-1.7 of a boat")
    with at_panel(browser, served.url) as panel:
        page = panel.page
        panel.go("/inbox?source=telegram&state=person")
        page.get_by_text("Marina Volkova").first.click()
        page.get_by_role("textbox", name=words("inbox.replyLabel")).fill("Here is the price list")
        page.locator("input[type=file]").set_input_files([file])
        page.get_by_role("list", name=words("inbox.files.title")).get_by_text("смета.pdf").wait_for()
        page.get_by_role("button", name=words("chat.send"), exact=True).click()
        page.get_by_role("list", name=words("inbox.files.title")).wait_for(state="detached")
        shown = page.get_by_role("button", name=re.compile("смета.pdf"))
        shown.wait_for()
        with page.expect_download() as saving:
            shown.click()
        assert (saving.value.suggested_filename, saving.value.path().read_bytes()) == ("смета.pdf", file.read_bytes())
        assert page.get_by_text("Here is the price list").last.is_visible()
        assert panel.overflow() <= 0
        assert panel.faults == []


def test_a_reply_that_is_refused_stays_typed_and_is_there_after_a_reload(browser, served):
    with at_panel(browser, served.url) as panel:
        page = panel.page
        panel.go("/inbox?source=telegram&state=waiting")
        page.locator("[data-row]").first.click()
        box = page.get_by_role("textbox", name=words("inbox.replyLabel"))
        box.fill("Сейчас всё выясню")
        page.route("**/admin/inbox/*/reply", lambda route: route.abort())
        box.press("Control+Enter")
        page.get_by_text(words("inbox.notSent")).wait_for()
        assert box.input_value() == "Сейчас всё выясню"
        page.unroute("**/admin/inbox/*/reply")
        page.reload()
        box.wait_for()
        assert box.input_value() == "Сейчас всё выясню"
        box.press("Control+Enter")
        page.locator("[data-thread]").get_by_text("Сейчас всё выясню").wait_for()
        assert box.input_value() == ""
        page.get_by_text(words("inbox.bar.mine")).wait_for()


def test_pictures_of_customers_are_shown_and_what_did_not_arrive_says_why(browser, served):
    with at_panel(browser, served.url) as panel:
        page = panel.page
        panel.go("/inbox?q=Тимур")
        page.locator("[data-row]").filter(has_text="Тимур Гараев").first.click()
        page.get_by_text(words("chat.undelivered.channel_refused")).wait_for()
        page.get_by_text(words("chat.withdrawn")).wait_for()
        panel.go("/inbox?q=Ирина")
        page.locator("[data-row]").filter(has_text="Ирина Лебедева").first.click()
        page.locator("[data-thread] img[src^='blob:']").wait_for()
        panel.until("document.querySelector('[data-thread] img').naturalWidth > 0")
        page.get_by_text("@irina_leb").wait_for()
        assert panel.faults == []


def test_old_addresses_lead_to_the_inbox(browser, served):
    with at_panel(browser, served.url) as panel:
        panel.go("/chat")
        panel.until("location.hash.startsWith('#/inbox')")
        panel.go("/conversations/some-id?message=m1")
        panel.until("location.hash.startsWith('#/inbox/some-id?message=m1')")

"""`secretary knowledge …` as an owner types it: a folder of questions, the table, what has changed, what is wrong."""

import json
import re
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from secretary.cli import cli
from secretary.kernel.errors import SecretaryError
from secretary.knowledge.evaluation.commands import SelfTested, knowledge
from secretary.knowledge.evaluation.report import from_json
from secretary.knowledge.search.health import Health

PRICES = "# Цены\n\n## Доставка\n\nДоставка по городу стоит 300 рублей.\n\n## Возврат\n\nВернуть товар можно 14 дней.\n"
HOURS = "<h1>Часы работы</h1><p>Магазин открыт с девяти утра до восьми вечера.</p>"
QUESTIONS = [
    {
        "id": "q1",
        "kind": "direct",
        "half": "tuning",
        "question": "Сколько стоит доставка по городу?",
        "gold": [{"file": "prices.md", "quote": "Доставка по городу стоит 300 рублей"}],
        "answer_contains": ["300"],
    },
    {
        "id": "q2",
        "kind": "follow_up",
        "half": "tuning",
        "question": "А вернуть?",
        "history": [{"role": "user", "content": "Можно ли вернуть товар?"}],
        "gold": [{"file": "prices.md", "quote": "Вернуть товар можно 14 дней"}],
        "answer_contains": ["тридцать"],
    },
    {
        "id": "q3",
        "half": "held_out",
        "question": "До скольки открыт магазин вечером?",
        "gold": [{"file": "hours.html", "quote": "до восьми вечера"}],
    },
]


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "shop"
    (made / "documents").mkdir(parents=True)
    (made / "documents" / "prices.md").write_text(PRICES)
    (made / "documents" / "hours.html").write_text(HOURS)
    write(made, QUESTIONS)
    return made


def write(folder, questions):
    (folder / "questions.jsonl").write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in questions))


@pytest.fixture
def secretary(tmp_path, monkeypatch):
    """In this process: the outcome, or the error that `main` would print."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRETARY_DATA_DIR", str(tmp_path / "data"))

    def command(*arguments):
        result = CliRunner().invoke(cli, ["knowledge", *map(str, arguments)])
        if result.exception is not None and not isinstance(result.exception, SecretaryError):
            raise result.exception
        return result

    return command


def test_folder_is_evaluated_beside_bm25_and_compared_with_the_last_run(secretary, folder, tmp_path):
    first = secretary("evaluate", folder, "--words-only", "--json", tmp_path / "report.json")
    assert first.exit_code == 0
    assert "engine: words" in first.stdout
    assert "nDCG@10 product" in first.stdout
    assert "BM25" in first.stdout
    assert "tuning: 2 questions" in first.stdout
    assert "held_out: 1 questions" in first.stdout
    assert "refusal precision" in first.stdout
    assert "latency p95" in first.stdout
    assert re.search(r"quoted answer right +0\.500", first.stdout)
    assert "first run" in first.stdout
    assert "asking 100 %" in first.stderr
    assert "asking" not in first.stdout
    product = from_json((tmp_path / "report.json").read_bytes()).product
    by_id = {one.id: one for one in product.judged}
    assert {name: one.ranks[0] for name, one in by_id.items()} == {"q1": 1, "q2": 1, "q3": 1}
    assert (by_id["q1"].quoted, by_id["q2"].quoted, by_id["q3"].quoted) == (True, False, None)
    write(folder, [*QUESTIONS[:2], {"id": "q4", "question": "Где купить слона?", "half": "tuning"}])
    second = secretary("evaluate", folder, "--words-only")
    assert "Since the last run" in second.stdout
    assert "new questions (1): shop/q4" in second.stdout
    assert "gone (1): shop/q3" in second.stdout


def test_one_half_alone_is_asked(secretary, folder):
    shown = secretary("evaluate", folder, "--words-only", "--half", "held_out").stdout
    assert "held_out: 1 questions" in shown
    assert "tuning" not in shown


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"id": "q9", "question": "Где?", "gold": [{"file": "absent.md", "quote": "x"}]}', "absent.md"),
        ('{"id": "q9"}', "question"),
        ("nonsense", "JSON"),
        ('{"id": "q1", "question": "Где?"}', "already on line 1"),
    ],
)
def test_bad_line_is_named_with_its_file_and_number(secretary, folder, line, words):
    with (folder / "questions.jsonl").open("a") as file:
        file.write(f"\n{line}")
    error = secretary("evaluate", folder, "--words-only").exception
    assert "questions.jsonl, line 4" in error.en
    assert "questions.jsonl, строка 4" in error.ru
    assert words in error.en


def test_what_cannot_be_evaluated_is_said(secretary, folder, tmp_path):
    assert "no such folder" in secretary("evaluate", tmp_path / "absent").exception.en
    write(folder, QUESTIONS[:2])
    assert "held_out" in secretary("evaluate", folder, "--words-only", "--half", "held_out").exception.en
    (folder / "documents" / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    assert "broken.pdf" in secretary("evaluate", folder, "--words-only").exception.en


def test_fault_ends_the_process_with_1_and_a_line_on_stderr(folder, tmp_path):
    (folder / "questions.jsonl").write_text("nonsense")
    secretary = str(Path(sys.executable).with_name("secretary"))
    done = subprocess.run(
        [secretary, "knowledge", "evaluate", str(folder)],
        env={"PATH": "/usr/bin:/bin", "SECRETARY_DATA_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert "questions.jsonl, line 1" in done.stderr
    assert "Traceback" not in done.stderr


class Checked:
    """What the command line puts into click's context, where the search is as the test says."""

    def __init__(self, health):
        self.health = health

    @asynccontextmanager
    async def testing(self, *, words_only=False):
        async def check():
            return self.health

        yield SelfTested(None, None, check)


@pytest.mark.parametrize(
    ("health", "code", "words"),
    [
        (None, 0, "nothing to find"),
        (Health("words", 7, 0, finds_by_words=True, finds_by_meaning=None), 0, "not searched"),
        (Health("words+vectors:m", 7, 2, finds_by_words=True, finds_by_meaning=True), 0, "without vectors 2"),
        (Health("words+vectors:m", 7, 0, finds_by_words=True, finds_by_meaning=False), 1, "NOT FOUND"),
        (Health("words", 7, 0, finds_by_words=False, finds_by_meaning=None), 1, "NOT FOUND"),
    ],
)
def test_check_says_how_the_search_is_and_fails_where_it_is_dead(health, code, words):
    result = CliRunner().invoke(knowledge, ["check"], obj=Checked(health))
    assert result.exit_code == code
    assert words in result.stdout


def test_check_asks_the_installation_itself(secretary):
    assert "nothing to find" in secretary("check").stdout

"""The library of prices in its child process: real answers, and nothing of it in this one."""

import os
import sys

import pytest

from secretary.llm.prices import library
from secretary.llm.prices.library import LibraryFailed, ask_library
from secretary.llm.providers import ProviderType

ASKED = [
    (ProviderType.OPENAI, "gpt-4o-mini"),
    (ProviderType.CLAUDE, "claude-sonnet-4-5"),
    (ProviderType.GEMINI, "gemini-2.5-flash"),
    (ProviderType.DEEPSEEK, "deepseek-chat"),
    (ProviderType.OPENROUTER, "nobody/nothing"),
]


async def test_prices_come_from_a_child_and_the_library_stays_out_of_this_process():
    prices = await ask_library(ASKED)
    assert [price is not None for price in prices] == [True, True, True, True, False]
    assert (prices[0].input_micro, prices[0].cached_input_micro, prices[0].output_micro) == (150_000, 75_000, 600_000)
    assert {price.currency for price in prices if price} == {"USD"}
    assert "genai_prices.data" not in sys.modules


@pytest.mark.parametrize("program", ["print('no json')", "print('[]')", "raise SystemExit(1)"])
async def test_child_that_talks_nonsense_is_a_failure(tmp_path, monkeypatch, program):
    (tmp_path / "child.py").write_text(program)
    monkeypatch.setattr(library, "CHILD", tmp_path / "child.py")
    with pytest.raises(LibraryFailed):
        await ask_library(ASKED)


async def test_child_that_hangs_is_ended(tmp_path, monkeypatch):
    left = tmp_path / "pid"
    (tmp_path / "child.py").write_text(
        f"import os\nopen({str(left)!r}, 'w').write(str(os.getpid()))\nwhile True: pass\n"
    )
    monkeypatch.setattr(library, "CHILD", tmp_path / "child.py")
    monkeypatch.setattr(library, "TIME_LIMIT_S", 0.5)
    with pytest.raises(LibraryFailed, match="TimeoutError"):
        await ask_library(ASKED)
    if left.exists():
        with pytest.raises(ProcessLookupError):
            os.kill(int(left.read_text()), 0)


async def test_child_gets_no_secrets(tmp_path, monkeypatch):
    seen = tmp_path / "seen"
    (tmp_path / "child.py").write_text(
        f"import os\nopen({str(seen)!r}, 'w').write(' '.join(os.environ))\nprint('[]')\n"
    )
    monkeypatch.setattr(library, "CHILD", tmp_path / "child.py")
    monkeypatch.setenv("ADMIN_JWT_SECRET", "x")
    assert await ask_library([]) == []
    assert "ADMIN_JWT_SECRET" not in seen.read_text()

"""What every embedding model promises behind the port."""

import asyncio
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from secretary.adapters.vectors import PackagedVectors, ProviderVectors
from secretary.kernel.errors import Upstream

WORKER = str(Path(__file__).with_name("scripted_worker.py"))
needs_models = pytest.mark.skipif(not PackagedVectors.are_installed(), reason="needs the extra `embeddings`")


def _scripted(behaviour: str, **options: float) -> PackagedVectors:
    return PackagedVectors([sys.executable, WORKER, behaviour], **options)


async def test_texts_of_a_child_come_back_in_order() -> None:
    vectors = _scripted("answers")
    found = await asyncio.gather(vectors.of_passages(["a", "bb"]), vectors.of_question("ccc"))
    assert [[round(one, 1) for one in vector] for vector in found[0]] == [[0.8, 1, 0], [0.8, 2, 0]]
    assert list(found[1]) == [1, 3, 0]
    assert await vectors.of_passages([]) == []
    await vectors.close()
    assert vectors.pid is None


@pytest.mark.parametrize("behaviour", ["dies", "raves"])
async def test_child_that_fails_is_upstream(behaviour: str) -> None:
    vectors = _scripted(behaviour)
    with pytest.raises(Upstream) as caught:
        await vectors.of_question("a")
    assert caught.value.retryable
    await vectors.close()


async def test_missing_program_is_upstream() -> None:
    with pytest.raises(Upstream):
        await PackagedVectors(["/nowhere/python"]).of_question("a")


async def test_child_that_died_is_started_again() -> None:
    vectors = _scripted("answers")
    with pytest.raises(Upstream):
        await vectors.of_question("die")
    assert list(await vectors.of_question("a")) == [1, 1, 0]
    await vectors.close()


async def test_cancelled_question_leaves_no_answer_to_the_next() -> None:
    vectors = _scripted("answers")
    await vectors.of_question("a")
    cancelled = asyncio.create_task(vectors.of_question("bbbb"))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    assert list(await vectors.of_question("cc")) == [1, 2, 0]
    await vectors.close()


async def test_idle_child_goes() -> None:
    vectors = _scripted("answers", idle_s=0.0)
    await vectors.of_question("a")
    while vectors.pid is not None:
        await asyncio.sleep(0)
    assert list(await vectors.of_question("a")) == [1, 1, 0]
    await vectors.close()


async def test_provider_is_asked_with_its_prefixes_and_made_as_long_as_one() -> None:
    asked: list[str] = []

    async def embed(texts: Sequence[str]) -> Sequence[Sequence[float]]:
        asked.extend(texts)
        return [[3.0, 4.0] for _ in texts]

    vectors = ProviderVectors("openai/small@2", embed, question_prefix="query: ", passage_prefix="passage: ")
    assert list(await vectors.of_question("a")) == [0.6, 0.8]
    assert [list(one) for one in await vectors.of_passages(["b"])] == [[0.6, 0.8]]
    assert await vectors.of_passages([]) == []
    assert (asked, vectors.name) == (["query: a", "passage: b"], "openai/small@2")
    await vectors.close()


async def test_nothing_stays_nothing() -> None:
    async def embed(texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return [[0.0, 0.0] for _ in texts]

    assert list(await ProviderVectors("none", embed).of_question("a")) == [0.0, 0.0]


@needs_models
async def test_packaged_models_understand_both_languages() -> None:
    vectors = PackagedVectors()
    texts = ["Привозим заказы по городу каждый день.", "Работаем с девяти до девяти.", ""]
    passages = await vectors.of_passages(texts)
    assert all(math.isclose(math.hypot(*one), 1, abs_tol=1e-3) for one in passages)
    for question, right in {"Do you deliver?": 0, "во сколько вы закрываетесь?": 1, "🙂\ud800": None}.items():
        asked = await vectors.of_question(question)
        assert len(asked) == len(passages[0])
        likeness = [sum(a * b for a, b in zip(asked, one, strict=True)) for one in passages[:2]]
        assert right is None or likeness.index(max(likeness)) == right
    await vectors.close()

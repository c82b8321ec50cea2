"""A provider's embedding model as the search bears it: asked again after a pause that grows, and begins anew."""

import pytest
from tests.domain.search.library import ScriptedVectors

from secretary.assistant.embedding.patience import FIRST_PAUSE_S, PatientVectors
from secretary.kernel.errors import Upstream


async def test_pause_grows_and_ends_with_the_first_answer():
    now, model = [0.0], ScriptedVectors(is_there=False)
    vectors = PatientVectors(model, monotonic=lambda: now[0])
    for pause_s in (FIRST_PAUSE_S, 2 * FIRST_PAUSE_S):
        with pytest.raises(Upstream, match="embedding_failed"):
            await vectors.of_question("a")
        model.is_there = True
        now[0] += pause_s - 0.1
        with pytest.raises(Upstream, match=r"embedding_failed: .* in time"):
            await vectors.of_question("a")
        model.is_there = False
        now[0] += 0.1
    model.is_there = True
    assert await vectors.of_question("a") == await model.of_question("a")
    assert vectors.last_code == ""
    model.is_there = False
    with pytest.raises(Upstream):
        await vectors.of_question("a")
    now[0] += FIRST_PAUSE_S
    model.is_there = True
    assert await vectors.of_question("a")


async def test_passages_that_were_embedded_end_the_pause():
    model = ScriptedVectors(is_there=False)
    vectors = PatientVectors(model, monotonic=lambda: 0.0)
    with pytest.raises(Upstream):
        await vectors.of_question("a")
    model.is_there = True
    assert len(await vectors.of_passages(["a", "b"])) == 2
    assert await vectors.of_question("a")


async def test_text_that_is_never_short_enough_is_said_to_be_too_long():
    class Narrow(ScriptedVectors):
        async def of_passages(self, texts):
            raise Upstream("llm_too_long", en="Too long.", ru="Слишком длинно.", retryable=False)

        async def of_question(self, text):
            self.read.append(text)
            return (await self.of_passages([text]))[0]

    narrow = Narrow()
    vectors = PatientVectors(narrow)
    with pytest.raises(Upstream, match="llm_too_long"):
        await vectors.of_passages(["a" * 1000, "b"])
    assert vectors.last_code == "llm_too_long"
    for _ in range(2):  # nobody silences the model by writing much
        with pytest.raises(Upstream, match="llm_too_long"):
            await vectors.of_question("a" * 500)
    assert [len(text) for text in narrow.read] == [500, 250, 125] * 2

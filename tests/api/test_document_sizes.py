"""Uploads that are larger than the installation takes: refused while they come, whatever the form says."""

import pytest
from tests.conftest import settings_in
from tests.domain.documents.importing import multipart

from secretary.settings import Settings

UPLOAD = "/admin/wiki-rag/documents/upload"


@pytest.fixture
def settings(tmp_path):
    kept = settings_in(tmp_path).model_dump()
    return Settings(_env_file=None, **{**kept, "max_upload_bytes": 1_200_000, "max_body_bytes": 50_000})


async def test_upload_past_the_limit_is_cut_off_and_leaves_nothing(app, client, people):
    admin = client.signed_in(people.admin.token)
    assert (await admin.post(UPLOAD, **multipart("a.txt", b"word " * 200_000))).status == 202
    for size in (1_250_000, 3_000_000):
        answer = await admin.post(UPLOAD, **multipart("b.txt", b"x" * size))
        assert (answer.status, answer.json()["code"]) == (413, "too_large")
    assert len(list((app.data_dir / "uploads").iterdir())) == 1
    assert (await admin.get("/admin/wiki-rag/documents")).json()["total"] == 1
    other = await admin.post("/admin/wiki-rag/documents/text", {"title": "a", "content": "x" * 60_000})
    assert other.status == 413

"""Pulling a model from a loopback hub: whole, broken off, gone on with, lied about, refused."""

import asyncio
import errno
import hashlib
import json
from io import BufferedRandom

import pytest
from tests.domain.operations.local_models_rig import FILE, NAME, Rig
from tests.support.hub import Hub, weights

from secretary.kernel.errors import Conflict, Invalid, NotFound, RateLimited, SecretaryError, Upstream
from secretary.operations.local_models.names import choose_file, wanted, wanted_file
from secretary.operations.local_models.part import BLOCK, RESERVE, Part

CONTENT = weights()
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def hub():
    with Hub() as hub:
        yield hub


@pytest.fixture
def rig(hub, tmp_path, run):
    rig = Rig(tmp_path, hub)
    yield rig
    run(rig.http.aclose())


async def test_whole_download_is_verified_described_pinned_and_chosen(hub, rig):
    commit = hub.publish(NAME, FILE, CONTENT)
    installed = await rig.pull()
    assert installed.path.read_bytes() == CONTENT
    assert rig.files == ["chosen", "pins.json", "small-q4_k_m.gguf", "small-q4_k_m.json"]
    source = installed.source
    assert (source.repository, source.file, source.commit) == (NAME, FILE, commit)
    assert (source.sha256, source.size_bytes, source.licence) == (DIGEST, len(CONTENT), "apache-2.0")
    assert installed.is_chosen
    assert json.loads((rig.folder / "pins.json").read_text()) == {f"{NAME}:{FILE}": DIGEST}
    assert (rig.told[0].done, rig.told[-1].done) == (0, len(CONTENT))


async def test_file_larger_than_a_block_is_told_in_steps(hub, rig):
    hub.publish(NAME, FILE, weights(BLOCK * 2 + 12_345))
    await rig.pull()
    done = [one.done for one in rig.told]
    assert done == sorted(done)
    assert len(set(done)) > 4
    assert {one.total for one in rig.told} == {BLOCK * 2 + 12_345}
    assert max(one.bytes_per_s for one in rig.told) > 0


async def test_pulling_what_is_there_downloads_nothing(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    await rig.pull()
    hub.asked.clear()
    await rig.pull()
    assert hub.of("network") == []


async def test_broken_connections_are_gone_on_with_from_where_they_broke(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    hub.cuts = [100_000, 50_000, 50_000]
    installed = await rig.pull()
    assert installed.path.read_bytes() == CONTENT
    ranges = [one.headers.get("range", "bytes=0-") for one in hub.of("network")]
    begun_at = [int(one.removeprefix("bytes=").removesuffix("-")) for one in ranges]
    assert begun_at[0] == 0
    assert len(begun_at) == 4
    assert begun_at == sorted(set(begun_at))  # each went on from what was kept of the one before
    done = [one.done for one in rig.told]
    assert done == sorted(done)
    assert rig.slept == [1.0, 1.0, 1.0]


async def test_breaks_without_progress_end_the_attempt_and_the_next_one_goes_on(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    hub.cuts = [100_000, 0, 0, 0, 0]
    with pytest.raises(Upstream) as raised:
        await rig.pull()
    assert raised.value.retryable
    assert rig.slept == [1.0, 2.0, 4.0]
    assert f"{FILE}.part" in rig.files
    hub.cuts = []
    assert (await rig.pull()).path.read_bytes() == CONTENT
    assert int(hub.of("network")[-1].headers["range"][6:-1]) > 0


async def test_server_without_ranges_sends_everything_again(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    hub.has_ranges = False
    hub.cuts = [100_000, 200_000]
    assert (await rig.pull()).path.read_bytes() == CONTENT
    done = [one.done for one in rig.told]
    assert done == sorted(done)


async def test_part_is_finished_from_its_own_commit_though_the_hub_has_a_new_one(hub, rig):
    commit = hub.publish(NAME, FILE, CONTENT)
    hub.cuts = [100_000, 0, 0, 0, 0]
    with pytest.raises(Upstream):
        await rig.pull()
    hub.publish(NAME, FILE, weights(seed=2))
    installed = await rig.pull()
    assert installed.source.commit == commit
    assert installed.path.read_bytes() == CONTENT


async def test_part_of_a_commit_that_is_gone_is_begun_anew(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    hub.cuts = [100_000, 0, 0, 0, 0]
    with pytest.raises(Upstream):
        await rig.pull()
    hub.publish(NAME, FILE, weights(seed=2))
    hub.forget(NAME)
    assert (await rig.pull()).path.read_bytes() == weights(seed=2)


@pytest.mark.parametrize(
    ("claims", "content", "code"),
    [
        ({"sha256": "0" * 64}, CONTENT, "model_wrong_digest"),
        ({"size": len(CONTENT) - 10}, CONTENT, "model_wrong_size"),
        ({"size": len(CONTENT) + 10}, CONTENT, "model_wrong_size"),
        ({}, b"<html>Sign in</html>" * 100, "not_gguf"),
        ({"is_large": False}, CONTENT, "no_digest"),
        ({"sha256": "nonsense"}, CONTENT, "no_digest"),
    ],
)
async def test_file_that_is_not_what_the_hub_says_is_not_kept(hub, rig, claims, content, code):
    hub.publish(NAME, FILE, content, **claims)
    with pytest.raises(SecretaryError) as raised:
        await rig.pull()
    assert raised.value.code == code
    assert not isinstance(raised.value, Upstream) or not raised.value.retryable
    assert rig.files == []


async def test_changed_file_is_refused_until_somebody_trusts_it(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    await rig.pull()
    hub.publish(NAME, FILE, weights(seed=2))
    with pytest.raises(Conflict) as raised:
        await rig.pull()
    assert raised.value.code == "model_changed"
    assert DIGEST[:12] in raised.value.en
    assert (rig.folder / FILE).read_bytes() == CONTENT
    assert (await rig.pull(is_update=True)).path.read_bytes() == weights(seed=2)
    await rig.pull()


async def test_pin_outlives_the_file(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    await rig.pull()
    rig.shelf.remove("small-q4_k_m")
    assert rig.files == ["pins.json"]
    hub.publish(NAME, FILE, weights(seed=2))
    with pytest.raises(Conflict):
        await rig.pull()


async def test_full_disk_is_told_before_the_download_and_nothing_is_left(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    rig.room = len(CONTENT) + RESERVE - 1
    with pytest.raises(Conflict) as raised:
        await rig.pull()
    assert raised.value.code == "disk_full"
    assert hub.of("network") == []
    assert rig.files == []
    rig.room += 1
    await rig.pull()


async def test_disk_that_fills_up_meanwhile_keeps_what_came(hub, rig, monkeypatch):
    hub.publish(NAME, FILE, CONTENT)
    hub.cuts = [100_000]
    write = BufferedRandom.write

    class Filling:
        def __init__(self, file):
            self._file = file

        def write(self, data):
            if self._file.tell():
                raise OSError(errno.ENOSPC, "full")
            return write(self._file, data)

        def __getattr__(self, name):
            return getattr(self._file, name)

    begin = Part.__init__
    monkeypatch.setattr(Part, "__init__", lambda part, path, file: begin(part, path, Filling(file)))
    with pytest.raises(Conflict) as raised:
        await rig.pull()
    assert raised.value.code == "disk_full"
    monkeypatch.undo()
    assert 0 < (rig.folder / f"{FILE}.part").stat().st_size <= 100_000
    assert (await rig.pull()).path.read_bytes() == CONTENT


async def test_two_processes_do_not_pull_one_model_at_once(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    other = Part.open(rig.folder / FILE)
    with pytest.raises(Conflict) as raised:
        await rig.pull()
    assert raised.value.code == "model_being_pulled"
    other.close()
    await rig.pull()


async def test_cancelled_in_any_moment_the_part_is_let_go(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    for turns in range(60):
        pulling = asyncio.create_task(rig.pull())
        for _ in range(turns):
            await asyncio.sleep(0)
        pulling.cancel()
        await asyncio.gather(pulling, return_exceptions=True)
        Part.open(rig.folder / FILE).close()
    assert (await rig.pull()).path.read_bytes() == CONTENT


async def test_cancelled_pull_lets_go_and_goes_on_later(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    hub.hold_after = 100_000
    pulling = asyncio.create_task(rig.pull())
    await asyncio.to_thread(hub.held.wait, 10)
    pulling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pulling
    hub.release.set()
    assert (await rig.pull()).path.read_bytes() == CONTENT


async def test_damaged_part_is_found_out(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    hub.cuts = [100_000, 0, 0, 0, 0]
    with pytest.raises(Upstream):
        await rig.pull()
    with (rig.folder / f"{FILE}.part").open("r+b") as part:
        part.seek(50_000)
        part.write(b"\0" * 100)
    with pytest.raises(Upstream) as raised:
        await rig.pull()
    assert raised.value.code == "model_wrong_digest"
    assert (await rig.pull()).path.read_bytes() == CONTENT


async def test_token_goes_to_the_hub_and_never_to_its_network(hub, tmp_path):
    rig = Rig(tmp_path, hub, token="hf_secret")
    hub.publish(NAME, FILE, CONTENT)
    hub.cuts = [100_000]
    await rig.pull()
    assert {one.headers.get("authorization") for one in hub.of("hub")} == {"Bearer hf_secret"}
    assert len(hub.of("network")) == 2
    assert "hf_secret" not in str(hub.of("network"))
    await rig.http.aclose()


@pytest.mark.parametrize("there", ["http://169.254.169.254/latest", "http://10.0.0.1/x", "file:///etc/passwd"])
async def test_hub_cannot_send_us_into_private_networks(hub, rig, there):
    hub.publish(NAME, FILE, CONTENT)
    hub.redirect_to = there
    with pytest.raises(Invalid) as raised:
        await rig.pull()
    assert raised.value.code == "address_not_allowed"


@pytest.mark.parametrize(
    ("status", "headers", "kind", "code"),
    [
        (401, {"X-Error-Code": "GatedRepo"}, Upstream, "hub_denied"),
        (403, {}, Upstream, "hub_denied"),
        (404, {}, NotFound, "hub_no_such_model"),
        (429, {"Retry-After": "17"}, RateLimited, "hub_busy"),
        (503, {}, Upstream, "hub_down"),
        (418, {}, Upstream, "hub_nonsense"),
    ],
)
async def test_refusals_of_the_hub_are_said_plainly(hub, rig, status, headers, kind, code):
    hub.publish(NAME, FILE, CONTENT)
    hub.statuses["/api/models/"] = (status, headers)
    with pytest.raises(kind) as raised:
        await rig.pull()
    assert raised.value.code == code
    assert len(raised.value.ru) > 15
    if code == "hub_busy":
        assert raised.value.retry_after_s == 17
    assert rig.files == []


async def test_nonsense_instead_of_an_answer_is_no_crash(hub, rig):
    hub.statuses["/api/models/"] = (200, {})
    with pytest.raises(Upstream) as raised:
        await rig.pull()
    assert raised.value.code == "hub_nonsense"


async def test_model_of_another_source_is_not_overwritten(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    hub.publish("other/Small-GGUF", FILE, weights(seed=2))
    await rig.pull()
    with pytest.raises(Conflict) as raised:
        await rig.pull(f"other/Small-GGUF:{FILE}")
    assert raised.value.code == "model_name_taken"
    (rig.folder / "mine.gguf").write_bytes(b"GGUF mine")
    hub.publish(NAME, "mine.gguf", CONTENT)
    with pytest.raises(Conflict):
        await rig.pull(f"{NAME}:mine.gguf")


async def test_description_that_a_person_wrote_stays(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    rig.folder.mkdir()
    (rig.folder / "small-q4_k_m.json").write_text('{"languages": ["ru"], "context_tokens": 1024}')
    await rig.pull()
    found = json.loads((rig.folder / "small-q4_k_m.json").read_text())
    assert (found["languages"], found["context_tokens"]) == (["ru"], 1024)
    assert found["source"]["sha256"] == DIGEST


async def test_recommended_model_comes_with_its_languages_and_context(hub, rig):
    hub.publish("t-tech/T-lite-it-2.1-GGUF", "T-lite-it-2.1-Q4_K_M.gguf", CONTENT)
    installed = await rig.pull("t-lite-2.1")
    assert installed.recommendation == "t-lite-2.1"
    found = json.loads(installed.path.with_suffix(".json").read_text())
    assert (found["languages"], found["context_tokens"]) == (["ru", "en"], 4096)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "small",
        "../etc/passwd",
        "acme/../x:y.gguf",
        "acme/x:../../y.gguf",
        "acme/x:/etc/y.gguf",
        "acme/x/y:z.gguf",
        "https://huggingface.co/acme/x",
        "acme/x?y:z.gguf",
        "acme/x%2e%2e:z.gguf",
        "acme/x:a b.gguf",
        "acme/x:a\\b.gguf",
        "acme/x:.hidden.gguf",
        "acme/x:a..gguf",
        f"acme/{'x' * 200}:y.gguf",
        "acme/x:model-00001-of-00002.gguf",
        "acme/x\n:y.gguf",
    ],
)
async def test_names_that_are_no_names_are_refused(name):
    with pytest.raises(Invalid):
        wanted(name)


async def test_file_may_be_left_out_where_it_is_clear(hub, rig):
    hub.publish(NAME, FILE, CONTENT)
    found = await rig.puller._hub.repository(NAME)
    assert choose_file(found, wanted(NAME)).file == FILE
    hub.publish(NAME, "small-q8_0.gguf", CONTENT)
    hub.publish(NAME, "README.md", b"read", is_large=False)
    found = await rig.puller._hub.repository(NAME)
    assert choose_file(found, wanted(NAME)).file == FILE
    assert choose_file(found, wanted_file(NAME, "Q8_0")).file == "small-q8_0.gguf"
    with pytest.raises(Invalid) as raised:
        choose_file(found, wanted_file(NAME, "small"))
    assert "small-q8_0.gguf" in raised.value.en
    with pytest.raises(NotFound):
        choose_file(found, wanted_file(NAME, "absent.gguf"))

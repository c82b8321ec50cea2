"""The FAQ as JSON."""

from pathlib import Path

import orjson
import pytest

from secretary.kernel.unit import SYSTEM, Actor, UnitFactory
from secretary.knowledge import service
from secretary.knowledge.faq import export
from secretary.knowledge.faq.export import export_json, save_export
from secretary.knowledge.faq.rules import Content

VISITOR = Actor("user", "somebody", "guest")


async def _exported(units: UnitFactory, actor: Actor = SYSTEM) -> dict:
    return orjson.loads(b"".join([piece async for piece in export_json(units, actor)]))


async def test_export_without_entries_is_whole(units: UnitFactory) -> None:
    assert (await _exported(units))["entries"] == []


async def test_export_holds_every_entry_across_pages(units: UnitFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_PAGE", 2)
    async with units.write() as unit:
        for number in range(5):
            await service.add_entry(unit, Content.plain(f"вопрос {number}", "ответ", "маска *"))
    exported = await _exported(units)
    assert exported["format"] == 1
    assert [entry["question"] for entry in exported["entries"]] == [f"вопрос {number}" for number in range(5)]
    assert exported["entries"][0]["phrasings"] == [{"text": "маска *", "kind": "wildcard"}]


async def test_export_holds_only_what_its_reader_sees(units: UnitFactory) -> None:
    async with units.write() as unit:
        user = await _user(unit)
        hidden = await service.create_collection(unit, "чужая", owner_id=user)
        await service.add_entry(unit, Content("тайна", "ответ"), hidden.id)
        await service.add_entry(unit, Content("общее", "ответ"))
    assert [entry["question"] for entry in (await _exported(units, VISITOR))["entries"]] == ["общее"]


async def test_saved_file_is_the_export_and_nothing_unfinished_stays(units: UnitFactory, tmp_path: Path) -> None:
    async with units.write() as unit:
        await service.add_entry(unit, Content("вопрос", "ответ"))
    folder = tmp_path / "new" / "exports"
    saved = [await save_export(units, SYSTEM, folder) for _ in range(2)]
    assert _names(folder) == sorted(file.name for file in saved)
    content = (folder / saved[0].name).read_bytes()
    assert (len(content), orjson.loads(content)["entries"][0]["question"]) == (saved[0].size_bytes, "вопрос")


async def test_failed_export_leaves_no_file(
    units: UnitFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(entry: object) -> object:
        raise RuntimeError("disk")

    monkeypatch.setattr(export, "_exported", broken)
    async with units.write() as unit:
        await service.add_entry(unit, Content("вопрос", "ответ"))
    with pytest.raises(RuntimeError):
        await save_export(units, SYSTEM, tmp_path)
    assert _names(tmp_path) == []


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def _user(unit: object) -> str:
    from secretary.accounts import service as accounts
    from secretary.accounts.models import Role

    return (await accounts.create_user(unit, "owner", "!", Role.USER)).id

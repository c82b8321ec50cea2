"""A small battle of messengers in every run of the suite; `make chaos` fights the big ones."""

import pytest

from tests.durability.messenger_chaos import Battle, run
from tests.durability.messenger_fakes import Weather

pytestmark = pytest.mark.xdist_group("chaos")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_what_customers_write_to_messengers_is_answered_once_and_in_order_whatever_happens(engine, monkeypatch):
    monkeypatch.setattr("tests.support.fakes.telegram.description.description", dict)
    monkeypatch.setattr("tests.support.fakes.whatsapp.description.description", dict)
    kills = 2 if engine == "sqlite" else 1  # where several processes may share it, each kill costs a lease
    weather = Weather(again_s=(0.1, 4.0))
    battle = Battle(messages=1_000, chats=250, desks=4, pauses=(3.0, 5.0), most=kills, weather=weather)
    report = await run(engine, battle)
    assert report.kills >= 1
    assert report.sent == 1_004  # every desk's first message is one more
    assert report.is_clean, f"{report.line()}\n{report.samples()}"

"""A small battle in every run of the suite; `make chaos` fights the big ones."""

import pytest

from tests.durability.chaos import run

pytestmark = pytest.mark.xdist_group("chaos")


@pytest.mark.timeout(180)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_nothing_is_lost_doubled_or_out_of_order_when_the_program_is_killed(engine):
    report = await run(engine, messages=500, visitors=50, pauses=(1.0, 2.0), most=2)
    assert report.kills >= 1
    assert report.is_clean, report

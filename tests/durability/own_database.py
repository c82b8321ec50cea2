"""What the tests of a database in trouble share, in this process."""

import asyncio
import time

from sqlalchemy import text

FREE = "zzqx zzqx"
PRICE = "Сколько стоит доставка?"
LONG = "море " * 40_000


async def set_pragma(app, pragma):
    """On the connection that writes; there is one."""
    async with app.database.connection() as connection:
        (await connection.get_raw_connection()).driver_connection.begin_with = None  # what is read-only begins nothing
        answer = await connection.execute(text(f"PRAGMA {pragma}"))
        return answer.scalar_one() if answer.returns_rows else None


async def until(question, within_s=20.0):
    deadline = time.monotonic() + within_s
    while not (found := await question()):
        assert time.monotonic() < deadline, "it did not come to that"
        await asyncio.sleep(0)
    return found

"""A conversation to work on, without an app around it."""

import pytest

from secretary.conversations.service import NewSession, open_session

OPENING = NewSession(assistant_id="a", source="widget", source_id="w", contact_key="v", language="ru")


@pytest.fixture
def session_id(units, run):
    async def opened():
        async with units.write() as unit:
            return (await open_session(unit, OPENING)).id

    return run(opened())

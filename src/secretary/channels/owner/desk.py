"""The owner's desk: hears what somebody of the staff says to a bot in his own chat, before the secretary does.

Everything is done in the unit that takes the receipt, with the rights that the user has now, and answered by a letter.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from secretary.accounts.reach import may_touch
from secretary.channels.messenger import Said, Tapped
from secretary.channels.owner import acting, linking, queries
from secretary.channels.owner.acting import TAPS, Act
from secretary.channels.owner.cards import ACTION
from secretary.channels.owner.jobs import post_summary
from secretary.channels.owner.models import OperatorCard, OperatorLink
from secretary.channels.owner.summing_up import ASKED
from secretary.channels.owner.telling import tell_others
from secretary.channels.owner.texts import REPLIES
from secretary.channels.owner.writing import say
from secretary.channels.ports import Outlet
from secretary.channels.running.lines import Line
from secretary.conversations.service import get_sessions
from secretary.kernel.errors import Language, SecretaryError
from secretary.kernel.unit import Unit

UNLINK, SUM_UP = "/unlink", "/summary"
COMMANDS: Final = (UNLINK, SUM_UP)
Doing = Callable[[Unit, Act], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class OwnerDesk:
    """Fills `channels.incoming.reading.Operators`. `outlet` brings to customers what is said to them."""

    outlet: Outlet

    async def hears(self, unit: Unit, line: Line, said: Said | Tapped) -> bool:
        """Was it to us rather than to the secretary? Then it is done, and answered by a letter."""
        if isinstance(said, Tapped):
            found = ACTION.fullmatch(said.value)
            if found is not None:
                await self._tapped(unit, line, said, found["do"], found["card_id"])
            return found is not None
        if code := linking.code_in(said):
            made = await linking.link(unit, line.id, code, said)
            await _reply(unit, line, said, "linked" if made else "bad_code")
            return True
        link = await queries.link_at(unit.db, line.id, said.person.key)
        return link is not None and await self._heard(unit, line, link, said)

    async def _heard(self, unit: Unit, line: Line, link: OperatorLink, said: Said) -> bool:
        """What is neither a command of ours nor about a card passes: he may be trying his own bot."""
        text = said.text.strip()
        if text.casefold() in COMMANDS:
            await self._obey(unit, line, link, said, text.casefold())
            return True
        card = None if text.startswith("/") else await _meant(unit, link, said)
        if card is None:
            return False
        says = acting.teach if acting.is_lesson(unit, card) else acting.answer
        await queries.expect_nothing(unit.db, link.id)
        if text:
            await self._do(unit, line, said, link, card, lambda unit, act: says(unit, act, text))
        else:
            await _reply(unit, line, said, "words_only")
        return True

    async def _tapped(self, unit: Unit, line: Line, said: Tapped, what: str, card_id: str) -> None:
        link = await queries.link_at(unit.db, line.id, said.person.key)
        card = await queries.card(unit.db, card_id) if link else None
        if link is None or card is None or card.link_id != link.id:
            await _reply(unit, line, said, "stale")
        else:
            await self._do(unit, line, said, link, card, TAPS[what])

    async def _do(
        self, unit: Unit, line: Line, said: Said | Tapped, link: OperatorLink, card: OperatorCard, does: Doing
    ) -> None:
        """Do it with the rights that he has now. What keeps it from being done undoes all of it, and he is told why."""
        actor = await queries.actor(unit.db, link.user_id)
        session = next(iter(await get_sessions(unit, [card.session_id])), None)
        if actor is None or session is None or not may_touch(actor, "requests", session.owner_id):
            await _reply(unit, line, said, "stale")
            return
        before, known = unit.actor, len(unit.recorded)
        unit.actor = actor  # the audit log names who did it
        had_it = session.assignee_id
        try:
            async with unit.db.begin_nested():
                told = await does(unit, Act(actor, card, session, self.outlet))
        except SecretaryError as error:
            del unit.recorded[known:]
            unit.actor = before
            await say(unit, (line.kind, line.id), said.address, error.text(link.language), link.language, link.id)
            return
        await say(unit, (line.kind, line.id), said.address, REPLIES[told][link.language], link.language, link.id)
        if session.assignee_id == actor.id != had_it:
            await tell_others(unit, session, actor.id)

    async def _obey(self, unit: Unit, line: Line, link: OperatorLink, said: Said, command: str) -> None:
        if command == UNLINK:
            await linking.unlink(unit, link, "left")
            await _reply(unit, line, said, "unlinked")
        else:
            await post_summary(unit, link, line.row, ASKED, link.summed_up)


async def _meant(unit: Unit, link: OperatorLink, said: Said) -> OperatorCard | None:
    """The card that is quoted, or that his next words are about."""
    quoted = await queries.card_shown(unit.db, link.id, said.quoted_id) if said.quoted_id else None
    return quoted or await queries.card_awaiting(unit.db, link.id, unit.now())


async def _reply(unit: Unit, line: Line, said: Said | Tapped, what: str) -> None:
    language: Language = said.person.language
    await say(unit, (line.kind, line.id), said.address, REPLIES[what][language], language)

"""Pulling one model: from the hub's word about it to a verified file in its place. Repeatable; goes on where it was.

The digest is what the hub states of the commit that is downloaded; it is pinned once the file was verified. A part is
finished from the commit that it was begun from, whatever happens on the hub meanwhile.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from secretary.kernel.clock import Clock, utc_now
from secretary.kernel.errors import NotFound, RateLimited, Upstream
from secretary.kernel.jobs import Retry
from secretary.operations.local_models.errors import hub_error, model_error
from secretary.operations.local_models.holding import Held, Report, Teller, hold
from secretary.operations.local_models.names import Wanted
from secretary.operations.local_models.part import BLOCK, MAGIC, FreeBytes, Part, PartOf, free_bytes
from secretary.operations.local_models.ports import Hub, Repository
from secretary.operations.local_models.recommended import recommended_of
from secretary.operations.local_models.shelf import Installed, Shelf, Source

TRIES: Final = 4
"""Breaks in a row, without a byte between them, before the attempt counts as failed."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to pull. `is_update`: take a file whose digest has changed; `is_chosen`: let it be run afterwards."""

    wanted: Wanted
    is_update: bool = False
    is_chosen: bool = True


class Puller:
    """Pulls onto a shelf. `free`, `clock`, `monotonic`, `sleep` and `luck` are what tests replace."""

    def __init__(
        self,
        hub: Hub,
        shelf: Shelf,
        *,
        free: FreeBytes = free_bytes,
        clock: Clock = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        luck: Callable[[], float] = random.random,
    ) -> None:
        self._hub, self._shelf, self._free, self._clock = hub, shelf, free, clock
        self._monotonic, self._sleep, self._luck = monotonic, sleep, luck
        self._retry = Retry(first_s=1.0, longest_s=30.0)

    async def pull(self, order: Order, report: Report) -> Installed:
        """Download, verify and put into place; nothing is downloaded that is there already.

        Raises NotFound, Invalid, Conflict (model_changed, model_name_taken, disk_full, model_being_pulled), Upstream,
        RateLimited, and whatever `report` raises: what was downloaded is kept then.
        """
        target = self._shelf.path_of(order.wanted.name)
        async with hold(target) as held:
            of = await self._described(order, held.part)
            if not await held.do(self._is_there, order.wanted, of, held.part):
                await self._complete(held, order.wanted, of, report)
                await held.do(self._put_into_place, order.wanted, of, held.part)
            await held.do(self._keep_in_mind, order, of)
        return await asyncio.to_thread(self._shelf.find, order.wanted.name)

    async def _described(self, order: Order, part: Part) -> PartOf:
        """What the hub says of the file: at the commit of what is there, else now. Refuses what is not the pinned."""
        wanted, begun = order.wanted, await asyncio.to_thread(part.of)
        try:
            found = await self._hub.repository(wanted.repository, begun.commit if begun else "main")
        except NotFound:
            if begun is None:
                raise
            found = await self._hub.repository(wanted.repository)
        of = _part_of(found, wanted.file)
        pin = await asyncio.to_thread(self._shelf.pin_of, wanted.repository, wanted.file)
        if pin is not None and pin != of.sha256 and not order.is_update:
            raise model_error("model_changed", old=pin[:12], new=of.sha256[:12])
        return of

    def _is_there(self, wanted: Wanted, of: PartOf, part: Part) -> bool:
        """Is this very file in its place? Raises Conflict("model_name_taken") where another model is."""
        path = self._shelf.path_of(wanted.name)
        if not path.is_file():
            return False
        source = self._shelf.find(wanted.name).source
        if source is None or (source.repository, source.file) != (wanted.repository, wanted.file):
            raise model_error("model_name_taken", name=path.name)
        is_same = (source.sha256, path.stat().st_size) == (of.sha256, of.size_bytes)
        return is_same and not part.stored_bytes  # with a part, the description may be ahead of the file

    async def _complete(self, held: Held, wanted: Wanted, of: PartOf, report: Report) -> None:
        part, teller = held.part, Teller(report, of.size_bytes, self._monotonic)
        if await held.do(part.of) == of and part.stored_bytes <= of.size_bytes:
            await held.do(part.ensure_room, of.size_bytes, self._free)
            await self._look_through(held, teller)
        else:
            await held.do(part.ensure_room, of.size_bytes + part.stored_bytes, self._free)
            await held.do(part.begin, of)
        await teller.begin(part.size_bytes)
        await self._fill(held, wanted, of, teller)
        if part.sha256 != of.sha256:
            await held.do(part.discard)
            raise hub_error("model_wrong_digest")
        await teller.tell(part.size_bytes, now=True)  # the last moment to stop

    async def _look_through(self, held: Held, teller: Teller) -> None:
        """Take what is there into the digest: a minute for a large model on a slow disk."""
        while await held.do(held.part.look_on):
            await teller.tell(held.part.stored_bytes)

    async def _fill(self, held: Held, wanted: Wanted, of: PartOf, teller: Teller) -> None:
        """Ask again and again, each time for what is missing."""
        part, breaks = held.part, 0
        while part.size_bytes < of.size_bytes:
            before = part.size_bytes
            try:
                await self._stream(held, wanted, of, teller)
            except (Upstream, RateLimited) as error:
                if error.code == "model_wrong_size":
                    await held.do(part.discard)
                breaks = breaks + 1 if part.size_bytes == before else 1
                if breaks >= TRIES or (isinstance(error, Upstream) and not error.retryable):
                    raise
                await self._sleep(self._retry.wait_s(breaks, self._luck(), error.retry_after_s))

    async def _stream(self, held: Held, wanted: Wanted, of: PartOf, teller: Teller) -> None:
        part, buffer = held.part, bytearray()
        async with self._hub.download(wanted.repository, of.commit, wanted.file, part.size_bytes) as body:
            if body.start not in {0, part.size_bytes}:
                raise hub_error("hub_nonsense")
            to_skip = part.size_bytes - body.start  # a server without ranges sends again what we have
            try:
                async for chunk in body.chunks:
                    buffer += chunk[to_skip:]
                    to_skip = max(to_skip - len(chunk), 0)
                    if len(buffer) >= BLOCK or teller.is_due:
                        await self._keep(held, of, buffer)
                    await teller.tell(part.size_bytes)
            finally:
                await self._keep(held, of, buffer)
        if part.size_bytes < of.size_bytes:
            raise hub_error("hub_cut_off")

    async def _keep(self, held: Held, of: PartOf, buffer: bytearray) -> None:
        """Store what has come. Raises Upstream("model_wrong_size"); Invalid("not_gguf"), and nothing is kept then."""
        part = held.part
        if not buffer or (not part.size_bytes and len(buffer) < len(MAGIC)):
            return
        data = bytes(buffer)
        buffer.clear()
        if part.size_bytes + len(data) > of.size_bytes:
            raise hub_error("model_wrong_size")
        if not part.size_bytes and not data.startswith(MAGIC):
            await held.do(part.discard)
        await held.do(part.write, data)

    def _put_into_place(self, wanted: Wanted, of: PartOf, part: Part) -> None:
        """The description first: without it, after a death in between, nobody would know the file for ours."""
        path = self._shelf.path_of(wanted.name)
        known = recommended_of(wanted.repository, wanted.file)
        hints = {"languages": list(known.languages), "context_tokens": known.context_tokens} if known else {}
        self._shelf.describe(path, self._source(wanted, of), hints)
        part.finish(path)

    def _keep_in_mind(self, order: Order, of: PartOf) -> None:
        self._shelf.pin(self._source(order.wanted, of))
        if order.is_chosen:
            self._shelf.choose(order.wanted.name)

    def _source(self, wanted: Wanted, of: PartOf) -> Source:
        return Source(
            repository=wanted.repository,
            file=wanted.file,
            commit=of.commit,
            sha256=of.sha256,
            size_bytes=of.size_bytes,
            licence=of.licence,
            pulled=self._clock(),
        )


def _part_of(found: Repository, path: str) -> PartOf:
    """Raises NotFound("hub_no_such_model"), Invalid("no_digest")."""
    file = next((file for file in found.files if file.path == path), None)
    if file is None:
        raise model_error("hub_no_such_model")
    if not file.sha256:
        raise model_error("no_digest")
    return PartOf(found.commit, file.sha256, file.size_bytes, found.licence)

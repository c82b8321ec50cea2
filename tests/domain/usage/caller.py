"""A process that makes calls as fast as it is let: `python -m tests.domain.usage.caller URL CALLS UNITS`.

It says `made` once a call is let through, before it makes it.
"""

import asyncio
import sys

from tests.domain.usage.house import close, ledger_on

from secretary.usage.models import CallStatus
from secretary.usage.ports import Amount, Call, LimitReached, Outcome


async def one(ledger, units):
    try:
        ticket = await ledger.open(Call("llm", "chat", backend="b", model="m"), Amount(units))
    except LimitReached:
        return
    print("made", flush=True)
    await asyncio.sleep(0)
    ledger.settle(ticket, Outcome(CallStatus.DONE, Amount(units)))


async def main(url, calls, units):
    ledger = ledger_on(url)
    for _ in range(0, calls, 8):
        await asyncio.gather(*(one(ledger, units) for _ in range(8)))
    await close(ledger)
    print("over", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

"""News between the processes of one installation: small, quick, and allowed to get lost.

Whatever must not get lost is in the database; news only says "look now". So a listener always has a slower way to
find out, and a broadcast that is down makes things late, never wrong.
"""

from secretary.kernel.broadcast.local import LocalBroadcast
from secretary.kernel.broadcast.ports import Broadcast, Listener

__all__ = ["Broadcast", "Listener", "LocalBroadcast"]

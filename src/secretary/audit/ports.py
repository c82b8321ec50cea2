"""What this domain needs of the program around it."""

from typing import Protocol

from secretary.audit.log import AuditLog
from secretary.kernel.unit import UnitFactory


class Audited(Protocol):
    """An installation with a log: `app` is one, for these routes and for the command line."""

    @property
    def units(self) -> UnitFactory: ...

    @property
    def audit(self) -> AuditLog: ...

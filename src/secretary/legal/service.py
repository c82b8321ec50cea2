"""Use cases of the law: record a consent."""

from secretary.kernel.unit import Unit
from secretary.legal import queries
from secretary.legal.events import ConsentGranted
from secretary.legal.models import Consent

VERSION = "1.0"
REQUIRED = ("privacy_policy", "data_processing")


async def grant_required(unit: Unit, user_id: str, user_type: str) -> None:
    """Record that a person agreed to everything that taking his message needs. Repeating it changes nothing."""
    given = await queries.open_consents(unit.db, user_id, VERSION)
    for consent_type in REQUIRED:
        if consent_type not in given:
            _grant(unit, user_id, user_type, consent_type)
    await unit.db.flush()


def _grant(unit: Unit, user_id: str, user_type: str, consent_type: str) -> None:
    consent = Consent(
        id=unit.new_id(),
        user_id=user_id,
        user_type=user_type,
        consent_type=consent_type,
        consent_version=VERSION,
        granted_at=unit.now(),
    )
    unit.db.add(consent)
    unit.record(ConsentGranted(consent.id, consent_type, VERSION))

"""Use cases of the law: record a consent."""

from secretary.kernel.unit import Unit
from secretary.legal import queries
from secretary.legal.models import Consent

VERSION = "1.0"
REQUIRED = ("privacy_policy", "data_processing")


async def grant_required(unit: Unit, user_id: str, user_type: str) -> None:
    """Record that a person agreed to everything that taking his message needs. Repeating it changes nothing."""
    given = await queries.open_consents(unit.db, user_id, VERSION)
    for consent_type in REQUIRED:
        if consent_type not in given:
            unit.db.add(
                Consent(
                    id=unit.new_id(),
                    user_id=user_id,
                    user_type=user_type,
                    consent_type=consent_type,
                    consent_version=VERSION,
                    granted_at=unit.now(),
                )
            )
    await unit.db.flush()

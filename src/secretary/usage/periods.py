"""Days and months on the clock of the business."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from secretary.usage.models import Period


def period_start(moment: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """When the day or month of `moment` began in `zone`, in UTC."""
    local = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if period is Period.MONTHLY:
        local = local.replace(day=1)
    return local.astimezone(UTC)


def period_end(moment: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """When the next day or month begins in `zone`, in UTC."""
    local = moment.astimezone(zone)
    later = local + timedelta(days=1) if period is Period.DAILY else local.replace(day=28) + timedelta(days=4)
    return period_start(later, period, zone)

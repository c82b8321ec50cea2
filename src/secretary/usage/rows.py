"""What a call is as a row: made so that no database refuses it, and read back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import orjson

from secretary.usage.models import CallStatus, Measure, UsageRow
from secretary.usage.ports import Amount, Call, Charge, Outcome, Ticket
from secretary.usage.queries.rows import HourKey, HourSum, hour_of

# One row that a database refuses would hold up all that are stored with it.
LONGEST = {
    "service_type": 10, "action": 40, "backend": 60, "model": 200, "source": 20, "source_id": 60, "assistant_id": 36,
    "api_key_id": 36,
}  # fmt: skip
LONGEST_CODE = 40
MOST = 2**53 - 1  # what JSON's readers still count exactly, and far below what overflows a sum
MOST_MS = 2**31 - 1
LONGEST_DETAILS = 4_000


def tidy_call(call: Call) -> Call:
    """The same, unless something in it is too long or cannot be stored."""
    changed: dict[str, Any] = {
        name: tidy for name, size in LONGEST.items() if (tidy := _text(given := getattr(call, name), size)) is not given
    }
    return replace(call, **changed) if changed else call


def tidy_outcome(outcome: Outcome) -> Outcome:
    return Outcome(
        outcome.status,
        tidy_amount(outcome.amount),
        _text(outcome.code, LONGEST_CODE),
        _number(outcome.prompt_tokens),
        _number(outcome.completion_tokens),
        _number(outcome.cached_tokens),
        _milliseconds(outcome.first_token_ms),
        _milliseconds(outcome.duration_ms),
        _details(outcome.details) if outcome.details else outcome.details,
    )


def tidy_amount(amount: Amount) -> Amount:
    if 0 <= amount.units <= MOST and 0 <= amount.cost_micro <= MOST and len(amount.currency) <= len("USD"):
        return amount
    return Amount(_number(amount.units), _number(amount.cost_micro), _text(amount.currency, 3))


def _text(given: str, size: int) -> str:
    if len(given) <= size and given.isascii() and "\0" not in given:
        return given
    return given.replace("\0", "").encode(errors="replace").decode()[:size]


def _number(given: int) -> int:
    return min(max(int(given), 0), MOST)


def _milliseconds(given: int | None) -> int | None:
    return None if given is None else min(max(int(given), 0), MOST_MS)


def _details(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is no JSON, or too much of it, is left out: a call is not lost for its remarks."""
    try:
        written = orjson.dumps(given, default=str)
    except (TypeError, ValueError):
        return {}
    is_good = len(written) <= LONGEST_DETAILS and b"\\u0000" not in written
    return orjson.loads(written) if is_good else {}


_CALL = tuple(field.name for field in fields(Call))


def _row(ticket: Ticket) -> dict[str, Any]:
    call = ticket.call
    return {"id": ticket.id, "at": ticket.at} | {name: getattr(call, name) for name in _CALL}


def open_row(ticket: Ticket, charges: Iterable[Charge]) -> dict[str, Any]:
    """A call that has not ended: its numbers are the estimate; what is held for it is kept with it."""
    estimate = ticket.estimate
    packed = [_packed(charge) for charge in charges]
    details = {"charges": packed} if packed else {}
    return _row(ticket) | _values(Outcome(CallStatus.OPEN, estimate, details=details))


def whole_row(ticket: Ticket, outcome: Outcome) -> dict[str, Any]:
    """A call that ended before it was stored."""
    return _row(ticket) | _values(outcome)


def ending(ticket: Ticket, outcome: Outcome) -> dict[str, Any]:
    """What changes in a stored row when its call ends."""
    return {"row_id": ticket.id} | _values(outcome)


def _values(outcome: Outcome) -> dict[str, Any]:
    return {
        "status": outcome.status,
        "code": outcome.code,
        "units_consumed": outcome.amount.units,
        "prompt_tokens": outcome.prompt_tokens,
        "completion_tokens": outcome.completion_tokens,
        "cached_tokens": outcome.cached_tokens,
        "cost_micro": outcome.amount.cost_micro,
        "currency": outcome.amount.currency,
        "first_token_ms": outcome.first_token_ms,
        "duration_ms": outcome.duration_ms,
        "details": outcome.details,
    }


def hours_of(ended: Iterable[tuple[Ticket, Outcome]]) -> dict[HourKey, HourSum]:
    """What these calls add to which hours."""
    sums: defaultdict[HourKey, HourSum] = defaultdict(HourSum)
    for ticket, outcome in ended:
        call = ticket.call
        key = HourKey(
            hour_of(ticket.at),
            call.service_type,
            call.source,
            call.assistant_id,
            call.api_key_id,
            call.backend,
            call.model,
            outcome.amount.currency,
        )
        sums[key].add(outcome)
    return dict(sums)


def _packed(charge: Charge) -> list[Any]:
    return [charge.limit_id, charge.period_start.isoformat(), charge.measure.value, charge.currency, charge.held]


def ticket_of(row: UsageRow) -> Ticket:
    """The ticket of a stored call that has not ended, with what is held for it."""
    charges = tuple(
        Charge(limit_id, datetime.fromisoformat(start), Measure(measure), currency, held)
        for limit_id, start, measure, currency, held in row.details.get("charges", ())
    )
    call = Call(**{name: getattr(row, name) for name in _CALL})
    return Ticket(row.id, row.at, call, Amount(row.units_consumed, row.cost_micro, row.currency), charges)


def estimated(ticket: Ticket) -> Outcome:
    """How a call counts whose process died."""
    return Outcome(CallStatus.LOST, ticket.estimate, code="process_died")

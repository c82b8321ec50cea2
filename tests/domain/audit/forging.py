"""A chain in memory, and what somebody without the key can make of it."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from secretary.audit.chain import HEAD, Entry, Fault, Keys, Seal
from secretary.audit.walk import Walk

KEY = b"k" * 32
LENGTH = 6
START = datetime(2026, 3, 1, tzinfo=UTC)


def chain(key: bytes = KEY, length: int = LENGTH) -> tuple[list[Entry], Seal]:
    keys, entries, last = Keys([key]), [], ""
    for number in range(1, length + 1):
        entry = Entry(
            id=f"id-{number}", number=number, timestamp=START + timedelta(seconds=number), actor_kind="user",
            user_id="anna", session_id="s", user_ip="192.0.2.1", action="update", resource="faq",
            resource_id=str(number), details={"fields": ["answer"], "n": number}, previous_hash=last,
            key_id=keys.newest,
        ).signed(keys)  # fmt: skip
        entries.append(entry)
        last = entry.hash
    return entries, Seal(HEAD, length, last, 0, START, keys.newest).signed(keys)


def first_fault(entries: list[Entry], head: Seal | None) -> Fault | None:
    walk = Walk(Keys([KEY]))
    return walk.follow(entries) or walk.end(head)


def tampered(draw, entry: Entry) -> tuple[Entry, str]:
    """`entry` with another value in one field, of the same type."""
    field = draw(st.sampled_from([field.name for field in fields(Entry)]))
    known = getattr(entry, field)
    values = {
        datetime: st.datetimes(timezones=st.just(UTC)),
        int: st.integers(),
        dict: st.dictionaries(st.text(), st.one_of(st.text(), st.integers(-(2**40), 2**40), st.booleans())),
        str: st.text(),
    }
    other = draw(values[type(known)].filter(lambda value: value != known))
    return replace(entry, **{field: other}), field


def copies(entries: list[Entry], order) -> list[Entry]:
    """The same rows in another order, with dense numbers again."""
    return [replace(entries[place], number=number) for number, place in enumerate(order, 1)]

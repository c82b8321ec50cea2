"""Business hours: open or not, when next, in words a customer understands; over midnight, holidays and clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from secretary.assistant.hours.calendar import in_words, is_open, opens_next
from secretary.assistant.hours.shapes import BusinessHours
from secretary.kernel.errors import Invalid
from secretary.kernel.jobs.rules import WEEKDAYS

MOSCOW, BERLIN, UTC_ZONE = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
ZONES = [
    MOSCOW,
    BERLIN,
    UTC_ZONE,
    ZoneInfo("America/St_Johns"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("Asia/Kolkata"),
]
MINUTE = timedelta(minutes=1)


def hours(*spans, days="mon tue wed thu fri", holidays=(), **more):
    """The same spans, like "9-18", on some days."""
    each = [span(text) for text in spans]
    return BusinessHours.model_validate(
        {"weekly": dict.fromkeys(days.split(), each), "holidays": list(holidays), **more}
    )


def span(text):
    start, end = text.split("-")
    return {"from": clock(start), "to": clock(end)}


def clock(text):
    return text if ":" in text else f"{int(text):02}:00"


def at(text, zone=MOSCOW):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


EVERY_DAY = " ".join(WEEKDAYS)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("2026-03-02 09:00", True), ("2026-03-02 08:59", False), ("2026-03-02 17:59", True), ("2026-03-02 18:00", False),
     ("2026-03-01 12:00", False)],
)  # fmt: skip
def test_open_from_the_first_minute_until_before_the_last(moment, expected):
    assert is_open(hours("9-18"), MOSCOW, at(moment)) is expected


def test_moment_is_read_on_the_clock_of_the_business():
    assert is_open(hours("9-18"), MOSCOW, datetime(2026, 3, 2, 6, tzinfo=UTC))
    assert not is_open(hours("9-18"), BERLIN, datetime(2026, 3, 2, 6, tzinfo=UTC))


def test_lunch_break_is_closed():
    assert not is_open(hours("9-13", "14-18"), MOSCOW, at("2026-03-02 13:30"))


@pytest.mark.parametrize(
    ("moment", "expected"), [("2026-03-06 23:59", True), ("2026-03-07 01:59", True), ("2026-03-07 02:00", False)]
)
def test_hours_past_midnight_belong_to_the_day_on_which_they_begin(moment, expected):
    assert is_open(hours("20-2", days="fri"), MOSCOW, at(moment)) is expected


def test_whole_day_has_no_gap_at_midnight():
    every = hours("00:00-24:00", days=EVERY_DAY)
    assert all(is_open(every, BERLIN, at("2026-03-28 22:00", BERLIN) + n * MINUTE) for n in range(0, 480, 5))


def test_holiday_has_its_own_hours_or_none():
    closed = {"from": "2026-03-02", "to": "2026-03-03", "name": "Праздник"}
    short = {"from": "2026-03-04", "to": "2026-03-04", "spans": [span("10-12")]}
    week = hours("9-18", holidays=[closed, short])
    assert not is_open(week, MOSCOW, at("2026-03-02 12:00"))
    assert not is_open(week, MOSCOW, at("2026-03-03 12:00"))
    assert is_open(week, MOSCOW, at("2026-03-04 11:00"))
    assert not is_open(week, MOSCOW, at("2026-03-04 13:00"))
    assert opens_next(week, MOSCOW, at("2026-03-01 12:00")) == at("2026-03-04 10:00")


def test_night_before_a_holiday_still_ends_in_the_morning():
    night = hours("22-6", days=EVERY_DAY, holidays=[{"from": "2026-01-01", "to": "2026-01-01"}])
    assert is_open(night, MOSCOW, at("2026-01-01 05:59"))
    assert not is_open(night, MOSCOW, at("2026-01-01 22:00"))


def test_never_open_is_never_promised():
    assert opens_next(BusinessHours(), MOSCOW, at("2026-03-02 12:00")) is None
    always_holiday = hours("9-18", holidays=[{"from": "2020-01-01", "to": "2040-01-01"}])
    assert opens_next(always_holiday, MOSCOW, at("2026-03-02 12:00")) is None


def test_hour_that_the_clocks_skip_opens_when_they_go_on():
    early = hours("02:30-10:00", days=EVERY_DAY)
    skipped = datetime(2026, 3, 29, 1, tzinfo=UTC)  # Berlin goes from 2:00 to 3:00
    assert opens_next(early, BERLIN, skipped - MINUTE) == skipped
    assert not is_open(hours("02:10-02:50", days=EVERY_DAY), BERLIN, skipped)


def test_hour_that_the_clocks_show_twice_is_worked_once():
    night = hours("00:00-02:30", days=EVERY_DAY)
    first = datetime(2026, 10, 25, 0, 29, tzinfo=UTC)  # 2:29 in Berlin, for the first time
    assert is_open(night, BERLIN, first)
    assert not is_open(night, BERLIN, first + timedelta(hours=1))


@pytest.mark.parametrize(
    ("now", "coming", "ru", "en"),
    [
        ("2026-03-02 08:00", "2026-03-02 09:00", "сегодня в 9:00", "today at 9:00"),
        ("2026-03-02 23:59", "2026-03-03 09:05", "завтра в 9:05", "tomorrow at 9:05"),
        ("2026-03-06 18:00", "2026-03-09 10:00", "в понедельник в 10:00", "on Monday at 10:00"),
        ("2026-03-02 18:00", "2026-03-03 00:00", "завтра в 0:00", "tomorrow at 0:00"),
        ("2026-03-02 18:00", "2026-03-09 10:00", "9 марта в 10:00", "on 9 March at 10:00"),
        ("2025-12-30 18:00", "2026-01-12 10:00", "12 января в 10:00", "on 12 January at 10:00"),
        ("2026-03-02 18:00", "2027-02-12 10:00", "12 февраля 2027 года в 10:00", "on 12 February 2027 at 10:00"),
    ],
)
def test_moment_in_words(now, coming, ru, en):
    assert in_words(at(coming).astimezone(UTC), "ru", MOSCOW, at(now).astimezone(UTC)) == ru
    assert in_words(at(coming).astimezone(UTC), "en", MOSCOW, at(now).astimezone(UTC)) == en


@pytest.mark.parametrize("bad", ["9:00-18:00", "09:00-25:00", "24:00-09:00", "09:60-10:00", "aa:bb-10:00"])
def test_what_is_no_time_of_day_is_refused(bad):
    start, end = bad.split("-")
    with pytest.raises(Invalid):
        BusinessHours.model_validate({"weekly": {"mon": [{"from": start, "to": end}]}})


def test_empty_span_and_backward_holiday_are_refused():
    with pytest.raises(Invalid):
        hours("9-9")
    with pytest.raises(Invalid):
        hours("9-18", holidays=[{"from": "2026-03-02", "to": "2026-03-01"}])
    with pytest.raises(ValidationError):
        BusinessHours.model_validate({"weekly": {"monday": []}})


def test_kept_as_it_is_written():
    written = {
        "weekly": {"mon": [{"from": "09:00", "to": "24:00"}]},
        "holidays": [{"from": "2026-01-01", "to": "2026-01-08", "name": "Новый год", "spans": []}],
        "closed_text": {"ru": "Закрыто до {when}"},
    }
    assert BusinessHours.model_validate(written).model_dump(mode="json") == written


MINUTES = st.integers(0, 1439)
TIMES = MINUTES.map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
SPANS = st.tuples(TIMES, TIMES | st.just("24:00")).filter(lambda each: each[0] != each[1]).map("-".join)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
HOLIDAYS = st.tuples(DAYS, st.integers(0, 9), st.lists(SPANS, max_size=2)).map(
    lambda each: {
        "from": each[0].isoformat(), "to": (each[0] + timedelta(days=each[1])).isoformat(),
        "spans": [span(text) for text in each[2]],
    }
)  # fmt: skip
WEEKS = st.builds(
    lambda week, holidays: BusinessHours.model_validate(
        {"weekly": {day: [span(text) for text in spans] for day, spans in week.items()}, "holidays": holidays}
    ),
    st.dictionaries(st.sampled_from(WEEKDAYS), st.lists(SPANS, max_size=3), max_size=7),
    st.lists(HOLIDAYS, max_size=4),
)
MOMENTS = st.datetimes(datetime(2025, 1, 2), datetime(2027, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


def said_by_the_wall(week, wall):
    """The same question to a clock that is never changed, answered by hand."""

    def covers(day, minute):
        own = next((each.spans for each in week.holidays if each.first <= day <= each.last), None)
        spans = week.weekly.get(WEEKDAYS[day.weekday()], []) if own is None else own
        for each in spans:
            start = each.begins.hour * 60 + each.begins.minute
            end = each.ends.hour * 60 + each.ends.minute + (1440 if each.ends_next_day else 0)
            if start <= minute < end:
                return True
        return False

    minute = wall.hour * 60 + wall.minute
    return covers(wall.date(), minute) or covers(wall.date() - timedelta(days=1), minute + 1440)


@settings(max_examples=200, deadline=None)
@given(WEEKS, MOMENTS)
def test_where_clocks_are_never_changed_the_wall_says_it(week, moment):
    assert is_open(week, UTC_ZONE, moment) == said_by_the_wall(week, moment)


@settings(max_examples=200, deadline=None)
@given(WEEKS, MOMENTS, st.sampled_from(ZONES))
def test_next_opening_is_open_and_nothing_before_it_is(week, moment, zone):
    coming = opens_next(week, zone, moment)
    if coming is None:
        assert not any(is_open(week, zone, moment + timedelta(hours=n)) for n in range(24 * 7))
        return
    assert coming >= moment
    assert is_open(week, zone, coming)
    assert is_open(week, zone, moment) == (coming == moment)
    step = max((coming - moment) / 50, MINUTE)
    tried = moment
    while tried < coming:
        assert not is_open(week, zone, tried)
        tried += step
    if coming > moment:
        assert not is_open(week, zone, coming - timedelta(microseconds=1))


@settings(max_examples=200, deadline=None)
@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=400)), st.sampled_from(ZONES))
def test_words_name_the_time_on_the_clock_of_the_business(now, ahead, zone):
    coming = now + ahead
    words = in_words(coming, "ru", zone, now)
    local = coming.astimezone(zone)
    said = time.fromisoformat(words.rsplit(" ", 1)[1].rjust(5, "0"))
    assert (said.hour, said.minute) == (local.hour, local.minute)
    days = (local.date() - now.astimezone(zone).date()).days
    assert words.startswith("сегодня ") == (days == 0)
    assert words.startswith("завтра ") == (days == 1)
    assert (str(local.day) in words.split()) == (days > 6)

"""What the weekly clock says, as tables and for any ticket."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk import promises
from desk.calendar import WorkingTime
from desk.people import ClientId, DoorId
from desk.promises import Next, closes_at, next_step
from desk.settings import Reminders
from desk.tickets import Status, Ticket

WEEKDAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ((600, 1140),))
MOSCOW = WorkingTime(zone=ZoneInfo("Europe/Moscow"), hours=WEEKDAYS)
BERLIN = WorkingTime(zone=ZoneInfo("Europe/Berlin"), hours=WEEKDAYS)
NOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Monday, noon in Moscow
ASKED = Ticket(
    client_id=ClientId(1),
    opened_door_id=DoorId(1),
    door_id=DoorId(1),
    line="first",
    status=Status.WAITING,
    subject="Принтер",
    verdict={},
    created_at=NOON,
    active_at=NOON,
    client_wrote_at=NOON,
    question="Какой номер?",
    clock_from=NOON,
)
USUAL = Reminders()


def of(**values: object) -> Reminders:
    return Reminders.model_validate(values)


@pytest.mark.parametrize("status", [Status.NEW, Status.OPEN, Status.CLOSED])
def test_where_we_owe_the_word_nothing_happens_by_itself(status: Status) -> None:
    assert next_step(replace(ASKED, status=status), USUAL, MOSCOW) is None


@pytest.mark.parametrize(
    "on_its_way",
    [
        {"clock_from": None},
        {"reminder_id": 7},
        {"held_reason": promises.UNDELIVERED},
        {"reminded": 2, "reminder_id": 7},
        {"reminded": 2, "clock_from": None},
    ],
)
def test_nothing_is_due_while_a_question_or_reminder_is_undelivered(on_its_way: dict[str, object]) -> None:
    assert next_step(replace(ASKED, **on_its_way), USUAL, MOSCOW) is None


@pytest.mark.parametrize(
    ("ticket", "reminders", "step", "due"),
    [
        ({}, USUAL, Next.REMIND, "2026-11-30 09:00"),
        ({"reminded": 1}, USUAL, Next.REMIND, "2026-11-30 09:00"),
        ({"reminded": 2}, USUAL, Next.CLOSE, "2026-11-30 09:00"),
        ({"reminded": 1, "snoozed_until": NOON + timedelta(days=14)}, USUAL, Next.REMIND, "2026-12-07 09:00"),
        ({}, of(count=0), Next.CLOSE, "2026-11-30 09:00"),
        ({}, of(count=0, close_after="16 working hours"), Next.CLOSE, "2026-11-24 16:00"),
        ({}, of(every="3 working days"), Next.REMIND, "2026-11-26 09:00"),
        ({"reminded": 3}, of(count=2), Next.CLOSE, "2026-11-30 09:00"),
        ({"held_reason": "deaf", "reminded": 2}, USUAL, Next.CLOSE, "2026-11-30 09:00"),
    ],
)
def test_the_next_step_and_its_moment(ticket: dict[str, object], reminders: Reminders, step: Next, due: str) -> None:
    promise = next_step(replace(ASKED, **ticket), reminders, MOSCOW)
    assert promise is not None
    assert (promise.step, f"{promise.due:%Y-%m-%d %H:%M}") == (step, due)


@pytest.mark.parametrize(("from_", "due"), [("2026-03-23", "2026-03-30"), ("2026-10-19", "2026-10-26")])
def test_a_week_over_a_change_of_clocks_is_168_hours(from_: str, due: str) -> None:
    """Germany changes its clocks in it; the reminder is neither lost nor doubled."""
    at = datetime.fromisoformat(f"{from_} 12:00+00:00")
    promise = next_step(replace(ASKED, clock_from=at), USUAL, BERLIN)
    assert promise is not None
    assert promise.due == datetime.fromisoformat(f"{due} 12:00+00:00")
    closing = next_step(replace(ASKED, clock_from=at, reminded=2), USUAL, BERLIN)
    assert closing is not None
    assert BERLIN.is_working(closing.due)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
spans = st.sampled_from(["1 hour", "7 days", "3 weeks", "1 working day", "5 working days", "16 working hours"])


@given(at=moments, every=spans, close=spans, count=st.integers(0, 4), reminded=st.integers(0, 5))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_a_step_is_never_before_its_time(at: datetime, every: str, close: str, count: int, reminded: int) -> None:
    """Whatever the settings: the span has passed since the delivery, and it is a reminder while there are some left."""
    reminders = of(every=every, close_after=close, count=count)
    promise = next_step(replace(ASKED, clock_from=at, reminded=reminded), reminders, BERLIN)
    assert promise is not None
    assert promise.due >= at
    assert promise.due == BERLIN.add(at, reminders.every if reminded < count else reminders.close_after)
    assert (promise.step is Next.REMIND) is (reminded < count)


@given(at=moments, every=spans, close=spans, count=st.integers(1, 4))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_the_ticket_closes_when_the_reminders_said(at: datetime, every: str, close: str, count: int) -> None:
    """With every message delivered at once and a tick every moment, each reminder names the day of the closing."""
    reminders = of(every=every, close_after=close, count=count)
    ticket, said = replace(ASKED, clock_from=at), set()
    while True:
        promise = next_step(ticket, reminders, BERLIN)
        assert promise is not None
        done = BERLIN.next_start(promise.due)
        if promise.step is Next.CLOSE:
            break
        said.add(closes_at(ticket, done, reminders, BERLIN))
        ticket = replace(ticket, reminded=ticket.reminded + 1, clock_from=done, snoozed_until=None)
    assert said == {done}
    assert ticket.reminded == count

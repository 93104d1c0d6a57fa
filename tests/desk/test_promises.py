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


THIRD = replace(ASKED, status=Status.THIRD_PARTY, third_party="Завод", asked_at=None)
SOLVED = replace(ASKED, status=Status.SOLVED, solved_at=NOON)


@pytest.mark.parametrize(
    ("ticket", "reminders", "step", "due"),
    [
        (THIRD, USUAL, Next.TELL, "2026-11-30 09:00"),
        (replace(THIRD, reminded=9), of(count=2, every="2 working days"), Next.TELL, "2026-11-25 09:00"),
        (replace(THIRD, clock_from=None), USUAL, Next.TELL, "2026-11-23 09:00"),  # they could not be told yet
        (SOLVED, USUAL, Next.CONFIRM, "2026-11-30 09:00"),
        (SOLVED, of(confirm_within="2 working days"), Next.CONFIRM, "2026-11-25 09:00"),
        (replace(SOLVED, spared_until=NOON + timedelta(days=9)), USUAL, Next.CONFIRM, "2026-12-02 09:00"),
        (replace(ASKED, reminded=2, spared_until=NOON + timedelta(days=9)), USUAL, Next.CLOSE, "2026-12-02 09:00"),
        (replace(ASKED, spared_until=NOON + timedelta(days=9)), USUAL, Next.REMIND, "2026-11-30 09:00"),
    ],
)
def test_what_waits_for_others_is_told_and_what_is_solved_closes(
    ticket: Ticket, reminders: Reminders, step: Next, due: str
) -> None:
    """A lead's «do not close» puts off the closing and nothing else."""
    promise = next_step(ticket, reminders, MOSCOW)
    assert promise is not None
    assert (promise.step, f"{promise.due:%Y-%m-%d %H:%M}") == (step, due)


@pytest.mark.parametrize(
    "ticket",
    [
        replace(THIRD, reminder_id=7),
        replace(THIRD, held_reason=promises.UNDELIVERED),
        replace(SOLVED, clock_from=None),  # the client was not told that it is solved
        replace(SOLVED, clock_from=NOON - timedelta(days=3)),  # a clock of before
        replace(SOLVED, reminder_id=7),
        replace(SOLVED, held_reason=promises.UNDELIVERED),
        replace(SOLVED, solved_at=None),
    ],
)
def test_nothing_is_due_while_the_word_that_starts_the_clock_did_not_arrive(ticket: Ticket) -> None:
    assert next_step(ticket, USUAL, MOSCOW) is None


@pytest.mark.parametrize(
    ("hours", "at", "closes"),
    [
        (((600, 1140),), "23 06:59", False),  # 9:59 in Moscow: the day has not begun
        (((600, 1140),), "23 07:00", False),
        (((600, 1140),), "23 07:59", False),
        (((600, 1140),), "23 08:00", True),
        (((600, 1140),), "28 08:00", True),  # a Saturday has no preview to wait for
        (((600, 640),), "23 07:19", False),  # 40 minutes of work: half of them
        (((600, 640),), "23 07:20", True),
        (((0, 1440),), "23 00:30", False),  # round the clock: the preview comes at nine
        (((0, 1440),), "23 06:59", False),
        (((0, 1440),), "23 07:00", True),
    ],
)
def test_nothing_closes_before_the_preview_could_be_read(
    hours: tuple[tuple[int, int], ...], at: str, closes: bool
) -> None:
    calendar = WorkingTime(
        zone=ZoneInfo("Europe/Moscow"), hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), hours)
    )
    moment = datetime.strptime(f"2026-11-{at} +0000", "%Y-%m-%d %H:%M %z")
    assert promises.may_close(moment, calendar) is closes


@pytest.mark.parametrize(
    ("ticket", "steps"),
    [
        (ASKED, ["remind 30 09:00", "remind 07 09:00", "close 14 09:00"]),
        (replace(ASKED, reminder_id=5), ["remind 30 09:00", "close 07 09:00"]),  # what is on its way arrives at once
        (replace(ASKED, reminded=2, clock_from=NOON - timedelta(days=9)), ["close 23 09:00"]),
        (replace(ASKED, reminded=2, clock_from=NOON - timedelta(days=7, hours=2)), ["close 23 09:00"]),
        (SOLVED, ["confirm 30 09:00"]),
        (replace(SOLVED, clock_from=None, reminder_id=5), ["confirm 30 09:00"]),
        (replace(SOLVED, clock_from=None), []),
        (THIRD, ["tell 30 09:00", "tell 07 09:00", "tell 14 09:00"]),
    ],
)
def test_the_weeks_to_come_are_reckoned_step_by_step(ticket: Ticket, steps: list[str]) -> None:
    until = NOON + timedelta(days=22)
    found = promises.forecast(ticket, NOON, until, USUAL, MOSCOW, previewed=True)
    assert [f"{promise.step.value} {at:%d %H:%M}" for promise, at, _ in found] == steps


def test_a_forecast_ends_where_it_is_told_to() -> None:
    """And closing at the start of a day waits for the hour in which the preview is read."""
    early = replace(ASKED, reminded=2, clock_from=NOON.replace(day=21))  # a Saturday: five working days end at ten
    (found,) = promises.forecast(early, NOON, NOON + timedelta(days=30), USUAL, MOSCOW, previewed=True)
    assert f"{found[1]:%d %H:%M}" == "30 08:00"
    (plain,) = promises.forecast(early, NOON, NOON + timedelta(days=30), USUAL, MOSCOW, previewed=False)
    assert f"{plain[1]:%d %H:%M}" == "30 07:00"
    assert not list(promises.forecast(early, NOON, found[1], USUAL, MOSCOW, previewed=True))

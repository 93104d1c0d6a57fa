"""The two clocks as tables: what is used, what is left, when it ends; and what always holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.accounts import Pause
from desk.calendar import WorkingTime, parse_hours
from desk.clocks import Clock, ran, reading
from desk.durations import parse_span
from desk.people import ClientId, DoorId
from desk.tickets import Status, Ticket, TicketId

MOSCOW = ZoneInfo("Europe/Moscow")
OFFICE = WorkingTime(
    zone=MOSCOW, hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), parse_hours("10:00-14:00, 15:00-19:00"))
)
TICKET = Ticket(
    client_id=ClientId(1),
    opened_door_id=DoorId(1),
    door_id=DoorId(1),
    line="first",
    subject="Принтер",
    verdict={},
    created_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),  # Monday, noon in Moscow
    active_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    client_wrote_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
)


def at(text: str) -> datetime:
    """A moment of that week's days by the wall in Moscow: «mon 12:00», «mon+ 12:00» a week later."""
    day, _, time = text.partition(" ")
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(day.rstrip("+")) + 7 * day.count("+")
    moment = datetime.fromisoformat(f"2026-11-23 {time}").replace(tzinfo=MOSCOW) + timedelta(days=days)
    return moment.astimezone(UTC)


def wall(moment: datetime | None) -> str:
    return f"{moment.astimezone(MOSCOW):%a %H:%M}".lower() if moment else ""


def pauses(text: str) -> list[Pause]:
    """«mon 13:00-mon 16:00, tue 10:00-» …"""
    found = []
    for part in filter(None, text.split(", ")):
        since, _, until = part.partition("-")
        end = at(until) if until else None
        found.append(Pause(ticket_id=TicketId(1), why=Status.WAITING, since=at(since), until=end))
    return found


def minutes(hours: float) -> timedelta:
    return timedelta(hours=hours)


CASES = [
    # term, pauses, now, used, due, running
    ("16 working hours", "", "mon 12:00", 0, "wed 12:00", True),
    ("16 working hours", "", "mon 16:00", 3, "wed 12:00", True),
    ("16 working hours", "", "mon 23:00", 6, "wed 12:00", True),  # closed hours do not count
    ("16 working hours", "", "sat 12:00", 38, "wed 12:00", True),
    ("16 working hours", "mon 13:00-tue 11:00", "tue 12:00", 2, "wed 19:00", True),
    ("16 working hours", "mon 13:00-", "fri 12:00", 1, "", False),  # it stands
    ("2 working hours", "mon 16:00-", "fri 12:00", 3, "mon 14:00", False),  # it stands, but was broken before
    ("16 working hours", "mon 13:00-mon 16:00, mon 15:30-mon 17:00", "mon 18:00", 2, "wed 16:00", True),  # overlapping
    ("16 working hours", "tue 10:00-tue 11:00, mon 13:00-mon 16:00", "tue 12:00", 5, "wed 16:00", True),  # unordered
    ("16 working hours", "sat 10:00-sun 11:00", "mon+ 10:00", 38, "wed 12:00", True),  # in closed hours
    ("2 hours", "", "mon 13:00", 1, "mon 14:00", True),
    ("24 hours", "", "sat 12:00", 120, "tue 12:00", True),  # plain hours run round the clock
    ("24 hours", "mon 13:00-tue 13:00", "tue 14:00", 2, "wed 12:00", True),
    ("8 working hours", "", "tue 12:00", 8, "tue 12:00", True),  # to the last moment
    ("8 working hours", "mon 12:00-tue 12:00", "tue 12:00", 0, "wed 12:00", True),  # from the very start on
]


@pytest.mark.parametrize(("term", "stood", "now", "used", "due", "running"), CASES)
def test_a_clock_shows_what_is_used_and_when_it_ends(
    term: str, stood: str, now: str, used: float, due: str, *, running: bool
) -> None:
    shown = reading(TICKET, Clock.ANSWER, parse_span(term), OFFICE, pauses(stood), at(now))
    assert (shown.used, wall(shown.due), shown.running) == (minutes(used), due, running)


@pytest.mark.parametrize(
    ("now", "left", "share", "broken"),
    [
        ("mon 12:00", 8, 0.0, False),
        ("tue 10:00", 2, 0.75, False),
        ("tue 12:00", 0, 1.0, False),
        ("tue 13:00", 0, 1.125, True),
    ],
)
def test_a_promise_holds_to_its_last_moment(now: str, left: float, share: float, *, broken: bool) -> None:
    shown = reading(TICKET, Clock.ANSWER, parse_span("8 working hours"), OFFICE, [], at(now))
    assert (shown.left, shown.share, shown.broken) == (minutes(left), share, broken)


def test_a_clock_that_was_stopped_shows_what_it_took() -> None:
    answered = replace(TICKET, answered_at=at("mon 13:00"), answer_took=3600, answer_limit=1800)
    shown = reading(answered, Clock.ANSWER, parse_span("16 working hours"), OFFICE, [], at("fri 12:00"))
    assert (shown.used, shown.limit, shown.ended, shown.running) == (minutes(1), minutes(0.5), True, False)
    assert shown.broken
    assert not reading(answered, Clock.SOLVE, None, OFFICE, [], at("fri 12:00")).ended
    solved = replace(TICKET, solve_took=7200)
    shown = reading(solved, Clock.SOLVE, parse_span("16 working hours"), OFFICE, [], at("fri 12:00"))
    assert (shown.used, shown.limit, shown.ended) == (minutes(2), None, True)


def test_each_clock_counts_from_its_own_start() -> None:
    raised = replace(TICKET, answer_from=at("mon 16:00"))
    term = parse_span("2 working hours")
    assert wall(reading(raised, Clock.ANSWER, term, OFFICE, [], at("mon 17:00")).due) == "mon 18:00"
    assert wall(reading(raised, Clock.SOLVE, term, OFFICE, [], at("mon 17:00")).due) == "mon 14:00"


def test_without_a_term_nothing_is_due_and_the_time_is_measured_all_the_same() -> None:
    shown = reading(TICKET, Clock.SOLVE, None, OFFICE, [], at("tue 12:00"))
    assert (shown.limit, shown.due, shown.used, shown.share) == (None, None, minutes(8), 0.0)
    assert not shown.broken


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    shown = reading(TICKET, Clock.ANSWER, parse_span("2 hours"), OFFICE, [], at("mon 11:00"))
    assert (shown.used, wall(shown.due)) == (timedelta(), "mon 14:00")


def test_a_calendar_that_runs_dry_promises_no_moment() -> None:
    class Never:
        def is_day_off(self, day: object) -> bool:
            return True

        def is_transferred_workday(self, day: object) -> bool:
            return False

        def is_eve(self, day: object) -> bool:
            return False

    dry = WorkingTime(zone=MOSCOW, hours={"mon": parse_hours("10:00-19:00")}, days_off=Never())
    assert reading(TICKET, Clock.ANSWER, parse_span("2 working hours"), dry, [], at("mon 12:00")).due is None


MOMENTS = st.integers(0, 20 * 24 * 60).map(lambda passed: TICKET.created_at + timedelta(minutes=passed))
STOOD = st.lists(
    st.tuples(MOMENTS, st.integers(0, 4000)).map(
        lambda one: Pause(
            ticket_id=TicketId(1), why=Status.WAITING, since=one[0], until=one[0] + timedelta(minutes=one[1])
        )
    ),
    max_size=4,
)
CALENDARS = st.sampled_from([OFFICE, None])


@settings(derandomize=True, deadline=None, max_examples=100)
@given(now=MOMENTS, stood=STOOD, calendar=CALENDARS, part=st.integers(1, 100))
def test_what_is_reached_at_a_moment_is_used_at_that_moment(
    now: datetime, stood: list[Pause], calendar: WorkingTime | None, part: int
) -> None:
    """The moment named for a part of what is used is one at which just so much had been used."""
    used = ran(TICKET.created_at, now, stood, calendar=calendar).used()
    amount = used * part / 100
    reached = ran(TICKET.created_at, now, stood, calendar=calendar).reaches(amount)
    assert reached is not None
    assert ran(TICKET.created_at, reached, stood, calendar=calendar).used() == amount


@settings(derandomize=True, deadline=None, max_examples=100)
@given(now=MOMENTS, stood=STOOD, calendar=CALENDARS)
def test_running_and_standing_make_the_whole(now: datetime, stood: list[Pause], calendar: WorkingTime | None) -> None:
    """No minute of working time is counted twice or lost, whatever the pauses."""
    course = ran(TICKET.created_at, now, stood, calendar=None)
    minute = timedelta(minutes=1)
    counted = 0
    at_ = TICKET.created_at
    while at_ < now:
        counted += not any(one.since <= at_ and (one.until is None or at_ < one.until) for one in stood)
        at_ += minute
    assert course.used() == counted * minute
    if calendar:
        assert ran(TICKET.created_at, now, stood, calendar=calendar).used() <= course.used()

"""A month counted by hand: November 2025 with its transferred Saturday, holidays and weekends, ticket by ticket."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.accounts import Pause, Rating, Spent
from desk.calendar import WorkingTime, parse_hours
from desk.clocks import Clock, Reading, reading
from desk.durations import parse_span
from desk.fates import Case, Took, fate
from desk.figures import Report, Row, kept, median, nearest_rank, reckon
from desk.people import ClientId, DoorId
from desk.periods import parse
from desk.tickets import Closing, Priority, Status, Ticket, TicketId, Type
from desk.waits import Whom
from scheduler.workdays import days_off

MOSCOW = ZoneInfo("Europe/Moscow")
HOURS = parse_hours("10:00-14:00, 15:00-19:00")


def at(text: str) -> datetime:
    """«11-05 13:00»: a time of 2025 in Moscow."""
    return datetime.fromisoformat(f"2025-{text}").replace(tzinfo=MOSCOW)


# Saturday 1 November is worked in place of Monday the 3rd and is an hour shorter; the 4th is a holiday.
CALENDAR = WorkingTime(
    zone=MOSCOW,
    hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), HOURS),
    days_off=days_off("RU"),
    short_days=frozenset({at("11-01 00:00").date()}),
)
TERMS: Mapping[str, tuple[str, str]] = {
    "base": ("16 working hours", ""),
    "warranty": ("8 working hours", "40 working hours"),
    "": ("", ""),
}
NOW = at("12-01 10:00")


def read(ticket: Ticket, pauses: list[Pause], now: datetime) -> Mapping[Clock, Reading]:
    terms = [parse_span(term) if term else None for term in TERMS[ticket.plan]]
    return {
        clock: reading(ticket, clock, term, CALENDAR, pauses, now) for clock, term in zip(Clock, terms, strict=True)
    }


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def case(number: int, created: str, *pauses: tuple[Status, str, str], **more: Any) -> Case:
    """A ticket; `pauses` as (why, since, until), "" for one that still holds."""
    stretches = tuple(
        Pause(id=id_, ticket_id=TicketId(number), why=why, since=at(since), until=at(until) if until else None)
        for id_, (why, since, until) in enumerate(pauses, 1)
    )
    client = more.pop("client", "Ромашка")
    mark, spent = more.pop("mark", None), more.pop("spent", ())
    values: dict[str, Any] = {
        "plan": "warranty", "line": "first", "subject": "", "verdict": {}, "taken_by": "Мария", "type": Type.ERROR,
        "status": stretches[-1].why if stretches and stretches[-1].until is None else Status.OPEN,
        "active_at": at(created), "client_wrote_at": at(created),
    } | more  # fmt: skip
    for name in ("answered_at", "client_wrote_at", "closed_at"):
        if isinstance(values.get(name), str):
            values[name] = at(values[name])
    ticket = Ticket(
        id=TicketId(number), client_id=ClientId(1), opened_door_id=DoorId(1), door_id=DoorId(1),
        created_at=at(created), **values,
    )  # fmt: skip
    given = mark and Rating(
        ticket_id=ticket.id, client_id=ticket.client_id, engineer=mark[1], asked_at=at("11-01 10:00"),
        stars=mark[0], given_at=at("11-20 10:00"),
    )  # fmt: skip
    entries = tuple(
        Spent(ticket_id=ticket.id, minutes=minutes, by=by, by_id=by, at=at("11-13 12:00")) for minutes, by in spent
    )
    return Case(
        ticket=ticket, client=client, client_key=client, pauses=stretches, mark=given, low=bool(mark and mark[0] < 3), spent=entries,
        billed=hours(0.5 * len(entries)),
    )  # fmt: skip


S, C, W, T = Status.SOLVED, Status.CLOSED, Status.WAITING, Status.THIRD_PARTY

MONTH = [
    # Taken in October. Fri 2 h + Sat 7 h (worked, short) + Wed 2 h = 11 h to the solution; the holidays are nothing.
    case(1, "10-31 17:00", (S, "11-05 12:00", "11-12 12:00"), (C, "11-12 12:00", ""),
         answered_at="11-01 11:00", closing=Closing.SOLVED, mark=(5, "Мария")),
    # First answer: Sat 1.5 h + Wed 3 h. Solved after 1.5 + 8 + 8 + 8 + 0.5 = 26 h, opened again for
    # 7.5 (Tue) + 8 (Wed) + 7 (Thu) more: 48.5 h of 40 at the end.
    case(2, "11-01 16:30", (S, "11-10 10:30", "11-11 10:30"), (S, "11-13 18:00", ""),
         answered_at="11-05 13:00", mark=(4, "Пётр"), spent=[(90, "Мария"), (30, "Пётр")]),
    # Written on a day off by transfer: Wed 8 + Thu 8 + Fri 7.5 = 23.5 h of 16; then the client is asked.
    case(3, "11-03 12:00", (W, "11-07 18:30", ""), plan="base", answered_at="11-07 18:30",
         answer_took=int(23.5 * 3600), answer_limit=16 * 3600, priority=Priority.HIGH, client="Лютик"),
    # Two weeks wait for a vendor. 2 + 6 + 8 + 40 = 56 h of 40 at the end of the month, not solved.
    case(4, "11-06 10:00", (T, "11-06 12:00", "11-20 12:00"), line="second", answered_at="11-06 11:00"),
    # Friday evening: 1 h until the end of the month, no answer yet.
    case(5, "11-28 18:00", taken_by="", type=None),
    # Without a plan: answered after 4 h, closed as a duplicate after 5.
    case(6, "11-10 10:00", (C, "11-10 16:00", ""), plan="", answered_at="11-10 14:00", closing=Closing.DUPLICATE,
         client="Лютик", line="second"),
    # Refused before anybody answered, an hour after the beginning of work.
    case(7, "11-18 09:00", (C, "11-18 11:00", ""), closing=Closing.ABUSE, type=Type.REQUEST),
    # Solved in October after 40 h, closed, opened again, closed as solved: 2 + 1 h more, 43 of 40.
    case(8, "10-06 10:00", (S, "10-10 19:00", "10-17 19:00"), (C, "10-17 19:00", "11-14 12:00"),
         (C, "11-14 16:00", ""), answered_at="10-06 11:00", closing=Closing.SOLVED,
         solve_took=43 * 3600, solve_limit=40 * 3600),
    # Solved after 8 h; opened again in December, which changes nothing in November.
    case(9, "11-20 10:00", (S, "11-21 10:00", "11-28 10:00"), (C, "11-28 10:00", "12-01 09:00"),
         answered_at="11-20 10:30", client_wrote_at="12-01 09:00"),
    # Of December.
    case(10, "12-01 09:30", client="Лютик"),
    # Closed in October; marked and worked on in November.
    case(11, "10-06 10:00", (S, "10-07 10:00", "10-14 10:00"), (C, "10-14 10:00", ""), closing=Closing.SOLVED,
         mark=(2, ""), spent=[(25, "Мария")]),
]  # fmt: skip


@pytest.fixture(scope="module")
def report() -> Report:
    period = parse("2025-11")
    assert period is not None
    return reckon(MONTH, period, MOSCOW, NOW, read)


TOTAL = {
    "taken": 7, "solved": 4, "closed": 2, "open": 3, "reopened": 2,
    "marks": 3, "stars": 11, "low": 1, "minutes": 145, "billed": hours(1.5),
}  # fmt: skip


@pytest.mark.parametrize(("figure", "value"), list(TOTAL.items()))
def test_the_month_as_counted_by_hand(report: Report, figure: str, value: object) -> None:
    assert getattr(report.total, figure) == value


def test_what_was_open_and_what_came_and_went_make_what_is_open(report: Report) -> None:
    """Ticket 1 was open before; ticket 8 came back; six of the nine were done."""
    total = report.total
    assert (report.was_open, report.came_back) == (1, 1)
    assert report.was_open + total.taken + report.came_back - total.solved - total.closed == total.open


def test_first_answers_against_the_promise(report: Report) -> None:
    """In hours 4.5, 1 and 0.5 kept, 23.5 broken, two without an answer in time yet, 4 without a promise."""
    answer = report.total.answer
    assert (answer.kept, answer.broken, answer.pending, answer.without) == (3, 1, 2, 1)
    assert answer.share == 0.75
    assert (answer.median, answer.ninety) == (hours(4), hours(23.5))


def test_solutions_against_the_promise(report: Report) -> None:
    """In hours 11, 8 and 1 kept; 48.5 and 43 broken, and one of 56 that is not solved; 5 without a promise."""
    solve = report.total.solve
    assert (solve.kept, solve.broken, solve.pending, solve.without) == (3, 3, 1, 1)
    assert solve.share == 0.5
    assert (solve.median, solve.ninety) == (hours(9.5), hours(48.5))


def short(rows: tuple[Row, ...]) -> dict[str, tuple[int, int, int, int]]:
    return {row.name: (row.taken, row.solved, row.closed, row.open) for row in rows}


def test_by_line_type_priority_client_and_engineer(report: Report) -> None:
    assert short(report.lines) == {"first": (5, 4, 1, 2), "second": (2, 0, 1, 1)}
    assert short(report.types) == {"error": (5, 4, 1, 2), "request": (1, 0, 1, 0), "": (1, 0, 0, 1)}
    assert short(report.priorities) == {"normal": (6, 4, 2, 2), "high": (1, 0, 0, 1)}
    assert short(report.clients) == {"Ромашка": (5, 4, 1, 2), "Лютик": (2, 0, 1, 1)}
    assert short(report.engineers) == {"Мария": (6, 4, 2, 2), "": (1, 0, 0, 1), "Пётр": (0, 0, 0, 0)}


def test_marks_go_to_whom_they_were_given_and_time_to_who_spent_it(report: Report) -> None:
    """A mark that names nobody goes to whoever has the ticket; a day's bill is nobody's own."""
    rows = {row.name: (row.marks, row.stars, row.low, row.minutes, row.billed) for row in report.engineers}
    assert rows == {"Мария": (2, 7, 1, 115, None), "Пётр": (1, 4, 0, 30, None), "": (0, 0, 0, 0, None)}


def test_day_by_day(report: Report) -> None:
    days = {number: pair for number, pair in enumerate(report.course, 1) if pair != (0, 0)}
    assert days == {
        1: (1, 0), 3: (1, 0), 5: (0, 1), 6: (1, 0), 10: (1, 0), 13: (0, 1), 14: (0, 1), 18: (1, 0), 20: (1, 0),
        21: (0, 1), 28: (1, 0),
    }  # fmt: skip


def test_what_waits_on_whom_now_the_oldest_first(report: Report) -> None:
    """What is solved waits for the client to confirm it; ticket 10 is of December and waits today all the same."""
    waits = {one.whom: [(wait.ticket.id, wait.since) for wait in one.waits] for one in report.waits}
    assert waits == {
        Whom.US: [(4, at("11-06 10:00")), (5, at("11-28 18:00")), (9, at("12-01 09:00")), (10, at("12-01 09:30"))],
        Whom.CLIENT: [(3, at("11-07 18:30")), (2, at("11-13 18:00"))],
        Whom.OTHERS: [],
    }


def test_in_the_middle_of_the_month_nothing_of_its_rest_is_known() -> None:
    """Made on the 12th at noon: ticket 2 is open again, the later ones are not there, the vendor is waited for."""
    period = parse("2025-11")
    assert period is not None
    so_far = reckon(MONTH, period, MOSCOW, at("11-12 12:00"), read)
    assert (so_far.until, so_far.total.taken, so_far.total.solved) == (at("11-12 12:00"), 4, 1)
    assert (so_far.total.closed, so_far.total.open, so_far.total.reopened) == (1, 3, 1)
    assert (so_far.total.solve.kept, so_far.total.solve.broken, so_far.total.solve.pending) == (1, 0, 2)


def test_a_quarter_is_counted_by_weeks() -> None:
    period = parse("2025Q4")
    assert period is not None
    quarter = reckon(MONTH, period, MOSCOW, NOW, read)
    assert (quarter.total.taken, quarter.total.solved, quarter.total.open) == (11, 4, 5)
    assert quarter.course[5] == (2, 1)  # 3 to 9 November: tickets 3 and 4 taken, ticket 1 solved
    assert sum(taken for taken, _ in quarter.course) == 11


@pytest.mark.parametrize(
    ("lengths", "middle", "ninety"),
    [([], None, None), ([3], 3, 3), ([1, 2], 1.5, 2), (list(range(1, 11)), 5.5, 9), (list(range(1, 12)), 6, 10)],
)
def test_medians_and_percentiles(lengths: list[int], middle: float | None, ninety: float | None) -> None:
    whole = [hours(one) for one in lengths]
    assert median(whole) == (None if middle is None else hours(middle))
    assert nearest_rank(whole, 90) == (None if ninety is None else hours(ninety))


@pytest.mark.parametrize(
    ("used", "limit", "broken", "counts"),
    [
        (8.0, 8, False, (1, 0, 0, 0)),
        (8.1, 8, True, (0, 1, 0, 0)),
        (None, 8, True, (0, 1, 0, 0)),
        (None, 8, False, (0, 0, 1, 0)),
        (8.0, None, False, (0, 0, 0, 1)),
        (None, None, False, (0, 0, 0, 0)),
    ],
)
def test_what_counts_as_kept(used: float | None, limit: int | None, broken: bool, counts: tuple[int, ...]) -> None:
    took = Took(
        used=None if used is None else hours(used), limit=None if limit is None else hours(limit), broken=broken
    )
    found = kept([took])
    assert (found.kept, found.broken, found.pending, found.without) == counts


START, END = at("11-01 00:00"), at("12-01 00:00")


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        # taken, open at the beginning, done in it, opened again, came back, open at the end
        (case(1, "11-01 00:00"), (True, False, False, False, False, True)),
        (case(1, "12-01 00:00"), (False, False, False, False, False, False)),
        (case(1, "10-31 23:59", (C, "11-01 00:00", "")), (False, True, True, False, False, False)),
        (case(1, "11-30 23:00", (C, "12-01 00:00", "")), (True, False, False, False, False, True)),
        (case(1, "10-01 10:00", (S, "10-02 10:00", "11-01 00:00")), (False, False, False, True, True, True)),
        (case(1, "10-01 10:00", (S, "10-02 10:00", "12-01 00:00")), (False, False, False, False, False, False)),
        (case(1, "10-01 10:00", (S, "10-02 10:00", "11-01 00:00"), (C, "11-01 00:00", "")), (False,) * 6),
        (case(1, "10-01 10:00", (W, "10-02 10:00", ""), status=W), (False, True, False, False, False, True)),
    ],
)
def test_what_happens_as_a_period_begins_belongs_to_it(chosen: Case, said: tuple[bool, ...]) -> None:
    """Also: solved and then closed is one stretch, and whoever waits is open."""
    found = fate(chosen, START, END, at("12-31 10:00"), read)
    happened = (found.taken, found.was_open, found.done is not None, found.reopened, found.came_back, found.open)
    assert happened == said


def test_a_solution_that_was_taken_back_keeps_its_time() -> None:
    """Solved after 8 hours in November; what is written down is of the second solution, in December."""
    twice = case(
        1, "11-20 10:00", (S, "11-21 10:00", "12-02 10:00"), (S, "12-20 10:00", ""),
        solve_took=100 * 3600, solve_limit=40 * 3600,
    )  # fmt: skip
    month = fate(twice, START, END, at("12-31 10:00"), read)
    later = fate(twice, END, at("12-31 00:00"), at("12-31 10:00"), read)
    assert month.solve == Took(used=hours(8), limit=hours(40), broken=False)
    assert later.solve == Took(used=hours(100), limit=hours(40), broken=True)

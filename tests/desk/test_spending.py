"""Reading lengths of time from words, and what of them is billed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.accounts import Agreement, Estimate, Spent
from desk.durations import Span
from desk.settings import Plan
from desk.spending import HALF_HOUR, Read, billed, in_all, read, rounded
from desk.tickets import TicketId

MOSCOW = ZoneInfo("Europe/Moscow")
PAID = Plan(name="paid", title="Платный", paid=True, first_answer=Span(working_hours=8))
FREE = Plan(name="base", title="Базовый")
NOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "minutes", "words"),
    [
        ("25m comment", 25, "comment"),
        ("25m", 25, ""),
        ("25 min: phoned", 25, "phoned"),
        ("25мин. звонил", 25, "звонил"),
        ("1ч 30м перенастроил сервер", 90, "перенастроил сервер"),
        ("1ч30м", 90, ""),
        ("1h30m fix", 90, "fix"),
        ("1 час и 5 минут, всё", 65, "всё"),
        ("2 часа", 120, ""),
        ("1:30 — обновил", 90, "обновил"),
        ("0:05", 5, ""),
        ("1.5h", 90, ""),
        ("1,5 ч обновил", 90, "обновил"),
        ("0.25 h", 15, ""),
        ("0.01h", 1, ""),
        ("полчаса созвон", 30, "созвон"),
        ("полтора часа", 90, ""),
        ("час", 60, ""),
        ("Час 20 минут\nсобирал логи", 80, "собирал логи"),
        ("half an hour on the phone", 30, "on the phone"),
        ("90m", 90, ""),
        ("25h", 1500, ""),
        ("0m", 0, ""),
        ("1ч 30 писем разобрал", 60, "30 писем разобрал"),
        ("25m 3 письма", 25, "3 письма"),
    ],
)
def test_a_length_is_read_from_the_words_it_begins(text: str, minutes: int, words: str) -> None:
    assert read(text) == Read(minutes=minutes, words=words)


@pytest.mark.parametrize(
    "text",
    ["", "comment", "25", "25 звонил", "-25m", "−1ч", "1ч 30", "1:75", "1:30:00", "m", "25min5", "25mb log", "1:5",
     "часто звонил", "25 m0", "٢٥m", "1e3m", "999999m", "1..5h", "<b>25m</b>", "\x00", "часы"],
)  # fmt: skip
def test_what_nobody_can_tell_is_no_length(text: str) -> None:
    assert read(text) is None


@given(st.text(max_size=60))
def test_nothing_that_is_written_breaks_the_reading(text: str) -> None:
    found = read(text)
    assert found is None or (found.minutes >= 0 and found.words in text)


@given(st.integers(0, 99), st.integers(0, 59))
def test_hours_and_minutes_are_read_however_they_are_written(hours: int, minutes: int) -> None:
    forms = (f"{hours}h {minutes}m", f"{hours}ч{minutes}м", f"{hours}:{minutes:02}", f"{hours * 60 + minutes} минут")
    assert {read(f"{form} работа") for form in forms} == {Read(minutes=hours * 60 + minutes, words="работа")}


def spent(minutes: int, *, at: datetime = NOON, ticket: int = 1, estimate: int | None = None, id_: int = 0) -> Spent:
    return Spent(
        id=id_, ticket_id=TicketId(ticket), minutes=minutes, by="Борис", by_id="7", at=at, estimate_id=estimate
    )


def withdrawn(minutes: int) -> Spent:
    return Spent(ticket_id=TicketId(1), minutes=minutes, by="Борис", by_id="7", at=NOON, withdrawn_at=NOON)


def estimate(number: int, minutes: int, state: Agreement) -> Estimate:
    return Estimate(
        id=number, ticket_id=TicketId(1), minutes=minutes, text="Перенос", by="Борис", by_id="7", state=state, at=NOON
    )


@pytest.mark.parametrize(
    ("minutes", "counted"), [(0, 0), (1, 30), (25, 30), (30, 30), (31, 60), (60, 60), (61, 90), (600, 600)]
)
def test_a_day_is_rounded_up_to_half_hours_with_half_an_hour_at_least(minutes: int, counted: int) -> None:
    assert rounded(timedelta(minutes=minutes)) == timedelta(minutes=counted)


@pytest.mark.parametrize(
    ("entries", "bill"),
    [
        ([], {}),
        ([spent(25)], {DAY: 30}),
        ([spent(10), spent(10), spent(10)], {DAY: 30}),
        ([spent(25), spent(10)], {DAY: 60}),
        ([spent(25), withdrawn(10)], {DAY: 30}),
        ([withdrawn(10)], {}),
        ([spent(10), spent(10, ticket=2)], {DAY: 60}),
        ([spent(10), spent(10, at=NOON + timedelta(days=1))], {DAY: 30, date(2026, 11, 24): 30}),
        ([spent(10, at=datetime(2026, 11, 23, 21, 30, tzinfo=UTC))], {date(2026, 11, 24): 30}),
    ],
    ids=["nothing", "minimum", "sum-not-each", "up", "withdrawn", "all-withdrawn", "per-ticket", "per-day", "zone"],
)
def test_a_paid_plan_bills_each_ticket_and_day_in_half_hours(entries: Sequence[Spent], bill: dict[date, int]) -> None:
    assert billed(entries, PAID, MOSCOW) == {day: timedelta(minutes=minutes) for day, minutes in bill.items()}


@pytest.mark.parametrize("plan", [FREE, None])
def test_no_other_plan_bills_its_work(plan: Plan | None) -> None:
    assert billed([spent(300)], plan, MOSCOW) == {}


@pytest.mark.parametrize("plan", [PAID, FREE, None])
@pytest.mark.parametrize(
    ("state", "entries", "minutes"),
    [
        (Agreement.AGREED, [spent(45, estimate=5)], 45),
        (Agreement.AGREED, [spent(45, estimate=5), spent(30, estimate=5)], 60),
        (Agreement.AGREED, [spent(90, estimate=5)], 60),
        (Agreement.AGREED, [spent(45, estimate=6)], 0),
        (Agreement.ASKED, [spent(45, estimate=5)], 0),
        (Agreement.REFUSED, [spent(45, estimate=5)], 0),
        (Agreement.WITHDRAWN, [spent(45, estimate=5)], 0),
    ],
)
def test_outside_of_the_plan_only_agreed_time_is_billed(
    plan: Plan | None, state: Agreement, entries: Sequence[Spent], minutes: int
) -> None:
    bill = billed(entries, plan, MOSCOW, [estimate(5, 60, state)])
    assert bill == ({DAY: timedelta(minutes=minutes)} if minutes else {})


def test_agreed_time_is_used_up_in_the_order_in_which_it_was_worked() -> None:
    later = spent(40, estimate=5, at=NOON + timedelta(days=1), id_=1)
    bill = billed([later, spent(50, estimate=5, id_=2), spent(10, id_=3)], PAID, MOSCOW,
                  [estimate(5, 60, Agreement.AGREED)])  # fmt: skip
    assert bill == {DAY: timedelta(minutes=80), date(2026, 11, 24): timedelta(minutes=10)}


@given(st.lists(st.integers(1, 600), max_size=8))
def test_a_bill_is_never_less_than_what_was_spent_nor_half_an_hour_more(minutes: list[int]) -> None:
    entries = [spent(one) for one in minutes]
    bill = billed(entries, PAID, MOSCOW).get(DAY, timedelta())
    assert timedelta() <= bill - timedelta(minutes=in_all(entries)) < HALF_HOUR
    assert bill % HALF_HOUR == timedelta()

"""Durations are read as people write them, and a typo is answered with what was meant."""

from datetime import timedelta

import pytest

from desk.durations import Span, parse_plain, parse_span

READ = [
    ("5 seconds", Span(plain=timedelta(seconds=5)), "5 seconds"),
    ("1 minute", Span(plain=timedelta(minutes=1)), "1 minute"),
    ("60 seconds", Span(plain=timedelta(minutes=1)), "1 minute"),
    ("2 hours", Span(plain=timedelta(hours=2)), "2 hours"),
    ("7 Days", Span(plain=timedelta(days=7)), "7 days"),
    ("3 weeks", Span(plain=timedelta(weeks=3)), "21 days"),
    ("5 working days", Span(working_days=5), "5 working days"),
    ("1 WORKING day", Span(working_days=1), "1 working day"),
    ("16 working hours", Span(working_hours=16), "16 working hours"),
    ("  16  working   hours ", Span(working_hours=16), "16 working hours"),
    ("2 working-days", Span(working_days=2), "2 working days"),
    ("0 seconds", Span(plain=timedelta()), "0 seconds"),
    ("0 working days", Span(working_days=0), "0 working days"),
    ("90minutes", Span(plain=timedelta(minutes=90)), "90 minutes"),
]
WRONG = [
    ("5 workin days", "did you mean '5 working days'"),
    ("2 huors", "did you mean '2 hours'"),
    ("1 dya", "did you mean '1 day'"),
    ("5 fortnights", "unknown unit 'fortnights'"),
    ("7", "write a whole number and a unit"),
    ("1.5 hours", "write a whole number and a unit"),
    ("-1 hours", "write a whole number and a unit"),
    ("five days", "write a whole number and a unit"),
    ("", "write a whole number and a unit"),
    ("99999 days", "longer than ten years"),
    ("999999999 working hours", "longer than ten years"),
    ("9" * 5_000 + " days", "not a duration"),
]


@pytest.mark.parametrize(("text", "span", "canonical"), READ)
def test_a_duration_is_read_and_written_back(text: str, span: Span, canonical: str) -> None:
    assert parse_span(text) == span
    assert str(span) == canonical
    assert parse_span(canonical) == span


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_a_typo_is_answered_with_the_accepted_forms(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=r"not a duration|longer") as caught:
        parse_span(text)
    assert says in str(caught.value)
    assert "16 working hours" in str(caught.value) or "ten years" in str(caught.value)


def test_plain_time_refuses_working_time() -> None:
    assert parse_plain("30 days") == timedelta(days=30)
    with pytest.raises(ValueError, match="depends on a calendar"):
        parse_plain("5 working days")


@pytest.mark.parametrize(
    "wrong", [{}, {"working_days": 1, "working_hours": 1}, {"working_days": -1}, {"plain": timedelta(-1)}]
)
def test_a_span_is_exactly_one_length(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="span"):
        Span(**wrong)  # type: ignore[arg-type]


def test_an_empty_span_is_falsy() -> None:
    assert not Span(working_days=0)
    assert Span(working_hours=1)

"""Expressions are refused in plain words and cannot hang."""

import time

import pytest

from rules.conditions import WrongValue
from rules.expressions import Expression
from rules.message import READ


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("(a", "“(” is not closed, at “(a”"),
        ("a)", "“)” closes nothing"),
        ("[a", "“[” is not closed"),
        ("[z-a]", "runs backwards, at “z-a”"),
        ("a**", "two signs of repetition"),
        ("*a", "repeats nothing"),
        ("(?=a)", "look-ahead"),
        (r"(a)\1", "back-references"),
        ("a{1001}", "more than 1000"),
        ("a\\", "a single “\\”"),
        ("(?P<a b>a)", "no proper name"),
        ("(a{1,999}){1,2}", "repetition"),
        ("(a?b?c?){900}", "too big"),
        (r"\bсчёт\b", "Latin letters only"),
        ("\ud800", "half a character"),
    ],
)
def test_a_wrong_expression_is_explained(pattern: str, says: str) -> None:
    with pytest.raises(WrongValue) as caught:
        Expression(pattern)
    assert says in str(caught.value)


def test_the_library_writes_nothing_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WrongValue):
        Expression("(a")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(.*)*x", "(a?){400}b", r"(\w+\s?)+!$"])
def test_no_expression_hangs_on_a_hostile_text(pattern: str) -> None:
    """The time is printed, not asserted; a backtracking engine would not end."""
    expression = Expression(pattern)
    start = time.perf_counter()
    expression.found_in(b"a" * READ + b".")
    print(f"{pattern}: {time.perf_counter() - start:.3f} s")

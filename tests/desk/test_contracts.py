"""When the leads are told that a contract ends."""

from datetime import date, timedelta
from typing import Any

import pytest

from desk.contracts import due
from desk.organisations import Organisation

END = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("left", "warned", "said"),
    [
        (31, "", ""),
        (30, "", "30"),
        (30, f"30 {END}", ""),
        (8, f"30 {END}", ""),
        (7, f"30 {END}", "7"),
        (7, "", "7"),
        (1, f"7 {END}", ""),
        (0, f"7 {END}", ""),  # its last day, on which it holds
        (-1, f"7 {END}", "0"),
        (-1, "", "0"),
        (-20, f"30 {END}", "0"),
        (-20, f"0 {END}", ""),
        (30, "0 2025-12-31", "30"),  # renewed
        (7, "7 2026-12-30", "7"),
        (8, f"7 {END}", ""),  # said a day early by another zone: not again
    ],
)
def test_each_stage_once_for_each_end(left: int, warned: str, said: str, clock: Any) -> None:
    company = Organisation(number="A", name="A", valid_until=END, warned=warned, created_at=clock(), changed_at=clock())
    assert due(company, END - timedelta(days=left)) == said


def test_a_contract_without_an_end_never_ends(clock: Any) -> None:
    company = Organisation(number="A", name="A", created_at=clock(), changed_at=clock())
    assert due(company, END) == ""

"""What in a message may be a client id or a licence."""

import time

import pytest

from desk.signs import CLAIMS, LOOKED_AT, candidates


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Клиент A-1042, касса стоит", ["A-1042"]),
        ("код клиента: 77", ["77"]),
        ("Договор № 12/2026-К.", ["12/2026-К"]),
        ("licence no. ABCD", ["ABCD"]),
        ("customer id = Acme", ["Acme"]),
        ("№ 5", ["5"]),
        ("0012345678", ["0012345678"]),
        ("пишите на ann@roga7.example", []),
        ("42 ошибки, 1042 раза", []),
        ("", []),
    ],
)
def test_candidates(text: str, found: list[str]) -> None:
    assert candidates(text) == found


@pytest.mark.parametrize("text", ["№", "№ ", "client ", "a-", "A1 ", "договор№", "1/", "клиент-:="])
def test_no_text_takes_long(text: str) -> None:
    """As long as a text that is looked at can be; half a second is a hundred times what it takes."""
    begun = time.perf_counter()
    found = candidates((text * LOOKED_AT)[:LOOKED_AT])
    assert time.perf_counter() - begun < 0.5
    assert len(found) <= CLAIMS

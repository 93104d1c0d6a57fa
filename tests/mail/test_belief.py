"""The doctor says of each mailbox whom it believes, and warns where anybody could be anybody."""

from typing import Any

import pytest

from desk.findings import OK, WARNING, Finding
from desk.settings import Settings
from mail.belief import check
from tests.mail.signing import NameServer


def make_settings(*boxes: dict[str, Any], language: str = "ru") -> Settings:
    login = {"host": "127.0.0.1", "security": "none", "user": "support", "password": "secret"}
    return Settings.model_validate(
        {
            "desk": {"name": "x", "language": language},
            "telegram": {"token": "1:x", "group": -1},
            "mailbox": [
                {
                    "name": f"box{number}",
                    "address": f"support{number}@otvet.example",
                    "imap": login,
                    "smtp": login,
                    **box,
                }
                for number, box in enumerate(boxes)
            ],
        }
    )


async def found(settings: Settings, *, down: bool = False) -> list[Finding]:
    def broken(name: str, seconds: float) -> bytes | None:
        raise TimeoutError(name)

    with NameServer({}) as names:
        return list(await check(settings, broken if down else names.ask))


CASES = [
    ({"trust_from": True}, False, WARNING, "trust_from"),
    ({"trust_from": True, "authserv_id": "mx.otvet.example"}, False, WARNING, "trust_from"),
    ({"authserv_id": "mx.otvet.example"}, True, OK, "mx.otvet.example"),
    ({}, False, OK, "authserv_id"),
    ({}, True, WARNING, "DNS"),
]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(("box", "down", "state", "word"), CASES)
async def test_each_way_is_told_with_what_to_do(
    box: dict[str, Any], down: bool, state: str, word: str, language: str
) -> None:
    (one,) = await found(make_settings(box, language=language), down=down)
    assert one.state == state
    assert word.lower() in f"{one.detail} {one.advice}".lower().replace("name server", "dns")
    assert bool(one.advice) is (one.detail.find("mx.otvet") < 0)


async def test_every_mailbox_has_a_finding_of_its_own() -> None:
    told = await found(make_settings({}, {"trust_from": True}, {"authserv_id": "mx"}))
    assert [one.state for one in told] == [OK, WARNING, OK]
    assert [f"box{number}" in one.name for number, one in enumerate(told)] == [True] * 3
    assert await found(make_settings()) == []

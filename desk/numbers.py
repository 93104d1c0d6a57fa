"""A ticket's number as people write it: «SD-7», «sd7», «7»."""

from desk.desk import Desk
from desk.ports import Unit
from desk.tickets import Ticket

LONGEST_NUMBER = 9


async def find(desk: Desk, unit: Unit, text: str) -> Ticket | None:
    """The ticket that a word names; None when it names none."""
    prefix = desk.settings.desk.prefix.casefold()
    digits = text.strip().casefold().removeprefix(prefix).strip("-#.,:; ")
    known = digits.isdecimal() and len(digits) <= LONGEST_NUMBER
    return await unit.get(Ticket, int(digits)) if known else None


def looks_like(desk: Desk, word: str) -> bool:
    """Whether a word is meant as a number."""
    digits = word.casefold().removeprefix(desk.settings.desk.prefix.casefold()).strip("-#.,:;")
    return digits.isdecimal()

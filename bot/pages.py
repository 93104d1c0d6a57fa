"""A text that is too long for one message, as several; pure."""

from collections.abc import Iterator
from dataclasses import replace

from bot.plain import TEXT_LIMIT, units
from desk.parcels import Act, Outgoing

IN_GROUP, TO_CLIENT = 2, 5
"""Messages at most; what is longer goes as its beginning and a file. A group has 20 a minute for everybody."""

AROUND = 8
"""Units for the line breaks between the parts of a message."""


def pages(message: Outgoing) -> tuple[Outgoing, ...]:
    """The message as several in their order, or as it is when it fits or when that would be too many.

    The first bears title and mention, the last what stands below the words.
    """
    most = IN_GROUP if message.channel == "group" else TO_CLIENT
    below = _taken(message.code, message.footer)
    above = _taken(message.title, message.mention)
    size = units(message.text)
    if message.act not in (Act.SAY, Act.EDIT) or above + below + size <= TEXT_LIMIT or size > most * TEXT_LIMIT:
        return (message,)
    first, rest = TEXT_LIMIT - above - below, TEXT_LIMIT - below - _taken(message.quote)
    if first < TEXT_LIMIT // 2 or rest < TEXT_LIMIT // 2:
        return (message,)
    chunks = list(_chunks(message.text, first, rest))
    if not 1 < len(chunks) <= most:
        return (message,)
    bare = replace(message, quote="", code="", footer="", buttons=(), files=())
    return (
        replace(bare, text=chunks[0]),
        *(replace(bare, text=chunk, title="", mention="") for chunk in chunks[1:-1]),
        replace(message, text=chunks[-1], title="", mention=""),
    )


def _taken(*parts: str) -> int:
    """What is left of a message's room for others by these."""
    there = [units(part) for part in parts if part]
    return sum(there) + (AROUND if there else 0)


def _chunks(text: str, first: int, rest: int) -> Iterator[str]:
    left, limit = text.strip(), first
    while units(left) > limit:
        # "ignore" drops the half of a pair that the cut went through.
        head = left.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")
        at = next((place for mark in ("\n\n", "\n", " ") if (place := head.rfind(mark)) > len(head) // 2), len(head))
        yield left[:at].rstrip()
        left, limit = left[at:].lstrip(), rest
    yield left

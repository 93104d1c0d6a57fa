"""Tags on a ticket: put on and taken off by engineers, found by filters and rules."""

import re
from dataclasses import replace

from desk import outbox, sorts
from desk.desk import Desk
from desk.errors import Refusal
from desk.orders import Order, mark, reply, ticket_of
from desk.ports import Unit
from desk.work import audit

AT_MOST = 20
"""Tags on one ticket; with more of them nobody finds anything."""

_TAG = re.compile(r"[\w-]{1,32}")


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/tag vip -old`; alone it says which there are."""
    ticket = ticket_of(given)
    words = [word for word in given.argument.replace(",", " ").split() if word]
    if not words:
        key = "shaping.tags" if ticket.tags else "shaping.tags_none"
        await reply(desk, unit, given, desk.say(key, tags=in_words(ticket.tags)))
        return
    tags = changed(ticket.tags, words)
    if tags != ticket.tags:
        before = list(ticket.tags)
        ticket = await unit.save(replace(ticket, tags=tags))
        await audit(desk, unit, ticket, given.who, "tags set", before=before, tags=tags)
        await outbox.card(desk, unit, ticket)
    await mark(desk, unit, given)


def changed(tags: list[str], words: list[str]) -> list[str]:
    """The tags after a command's words: «vip» and «+vip» put one on, «-vip» takes it off. Refusal for what is none."""
    kept = list(tags)
    for word in words:
        off, name = word.startswith("-"), word.lstrip("+-#").casefold()
        if not _TAG.fullmatch(name):
            raise Refusal("shaping.tag_wrong", tag=word[:40])
        if name == sorts.ABUSE:
            raise Refusal("shaping.tag_ours", tag=name)
        if off and name in kept:
            kept.remove(name)
        elif not off and name not in kept:
            kept.append(name)
    if len(kept) > max(AT_MOST, len(tags)):
        raise Refusal("shaping.tags_many", count=AT_MOST)
    return kept


def in_words(tags: list[str]) -> str:
    """«#vip #касса»."""
    return " ".join(f"#{tag}" for tag in tags)

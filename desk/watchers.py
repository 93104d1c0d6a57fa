"""Mentions that notify: who watches a ticket, who put it off, and who is named in a note.

Rule: nobody is mentioned for a deed of their own, and a watcher once in ten minutes.
"""

import re
from datetime import timedelta

from desk import outbox, rarely
from desk.desk import Desk
from desk.incoming import Engineer
from desk.ports import Unit
from desk.settings import Person
from desk.tickets import Ticket
from desk.workbench import Appointment, Watcher, Why

BURST = timedelta(minutes=10)
"""A watcher is mentioned once in so long: who looks sees all that came meanwhile."""

MENTIONED = 10
"""Colleagues mentioned by one note."""

TELLING = frozenset({"solved", "closed", "reopened", "third party", "asked"})
"""The deeds of the trail that change a ticket's status."""

_ID = "telegram_id."
_NAMED = re.compile(r"(?<!\w)@(?=\w)")


async def client_wrote(desk: Desk, unit: Unit, before: Ticket, ticket: Ticket) -> None:
    """The client said something; who had put the ticket off hears that it woke."""
    if before.later_until and not ticket.later_until:
        set_by = await unit.first(Appointment, ticket_id=ticket.id, why=Why.LATER, order="-id")
        if set_by and set_by.by_id:
            who = f"{set_by.by_id}:{set_by.by}"
            await outbox.to_topic(desk, unit, ticket, desk.say("shaping.later_woken"), mention=who)
    await _tell(desk, unit, ticket, desk.say("shaping.watched_words"))


async def partner_wrote(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """A partner answered; who has the ticket is mentioned with the answer itself."""
    await _tell(desk, unit, ticket, desk.say("shaping.watched_partner"), besides=ticket.taken_by)


async def moved(desk: Desk, unit: Unit, ticket: Ticket, who: str, what: str) -> None:
    """Somebody changed the ticket's status."""
    if what in TELLING:
        status = desk.say(f"group.status_{ticket.status.value}")
        name = desk.settings.desk.name if who == "desk" else who
        await _tell(desk, unit, ticket, desk.say("shaping.watched_status", status=status, name=name), besides=who)


async def _tell(desk: Desk, unit: Unit, ticket: Ticket, text: str, *, besides: str = "") -> None:
    people = await unit.find(Watcher, ticket_id=ticket.id)
    wanted = [one for one in people if one.name != besides]
    due = [one for one in wanted if await rarely.may(desk, unit, f"watch:{ticket.id}:{one.telegram}", BURST)]
    if due:
        mention = "\n".join(f"{one.telegram}:{one.name}" for one in due)
        await outbox.to_topic(desk, unit, ticket, text, mention=mention)


async def named(desk: Desk, unit: Unit, ticket: Ticket, text: str, by: Engineer, *, reply_to: str) -> None:
    """Mention the colleagues whom a note names: Telegram notifies of a @name alone, and only who has one."""
    found = [(person, id_) for person in called(desk, text) if (id_ := await _id(unit, person)) not in {"", by.id}]
    if found:
        mention = "\n".join(f"{id_}:{person.name}" for person, id_ in found)
        said = desk.say("shaping.named", name=by.name)
        await outbox.to_topic(desk, unit, ticket, said, mention=mention, reply_to=reply_to, silent=False)


async def _id(unit: Unit, person: Person) -> str:
    """Their Telegram id; "" while nothing of theirs told us which belongs to their @name."""
    telegram = str(person.telegram)
    return await unit.recall(_ID + telegram) if telegram.startswith("@") else telegram


def called(desk: Desk, text: str) -> list[Person]:
    """The people whom «@Мария» or «@Мария Иванова» means; a first name alone when only one has it."""
    found: list[Person] = []
    words = text.casefold()
    for place in [match.end() for match in _NAMED.finditer(words)]:
        named = [one for one in desk.settings.person if _begins(words, place, one.name.casefold())]
        first = [one for one in desk.settings.person if _begins(words, place, one.name.casefold().split()[0])]
        person = max(named, key=lambda one: len(one.name)) if named else first[0] if len(first) == 1 else None
        if person and person not in found:
            found.append(person)
    return found[:MENTIONED]


def _begins(words: str, place: int, name: str) -> bool:
    after = words[place + len(name) : place + len(name) + 1]
    return words.startswith(name, place) and not (after.isalnum() or after == "_")

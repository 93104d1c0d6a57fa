"""What is open and why: `/queue`, `/mine`, `/why`, `/client`, in words for the group."""

from datetime import UTC, datetime

from desk import belonging, cards, outbox, participants
from desk.burning import Deadline, in_words, soonest
from desk.desk import Desk
from desk.facts import Asked, Verdict
from desk.incoming import Post
from desk.parcels import Action, Button, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Status, Thread, Ticket

SHOWN = 30
LINKED = 8
"""Buttons under the list; more would be a wall on a phone."""

_ORDER = (Status.NEW, Status.OPEN, Status.WAITING, Status.THIRD_PARTY, Status.SOLVED)


async def show(desk: Desk, unit: Unit, post: Post, *, mine: bool) -> None:
    """Post the open tickets in General: what is due first, then what we owe, the oldest first."""
    tickets = await unit.find(Ticket, status__ne=Status.CLOSED, order="client_wrote_at")
    if mine:
        tickets = [ticket for ticket in tickets if ticket.taken_id == post.engineer.id]
    due = await soonest(desk, unit, tickets)
    long_after = datetime.max.replace(tzinfo=UTC)
    tickets.sort(key=lambda one: (due[one.id][0] if one.id in due else long_after, _ORDER.index(one.status)))
    names = {client.id: client.name for client in await _clients(unit, tickets[:SHOWN])}
    rows = [_row(desk, one, names.get(one.client_id, "?"), due.get(one.id)) for one in tickets[:SHOWN]]
    if len(tickets) > SHOWN:
        rows.append(desk.say("group.queue_more", count=len(tickets) - SHOWN))
    title = desk.say("group.queue_title", count=len(tickets)) if rows else ""
    text = "\n".join(rows) or desk.say("group.queue_empty")
    buttons = await _links(desk, unit, tickets[:LINKED])
    await outbox.to_general(
        desk, unit, text, purpose=Purpose.REPLY, title=title, buttons=buttons, reply_to=post.external_id, at=post.place
    )


async def _clients(unit: Unit, tickets: list[Ticket]) -> list[Client]:
    return await unit.find(Client, id__in=[ticket.client_id for ticket in tickets])


def _row(desk: Desk, ticket: Ticket, client: str, due: Deadline | None) -> str:
    titles = {line.name: line.title or line.name for line in desk.settings.line}
    parts = [
        desk.number(ticket.id),
        desk.say(f"group.status_{ticket.status.value}"),
        titles.get(ticket.line, ticket.line),
        client,
        ticket.subject,
    ]
    if due:
        parts.append(in_words(desk, ticket, due))
    if ticket.taken_by:
        parts.append(ticket.taken_by)
    return " · ".join(parts)


async def _links(desk: Desk, unit: Unit, tickets: list[Ticket]) -> list[list[Button]]:
    """Buttons that open the topics; only a supergroup has such links."""
    found = []
    for ticket in tickets:
        thread = await unit.first(Thread, ticket_id=ticket.id, channel="group")
        if thread and thread.place.startswith("-100") and thread.external_id:
            url = f"https://t.me/c/{thread.place.removeprefix('-100')}/{thread.external_id}"
            found.append(Button(label=desk.number(ticket.id), action=Action.LINES, url=url))
    return [found[start : start + 4] for start in range(0, len(found), 4)]


def why(desk: Desk, ticket: Ticket) -> str:
    """The rules asked, in order, and the one that decided."""
    verdict = Verdict.from_dict(ticket.verdict)
    language = desk.settings.desk.language
    rows = [_asked(asked, language) for asked in verdict.brief(SHOWN).asked]
    return "\n".join([desk.say("group.why", rule=verdict.rule, line=verdict.line), *rows])


def _asked(asked: Asked, language: str) -> str:
    does = f" → {asked.does(language)}" if asked.does(language) else ""
    return f"{'✓' if asked.matched else '–'} {asked.rule}: {asked.why(language)}{does}"


async def about_client(desk: Desk, unit: Unit, ticket: Ticket) -> str:
    """Who the client is: doors and how each was proven, tickets."""
    client = await unit.get(Client, ticket.client_id)
    doors = await unit.find(Door, client_id=ticket.client_id)
    tickets = await unit.find(Ticket, client_id=ticket.client_id, order="-id", limit=10)
    rows = [client.name if client else "?"]
    for door in doors:
        shown = cards.doors_in_words(desk, [door], ids=True)
        rows.append(f"• {shown}: {desk.say(f'group.proof_{door.proof.value}')}")
    rows += await belonging.about(desk, unit, client) if client else []
    for person in await participants.taking_part(unit, ticket):
        rows.append(desk.say("group.takes_part", who=participants.in_words(person.name, person.address)))
    for one in tickets:
        status = desk.say(f"group.status_{one.status.value}")
        rows.append(f"{desk.number(one.id)} · {status} · {one.subject}")
    return "\n".join(rows)

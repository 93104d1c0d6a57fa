"""`/incident`: makes one, adds tickets to it and takes them out, answers all of them, stops that."""

from desk import incidents, mass, mass_presses, numbers, outbox, relations
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.orders import Order, mark, numbered, reply, ticket_of, without_files
from desk.own_incidents import make_alone
from desk.parcels import Button, Purpose
from desk.ports import Unit
from desk.tickets import Status, Ticket

AT_ONCE = 100
"""Tickets that one command adds."""

LISTED = 10

_ANSWER = frozenset({"answer", "ответ", "ответить"})
_STOP = frozenset({"stop", "стоп", "остановить"})
_OUT = frozenset({"out", "убрать"})


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """In a topic and in General."""
    without_files(given)
    words = given.argument.replace(",", " ").split()
    first, _, rest = given.argument.partition(" ")
    named = bool(words) and all(_is_number(desk, word, given.ticket) for word in words)
    if given.ticket is None:
        await _in_general(desk, unit, given, words, named=named)
    elif not words:
        await _show(desk, unit, given, given.ticket)
    elif first.casefold() in _ANSWER:
        await _answer(desk, unit, given, rest.strip())
    elif first.casefold() in _STOP and not rest:
        await _stop(desk, unit, given)
    elif first.casefold() in _OUT:
        await _out(desk, unit, given, words[1:])
    elif named:
        await _add(desk, unit, given, given.ticket, words)
    else:
        ticket = await incidents.make(desk, unit, given.ticket, given.argument, given.who)
        text = desk.say("shaping.incident_here", title=await incidents.title_of(unit, ticket))
        await reply(desk, unit, given, text)


def _is_number(desk: Desk, word: str, here: Ticket | None) -> bool:
    """Bare digits are a title («502») where there is no incident yet to add them to."""
    prefix = desk.settings.desk.prefix.casefold()
    bare = here is not None and here.incident
    return (bare or word.casefold().startswith(prefix)) and numbers.looks_like(desk, word)


async def _in_general(desk: Desk, unit: Unit, given: Order, words: list[str], *, named: bool) -> None:
    if not words:
        await _list(desk, unit, given)
    elif named:
        incident = await numbered(desk, unit, words[0])
        await _add(desk, unit, given, incident, words[1:])
    else:
        if len(given.argument) > incidents.LONGEST:
            raise Refusal("closing.too_long", count=incidents.LONGEST)
        ticket = await make_alone(desk, unit, given.argument, given.who)
        await reply(desk, unit, given, desk.say("shaping.incident_new", number=desk.number(ticket.id)))


async def _list(desk: Desk, unit: Unit, given: Order) -> None:
    found = await unit.find(Ticket, id__in=await incidents.listed(unit))
    alive = [one for one in found if one.incident and one.status is not Status.CLOSED][:LISTED]
    if not alive:
        raise Refusal("shaping.incident_how")
    rows, buttons = [], []
    for one in alive:
        count = len(await incidents.parts(unit, one))
        title = await incidents.title_of(unit, one)
        rows.append(desk.say("shaping.incident_row", number=desk.number(one.id), title=title, count=count))
        if link := await relations.link(unit, one.id, desk.number(one.id)):
            buttons.append(link)
    post = given.post
    rows_of: list[list[Button]] = [buttons] if buttons else []
    await outbox.to_general(
        desk, unit, "\n".join(rows), purpose=Purpose.REPLY, buttons=rows_of, reply_to=post.external_id,
        thread=post.thread, at=post.place,
    )  # fmt: skip


async def _show(desk: Desk, unit: Unit, given: Order, ticket: Ticket) -> None:
    if not ticket.incident:
        raise Refusal("shaping.incident_how")
    parts = await incidents.parts(unit, ticket)
    title = await incidents.title_of(unit, ticket)
    rows = [desk.say("shaping.incident_row", number=desk.number(ticket.id), title=title, count=len(parts))]
    rows += [f"{desk.number(one.id)} · {one.subject}" for one in parts[:50]]
    await reply(desk, unit, given, "\n".join(rows))


async def _add(desk: Desk, unit: Unit, given: Order, ticket: Ticket, words: list[str]) -> None:
    """Add what is named to the incident; in a topic that is none, add this one to the incident that is named."""
    if not words:
        raise Refusal("shaping.incident_how")
    if len(words) > AT_ONCE:
        raise Refusal("shaping.split_many", count=AT_ONCE)
    named = [await numbered(desk, unit, word) for word in words]
    if not ticket.incident and given.ticket is not None and len(named) == 1:
        await incidents.join(desk, unit, ticket, named[0], given.who)
        await mark(desk, unit, given)
        return
    added, refused = 0, []
    for one in named:
        try:
            await incidents.join(desk, unit, one, ticket, given.who)
            added += 1
        except Refusal as why:
            refused.append(desk.say(why.key, **why.values))
    if refused:
        await reply(desk, unit, given, "\n".join([desk.say("shaping.incident_added", count=added), *refused]))
    else:
        await mark(desk, unit, given)


async def _out(desk: Desk, unit: Unit, given: Order, words: list[str]) -> None:
    here = ticket_of(given)
    for one in [await numbered(desk, unit, word) for word in words[:AT_ONCE]] or [here]:
        await incidents.leave(desk, unit, one, given.who)
    await mark(desk, unit, given)


async def _answer(desk: Desk, unit: Unit, given: Order, text: str) -> None:
    ticket = ticket_of(given)
    if not ticket.incident or ticket.status is Status.CLOSED:
        raise Refusal("shaping.incident_none", number=desk.number(ticket.id))
    if not text:
        raise Refusal("shaping.incident_answer_what")
    await mass_presses.preview(desk, unit, ticket, text, reply_to=given.post.external_id)


async def _stop(desk: Desk, unit: Unit, given: Order) -> None:
    count = await mass.stop(desk, unit, ticket_of(given), given.who)
    if not count:
        raise Refusal("shaping.mass_too_late")
    await mark(desk, unit, given)


async def joined(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """«К массовой проблеме ▸» on a card; the toast."""
    incident = await unit.get(Ticket, int(press.arg)) if press.arg.isdecimal() else None
    if incident is None:
        raise Refusal("group.button_old")
    await incidents.join(desk, unit, ticket, incident, press.person.name)
    return desk.say("shaping.incident_joined", number=desk.number(incident.id))

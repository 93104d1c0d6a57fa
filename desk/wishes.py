"""What a client says about their request by the buttons under its receipt: what it is, and that it is urgent.

Rule: a wish changes nothing but what the engineers see; the priority is theirs.
"""

from dataclasses import replace

from desk import clients, outbox, sorts, triage, underneath
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.parcels import Action, Button
from desk.people import Client
from desk.ports import Unit
from desk.tickets import Priority, Status, Ticket, Type
from desk.work import audit

WISHED = Priority.HIGH
"""What «Срочно» asks for; how critical something is the engineers judge."""

TOLD = 4
"""Changes of mind that the topic is told of; later ones show in the card alone."""

Rows = tuple[tuple[Button, ...], ...]


def buttons(desk: Desk, ticket: Ticket, language: str) -> Rows:
    """What there is still to choose under a receipt."""
    if not desk.settings.desk.ask_type or ticket.status is Status.CLOSED:
        return ()
    types = tuple(
        Button(label=desk.say(f"client.button_{kind.value}", language), action=Action.CALL, ticket=ticket.id, arg=kind)
        for kind in Type
        if ticket.type is None
    )
    key, arg = ("client.button_urgent", "on") if ticket.wished is None else ("client.button_not_urgent", "off")
    wish = Button(label=desk.say(key, language), action=Action.WISH, ticket=ticket.id, arg=arg)
    return tuple(row for row in (types, (wish,)) if row)


async def called(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    """The client says what it is, unless somebody has said so before."""
    _not_closed(ticket)
    if press.arg not in tuple(Type):
        raise Refusal("client.button_old")
    if ticket.type is not None:
        await _show(desk, unit, client, ticket, press)
        return clients.say(desk, client, "client.type_known")
    kind = Type(press.arg)
    text = desk.say("triage.type_by_client", name=client.name, type=sorts.type_in_words(desk, kind))
    await outbox.to_topic(desk, unit, ticket, text, silent=True)
    ticket = await triage.changed(desk, unit, ticket, replace(ticket, type=kind), client.name)
    await _show(desk, unit, client, ticket, press)
    return clients.say(desk, client, "client.type_noted")


async def wished(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    """The client says that it is urgent, or that it is not any more; a press that comes twice says it once."""
    _not_closed(ticket)
    if press.arg not in ("on", "off"):
        raise Refusal("client.button_old")
    wish = WISHED if press.arg == "on" else None
    if ticket.wished is not wish:
        ticket = await unit.save(replace(ticket, wished=wish))
        await audit(desk, unit, ticket, client.name, "priority wished", wished=wish.value if wish else "")
        await _tell(desk, unit, client, ticket)
        await outbox.card(desk, unit, ticket)
    await _show(desk, unit, client, ticket, press)
    return clients.say(desk, client, "client.urgent_noted" if wish else "client.urgent_taken_back")


async def _tell(desk: Desk, unit: Unit, client: Client, ticket: Ticket) -> None:
    key = f"wish.told:{ticket.id}"
    told = int(await unit.recall(key) or 0)
    if told >= TOLD:
        return
    await unit.remember(key, str(told + 1))
    said = "triage.wish" if ticket.wished else "triage.wish_taken_back"
    await outbox.to_topic(desk, unit, ticket, desk.say(said, name=client.name))


def _not_closed(ticket: Ticket) -> None:
    if ticket.status is Status.CLOSED:
        raise Refusal("client.closed_already")


async def _show(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> None:
    """Write under the receipt what was chosen; only what is still to choose keeps its button."""
    parcel = await underneath.pressed(unit, press)
    if parcel is None:
        return
    language = clients.language(desk, client, ticket)
    chosen = [desk.say(f"client.button_{ticket.type.value}", language)] if ticket.type else []
    chosen += [desk.say("client.button_urgent", language)] if ticket.wished else []
    said = f"✓ {' · '.join(chosen)}" if chosen else ""
    left = buttons(desk, ticket, language)
    await underneath.write(desk, unit, parcel, press.place, press.external_id, said, buttons=left)

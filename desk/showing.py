"""`/open SD-7`: a ticket's topic is shown, made anew with the conversation where it is gone; the ticket stays as it is.

The answer with the way there follows when the topic has been written to, so that it leads to no topic that is gone.
"""

from desk import group, outbox
from desk.desk import Desk
from desk.incoming import Press
from desk.orders import Order, numbered
from desk.parcels import Action, Button, Outgoing, Parcel, Purpose, Urgency
from desk.ports import Unit
from desk.tickets import Thread, Ticket
from desk.work import audit

KEY = "show:"


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """The command, in General with a number, in any topic with or without one."""
    named = any(sign.isdigit() for sign in given.argument)
    ticket = await numbered(desk, unit, given.argument) if named or given.ticket is None else given.ticket
    post = given.post
    await show(desk, unit, ticket, given.who, place=post.place, thread=post.thread, reply_to=post.external_id)


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """A button that opens a ticket's topic."""
    await show(desk, unit, ticket, press.person.name, place=press.place, thread=press.thread, reply_to="")
    return desk.say("home.opening")


async def show(
    desk: Desk, unit: Unit, ticket: Ticket, who: str, *, place: str, thread: str, reply_to: str
) -> None:
    """Write into its topic, ahead of what waits; `shown` answers with the way there."""
    await outbox.hurry(unit, ticket, Urgency.ANSWER)
    word = Outgoing(
        channel="group", place=ticket.line, purpose=Purpose.REPLY, ticket=ticket.id, number=desk.number(ticket.id),
        text=desk.say("home.opened_by", name=who), silent=True,
    )  # fmt: skip
    key = f"{KEY}{ticket.id}:{place}:{thread}:{reply_to}"
    await outbox.send(desk, unit, word, lane=f"group:{ticket.id}", coalesce=key)
    await outbox.topic(desk, unit, ticket)
    await audit(desk, unit, ticket, who, "topic opened")


async def shown(desk: Desk, unit: Unit, ticket: Ticket, parcel: Parcel) -> None:
    """The topic was written to: answer who asked with a link, where there are links."""
    _, _, place, thread, reply_to = parcel.coalesce.split(":")
    there = await unit.first(Thread, ticket_id=ticket.id, channel="group")
    if there is None or (thread and (there.place, there.external_id) == (place, thread)):
        return  # asked for in the very topic
    url = group.link(there.place, there.external_id or there.card_id)
    button = Button(label=desk.number(ticket.id), action=Action.OPEN_TOPIC, ticket=ticket.id, url=url)
    await outbox.to_general(
        desk,
        unit,
        desk.say("home.topic_is_there", number=desk.number(ticket.id), subject=ticket.subject),
        purpose=Purpose.REPLY,
        reply_to=reply_to,
        thread=thread,
        at=place,
        buttons=((button,),) if url else (),
        silent=True,
    )


def button_of(desk: Desk, ticket: Ticket, thread: Thread | None) -> Button:
    """A button that leads to a ticket: a link to its topic, or one that has it made anew."""
    label, url = desk.number(ticket.id), group.link(thread.place, thread.external_id) if thread else ""
    return Button(label=label, action=Action.OPEN_TOPIC, ticket=ticket.id, url=url)


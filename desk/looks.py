"""How a ticket's topic looks in the list: its name and icon, and what must be changed for it to look as it should.

Rule: a name that an engineer gave by hand stays until what the desk's own name is made of changes.
"""

from dataclasses import replace
from typing import NamedTuple

from desk import cards
from desk.desk import Desk
from desk.parcels import Act, Outgoing, Parcel
from desk.people import Client
from desk.ports import Unit
from desk.tickets import Priority, Status, Thread, Ticket

NO_ICON = "-"
DONE, BURNING, GOES_ON = "✅", "🔥", "🗣"
"""GOES_ON takes the place of another icon: a topic begins without one, and needs no call for it then."""

_DONE = frozenset({Status.SOLVED, Status.CLOSED})


class Look(NamedTuple):
    """What was last set; kept in Thread.title as the icon, a line break and the name."""

    icon: str
    name: str

    @classmethod
    def of(cls, thread: Thread) -> "Look":
        icon, _, name = thread.title.rpartition("\n")
        return cls(icon or NO_ICON, name)

    def kept(self) -> str:
        return f"{self.icon}\n{self.name}"


def wanted(desk: Desk, ticket: Ticket, client: Client, was: str = NO_ICON) -> Look:
    """How it should look: done, burning, or plain. Only these, since each change costs a place in the group's pace."""
    plain = NO_ICON if was == NO_ICON else GOES_ON
    icon = DONE if ticket.status in _DONE else BURNING if ticket.priority is Priority.CRITICAL else plain
    return Look(icon, " ".join(cards.topic_name(desk, ticket, client).split()))


def to_open(desk: Desk, ticket: Ticket, client: Client) -> Outgoing:
    """The order to make a topic."""
    order, look = cards.as_title(desk, ticket, client, act=Act.OPEN), wanted(desk, ticket, client)
    return replace(order, title=look.name, emoji="" if look.icon == NO_ICON else look.icon)


def in_line(desk: Desk, ticket: Ticket, client: Client, thread: Thread) -> bool:
    """Whether the topic looks as it should, and is open or closed as its ticket is."""
    was = Look.of(thread)
    return was == wanted(desk, ticket, client, was.icon) and thread.closed == (ticket.status is Status.CLOSED)


def change(desk: Desk, ticket: Ticket, client: Client, thread: Thread, parcel: Parcel) -> Outgoing | None:
    """The order to bring the topic in line, naming only what is to change; None when nothing is."""
    if in_line(desk, ticket, client, thread):
        return None
    order = cards.as_title(desk, ticket, client, act=Act.TOPIC)
    was = Look.of(thread)
    look = wanted(desk, ticket, client, was.icon)
    return replace(
        order,
        id=parcel.id,
        title="" if look.name == was.name else look.name,
        emoji="" if look.icon == was.icon else look.icon,
        thread=thread.external_id,
        thread_place=thread.place,
    )


async def set_in_line(unit: Unit, parcel: Parcel, message: Outgoing) -> None:
    """Record what a TOPIC order brought about; a change of heart meanwhile is sent after it."""
    thread = await unit.first(Thread, ticket_id=parcel.ticket_id, channel=parcel.channel)
    if thread is None or not message.thread:
        return
    if parcel.channel != "group":
        await unit.save(replace(thread, title=message.title or thread.title, closed=message.closed))
    elif (message.thread_place, message.thread) == (thread.place, thread.external_id):
        was = Look.of(thread)
        look = Look(message.emoji or was.icon, message.title or was.name)
        await unit.save(replace(thread, title=look.kept(), closed=message.closed))

"""A command of an engineer's in the group: what it was given as, and how it is answered where it was asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from desk import numbers, outbox, posts
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Post
from desk.ports import Unit
from desk.tickets import Ticket


class Where(Enum):
    TOPIC = "topic"
    GENERAL = "general"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command as given: by whom and where, with what words, about which ticket (None in General)."""

    post: Post
    argument: str
    ticket: Ticket | None

    @property
    def who(self) -> str:
        return self.post.engineer.name


Verb = Callable[[Desk, Unit, Order], Awaitable[None]]


def ticket_of(order: Order) -> Ticket:
    """The ticket that a command of a topic is about."""
    if order.ticket is None:
        raise Refusal("group.only_in_topic", command="")
    return order.ticket


async def reply(desk: Desk, unit: Unit, order: Order, text: str) -> None:
    await posts.tell(desk, unit, order.post, order.ticket, text)


async def mark(desk: Desk, unit: Unit, order: Order) -> None:
    """Say by 👌 that it is done; what of it goes to the client shows in the topic when it has arrived."""
    ticket_id = order.ticket.id if order.ticket else None
    words = desk.say("group.obeyed")
    await outbox.react(desk, unit, "group", order.post.place, order.post.external_id, "👌", ticket_id, words=words)


def without_files(order: Order) -> None:
    """Words told to the client with a command go without files; an engineer must not think that they went."""
    if order.post.files:
        raise Refusal("group.command_files")


async def numbered(desk: Desk, unit: Unit, text: str) -> Ticket:
    """The ticket that «SD-7», «sd7» or «7» names. Refusal when there is none."""
    if not text.strip():
        raise Refusal("group.number_which", example=desk.number(7))
    ticket = await numbers.find(desk, unit, text)
    if ticket is None:
        raise Refusal("group.number_unknown", example=desk.number(7))
    return ticket

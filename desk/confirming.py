"""Whether a client's word in a solved or closed ticket opens it: thanks do not, and a plain yes confirms."""

from enum import Enum

from desk import wording
from desk.choosing import Choice
from desk.incoming import Incoming
from desk.ports import Unit
from desk.tickets import TO_CLIENT, Kind, Message, Status, Ticket


class Said(Enum):
    WORDS = "words"  # anything that wants an eye of ours
    THANKS = "thanks"  # shown, and opens nothing
    YES = "yes"  # it is solved


async def read(unit: Unit, choice: Choice, ticket: Ticket, incoming: Incoming, *, own: bool) -> Said:
    """What a message says of the ticket that it reached. `own`: it is the client's, who alone can confirm."""
    yes = ticket.status is Status.SOLVED and wording.yes_alone(incoming)
    if yes and (not own or choice.several):
        return Said.THANKS  # of somebody else, or it may be meant for another ticket
    if yes and await _was_asked(unit, ticket):
        return Said.YES
    opens_nothing = ticket.status in (Status.SOLVED, Status.CLOSED, Status.THIRD_PARTY)
    return Said.THANKS if opens_nothing and wording.thanks_alone(incoming) else Said.WORDS


async def _was_asked(unit: Unit, ticket: Ticket) -> bool:
    """Whether the last word to the client was that it is solved: after a question a yes means something else."""
    since = [
        message.kind
        for message in await unit.find(
            Message,
            ticket_id=ticket.id,
            kind__in=tuple(TO_CLIENT),
            withdrawn_at=None,
            at__ge=ticket.solved_at,
            order="-id",
            limit=2,
        )
    ]
    return since == [Kind.NOTICE]

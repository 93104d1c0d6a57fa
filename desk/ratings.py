"""A mark that was asked for: its buttons, and where in the client's doors it was asked."""

import json
from dataclasses import asdict, dataclass

from desk.accounts import Rating
from desk.parcels import Action, Button, Parcel, Purpose
from desk.ports import Unit
from desk.scoring import MOST
from desk.tickets import Status, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What is kept beside a rating. Messages are named by their ids; 0 is none."""

    asked: int  # the question for stars
    word: int = 0  # the question for a few words
    changes: int = 0  # how often the mark was changed


def buttons(ticket: Ticket) -> list[list[Button]]:
    """One to five stars, in a row."""
    stars = range(1, MOST + 1)
    return [[Button(label=f"{one} ★", action=Action.RATE, ticket=ticket.id, arg=str(one)) for one in stars]]


async def keep(unit: Unit, rating: Rating, notes: Notes) -> None:
    await unit.remember(f"rating:{rating.id}", json.dumps(asdict(notes)))


async def overtaken(unit: Unit, ticket: Ticket, parcel: Parcel) -> bool:
    """Whether it asks for a mark of a ticket that was opened again while it was on its way."""
    if parcel.purpose is not Purpose.NOTICE or ticket.status is Status.CLOSED:
        return False
    rating = await unit.first(Rating, ticket_id=ticket.id)
    return rating is not None and (await notes_of(unit, rating)).asked == parcel.message_id


async def notes_of(unit: Unit, rating: Rating) -> Notes:
    stored = await unit.recall(f"rating:{rating.id}")
    return Notes(**json.loads(stored)) if stored else Notes(asked=0)

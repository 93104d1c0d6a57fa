"""An estimate that the client has not answered yet: which it is, its buttons, and how it ends unanswered."""

from dataclasses import replace

from desk import copies, doors, underneath
from desk.accounts import Agreement, Estimate
from desk.desk import Desk
from desk.parcels import Action, Button, Parcel, Purpose
from desk.ports import Unit
from desk.tickets import Message, MessageId, Role, Ticket, Trace


async def waiting(unit: Unit, ticket: Ticket) -> Estimate | None:
    """The estimate whose answer the client owes; there is one at most."""
    return await unit.first(Estimate, ticket_id=ticket.id, state=Agreement.ASKED, order="-id")


def buttons(desk: Desk, estimate: Estimate, language: str) -> list[list[Button]]:
    """«Согласовать», «Отказаться»."""
    said = (("client.button_agree", Action.AGREE), ("client.button_refuse", Action.DECLINE))
    return [
        [
            Button(label=desk.say(key, language), action=action, ticket=estimate.ticket_id, arg=str(estimate.id))
            for key, action in said
        ]
    ]


async def to_answer(desk: Desk, unit: Unit, ticket: Ticket, language: str) -> list[list[Button]]:
    """Its buttons once more, for a reminder; none where the ticket waits for something else."""
    estimate = await waiting(unit, ticket)
    message = await unit.get(Message, estimate.message_id) if estimate and estimate.message_id else None
    asked = estimate and message and message.text == ticket.question
    return buttons(desk, estimate, language) if estimate and asked else []


async def withdraw(desk: Desk, unit: Unit, estimate: Estimate, said: str) -> bool:
    """Nobody is to answer it any more; whether the client had got it. `said` stands under it then, for its buttons."""
    await unit.save(replace(estimate, state=Agreement.WITHDRAWN))
    message = await unit.get(Message, estimate.message_id) if estimate.message_id else None
    if message is None:
        return False
    if await doors.withdraw(desk, unit, message, purposes=(Purpose.QUESTION,)):
        await copies.withdraw(unit, message.id)
        return False
    await strike(desk, unit, message.id, said)
    return True


async def strike(desk: Desk, unit: Unit, message_id: MessageId, said: str) -> None:
    """Write what became of it under every copy of a message in the client's chats; its buttons go."""
    shown = await unit.find(Trace, channel="telegram", message_id=message_id, role=Role.OURS)
    for number in dict.fromkeys(trace.parcel_id for trace in shown if trace.parcel_id):
        parcel = await unit.get(Parcel, number)
        if parcel and parcel.external_id:
            await underneath.write(desk, unit, parcel, parcel.place, parcel.external_id, said)

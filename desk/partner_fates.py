"""What becomes of mails to partners: whether they may still go, that they have gone, or why not.

Rule: what was meant for a partner goes to nobody else, whatever fails.
"""

from dataclasses import replace

from desk import (
    outbox,
    participants,
    post_marks,
)
from desk.desk import Desk
from desk.errors import DeliveryRefused
from desk.parcels import Parcel, ParcelState
from desk.ports import Unit
from desk.tickets import Message, Role, Standing, Ticket, Trace


async def still(unit: Unit, parcel: Parcel, ticket: Ticket) -> bool:
    """Whether it may still go there: to a partner of this ticket alone."""
    person = await participants.of(unit, ticket, parcel.place)
    if person and person.standing is Standing.PARTNER:
        return True
    await unit.save(replace(parcel, state=ParcelState.WITHDRAWN))
    return False


async def arrived(desk: Desk, unit: Unit, parcel: Parcel) -> None:
    """A mail has left for the partner: 👌 on the engineer's post, or on what the topic shows of the letter."""
    message = await unit.get(Message, parcel.message_id) if parcel.message_id else None
    if message is None:
        return
    if await post_marks.post_of(unit, message):
        await post_marks.mark(desk, unit, message, post_marks.DELIVERED)
        return
    shown = await unit.first(Trace, channel="group", message_id=message.id, role=Role.PARTNER)
    if shown:
        done = desk.say("partner.arrived")
        await outbox.react(
            desk, unit, "group", shown.place, shown.external_id, post_marks.DELIVERED, message.ticket_id, words=done
        )


async def refused(desk: Desk, unit: Unit, parcel: Parcel, ticket: Ticket, why: DeliveryRefused) -> None:
    """It did not arrive: its author is told, and nobody else gets it instead."""
    message = await unit.get(Message, parcel.message_id) if parcel.message_id else None
    mention = f"{message.author_id}:{message.author}" if message else ""
    shown = await unit.first(
        Trace, channel="group", message_id=parcel.message_id, role__in=(Role.COLLEAGUE, Role.PARTNER)
    )
    said = desk.say("partner.not_delivered", address=parcel.place, why=why.reason[:200])
    await outbox.to_topic(
        desk, unit, ticket, said, mention=mention, reply_to=shown.external_id if shown else "", silent=None
    )

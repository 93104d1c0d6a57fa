"""Mail that came back: it makes no ticket, it marks what failed."""

from desk import delivered, outbox
from desk.desk import Desk
from desk.errors import DeliveryRefused, DoorShut
from desk.incoming import Incoming
from desk.parcels import Parcel, ParcelState
from desk.ports import Unit
from desk.tickets import Role, Ticket, Trace


async def received(desk: Desk, unit: Unit, incoming: Incoming) -> None:
    """Find the mail that failed; shut a dead door, use the other one, tell the engineers. Else tell General."""
    trace = None
    if incoming.failed:
        trace = await unit.first(Trace, channel="mail", external_id=incoming.failed, role=Role.OURS)
    parcel = await unit.get(Parcel, trace.parcel_id) if trace and trace.parcel_id else None
    why = incoming.failed_why or incoming.subject
    if parcel is None:
        text = desk.say("group.bounce_unknown", address=incoming.failed_to or "?", why=why[:200])
        await outbox.to_general(desk, unit, text, silent=True, coalesce=f"bounce:{incoming.failed_to}")
        return
    if parcel.state is ParcelState.FAILED:
        return  # told before: servers on the way may each send a bounce of their own
    if incoming.failed_hard or incoming.failed_final:
        await delivered.refused(desk, unit, parcel, DoorShut(why) if incoming.failed_hard else DeliveryRefused(why))
        return
    ticket = await unit.get(Ticket, parcel.ticket_id) if parcel.ticket_id else None
    if ticket:
        await outbox.to_topic(desk, unit, ticket, desk.say("group.bounce_soft", why=why[:200]))

"""What became of a message with buttons in the group is written in its place, so that nothing is pressed twice."""

from collections.abc import Sequence

from desk import outbox
from desk.desk import Desk
from desk.incoming import Press
from desk.parcels import Act, Button, Outgoing, Parcel, Purpose
from desk.ports import Unit
from desk.tickets import Ticket, Trace


async def write(
    desk: Desk,
    unit: Unit,
    ticket: Ticket | None,
    press: Press,
    text: str,
    *,
    buttons: Sequence[Sequence[Button]] = (),
) -> None:
    """The pressed message says this from now on, with the buttons that are left."""
    message = Outgoing(
        channel="group",
        place=ticket.line if ticket else "",
        purpose=Purpose.REPLY,
        act=Act.EDIT,
        ticket=ticket.id if ticket else None,
        thread=press.thread,
        thread_place=press.place,
        target=press.external_id,
        text=text,
        buttons=tuple(tuple(row) for row in buttons),
    )
    await outbox.send(desk, unit, message, lane=f"group:{ticket.id if ticket else 'general'}:lines")


async def parcel_of(unit: Unit, press: Press) -> Parcel | None:
    """What we posted as the message whose button was pressed; None when that is not known."""
    trace = await unit.first(Trace, channel="group", place=press.place, external_id=press.external_id)
    return await unit.get(Parcel, trace.parcel_id) if trace and trace.parcel_id else None

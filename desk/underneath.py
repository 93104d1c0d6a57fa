"""Writes under one of our messages in a client's chat what became of it, with the buttons that are left."""

from collections.abc import Sequence

from desk import outbox
from desk.desk import Desk
from desk.incoming import Press
from desk.parcels import Act, Button, Outgoing, Parcel, Purpose
from desk.ports import Unit
from desk.tickets import Trace
from desk.wire import unpack


async def pressed(unit: Unit, press: Press) -> Parcel | None:
    """What we sent as the message whose button was pressed; None when that is not known."""
    trace = await unit.first(Trace, channel="telegram", place=press.place, external_id=press.external_id)
    return await unit.get(Parcel, trace.parcel_id) if trace and trace.parcel_id else None


async def write(  # noqa: PLR0917 - a message by its chat and number
    desk: Desk,
    unit: Unit,
    parcel: Parcel,
    place: str,
    external_id: str,
    said: str,
    *,
    buttons: Sequence[Sequence[Button]] = (),
) -> None:
    """The message as it was sent, `said` below; `buttons` that stay, so that nothing is pressed twice."""
    words = unpack(parcel.body, parcel.id)
    order = Outgoing(
        channel="telegram",
        place=place,
        purpose=Purpose.NOTICE,
        act=Act.EDIT,
        ticket=parcel.ticket_id,
        title=words.title,
        text="\n\n".join(part for part in (words.text, said) if part),
        quote=words.quote,
        buttons=tuple(tuple(row) for row in buttons),
        target=external_id,
    )
    await outbox.send(desk, unit, order, lane=f"telegram:{place}")

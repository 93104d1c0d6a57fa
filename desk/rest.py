"""Whether the desk is at rest: for the demo and for tests, which let time pass only then."""

from datetime import datetime

from desk.desk import Desk
from desk.incoming import Raw, RawState
from desk.parcels import Parcel, ParcelState


async def at_rest(desk: Desk) -> bool:
    """Whether all that came in is worked on and all that is due has gone."""
    now = desk.now()
    async with desk.view() as view:
        raws = await view.count(Raw, state__in=(RawState.NEW, RawState.WORKING), not_before__le=now)
        due = await view.count(Parcel, state=ParcelState.QUEUED, not_before__le=now)
        going = await view.count(Parcel, state=ParcelState.SENDING)
    return raws + due + going == 0


async def mail_heard(desk: Desk, since: datetime) -> bool:
    """Whether every mailbox was read since then."""
    async with desk.view() as view:
        heard = [await view.recall(f"heard.mail.{box.name}") for box in desk.settings.mailbox]
    return all(one and datetime.fromisoformat(one) >= since for one in heard)

"""The daily line about mail: what was taken from the servers against what is stored, mailbox by mailbox.

Rule: what is fetched is noted before it is stored and apart from it, mail by mail, so that neither a kill nor a bug
between the two can make the sums agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk import outbox
from desk.desk import Desk
from desk.incoming import Raw, RawState
from desk.ports import Unit

WITHOUT_HOURS = 9 * 60
"""Minutes after midnight at which a day off has its line."""

IN_FLIGHT = timedelta(minutes=10)
"""What was fetched and is not stored may be on its way; after so long it is told as missing."""

AT_ONCE = 500
TOLD, ODD = "tally.told", "tally.odd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One mailbox since the last line; `notes` are the facts that it was read from."""

    mailbox: str
    address: str
    fetched: int
    stored: int
    quarantined: int
    failing_since: datetime | None
    notes: Sequence[str]

    @property
    def missing(self) -> int:
        return self.fetched - self.stored - self.quarantined


async def fetched(desk: Desk, mailbox: str, ids: Sequence[str]) -> None:
    """Note mails that the server has handed over, by their external ids; the same note twice is one."""
    async with desk.store.unit() as unit:
        await unit.remember(f"fetched:{mailbox}:{ids[0]}-{ids[-1]}", " ".join(ids))
        await unit.commit()


async def tick(desk: Desk) -> None:
    """Tell the sums once a day: when work begins, on a day off at nine if there is anything to tell."""
    now = desk.now().astimezone(desk.settings.desk.zone)
    today = now.date().isoformat()
    async with desk.view() as view:
        told, odd = await view.recall(TOLD), await view.recall(ODD)
    if not told or not desk.settings.mailbox:
        await _remember(desk, {TOLD: today})
        return
    shifts = desk.calendar.minutes_of(now.date())
    if told >= today or now.hour * 60 + now.minute < (shifts[0][0] if shifts else WITHOUT_HOURS):
        return
    async with desk.view() as view:
        sums = [await _sum(view, box.name, box.address) for box in desk.settings.mailbox]
    if any(one.missing for one in sums):
        if not odd:
            await _remember(desk, {ODD: now.isoformat()})
            return
        if now - datetime.fromisoformat(odd) < IN_FLIGHT:
            return
    await _tell(desk, sums, today, work=bool(shifts))


async def _sum(view: Unit, mailbox: str, address: str) -> Sum:
    notes = await view.recall_all(f"fetched:{mailbox}:")
    ids = sorted({one for note in notes.values() for one in note.split()})
    known = held = 0
    for start in range(0, len(ids), AT_ONCE):
        # Counted: the rows themselves would bring a day's mails with them.
        chunk: dict[str, object] = {
            "channel": "mail",
            "place": mailbox,
            "external_id__in": ids[start : start + AT_ONCE],
        }
        known += await view.count(Raw, **chunk)
        held += await view.count(Raw, **chunk, state=RawState.QUARANTINED)
    failing = await view.recall(f"failing.mail.{mailbox}")
    return Sum(
        mailbox=mailbox,
        address=address,
        fetched=len(ids),
        stored=known - held,
        quarantined=held,
        failing_since=datetime.fromisoformat(failing) if failing else None,
        notes=tuple(notes),
    )


async def _tell(desk: Desk, sums: Sequence[Sum], today: str, *, work: bool) -> None:
    lines = [_line(desk, one) for one in sums]
    if any(one.quarantined for one in sums):
        lines.append(desk.say("group.tally_quarantine"))
    # No mail at all is worth a line when somebody may wonder whether mail is read, not on a free Sunday.
    worth = work or any(one.fetched or one.failing_since for one in sums)
    async with desk.store.unit() as unit:
        for key in (note for one in sums for note in one.notes):
            await unit.remember(key, "")
        await unit.remember(TOLD, today)
        await unit.remember(ODD, "")
        if worth:
            await outbox.to_general(desk, unit, "\n".join([desk.say("group.tally"), *lines]), silent=True)
        await unit.commit()


def _line(desk: Desk, one: Sum) -> str:
    values = {"mailbox": one.mailbox, "fetched": one.fetched, "stored": one.stored, "quarantined": one.quarantined}
    if one.missing:
        text = desk.say("group.tally_missing", **values, missing=one.missing, address=one.address)
    else:
        text = desk.say("group.tally_line" if one.fetched else "group.tally_none", **values)
    if one.failing_since:
        since = one.failing_since.astimezone(desk.settings.desk.zone).strftime("%d.%m %H:%M")
        text += f" {desk.say('group.tally_failing', since=since)}"
    return text


async def _remember(desk: Desk, facts: dict[str, str]) -> None:
    async with desk.store.unit() as unit:
        for key, value in facts.items():
            await unit.remember(key, value)
        await unit.commit()

"""Whether we could hear our clients: when each mailbox and Telegram was last read, and long outages.

A ticket is not closed for a silence that may have been ours.
"""

from datetime import datetime, timedelta

from desk import outbox
from desk.desk import Desk
from desk.durations import parse_span
from desk.ports import Unit

TELEGRAM = "telegram"
DEAF = timedelta(hours=1)
OUTAGE = timedelta(days=1)
GRACE = parse_span("2 working days")
TOLD = timedelta(minutes=9)
"""A source that fails for so long is told in General, with the next tick of a minute; it often comes back before."""

REASON = 500
"""Characters of why a source fails; what to do about it stands at the end."""


async def heard(desk: Desk, source: str, *, ok: bool, reason: str = "") -> None:
    """A source ("mail.<mailbox>", "telegram") was read, or could not be."""
    async with desk.store.unit() as unit:
        now = desk.now()
        if ok:
            await _ok(desk, unit, source, now)
            await _complaint(desk, unit, source, reason)
        else:
            await _failed(desk, unit, source, now, reason)
        await unit.commit()


async def _ok(desk: Desk, unit: Unit, source: str, now: datetime) -> None:
    # Telegram says so only when something changes: its silence counts from the first failure.
    last = await _at(unit, f"failing.{TELEGRAM}" if source == TELEGRAM else f"heard.{source}")
    if last and now - last >= OUTAGE:
        await hold(desk, unit, now)
    await unit.remember(f"heard.{source}", now.isoformat())
    await unit.remember(f"failing.{source}", "")
    if await unit.recall(f"told.{source}"):
        await unit.remember(f"told.{source}", "")
        await outbox.to_general(desk, unit, desk.say("group.source_back", source=named(desk, source)), silent=True)


async def _complaint(desk: Desk, unit: Unit, source: str, reason: str) -> None:
    """What is wrong with a source that is read all the same is told once, until it is over."""
    key = f"complaint.{source}"
    told = await unit.recall(key)
    if reason and not told:
        await outbox.to_general(desk, unit, reason[:1].upper() + reason[1:REASON], silent=True)
    if bool(reason) is not bool(told):
        await unit.remember(key, "told" if reason else "")


async def _failed(desk: Desk, unit: Unit, source: str, now: datetime, reason: str) -> None:
    if await _at(unit, f"failing.{source}") is None:
        await unit.remember(f"failing.{source}", now.isoformat())
    await unit.remember(f"why.{source}", reason[:REASON])
    await _tell_if_long(desk, unit, source)


async def token(desk: Desk, mailbox: str, *, alive: bool, reason: str = "") -> None:
    """The provider renewed a mailbox's token, or will not any more: that is told at once, for it never mends itself."""
    told = f"told.token.{mailbox}"
    async with desk.view() as view:
        if bool(await view.recall(told)) is not alive:
            return
    async with desk.store.unit() as unit:
        await unit.remember(told, "" if alive else desk.now().isoformat())
        if alive:
            await outbox.to_general(desk, unit, desk.say("group.token_back", mailbox=mailbox), silent=True)
        else:
            await outbox.to_general(desk, unit, desk.say("group.token_dead", why=reason))
        await unit.commit()


async def watch(desk: Desk) -> None:
    """Tell of sources that fail for long, also when nobody says anything about them any more."""
    sources = [TELEGRAM, *(f"mail.{box.name}" for box in desk.settings.mailbox)]
    async with desk.view() as view:
        if not await view.recall_all("failing."):
            return
    async with desk.store.unit() as unit:
        for source in sources:
            await _tell_if_long(desk, unit, source)
        await unit.commit()


async def _tell_if_long(desk: Desk, unit: Unit, source: str) -> None:
    now, since = desk.now(), await _at(unit, f"failing.{source}")
    if since is None or now - since < TOLD or await unit.recall(f"told.{source}"):
        return
    if await unit.recall(f"told.token.{source.removeprefix('mail.')}"):
        return  # a dead token was told as such
    await unit.remember(f"told.{source}", now.isoformat())
    why = await unit.recall(f"why.{source}")
    await outbox.to_general(desk, unit, _in_words(desk, source, why))


def _in_words(desk: Desk, source: str, why: str) -> str:
    """One sentence: most reasons name what is not read themselves."""
    why = why.strip()
    why = why[:1].upper() + why[1:] + ("" if why.endswith((".", "!", "?", "…")) else "." if why else "")
    if source.removeprefix("mail.").casefold() in why.casefold():
        return desk.say("group.source_failed_why", why=why)
    return desk.say("group.source_failed", source=named(desk, source), why=why)


def named(desk: Desk, source: str) -> str:
    """A source as people call it: "Telegram", "почта support"."""
    channel, _, mailbox = source.partition(".")
    return " ".join(part for part in (desk.say(f"group.door_{channel}"), mailbox) if part)


async def alive(desk: Desk, unit: Unit) -> None:
    """The desk's own heartbeat: a gap of a day means that clients may have knocked in vain."""
    now = desk.now()
    last = await _at(unit, "alive")
    if last and now - last >= OUTAGE:
        await hold(desk, unit, now)
    await unit.remember("alive", now.isoformat())


async def hold(desk: Desk, unit: Unit, now: datetime) -> None:
    """Close nothing for two working days from now."""
    until = desk.calendar.add(now, GRACE)
    known = await _at(unit, "hold.until")
    await unit.remember("hold.until", until.isoformat())
    if known is None or known < now:  # the mailbox that is heard again after the desk itself tells nothing new
        await outbox.to_general(desk, unit, desk.say("group.outage"), silent=True, coalesce="outage")


async def deaf(desk: Desk, unit: Unit) -> str:
    """Why nothing may be closed now, as a key of `group.held_…`; "" when all sources are heard."""
    now = desk.now()
    until = await _at(unit, "hold.until")
    if until and now < until:
        # A clock that ran ahead for a while must not hold everything back for as long.
        longest = desk.calendar.add(now, GRACE)
        if until > longest:
            await unit.remember("hold.until", longest.isoformat())
        return "outage"
    for box in desk.settings.mailbox:
        last = await _at(unit, f"heard.mail.{box.name}")
        if last is None or now - last > DEAF:
            return "deaf"
    failing = await _at(unit, f"failing.{TELEGRAM}")
    return "deaf" if failing and now - failing > DEAF else ""


async def _at(unit: Unit, key: str) -> datetime | None:
    stored = await unit.recall(key)
    return datetime.fromisoformat(stored) if stored else None

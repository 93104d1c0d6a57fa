"""The engineers' groups themselves: which line has which, moved, lost, found again, or a group that is none of ours.

Rule: what concerns one group is told in it; what it cannot be told, since it is lost, in another one that is not.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta

from desk import outbox
from desk.desk import Desk
from desk.parcels import Act, Outgoing, Purpose
from desk.people import Audit
from desk.ports import Unit
from desk.settings import Settings
from desk.tickets import Thread

TOLD_AGAIN = timedelta(hours=1)
LEFT = "left.topic:"
"""Begins what is remembered of a topic that a ticket left: "<chat>:<topic>", the ticket's number."""
_MOVED, _LOST, _NO_TOPICS = "telegram.group:", "telegram.group_lost:", "telegram.no_topics:"
_WAS = "telegram.group_was:"
log = logging.getLogger(__name__)


def lines_of(settings: Settings) -> dict[str, str]:
    """The configured group of each line that has one of its own."""
    return {line.name: str(line.group) for line in settings.line if line.group}


def configured(desk: Desk, line: str = "") -> str:
    """The group that the configuration names for a line; the main one for "" and for a line without its own."""
    return lines_of(desk.settings).get(line, str(desk.settings.telegram.group))


def every(desk: Desk) -> list[str]:
    """All configured groups, the main one first."""
    return list(dict.fromkeys((configured(desk), *lines_of(desk.settings).values())))


async def moves(unit: Unit) -> dict[str, str]:
    """Where configured groups migrated to, by their configured ids."""
    return {key.removeprefix(_MOVED): new for key, new in (await unit.recall_all(_MOVED)).items()}


async def current(desk: Desk, unit: Unit, line: str = "") -> str:
    """The chat id of a line's group: the configured one, or the one it migrated to since."""
    named = configured(desk, line)
    return await unit.recall(f"{_MOVED}{named}") or named


async def is_home(desk: Desk, unit: Unit, line: str, place: str) -> bool:
    """Whether that chat is the line's group: a question only where the configuration alone does not tell.

    A partner's line has none: what they have stays in the group that it came from.
    """
    if any(one.name == line and one.address and not one.group for one in desk.settings.line):
        return await ours(desk, unit, place)
    return place == configured(desk, line) or place == await current(desk, unit, line)


async def ours(desk: Desk, unit: Unit, place: str) -> bool:
    """Whether that chat is one of the engineers' groups as they are now."""
    moved = await moves(unit)
    return place in {moved.get(one, one) for one in every(desk)}


async def former(unit: Unit) -> dict[str, str]:
    """The ids that our groups had before they migrated, each with the one that came after it."""
    was = {key.removeprefix(_WAS): new for key, new in (await unit.recall_all(_WAS)).items()}
    return {**await moves(unit), **was}


async def line_at(desk: Desk, unit: Unit, place: str) -> str:
    """A line whose group that chat is, to write into its General; "" for the main group."""
    moved = await moves(unit)
    lines = lines_of(desk.settings)
    return next((line for line, named in lines.items() if moved.get(named, named) == place), "")


async def migrated(desk: Desk, old: str, new: str) -> None:
    """Telegram gave a group another id: follow it, make topics anew there, tell the operator. Twice is once."""
    async with desk.unit() as unit:
        moved = await moves(unit)
        named = [one for one in every(desk) if moved.get(one, one) == old]
        if not named or old == new:
            await unit.commit()
            return
        for one in named:
            await unit.remember(f"{_MOVED}{one}", new)
        await unit.remember(f"{_WAS}{old}", new)
        # What was written there before, and waits for us at Telegram, is still to be understood.
        for thread in await unit.find(Thread, channel="group", place=old):
            if thread.external_id not in {"", thread.card_id}:
                await unit.remember(f"{LEFT}{old}:{thread.external_id}", str(thread.ticket_id))
        # Message and topic numbers of the old chat mean nothing in the new one.
        lost = {"external_id": "", "card_id": "", "title": "", "closed": False, "replayed": False, "place": new}
        await unit.change(Thread, lost, channel="group", place=old)
        data = {"old": old, "new": new}
        await unit.add(Audit(at=desk.now(), who="telegram", what="group migrated", data=data))
        key = _title(desk, named[0])
        said = desk.say("home.migrated_line", old=old, new=new, line=key) if key else None
        line = await line_at(desk, unit, new)
        await outbox.to_general(desk, unit, said or desk.say("group.migrated", old=old, new=new), line=line)
        await unit.commit()


def _title(desk: Desk, named: str) -> str:
    """What people call a group that is not the main one: its line's title; "" for the main one."""
    if named == configured(desk):
        return ""
    return next((line.title for line in desk.settings.line if str(line.group) == named), named)


async def foreign(desk: Desk, place: str) -> None:
    """A group that is not ours: say how to write privately, and leave."""
    async with desk.unit() as unit:
        key = f"left:{place}"
        told = await unit.recall(key)
        now = desk.now()
        if not told or told < (now - TOLD_AGAIN).isoformat():
            await unit.remember(key, now.isoformat())
            bot = await unit.recall("telegram.username")
            text = desk.say("group.foreign", bot=bot, name=desk.settings.desk.name)
            word = Outgoing(channel="telegram", place=place, purpose=Purpose.LEAVE, text=text)
            await outbox.send(desk, unit, word, lane=f"leave:{place}")
            leave = Outgoing(channel="telegram", place=place, purpose=Purpose.LEAVE, act=Act.LEAVE)
            await outbox.send(desk, unit, leave, lane=f"leave:{place}")
        await unit.commit()


async def lost(desk: Desk, place: str, reason: str) -> None:
    """The bot cannot work in that group: remembered for `doctor`, told in another group at once and there later."""
    async with desk.store.unit() as unit:
        known = await unit.recall_all(_LOST)
        await unit.remember(f"{_LOST}{place}", reason[:300])
        if f"{_LOST}{place}" not in known:
            log.error("group.lost chat=%s %s", place, reason[:300])
            await _tell_lost(desk, unit, place, reason[:200], {key.removeprefix(_LOST) for key in known})
        await unit.commit()


async def _tell_lost(desk: Desk, unit: Unit, place: str, why: str, also_lost: set[str]) -> None:
    line = await line_at(desk, unit, place)
    text = desk.say("group.was_lost", why=why)
    await outbox.to_general(desk, unit, text, line=line, coalesce=f"group-lost:{place}")
    moved = await moves(unit)
    other = next((one for one in every(desk) if moved.get(one, one) not in {place, *also_lost}), None)
    if other is not None:
        homes = ((one.title, configured(desk, one.name)) for one in desk.settings.line)
        names = ", ".join(title for title, named in homes if moved.get(named, named) == place)
        there = await line_at(desk, unit, moved.get(other, other))
        said = desk.say("home.lost_elsewhere", lines=names or place, why=why)
        await outbox.to_general(desk, unit, said, line=there, coalesce=f"group-lost-told:{place}")


async def found(desk: Desk, place: str) -> None:
    """That group can be written to: forget its loss. Costs a question when there was none."""
    async with desk.view() as view:
        if not await view.recall(f"{_LOST}{place}"):
            return
    async with desk.store.unit() as unit:
        await unit.remember(f"{_LOST}{place}", "")
        await unit.commit()
    log.warning("group.found chat=%s", place)


async def topics_shut(desk: Desk, place: str, lacking: str) -> None:
    """No topic can be made there: told in its General once, until it can."""
    key = f"{_NO_TOPICS}{place}"
    async with desk.view() as view:
        if await view.recall(key):
            return
    log.error("group.no_topics chat=%s %s", place, lacking[:300])
    async with desk.store.unit() as unit:
        await unit.remember(key, lacking[:300])
        line = await line_at(desk, unit, place)
        await outbox.to_general(desk, unit, desk.say("home.no_topics", lacking=lacking[:200]), line=line)
        await unit.commit()


async def topics_again(desk: Desk, place: str) -> None:
    """Topics can be made there again."""
    async with desk.store.unit() as unit:
        await unit.remember(f"{_NO_TOPICS}{place}", "")
        await unit.commit()


async def losses(unit: Unit) -> Mapping[str, str]:
    """Why which group cannot be written to, by chat id."""
    return {key.removeprefix(_LOST): why for key, why in (await unit.recall_all(_LOST)).items()}


def link(place: str, thread: str) -> str:
    """Where a topic or message opens; "" where there are no such links, in a group that is no supergroup."""
    return f"https://t.me/c/{place.removeprefix('-100')}/{thread}" if place.startswith("-100") and thread else ""

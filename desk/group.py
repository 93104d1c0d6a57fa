"""The engineers' group itself: moved, lost, or a group that is none of ours."""

from datetime import timedelta

from desk import outbox
from desk.desk import Desk
from desk.parcels import Act, Outgoing, Purpose
from desk.people import Audit
from desk.ports import Unit
from desk.tickets import Thread

TOLD_AGAIN = timedelta(hours=1)


async def current(desk: Desk, unit: Unit) -> str:
    """The group's chat id: the configured one, or the one it migrated to since."""
    configured = str(desk.settings.telegram.group)
    return await unit.recall(f"telegram.group:{configured}") or configured


async def migrated(desk: Desk, old: str, new: str) -> None:
    """Telegram gave the group another id: follow it, make topics anew there, tell the operator. Twice is once."""
    async with desk.unit() as unit:
        configured = str(desk.settings.telegram.group)
        if old != await current(desk, unit) or old == new:
            await unit.commit()
            return
        await unit.remember(f"telegram.group:{configured}", new)
        await unit.remember("telegram.group", new)
        # Message and topic numbers of the old chat mean nothing in the new one.
        lost = {"external_id": "", "card_id": "", "title": "", "closed": False, "replayed": False, "place": new}
        await unit.change(Thread, lost, channel="group", place=old)
        data = {"old": old, "new": new}
        await unit.add(Audit(at=desk.now(), who="telegram", what="group migrated", data=data))
        await outbox.to_general(desk, unit, desk.say("group.migrated", old=old, new=new))
        await unit.commit()


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


async def lost(desk: Desk, reason: str) -> None:
    """The bot cannot work in the group: kept in the facts for `doctor`, told in General when it works again."""
    async with desk.store.unit() as unit:
        known = await unit.recall("telegram.group_lost")
        await unit.remember("telegram.group_lost", reason[:300])
        if not known:
            await outbox.to_general(desk, unit, desk.say("group.was_lost", why=reason[:200]), coalesce="group-lost")
        await unit.commit()

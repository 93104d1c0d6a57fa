"""The configuration read again while the desk works: all of it or nothing.

Rule: the setup is exchanged inside a writing unit. Writers are one at a time, so nothing that changes the store works
with half of one setup and half of another.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from desk import library, outbox, staff
from desk.desk import Desk, Setup
from desk.errors import ConfigError, Refusal
from desk.orders import Order
from desk.people import Audit
from desk.ports import Unit
from desk.settings import Settings

log = logging.getLogger(__name__)

TOLD = 8
"""Mistakes, and names of one table, that the group is told; all of the mistakes stand in `python -m desk check`."""


async def order(desk: Desk, unit: Unit, order: Order) -> None:
    """`/reload`; the answer comes when it has been read."""
    staff.leads_only(desk, order.post.engineer)
    if desk.reread is None:
        raise Refusal("routing.reload_not_here")
    post, words = order.post, desk.say("routing.rereading")
    await outbox.react(desk, unit, "group", post.place, post.external_id, "👀", None, words=words)
    desk.current.wishes.put_nowait(order.who)


async def for_ever(desk: Desk) -> None:
    """Read again whenever somebody wishes; wishes that come meanwhile are one."""
    while True:
        names = [await desk.current.wishes.get()]
        while not desk.current.wishes.empty():
            names.append(desk.current.wishes.get_nowait())
        try:
            await reread(desk, ", ".join(dict.fromkeys(names)))
        finally:
            for _ in names:
                desk.current.wishes.task_done()


async def reread(desk: Desk, who: str) -> bool:
    """Read the configuration and work by it from now on; with a mistake in it everything stays. Whether it was read."""
    if desk.reread is None:
        return False
    try:
        fresh = await asyncio.to_thread(desk.reread)
    except ConfigError as error:
        language = desk.settings.desk.language
        await _refuse(desk, who, [mistake.told(language) for mistake in error.mistakes])
        return False
    except Exception as error:  # whatever it is, the group must hear that the former one is in force
        log.exception("reload.failed who=%s", who)
        await _refuse(desk, who, [f"{type(error).__name__}: {error}"])
        return False
    log.info("reload.read who=%s", who)
    setup, waiting = _that_can_be_changed(desk.current.setup, fresh)
    changed = changes(desk.current.setup.settings, setup.settings)
    changed += library.changes(desk.current.setup.library, setup.library, TOLD)
    async with desk.unit() as unit:
        said = desk.say("routing.reloaded", name=who, changed="; ".join(changed) or desk.say("routing.nothing_changed"))
        if waiting:
            said += "\n" + desk.say("routing.needs_restart", tables=", ".join(waiting))
        await outbox.to_general(desk, unit, said, silent=not waiting)
        data = {"changed": changed, "waiting": waiting}
        await unit.add(Audit(at=desk.now(), who=who, what="configuration read again", data=data))
        before = desk.current.setup
        desk.current.setup = setup
        try:
            await unit.commit()
        except BaseException:
            desk.current.setup = before
            raise
    return True


async def _refuse(desk: Desk, who: str, mistakes: Sequence[str]) -> None:
    log.warning("reload.refused who=%s mistakes=%s", who, len(mistakes))
    rows = [f"• {mistake}" for mistake in mistakes[:TOLD]] + (["• …"] if len(mistakes) > TOLD else [])
    async with desk.unit() as unit:
        said = desk.say("routing.not_reloaded", name=who, count=len(mistakes))
        await outbox.to_general(desk, unit, "\n".join([said, *rows]))
        data = {"mistakes": list(mistakes)}
        await unit.add(Audit(at=desk.now(), who=who, what="configuration refused", data=data))
        await unit.commit()


def _that_can_be_changed(old: Setup, fresh: Setup) -> tuple[Setup, list[str]]:
    """The fresh setup with the old connections, folders and beats, and the places where they were to be others."""
    was, now = old.settings, fresh.settings
    telegram = was.telegram.model_copy(
        update={"plain_text": now.telegram.plain_text, "topic_retention": now.telegram.topic_retention}
    )
    desk = now.desk.model_copy(update={"data": was.desk.data, "quiet": was.desk.quiet})
    reminders = now.reminders.model_copy(update={"tick": was.reminders.tick})
    waiting = [
        place
        for place, one, other in (
            ("[store]", was.store, now.store),
            ("[telegram]", telegram, now.telegram),
            ("[[mailbox]]", was.mailbox, now.mailbox),
            ("[desk] data", was.desk.data, now.desk.data),
            ("[desk] quiet", was.desk.quiet, now.desk.quiet),
            ("[reminders] tick", was.reminders.tick, now.reminders.tick),
        )
        if one != other
    ]
    kept = {"store": was.store, "telegram": telegram, "mailbox": was.mailbox, "desk": desk, "reminders": reminders}
    return replace(fresh, settings=now.model_copy(update=kept)), waiting


def changes(old: Settings, new: Settings) -> list[str]:
    """What is different, table by table: "[calendar]", "[[rule]] +vip −old ~billing"; ↕ is another order."""
    found = []
    for table in Settings.model_fields:
        one, other = getattr(old, table), getattr(new, table)
        if one == other:
            continue
        found.append(f"[[{table}]] {_rows(one, other)}" if isinstance(one, list) else f"[{table}]")
    return found


def _rows(old: Sequence[object], new: Sequence[object]) -> str:
    was, now = ({str(getattr(row, "name", "")): row for row in rows} for rows in (old, new))
    marked = [f"+{name}" for name in now if name not in was]
    marked += [f"−{name}" for name in was if name not in now]
    marked += [f"~{name}" for name in now if name in was and now[name] != was[name]]
    more = ["…"] if len(marked) > TOLD else []
    return " ".join([*marked[:TOLD], *more]) or "↕"

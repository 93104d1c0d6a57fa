"""A full disk: nothing is confirmed, it is said once, and everything goes on by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from desk.errors import NoRoom
from desk.incoming import Raw
from store.files import FolderFiles
from tests.faults.test_outbox import texts
from tests.world import SUPPORT, World

FREE = 1 << 30  # pages


async def until(true: Callable[[], Any] | Callable[[], Awaitable[Any]], within: float = 15) -> None:
    async with asyncio.timeout(within):
        while True:
            found = true()
            if found if not asyncio.iscoroutine(found) else await found:
                return
            await asyncio.sleep(0.02)


def said(world: World, words: str) -> list[Any]:
    return [message for message in world.group.messages if words in message.text]


class Ceiling:
    """Lets an SQLite database grow to so many pages and no more."""

    def __init__(self, world: World) -> None:
        self.pages = FREE
        event.listen(world.store._database.engine.sync_engine, "begin", self._hold)

    async def lower(self, world: World) -> None:
        """Not a page more than it has."""
        async with world.store._database.engine.connect() as connection:
            self.pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()

    def _hold(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={self.pages}")


class Tight(FolderFiles):
    """A folder on a disk that is full for a while."""

    full = False

    async def keep_all(self, contents: Sequence[bytes]) -> list[str]:
        if self.full and contents:
            raise NoRoom("no space left on device")
        return await super().keep_all(contents)


async def test_a_full_database_confirms_nothing_and_goes_on_by_itself(world: World) -> None:
    """What was written meanwhile waits in Telegram and arrives once, in order."""
    ann = world.person("Анна")
    ann.say("до")
    await world.settle()
    ceiling = Ceiling(world)
    await ceiling.lower(world)
    long = "слово " * 600
    for number in range(3):
        ann.say(f"{number} {long}")
    await until(lambda: said(world, "кончилось место"))
    assert world.bot.world.inbox.pending
    world.clock.advance(minutes=2)
    ceiling.pages = FREE
    await until(lambda: not world.bot.world.inbox.pending)
    await world.settle()
    async with world.store.view() as view:
        raws = await view.find(Raw, lane=f"tg:{ann.id}")
    assert len(raws) == 4
    (topic,) = world.group.topics
    shown = [m.text for m in topic.messages if m.from_bot and "слово" in m.text]
    assert [number for number in range(3) if f"{number} слово" in shown[number]] == [0, 1, 2]
    assert len([text for text in texts(ann) if "SD-1" in text]) == 1
    await until(lambda: said(world, "Место на диске появилось"))
    assert len(said(world, "кончилось место")) == len(said(world, "Место на диске появилось")) == 1


async def test_a_mail_that_has_no_room_stays_in_its_folder(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """The file of a large mail cannot be kept: it is read again later, and leaves no half of itself behind."""
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, files=Tight) as world:
        assert isinstance(world.desk.files, Tight)
        world.desk.files.full = True
        await world.mails.user("ann@client.example")
        await world.mails.send(sender="ann@client.example", to=SUPPORT, subject="Вопрос", text="Не печатает\n" * 10_000)
        await until(lambda: said(world, "кончилось место"))
        assert len(await world.mails.inbox(SUPPORT)) == 1
        world.desk.files.full = False

        async def gone() -> bool:
            return not await world.mails.inbox(SUPPORT)

        await until(gone)
        await world.settle()
        assert len(await world.tickets()) == 1
        assert len([path for path in (tmp_path / "data" / "files").rglob("*") if path.is_file()]) == 1

"""kill -9 at any moment of a flood of mail from a Dovecot: every mail is one message."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from desk.incoming import Raw, RawState
from desk.tickets import Kind, Message
from store.store import SqlStore
from tests.faults.outside import Outside, forker
from tests.mail.dovecots import dovecot_server
from tests.world import SUPPORT

MAILS = 2_000
PEOPLE = 60
KILLS = 10


def letter(number: int) -> bytes:
    sender = f"client{number % PEOPLE}@client.example"
    head = f"From: <{sender}>\r\nTo: <{SUPPORT}>\r\nSubject: question {number}\r\nMessage-ID: <{number}@client.example>\r\n"
    return f"{head}\r\nслово{number}.\r\n".encode() + b"more words than these\r\n" * (number % 100)


async def done(store: SqlStore) -> int:
    async with store.view() as view:
        return await view.count(Raw, channel="mail", state=RawState.DONE)


@pytest.mark.slow
@pytest.mark.dovecot
async def test_killed_in_the_middle_of_two_thousand_mails_it_keeps_each_once(sqlite_url: str, tmp_path: Path) -> None:
    """None is lost, none is there twice, none is left in the inbox, and none was set aside for what the kills did."""
    chance = random.Random(20261122)  # noqa: S311 - the same moments in every run
    with dovecot_server() as server:
        user = server.user()
        for number in range(MAILS):
            user.put(letter(number))
        async with Outside(tmp_path, sqlite_url) as outside:
            path = outside.config()
            text = path.read_text(encoding="utf-8").replace("group_per_minute = 0", "group_per_minute = 20")
            ours = f'port = {outside.mails.imap_port}, security = "none", user = "{SUPPORT}"'
            theirs = f'port = {server.port}, security = "none", user = "{user.home.name}"'
            assert ours in text
            path.write_text(text.replace(ours, theirs), encoding="utf-8")
            store = SqlStore(sqlite_url)
            journal = tmp_path / "journal"
            kills = 0
            async with forker(path, journal) as desks, asyncio.timeout(120):
                while await done(store) < MAILS:
                    before = await done(store)
                    await desks.ask("start")
                    while before == await done(store) < MAILS:  # it is at work
                        await asyncio.sleep(0.01)
                    if kills == KILLS:
                        break
                    await asyncio.sleep(chance.uniform(0.0, 0.5))
                    assert await desks.ask("kill") == -9, journal.read_text()
                    kills += 1
                if kills < KILLS:
                    await desks.ask("start")
                while await done(store) < MAILS or user.lying():
                    await asyncio.sleep(0.05)
                assert await desks.ask("term") == 0, journal.read_text()
            async with store.view() as view:
                messages = await view.find(Message, kind=Kind.WORDS)
                states = Counter(raw.state for raw in await view.find(Raw, channel="mail"))
            await store.close()
        said = Counter(message.text.split(".")[0].split()[-1] for message in messages)
        assert said == Counter(f"слово{number}" for number in range(MAILS))
        assert states == {RawState.DONE: MAILS}
        assert user.lying("Processed") == MAILS
        assert kills > KILLS // 3, "it was over before it could be killed"

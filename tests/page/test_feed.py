"""The stream of events: whole, in order and once, whatever happens to the line; read by many, at their own pace."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from playground.page import events, feed
from playground.page.server import Page
from playground.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Page]:
    stage = await Stage.opened(tmp_path_factory.mktemp("stage"))
    page = await Page(stage).start()
    yield page
    await page.stop()
    await stage.close()


@dataclass
class Reader:
    """What an EventSource does: reads events, and after a cut asks for those after the last whole one."""

    page: Page
    last: int = 0
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def read(self, http: aiohttp.ClientSession, *, bytes_: int | None = None, until: int | None = None) -> None:
        """Until so many bytes came, in the middle of an event or not, or until an event of that number."""
        headers = {"Last-Event-ID": str(self.last)} if self.last else {}
        rest, taken = b"", 0
        async with http.get(f"{self.page.url}api/events", params={"since": "0"}, headers=headers) as response:
            async for chunk in response.content.iter_any():
                taken += len(chunk)
                *whole, rest = (rest + chunk).split(b"\n\n")
                for piece in whole:
                    self._take(piece.decode())
                if (bytes_ is not None and taken >= bytes_) or (until is not None and self.last >= until):
                    break
            response.close()

    def _take(self, piece: str) -> None:
        lines = dict(line.split(": ", 1) for line in piece.split("\n") if not line.startswith(":"))
        if "id" in lines:
            self.last = int(lines["id"])
            self.heard.append(json.loads(lines["data"]))

    @property
    def numbers(self) -> list[int]:
        return [event["number"] for event in self.heard]


def told(page: Page, since: int = 0) -> list[int]:
    return [event.number for event in page.world.log[since:] if events.of_interest(event)]


async def test_no_event_is_lost_or_doubled_over_lines_that_are_cut(page: Page) -> None:
    """Cut again and again, in the middle of events too, while people write: all is heard, in order, once."""

    async def write() -> None:
        for number in range(300):
            page.stage.anna.say(f"№{number} «ёлка» \u2028 \ud83d {'x' * number}")
            await asyncio.sleep(0)

    before = len(page.world.log)
    reader = Reader(page, last=before)
    async with aiohttp.ClientSession() as http, asyncio.timeout(60):
        writing = asyncio.create_task(write())
        for bytes_ in (1, 50, 700, 3_000, 20_000, 20_000, 50_000):
            await reader.read(http, bytes_=bytes_)
        await writing
        await reader.read(http, until=page.world.log[-1].number)
    assert reader.numbers == told(page, before)
    assert "№299 «ёлка»" in reader.heard[-1]["message"]["text"]


async def test_the_snapshot_and_the_stream_after_it_make_up_the_whole(page: Page) -> None:
    """Whatever happens while a page loads is in the snapshot or in the stream, never in both, never in none."""
    said: list[str] = []

    async def write() -> None:
        for number in range(200):
            said.append(page.stage.peter.say(f"слово {number}").text)
            await asyncio.sleep(0)

    async with aiohttp.ClientSession() as http, asyncio.timeout(60):
        writing = asyncio.create_task(write())
        await asyncio.sleep(0.01)
        async with http.get(f"{page.url}api/state") as response:
            world = (await response.json())["world"]
        await writing
        reader = Reader(page, last=world["number"])
        await reader.read(http, until=page.world.log[-1].number)
    shown = [message["text"] for message in world["chats"][str(page.stage.peter.id)]]
    shown += [event["message"]["text"] for event in reader.heard if event["chat"] == page.stage.peter.id]
    assert shown == said


async def test_fifty_tabs_hear_what_was_made_into_bytes_once(page: Page) -> None:
    """The fifty-first reads nothing at all, and holds nobody up."""
    since = page.world.log[-1].number
    readers = [Reader(page, last=since) for _ in range(50)]
    silent = f"{page.url}api/events?since={since}"
    http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    async with asyncio.timeout(60), http, http.get(silent):
        for number in range(100):
            page.stage.maria.say(f"{number} " + "ш" * 3_000)
        last = page.world.log[-1].number
        await asyncio.gather(*(reader.read(http, until=last) for reader in readers))
    assert all(reader.numbers == told(page, since) for reader in readers)


async def test_what_lies_ready_is_bounded_and_the_rest_is_made_anew(page: Page) -> None:
    """Whoever comes back after a long time hears all of it from the world's log."""
    stream = feed.Feed(page.world, kept=5)
    running = asyncio.create_task(stream.run())
    try:
        since = page.world.log[-1].number
        for number in range(20):
            page.stage.anna.say(f"ещё {number}")
        heard = b""
        reached = since
        async with asyncio.timeout(60):
            while reached < page.world.log[-1].number:
                reached, found = await stream.after(reached)
                heard += found
        assert [f"id: {number}\n".encode() in heard for number in told(page, since)] == [True] * 20
        assert len(stream._made) <= 5
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_an_event_that_cannot_be_told_does_not_silence_the_next(
    page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and left out."""
    since = page.world.log[-1].number
    page.tell("clock", wrong={1, 2})
    page.tell("clock", right=1)
    reader = Reader(page, last=since)
    async with aiohttp.ClientSession() as http, asyncio.timeout(60):
        await reader.read(http, until=since + 2)
    assert [event["data"] for event in reader.heard] == [{"right": 1}]
    assert "that no page can be told of" in caplog.text


@pytest.mark.parametrize("since", ["x", "-1", "9" * 40, "1e3", "", "²"])
async def test_a_number_that_is_none_begins_at_the_beginning(page: Page, since: str) -> None:
    """An address that somebody typed breaks nothing."""
    reader = Reader(page)
    async with aiohttp.ClientSession() as http, asyncio.timeout(60):
        async with http.get(f"{page.url}api/events", params={"since": since}) as response:
            assert response.status == 200
            assert json.dumps(page.boot).encode() in await response.content.readuntil(b"\n\n")
        await reader.read(http, until=1)
    assert reader.numbers[0] == 1

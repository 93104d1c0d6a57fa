"""The demo's page in a real browser: the world and the page in the test's loop, the desk in its own process."""

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from desk.__main__ import behind
from desk.thoughts import Thoughts
from playground.desk_process import DeskProcess
from playground.page.server import Page as PageServer
from playground.stage import Stage

PICTURES = Path(__file__).parent.parent.parent / "artifacts"
"""Where pictures of the page are left for whoever looks at a run afterwards."""

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)

PATIENCE = 60
"""Seconds that anything may take before a test gives up: no promise, only an end, since machines are slow at times."""
expect.set_options(timeout=PATIENCE * 1000)

DESKTOP, PHONE = {"width": 1360, "height": 860}, {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


@dataclass
class Shown:
    """The page at work with everything behind it."""

    stage: Stage
    desk: DeskProcess
    thoughts: Thoughts
    server: PageServer

    @property
    def url(self) -> str:
        return self.server.url

    async def until(self, condition: Callable[[], Any | Awaitable[Any]], what: str = "", seconds: float = PATIENCE) -> Any:
        """Wait for something of the world; AssertionError with the transcript."""
        return await self.stage.bot.world.until(condition, seconds, what)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shown(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shown]:
    """One world for all tests of a module: let each bring people of its own."""
    async with AsyncExitStack() as stack:
        stage = await Stage.opened(tmp_path_factory.mktemp("stage"))
        stack.push_async_callback(stage.close)
        desk, thoughts = await stack.enter_async_context(behind(stage))
        server = await PageServer(stage, desk, thoughts).start()
        stack.push_async_callback(server.stop)
        yield Shown(stage=stage, desk=desk, thoughts=thoughts, server=server)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def tab(request: pytest.FixtureRequest, browser: Browser, shown: Shown) -> AsyncIterator[Page]:
    """The page as a person sees it, loaded and listening; a mistake in its console fails the test.

    `@pytest.mark.parametrize("tab", [PHONE], indirect=True)` for another size.
    """
    context = await browser.new_context(viewport=getattr(request, "param", DESKTOP), locale="ru-RU")
    context.set_default_timeout(PATIENCE * 1000)
    page = await context.new_page()
    wrong: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # A refusal of the server's is shown to the person; the browser notes it all the same.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            wrong.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda sent: None if _ours(sent.url, shown.url) else wrong.append(f"another host: {sent.url}"))
    await page.goto(shown.url)
    await page.wait_for_selector("html[data-ready]")
    yield page
    await picture(page, request.node.name)
    await context.close()
    assert wrong == []


async def picture(page: Page, name: str) -> None:
    """Keep what the page looks like now."""
    PICTURES.mkdir(exist_ok=True)
    await page.screenshot(path=PICTURES / f"{re.sub(r'[^-a-z0-9]+', '_', name.lower())}.png")


def _ours(url: str, page: str) -> bool:
    return url.startswith((page, "data:", "blob:", "about:"))

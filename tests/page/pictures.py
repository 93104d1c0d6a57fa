"""The two pictures of the README, taken of the real page while its tour plays: `make screenshots`."""

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page, async_playwright

from desk.__main__ import behind
from playground.page.server import Page as PageServer
from playground.stage import Stage
from tests.page.conftest import CHROMIUM, PHONE

PICTURES = Path(__file__).parent.parent.parent / "docs" / "pictures"
WIDE = {"width": 1440, "height": 900}
LONG = 120_000
LARGEST = 400_000
"""Bytes that one picture may have, since everybody who reads the README fetches it."""


async def main() -> int:
    if CHROMIUM is None:
        print("There is no Chromium on this machine, so no pictures were taken.", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        await _take(browser, "page", language="en", until="posted", size=WIDE, scheme="light", scale=1.25)
        await _take(browser, "phone", language="ru", until="answer", size=PHONE, scheme="dark", scale=2)
        await browser.close()
    return 0


async def _take(
    browser: Browser, name: str, *, language: str, until: str, size: dict[str, int], scheme: str, scale: float
) -> None:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="otvet-pictures-")))
        stage = await Stage.opened(folder, language=language)
        stack.push_async_callback(stage.close)
        desk, thoughts = await stack.enter_async_context(behind(stage))
        server = await PageServer(stage, desk, thoughts).start()
        stack.push_async_callback(server.stop)
        context = await browser.new_context(
            viewport=size, device_scale_factor=scale, color_scheme=scheme, reduced_motion="reduce", locale=language
        )
        page = await context.new_page()
        await page.goto(f"{server.url}?lang={language}")
        await page.wait_for_selector("html[data-ready]")
        await _play(page, until)
        if name == "page":
            await page.click(".tour-take")  # the page as one has it to oneself, with all that the tour left there
            await page.click('#pane-thoughts [data-key="to-state"]')
        for toast in await page.query_selector_all(".toast"):
            await toast.evaluate("element => element.remove()")
        await page.mouse.move(1, 1)
        await page.wait_for_timeout(1800)  # what glows for a moment has faded
        file = PICTURES / f"{name}.png"
        await page.screenshot(path=file)
        await context.close()
    size_of = file.stat().st_size
    print(f"{file.relative_to(Path.cwd())}: {size_of / 1000:.0f} kB")
    assert size_of < LARGEST, f"{file} is too large for a README"


async def _play(page: Page, until: str) -> None:
    """Step through the tour up to the step of that name, all of which has then come about."""
    await page.click("#tour-button")
    while True:
        await page.wait_for_selector("#tour[data-busy=false]", timeout=LONG)
        step = await page.get_attribute("#tour", "data-step")
        wrong = await page.text_content(".tour-note")
        assert not wrong, f"{step}: {wrong}"
        if step == until:
            return
        await page.click(".tour-next")
        await page.wait_for_selector(f"#tour:not([data-step={step}])", timeout=LONG)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

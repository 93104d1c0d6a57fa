"""The page as a whole: it comes up, speaks two languages, goes dark, and fits a phone."""

import pytest
from playwright.async_api import Page, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_page_shows_all_four_parts_side_by_side(tab: Page) -> None:
    for pane in ("client", "group", "mail", "thoughts"):
        await expect(tab.locator(f"#pane-{pane}")).to_be_visible()


async def test_the_page_speaks_english_at_a_click(tab: Page) -> None:
    await tab.get_by_role("button", name="Switch to English").click()
    await expect(tab.locator("html")).to_have_attribute("lang", "en")
    await expect(tab.locator("#pane-mail")).to_have_attribute("aria-label", "The client’s mailbox")

"""The page as a whole: it comes up, speaks two languages, goes dark, fits a phone, and survives a line that is cut."""

import pytest
from playwright.async_api import Browser, Page, expect

from playground.page.server import Page as PageServer
from tests.page.conftest import PHONE, Shown

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDE = {"width": 1600, "height": 860}
PANES = ("client", "group", "mail", "thoughts")


async def test_the_page_shows_all_four_parts_side_by_side(tab: Page) -> None:
    for pane in PANES:
        await expect(tab.locator(f"#pane-{pane}")).to_be_visible()


async def test_language_and_theme_are_chosen_at_a_click_and_remembered(tab: Page, shown: Shown) -> None:
    """The focus stays on the button, new people speak it too; what the address says goes before what is remembered."""
    await tab.get_by_role("button", name="Switch to English").click()
    await expect(tab.locator("html")).to_have_attribute("lang", "en")
    await expect(tab.locator("#pane-mail")).to_have_attribute("aria-label", "The client’s mailbox")
    await expect(tab.get_by_role("button", name="Перейти на русский")).to_be_focused()
    light = await tab.evaluate("getComputedStyle(document.body).backgroundColor")
    await tab.get_by_role("button", name="Dark theme").click()
    await expect(tab.get_by_role("button", name="Light theme")).to_be_focused()
    await tab.reload()
    await tab.wait_for_selector("html[data-ready]")
    await expect(tab.locator("html")).to_have_attribute("lang", "en")
    assert await tab.evaluate("getComputedStyle(document.body).backgroundColor") != light
    await tab.get_by_role("button", name="Add a client").click()
    await expect(tab.get_by_label("Language of the app")).to_have_value("en")
    await tab.goto(f"{shown.url}?lang=ru")
    await expect(tab.locator("#pane-mail")).to_have_attribute("aria-label", "Почта клиента")


async def test_one_pane_may_have_the_whole_window_and_others_be_put_away(tab: Page) -> None:
    """What was put away is remembered, the whole window is not."""
    await tab.set_viewport_size(WIDE)
    await tab.get_by_role("button", name="Во всё окно: Почта клиента").click()
    for pane in PANES:
        await expect(tab.locator(f"#pane-{pane}")).to_be_visible(visible=pane == "mail")
    await tab.get_by_role("button", name="Вернуть остальные части рядом: Почта клиента").click()
    for pane in PANES:
        await expect(tab.locator(f"#pane-{pane}")).to_be_visible()
    view = tab.locator("#views").get_by_role("button", name="Почта клиента")
    await view.click()
    await expect(view).to_have_attribute("aria-pressed", "false")
    await tab.reload()
    await tab.wait_for_selector("html[data-ready]")
    await expect(tab.locator("#pane-mail")).to_be_hidden()
    await view.click()
    await expect(tab.locator("#pane-mail")).to_be_visible()


@pytest.mark.parametrize("tab", [PHONE], indirect=True)
async def test_a_tab_of_the_phone_has_a_dot_for_what_one_does_not_see(tab: Page, shown: Shown) -> None:
    """Until one looks there."""
    await tab.locator("#tab-mail").click()
    shown.stage.group.seat(shown.stage.maria).say("Коллеги, доброе утро")
    await expect(tab.locator("#tab-group[data-news]")).to_be_visible()
    await expect(tab.locator("#tab-mail[data-news]")).to_have_count(0)
    await tab.locator("#tab-group").click()
    await expect(tab.locator("#tab-group[data-news]")).to_have_count(0)


HEARD = """async () => {
  const { on } = await import("/static/js/world.js");
  window.heard = [];
  on("message", (event) => { if (/^№/.test(event.message?.text)) heard.push(event.message.text); });
}"""


async def test_a_burst_over_a_line_that_is_cut_comes_whole_in_order_and_once(browser: Browser, shown: Shown) -> None:
    """The server's end of every line falls while people write a thousand messages."""
    page = await browser.new_page()
    await page.goto(shown.url)
    await page.wait_for_selector("html[data-connected=true]")
    await page.evaluate(HEARD)
    peter = shown.stage.peter
    for number in range(1_000):
        peter.say(f"№{number}")
        if number % 400 == 200:
            for stream in [*shown.server._streams]:
                stream.cancel()
            await page.wait_for_function(f"() => heard.length > {number - 200}")
    await page.wait_for_function("() => heard.at(-1) === '№999'")
    assert await page.evaluate("heard") == [f"№{number}" for number in range(1_000)]
    await page.close()


async def test_the_page_goes_on_by_itself_when_the_demo_is_started_again(browser: Browser, shown: Shown) -> None:
    """It says that the demo is away; another demo on the same port is another world, so it loads itself anew."""
    server = await PageServer(shown.stage).start()
    port = int(server.url.rsplit(":", 1)[1].strip("/"))
    context = await browser.new_context(locale="ru-RU")
    page = await context.new_page()
    try:
        await page.goto(server.url)
        await page.wait_for_selector("html[data-connected=true]")
        await page.evaluate("window.before = true")
        await server.stop()
        await expect(page.locator("#lost")).to_contain_text("Связь с демонстрацией потеряна")
        server = await PageServer(shown.stage, port=port).start()
        await page.wait_for_function("() => !window.before && document.documentElement.dataset.connected === 'true'")
        await expect(page.locator("#lost")).to_be_hidden()
    finally:
        await context.close()
        await server.stop()


async def test_a_page_that_cannot_load_says_so_and_tries_again_at_a_click(browser: Browser, shown: Shown) -> None:
    """The scripts came and the snapshot did not."""
    context = await browser.new_context(locale="ru-RU")
    page = await context.new_page()
    await page.route("**/api/state", lambda route: route.abort())
    await page.goto(shown.url)
    await expect(page.locator("#lost")).to_contain_text("Страница не загрузилась")
    await page.unroute("**/api/state")
    await page.get_by_role("button", name="Попробовать ещё раз").click()
    await page.wait_for_selector("html[data-ready]")
    await context.close()

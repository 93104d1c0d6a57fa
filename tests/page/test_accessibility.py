"""The page for everybody: axe-core finds nothing, everything goes by keyboard, large letters and little movement do."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from playground.stage import BORIS, SUPPORT
from tests.page.conftest import DESKTOP, PHONE, Shown, picture

pytestmark = pytest.mark.asyncio(loop_scope="module")

OVERLOOKED = {
    # A field of several lines in which commands are completed: what the standard allows only to one-line fields,
    # screen readers speak well.
    "aria-allowed-role",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def busy(shown: Shown) -> AsyncIterator[Shown]:
    """A desk with a ticket from Telegram and one by mail, both with a receipt."""
    anna = shown.stage.anna
    anna.start()
    anna.say("Принтер не печатает, мигает красным <b>!</b>")
    await shown.stage.mails.send(sender=BORIS, to=SUPPORT, subject="Счёт за октябрь", text="Пришлите счёт.")
    await shown.until(lambda: anna.last("SD-"), "Anna's receipt")
    await shown.until(lambda: shown.stage.group.topic("Счёт"), "the topic of the mail")
    await shown.stage.mails.until(lambda: shown.stage.mails.inbox(BORIS))
    yield shown


async def faults_of(tab: Page, where: str) -> list[str]:
    """What axe-core says against the page as it is now, in lines."""
    said = await Axe().run(tab)
    return [
        f"{where}: {rule['impact']} {rule['id']} at {node['target']}: {node['failureSummary'].splitlines()[-1].strip()}"
        for rule in said.response["violations"]
        if rule["id"] not in OVERLOOKED
        for node in rule["nodes"]
    ]


async def open_all(tab: Page) -> None:
    """A topic, which brings its ticket into the last pane, and a mail."""
    await tab.locator("#pane-group .topic-row", has_text="Анна").click()
    await expect(tab.locator("#pane-group").get_by_role("log")).to_contain_text("мигает красным")
    await tab.locator("#pane-mail .mail-rows button").first.click()
    await expect(tab.locator("#pane-mail article").first).to_be_visible()
    await expect(tab.locator("#pane-thoughts .machine")).to_be_visible()


async def test_axe_finds_nothing_on_a_desktop_in_light_and_dark(tab: Page, busy: Shown) -> None:
    """With a chat, a topic, a mail and a ticket open; in Russian and in English."""
    await open_all(tab)
    found: list[str] = []
    for theme in ("light", "dark"):
        await tab.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found += await faults_of(tab, theme)
        await picture(tab, f"accessibility_{theme}")
    assert found == []


@pytest.mark.parametrize("tab", [PHONE, DESKTOP], indirect=True)
async def test_axe_finds_nothing_in_dialogs_and_escape_leaves_them(tab: Page, busy: Shown) -> None:
    """Each dialog says what it is, closes with Escape and gives the focus back to the button that opened it."""
    await tab.emulate_media(reduced_motion="reduce")
    phone = tab.viewport_size == PHONE
    found: list[str] = []
    for number, (pane, name) in enumerate(DIALOGS):
        if phone:
            await tab.locator(f"#tab-{pane}").click()
        opener = tab.locator(f"#pane-{pane}, #faults").get_by_role("button", name=name, exact=True)
        await opener.focus()
        await tab.keyboard.press("Enter")
        dialog = tab.locator("dialog[open]")
        await expect(dialog.get_by_role("heading").first).to_be_visible()
        found += await faults_of(tab, f"the dialog of {name!r}")
        await picture(tab, f"dialog_{pane}_{number}_{'phone' if phone else 'desktop'}")
        await tab.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await expect(opener).to_be_focused()
    assert found == []


DIALOGS = [
    ("client", "Добавить клиента"), ("group", "Новая тема"), ("group", "Участники группы"),
    ("mail", "Добавить человека с почтой"), ("thoughts", "Неполадки"),
]  # fmt: skip


@pytest.mark.parametrize("tab", [PHONE], indirect=True)
async def test_axe_finds_nothing_on_a_phone_and_nothing_is_wider_than_it(tab: Page, busy: Shown) -> None:
    """Each pane by its tab, in both themes; the page itself never scrolls sideways; buttons fit a finger."""
    found: list[str] = []
    for theme in ("dark", "light"):
        await tab.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for pane in ("client", "group", "mail", "thoughts"):
            await tab.locator(f"#tab-{pane}").click()
            await expect(tab.locator(f"#pane-{pane}")).to_be_visible()
            found += await faults_of(tab, f"{pane} {theme}")
            await picture(tab, f"phone_{pane}_{theme}")
            assert await tab.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"], pane
    assert found == []
    assert await tab.evaluate(SMALL) == []
    for width in (PHONE["width"], 360, 320):
        await tab.set_viewport_size({"width": width, "height": 700})
        assert await tab.evaluate(OVERLAPPING) == [], width
    await tab.locator("#tab-client").click()
    # A keyboard that goes away when a menu is opened does not take the menu with it.
    await tab.locator("#pane-client").get_by_role("button", name="Прикрепить").click()
    await tab.set_viewport_size(PHONE)
    await expect(tab.get_by_role("menuitem", name="Файл")).to_be_in_viewport(ratio=1)
    await tab.keyboard.press("Escape")
    await tab.locator("#pane-client textarea").first.focus()
    # The keyboard of a phone, then the phone on its side: all of the field is seen, and something to answer to.
    for width, height in ((PHONE["width"], 440), (PHONE["height"], PHONE["width"])):
        await tab.set_viewport_size({"width": width, "height": height})
        await expect(tab.locator("#tab-client > span")).to_be_visible()
        await tab.wait_for_function(FIELD_IN_SIGHT)
        assert await tab.locator("#pane-client .log").evaluate("(log) => log.clientHeight") >= 100, (width, height)


SMALL = """() => [...document.querySelectorAll("button, a[href], select, summary, input")]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.closest(".skip, .words, p"))
  .map((one) => [(one.closest("label") ?? one).getBoundingClientRect(), one])
  .filter(([box]) => box.width && Math.min(box.width, box.height) < 24)
  .map(([box, one]) => `${one.outerHTML.slice(0, 90)} ${Math.round(box.width)}×${Math.round(box.height)}`)"""

FIELD_IN_SIGHT = """() => {
  const [field, tabs] = ["#pane-client .composer", "#tabs"].map((one) => document.querySelector(one).getBoundingClientRect());
  return field.top > 0 && field.bottom <= tabs.top + 1 && Math.abs(tabs.bottom - innerHeight) <= 1;
}"""

OVERLAPPING = """() => {
  const all = [...document.querySelectorAll("#top h1 img, #top button")].filter((one) => one.checkVisibility() && !one.closest("#clock"))
    .map((one) => [one, one.getBoundingClientRect()]);
  return all.filter(([one, box], at) => box.left < 0 || box.right > innerWidth ||
    all.slice(at + 1).some(([, other]) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)
  ).map(([one]) => one.outerHTML.slice(0, 90));
}"""


async def reach(tab: Page, wanted: Locator, *, steps: int = 150, back: bool = False) -> None:
    """Press Tab (or Shift and Tab) until it has the focus, which must then be seen."""
    for _ in range(steps):
        if await wanted.evaluate("(one) => one === document.activeElement"):
            assert await wanted.evaluate("(one) => one.matches(':focus-visible')")
            return
        await tab.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"{wanted} is not reached by Tab")


async def test_the_page_can_be_worked_without_a_mouse(tab: Page, busy: Shown) -> None:
    """Past the header to the client's chat, a message; on to the topic, an answer to it, which the client gets."""
    await tab.keyboard.press("Tab")
    await expect(tab.locator(".skip")).to_be_focused()
    await tab.keyboard.press("Enter")
    await reach(tab, tab.locator("#pane-client textarea").first)
    await tab.keyboard.type("Напишу с клавиатуры")
    await tab.keyboard.press("Enter")
    log = tab.locator("#pane-client").get_by_role("log")
    await expect(log).to_contain_text("Напишу с клавиатуры")
    await expect(tab.locator("#pane-client textarea").first).to_be_focused()
    group = tab.locator("#pane-group")
    await reach(tab, group.locator(".topic-row", has_text="Анна"))
    await tab.keyboard.press("Enter")
    await expect(group.get_by_role("log")).to_contain_text("Напишу с клавиатуры")
    await reach(tab, group.get_by_role("button", name="Ответ: Анна"))
    await tab.keyboard.press("Enter")
    await reach(tab, group.locator("textarea"), back=True)
    await tab.keyboard.type("Мастер выехал")
    await tab.keyboard.press("Enter")
    await expect(group.get_by_role("log")).to_contain_text("Мастер выехал")
    said = busy.stage.group.topic("Анна")
    await busy.until(
        lambda: any(one.text == "Мастер выехал" and one.reply_to for one in said.messages), "an answer, and no note"
    )


async def test_whoever_goes_through_messages_by_keyboard_is_left_there_by_what_happens(tab: Page, busy: Shown) -> None:
    """Somebody new writes, which makes a topic; the open topic goes on; the focus stays, and the arrows go on from it."""
    group = tab.locator("#pane-group")
    await group.locator(".topic-row", has_text="Анна").click()
    log = group.get_by_role("log")
    await log.focus()
    await tab.keyboard.press("ArrowUp")
    await tab.keyboard.press("ArrowUp")
    focused = log.locator("[data-message]:focus")
    number = int(str(await focused.get_attribute("data-message")))
    zoya = busy.stage.bot.world.person("Зоя")
    zoya.start()
    zoya.say("Сканер не работает")
    await expect(group.locator(".topic-row", has_text="Зоя")).to_be_visible()
    busy.stage.anna.say("И ещё одно")
    await expect(log).to_contain_text("И ещё одно")
    await expect(focused).to_have_attribute("data-message", str(number))
    await tab.keyboard.press("ArrowUp")
    assert int(str(await focused.get_attribute("data-message"))) < number


async def test_axe_finds_nothing_in_menus_and_lists_that_open(tab: Page, busy: Shown) -> None:
    """All reactions of a message, the bot's commands, the menu of a topic, which says what it is of."""
    await tab.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await open_all(tab)
    found: list[str] = []
    client, group = tab.locator("#pane-client"), tab.locator("#pane-group")
    await client.get_by_label("Действия с сообщением").last.click()
    await tab.get_by_role("menuitem", name="Все реакции").click()
    found += await faults_of(tab, "all reactions")
    await tab.keyboard.press("Escape")
    await client.get_by_role("button", name="Команды бота").click()
    await expect(client.get_by_role("combobox", name="Написать сообщение")).to_be_focused()
    found += await faults_of(tab, "commands")
    await tab.keyboard.press("Escape")
    await expect(client.get_by_role("textbox", name="Написать сообщение")).to_be_focused()
    await group.get_by_role("button", name="Что сделать с темой").click()
    await expect(tab.get_by_role("menu", name="Что сделать с темой")).to_be_visible()
    found += await faults_of(tab, "the menu of a topic")
    assert found == []


async def test_handles_between_panes_obey_the_arrow_keys(tab: Page, busy: Shown) -> None:
    """And the browser remembers how wide a pane was wanted."""
    handle, frame = tab.locator(".handle.x").first, tab.locator("#frame-client")
    await handle.focus()
    before = (await box(frame))["width"]
    for _ in range(3):
        await tab.keyboard.press("ArrowRight")
    wide = (await box(frame))["width"]
    assert wide > before + 60
    await tab.reload()
    await tab.wait_for_selector("html[data-ready]")
    assert abs((await box(frame))["width"] - wide) < 2
    await handle.focus()
    await tab.keyboard.press("Enter")
    assert abs((await box(frame))["width"] - before) < 2


async def test_letters_twice_as_large_lose_nothing(tab: Page, busy: Shown) -> None:
    """A desktop's window at 200 % has the width of half of it: the page becomes that of a phone and fits."""
    await tab.set_viewport_size({"width": 680, "height": 430})
    for pane in ("client", "group", "mail", "thoughts"):
        await tab.locator(f"#tab-{pane}").click()
        await expect(tab.locator(f"#pane-{pane}")).to_be_in_viewport()
        assert await tab.evaluate("document.scrollingElement.scrollWidth") <= 680, pane
    await tab.locator("#tab-client").click()
    await expect(tab.locator("#pane-client textarea").first).to_be_in_viewport()


async def test_colours_that_the_system_forces_still_show_what_is_chosen(tab: Page, busy: Shown) -> None:
    """The chosen tab has an edge, since its colour is gone."""
    await tab.emulate_media(forced_colors="active", reduced_motion="reduce")
    await tab.set_viewport_size(PHONE)
    await expect(tab.locator("#tab-client")).to_have_css("outline-style", "solid")
    await expect(tab.locator("#tab-mail")).to_have_css("outline-style", "none")
    await picture(tab, "forced_colours")


async def box(one: Locator) -> dict[str, float]:
    found = await one.bounding_box()
    assert found is not None
    return {"width": found["width"], "height": found["height"]}

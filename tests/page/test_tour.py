"""The guided tour in a real browser: from the first click to a closed ticket, by hand and by keyboard, and when it is disturbed."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.page.conftest import PHONE, Shown, picture
from tests.page.test_accessibility import faults_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONG = 90_000
"""Milliseconds for a step in which weeks pass or the desk starts anew."""


async def test_the_tour_leads_from_the_first_click_to_a_closed_ticket(tab: Page, shown: Shown) -> None:
    """Every step comes about: a photo, a card, a note, an answer, a letter, a link, a week, a power cut, a button, a mark."""
    await tab.get_by_role("button", name="Показать за 2 минуты").click()
    starts = shown.desk.starts
    seen = []
    while True:
        step = await _done(tab)
        seen.append(step)
        await expect(tab.locator(".tour-note")).to_have_text("")
        await CHECKS.get(step, _nothing)(tab)
        if step in {"posted", "mark"}:
            await picture(tab, f"tour_{step}")
        if step == "end":
            break
        await tab.locator(".tour-next").click()
        await expect(tab.locator("#tour")).not_to_have_attribute("data-step", step)
    assert seen == [
        "hello", "write", "receipt", "topic", "take", "answer", "mail", "posted", "link", "ask", "week", "fault", "back",
        "solved", "mark", "end",
    ]  # fmt: skip
    assert shown.desk.starts == starts + 1
    assert len([topic for topic in shown.stage.group.topics if "Борис Петров" in topic.name]) == 1
    await tab.get_by_role("button", name="Закончить", exact=True).click()
    await expect(tab.locator("#tour")).to_be_hidden()
    await expect(tab.get_by_role("button", name="Показать за 2 минуты")).to_be_focused()


async def test_the_tour_waits_steps_and_ends_as_one_likes(tab: Page, shown: Shown) -> None:
    """Keys lead on and back, a touch makes it wait, a step that fails says so and how to go on, Escape hands over."""
    group, engineers = shown.stage.group, (shown.stage.maria, shown.stage.peter)
    for engineer in engineers:
        group.remove(engineer)
    await expect(tab.locator("#pane-group")).to_contain_text("1 участник")
    await tab.get_by_role("button", name="Показать за 2 минуты").press("Enter")
    await expect(tab.locator(".tour-next")).to_be_focused()
    await expect(tab.locator(".tour-note")).to_contain_text("В группе нет ни одного инженера")
    await tab.keyboard.press("ArrowRight")
    await expect(tab.locator("#tour")).to_have_attribute("data-step", "write")
    await expect(tab.locator(".tour-note")).to_contain_text("нужен шаг, который не удался")
    await tab.keyboard.press("ArrowLeft")
    await expect(tab.get_by_role("heading", name="Вся поддержка на одной странице")).to_be_visible()
    await expect(tab.locator(".tour-note")).to_contain_text("Это уже показано")
    await tab.keyboard.press("Escape")
    for engineer in engineers:
        group.add(engineer)
    await tab.keyboard.press("Enter")
    assert await _done(tab) == "hello"
    await tab.get_by_role("button", name="Пауза").click()
    await tab.get_by_role("button", name="Продолжить").click()
    await tab.locator("#pane-group h2").click()
    await expect(tab.locator(".tour-note")).to_contain_text("Показ ждёт")
    await tab.get_by_role("button", name="Switch to English").click()
    await expect(tab.locator(".tour-step")).to_contain_text("Step")
    await tab.locator(".tour-pause").focus()
    await tab.keyboard.press("Escape")
    await expect(tab.locator("#tour")).to_be_hidden()
    await expect(tab.locator("#tour-button")).to_be_focused()


@pytest.mark.parametrize("tab", [PHONE], indirect=True)
async def test_on_a_phone_the_tour_brings_each_part_to_the_front_and_covers_nothing(tab: Page) -> None:
    """What a step speaks of lies above the card, framed, in the one part to be seen; axe-core finds nothing against it."""
    await tab.locator("#tour-button").click()
    for step, pane in (("hello", None), ("write", "client"), ("receipt", "client"), ("topic", "group")):
        assert await _done(tab) == step
        if pane:
            await expect(tab.locator("html")).to_have_attribute("data-pane", pane)
            await expect(tab.locator(".tour-ring")).to_be_visible()
            ring, card = await tab.locator(".tour-ring").bounding_box(), await tab.locator("#tour").bounding_box()
            assert ring is not None
            assert card is not None
            assert ring["y"] + ring["height"] <= card["y"] + 8, (ring, card)
            assert card["width"] <= PHONE["width"]
        await tab.locator(".tour-next").click()
        await expect(tab.locator("#tour")).not_to_have_attribute("data-step", step)
    assert [one for one in await faults_of(tab, "the tour") if "tour" in one.partition(" at ")[2]] == []
    await tab.get_by_role("button", name="Сам попробую").click()
    await expect(tab.locator("#tour")).to_be_hidden()


async def _done(tab: Page) -> str:
    """The step that stands, once all of it has happened."""
    await expect(tab.locator("#tour")).to_have_attribute("data-busy", "false", timeout=LONG)
    return str(await tab.locator("#tour").get_attribute("data-step"))


async def _nothing(tab: Page) -> None:
    del tab
    await asyncio.sleep(0)


async def _taken(tab: Page) -> None:
    await expect(tab.locator("#pane-client")).not_to_contain_text("Похоже на драйвер")
    await expect(tab.locator("#pane-group")).to_contain_text("Похоже на драйвер")


async def _answered(tab: Page) -> None:
    await expect(tab.locator("#pane-client")).to_contain_text("Уже смотрим. Перезагрузите пока принтер")


async def _posted(tab: Page) -> None:
    letter = tab.locator("#pane-mail .mail-letter.open").last
    await expect(letter.frame_locator("iframe").locator("body")).to_contain_text("Счёт готовит бухгалтерия")


async def _back(tab: Page) -> None:
    await expect(tab.locator("#pane-group .msg", has_text="LaserJet M404")).to_have_count(1)


async def _marked(tab: Page) -> None:
    await expect(tab.locator("#pane-thoughts .machine .status.now")).to_have_class("status state-closed now was shown")


CHECKS = {"take": _taken, "answer": _answered, "posted": _posted, "back": _back, "mark": _marked}

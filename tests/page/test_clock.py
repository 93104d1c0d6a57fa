"""The clock on the page: time passes before one's eyes, in order, and is the same for every tab."""

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect

from playground.botapi import Person
from tests.page.conftest import DESKTOP, Shown

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
NEAR = timedelta(minutes=2)
"""What goes by meanwhile in the real world."""


async def _clock(shown: Shown, **order: Any) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.post(f"{shown.url}api/clock", json=order) as answer:
        said = await answer.json()
    if not said["ok"]:
        raise ValueError(said["description"])
    return dict(said["result"])


async def _asked(shown: Shown, name: str) -> Person:
    """A client whom an engineer has asked for something, so that reminders will come."""
    person = shown.stage.bot.world.person(name)
    person.start()
    person.say(f"Не печатает принтер у {name}")
    topic = await shown.until(lambda: shown.stage.group.topic(name))
    shown.stage.group.say(shown.stage.maria, "/info Какая модель принтера?", topic=topic)
    await _clock(shown, do="jump", seconds=60)
    await shown.until(lambda: person.last("Какая модель"))
    await shown.until(lambda: shown.desk.ask("at_rest"), "the delivery is written down")
    return person


async def test_weeks_pass_at_a_click_and_reminders_and_the_closing_come(tab: Page, shown: Shown) -> None:
    """The clock goes on by itself, jumps with a word on what has happened, and the ticket is closed in the end."""
    person = await _asked(shown, "Клавдия")
    seconds = tab.locator(".clock-seconds").first
    before = await seconds.inner_text()
    await expect(seconds).not_to_have_text(before)
    await expect(tab.locator(".clock-now")).to_contain_text("рабочее время")
    start = shown.stage.clock()
    summary = tab.locator(".clock-summary")
    for words in ("1 напоминание", "1 напоминание", "1 заявка закрыта"):
        await tab.get_by_role("button", name="+1 неделя").click()
        await expect(tab.locator(".clock-bar")).to_be_visible()
        await expect(tab.locator(".clock-bar")).to_be_hidden(timeout=60_000)
        await expect(summary).to_contain_text("Позади 7 дней:")
        await expect(summary).to_contain_text(words)
    assert abs(shown.stage.clock() - start - 3 * WEEK) < NEAR
    assert [sum(words in one.text for one in person.chat) for words in ("Напоминание 1", "Напоминание 2")] == [1, 1]
    assert shown.stage.group.topic("Клавдия").closed
    # What fell due was done when it fell due, and not at the end of the week.
    apart = person.last("Напоминание 2").at - person.last("Напоминание 1").at
    assert timedelta() <= apart - WEEK <= HOUR


async def test_two_tabs_tell_one_time_and_a_stopped_clock_jumps_too(tab: Page, shown: Shown) -> None:
    context = await tab.context.browser.new_context(viewport=DESKTOP, locale="ru-RU")  # type: ignore[union-attr]
    other = await context.new_page()
    await other.goto(shown.url)
    await other.wait_for_selector("html[data-ready]")
    await tab.get_by_role("button", name="Остановить время").click()
    go_on = other.get_by_role("button", name="Пустить время дальше")
    await expect(go_on).to_be_visible()
    await expect(other.locator(".clock-now")).to_contain_text("время остановлено")
    stands = shown.stage.clock()
    await other.get_by_role("button", name="+1 час").click()
    await shown.until(lambda: shown.stage.clock() == stands + HOUR)
    for page in (tab, other):
        await expect(page.locator(".clock-time")).to_have_text(f"{stands + 4 * HOUR:%H:%M}")  # Moscow's
    await go_on.click()
    await expect(tab.get_by_role("button", name="Остановить время")).to_be_visible()
    await context.close()


async def test_jumps_at_once_add_up_and_can_be_stopped_together(shown: Shown) -> None:
    """One passes after the other; a stop ends the one on its way and those that wait."""
    start = shown.stage.clock()
    passed = await asyncio.gather(*(_clock(shown, do="jump", by="day") for _ in range(2)))
    assert abs(shown.stage.clock() - start - 2 * DAY) < NEAR
    assert [one["passed"]["stopped"] for one in passed] == [False, False]
    weeks = [asyncio.create_task(_clock(shown, do="jump", by="week")) for _ in range(2)]
    start = shown.stage.clock()
    await shown.until(lambda: shown.stage.clock() > start + HOUR)
    await _clock(shown, do="stop")
    passed = await asyncio.gather(*weeks)
    assert [one["passed"]["stopped"] for one in passed] == [True, True]
    assert shown.stage.clock() < start + WEEK


async def test_the_next_working_hour_begins_where_the_calendar_says(shown: Shown) -> None:
    """From hour to hour by day, and over lunch, nights and weekends to the next that is worked."""
    days = set()
    for _ in range(10):  # more than a working day has
        before = shown.stage.clock()
        told = await _clock(shown, do="working")
        now = datetime.fromisoformat(told["now"])
        assert told["working"]
        assert now.minute == 0
        assert timedelta() < now - before < 16 * DAY  # the longest holidays are in January
        days.add(now.date())
    assert len(days) > 1


async def test_a_dead_desk_finds_what_fell_due_without_it(shown: Shown) -> None:
    """Killed while time passes: the rest passes all the same, and a broken promise is told once it runs again."""
    person = shown.stage.bot.world.person("Аглая")
    person.start()
    person.say("Не печатает у Аглаи")
    await shown.until(lambda: shown.stage.group.topic("Аглая"))
    number = shown.stage.group.topic("Аглая").name.partition(" ")[0]
    await shown.until(lambda: shown.desk.ask("at_rest"), "the ticket is whole")
    start = shown.stage.clock()
    jump = asyncio.create_task(_clock(shown, do="jump", by="week"))
    await shown.until(lambda: shown.stage.clock() > start + HOUR)
    shown.desk.strike()
    assert not (await jump)["passed"]["stopped"]
    assert abs(shown.stage.clock() - start - WEEK) < NEAR
    await shown.desk.start()
    await _clock(shown, do="jump", by="hour")
    await shown.until(lambda: shown.stage.group.last(f"{number}: срок ответа прошёл"))


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"do": "back"}, "does not know"), ({"do": "jump", "by": "year"}, "there is no such span"),
        ({"do": "jump", "seconds": -1}, "longer than nothing"), ({"do": "jump", "seconds": 1e99}, "sixty weeks"),
        ({"do": "jump", "seconds": "week"}, "longer than nothing"), ({"do": "jump", "seconds": True}, "longer than"),
    ],
)  # fmt: skip
async def test_what_no_clock_can_do_is_refused(shown: Shown, order: dict[str, Any], words: str) -> None:
    start = shown.stage.clock()
    with pytest.raises(ValueError, match=re.escape(words)):
        await _clock(shown, **order)
    assert shown.stage.clock() - start < NEAR

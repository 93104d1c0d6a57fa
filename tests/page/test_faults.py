"""Faults on the page: whatever is broken, killed or blocked, every word arrives, and the page says what is going on."""

import os
import signal
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Locator, Page, expect

from playground.botapi import Person, Topic
from playground.desk_process import Phase
from playground.stage import BORIS, SUPPORT
from tests.page.conftest import DESKTOP, PHONE, Shown

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def post(shown: Shown, path: str, **order: Any) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.post(shown.url + path, json=order) as answer:
        said = await answer.json()
    if not said["ok"]:
        raise ValueError(said["description"])
    return dict(said["result"])


async def get(shown: Shown, path: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.get(shown.url + path) as answer:
        return dict((await answer.json())["result"])


async def ticket(shown: Shown, name: str) -> tuple[Person, Topic]:
    """Somebody new with a ticket, and its topic."""
    person = shown.stage.bot.world.person(name)
    person.start()
    person.say(f"Пишет {name}")
    topic = await shown.until(lambda: shown.stage.group.topic(name))
    await shown.until(lambda: len(topic.messages) > 1 and person.last("зарегистрирована"))
    return person, topic


def answer(shown: Shown, topic: Topic, words: str) -> None:
    """An engineer answers what the client wrote there."""
    asked = next(one for one in topic.messages if "Пишет" in one.text and one.from_bot and not one.buttons)
    shown.stage.group.say(shown.stage.maria, words, topic=topic, reply_to=asked)


async def passes(shown: Shown, seconds: int) -> None:
    await post(shown, "api/clock", do="jump", seconds=seconds)


def got(person: Person, words: str) -> int:
    """How often the bot told them that."""
    return sum(words in one.text for one in person.received)


async def open_panel(tab: Page) -> Locator:
    await tab.locator(".faults-open").click()
    panel = tab.get_by_role("dialog", name="Устройте неполадку")
    await expect(panel).to_be_visible()
    return panel


def loss(panel: Locator, name: str) -> Locator:
    return panel.locator(f"[data-loss={name}] dd")


async def test_a_killed_desk_is_started_and_nothing_that_was_written_is_lost(tab: Page, shown: Shown) -> None:
    """What clients write meanwhile waits, is counted as waiting, and arrives after the start."""
    person, _ = await ticket(shown, "Зоя")
    panel = await open_panel(tab)
    await expect(panel.locator(".desk-status")).to_have_text("Otvet работает")
    await panel.get_by_role("button", name="Убить").click()
    await expect(panel.get_by_role("button", name="Запустить")).to_be_focused()
    await expect(panel.locator(".desk-status")).to_have_text("Otvet убит")
    await expect(tab.locator("#out-of-order")).to_contain_text("Otvet убит")
    person.say("Пока вас нет")
    await shown.stage.mails.send(sender=BORIS, to=SUPPORT, subject="Пишу на почту", text="Ау")
    await expect(loss(panel, "waiting")).to_have_text("2")
    await panel.get_by_role("button", name="Запустить").click()
    await expect(panel.locator(".desk-status")).to_have_text("Otvet работает", timeout=60_000)
    await shown.until(lambda: any("Пока вас нет" in one.text for one in shown.stage.group.topic("Зоя").messages))
    await shown.until(lambda: shown.stage.group.topic("Пишу на почту"))
    await expect(loss(panel, "waiting")).to_have_text("0")
    await expect(loss(panel, "lost")).to_have_text("0")
    await expect(tab.locator("#out-of-order")).to_be_hidden()
    assert (await get(shown, "api/losses"))["said"] == (await get(shown, "api/losses"))["kept"]


@pytest.mark.parametrize(("when", "most"), [("before", 1), ("after", 2)])
async def test_a_desk_killed_while_it_sends_sends_again(shown: Shown, when: str, most: int) -> None:
    """Exactly once when Telegram had not taken it; when it had, once or twice, and never not at all."""
    words = f"Ответ, посреди которого убили ({when})"
    person, topic = await ticket(shown, f"Ирина {when}")
    await shown.until(lambda: shown.desk.ask("at_rest"))
    answer(shown, topic, words)
    await shown.until(lambda: not shown.stage.bot.world.inbox.pending)
    await post(shown, "api/faults", do="on", fault="desk.on_call", when=when)
    await passes(shown, 60)
    await shown.until(lambda: shown.desk.phase is Phase.KILLED)
    assert (await get(shown, "api/faults"))["active"] == []
    assert got(person, words) == most - 1
    await post(shown, "api/desk", do="start")
    await passes(shown, 3_600)
    await shown.until(lambda: got(person, words))
    await shown.until(lambda: shown.desk.ask("at_rest"))
    assert 1 <= got(person, words) <= most
    counted = (await get(shown, "api/losses"))["answers"]
    assert (counted["failed"], counted["waiting"]) == (0, 0)


async def test_telegrams_troubles_are_counted_on_every_tab_and_end_at_a_click(tab: Page, shown: Shown) -> None:
    """So many 429, shown with what is left of them on both tabs; what was held back comes afterwards."""
    person, topic = await ticket(shown, "Клара")
    context = await tab.context.browser.new_context(viewport=DESKTOP, locale="ru-RU")  # type: ignore[union-attr]
    other = await context.new_page()
    await other.goto(shown.url)
    await other.wait_for_selector("html[data-ready]")
    panel = await open_panel(tab)
    row = panel.locator("[data-fault='telegram.429']")
    await row.get_by_label("Сколько").select_option(label="10 вызовов")
    await row.get_by_role("switch").click()
    await expect(row.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    await expect(other.locator("#out-of-order")).to_contain_text("просит слать реже (429)")
    answer(shown, topic, "Скоро будет")
    await passes(shown, 10)
    await expect(row.locator(".fault-progress")).to_contain_text("сработал")
    await expect(other.locator("#out-of-order small")).to_contain_text("остал")
    assert got(person, "Скоро будет") == 0
    await other.locator("#out-of-order").get_by_role("button", name="Выключить").click()
    await expect(row.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    await expect(tab.locator("#out-of-order")).to_be_hidden()
    await passes(shown, 3_600)
    await shown.until(lambda: got(person, "Скоро будет") == 1)
    await context.close()


@pytest.mark.parametrize("fault", ["telegram.500", "telegram.hang", "telegram.down", "telegram.rival"])
async def test_an_answer_arrives_once_when_telegram_is_itself_again(shown: Shown, fault: str) -> None:
    person, topic = await ticket(shown, f"Лев {fault}")
    await post(shown, "api/faults", do="on", fault=fault)
    answer(shown, topic, "Ответ в плохое время")
    person.say("И от меня слово")
    await passes(shown, 600)
    await post(shown, "api/faults", do="off", fault=fault)
    for _ in range(3):
        await passes(shown, 3_600)
    await shown.until(lambda: got(person, "Ответ в плохое время") == 1)
    await shown.until(lambda: any("И от меня слово" in one.text for one in topic.messages))
    assert (await get(shown, "api/losses"))["lost"] == 0


async def test_mail_that_cannot_leave_waits_and_comes_when_the_servers_are_back(shown: Shown) -> None:
    await shown.stage.mails.send(sender=BORIS, to=SUPPORT, subject="Пишет Борис", text="Пишет Борис")
    topic = await shown.until(lambda: shown.stage.group.topic("Пишет Борис"))
    await shown.until(lambda: len(topic.messages) > 1)
    await post(shown, "api/faults", do="on", fault="mail.cut")
    assert shown.stage.mails_cut
    answer(shown, topic, "Ответ по почте")
    await passes(shown, 600)
    assert (await get(shown, "api/losses"))["answers"]["waiting"] == 1
    assert [one["key"] for one in (await get(shown, "api/faults"))["active"]] == ["mail.cut"]
    await post(shown, "api/faults", do="mend")
    await passes(shown, 7_200)

    async def arrived() -> bool:
        mails = await shown.stage.mails.inbox(BORIS)
        bodies = [body.get_content() for mail in mails if (body := mail.get_body(("plain",)))]
        return sum("Ответ по почте" in body for body in bodies) == 1

    await shown.until(arrived)


@pytest.mark.parametrize("tab", [PHONE], indirect=True)
async def test_people_make_trouble_too(tab: Page, shown: Shown) -> None:
    """On a phone: a client blocks the bot, a topic is deleted, the group gets a new id; the next words find their way."""
    person, topic = await ticket(shown, "Майя")
    panel = await open_panel(tab)
    await panel.locator("[data-deed=client] select").select_option(label="Майя")
    await panel.get_by_role("button", name="Заблокировать бота").click()
    await shown.until(lambda: person.chat_here.blocked)
    await panel.get_by_role("button", name="Разблокировать").click()
    await shown.until(lambda: not person.chat_here.blocked)
    await panel.locator("[data-deed=topic] select").select_option(label=topic.name)
    await panel.get_by_role("button", name="Удалить тему").click()
    await shown.until(lambda: topic.deleted)
    person.say("Где моя тема?")
    healed = await shown.until(lambda: shown.stage.group.topic("Майя"))
    await shown.until(lambda: any("Где моя тема?" in one.text for one in healed.messages))
    before = shown.stage.group.id
    await panel.get_by_role("button", name="Перенести группу").click()
    await shown.until(lambda: shown.stage.group.id != before)
    person.say("А теперь?")
    moved = await shown.until(lambda: shown.stage.group.topic("Майя"))
    await shown.until(lambda: any("А теперь?" in one.text for one in moved.messages))
    await tab.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(tab.locator(".faults-open")).to_be_focused()


async def test_a_desk_that_falls_by_itself_is_told_with_its_log(tab: Page, shown: Shown) -> None:
    """No secret stands in the log; everything is mended by one button."""
    assert shown.desk.pid is not None
    os.kill(shown.desk.pid, signal.SIGTERM)
    await expect(tab.locator("#out-of-order")).to_contain_text("Otvet упал сам")
    panel = await open_panel(tab)
    await panel.locator("[data-fault='mail.full']").get_by_role("switch").click()
    await panel.get_by_role("button", name="Журнал").click()
    log = tab.get_by_role("dialog", name="Журнал Otvet")
    await expect(log.locator("pre")).not_to_be_empty()
    words = await log.locator("pre").inner_text()
    assert shown.stage.bot.token.partition(":")[2] not in words
    await tab.keyboard.press("Escape")
    await expect(log).to_be_hidden()
    await panel.get_by_role("button", name="Всё починить").click()
    await shown.until(lambda: shown.desk.ready, seconds=60)
    await expect(tab.locator("#out-of-order")).to_be_hidden()
    assert not shown.stage.mails.smtp.faults.full


@pytest.mark.parametrize(
    ("path", "order", "words"),
    [
        ("api/faults", {"do": "on", "fault": "weather"}, "no fault"),
        ("api/faults", {"do": "on", "fault": "telegram.429", "times": 0}, "whole number"),
        ("api/faults", {"do": "on", "fault": "telegram.429", "retry_after": "soon"}, "whole number"),
        ("api/faults", {"do": "on", "fault": "telegram.500", "what": "nothing"}, "one of"),
        ("api/faults", {"do": "on", "fault": "mail.refuse", "address": "x\r\n@y"}, "nobody here"),
        ("api/faults", {"do": "on", "fault": "desk.in", "seconds": 1e9}, "whole number"),
        ("api/faults", {"do": "break"}, "do not know"),
        ("api/desk", {"do": "dance"}, "cannot be told"),
    ],
)
async def test_what_cannot_go_wrong_is_refused(shown: Shown, path: str, order: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        await post(shown, path, **order)
    assert (await get(shown, "api/faults"))["active"] == []

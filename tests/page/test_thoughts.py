"""The last pane: why a ticket is where it is, its state among all states, what goes out, what happened; read only."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect

from playground.botapi.model import Message, Topic
from tests.page.conftest import PHONE, Shown

pytestmark = pytest.mark.asyncio(loop_scope="module")

_HELD = timedelta(seconds=31)
"""After so long an answer is on its way."""
HOSTILE = "<img src=x onerror=alert(1)> \u202eне печатает"


async def asked(shown: Shown, path: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(f"{shown.url.rstrip('/')}{path}") as response:
        answer = await response.json()
        return answer["result"] if answer["ok"] else response.status


def topic_of(shown: Shown, client: str) -> Topic | None:
    return next((one for one in shown.stage.group.topics if f"· {client} ·" in one.name), None)


async def written(shown: Shown, name: str, text: str) -> Topic:
    """Somebody new writes to the bot; the topic that it came to."""
    client = shown.stage.bot.world.person(name)
    client.start()
    client.say(text)
    return await shown.until(lambda: topic_of(shown, name), f"a topic of {name}'s")


def answered(shown: Shown, topic: Topic, text: str) -> Message:
    about = [one for one in topic.messages if one.from_bot][-1]
    return shown.stage.group.say(shown.stage.maria, text, topic=topic, reply_to=about)


def number_of(topic: Topic) -> int:
    return int(topic.name.partition("-")[2].partition(" ")[0])


async def test_a_ticket_is_seen_to_come_be_answered_and_change_its_state(tab: Page, shown: Shown) -> None:
    """The rule that decided, its state among all moves, an answer that goes, who did what and when; in two languages."""
    pane = tab.locator("#pane-thoughts")
    topic = await written(shown, "Глеб", HOSTILE)
    row = pane.get_by_role("button", name="Глеб")
    await expect(row).to_contain_text("<img src=x onerror=alert(1)>")
    await row.click()
    await expect(pane.locator(".part-rule")).to_contain_text("всё остальное: подошло, подходит всегда → линия first")
    await expect(pane.locator(".part-rule")).to_contain_text("счета: не подошло, канал — не почта")
    await expect(pane.locator(".status.now")).to_have_attribute("data-status", "new")
    await expect(pane.locator("path.move")).to_have_count(await _moves(shown, number_of(topic)))
    other = pane.get_by_role("button", name="закрыта", exact=True)
    await other.focus()
    await tab.keyboard.press("Enter")
    await expect(pane.locator('[data-move="closed-open"]')).to_have_class("move possible")
    await expect(other).to_be_focused()
    await expect(other).to_have_attribute("aria-pressed", "true")

    answered(shown, topic, "Смотрим")
    await expect(pane.locator(".status.now")).to_have_attribute("data-status", "open")
    await expect(other).to_be_focused()
    await expect(pane.locator(".way")).to_contain_text("в работе · ответили, Мария")
    going = pane.locator(".parcel", has_text="Смотрим")
    await expect(going).to_contain_text("в очереди")
    shown.stage.jump(_HELD)
    await expect(going).to_contain_text("отправлено")
    await expect(pane.locator(".trail .person", has_text="Мария")).to_contain_text("Смотрим")
    await expect(pane.locator(".part-client")).to_contain_text("первый контакт")
    await expect(pane.locator(".status.now")).not_to_contain_text(",")
    await tab.get_by_role("button", name="+1 день").click()
    await expect(pane.locator(".status.now")).to_contain_text(",")

    await tab.get_by_role("button", name="Switch to English").click()
    await expect(pane.locator(".part-rule")).to_contain_text("it always holds")
    await expect(pane.locator(".status.now")).to_contain_text("in work")
    await pane.locator("summary").click()
    await expect(pane.locator(".in-words")).to_contain_text("closed")


async def _moves(shown: Shown, number: int) -> int:
    """How many arrows there must be: one for each two states between which there is a move."""
    machine = (await asked(shown, f"/api/thoughts/{number}"))["machine"]
    return len({(one["from"], one["to"]) for one in machine["moves"] if one["from"] != one["to"]})


async def test_the_pane_follows_what_is_opened_beside_it(tab: Page, shown: Shown) -> None:
    """A topic that is opened or written in brings its ticket; without «Следить» the pane stays."""
    pane, group = tab.locator("#pane-thoughts"), tab.locator("#pane-group")
    first, second = await written(shown, "Вера", "Не горит лампочка"), await written(shown, "Юлия", "Нет звука")
    for client, words in (("Вера", "Не горит лампочка"), ("Юлия", "Нет звука")):
        await group.get_by_role("button", name=client).first.click()
        await expect(pane.locator("h2")).to_contain_text(words)
    assert number_of(first) != number_of(second)
    await pane.get_by_label("Следить").uncheck()
    await group.get_by_role("button", name="Вера").first.click()
    await expect(group.get_by_role("heading", name="Вера")).to_be_visible()
    await expect(pane.locator("h2")).to_contain_text("Нет звука")
    await pane.get_by_label("Следить").check()
    await group.get_by_label("Написать сообщение").click()
    await expect(pane.locator("h2")).to_contain_text("Не горит лампочка")
    await pane.get_by_role("button", name="Ко всем заявкам").click()
    await expect(pane.locator("h2")).to_have_text("Что думает Otvet")


async def test_the_desk_as_a_whole_is_told_in_four_tabs(tab: Page, shown: Shown) -> None:
    """The keys lead from tab to tab; calls come in live, and only those asked for are shown."""
    pane = tab.locator("#pane-thoughts")
    await written(shown, "Лев", "Пропал интернет")
    await pane.get_by_role("tab", name="Заявки").focus()
    await tab.keyboard.press("ArrowRight")
    await expect(pane.get_by_role("tab", name="Исходящие")).to_be_focused()
    await tab.keyboard.press("ArrowRight")
    await expect(pane.get_by_role("tabpanel")).to_contain_text("упомянуто «счёт», «invoice»")
    await tab.keyboard.press("ArrowRight")
    await expect(pane.get_by_role("log")).to_contain_text("createForumTopic")
    await pane.get_by_label("Метод или чат").fill("sendmess")
    await expect(pane.get_by_role("log")).not_to_contain_text("createForumTopic")
    before = await pane.get_by_role("log").get_by_role("listitem").count()
    await written(shown, "Пахом", "И у меня")
    await expect(pane.get_by_role("log")).to_contain_text("Пахом")
    assert await pane.get_by_role("log").get_by_role("listitem").count() > before
    await expect(pane.get_by_label("Метод или чат")).to_be_focused()
    await pane.get_by_label("только ошибки").check()
    await expect(pane.get_by_role("log")).to_contain_text("Таких вызовов ещё не было")


@pytest.mark.parametrize("tab", [PHONE], indirect=True)
async def test_a_killed_desk_leaves_what_it_knew_to_be_looked_at(tab: Page, shown: Shown) -> None:
    """On a phone: all is shown while the desk is dead, and goes on when it is back."""
    topic = await written(shown, "Нина", "Стучит диск")
    await tab.get_by_role("tab", name="Otvet").click()
    pane = tab.locator("#pane-thoughts")
    await pane.get_by_role("button", name="Нина").click()
    await shown.until(lambda: shown.desk.ask("at_rest"), "what was shown in the topic is written down")
    await shown.desk.kill()
    await expect(pane).to_contain_text("Otvet сейчас не работает")
    await expect(pane.locator(".status.now")).to_have_attribute("data-status", "new")
    answered(shown, topic, "Меняем")
    await shown.desk.start()
    await expect(pane.locator(".status.now")).to_have_attribute("data-status", "open")
    await expect(pane).not_to_contain_text("Otvet сейчас не работает")
    assert not await tab.evaluate("document.documentElement.scrollWidth > innerWidth")


async def test_a_change_is_told_and_what_is_asked_for_wrongly_is_refused(shown: Shown) -> None:
    """An event follows each commit; calls are told without what they carry; no number, no ticket."""
    before = len(shown.stage.bot.world.log)
    await written(shown, "Зоя", "Гаснет экран")
    await shown.until(lambda: any(one.kind == "thoughts" for one in shown.stage.bot.world.log[before:]), "a change")
    assert await asked(shown, "/api/thoughts/424242") == 404
    assert await asked(shown, "/api/thoughts/of?chat=abc") == 400
    calls = await asked(shown, "/api/thoughts/calls")
    assert {"number", "at", "chat", "method", "status", "description"} == set(calls[-1])
    assert "Гаснет" not in json.dumps(calls, ensure_ascii=False)
    told = await asyncio.gather(*(asked(shown, f"/api/thoughts?language={one}") for one in ("ru", "en", "xx")))
    assert [one["tickets"]["rows"][0]["status_word"] for one in told] == ["новая", "new", "новая"]

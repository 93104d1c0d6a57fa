"""Canned answers: suggested, previewed, sent by the press of whoever saw them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from desk.tickets import Kind, Message
from desk.workbench import Use
from playground.botapi.model import Message as Shown
from tests.steps import chat, mail, mails_of, order, said_in, said_to, text_of
from tests.world import World

PASSWORD = """---
title: Сброс пароля
words: пароль, вход
---
## ru
Здравствуйте, {name}! По заявке {number}: нажмите «Забыли пароль?».
{engineer}

## en
Hello {name}! Request {number}: press "Forgot your password?".
"""
CABLE = "---\ntitle: Кабель\n---\nДля {product} проверьте кабель."
PRINTER = "---\ntitle: Принтер\nwords: печать\n---\nПроверьте бумагу."


@pytest.fixture
async def stocked(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    folder = tmp_path / "answers"
    folder.mkdir()
    for name, text in (("password", PASSWORD), ("cable", CABLE), ("printer", PRINTER)):
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    tables = {"library": {"answers": str(folder), "articles": str(tmp_path / "none")}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as world:
        yield world


def last(world: World, number: str = "SD-1") -> Shown:
    return world.group.topic(f"{number} ·").messages[-1]


async def send(world: World, message: Shown, label: str) -> str:
    said = await world.group.press(world.engineer, message, label)
    await world.settle()
    return said


async def test_an_answer_goes_filled_in_after_the_press_and_not_before(stocked: World) -> None:
    """The preview reaches nobody; «Отправить» sends what it showed, and its message becomes the engineer's post."""
    ann = await chat(stocked, "Анна", "Добрый день")
    await order(stocked, "SD-1", "/a password")
    shown = last(stocked)
    assert "Здравствуйте, Анна! По заявке SD-1" in shown.text
    assert "Забыли пароль" not in said_to(ann)
    await send(stocked, shown, "Отправить")
    assert "Забыли пароль" not in said_to(ann)  # the moment for a change of heart
    await stocked.advance(seconds=10)
    assert "Здравствуйте, Анна! По заявке SD-1: нажмите «Забыли пароль?».\nБорис" in said_to(ann)
    assert shown.reactions == ["👌"]
    assert shown.buttons == []
    async with stocked.store.view() as view:
        uses = await view.find(Use, what="sent")
        assert [(one.name, one.by) for one in uses] == [("password", "Борис")]
        assert await view.count(Audit, what="canned answer sent") == 1
        message = await view.first(Message, kind=Kind.ANSWER)
        assert message is not None
        assert message.author == "Борис"


async def test_what_was_sent_by_a_press_is_taken_back_by_a_reaction(stocked: World) -> None:
    ann = await chat(stocked, "Анна", "Добрый день")
    await order(stocked, "SD-1", "/a password")
    shown = last(stocked)
    await send(stocked, shown, "Отправить")
    stocked.group.react(stocked.engineer, shown, "👎")
    await stocked.settle()
    await stocked.advance(seconds=40)
    assert "Забыли пароль" not in said_to(ann)


async def test_suggested_by_the_words_of_the_request(stocked: World) -> None:
    """A button under the first message, in whatever inflection the words come; others are not there."""
    await chat(stocked, "Анна", "Не могу войти, потеряла пароли")
    mirrored = stocked.group.topic("SD-1 ·").messages[1]
    assert mirrored.buttons == ["Сброс пароля"]
    await send(stocked, mirrored, "Сброс пароля")
    assert "Забыли пароль" in last(stocked).text
    async with stocked.store.view() as view:
        assert [one.name for one in await view.find(Use, what="suggested")] == ["password"]


async def test_several_are_offered_and_the_offer_becomes_the_preview(stocked: World) -> None:
    ann = await chat(stocked, "Анна", "Добрый день")
    await order(stocked, "SD-1", "/a p")
    offer = last(stocked)
    assert offer.buttons == ["Сброс пароля", "Принтер"]
    posts = len(stocked.group.topic("SD-1 ·").messages)
    await send(stocked, offer, "Принтер")
    assert "Проверьте бумагу." in offer.text
    assert len(stocked.group.topic("SD-1 ·").messages) == posts
    await send(stocked, offer, "Отправить")
    await stocked.advance(seconds=10)
    assert "Проверьте бумагу." in said_to(ann)


async def test_alone_it_lists_the_most_used_first(stocked: World) -> None:
    await chat(stocked, "Анна", "Добрый день")
    await order(stocked, "SD-1", "/a printer")
    await send(stocked, last(stocked), "Отправить")
    await order(stocked, "SD-1", "/a")
    assert last(stocked).text.startswith("• Принтер: /a printer · 1 раз\n")
    assert last(stocked).buttons[0] == "Принтер"
    assert "/setinline" in last(stocked).text


async def test_a_missing_value_keeps_it_from_going(stocked: World) -> None:
    """Without the product there is no «Отправить», and a reply to the preview goes in its stead."""
    ann = await chat(stocked, "Анна", "Добрый день")
    await order(stocked, "SD-1", "/a cable")
    shown = last(stocked)
    assert "не хватает: программа" in shown.text
    assert shown.buttons == ["Изменить", "Не надо"]
    await send(stocked, shown, "Изменить")
    assert shown.buttons == ["Не надо"]
    topic = stocked.group.topic("SD-1 ·")
    stocked.group.say(stocked.engineer, "Для Кассы проверьте кабель.", topic=topic, reply_to=shown)
    await stocked.settle()
    await stocked.advance(seconds=10)
    assert "Для Кассы проверьте кабель." in said_to(ann)
    assert "{" not in said_to(ann)


async def test_only_who_asked_for_it_sends_it_and_anybody_drops_it(stocked: World) -> None:
    ann = await chat(stocked, "Анна", "Добрый день")
    olga = stocked.bot.world.person("Ольга")
    stocked.group.add(olga)
    await order(stocked, "SD-1", "/a printer")
    shown = last(stocked)
    assert "не вы" in await stocked.group.press(olga, shown, "Отправить")
    await stocked.settle()
    assert await stocked.group.press(olga, shown, "Не надо") == ""
    await stocked.settle()
    assert shown.buttons == []
    await stocked.advance(seconds=10)
    assert "бумагу" not in said_to(ann)


@pytest.mark.parametrize("way", ["late", "closed", "another", "twice"])
async def test_a_preview_that_does_not_hold_sends_nothing(stocked: World, way: str) -> None:
    """Too old, the ticket closed meanwhile, a newer preview, pressed twice: nothing goes, or nothing goes again."""
    ann = await chat(stocked, "Анна", "Добрый день")
    await order(stocked, "SD-1", "/a printer")
    shown = last(stocked)
    if way == "late":
        await stocked.advance(minutes=11)
    elif way == "closed":
        await order(stocked, "SD-1", "/close решено")
    elif way == "another":
        await order(stocked, "SD-1", "/a password")
    else:
        await send(stocked, shown, "Отправить")
        await stocked.advance(seconds=10)
        return_to = said_to(ann).count("бумагу")
        with pytest.raises(Exception, match="no buttons"):
            await stocked.group.press(stocked.engineer, shown, "Отправить")
        assert return_to == 1
        return
    await send(stocked, shown, "Отправить")
    await stocked.advance(seconds=10)
    assert "Проверьте бумагу." not in said_to(ann).replace("Мы сделали", "")


async def test_by_mail_in_the_language_of_the_client(stocked: World) -> None:
    await mail(stocked, "Bob <bob@client.example>", "Log-in", "I forgot my password and cannot get in any more")
    await order(stocked, "SD-1", "/a pass")
    assert "Hello Bob! Request SD-1" in last(stocked).text
    await send(stocked, last(stocked), "Отправить")
    await stocked.advance(seconds=40)
    assert any("Hello Bob! Request SD-1" in text_of(one) for one in await mails_of(stocked, "bob@client.example"))


async def test_what_is_not_there_is_said_and_what_changed_is_read_again(stocked: World) -> None:
    await chat(stocked, "Анна", "Добрый день")
    await order(stocked, "SD-1", "/a чебурашка")
    assert "Такого готового ответа нет" in said_in(stocked.group.topic("SD-1 ·"))
    (stocked.folder / "answers" / "gena.md").write_text("---\ntitle: Чебурашка\n---\nЖдите.", encoding="utf-8")
    stocked.desk.current.wishes.put_nowait("Мария")
    await stocked.reread()
    await order(stocked, "SD-1", "/a чебурашка")
    assert "Ждите." in last(stocked).text
    assert "[library] +gena" in "\n".join(one.text for one in stocked.group.general.messages)


async def test_two_engineers_at_one_offer_send_only_what_each_saw(stocked: World) -> None:
    """A colleague's choice in the same message makes the first one's preview worthless."""
    ann = await chat(stocked, "Анна", "Добрый день")
    olga = stocked.bot.world.person("Ольга")
    stocked.group.add(olga)
    await order(stocked, "SD-1", "/a p")
    offer = last(stocked)
    first = stocked.group.press(stocked.engineer, offer, "Принтер")
    second = stocked.group.press(olga, offer, "Сброс пароля")
    await asyncio.gather(first, second)
    await stocked.settle()
    said = [await stocked.group.press(one, offer, "Отправить") for one in (stocked.engineer, olga) if offer.buttons]
    await stocked.settle()
    await stocked.advance(seconds=10)
    sent = ("бумагу" in said_to(ann)) + ("Забыли пароль" in said_to(ann))
    assert sent == 1
    assert any("устарел" in one or "не вы" in one for one in said) or len(said) == 1
    assert ("Ольга" in said_to(ann)) is ("Забыли пароль" in said_to(ann))


async def test_a_preview_outlives_a_restart(stocked: World) -> None:
    ann = await chat(stocked, "Анна", "Добрый день")
    await order(stocked, "SD-1", "/a printer")
    await stocked.stop()
    await stocked.start()
    await send(stocked, last(stocked), "Отправить")
    await stocked.advance(seconds=10)
    assert "Проверьте бумагу." in said_to(ann)

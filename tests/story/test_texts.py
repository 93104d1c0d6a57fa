"""The operator's own sentences reach clients in both doors, in both languages."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.own_texts import replaceable, written
from desk.texts import LANGUAGES, SLOT, sentences
from desk.tickets import Message
from tests.steps import answer, chat, mail, mails_of, order, said_to, text_of
from tests.world import World

SIGN = "※"


def all_marked() -> dict[str, dict[str, str]]:
    """Every sentence that may be replaced, with a sign before it."""
    return {lang: {written(key): f"{SIGN}{sentences(lang)[key]}" for key in replaceable()} for lang in LANGUAGES}


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables = {"texts": all_marked()}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as made:
        yield made


def bare(text: str) -> list[str]:
    """Sentences of ours that stand in a text without the sign, by their longest stretch without values."""
    found = []
    for language in LANGUAGES:
        for key in replaceable():
            begins = SLOT.split(sentences(language)[key])[0]
            stretch = begins.splitlines()[0] if begins.strip() else ""
            elsewhere = sum(stretch in sentence for sentence in sentences(language).values()) > 1
            if len(stretch) >= 12 and not elsewhere and text.count(stretch) > text.count(f"{SIGN}{stretch}"):
                found.append(key)
    return found


async def test_every_word_of_ours_to_clients_may_be_the_operators_own(world: World) -> None:
    """Whatever a client was told by Telegram and by mail in a request's life, buttons and lists of commands too."""
    ann = await chat(world, "Анна", "Не печатает принтер")
    receipt = ann.last("зарегистрирована")
    assert receipt.buttons == [f"{SIGN}{word}" for word in ("Ошибка", "Вопрос", "Предложение", "Срочно")]
    toast = await ann.press(receipt, "Срочно")
    assert toast.startswith(f"{SIGN}Отметили")
    for command in ("/help", "/my", "/close", "/lang", "/email", "/email ann@client.example", "/new"):
        ann.say(command)
        await world.settle()
    ann.say("Второй вопрос")
    await world.settle()
    await order(world, "SD-1", "/info Какая модель?")
    await answer(world, "SD-2", "Смотрим")
    await mail(world, "boris@client.example", "Invoice", "Where is our invoice, please? It has been two weeks.")
    await answer(world, "SD-3", "We are looking")
    await order(world, "SD-3", "/info Which month?")
    await world.pass_days(7)
    await world.advance(minutes=1)
    assert await ann.press(ann.last("Напоминание"), "Решено")
    await world.settle()
    heard = [said_to(ann), *(text_of(one) for one in await mails_of(world, "boris@client.example"))]
    heard += [str(one["subject"]) for one in await mails_of(world, "boris@client.example")]
    assert sum(SIGN in text for text in heard) >= 5
    assert [bare(text) for text in heard if bare(text)] == []
    offered = world.bot.settings.commands_for(ann.chat_here, ann.user)
    assert {str(command["description"])[:1] for command in offered} == {SIGN}


async def test_an_answer_below_an_own_marker_is_the_clients_alone(world: World) -> None:
    """The operator's line to answer above parts the quotation from the words, as ours does."""
    await mail(world, "boris@client.example", "Invoice", "Where is our invoice, please?")
    receipt = (await mails_of(world, "boris@client.example"))[-1]
    marker = text_of(receipt).splitlines()[0]
    assert marker.startswith(SIGN)
    text = f"It is the one of May.\n\n{marker}\n\nold words of yours"
    await mail(world, "boris@client.example", "Re: Invoice", text, in_reply_to=receipt["message-id"])
    topic = world.group.topic("SD-1 ·")
    assert "It is the one of May." in topic.messages[-1].text
    async with world.store.view() as view:
        said = await view.find(Message, ticket_id=1, channel="mail")
    assert [one.text for one in said][-1] == "It is the one of May."

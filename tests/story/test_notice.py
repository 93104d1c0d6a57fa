"""A notice of an outage stands in every receipt while it holds."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from tests.steps import chat, last_mail, mail, said_to, text_of
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        yield made


def general(world: World) -> str:
    return "\n".join(message.text for message in world.group.messages if message.from_bot)


async def said(world: World, text: str) -> list[str]:
    post = world.group.say(world.engineer, text)
    await world.settle()
    return [message.text for message in world.group.messages if message.from_bot and message.reply_to is post]


async def test_a_notice_is_put_into_every_receipt_until_its_time(world: World) -> None:
    """In both doors, in the client's language around the words as written; it survives a restart and ends by itself."""
    local = world.clock().astimezone(world.desk.settings.desk.zone)
    until = f"{local.hour + 2:02}:{local.minute:02}"
    post = world.group.say(world.engineer, f"/notice Обновляем <сервер> & базу до {until}")
    await world.settle()
    assert post.reactions == ["👌"]
    assert "Борис: объявление в каждую расписку" in general(world)
    assert f"сегодня в {until} (МСК)" in general(world)
    ann = await chat(world, "Анна", "Не печатает")
    assert f"Объявление: Обновляем <сервер> & базу\nСрок: сегодня в {until} (МСК)." in said_to(ann)
    await world.stop()
    await world.start()
    await mail(world, "boris@client.example", "Invoice", "Where is our invoice, please?")
    text = text_of(await last_mail(world, "boris@client.example")).replace("\r\n", "\n")
    assert f"Please note: Обновляем <сервер> & базу\nUntil: today at {until} (MSK)." in text
    assert "Борис" in (await said(world, "/notice"))[0]
    await world.advance(hours=2, minutes=1)
    await world.advance(minutes=1)
    assert general(world).count("Срок объявления вышел") == 1
    eve = await chat(world, "Ева", "Не печатает")
    assert "Объявление" not in said_to(eve)
    assert (await said(world, "/notice"))[0].startswith("Объявления сейчас нет.")


async def test_a_notice_is_taken_down_and_what_is_none_is_refused(world: World) -> None:
    assert "До какого времени" in (await said(world, "/notice Обновляем сервер"))[0]
    assert (await said(world, "/notice off"))[0].startswith("Объявления сейчас нет.")
    await said(world, "/notice Обновляем сервер до завтра 10:00")
    await said(world, "/notice Переносим базу до завтра 12:00")
    assert "Переносим базу" in (await said(world, "/notice"))[0]
    await said(world, "/notice Off")
    ann = await chat(world, "Анна", "Не печатает")
    assert "Объявление" not in said_to(ann)
    assert "Борис: объявление снято." in general(world)
    async with world.store.view() as view:
        trail = [one.what for one in await view.find(Audit) if one.what.startswith("notice")]
    assert trail == ["notice set", "notice set", "notice taken down"]


async def test_where_there_are_leads_only_they_put_one_up(world: World) -> None:
    await world.stop()
    world.tables = {"person": [{"telegram": 777, "name": "Мария", "role": "lead"}]}
    await world.start()
    assert "Это может только руководитель" in (await said(world, "/notice Чиним до завтра"))[0]
    assert (await said(world, "/notice"))[0].startswith("Объявления сейчас нет.")

"""Secrets that clients send: covered everywhere, shown to one engineer at a time, erased with the ticket."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.accounts import Detail
from desk.incoming import Raw
from desk.masking import MASK
from desk.parcels import Parcel
from desk.people import Audit
from desk.tickets import Message, Revision, Ticket
from tests.fields import asked, card, say, tables, trail, values
from tests.steps import answer, chat, code_of, last_mail, mail, order, said_in, said_to, text_of, times_mailed
from tests.world import World

ANN = "anna@client.example"
SECRET = "Qw3rty!zz"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables("login", "version")) as made:
        yield made


@pytest.fixture
async def either(store_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    """The same on SQLite and on PostgreSQL."""
    async with World(clock=clock, url=store_url, folder=tmp_path, tables=tables("login", "version")) as made:
        yield made


def file_holding(folder: Path, words: str) -> list[str]:
    """The kept files in which the words stand."""
    kept = [path for path in (folder / "data" / "files").rglob("*") if path.is_file()]
    return [path.name for path in kept if words.encode() in path.read_bytes()]


async def stored(world: World, words: str) -> list[str]:
    """The kinds of rows in which the words stand."""
    found = []
    async with world.store.view() as view:
        for kind in (Message, Revision, Ticket, Parcel, Detail, Audit, Raw):
            rows = await view.find(kind)
            found += [kind.__name__ for row in rows if words in str(row)][:1]
        facts = await view.recall_all("")
    return found + ["facts" for value in facts.values() if words in value][:1]


def shown(world: World) -> str:
    """Everything that stands in the engineers' group."""
    return "\n".join(f"{one.text}" for one in world.group.messages)


async def test_a_log_in_that_was_asked_for_is_seen_by_who_presses_alone_and_erased_on_closing(either: World) -> None:
    world = either
    ann = await chat(world, "Анна", "Не пускает")
    assert asked(ann) == ["Доступ"]
    await say(world, ann, f"temp / {SECRET}")
    assert asked(ann) == ["Доступ", "Версия"]
    assert await stored(world, SECRET) == ["Detail", "Raw"]
    assert SECRET not in shown(world)
    assert MASK in said_in(world.group.topic("SD-1 ·"))
    assert f"Доступ — {MASK}" in await card(world)
    await order(world, "SD-1", "/secret доступ", go=False)
    button = world.group.topic("SD-1 ·").messages[-1]
    assert await world.group.press(world.engineer, button, "Показать мне") == f"temp / {SECRET}"
    assert SECRET not in shown(world)
    assert "secret seen" in await trail(world)
    await order(world, "SD-1", "/solved Готово")
    assert said_to(ann).count("временного пользователя, удалите его") == 1
    await order(world, "SD-1", "/close решено")
    assert said_to(ann).count("временного пользователя, удалите его") == 1  # once is enough
    assert await stored(world, SECRET) == []
    assert await world.group.press(world.engineer, button, "Показать мне") == "Уже стёрто."
    assert "secrets erased" in await trail(world)
    await say(world, ann, "ещё вопрос")  # opens it again: nothing of before is an answer
    assert await values(world) == {}


async def test_labels_cover_secrets_in_any_message_and_its_edit(world: World) -> None:
    ann = await chat(world, "Анна", f"Логин root, пароль: {SECRET}, не пускает\nВерсия: 4")
    assert await stored(world, SECRET) == ["Detail", "Raw"]
    assert f"пароль: {MASK}, не пускает" in said_in(world.group.topic("SD-1 ·"))
    assert asked(ann) == []
    word = ann.say("Ещё вот")
    await world.settle()
    ann.edit(word, "Ещё вот\nПароль: Other-55")
    await world.settle()
    assert await stored(world, "Other-55") == ["Detail", "Raw"]
    assert "Other-55" not in shown(world)
    await order(world, "SD-1", "/close решено")
    assert await stored(world, SECRET) == []
    assert await stored(world, "Other-55") == []
    assert "удалите его" in said_to(ann)


async def test_an_edited_answer_to_the_question_for_a_secret_is_covered_too(world: World) -> None:
    ann = await chat(world, "Анна", "Не пускает")
    word = ann.say("temp / aaa1")
    await world.settle()
    ann.edit(word, f"temp / {SECRET}")
    await world.settle()
    assert await values(world) == {"login": f"temp / {SECRET}"}
    assert SECRET not in shown(world)


async def test_a_secret_by_mail_stands_in_no_mail_of_ours_and_not_in_the_whole_mail(world: World) -> None:
    """Its stored bytes go when the ticket is closed, also when they are a file of their own."""
    big = "Очень длинный рассказ. " * 9000
    await mail(world, ANN, f"Пароль: {SECRET}", f"Не пускает.\n{big}\nПароль: {SECRET}")
    assert await stored(world, SECRET) == ["Detail"]
    assert file_holding(world.folder, big[:20]) or await stored(world, SECRET)
    assert SECRET not in shown(world)
    await order(world, "SD-1", "/full")
    whole = world.group.topic("SD-1 ·").messages[-1]
    assert whole.kind == "text" or "eml" not in str(whole.content)
    await answer(world, "SD-1", "Вошли, смотрим")
    assert await times_mailed(world, ANN, SECRET) == 0  # the quotation of their words
    kept = len(list((world.folder / "data" / "files").rglob("*")))
    await order(world, "SD-1", "/solved")
    assert "удалите его" in text_of(await last_mail(world, ANN))
    await order(world, "SD-1", "/close решено")
    assert await stored(world, SECRET) == []
    await world.advance(minutes=6)
    assert len([one for one in (world.folder / "data" / "files").rglob("*") if one.is_file()]) < kept
    async with world.store.view() as view:
        assert not await view.recall_all("erase:")


async def test_a_secret_in_a_numbered_reply_is_covered(world: World) -> None:
    await mail(world, ANN, "Не пускает", "Помогите")
    first = (await last_mail(world, ANN))["Message-ID"]
    await mail(world, ANN, "Re: Не пускает", f"1. temp {SECRET}\n2. 4.2", in_reply_to=first)
    assert await values(world) == {"login": f"temp {SECRET}", "version": "4.2"}
    assert SECRET not in shown(world)
    assert f"1. {MASK}" in said_in(world.group.topic("SD-1 ·"))


async def test_our_own_cover_quoted_back_is_no_secret(world: World) -> None:
    ann = await chat(world, "Анна", f"Пароль: {SECRET}")
    await say(world, ann, f"Вы писали:\nПароль: {MASK}")
    assert (await values(world))["login"] == SECRET


async def test_a_secret_asked_for_by_mail_alone_is_covered_on_all_its_lines(world: World) -> None:
    """The mail came by two ways: both of its stored forms are erased."""
    await mail(world, ANN, "Не пускает", "Помогите\nВерсия: 4.2")
    first = (await last_mail(world, ANN))["Message-ID"]
    assert "Доступ, напишите?" in text_of(await last_mail(world, ANN))
    await mail(world, ANN, "Re: Не пускает", f"temp\n{SECRET}\n\nС уважением, Анна", in_reply_to=first)
    assert (await values(world))["login"] == f"temp {SECRET}"
    assert SECRET not in shown(world)
    await order(world, "SD-1", "/info", go=False)
    await order(world, "SD-1", "/close решено")
    assert await stored(world, SECRET) == []


async def test_an_uninvited_mail_with_a_secret_is_erased_with_the_ticket_it_came_into(world: World) -> None:
    await mail(world, ANN, "Не пускает", "Помогите\nВерсия: 4.2")
    first = (await last_mail(world, ANN))["Message-ID"]
    await mail(world, "eve@else.example", "Re: Не пускает", f"пароль: {SECRET}", in_reply_to=first)
    assert SECRET not in shown(world)
    assert (await values(world)).get("login") is None
    await order(world, "SD-1", "/close решено")
    assert await stored(world, SECRET) == []


async def test_the_answer_to_a_question_goes_to_its_ticket_whatever_came_by_mail_meanwhile(world: World) -> None:
    """In another ticket the log-in would stand for everybody to read."""
    ann = await chat(world, "Анна", "Не пускает")
    await mail(world, ANN, "Сканер", "Не сканирует\nВерсия: 4.2")
    await say(world, ann, f"/email {ANN}")
    await say(world, ann, await code_of(world, ANN))
    assert asked(ann) == ["Доступ"]
    await say(world, ann, f"temp / {SECRET}")
    assert SECRET not in shown(world)
    assert (await values(world))["login"] == f"temp / {SECRET}"
    assert MASK in said_in(world.group.topic("SD-1 ·"))
    assert "Записали в заявку" not in said_to(ann)

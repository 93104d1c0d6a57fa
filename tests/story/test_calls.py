"""`/call`: an invitation in Telegram and by mail, its answer, its reminder, another time, and none."""

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from desk.ports import Unit
from desk.workbench import Appointment
from playground.botapi import Person
from tests.steps import chat, last_mail, mail, mails_of, order, said_in, said_to, text_of
from tests.world import World

LINK = "https://meet.example/abc"
ANN = "ann@client.example"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        yield made


def topic(world: World) -> str:
    return said_in(world.group.topic("SD-1"))


async def press(world: World, person: Person, label: str) -> str:
    message = next(one for one in reversed(person.received) if label in one.buttons)
    toast = await person.press(message, label)
    await world.settle()
    return str(toast)


def calendar(message: EmailMessage) -> str:
    part = next(one for one in message.walk() if one.get_content_type() == "text/calendar")
    return bytes(part.get_payload(decode=True) or b"").decode().replace("\r\n ", "")  # type: ignore[arg-type]


async def open_calls(unit: Unit) -> list[Appointment]:
    return await unit.find(Appointment, done_at=None)


async def test_a_client_in_telegram_is_invited_agrees_and_both_are_reminded_once(world: World) -> None:
    """Noon is 12:00 in Moscow; a restart in between loses nothing."""
    ann = await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", f"/call сегодня 15:00 {LINK} посмотрим вместе")
    invited = ann.received[-1]
    assert invited.text.startswith("посмотрим вместе\n\nПриглашаем на звонок по заявке SD-1: сегодня в 15:00 (МСК).")
    assert invited.buttons == ["📞 Подключиться", "Подойдёт", "Другое время"]
    assert invited.keyboard[0][0]["url"] == LINK
    assert await press(world, ann, "Подойдёт") == "Спасибо, ждём вас на звонке."
    assert invited.buttons == ["📞 Подключиться"]
    assert "Анна: время звонка подходит" in topic(world)
    await world.advance(hours=2, minutes=40)
    assert "Скоро звонок" not in said_to(ann)
    await world.stop()
    await world.start()
    await world.advance(minutes=6)
    await world.advance(minutes=1)
    assert said_to(ann).count("Скоро звонок по заявке SD-1: сегодня в 15:00") == 1
    assert topic(world).count(f"скоро звонок, сегодня в 15:00 (МСК): {LINK}") == 1
    await world.advance(minutes=30)
    async with world.store.view() as view:
        assert await open_calls(view) == []
        done = [one.what for one in await view.find(Audit, ticket_id=1)]
    assert [what for what in done if what.startswith("call")] == ["call invited", "call fits", "call reminded"]


async def test_another_time_is_asked_for_and_set_and_the_old_buttons_do_nothing(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", f"/call завтра 15:00 {LINK}")
    old = ann.received[-1]
    assert "когда вам удобно" in await press(world, ann, "Другое время")
    assert "Борис, Анна просит другое время" in topic(world)
    await order(world, "SD-1", f"/call 25.11 10:00 {LINK}")
    assert "изменилось: в среду в 10:00" in ann.received[-1].text
    assert old.buttons == ["📞 Подключиться"]
    await order(world, "SD-1", "/call off")
    assert "отменён" in ann.received[-1].text
    assert await press(world, ann, "Подойдёт")
    assert "подходит" not in topic(world)
    await world.advance(days=3)
    assert "Скоро" not in said_to(ann)


async def test_a_mail_brings_the_call_for_the_calendar(world: World) -> None:
    """Another time moves it there, and off takes it out; hostile words stay words."""
    await mail(world, f"Анна <{ANN}>", "Принтер; DTSTART:19700101", "Не печатает")
    await order(world, "SD-1", f"/call завтра 15:00 {LINK} проверим, что; как")
    first = await last_mail(world, ANN)
    assert f"завтра в 15:00 (МСК).\nСсылка: {LINK}" in text_of(first).replace("\r\n", "\n")
    assert "Если время не подходит" in text_of(first)
    event = calendar(first)
    for row in ("METHOD:PUBLISH", "DTSTART:20261124T120000Z", "SEQUENCE:0", f"LOCATION:{LINK}", "UID:call-1-"):
        assert row in event
    assert "SUMMARY:Звонок по заявке SD-1: Принтер\\; DTSTART:19700101\r\n" in event
    await order(world, "SD-1", f"/call завтра 16:00 {LINK}")
    moved = calendar(await last_mail(world, ANN))
    uid = next(row for row in event.splitlines() if row.startswith("UID:"))
    assert (uid in moved, "SEQUENCE:1" in moved) == (True, True)
    await order(world, "SD-1", "/call выкл")
    off = calendar(await last_mail(world, ANN))
    assert ("METHOD:CANCEL" in off, "SEQUENCE:2" in off, uid in off) == (True, True, True)
    assert len(await mails_of(world, ANN)) == 4


WRONG = {
    "/call": "Когда и где?",
    f"/call завтра {LINK}": "Когда и где?",
    f"/call вчера 15:00 {LINK}": "Когда и где?",
    f"/call сегодня 11:00 {LINK}": "прошло",
    "/call завтра 15:00": "Нужна ссылка",
    "/call завтра 15:00 javascript://x": "https://",
    "/call завтра 15:00 https://": "https://",
    f"/call завтра 15:00 {LINK} {'ы' * 501}": "Слишком длинно",
    "/call off": "не назначен",
}


async def test_what_is_no_call_is_said_and_nobody_is_invited(world: World) -> None:
    """A request that is closed meanwhile reminds nobody."""
    ann = await chat(world, "Анна", "Не печатает принтер")
    before = len(ann.received)
    for words, told in WRONG.items():
        post = await order(world, "SD-1", words)
        answered = [one.text for one in world.group.messages if one.from_bot and one.reply_to is post]
        assert told in "\n".join(answered), words
    assert len(ann.received) == before
    await order(world, "SD-1", f"/call завтра 15:00 {LINK}")
    await order(world, "SD-1", "/close решено")
    await world.advance(days=2)
    assert "Скоро звонок" not in said_to(ann)
    assert said_to(ann).count("Приглашаем") == 1

"""Mail that comes too often: other help desks, bombs, and real clients who must not be hurt by what stops those."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.parcels import Parcel, Purpose
from desk.people import Door
from desk.tickets import Message, Status
from tests.steps import answer, last_mail, mail, mails_of, order, said_in, text_of
from tests.world import SUPPORT, World

OTHER = "help@other.example"
ROBOT = "desk@robot.example"
ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"
BOMB = 500


@pytest.fixture
async def other(world: World, empty_sqlite: Path, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    """A second desk of our own kind at another company, reached by the same mail servers."""
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "desk.db").write_bytes(empty_sqlite.read_bytes())
    boxes = ({"address": OTHER},)
    made = World(clock=clock, url=f"sqlite:///{folder / 'desk.db'}", folder=folder, boxes=boxes, shared=world.mails)
    async with made:
        yield made


async def both(world: World, other: World) -> None:
    for _ in range(5):
        await world.settle()
        await other.settle()


async def sent_by(world: World) -> int:
    async with world.store.view() as view:
        return await view.count(Parcel, channel="mail")


async def test_two_help_desks_of_our_kind_do_not_answer_each_other(world: World, other: World) -> None:
    """People on both sides talk; the machines' words in between are folded lines."""
    await world.mails.send(sender=f"Ольга <{OTHER}>", to=SUPPORT, subject="Вопрос от коллег", text="Как настроить?")
    await both(world, other)
    assert [await sent_by(world), await sent_by(other)] == [1, 0]
    await answer(world, "SD-1", "Вот так", go=False)
    world.clock.advance(seconds=31)
    world.running.courier.wake()
    await both(world, other)
    assert len(await other.tickets()) == 1  # a person wrote, in a thread that the other desk does not know
    await answer(other, "SD-1", "Спасибо, получилось", go=False)
    world.clock.advance(seconds=31)
    other.running.courier.wake()
    await both(world, other)
    assert [len(await world.tickets()), len(await other.tickets())] == [1, 1]
    assert [await sent_by(world), await sent_by(other)] == [2, 2]
    assert "Спасибо, получилось" in said_in(world.group.topic("SD-1 ·"))


@pytest.mark.parametrize("threads", [True, False])
async def test_a_foreign_help_desk_that_answers_everything_stops_after_a_few_mails(
    world: World, *, threads: bool
) -> None:
    """It says nowhere that it is a machine, and its every answer has a new subject and a new id."""
    await world.mails.user(ROBOT)
    await mail(world, f"Робот <{ROBOT}>", "Заявка 0", "Ваше обращение принято")
    seen = rounds = 0
    while fresh := (await mails_of(world, ROBOT))[seen:]:
        assert (rounds := rounds + 1) < 50, "the loop does not end"
        seen += len(fresh)
        for ours in fresh:
            back = ours if threads else None
            await mail(world, f"Робот <{ROBOT}>", f"Заявка {seen}", "Ваше обращение принято", in_reply_to=back)
    assert seen == (1 if threads else 5)
    assert len(await world.tickets()) == (1 if threads else 6)
    assert ("час без подтверждений" in said_in(world.group.general)) is not threads


async def bomb(world: World, count: int, **headers: str) -> None:
    for number in range(count):
        lines = {"From": ANN_WRITES, "Subject": f"Бомба {number}", "Message-ID": f"<{number}@bomb.example>", **headers}
        head = "".join(f"{name}: {value.format(number=number)}\r\n" for name, value in lines.items())
        body = f"Content-Type: text/plain; charset=utf-8\r\n\r\nслово{number}\r\n"
        await world.mails.put(SUPPORT, f"To: {SUPPORT}\r\n{head}{body}".encode())
    await world.settle(120)


async def test_a_bomb_of_one_sender_fills_neither_the_group_nor_a_mailbox(world: World) -> None:
    """Ten tickets and five receipts; the rest is kept whole in the newest ticket and shown in a line a minute."""
    await world.mails.user(ANN)
    await bomb(world, BOMB)
    await world.advance(seconds=61)
    tickets = await world.tickets()
    assert len(tickets) == 10
    async with world.store.view() as view:
        kept = {message.text.split()[-1] for message in await view.find(Message, channel="mail")}
        receipts = await view.count(Parcel, channel="mail", purpose=Purpose.RECEIPT)
    assert kept == {f"слово{number}" for number in range(BOMB)}
    assert receipts == len(await mails_of(world, ANN)) == 5
    topic = world.group.topic("SD-10 ·")
    assert len(topic.messages) <= 8
    assert "слово499" in said_in(topic)
    assert said_in(world.group.general).count("собираются в SD-10") == 1
    assert len(world.group.general.messages) <= 3


async def test_after_a_bomb_all_goes_on_by_itself(world: World) -> None:
    """An answer of an engineer starts the count anew, and so does silence."""
    await world.mails.user(ANN)
    await bomb(world, 12)
    assert len(await world.tickets()) == 10
    await answer(world, "SD-10", "Вы человек?")
    await mail(world, ANN_WRITES, "Да", "Ещё вопрос")
    assert len(await world.tickets()) == 11
    await mail(world, ANN_WRITES, "И ещё", "Ещё вопрос")
    assert len(await world.tickets()) == 11
    await world.advance(minutes=61)
    await mail(world, ANN_WRITES, "Потом", "Ещё вопрос")
    assert len(await world.tickets()) == 12
    assert "зарегистрирована" in text_of(await last_mail(world, ANN))


async def test_hundreds_of_forged_senders_in_one_thread_are_gathered(world: World) -> None:
    """A limit per ticket: few buttons, few messages, no word of ours, every mail kept, told once."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    thread = (await last_mail(world, ANN))["Message-ID"]
    forged = {"From": "Кто-то <f{number}@bomb.example>", "In-Reply-To": thread}
    await bomb(world, BOMB, **forged)
    await world.advance(seconds=61)
    assert len(await world.tickets()) == 1
    topic = world.group.topic("SD-1 ·")
    assert len(topic.messages) <= 20
    assert sum("не участник" in message.text for message in topic.messages) <= 10
    async with world.store.view() as view:
        assert await view.count(Message, channel="mail") == BOMB + 1
        assert await view.count(Parcel, channel="mail") == 1
    assert said_in(world.group.general).count("Показываем их вместе") == 1
    await mail(world, ANN_WRITES, "Re: Принтер", "Это я", in_reply_to=thread)
    await world.advance(seconds=61)
    assert "Это я" in said_in(topic)


@pytest.mark.parametrize("more", [{}, {"Auto-Submitted": "auto-replied"}], ids=["strangers", "their machines"])
async def test_strangers_in_the_thread_get_the_clients_words_neither_folded_nor_shown_twice(
    world: World, more: dict[str, str]
) -> None:
    """Her mail is a message of its own at once, and has the rights of one, while the strangers' are gathered."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    thread = (await last_mail(world, ANN))["Message-ID"]
    await bomb(world, 30, **{"From": "Кто-то <f{number}@bomb.example>", "In-Reply-To": thread, **more})
    await mail(world, ANN_WRITES, "Re: Принтер", "Это я", in_reply_to=thread)
    topic = world.group.topic("SD-1 ·")
    assert said_in(topic).count("Это я") == 1, "before the minute of the gathered ones is over"
    await bomb(world, 5, **{"From": "Кто-то <g{number}@bomb.example>", "In-Reply-To": thread, **more})
    await world.advance(seconds=61)
    assert said_in(topic).count("Это я") == 1
    assert len(topic.messages) <= 20


async def test_a_client_who_sends_a_dozen_photos_in_a_dozen_mails_is_not_hurt(world: World) -> None:
    """All pictures reach the topic, also those beyond the limit; the client's word counts."""
    first = await mail(world, ANN_WRITES, "Экран", "Сейчас пришлю снимки")
    await order(world, "SD-1", "/info Пришлите снимки")
    for number in range(14):
        name = f"снимок{number}.bin"
        await mail(world, ANN_WRITES, "Re: Экран", "", in_reply_to=first, attachments=[(name, bytes([number]) * 99)])
    await world.advance(seconds=61)
    shown = {message.file.name for message in world.group.topic("SD-1 ·").messages if message.file}
    assert shown == {f"снимок{number}.bin" for number in range(14)}
    assert [ticket.status for ticket in await world.tickets()] == [Status.OPEN]


async def test_a_gathered_mail_can_be_answered(world: World) -> None:
    """The line stands for the client's words; a reply to it goes to them."""
    await world.mails.user(ANN)
    await bomb(world, 12)
    await world.advance(seconds=61)
    topic = world.group.topic("SD-10 ·")
    line = world.group.last("показаны вместе", topic=topic)
    world.group.say(world.engineer, "Остановитесь, пожалуйста", topic=topic, reply_to=line)
    await world.settle()
    await world.advance(seconds=31)
    assert "Остановитесь" in text_of(await last_mail(world, ANN))


async def test_mails_of_an_outage_are_no_loop(world: World) -> None:
    """Twenty requests that lay on the server for days are twenty tickets."""
    await world.mails.user(ANN)
    await bomb(world, 20, Received="from x by y; Fri, 20 Nov 2026 09:{number:0>2}:00 +0300")
    assert len(await world.tickets()) == 20


async def test_a_monitor_that_floods_is_gathered_even_after_an_outage(world: World) -> None:
    old = {"Received": "from x by y; Fri, 20 Nov 2026 09:00:00 +0300", "Auto-Submitted": "auto-generated"}
    await bomb(world, 20, **old)
    assert len(await world.tickets()) == 10


async def test_ten_clients_at_once_are_no_loop(world: World) -> None:
    """The limits are for one sender each."""
    await bomb(world, 30, From="Клиент <c{number}@client.example>")
    assert len(await world.tickets()) == 30
    async with world.store.view() as view:
        assert await view.count(Door) == 30

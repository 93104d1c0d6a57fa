"""A client by mail: receipts, threads, machines, bounces, strangers, files."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desk.parcels import Parcel, Purpose
from desk.tickets import Message, Status
from tests.conftest import Clock
from tests.steps import HELD, answer, last_mail, link_of, mail, mails_of, order, said_in, said_to, text_of, times_mailed
from tests.world import SUPPORT, World

ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"


def bounce(failed: str, *, status: str = "5.1.1", to: str = ANN) -> bytes:
    """A mail server's report that a mail of ours did not arrive."""
    return (
        f"From: MAILER-DAEMON@client.example\r\nTo: {SUPPORT}\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <dsn{abs(hash(failed + status))}@client.example>\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nUser unknown.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; client.example\r\n\r\n"
        f"Final-Recipient: rfc822; {to}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} no such user\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {failed}\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
    ).encode()


async def test_an_answer_continues_by_thread_whatever_its_subject_says(world: World) -> None:
    """Another subject in the thread is the same request; the same subject without number and thread is a new one."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    await mail(world, ANN_WRITES, "Совсем другая тема", "Ещё про то же.", in_reply_to=receipt)
    assert len(await world.tickets()) == 1
    assert "Ещё про то же" in said_in(world.group.topic("SD-1 ·"))
    await mail(world, ANN_WRITES, "Re: Принтер", "Без нити.")
    assert len(await world.tickets()) == 2


async def test_one_receipt_per_ticket(world: World) -> None:
    """Three mails in a thread are confirmed once."""
    sent = await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    for number in range(3):
        await mail(world, ANN_WRITES, "Re: Принтер", f"Ещё {number}", in_reply_to=sent)
    assert len(await mails_of(world, ANN)) == 1


async def test_a_closed_thread_reopens_in_time_and_starts_a_related_ticket_later(world: World) -> None:
    """Thirty days after closing it is a new request that names the old one."""
    sent = await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await order(world, "SD-1", "/close решено")
    await mail(world, ANN_WRITES, "Re: Принтер", "Снова не печатает.", in_reply_to=sent)
    (ticket,) = await world.tickets()
    assert ticket.status is Status.OPEN
    assert not world.group.topic("SD-1 ·").closed
    await order(world, "SD-1", "/close решено")
    await world.advance(days=31)
    await mail(world, ANN_WRITES, "Re: Принтер", "И опять.", in_reply_to=sent)
    first, second = await world.tickets()
    assert (first.status, second.related_id) == (Status.CLOSED, first.id)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-generated"},
        {"Precedence": "bulk"},
    ],
)
async def test_a_machine_gets_no_receipt_and_answers_nothing(world: World, headers: dict[str, str]) -> None:
    """It is shown, a ticket of its own is made, and a question stays open."""
    await mail(world, "Монитор <monitor@client.example>", "Диск полон", "92 %", headers=headers)
    assert len(await world.tickets()) == 1
    assert not await mails_of(world, "monitor@client.example")
    sent = await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await order(world, "SD-2", "/info Какой номер?")
    await mail(world, ANN_WRITES, "Автоответ", "Я в отпуске", in_reply_to=sent, headers=headers)
    assert (await world.tickets())[1].status is Status.WAITING


async def test_files_go_both_ways_whole(world: World) -> None:
    """What the client attaches stands in the topic; what the engineer attaches comes by mail, byte for byte."""
    content = bytes(range(256)) * 40
    await mail(world, ANN_WRITES, "Журнал", "Во вложении.", attachments=[("журнал.bin", content)])
    topic = world.group.topic("SD-1 ·")
    shown = next(m for m in topic.messages if m.file)
    assert shown.file is not None
    assert (shown.file.name, shown.file.data) == ("журнал.bin", content)
    world.group.send_document(
        world.engineer, content, "ответ.bin", caption="Вот", topic=topic, reply_to=topic.messages[0]
    )
    await world.settle()
    await world.advance(seconds=31)
    (file,) = list((await last_mail(world, ANN)).iter_attachments())
    assert (file.get_filename(), file.get_content()) == ("ответ.bin", content)


@pytest.mark.parametrize("charset", ["koi8-r", "windows-1251", "utf-8", "iso-8859-5"])
async def test_russian_charsets_are_read(world: World, charset: str) -> None:
    head = f"From: {ANN}\r\nTo: {SUPPORT}\r\nSubject: x\r\nMessage-ID: <c@client.example>\r\n"
    head += f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    await world.mails.put(SUPPORT, head.encode() + "Съешь ещё этих мягких булок".encode(charset))
    await world.settle()
    assert "Съешь ещё этих мягких булок" in said_in(world.group.topic("SD-1 ·"))


async def test_a_bounce_marks_the_answer_and_uses_the_other_door_once(world: World) -> None:
    """Two servers report the same failure; the answer comes to Telegram once, and the topic says why."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    await mail(world, ANN_WRITES, "Re: Принтер", "Жду по почте", in_reply_to=receipt)
    await answer(world, "SD-1", "Вот ответ")
    failed = (await last_mail(world, ANN))["Message-ID"]
    assert await times_mailed(world, ANN, "Вот ответ") == 1
    for status in ("5.1.1", "5.1.10"):
        await world.mails.put(SUPPORT, bounce(failed, status=status))
        await world.settle()
        await world.advance(seconds=31)
    assert said_to(person).count("Вот ответ") == 1
    assert said_in(world.group.topic("SD-1 ·")).count("Отправили другим путём: Telegram") == 1
    assert len(await world.tickets()) == 1


@dataclass
class Restless(Clock):
    """As real time is: never twice the same."""

    def __call__(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at


@pytest.mark.parametrize("kind", [Clock, Restless])
async def test_a_bounced_question_does_not_run_the_clock(store_url: str, kind: type[Clock], tmp_path: Path) -> None:
    """The client never had it: the engineer is told, nothing is reminded or closed."""
    async with World(clock=kind(), url=store_url, folder=tmp_path) as world:
        await question_bounces(world)


async def question_bounces(world: World) -> None:
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await order(world, "SD-1", "/info Какой номер?")
    await world.mails.put(SUPPORT, bounce((await last_mail(world, ANN))["Message-ID"]))
    await world.settle()
    await world.advance(seconds=5)
    (ticket,) = await world.tickets()
    assert ticket.clock_from is None
    assert "не доставлено клиенту" in said_in(world.group.topic("SD-1 ·"))
    await world.pass_days(30)
    assert (await world.tickets())[0].status is Status.WAITING
    assert not await times_mailed(world, ANN, "Напоминание")


async def test_the_same_mail_copied_twice_is_one(world: World) -> None:
    """The same bytes again, and the same mail that came another way."""
    head = f"From: {ANN}\r\nTo: {SUPPORT}\r\nSubject: x\r\nMessage-ID: <twice@client.example>\r\n\r\nHello there\r\n"
    for stamp in ("", "", "Received: from elsewhere by another way\r\n"):
        await world.mails.put(SUPPORT, (stamp + head).encode())
        await world.settle()
    assert len(await world.tickets()) == 1
    async with world.store.view() as view:
        assert await view.count(Message, kind="words") == 1
        assert await view.count(Parcel, purpose=Purpose.RECEIPT) == 1


async def test_a_stranger_in_a_thread_is_shown_as_one(world: World) -> None:
    """A colleague in copy answers: the engineers see who, answers still go to the client, nobody is linked."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    await mail(world, "Борис <boris@client.example>", "Re: Принтер", "И у меня", in_reply_to=receipt)
    assert "не участник заявки" in said_in(world.group.topic("SD-1 ·"))
    assert not await mails_of(world, "boris@client.example")
    await answer(world, "SD-1", "Починили")
    answered = await last_mail(world, ANN)
    assert "Починили" in text_of(answered)
    assert "И у меня" not in text_of(answered)
    assert not await mails_of(world, "boris@client.example")


async def test_a_reply_to_a_strangers_words_goes_to_nobody(world: World) -> None:
    """It is meant for the stranger; the client must not read it."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    await mail(world, "Борис <boris@client.example>", "Re: Принтер", "И у меня", in_reply_to=receipt)
    topic = world.group.topic("SD-1 ·")
    theirs = next(message for message in topic.messages if "И у меня" in message.text)
    post = world.group.say(world.engineer, "Борис, ваш пароль 123", topic, reply_to=theirs)
    await world.settle()
    await world.advance(seconds=HELD)
    assert all("пароль" not in text_of(one) for one in await mails_of(world, ANN))
    assert not await mails_of(world, "boris@client.example")
    assert world.group.last("слова другого человека", topic=topic).reply_to is post


async def test_at_most_five_receipts_an_hour_for_one_sender(world: World) -> None:
    """Every mail is a ticket all the same; an hour later there is a receipt again."""
    for number in range(7):
        await mail(world, ANN_WRITES, f"Вопрос {number}", "Текст")
    assert len(await world.tickets()) == 7
    assert await times_mailed(world, ANN, "зарегистрирована") == 5
    general = [message.text for message in world.group.messages if "час без подтверждений" in message.text]
    assert len(general) == 1, "told once in General"
    await world.advance(hours=1, seconds=1)
    await mail(world, ANN_WRITES, "Вопрос 8", "Текст")
    assert await times_mailed(world, ANN, "зарегистрирована") == 6

"""Robots, automatic answers, lists, our own mail: what makes a ticket, who gets a receipt, what counts as a word."""

from dataclasses import replace

import pytest

from desk import intake
from desk.incoming import Incoming, Sender
from desk.parcels import Parcel
from desk.tickets import Kind, Message, Status
from tests.steps import answer, last_mail, mail, mails_of, order, said_in, text_of
from tests.world import SUPPORT, World

ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"
AWAY = {"Auto-Submitted": "auto-replied"}


async def kinds(world: World) -> list[Kind]:
    async with world.store.view() as view:
        return [message.kind for message in await view.find(Message) if message.channel == "mail"]


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("Монитор <monitor@client.example>", {"Auto-Submitted": "auto-generated"}),
        ("Монитор <monitor@client.example>", {"Precedence": "bulk"}),
        ("Рассылка <news@client.example>", {"List-Unsubscribe": "<mailto:u@client.example>"}),
        ("Анна <ann@client.example>", {"List-Id": "<all.client.example>"}),
        ("Доставка <noreply@client.example>", {}),
        ("root <root@client.example>", {"Auto-Submitted": "auto-generated", "X-Cron-Env": "<A=b>"}),
    ],
)
async def test_a_robot_or_a_list_gets_a_ticket_and_no_word_of_ours(
    world: World, sender: str, headers: dict[str, str]
) -> None:
    """Neither a receipt, nor that the ticket was closed; but an engineer's answer goes to who wrote."""
    address = sender.partition("<")[2].rstrip(">")
    await mail(world, sender, "Диск полон", "92 %", headers=headers)
    await mail(world, sender, "Диск снова полон", "95 %", headers=headers)
    assert len(await world.tickets()) == 2
    await order(world, "SD-1", "/close решено")
    assert not await mails_of(world, address)
    assert "программа или рассылка" in said_in(world.group.topic("SD-1 ·"))
    await answer(world, "SD-2", "Освободили место")
    await order(world, "SD-2", "/close решено")
    told = [text_of(one) for one in await mails_of(world, address)]
    assert ["Освободили место" in told[0], "закрыта" in told[1], len(told)] == [True, True, 2]


async def test_an_out_of_office_in_the_thread_is_nobodys_word(world: World) -> None:
    """The question stays asked, the clock goes on, the folded line is there, nothing is answered."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await order(world, "SD-1", "/info Какой номер?")
    question = await last_mail(world, ANN)
    before = (await world.tickets())[0]
    count = len(await mails_of(world, ANN))
    await mail(world, ANN_WRITES, "Автоответ: Re: Принтер", "Я в отпуске", in_reply_to=question, headers=AWAY)
    (ticket,) = await world.tickets()
    assert ticket == before
    assert (ticket.status, len(await mails_of(world, ANN))) == (Status.WAITING, count)
    shown = world.group.last("Автоматическое письмо", topic=world.group.topic("SD-1 ·"))
    assert "Я в отпуске" in shown.text
    assert await kinds(world) == [Kind.WORDS, Kind.MACHINE]
    await world.pass_days(8)
    assert any("Напоминание" in text_of(one) for one in await mails_of(world, ANN))


@pytest.mark.parametrize("closing", ["/close решено", "/solved"])
async def test_an_out_of_office_never_reopens(world: World, closing: str) -> None:
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await order(world, "SD-1", closing)
    status = (await world.tickets())[0].status
    last = await last_mail(world, ANN)
    await mail(world, ANN_WRITES, "Автоответ: Re: Принтер", "Я в отпуске", in_reply_to=last, headers=AWAY)
    assert [ticket.status for ticket in await world.tickets()] == [status]
    assert "Я в отпуске" in said_in(world.group.topic("SD-1 ·"))


async def test_an_out_of_office_without_a_thread_joins_the_newest_open_ticket(world: World) -> None:
    for subject in ("Принтер", "Сканер", "Мышь"):
        await mail(world, ANN_WRITES, subject, "Не работает.")
    await order(world, "SD-3", "/close решено")
    await mail(world, ANN_WRITES, "Автоответ", "Я в отпуске", headers=AWAY)
    assert len(await world.tickets()) == 3
    assert "Я в отпуске" in said_in(world.group.topic("SD-2 ·"))


async def test_an_out_of_office_of_somebody_without_a_ticket_is_a_line_in_general(world: World) -> None:
    """It is nobody's request; what it says can be read."""
    await mail(world, ANN_WRITES, "Автоответ", "Я в отпуске до мая", headers=AWAY)
    assert not await world.tickets()
    assert not await mails_of(world, ANN)
    line = world.group.last("Автоматический ответ")
    assert ("Я в отпуске до мая" in line.text, line.silent) == (True, True)


async def test_an_out_of_office_of_somebody_else_in_the_thread_reaches_the_ticket(world: World) -> None:
    """Ann's mail goes on to her deputy, who is away: shown, and nothing is sent to the deputy."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    deputy = "Борис <boris@client.example>"
    await mail(world, deputy, "Автоответ: Принтер", "Меня нет", in_reply_to=receipt, headers=AWAY)
    assert "boris@client.example" in said_in(world.group.topic("SD-1 ·"))
    assert (len(await world.tickets()), await mails_of(world, "boris@client.example")) == (1, [])


async def test_a_robot_in_its_own_thread(world: World) -> None:
    """Its news join its open ticket as folded lines; after the close they make a new one, seen by people."""
    robot, headers = "Монитор <monitor@client.example>", {"Auto-Submitted": "auto-generated"}
    first = await mail(world, robot, "Проблема", "Диск полон", headers=headers)
    await mail(world, robot, "Решено", "Место есть", in_reply_to=first, headers=headers)
    assert len(await world.tickets()) == 1
    await order(world, "SD-1", "/close решено")
    await mail(world, robot, "Проблема", "Снова полон", in_reply_to=first, headers=headers)
    one, two = await world.tickets()
    assert (one.status, two.status, two.related_id) == (Status.CLOSED, Status.NEW, one.id)


async def test_our_own_mail_is_known_by_its_id_and_not_by_its_address(world: World) -> None:
    """What came back through a list with another sender is dropped; a colleague at support@ is a person."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    ours = (await last_mail(world, ANN))["Message-ID"]
    await mail(world, "Список <list@lists.example>", "[list] Принтер", "x", headers={"Message-ID": ours})
    assert len(await world.tickets()) == 1
    await mail(world, f"Поддержка <{SUPPORT}>", "Скан", "Из нашего же ящика")
    assert len(await world.tickets()) == 2
    async with world.store.view() as view:
        assert not await view.count(Parcel, place=SUPPORT)


async def test_a_receipt_echoes_nothing_that_a_stranger_wrote(world: World) -> None:
    """A forged sender's address must not get an advertisement from us; the thread holds by its ids all the same."""
    spam = "BUY http://spam.example"
    sent = await mail(world, f"{spam} <{ANN}>", spam, spam)
    receipt = await last_mail(world, ANN)
    assert "spam" not in receipt.as_string() + text_of(receipt)
    assert (receipt["In-Reply-To"], sent in receipt["References"]) == (sent, True)
    assert receipt["Subject"] == "Заявка SD-1 зарегистрирована"
    await mail(world, ANN_WRITES, "Re: Заявка SD-1", "Ещё", in_reply_to=receipt)
    assert len(await world.tickets()) == 1
    await answer(world, "SD-1", "Ответ")
    answered = await last_mail(world, ANN)
    assert (sent in answered["References"], receipt["Message-ID"] in answered["References"]) == (True, True)


async def test_a_receipt_to_a_proven_sender_keeps_their_subject(world: World) -> None:
    """Mail programs that thread by subject then show one conversation."""
    sender = Sender(channel="mail", address=ANN, name="Анна")
    wrote = Incoming(channel="mail", place="support", external_id="<1@client.example>", sender=sender, at=world.clock())
    await world.mails.user(ANN)
    await intake.receive(world.desk, replace(wrote, subject="Принтер", text="Не печатает.", vouched=True))
    await world.settle()
    assert "Принтер" in (await last_mail(world, ANN))["Subject"]


@pytest.mark.parametrize("address", [SUPPORT, "support+sd1.abc@otvet.example"])
async def test_no_receipt_goes_to_our_own_address(world: World, address: str) -> None:
    await world.mails.put(SUPPORT, f"From: {address}\r\nTo: {SUPPORT}\r\nSubject: x\r\n\r\nx\r\n".encode())
    await world.settle()
    async with world.store.view() as view:
        assert (await view.count(Parcel, channel="mail"), len(await world.tickets())) == (0, 1)

"""Whose a mail is: proven senders, web forms, and clients' letters that colleagues forward."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit, Client, Door
from desk.tickets import File, Kind, Message
from tests.mail.signing import NameServer, record, sign
from tests.steps import HELD, answer, last_mail, link_of, mail, mails_of, said_in, text_of
from tests.world import SUPPORT, World

ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"
BORIS = "boris@otvet.example"
BORIS_WRITES = f"Борис <{BORIS}>"
FORM = "noreply@otvet.example"
TOLD = "mx.otvet.example; dmarc=pass header.from=client.example"


@pytest.fixture
def make(store_url: str, clock: Any, tmp_path: Path) -> Any:
    @asynccontextmanager
    async def running(*, box: dict[str, Any] | None = None, **more: Any) -> AsyncIterator[World]:
        world = World(clock=clock, url=store_url, folder=tmp_path, boxes=({**(box or {})},), **more)
        async with world as made:
            yield made

    return running


async def arrives(world: World, raw: bytes) -> None:
    """These very bytes come to support@, past our own SMTP server and its lines."""
    await world.mails.put(SUPPORT, raw)
    await world.settle()


def letter(subject: str, text: str, number: int, sender: str = ANN_WRITES) -> bytes:
    from email.message import EmailMessage
    from email.policy import SMTP

    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, SUPPORT, subject
    made["Message-ID"] = f"<{number}@client.example>"
    made.set_content(text)
    return bytes(made)


async def doors(world: World, **where: Any) -> list[Door]:
    async with world.store.view() as view:
        return await view.find(Door, **where)


async def linked(world: World) -> None:
    """Ann has something to protect: her address is joined with her Telegram."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    world.person("Анна").start(await link_of(world, ANN))
    await world.settle()


async def test_our_servers_word_proves_a_sender_and_nobody_elses_does(make: Any) -> None:
    """The server writes on top; what the sender wrote below it is theirs."""
    async with make(box={"authserv_id": "mx.otvet.example"}) as world:
        await linked(world)
        head = f"Authentication-Results: {TOLD}\r\n".encode()
        relay = b"Received: from a by relay.elsewhere.example; now\r\n"
        await arrives(world, head + letter("Второе", "Это правда я.", 2))
        await arrives(world, relay + head + letter("Третье", "Это правда я.", 3))
        await arrives(world, letter("Четвёртое", "Это правда я.", 4))
        first, second, third, fourth = [ticket.client_id for ticket in await world.tickets()]
        assert first == second
        assert first not in (third, fourth)
        (door,) = await doors(world, channel="mail", claimed=False)
        assert door.vouched_at is not None


async def test_a_signature_proves_a_sender_where_no_server_speaks(make: Any) -> None:
    """The key comes from a name server; a mail signed by somebody else is only suggested."""
    names = {f"s1._domainkey.{domain}": record() for domain in ("client.example", "evil.example")}
    with NameServer(names) as server:
        async with make(ask=server.ask) as world:
            await linked(world)
            assert server.asked == []
            await arrives(world, sign(letter("Второе", "Это правда я.", 2), "client.example"))
            await arrives(world, sign(letter("Третье", "Это правда я.", 3), "evil.example"))
            await arrives(world, sign(letter("Четвёртое", "Правда", 4), "client.example").replace(b"X", b"Y"))
            owners = [ticket.client_id for ticket in await world.tickets()]
            assert owners[0] == owners[1] != owners[2]
            assert server.asked == ["s1._domainkey.client.example"]


async def test_a_mailbox_that_trusts_every_sender_believes_a_forged_one(make: Any) -> None:
    """That is what the operator asked for, and what doctor warns about."""
    async with make(box={"trust_from": True}) as world:
        await linked(world)
        await arrives(world, letter("Второе", "Это правда я.", 2))
        first, second = await world.tickets()
        assert first.client_id == second.client_id


FILLED = "Имя: Анна Петрова\nE-mail: {address}\nТема: {subject}\nСообщение:\n{text}\n\n-- \nЭто сообщение отправлено с сайта\n"


async def fill_in(
    world: World, address: str = ANN, subject: str = "Принтер", text: str = "Не печатает.", **more: Any
) -> None:
    body = FILLED.format(address=address, subject=subject, text=text)
    headers = {"Auto-Submitted": "auto-generated", **more.pop("headers", {})}
    await mail(world, f"Сайт <{FORM}>", "Заявка с сайта", body, headers=headers, **more)


STAFF = {"desk": {"staff_domains": ["otvet.example"]}}
FORMS = {"form": [{"from": FORM}]}


async def test_a_form_is_its_clients_letter(make: Any) -> None:
    """Though a robot of our own domain sent it: the client's name, words and subject, and a receipt to them."""
    async with make(box=FORMS) as world:
        await world.mails.user(ANN)
        await fill_in(world)
        (ticket,) = await world.tickets()
        assert ticket.subject == "Принтер"
        topic = said_in(world.group.topic("SD-1 ·"))
        assert "Анна Петрова · почта" in topic
        assert f"Из формы на сайте. Имя и адрес {ANN} вписал сам посетитель" in topic
        assert "Это сообщение отправлено с сайта" in topic, "the whole form stays visible"
        async with world.store.view() as view:
            (words,) = await view.find(Message, kind=Kind.WORDS)
        assert words.text == "Не печатает."
        assert "зарегистрирована" in text_of(await last_mail(world, ANN))
        assert not await mails_of(world, FORM)
        await answer(world, "SD-1", "Включите его")
        answered = await last_mail(world, ANN)
        assert "Включите его" in text_of(answered)
        await mail(world, ANN_WRITES, "Re: Принтер", "Включила, спасибо", in_reply_to=answered)
        assert len(await world.tickets()) == 1
        assert "Включила" in said_in(world.group.topic("SD-1 ·"))
        assert "не участник" not in said_in(world.group.topic("SD-1 ·"))


async def test_a_form_cannot_speak_for_a_client_that_we_know(make: Any) -> None:
    """It makes a ticket beside theirs; a later mail from that address proves nothing about the form."""
    async with make(box=FORMS) as world:
        await linked(world)
        await fill_in(world)
        await fill_in(world, address="new@client.example")
        await mail(world, "Новый <new@client.example>", "Сам", "Это уже я")
        owners = [ticket.client_id for ticket in await world.tickets()]
        assert len(set(owners)) == 4
        claimed = await doors(world, claimed=True)
        assert {door.address for door in claimed} == {ANN, "new@client.example"}


async def test_a_form_cannot_be_used_to_send_strangers_mail(make: Any) -> None:
    """One receipt an hour for an address, and nothing that was typed into the form is in it."""
    spam = "Купите-слона http://spam.example"
    async with make(box=FORMS) as world:
        await world.mails.user(ANN)
        for number in range(4):
            body = f"Имя: {spam}\nE-mail: {ANN}\nТема: {spam} {number}\nСообщение: {spam}\n"
            await mail(world, f"{spam} <{FORM}>", spam, body)
        assert len(await world.tickets()) == 4
        (receipt,) = await mails_of(world, ANN)
        assert "слона" not in str(receipt["Subject"]) + str(receipt["To"]) + text_of(receipt)
        assert "spam.example" not in str(receipt)
        await world.advance(hours=1, seconds=1)
        await fill_in(world)
        assert len(await mails_of(world, ANN)) == 2


@pytest.mark.parametrize("address", ["", "нет", SUPPORT, FORM, f"{ANN}, other@client.example"])
async def test_a_form_without_a_clients_address_says_so(make: Any, address: str) -> None:
    """Nobody gets a receipt, least of all our own mailbox, and the engineers know that an answer goes nowhere."""
    async with make(box=FORMS) as world:
        await world.mails.user(ANN)
        await fill_in(world, address=address)
        assert "без адреса посетителя" in said_in(world.group.topic("SD-1 ·"))
        for one in (ANN, FORM):
            assert not await mails_of(world, one)
        assert len(await world.tickets()) == 1


async def test_reply_to_of_a_form_is_its_client_and_leads_into_no_ticket(make: Any) -> None:
    async with make(box=FORMS) as world:
        sent = await mail(world, ANN_WRITES, "Старое", "Старое")
        await fill_in(world, address="", in_reply_to=sent, headers={"Reply-To": "Вера <vera@client.example>"})
        assert len(await world.tickets()) == 2
        async with world.store.view() as view:
            assert [one.name for one in await view.find(Client)] == ["Анна Петрова", "Анна Петрова"]
        assert [door.address for door in await doors(world, claimed=True)] == ["vera@client.example"]


async def test_a_number_in_a_form_or_a_forwarded_letter_leads_into_no_ticket(make: Any) -> None:
    """Whoever writes it there can write any number; the engineers see which ticket may be meant."""
    async with make(box=FORMS, tables=STAFF) as world:
        await fill_in(world)
        await fill_in(world, subject="Re: [SD-1] Принтер")
        await mail(world, "Вера <vera@client.example>", "Стул", "Сломался.")
        numbered = FORWARDED.format(address="vera@client.example").replace("Принтер", "Re: [SD-3] Стул")
        await mail(world, BORIS_WRITES, "Fwd: Re: [SD-3] Стул", numbered)
        assert [ticket.related_id for ticket in await world.tickets()] == [None, 1, None, 3]
        assert "Переслал(а)" in said_in(world.group.topic("SD-4 ·"))
        assert "SD-3" in said_in(world.group.topic("SD-4 ·"))


async def test_without_the_setting_a_letter_of_a_form_is_a_robots(make: Any) -> None:
    async with make() as world:
        await fill_in(world)
        assert not await doors(world, address=ANN)


FORWARDED = (
    "Это к нам, срочно.\n\n---------- Forwarded message ---------\nОт: Анна Петрова <{address}>\n"
    "Date: пн, 23 нояб. 2026 г. в 10:00\nSubject: Принтер\nTo: Борис <boris@otvet.example>\n\n\nНе печатает.\n"
)


async def forward(world: World, address: str = ANN, sender: str = BORIS_WRITES, **more: Any) -> str:
    return await mail(world, sender, "Fwd: Принтер", FORWARDED.format(address=address), **more)


async def test_a_colleague_who_forwards_a_letter_opens_the_ticket_of_its_writer(make: Any) -> None:
    """With the files; the colleague's words are a note for engineers, and the client's receipt goes to the client."""
    async with make(tables=STAFF) as world:
        await world.mails.user(ANN)
        await forward(world, attachments=[("журнал.bin", b"\x00\x01")])
        (ticket,) = await world.tickets()
        assert ticket.subject == "Принтер"
        topic = said_in(world.group.topic("SD-1 ·"))
        assert f"Переслал(а): Борис <{BORIS}>" in topic
        assert "Это к нам, срочно." in topic
        assert "Анна Петрова · почта" in topic
        async with world.store.view() as view:
            client = await view.get(Client, ticket.client_id)
            (note,) = await view.find(Message, kind=Kind.NOTE)
            (words,) = await view.find(Message, kind=Kind.WORDS)
            assert [file.name for file in await view.find(File, message_id=words.id)] == ["журнал.bin"]
            assert await view.count(Audit, what="forwarded by a colleague")
        assert client is not None
        assert (client.name, note.text, words.text) == ("Анна Петрова", "Это к нам, срочно.", "Не печатает.")
        assert (note.author_id, words.author_id) == (BORIS, ANN)
        assert not await mails_of(world, BORIS)
        await answer(world, "SD-1", "Включите его")
        letters = await mails_of(world, ANN)
        assert len(letters) == 2
        assert all("срочно" not in str(one) + text_of(one) for one in letters)


async def test_a_letter_forwarded_as_an_attachment_comes_with_its_files(make: Any) -> None:
    inner = (
        f"From: Anna <{ANN}>\r\nSubject: Printer\r\nMessage-ID: <i@client.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain\r\n\r\nIt does not print.\r\n"
        "--i\r\nContent-Type: application/pdf; name=log.pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF\r\n--i--\r\n"
    )
    outer = (
        f"From: {BORIS}\r\nTo: {SUPPORT}\r\nSubject: Fwd: Printer\r\nMessage-ID: <o@otvet.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: text/plain\r\n\r\nUrgent.\r\n"
        f"--o\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--o--\r\n"
    )
    async with make(tables=STAFF) as world:
        await arrives(world, outer.encode())
        async with world.store.view() as view:
            (words,) = await view.find(Message, kind=Kind.WORDS)
            names = {file.name for file in await view.find(File, message_id=words.id)}
        assert (words.text, words.author_id) == ("It does not print.", ANN)
        assert "log.pdf" in names
        assert "Urgent." in said_in(world.group.topic("SD-1 ·"))


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("Вера <vera@client.example>", ANN),  # anybody may forward: it is their own request
        ("Вера <vera@otvet.example.evil.example>", ANN),
        (BORIS_WRITES, SUPPORT),  # our own mail
        (BORIS_WRITES, "vera@otvet.example"),  # another colleague's
        (BORIS_WRITES, BORIS),
        (BORIS_WRITES, FORM),
        (BORIS_WRITES, "нет адреса"),
    ],
)
async def test_any_other_forward_is_its_senders_own_ticket(make: Any, sender: str, address: str) -> None:
    async with make(tables=STAFF, box=FORMS) as world:
        await forward(world, address=address, sender=sender)
        (ticket,) = await world.tickets()
        (door,) = await doors(world, channel="mail")
        assert door.id == ticket.door_id
        assert door.address == sender.partition("<")[2].strip(">")
        assert "Переслал(а)" not in said_in(world.group.topic("SD-1 ·"))
        assert "Не печатает." in said_in(world.group.topic("SD-1 ·"))


async def test_a_colleagues_own_letter_is_a_request_of_theirs(make: Any) -> None:
    async with make(tables=STAFF) as world:
        await mail(world, BORIS_WRITES, "Стул", "Сломался.")
        assert [door.address for door in await doors(world)] == [BORIS]
        assert len(await mails_of(world, BORIS)) == 1


async def test_a_forward_inside_a_thread_stays_in_it(make: Any) -> None:
    """A colleague answers the desk with somebody's letter: it belongs to that ticket."""
    async with make(tables=STAFF) as world:
        await mail(world, BORIS_WRITES, "Стул", "Сломался.")
        await forward(world, in_reply_to=await last_mail(world, BORIS))
        assert len(await world.tickets()) == 1
        assert "Не печатает." in said_in(world.group.topic("SD-1 ·"))
        assert not await doors(world, address=ANN)


async def test_a_forward_for_a_client_with_something_to_protect_is_only_suggested(make: Any) -> None:
    """The colleague says whose it is, and nobody proves it: the ticket stands beside the client's own."""
    async with make(tables=STAFF) as world:
        await linked(world)
        await forward(world)
        first, second = await world.tickets()
        assert first.client_id != second.client_id
        assert [door.claimed for door in await doors(world, id=second.door_id)] == [True]


async def test_the_same_forward_in_two_copies_is_one(make: Any) -> None:
    async with make(tables=STAFF) as world:
        raw = letter("Fwd: Принтер", FORWARDED.format(address=ANN), 1, BORIS_WRITES)
        for stamp in (b"", b"Received: from elsewhere by another\r\n"):
            await arrives(world, stamp + raw)
        assert len(await world.tickets()) == 1
        await world.advance(seconds=HELD)
        assert len(await mails_of(world, ANN)) <= 1

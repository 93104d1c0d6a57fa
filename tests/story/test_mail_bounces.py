"""Mail that comes back: what failed, for whom, what is done about it, and what a forged bounce cannot do."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.parcels import Parcel, ParcelState, Purpose
from desk.people import Door
from desk.tickets import Participant, Standing, Status
from tests.steps import HELD, answer, last_mail, link_of, mail, mails_of, order, said_in, said_to, text_of, times_mailed
from tests.world import SUPPORT, World

ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"
BOSS = "boss@client.example"
GONE = ("failed", "5.1.1", "550 5.1.1 no such user")
FULL = ("failed", "5.2.2", "552 5.2.2 mailbox full")
LATER = ("delayed", "4.4.1", "connection timed out")
WELL = ("relayed", "2.0.0", "250 OK")


def block(address: str, fate: tuple[str, str, str], original: str = "") -> str:
    first = f"Original-Recipient: rfc822; {original}\r\n" if original else ""
    action, status, words = fate
    return (
        f"{first}Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {words}\r\n"
    )


def report(*blocks: str, failed: str = "", to: str = SUPPORT, number: int = 1) -> bytes:
    """A mail server's report; `failed` is the Message-ID in the copy that it carries."""
    copy = f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {failed}\r\n\r\n" if failed else ""
    fields = "\r\n".join(("Reporting-MTA: dns; mx.example\r\n", *blocks))
    return (
        f"Return-Path: <>\r\nDelivered-To: {to}\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {to}\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <{number}.dsn@mx.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{fields}\r\n\r\n{copy}--b--\r\n"
    ).encode()


async def comes_back(world: World, *blocks: str, **more: Any) -> None:
    await world.mails.put(SUPPORT, report(*blocks, **more))
    await world.settle()
    await world.advance(seconds=5)


async def answered(world: World, text: str = "Вот ответ") -> str:
    """Ann asks by mail and is answered by mail; the Message-ID of the answer."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await answer(world, "SD-1", text)
    return str((await last_mail(world, ANN))["Message-ID"])


async def doors(world: World, address: str = ANN) -> list[bool]:
    """Whether each door of this address is open."""
    async with world.store.view() as view:
        return [door.shut_at is None for door in await view.find(Door, channel="mail", address=address)]


async def failed(world: World) -> int:
    async with world.store.view() as view:
        return await view.count(Parcel, channel="mail", state=ParcelState.FAILED)


async def test_a_hard_bounce_shuts_the_door_and_tells_who_wrote(world: World) -> None:
    """In plain words and the server's own, with a mention, once; the client who writes again opens the door."""
    sent = await answered(world)
    for number in range(3):
        await comes_back(world, block(ANN, GONE), failed=sent, number=number)
    topic = world.group.topic("SD-1 ·")
    told = [message for message in topic.messages if "не доставлено клиенту" in message.text]
    assert len(told) == 1
    assert "такого адреса нет или ящик закрыт (сервер: 550 5.1.1 no such user)" in told[0].text
    assert "Борис" in told[0].text
    assert (await doors(world), len(await world.tickets())) == ([False], 1)
    await mail(world, ANN_WRITES, "Re: Принтер", "Я здесь", in_reply_to=sent)
    assert await doors(world) == [True]


async def test_a_full_mailbox_uses_the_other_door_once_and_stays_open(world: World) -> None:
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    await mail(world, ANN_WRITES, "Re: Принтер", "Жду по почте", in_reply_to=receipt)
    await answer(world, "SD-1", "Вот ответ")
    sent = (await last_mail(world, ANN))["Message-ID"]
    for number in range(2):
        await comes_back(world, block(ANN, FULL), failed=sent, number=number)
    await world.advance(seconds=HELD)
    assert said_to(person).count("Вот ответ") == 1
    assert "ящик переполнен" in said_in(world.group.topic("SD-1 ·"))
    assert await doors(world) == [True]


async def test_a_delay_is_told_once_per_ticket_and_day(world: World) -> None:
    """Nothing failed: the mail is still on its way."""
    sent = await answered(world)
    for number in range(3):
        await comes_back(world, block(ANN, LATER), failed=sent, number=number)
    topic = world.group.topic("SD-1 ·")
    assert said_in(topic).count("просит подождать") == 1
    await world.advance(days=1, seconds=1)
    await comes_back(world, block(ANN, LATER), failed=sent, number=9)
    assert said_in(topic).count("просит подождать") == 2
    assert (await failed(world), await doors(world)) == (0, [True])


async def test_a_notice_of_success_says_nothing(world: World) -> None:
    sent = await answered(world)
    before = len(world.group.topic("SD-1 ·").messages), len(world.group.general.messages)
    await comes_back(world, block(ANN, WELL), failed=sent)
    assert (len(world.group.topic("SD-1 ·").messages), len(world.group.general.messages)) == before
    assert (await failed(world), len(await world.tickets())) == (0, 1)


@pytest.mark.parametrize("guess", ["<otvet.1.aaaaaaaaaaaaaaaaaaaa@otvet.example>", "<unknown@otvet.example>", ""])
async def test_a_forged_bounce_changes_nothing(world: World, guess: str) -> None:
    """Without a signature of ours it is a silent line in General; nobody is written to."""
    await answered(world)
    count = len(await mails_of(world, ANN))
    await comes_back(world, block(ANN, GONE), failed=guess)
    assert (await failed(world), await doors(world)) == (0, [True])
    line = world.group.last("Вернулось письмо")
    assert (line.silent, ANN in line.text) == (True, True)
    assert (len(await mails_of(world, ANN)), await mails_of(world, "mailer-daemon@mx.example")) == (count, [])


async def test_spam_in_our_name_comes_back_by_the_hundred_and_is_told_a_few_times(world: World) -> None:
    for number in range(60):
        await world.mails.put(SUPPORT, report(block(f"x{number}@spam.example", GONE), number=number))
    await world.settle(30)
    assert not await world.tickets()
    lines = [message.text for message in world.group.general.messages]
    assert sum("Вернулось письмо" in line for line in lines) <= 3
    assert sum("рассылает спам от нашего имени" in line for line in lines) == 1


@pytest.mark.parametrize(("original", "resent"), [("", False), (ANN, True)])
async def test_a_mailbox_that_sends_on_to_a_dead_one_stays_open(world: World, original: str, *, resent: bool) -> None:
    """The failure is another address's: it is said, and the client's own door stays as it was."""
    sent = await answered(world)
    for number in range(2):
        await comes_back(world, block("old@elsewhere.example", GONE, original), failed=sent, number=number)
    told = said_in(world.group.topic("SD-1 ·"))
    assert told.count("old@elsewhere.example") == 1
    assert (await doors(world), await failed(world)) == ([True], int(resent))


async def test_of_several_recipients_only_the_one_that_failed_is_meant(world: World) -> None:
    sent = await answered(world)
    blocks = (block("other@client.example", WELL), block(ANN, GONE))
    await comes_back(world, *blocks, failed=sent)
    assert (await doors(world), await failed(world)) == ([False], 1)


async def test_a_bounced_receipt_and_a_bounced_reminder(world: World) -> None:
    """A receipt: the engineers know that nobody reads there. A reminder: the ticket does not close by itself."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await order(world, "SD-1", "/info Какой номер?")
    await world.pass_days(8)
    reminder = await last_mail(world, ANN)
    assert "Напоминание" in text_of(reminder)
    await comes_back(world, block(ANN, FULL), failed=reminder["Message-ID"])
    await world.pass_days(30)
    assert (await world.tickets())[0].status is Status.WAITING
    assert "не получил напоминание" in said_in(world.group.topic("SD-1 ·"))
    await mail(world, "Пётр <petr@client.example>", "Сканер", "Не сканирует.")
    receipt = (await last_mail(world, "petr@client.example"))["Message-ID"]
    await comes_back(world, block("petr@client.example", GONE), failed=receipt, number=2)
    assert "не получил подтверждение: такого адреса нет" in said_in(world.group.topic("SD-2 ·"))


async def test_a_bounced_code_is_told_to_who_asked_for_it(world: World) -> None:
    """They wait for it in Telegram."""
    await world.mails.user(ANN)
    person = world.person("Анна")
    person.start()
    person.say("Не печатает")
    await world.settle()
    person.say(f"/email {ANN}")
    await world.settle()
    await comes_back(world, block(ANN, GONE), failed=(await last_mail(world, ANN))["Message-ID"])
    assert f"на {ANN} не дошло" in said_to(person)


async def test_an_out_of_office_at_once_after_a_bounce_is_no_bounce(world: World) -> None:
    """An automatic answer to the envelope says that the address lives."""
    sent = await answered(world)
    await mail(
        world, ANN_WRITES, "Автоответ", "В отпуске", in_reply_to=sent, headers={"Auto-Submitted": "auto-replied"}
    )
    assert (await failed(world), await doors(world), len(await world.tickets())) == (0, [True], 1)


class TestWithTags:
    """A mailbox whose server takes plus addresses, and which vouches for its senders."""

    @pytest.fixture
    async def world(self, store_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
        boxes = ({"plus": True, "trust_from": True},)
        async with World(clock=clock, url=store_url, folder=tmp_path, boxes=boxes) as made:
            yield made

    async def test_a_bounce_names_its_mail_by_the_envelope_alone(self, world: World) -> None:
        """Nothing of ours inside: a server that returns no copy, no id and no address."""
        await answered(world)
        envelope = world.mails.smtp.envelopes[-1][0]
        assert envelope.startswith("support+b-")
        head = f"From: postmaster@mx.example\r\nTo: {envelope}\r\nSubject: Mail failure\r\n\r\nUser unknown\r\n"
        await world.mails.send_raw(head.encode(), sender="", to=envelope)
        await world.settle()
        await world.advance(seconds=5)
        assert (await failed(world), await doors(world), len(await world.tickets())) == (1, [False], 1)
        assert "такого адреса нет" in said_in(world.group.topic("SD-1 ·"))

    @pytest.mark.parametrize(("fate", "lost"), [(GONE, True), (FULL, True), (LATER, False)])
    async def test_a_tag_tells_which_mail_was_sent_on_to_a_dead_mailbox(
        self, world: World, fate: tuple[str, str, str], *, lost: bool
    ) -> None:
        """The report names only where it was sent on to: it did not arrive, the other door has it, the door stays open."""
        await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
        receipt = await last_mail(world, ANN)
        person = world.person("Анна")
        person.start(await link_of(world, ANN))
        await world.settle()
        await mail(world, ANN_WRITES, "Re: Принтер", "Жду по почте", in_reply_to=receipt)
        await answer(world, "SD-1", "Вот ответ")
        envelope = world.mails.smtp.envelopes[-1][0]
        for number in range(2):
            await comes_back(world, block("old@elsewhere.example", fate), to=envelope, number=number)
        await world.advance(seconds=HELD)
        assert (await doors(world), await failed(world)) == ([True], int(lost))
        assert said_to(person).count("Вот ответ") == int(lost)
        told = said_in(world.group.topic("SD-1 ·"))
        assert told.count("old@elsewhere.example") == 1
        assert told.count("Отправили другим путём") == int(lost)

    async def test_an_out_of_office_to_the_envelope_finds_its_ticket(self, world: World) -> None:
        """Vacation programs answer to Return-Path and often keep no thread."""
        await answered(world)
        envelope = world.mails.smtp.envelopes[-1][0]
        head = f"From: deputy@client.example\r\nTo: {envelope}\r\nSubject: Away\r\nAuto-Submitted: auto-replied\r\n\r\nAway\r\n"
        await world.mails.send_raw(head.encode(), sender="", to=envelope)
        await world.settle()
        assert "deputy@client.example" in said_in(world.group.topic("SD-1 ·"))
        assert len(await world.tickets()) == 1

    async def test_a_tag_of_another_mail_or_a_made_up_one_is_none(self, world: World) -> None:
        await answered(world)
        guessed = "support+b-1-aaaaaaaaaaaaaaaaaaaa@otvet.example"
        await comes_back(world, block(ANN, GONE), to=guessed)
        assert (await failed(world), await doors(world)) == (0, [True])

    async def test_a_copy_that_comes_back_is_stopped_and_the_clients_mail_is_not(self, world: World) -> None:
        """The engineers hear once who gets no more copies; the client's door and answer stay as they are."""
        await world.mails.user(BOSS)
        await mail(world, ANN_WRITES, "Принтер", "Не печатает.", cc=[f"Начальник <{BOSS}>"])
        await answer(world, "SD-1", "Первый ответ")
        sent = (await last_mail(world, ANN))["Message-ID"]
        assert await times_mailed(world, BOSS, "Первый ответ") == 1
        for number in range(2):
            await comes_back(world, block(BOSS, GONE), failed=sent, number=number)
        told = said_in(world.group.topic("SD-1 ·"))
        assert (told.count("Больше копий туда не посылаем"), "не доставлено клиенту" in told) == (1, False)
        assert await doors(world) == [True]
        async with world.store.view() as view:
            assert [one.standing for one in await view.find(Participant)] == [Standing.REMOVED]
            assert await view.count(Parcel, purpose=Purpose.ANSWER, state=ParcelState.FAILED) == 0
        await answer(world, "SD-1", "Второй ответ")
        assert await times_mailed(world, ANN, "Второй ответ") == 1
        assert await times_mailed(world, BOSS, "Второй ответ") == 0

    async def test_of_a_mail_with_copies_the_clients_own_failure_is_the_clients(self, world: World) -> None:
        await world.mails.user(BOSS)
        await mail(world, ANN_WRITES, "Принтер", "Не печатает.", cc=[f"Начальник <{BOSS}>"])
        await answer(world, "SD-1", "Ответ")
        await comes_back(world, block(ANN, GONE), block(BOSS, WELL), failed=(await last_mail(world, ANN))["Message-ID"])
        assert await doors(world) == [False]
        async with world.store.view() as view:
            assert [one.standing for one in await view.find(Participant)] == [Standing.COPIED]

"""An answer to several people: everybody gets it once, as one mail, and each one's trouble is their own."""

from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import Participant, Standing, TicketId
from tests.steps import answer, chat, last_mail, mail, mails_of, order, said_in, said_to, text_of, times_mailed
from tests.world import SUPPORT, World

ANN, BOB, EVE = "ann@client.example", "bob@client.example", "eve@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"


@pytest.fixture
async def world(store_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    """A desk whose server delivers plus addresses."""
    async with World(clock=clock, url=store_url, folder=tmp_path, boxes=[{"plus": True}]) as made:
        for address in (ANN, BOB, EVE):
            await made.mails.user(address)
        yield made


async def let_in(world: World, *addresses: str, before: timedelta = timedelta(0)) -> None:
    """They take part in the first ticket, since now or some time before."""
    async with world.store.unit() as unit:
        for address in addresses:
            at = world.clock() - before
            ticket = TicketId(1)
            await unit.add(
                Participant(ticket_id=ticket, address=address, standing=Standing.ADMITTED, by="Борис", at=at)
            )
        await unit.commit()


def bare(mail: EmailMessage) -> bytes:
    """A mail without what the servers on its way stamped on it."""
    for name in ("Return-Path", "Delivered-To", "Received"):
        del mail[name]
    return mail.as_bytes()


async def test_everybody_gets_the_same_mail_once(world: World) -> None:
    """One Message-ID, one To and Cc, so that answering to all reaches all; the envelope names each one's own parcel."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await let_in(world, BOB, EVE)
    before = len(world.mails.smtp.envelopes)
    await answer(world, "SD-1", "Смотрим")
    mails = [await last_mail(world, address) for address in (ANN, BOB, EVE)]
    assert [len(await mails_of(world, address)) for address in (ANN, BOB, EVE)] == [2, 1, 1]
    assert len({bare(one) for one in mails}) == 1
    assert [one.addr_spec for one in mails[0]["To"].addresses] == [ANN]
    assert [one.addr_spec for one in mails[0]["Cc"].addresses] == [BOB, EVE]
    envelopes = world.mails.smtp.envelopes[before:]
    assert sorted(to for _, (to,) in envelopes) == [ANN, BOB, EVE]
    senders = {sender for sender, _ in envelopes}
    assert len(senders) == 3
    assert all(sender.startswith("support+b-") for sender in senders)


async def test_a_mail_with_other_readers_has_no_link_for_one(world: World) -> None:
    """It says how everybody proves an address of their own instead; alone the client has the link."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await answer(world, "SD-1", "Смотрим")
    assert "?start=L" in text_of(await last_mail(world, ANN))
    await let_in(world, BOB)
    await answer(world, "SD-1", "Нашли")
    for address in (ANN, BOB):
        text = text_of(await last_mail(world, address))
        assert "?start=" not in text
        assert "/email" in text


async def test_who_once_wrote_to_somebody_else_gets_no_link(world: World) -> None:
    """Whoever answers to all quotes our words to them."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.", cc=[BOB])
    await answer(world, "SD-1", "Смотрим")
    assert "?start=" not in text_of(await last_mail(world, ANN))


@pytest.mark.parametrize(("before", "quoted"), [(timedelta(0), False), (timedelta(hours=1), True)])
async def test_nobody_reads_what_was_said_before_their_time(world: World, before: timedelta, quoted: bool) -> None:
    await mail(world, ANN_WRITES, "Принтер", "Пароль от сейфа 1234.")
    world.clock.advance(minutes=10)
    await let_in(world, BOB, before=before)
    await answer(world, "SD-1", "Смотрим")
    for address in (ANN, BOB):
        assert ("> Пароль от сейфа" in text_of(await last_mail(world, address))) is quoted


async def test_one_refused_address_is_told_and_troubles_nobody_else(world: World) -> None:
    """In the server's words, to who wrote the answer; the client's door stays as it is."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await let_in(world, BOB, EVE)
    world.mails.smtp.faults.refuse[BOB] = "550 5.1.1 no such user here"
    await answer(world, "SD-1", "Смотрим")
    assert [await times_mailed(world, address, "Смотрим") for address in (ANN, BOB, EVE)] == [1, 0, 1]
    told = said_in(world.group.topic("SD-1 ·"))
    assert f"участнику {BOB}: 550 5.1.1 no such user here" in told
    assert "не доставлено клиенту" not in told


async def test_a_busy_server_of_one_is_tried_again_for_that_one(world: World) -> None:
    """Nobody else gets it twice; when it takes long the engineers hear of whom it is."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await let_in(world, BOB, EVE)
    world.mails.smtp.faults.refuse[EVE] = "451 4.7.1 greylisted"
    await answer(world, "SD-1", "Смотрим")
    for _ in range(4):
        await world.advance(minutes=6)
    assert f"Письмо для {EVE} ещё не доставлено (451 4.7.1 greylisted)" in said_in(world.group.topic("SD-1 ·"))
    del world.mails.smtp.faults.refuse[EVE]
    await world.advance(minutes=16)
    assert [await times_mailed(world, address, "Смотрим") for address in (ANN, BOB, EVE)] == [1, 1, 1]
    assert bare(await last_mail(world, ANN)) == bare(await last_mail(world, EVE))


async def test_all_refused_is_refused_for_each(world: World) -> None:
    """And the client's failure is the client's."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await let_in(world, BOB)
    for address in (ANN, BOB):
        world.mails.smtp.faults.refuse[address] = "554 5.7.1 we do not like you"
    await answer(world, "SD-1", "Смотрим")
    told = said_in(world.group.topic("SD-1 ·"))
    assert "не доставлено клиенту: 554 5.7.1 we do not like you" in told
    assert f"участнику {BOB}: 554 5.7.1 we do not like you" in told


async def test_a_client_in_telegram_and_the_others_by_mail(world: World) -> None:
    """Each by their own way; among themselves the others have one mail."""
    person = await chat(world, "Анна", "Не печатает")
    await let_in(world, BOB, EVE)
    await answer(world, "SD-1", "Смотрим")
    assert "Смотрим" in said_to(person)
    mails = [await last_mail(world, address) for address in (BOB, EVE)]
    assert len({bare(one) for one in mails}) == 1
    assert [one.addr_spec for one in mails[0]["To"].addresses] == [BOB]
    assert [one.addr_spec for one in mails[0]["Cc"].addresses] == [EVE]
    assert "SD-1 · Анна" in text_of(mails[0])
    assert mails[0]["Subject"].startswith("[SD-1] ")
    await answer(world, "SD-1", "Нашли")
    second = await last_mail(world, BOB)
    assert second["In-Reply-To"] == mails[0]["Message-ID"]
    assert second["Subject"] == f"Re: {mails[0]['Subject']}"


async def test_what_is_changed_or_taken_back_is_so_for_everybody(world: World) -> None:
    """While it waits."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await let_in(world, BOB)
    post = await answer(world, "SD-1", "Сами виноваты", go=False)
    world.group.edit(world.engineer, post, "Смотрим")
    await world.settle()
    await world.advance(seconds=40)
    assert [await times_mailed(world, address, "Смотрим") for address in (ANN, BOB)] == [1, 1]
    assert [await times_mailed(world, address, "виноваты") for address in (ANN, BOB)] == [0, 0]
    post = await answer(world, "SD-1", "Опять вы", go=False)
    world.group.react(world.engineer, post, "👎")
    await world.settle()
    await world.advance(seconds=40)
    assert [await times_mailed(world, address, "Опять") for address in (ANN, BOB)] == [0, 0]


async def test_a_copy_that_has_gone_before_the_clients_mail_is_told(world: World) -> None:
    """The client's server makes us wait: what is changed or taken back then is so for the client alone."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await let_in(world, BOB)
    world.mails.smtp.faults.refuse[ANN] = "451 4.7.1 greylisted"
    post = await answer(world, "SD-1", "Сами виноваты")
    assert await times_mailed(world, BOB, "виноваты") == 1
    world.group.edit(world.engineer, post, "Смотрим")
    await world.settle()
    assert f"прежний уже ушёл в копии: {BOB}" in said_in(world.group.topic("SD-1 ·"))
    world.group.react(world.engineer, post, "👎")
    await world.settle()
    assert f"копию уже получили: {BOB}" in said_in(world.group.topic("SD-1 ·"))
    del world.mails.smtp.faults.refuse[ANN]
    await world.advance(minutes=20)
    assert [await times_mailed(world, ANN, words) for words in ("виноваты", "Смотрим")] == [0, 0]


async def test_only_answers_and_questions_are_copied(world: World) -> None:
    """The weekly clock and its letters are between the client and us, and stay in the one thread."""
    id_ = await mail(world, ANN_WRITES, "Re: RE: Fwd: Ответ: Принтер", "Не печатает.")
    await let_in(world, BOB)
    await order(world, "SD-1", "/info Какой номер?")
    await world.pass_days(40)
    assert [await times_mailed(world, BOB, words) for words in ("Какой номер?", "Напоминание", "закрыта")] == [1, 0, 0]
    mails = await mails_of(world, ANN)
    assert len(mails) == 5  # receipt, question, two reminders, the closing letter
    assert {one["Subject"] for one in mails[1:]} == {"Re: [SD-1] Принтер"}
    assert mails[0]["Subject"] == "Заявка SD-1 зарегистрирована"  # nothing of what an unproven sender wrote
    assert [one["References"].split()[0] for one in mails] == [id_] * 5
    assert [one["Auto-Submitted"] for one in mails] == ["auto-replied", None, *["auto-replied"] * 3]
    assert [one["X-Auto-Response-Suppress"] for one in mails] == ["All", None, *["All"] * 3]
    senders = [sender for sender, (to,) in world.mails.smtp.envelopes if to == ANN]
    assert senders[0] == ""
    assert all(sender.startswith("support+b-") for sender in senders[1:])


async def test_a_mail_whose_answer_was_lost_comes_again_as_the_same_bytes(world: World) -> None:
    """Ten minutes later: its reader, or their server, can tell that it is one mail."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    world.mails.smtp.faults.drop_after_data = 1
    topic = world.group.topic("SD-1 ·")
    world.group.send_photo(world.engineer, caption="Вот так", topic=topic, reply_to=topic.messages[0])
    await world.settle()
    await world.advance(seconds=31)
    await world.advance(minutes=10)
    first, second = (await mails_of(world, ANN))[1:]
    assert bare(first) == bare(second)
    assert "Вот так" in text_of(first)


async def test_a_server_that_takes_no_other_sender_gets_the_address_itself(world: World) -> None:
    """Then and from then on, judged at MAIL or at RCPT."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    world.mails.smtp.faults.answers["RCPT"] = [b"553 5.7.1 <x>: Sender address rejected: not owned by user support"]
    await answer(world, "SD-1", "Смотрим")
    await answer(world, "SD-1", "Нашли")
    assert [sender for sender, _ in world.mails.smtp.envelopes][-2:] == [SUPPORT, SUPPORT]
    assert await times_mailed(world, ANN, "Нашли") == 1

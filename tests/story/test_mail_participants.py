"""People whom the client names in copy: they get later answers, and what they write is a word in the ticket."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import Participant, Standing, Status
from tests.steps import answer, last_mail, link_of, mail, mails_of, order, said_in, text_of, times_mailed
from tests.story.test_mail_clients import Restless
from tests.world import SUPPORT, World

ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"
BORIS = "boris@client.example"
BORIS_WRITES = f"Борис <{BORIS}>"
EVE = "eve@elsewhere.example"


@pytest.fixture
async def trusting(store_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    """A desk whose mailbox believes every From."""
    async with World(clock=clock, url=store_url, folder=tmp_path, boxes=[{"trust_from": True}]) as made:
        yield made


async def people(world: World) -> dict[str, Standing]:
    async with world.store.view() as view:
        return {one.address: one.standing for one in await view.find(Participant)}


async def test_who_is_named_by_a_proven_client_gets_later_answers(trusting: World) -> None:
    """No receipt, no reminder, no closing letter; each answer once."""
    world = trusting
    await world.mails.user(BORIS)
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.", cc=[BORIS_WRITES])
    assert await people(world) == {BORIS: Standing.COPIED}
    assert f"В копии: Борис <{BORIS}>. Получат следующие ответы" in said_in(world.group.topic("SD-1 ·"))
    await answer(world, "SD-1", "Смотрим")
    await order(world, "SD-1", "/info Какой номер?")
    await world.pass_days(40)
    assert (await world.tickets())[0].status is Status.CLOSED
    heard = [text_of(one) for one in await mails_of(world, BORIS) if one["From"] != one["To"]]
    ours = [one for one in heard if "Ромашка" in one or "Смотрим" in one or "номер" in one]
    assert sum("Смотрим" in one for one in ours) == 1
    assert sum("Какой номер?" in one for one in ours) == 1
    assert not any("Напоминание" in one or "закрыта" in one or "зарегистрирована" in one for one in heard)
    assert await times_mailed(world, ANN, "Напоминание") > 0


async def test_the_answer_quotes_the_mail_that_brought_somebody_in(store_url: str, tmp_path: Path) -> None:
    """They have it as well; that takes a moment to be worked on changes nothing."""
    async with World(clock=Restless(), url=store_url, folder=tmp_path, boxes=[{"trust_from": True}]) as world:
        await world.mails.user(BORIS)
        await mail(world, ANN_WRITES, "Принтер", "Пароль от сейфа 1234.")
        await world.advance(minutes=1)
        await mail(world, ANN_WRITES, "Re: [SD-1] Принтер", "Не печатает.", cc=[BORIS_WRITES])
        await answer(world, "SD-1", "Смотрим")
        for address in (ANN, BORIS):
            text = text_of(await last_mail(world, address))
            assert "> Не печатает." in text
            assert "сейфа" not in text


async def test_the_word_of_who_was_copied_counts(trusting: World) -> None:
    world = trusting
    await world.mails.user(BORIS)
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.", cc=[BORIS_WRITES])
    await order(world, "SD-1", "/info Какой номер?")
    await mail(world, BORIS_WRITES, "Re: Принтер", "Номер 12", in_reply_to=await last_mail(world, BORIS))
    (ticket,) = await world.tickets()
    assert ticket.status is Status.OPEN
    assert f"Борис <{BORIS}>, участник" in said_in(world.group.topic("SD-1 ·"))
    assert not any("зарегистрирована" in text_of(one) for one in await mails_of(world, BORIS))


async def test_an_unproven_sender_brings_nobody_in(world: World) -> None:
    """The engineers see who was named, and how to let them in."""
    await world.mails.user(EVE)
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.", cc=[EVE])
    assert await people(world) == {}
    told = said_in(world.group.topic("SD-1 ·"))
    assert f"В копии: {EVE}. Отправитель не подтверждён" in told
    before = len(await mails_of(world, EVE))
    await answer(world, "SD-1", "Смотрим")
    assert len(await mails_of(world, EVE)) == before


async def test_an_answer_to_what_we_sent_there_brings_people_in(world: World) -> None:
    """Proven by the id; what was said before their time is not sent to them."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await world.mails.user(BORIS)
    receipt = await last_mail(world, ANN)
    await mail(world, ANN_WRITES, "Re: Принтер", "Борис знает.", in_reply_to=receipt, cc=[BORIS_WRITES])
    assert await people(world) == {BORIS: Standing.COPIED}
    await answer(world, "SD-1", "Смотрим")
    heard = text_of(await last_mail(world, BORIS))
    assert "Смотрим" in heard
    assert "Не печатает" not in heard


async def test_only_the_client_brings_people_in(trusting: World) -> None:
    """Neither a participant does nor a stranger."""
    world = trusting
    for address in (BORIS, EVE):
        await world.mails.user(address)
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.", cc=[BORIS_WRITES])
    receipt = await last_mail(world, ANN)
    await mail(world, BORIS_WRITES, "Re: Принтер", "И Ева", in_reply_to=receipt, cc=[EVE])
    await mail(world, "Карл <carl@client.example>", "Re: Принтер", "И Ева", in_reply_to=receipt, cc=[EVE])
    assert EVE not in await people(world)
    assert said_in(world.group.topic("SD-1 ·")).count(f"В копии: {EVE}. ") == 1


async def test_who_never_takes_part(trusting: World) -> None:
    """Our own mailbox, robots, the client; and no more than twenty."""
    world = trusting
    crowd = [f"p{number}@client.example" for number in range(30)]
    robots = ["no-reply@shop.example", "noreply+1@shop.example", "MAILER-DAEMON@x.example", "bounces@x.example"]
    await mail(world, ANN_WRITES, "Принтер", "Сломался.", cc=[ANN, "support+x@otvet.example", *robots, *crowd])
    assert set(await people(world)) == set(crowd[:20])
    await mail(world, ANN_WRITES, "Re [SD-1]", "Ещё.", cc=["late@client.example"])
    assert len(await people(world)) == 20
    assert "У заявки уже 20 участников" in said_in(world.group.topic("SD-1 ·"))


async def test_who_was_let_out_is_not_copied_in_again(trusting: World) -> None:
    """The engineers' word stands, whoever the client names."""
    world = trusting
    await world.mails.user(BORIS)
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.", cc=[BORIS_WRITES])
    await order(world, "SD-1", f"/remove {BORIS}")
    await mail(world, ANN_WRITES, "Re [SD-1]", "Ещё.", cc=[BORIS_WRITES])
    assert await people(world) == {BORIS: Standing.REMOVED}
    before = len(await mails_of(world, BORIS))
    await answer(world, "SD-1", "Смотрим")
    assert len(await mails_of(world, BORIS)) == before


@pytest.mark.parametrize("let_out", [False, True], ids=["a participant", "let out"])
@pytest.mark.parametrize(("verdict", "shown"), [("none", EVE), ("fail", "отправитель не подтверждён")])
async def test_who_read_our_mail_in_copy_cannot_bring_others_in_as_the_client(
    store_url: str, clock: Any, tmp_path: Path, verdict: str, shown: str, *, let_out: bool
) -> None:
    """A copy has the Message-ID and the address of the client's own mail: naming them proves nobody any more."""
    boxes = [{"authserv_id": "mx.otvet.example", "plus": True}]
    async with World(clock=clock, url=store_url, folder=tmp_path, boxes=boxes) as world:
        await world.mails.user(BORIS)
        await world.mails.user(EVE)
        proof = {"Authentication-Results": "mx.otvet.example; dmarc=pass header.from=client.example"}
        await mail(world, ANN_WRITES, "Принтер", "Не печатает.", cc=[BORIS_WRITES], headers=proof)
        await answer(world, "SD-1", "Смотрим")
        copy = await last_mail(world, BORIS)
        if let_out:
            await order(world, "SD-1", f"/remove {BORIS}")
        fraud = {"Authentication-Results": f"mx.otvet.example; dmarc={verdict} header.from=client.example"}
        to = str(copy["Reply-To"])
        await mail(world, ANN_WRITES, "Re: Принтер", "И Еве", to=to, in_reply_to=copy, cc=[EVE], headers=fraud)
        assert EVE not in await people(world)
        assert shown in said_in(world.group.topic("SD-1 ·")), "engineers see whom it names, or that it is not hers"
        await answer(world, "SD-1", "Секрет")
        assert await times_mailed(world, EVE, "Секрет") == 0
        await mail(world, ANN_WRITES, "Re: Принтер", "Да", in_reply_to=copy, cc=[EVE], headers=proof)
        assert (await people(world))[EVE] is Standing.COPIED, "the proven client still may"


async def test_a_forged_client_brings_nobody_in(world: World) -> None:
    """Ann's address, her own id and a number, but nothing that proves her: her protected ticket stays hers alone."""
    sent = await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    world.person("Анна").start(await link_of(world, ANN))
    await world.settle()
    await world.mails.user(EVE)
    await mail(world, ANN_WRITES, "Re: [SD-1]", "Пишите и Еве", in_reply_to=sent, cc=[EVE])
    await mail(world, ANN_WRITES, "Re: [SD-1]", "Пишите и Еве", cc=[EVE])
    assert EVE not in await people(world)


async def test_two_mails_at_once_name_the_same_people(trusting: World) -> None:
    """Each stands there once."""
    world = trusting
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    for number in range(5):
        raw = f"From: {ANN}\r\nTo: {SUPPORT}\r\nCc: {BORIS}, {BORIS}\r\nSubject: SD-1\r\n\r\nword {number}"
        await world.mails.put(SUPPORT, raw.encode())
    await world.settle()
    assert await people(world) == {BORIS: Standing.COPIED}
    assert len(await world.tickets()) == 1

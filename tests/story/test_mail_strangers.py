"""Somebody who is not the client writes into a ticket's thread: seen by engineers only, until they let them in."""

from typing import Any

import pytest

from desk import linking
from desk.people import Audit, Door, Proof
from desk.tickets import Kind, Message, Participant, Role, Standing, Status, Ticket, Trace
from tests.steps import HELD, answer, last_mail, link_of, mail, mails_of, order, said_in, said_to, text_of
from tests.world import World

ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"
BORIS = "boris@client.example"
BORIS_WRITES = f"Борис <{BORIS}>"
EVE_WRITES = "Ева <eve@client.example>"


async def asked(world: World, *, status: Status = Status.WAITING) -> Ticket:
    """Ann's printer, about which she was asked for something."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await order(world, "SD-1", "/info Какой номер?")
    (ticket,) = await world.tickets()
    assert ticket.status is status
    return ticket


async def stranger(world: World, text: str, **more: Any) -> str:
    """Boris answers what was written to Ann."""
    return await mail(world, BORIS_WRITES, "Re: Принтер", text, in_reply_to=await last_mail(world, ANN), **more)


async def press(world: World, button: str, *, contains: str = "", number: str = "SD-1") -> str:
    """The engineer presses a button in the ticket's topic; the toast."""
    topic = world.group.topic(f"{number} ·")
    message = next(one for one in reversed(topic.messages) if button in one.buttons and contains in one.text)
    toast = await world.group.press(world.engineer, message, button)
    await world.settle()
    return toast


async def standing(world: World, address: str = BORIS) -> Standing | None:
    async with world.store.view() as view:
        person = await view.first(Participant, address=address)
    return person.standing if person else None


async def test_a_stranger_is_no_word_of_the_client(world: World) -> None:
    """The clock runs on to the closing; the stranger gets nothing at all, the client nothing of theirs."""
    before = await asked(world)
    sent = await stranger(world, "Номер 12", attachments=[("пароли.txt", b"secret")])
    told = said_in(world.group.topic("SD-1 ·"))
    assert "Номер 12" in told
    assert f"Борис <{BORIS}>, не участник заявки" in told
    (ticket,) = await world.tickets()
    assert (ticket.status, ticket.door_id, ticket.client_wrote_at) == (
        Status.WAITING,
        before.door_id,
        before.client_wrote_at,
    )
    assert (ticket.clock_from, ticket.active_at) == (before.clock_from, before.active_at)
    await answer(world, "SD-1", "Ждём номер")
    await world.pass_days(40)
    assert (await world.tickets())[0].status is Status.CLOSED
    letters = await mails_of(world, ANN)
    assert any("Напоминание" in text_of(one) for one in letters)
    for one in letters:
        assert "Номер 12" not in one.as_string() + text_of(one)
        assert sent not in one.as_string()
        assert "пароли" not in one.as_string()
    assert not await mails_of(world, BORIS)


async def test_many_mails_of_a_stranger_have_one_button_and_do_not_push_the_thread_away(world: World) -> None:
    first = await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    for number in range(25):
        last = await mail(world, BORIS_WRITES, "Re: Принтер", f"И у меня {number}", in_reply_to=receipt)
    shown = [one for one in world.group.topic("SD-1 ·").messages if "не участник" in one.text]
    assert [one.buttons for one in shown if one.buttons] == [["Допустить"]]
    await answer(world, "SD-1", "Починили")
    answered = await last_mail(world, ANN)
    assert first in answered["References"]
    assert last not in answered["References"]
    assert await standing(world) is Standing.STRANGER


async def test_who_is_let_in_takes_part_from_then_on(world: World) -> None:
    """What they said answers our question; later words do too; the client's door stays the client's."""
    before = await asked(world)
    await stranger(world, "Номер 12")
    assert await press(world, "Допустить") == "Допущен"
    assert await press(world, "Допустить") == "Уже допущен."
    (ticket,) = await world.tickets()
    assert (ticket.status, ticket.door_id) == (Status.OPEN, before.door_id)
    assert said_in(world.group.topic("SD-1 ·")).count("допускает к заявке: Борис") == 1
    async with world.store.view() as view:
        (line,) = await view.find(Audit, what="participant admitted")
        (person,) = await view.find(Participant)
        assert (line.who, line.ticket_id, line.data) == (world.engineer.name, 1, {"address": BORIS})
        assert (person.standing, person.by) == (Standing.ADMITTED, world.engineer.name)
        assert not await view.count(Message, kind=Kind.STRANGER)
        assert not await view.count(Trace, role=Role.STRANGER)
    await answer(world, "SD-1", "Едем чинить")
    for address in (ANN, BORIS):
        assert "Едем чинить" in text_of(await last_mail(world, address))
    assert "Номер 12" in text_of(await last_mail(world, ANN))  # the last words, quoted
    await order(world, "SD-1", "/info А этаж?")
    await mail(world, BORIS_WRITES, "Re: Принтер", "Третий", in_reply_to=await last_mail(world, BORIS))
    (ticket,) = await world.tickets()
    assert (ticket.status, ticket.door_id) == (Status.OPEN, before.door_id)
    assert f"Борис <{BORIS}>, участник" in said_in(world.group.topic("SD-1 ·"))
    assert len(await mails_of(world, BORIS)) == 2  # an answer and a question, no receipt


async def test_who_is_let_in_says_that_it_is_not_solved(world: World) -> None:
    """What they wrote after we thought so is a word like the client's own; what they wrote before is not."""
    await asked(world)
    await stranger(world, "Номер 12")
    await world.advance(minutes=1)
    await order(world, "SD-1", "/solved")
    await press(world, "Допустить")
    assert (await world.tickets())[0].status is Status.SOLVED
    await mail(world, EVE_WRITES, "Re: Принтер", "Всё ещё не печатает", in_reply_to=await last_mail(world, ANN))
    assert (await world.tickets())[0].status is Status.SOLVED
    await press(world, "Допустить", contains="Всё ещё")
    assert (await world.tickets())[0].status is Status.OPEN


async def test_an_answer_to_the_words_of_who_was_let_in_goes_to_the_client(world: World) -> None:
    """A stranger's words could not be answered; a participant's can."""
    await asked(world)
    await stranger(world, "Номер 12")
    await press(world, "Допустить")
    topic = world.group.topic("SD-1 ·")
    theirs = next(message for message in topic.messages if "Номер 12" in message.text)
    world.group.say(world.engineer, "Принято", topic, reply_to=theirs)
    await world.settle()
    await world.advance(seconds=HELD)
    assert "Принято" in text_of(await last_mail(world, ANN))


@pytest.mark.parametrize("way", ["button", "command"])
async def test_who_is_let_out_gets_nothing_more(world: World, way: str) -> None:
    """Not even what was on its way; what they write is a stranger's again, with a button."""
    await asked(world)
    await stranger(world, "Номер 12")
    await press(world, "Допустить")
    await answer(world, "SD-1", "Секрет", go=False)
    if way == "button":
        assert await press(world, "Больше не участник") == "Больше не участник"
        assert await press(world, "Больше не участник") == "Этот человек и так не участник."
    else:
        await order(world, "SD-1", f"/remove {BORIS.upper()}", go=False)
    await world.advance(seconds=HELD)
    assert "Секрет" in text_of(await last_mail(world, ANN))
    assert not await mails_of(world, BORIS)
    assert await standing(world) is Standing.REMOVED
    await stranger(world, "А я?")
    shown = [one.buttons for one in world.group.topic("SD-1 ·").messages if ", не участник" in one.text]
    assert shown == [["Допустить"], ["Допустить"]]
    assert await standing(world) is Standing.STRANGER


async def test_an_address_that_never_wrote_can_be_let_in_by_command(world: World) -> None:
    """What is no address, or ours, is refused with an example."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await world.mails.user(BORIS)
    for words in ("", "boris", "support@otvet.example", "support+x@otvet.example", f"{BORIS}, {ANN}"):
        await order(world, "SD-1", f"/admit {words}", go=False)
        assert "Кого допустить?" in world.group.topic("SD-1 ·").messages[-1].text
    await order(world, "SD-1", f"/admit {BORIS}", go=False)
    await answer(world, "SD-1", "Починили")
    assert "Починили" in text_of(await last_mail(world, BORIS))
    await order(world, "SD-1", "/remove nobody@client.example", go=False)
    assert "и так не участник" in world.group.topic("SD-1 ·").messages[-1].text
    await order(world, "SD-1", "/client", go=False)
    assert f"участник: {BORIS}" in world.group.topic("SD-1 ·").messages[-1].text


async def test_a_stranger_in_a_closed_thread_opens_a_ticket_of_their_own(world: World) -> None:
    """It does not open the closed one; both topics say that they may be related, only the stranger hears of theirs."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    await order(world, "SD-1", "/close решено")
    letters = len(await mails_of(world, ANN))
    await mail(world, BORIS_WRITES, "Re: Принтер", "И у меня", in_reply_to=receipt)
    first, second = await world.tickets()
    assert (first.status, second.status, second.related_id) == (Status.CLOSED, Status.NEW, first.id)
    assert "Возможно, связана с SD-1" in said_in(world.group.topic("SD-2 ·"))
    note = world.group.last("SD-2", topic=world.group.topic("SD-1 ·"))
    assert "Возможно, сюда относится" in note.text
    assert note.silent
    assert len(await mails_of(world, ANN)) == letters
    theirs = text_of(await last_mail(world, BORIS))
    assert "SD-2" in theirs
    assert "SD-1" not in theirs


async def test_a_stranger_who_is_a_client_stays_one(world: World) -> None:
    """Boris has a ticket of his own; in Ann's he is a stranger, and his is as it was."""
    await mail(world, BORIS_WRITES, "Сканер", "Не сканирует.")
    await order(world, "SD-1", "/info Какой номер?")
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await mail(world, BORIS_WRITES, "Re: Принтер", "И у меня", in_reply_to=await last_mail(world, ANN))
    assert "не участник" in said_in(world.group.topic("SD-2 ·"))
    assert [ticket.status for ticket in await world.tickets()] == [Status.WAITING, Status.NEW]
    assert len(await mails_of(world, BORIS)) == 2


async def test_a_stranger_who_turns_out_to_be_the_client_spoke_for_them(world: World) -> None:
    """Joined by an engineer's yes: what the other address said in the thread is the client's word."""
    await asked(world)
    await stranger(world, f"Номер 12, это я из дома. {ANN}")
    assert await standing(world) is Standing.STRANGER
    async with world.store.unit() as unit:
        doors = [await unit.first(Door, address=address) for address in (ANN, BORIS)]
        one, other = [door.client_id for door in doors if door]
        await linking.join(world.desk, unit, one, other, proof=Proof.ENGINEER, by="Борис")
        await unit.commit()
    await world.settle()
    assert (await world.tickets())[0].status is Status.OPEN
    assert await press(world, "Допустить") == "Допущен"
    await answer(world, "SD-1", "Едем")
    assert sum("Едем" in text_of(one) for one in [*await mails_of(world, ANN), *await mails_of(world, BORIS)]) == 1


@pytest.mark.parametrize("meanwhile", ["/close решено", "/line second"])
async def test_a_button_outlives_what_happens_to_the_ticket(world: World, meanwhile: str) -> None:
    """Somebody let into a closed ticket does not open it; their next word does."""
    await asked(world)
    await stranger(world, "Номер 12")
    await order(world, "SD-1", meanwhile)
    before = (await world.tickets())[0].status
    assert await press(world, "Допустить") == "Допущен"
    (ticket,) = await world.tickets()
    assert ticket.status is (Status.CLOSED if before is Status.CLOSED else Status.OPEN)
    await stranger(world, "Так что с ним?")
    (ticket,) = await world.tickets()
    assert ticket.status is Status.OPEN


async def test_an_automatic_answer_of_a_stranger_is_folded_and_asks_nothing(world: World) -> None:
    await asked(world)
    await stranger(world, "Я в отпуске", headers={"Auto-Submitted": "auto-replied"})
    (shown,) = [one for one in world.group.topic("SD-1 ·").messages if "в отпуске" in one.text]
    assert "не участник" in shown.text
    assert not shown.buttons
    assert await standing(world) is None
    assert (await world.tickets())[0].status is Status.WAITING


async def test_a_client_in_telegram_hears_nothing_of_a_stranger(world: World) -> None:
    """Neither in the chat nor in the list of requests; nor does who was let in get a list."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    await mail(world, BORIS_WRITES, "Re: Принтер", "И у меня", in_reply_to=receipt)
    person.say("/my")
    await world.settle()
    assert "И у меня" not in said_to(person)
    assert "Борис" not in said_to(person)

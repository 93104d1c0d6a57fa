"""Whom a mail is believed: a From that nothing proves never speaks for a client who has something to protect."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk import intake
from desk.incoming import Incoming, Sender
from desk.parcels import Parcel, Purpose
from desk.people import Answered, Door, Proof, Suggestion
from desk.tickets import Status
from playground.botapi import Person
from tests.steps import answer, chat, code_of, last_mail, link_of, mail, mails_of, order, said_in, said_to, text_of
from tests.story.test_mail_clients import bounce
from tests.world import SUPPORT, World

ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"
CLAIMS = "проверить отправителя не удалось"


async def linked(world: World) -> Person:
    """Ann with both doors: SD-1 began by mail and goes on in Telegram."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    return person


async def owners(world: World) -> list[int]:
    """The clients of all tickets, in order."""
    return [int(ticket.client_id) for ticket in await world.tickets()]


async def doors(world: World, **where: Any) -> list[Door]:
    async with world.store.view() as view:
        return await view.find(Door, **where)


@pytest.fixture
async def world(store_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    """A desk whose mail server says whom it could verify."""
    boxes = [{"authserv_id": "mx.otvet.example", "plus": True}]
    async with World(clock=clock, url=store_url, folder=tmp_path, boxes=boxes) as made:
        yield made


async def proven(world: World, subject: str, text: str, **more: Any) -> None:
    """A mail of Ann's that our server vouches for."""
    said = "mx.otvet.example; dmarc=pass header.from=client.example"
    await mail(world, ANN_WRITES, subject, text, headers={"Authentication-Results": said}, **more)


async def by_form(world: World, text: str) -> None:
    """What somebody typed into a form, with Ann's address."""
    sender = Sender(channel="mail", address=ANN, name="Анна")
    number = f"<{len(await world.tickets())}@form.example>"
    typed = Incoming(
        channel="mail", place="support", external_id=number, sender=sender, at=world.clock(), text=text, claimed=True
    )
    await intake.receive(world.desk, typed)
    await world.settle()


async def press(world: World, button: str, number: str = "SD-2") -> str:
    topic = world.group.topic(f"{number} ·")
    toast = await world.group.press(world.engineer, world.group.last(CLAIMS, topic=topic), button)
    await world.settle()
    return toast


async def test_a_mail_that_nothing_proves_is_only_suggested(world: World) -> None:
    """It is a request as usual, with a receipt, of somebody who says that they are Ann; Ann hears nothing of it."""
    person = await linked(world)
    heard = said_to(person)
    await mail(world, ANN_WRITES, "Пароль", "Пришлите мой пароль.")
    ann, other = await owners(world)
    assert ann != other
    assert text_of(await last_mail(world, ANN)).count("SD-2") == 1
    told = said_in(world.group.topic("SD-2 ·"))
    assert "Тот же клиент?" in told
    assert CLAIMS in told
    assert "не подтверждена" in told
    person.say("/my")
    await world.settle()
    assert "SD-2" not in said_to(person).removeprefix(heard)
    await answer(world, "SD-2", "Какой именно?")
    assert "Какой именно?" in text_of(await last_mail(world, ANN))
    assert "Какой именно?" not in said_to(person)


async def test_yes_makes_such_mails_the_clients(world: World) -> None:
    """Also the later ones, of which nobody is asked any more; and it can be undone."""
    await linked(world)
    await mail(world, ANN_WRITES, "Пароль", "Где пароль?")
    assert await press(world, "Да") == "Связали."
    await mail(world, ANN_WRITES, "Сканер", "Не сканирует.")
    assert len(set(await owners(world))) == 1
    assert "Тот же клиент?" not in said_in(world.group.topic("SD-3 ·"))
    assert "не подтверждена" not in world.group.topic("SD-3 ·").messages[0].text
    await order(world, "SD-1", "/unlink")
    first, second, third = await owners(world)
    assert first != second == third
    assert len(await doors(world, address=ANN)) == 2


async def test_no_keeps_them_apart_for_good(world: World) -> None:
    """What nothing proves collects with the one who claims, without asking again; what is proven comes to Ann."""
    await linked(world)
    await mail(world, ANN_WRITES, "Пароль", "Где пароль?")
    await press(world, "Нет")
    await mail(world, ANN_WRITES, "Сканер", "Не сканирует.")
    await proven(world, "Монитор", "Мерцает.")
    first, second, third, fourth = await owners(world)
    assert first == fourth != second == third
    async with world.store.view() as view:
        assert [one.state for one in await view.find(Suggestion)] == [Answered.NO]


async def test_an_answer_to_what_was_sent_to_the_address_is_the_clients(world: World) -> None:
    """Our id in the mail proves that its writer reads that mailbox; an id of ours sent elsewhere does not."""
    person = await linked(world)
    receipt = await last_mail(world, ANN)
    await mail(world, ANN_WRITES, "Re: Принтер", "И скрипит.", in_reply_to=receipt)
    assert len(await world.tickets()) == 1
    assert "И скрипит" in said_in(world.group.topic("SD-1 ·"))
    assert len(await doors(world, channel="mail")) == 1
    await mail(world, "boris@client.example", "Сканер", "Не сканирует.")
    theirs = await last_mail(world, "boris@client.example")
    await mail(world, ANN_WRITES, "Re: Сканер", "И у меня.", in_reply_to=theirs)
    assert "И у меня" in said_in(world.group.topic("SD-2 ·"))
    assert "не участник" in said_in(world.group.topic("SD-2 ·"))
    assert len(await doors(world, channel="mail", address=ANN)) == 2
    assert "И у меня" not in said_to(person)


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        ("", True),
        ("mx.otvet.example; none", True),
        ("mx.otvet.example; dkim=none; dmarc=none header.from=client.example", True),
        ("mx.otvet.example; dmarc=temperror header.from=client.example", True),
        ("mx.otvet.example; dkim=fail header.d=client.example; spf=fail smtp.mailfrom=client.example", True),
        ("mx.otvet.example; dmarc=fail header.from=other.example", True),
        ("mx.elsewhere.example; dmarc=fail header.from=client.example", True),
        ("mx.otvet.example; dmarc=fail header.from=client.example", False),
        ("mx.otvet.example; dkim=pass header.d=spam.example; dmarc=FAIL (p=none) header.from=Client.example", False),
    ],
)
@pytest.mark.parametrize("by", ["id", "tag"])
async def test_what_our_server_refutes_proves_nothing_by_answering(
    world: World, by: str, said: str, *, believed: bool
) -> None:
    """Who once had a copy knows the ids and the signed address: they do not make them the client."""
    await linked(world)
    await order(world, "SD-1", "/info Какой номер?")
    asked = await last_mail(world, ANN)
    thread: dict[str, Any] = {"in_reply_to": asked} if by == "id" else {"to": str(asked["Reply-To"])}
    headers = {"Authentication-Results": said} if said else {}
    await mail(world, ANN_WRITES, "Re: Принтер", "Номер 12.", headers=headers, **thread)
    (ticket,) = await world.tickets()
    shown = world.group.last("Номер 12", topic=world.group.topic("SD-1 ·"))
    assert (ticket.status, "отправитель не подтверждён" in shown.text) == (
        (Status.OPEN, False) if believed else (Status.WAITING, True)
    )
    assert [door.claimed for door in await doors(world, address=ANN)] == [False, *([] if believed else [True])]


async def test_an_id_of_the_clients_own_proves_nothing(world: World) -> None:
    """Everybody who had a copy knows it: shown as unproven, and counted once an engineer lets the address in."""
    sent = await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    world.person("Анна").start(await link_of(world, ANN))
    await world.settle()
    await order(world, "SD-1", "/info Какой номер?")
    await mail(world, ANN_WRITES, "Re: Принтер", "Номер 12.", in_reply_to=sent)
    (ticket,) = await world.tickets()
    assert ticket.status is Status.WAITING
    topic = world.group.topic("SD-1 ·")
    shown = world.group.last("Номер 12", topic=topic)
    assert "отправитель не подтверждён" in shown.text
    assert await world.group.press(world.engineer, shown, "Допустить") == "Допущен"
    await world.settle()
    assert (await world.tickets())[0].status is Status.OPEN
    await order(world, "SD-1", "/info А этаж?")
    await mail(world, ANN_WRITES, "Re: Принтер", "Третий.", in_reply_to=sent)
    assert (await world.tickets())[0].status is Status.OPEN
    await mail(world, ANN_WRITES, "Принтер SD-1", "Только номер.")
    assert len(await world.tickets()) == 2
    assert len(await mails_of(world, ANN)) == 4  # receipts and questions: no copies go to the client


async def test_a_tag_of_somebody_elses_ticket_proves_nothing(world: World) -> None:
    """Boris knows the tag of his own ticket: with Ann's address in From he is not Ann."""
    await linked(world)
    await mail(world, "boris@client.example", "Сканер", "Не сканирует.")
    tag = str((await last_mail(world, "boris@client.example"))["Reply-To"])
    await mail(world, ANN_WRITES, "Re: Сканер", "И у меня.", to=tag)
    assert [door.claimed for door in await doors(world, address=ANN)] == [False, True]
    own = str((await last_mail(world, ANN))["Reply-To"])
    await mail(world, ANN_WRITES, "Re: Принтер", "Это я.", to=own)
    assert "Это я" in said_in(world.group.topic("SD-1 ·"))
    assert "не участник" not in said_in(world.group.topic("SD-1 ·"))


async def test_a_forged_participant_is_a_stranger(world: World) -> None:
    """Boris is known elsewhere and was copied by Ann; his address alone is not enough to speak in her ticket."""
    boris = "boris@client.example"
    await world.mails.user(boris)
    await mail(world, f"Борис <{boris}>", "Сканер", "Не сканирует.")
    world.person("Борис").start(await link_of(world, boris))
    await world.settle()
    said = "mx.otvet.example; dmarc=pass header.from=client.example"
    headers = {"Authentication-Results": said}
    sent = await mail(world, ANN_WRITES, "Принтер", "Не печатает.", cc=[boris], headers=headers)
    await order(world, "SD-2", "/info Какой номер?")
    await mail(world, boris, "Re: Принтер", "Номер 13", in_reply_to=sent)
    assert f"{boris}, не участник" in said_in(world.group.topic("SD-2 ·"))
    await mail(world, boris, "Принтер SD-2", "Номер 14")
    tickets = await world.tickets()
    assert (tickets[1].status, tickets[2].related_id) == (Status.WAITING, 2)
    await mail(world, boris, "Re: Принтер", "Номер 12", in_reply_to=sent, headers=headers)
    assert (await world.tickets())[1].status is Status.OPEN


async def test_who_has_nothing_to_protect_is_taken_at_their_word(world: World) -> None:
    """All that is known of them came by mails like this one; nobody is asked anything."""
    for subject in ("Принтер", "Сканер"):
        await mail(world, ANN_WRITES, subject, "Сломалось.")
    assert len(set(await owners(world))) == 1
    assert "Тот же клиент?" not in said_in(world.group.topic("SD-2 ·"))


async def test_what_was_proven_once_is_protected(world: World) -> None:
    """A server vouched for the address before: a mail without that is not believed any more."""
    await proven(world, "Принтер", "Не печатает.")
    await mail(world, ANN_WRITES, "Сканер", "Не сканирует.")
    await proven(world, "Монитор", "Мерцает.")
    first, second, third = await owners(world)
    assert first == third != second


async def test_a_form_speaks_for_nobody_who_is_known(world: World) -> None:
    """Its sender is what somebody typed: suggested, whatever is known of the address."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await by_form(world, "Сломалось.")
    first, second = await owners(world)
    assert first != second
    assert CLAIMS in said_in(world.group.topic("SD-2 ·"))
    assert [door.vouched_at for door in await doors(world)] == [None, None]


async def test_who_comes_after_a_form_in_their_name_is_asked_about(world: World) -> None:
    """The form made a client whom nothing proves; the mail that is proven makes the real one, and engineers join them."""
    await by_form(world, "Сломалось.")
    await proven(world, "Сканер", "Не сканирует.")
    first, second = await owners(world)
    assert first != second
    asked = world.group.last("Тот же клиент?", topic=world.group.topic("SD-2 ·"))
    assert "Раньше от имени этого адреса" in asked.text
    assert await world.group.press(world.engineer, asked, "Да") == "Связали."
    await by_form(world, "Опять.")
    assert len(set(await owners(world))) == 1


async def test_the_answer_to_a_claimed_receipt_goes_on_in_its_ticket(world: World) -> None:
    """Whoever reads the mailbox may, proven or not; the next new mail is nothing of that ticket's."""
    await linked(world)
    await mail(world, ANN_WRITES, "Сканер", "Не сканирует.")
    receipt = await last_mail(world, ANN)
    await mail(world, ANN_WRITES, "Re: Сканер", "И не греется.", in_reply_to=receipt)
    await proven(world, "Re: Сканер", "И скрипит.", in_reply_to=receipt)
    told = said_in(world.group.topic("SD-2 ·"))
    assert "И не греется" in told
    assert "И скрипит" in told
    assert "не участник" not in told
    await proven(world, "Монитор", "Мерцает.")
    first, second, third = await owners(world)
    assert first == third != second


async def test_the_link_in_a_claimed_receipt_proves_the_mailbox(world: World) -> None:
    """Ann opens it in her Telegram: the request that claimed to be hers is hers."""
    person = await linked(world)
    await mail(world, ANN_WRITES, "Сканер", "Не сканирует.")
    link = await link_of(world, ANN)
    person.start(link)
    await world.settle()
    assert len(set(await owners(world))) == 1
    person.say("Вот номер")
    await world.settle()
    assert "Вот номер" in said_in(world.group.topic("SD-2 ·"))


async def test_the_link_to_who_filled_in_a_form_makes_the_address_theirs(world: World) -> None:
    """Nobody else has it: the chat goes on in the form's ticket, and later mails are of the same client."""
    await world.mails.user(ANN)
    await by_form(world, "Сломалось.")
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    assert ANN in person.last().text
    person.say("Вот номер")
    await world.settle()
    assert "Вот номер" in said_in(world.group.topic("SD-1 ·"))
    await proven(world, "Сканер", "Не сканирует.")
    assert len(set(await owners(world))) == 1
    assert [door.claimed for door in await doors(world, channel="mail")] == [False]


async def test_a_link_mailed_before_an_unlinking_joins_only_whom_the_address_belongs_to(world: World) -> None:
    """It names the client of that day; today the address is somebody else's."""
    boris = "boris@client.example"
    await mail(world, boris, "Принтер", "Не печатает.")
    await mail(world, ANN_WRITES, "Сканер", f"Не сканирует.\n\n--\n{boris}")
    asked = world.group.last("Тот же клиент?")
    await world.group.press(world.engineer, asked, "Да")
    await world.settle()
    await proven(world, "Монитор", "Мерцает.")
    link = await link_of(world, ANN)
    await order(world, "SD-1", "/unlink")
    person = world.person("Анна")
    person.start(link)
    await world.settle()
    first, second, third = await owners(world)
    assert first != second == third
    person.say("/my")
    await world.settle()
    assert "SD-1" not in person.last().text


async def test_a_link_that_somebody_else_opens_joins_nobody(world: World) -> None:
    """Ann has a Telegram already: another one is asked of the engineers, and neither client is his."""
    await linked(world)
    await mail(world, ANN_WRITES, "Сканер", "Не сканирует.")
    eve = world.person("Ева")
    eve.start(await link_of(world, ANN))
    await world.settle()
    assert "Проверим" in eve.last().text
    eve.say("/my")
    await world.settle()
    assert "SD-" not in eve.last().text


async def test_a_code_proves_the_address_and_leaves_the_claimed_apart(world: World) -> None:
    """What was merely claimed stays with who claimed it until an engineer says otherwise."""
    await proven(world, "Принтер", "Не печатает.")
    await mail(world, ANN_WRITES, "Сканер", "Не сканирует.")
    person = await chat(world, "Анна", "Добрый день, монитор мерцает")
    person.say(f"/email {ANN}")
    await world.settle()
    person.say(await code_of(world, ANN))
    await world.settle()
    first, second, third = await owners(world)
    assert first == third != second


async def test_six_digits_by_mail_are_no_code(world: World) -> None:
    """A code is typed in the chat that asked for it: a mail, from whomever, only makes a request."""
    await world.mails.user(ANN)
    person = world.person("Ева")
    person.start()
    person.say(f"/email {ANN}")
    await world.settle()
    await mail(world, ANN_WRITES, "Код", await code_of(world, ANN))
    assert len(await world.tickets()) == 1
    mailed, chatted = [await doors(world, channel=channel) for channel in ("mail", "telegram")]
    assert [door.proof for door in (*mailed, *chatted)] == [Proof.FIRST, Proof.FIRST]
    assert mailed[0].client_id != chatted[0].client_id


@pytest.mark.parametrize("address", [SUPPORT, "support+sd1@otvet.example"])
async def test_no_code_goes_to_ourselves(world: World, address: str) -> None:
    person = world.person("Ева")
    person.start()
    person.say(f"/email {address}")
    await world.settle()
    assert "Это наш адрес" in person.last().text


async def test_a_dead_mailbox_is_dead_for_both(world: World) -> None:
    """A hard bounce of a claimed client's mail shuts the real one's door, and the other way round."""
    await linked(world)
    await mail(world, ANN_WRITES, "Сканер", "Не сканирует.")
    await answer(world, "SD-2", "Смотрим")
    await world.mails.put(SUPPORT, bounce((await last_mail(world, ANN))["Message-ID"]))
    await world.settle()
    await world.advance(seconds=5)
    assert all(door.shut_at for door in await doors(world, address=ANN))
    assert "не доставлено клиенту" in said_in(world.group.topic("SD-2 ·"))
    # A mail that only claims to come from there opens the claimed door alone.
    await mail(world, ANN_WRITES, "Монитор", "Мерцает.")
    assert [bool(door.shut_at) for door in await doors(world, address=ANN, order="claimed")] == [True, False]


async def test_the_other_door_is_never_the_same_address(world: World) -> None:
    """Joined by an engineer Ann has two doors of one mailbox: what one refuses goes to Telegram, not to the other."""
    person = await linked(world)
    await world.advance(seconds=1)  # the claimed door is the one used last
    await mail(world, ANN_WRITES, "Сканер", "Не сканирует.")
    await press(world, "Да")
    await answer(world, "SD-2", "Смотрим")
    assert "Смотрим" not in said_to(person)
    report = bounce((await last_mail(world, ANN))["Message-ID"], status="5.7.1")
    await world.mails.put(SUPPORT, report.replace(b"no such user", b"policy").replace(b"User unknown", b"Rejected"))
    await world.settle()
    await world.advance(seconds=31)
    assert "Смотрим" in said_to(person)


async def test_five_receipts_an_hour_go_to_an_address_whoever_claims_it(world: World) -> None:
    await linked(world)
    for number in range(7):
        await mail(world, ANN_WRITES, f"Вопрос {number}", "Текст")
    async with world.store.view() as view:
        assert await view.count(Parcel, purpose=Purpose.RECEIPT, place=ANN) == 5

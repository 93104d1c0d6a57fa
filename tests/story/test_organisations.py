"""Whose client somebody is: what proves it, what the engineers are asked, what follows for plan, card and linking."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desk import client_commands, contracts
from desk.organisations import Belonging, Organisation, Sign
from desk.people import Answered, Audit, Client
from desk.tickets import Status, Ticket
from playground.botapi import Person
from tests.steps import chat, code_of, link_of, mail, order, said_in
from tests.world import World

HEAD = "client id;organisation;plan;valid from;valid until;product;licence;domains;contact;phone;e-mail;telegram\n"
ROGA = "A-1042;Рога;warranty;2026-01-01;2026-12-31;Касса;LIC-77;roga.example;Иван;+79160000001;ivan@home.example;@ivan_roga\n"
KOPYTA = "B-7;Копыта;warranty;;2026-10-31;;;kopyta.example;;;;\n"
PLANS = [
    {"name": "base", "title": "Базовая", "base": True, "first_answer": "16 working hours"},
    {"name": "warranty", "title": "Гарантия", "first_answer": "8 working hours", "solve": "40 working hours"},
]
LEAD = [{"telegram": "@maria", "name": "Мария", "role": "lead"}]


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with desk_with_a_list(sqlite_url, clock, tmp_path) as made:
        yield made


@asynccontextmanager
async def desk_with_a_list(url: str, clock: Any, folder: Path) -> AsyncIterator[World]:
    """A desk with two plans and two organisations; B-7's contract ended three weeks ago."""
    tables = {"plan": PLANS, "person": LEAD}
    boxes = [{"authserv_id": "mx.otvet.example"}]
    async with World(clock=clock, url=url, folder=folder, tables=tables, boxes=boxes) as made:
        await listed(made, ROGA, KOPYTA)
        yield made


async def listed(world: World, *rows: str, head: str = HEAD) -> str:
    content = (head + "".join(rows)).encode()
    said, _ = await client_commands.bring_in(world.desk, content, apply=True, skip_refused=False)
    await world.settle()
    return said


async def proven(world: World, sender: str, subject: str = "Вопрос", text: str = "Не печатает.", **more: str) -> str:
    """A mail that our server vouches for; its Message-ID."""
    said = f"mx.otvet.example; dmarc=pass header.from={sender.rpartition('@')[2]}"
    return await mail(world, sender, subject, text, headers={"Authentication-Results": said}, **more)


async def company(world: World, ticket: int = 1) -> tuple[str, str, str]:
    """Whose the ticket is, whose its client is, and the ticket's plan."""
    async with world.store.view() as view:
        found = await view.get(Ticket, ticket)
        assert found
        client = await view.get(Client, found.client_id)
        assert client
        its = await view.get(Organisation, found.organisation_id or 0)
        theirs = await view.get(Organisation, client.organisation_id or 0)
    return its.number if its else "", theirs.number if theirs else "", found.plan


def card(world: World, number: str = "SD-1") -> str:
    return world.group.topic(f"{number} ·").messages[0].text


def asked(world: World, number: str = "SD-1") -> list[Any]:
    return [one for one in world.group.topic(f"{number} ·").messages if "Похоже на то" in one.text]


async def press(world: World, button: str, number: str = "SD-1") -> str:
    toast = await world.group.press(world.engineer, asked(world, number)[-1], button)
    await world.settle()
    return toast


async def shared(world: World, person: Person, phone: str, *, own: bool) -> None:
    person.send_contact(phone, own=own)
    await world.settle()


PROVEN = {
    "ann@roga.example": ("A-1042", "A-1042", "warranty"),
    "ivan@home.example": ("A-1042", "A-1042", "warranty"),
    "ann@kopyta.example": ("B-7", "B-7", "base"),  # their contract ended
    "ann@sub.roga.example": ("", "", "base"),
    "ann@roga.example.evil.example": ("", "", "base"),
    "eve@home.example": ("", "", "base"),
}


async def test_a_proven_mail_makes_its_sender_the_organisations(world: World) -> None:
    """By a domain or a contact's address, exactly; the plan follows from a contract that holds."""
    for sender in PROVEN:
        await proven(world, sender)
    await world.advance(seconds=4)
    for number, (sender, whose) in enumerate(PROVEN.items(), start=1):
        assert (sender, await company(world, number)) == (sender, whose)
        assert not asked(world, f"SD-{number}")
        assert ("Организация" in card(world, f"SD-{number}")) is bool(whose[0])


async def test_a_mail_that_nothing_proves_is_a_question_asked_once(world: World) -> None:
    await mail(world, "ann@roga.example", "Вопрос", "Не печатает.")
    assert await company(world) == ("", "", "base")
    await mail(world, "ann@roga.example", "Другой вопрос", "Не сканирует.")
    assert [len(asked(world, number)) for number in ("SD-1", "SD-2")] == [1, 0]
    assert "roga.example, но отправитель не подтверждён" in asked(world)[0].text
    assert await press(world, "Да") == "Записано: клиент этой организации"
    for ticket in (1, 2):
        assert await company(world, ticket) == ("A-1042", "A-1042", "warranty")
    assert "Сроки пересчитаны: план «Гарантия» (Борис)" in said_in(world.group.topic("SD-2 ·"))
    assert "уже ответили" in await press(world, "Нет")
    await world.advance(seconds=4)
    assert "Организация: Рога (A-1042)" in card(world)
    assert "Договор: Гарантия, до 31.12.2026, продукт Касса, лицензия LIC-77" in card(world)


async def test_after_a_no_the_same_sign_is_not_asked_again_and_a_proof_still_counts(world: World) -> None:
    await mail(world, "ann@roga.example", "Вопрос", "Не печатает.")
    assert await press(world, "Нет") == "Записано: не эта организация"
    await mail(world, "ann@roga.example", "Ещё вопрос", "Не сканирует.")
    assert not asked(world, "SD-2")
    async with world.store.view() as view:
        trail = await view.find(Audit, what="organisation refused")
    assert [(one.who, one.data["number"]) for one in trail] == [("Борис", "A-1042")]
    await proven(world, "ann@roga.example", "Третий вопрос")
    assert (await company(world, 3))[0] == "A-1042"


WRITTEN = {
    "Клиент А-1042 (буква русская), всё стоит": "A-1042",
    "наш код клиента: a-1042.": "A-1042",
    "Лицензия lic-77, касса не открывается": "A-1042",
    "Звоните Ивану: 8 (916) 000-00-01": "A-1042",
    "клиент B-7 и клиент ZZ-9": "B-7",
    "XA-1042 и A-10421, A-1042X": "",
    "У нас 1042 ошибки": "",
    "A-1042" * 10_000: "",
}


async def test_what_is_written_is_a_question(world: World) -> None:
    """A client id, a licence or a contact's phone in the client's words asks the engineers and decides nothing."""
    for number, text in enumerate(WRITTEN, start=1):
        await mail(world, f"someone{number}@other.example", "Вопрос", text)
    for number, (text, whose) in enumerate(WRITTEN.items(), start=1):
        assert await company(world, number) == ("", "", "base")
        found = [whose in one.text for one in asked(world, f"SD-{number}")]
        assert (text[:60], found) == (text[:60], [True] if whose else [])


async def test_several_signs_are_one_question_and_another_sign_is_another(world: World) -> None:
    person = await chat(world, "Анна", "Клиент A-1042, лицензия LIC-77")
    assert len(asked(world)) == 1
    assert "код клиента A-1042; в сообщении назван номер её лицензии LIC-77" in asked(world)[0].text
    person.say("Ещё раз: A-1042")
    await world.settle()
    assert len(asked(world)) == 1
    person.say("И телефон Ивана +7 916 000 00 01")
    await world.settle()
    assert len(asked(world)) == 2
    await press(world, "Да")
    async with world.store.view() as view:
        left = await view.count(Belonging, state=Answered.OPEN)
    assert left == 0
    person.say("Кстати, клиент B-7 тоже жалуется")
    await world.settle()
    assert len(asked(world)) == 2


async def test_a_phone_is_a_proof_when_telegram_vouches_and_a_question_when_not(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    await shared(world, ann, "+79160000001", own=False)
    assert len(asked(world)) == 1
    assert (await company(world))[0] == ""
    await shared(world, ann, "+79160000001", own=True)
    assert await company(world) == ("A-1042", "A-1042", "warranty")
    assert "Сроки пересчитаны: план «Гарантия» (автоматически)." in said_in(world.group.topic("SD-1 ·"))
    assert "телефон +79160000001 назван в её договоре" in said_in(world.group.topic("SD-1 ·"))


async def test_a_contacts_number_in_telegram_proves_and_the_name_asks(world: World) -> None:
    ivan = world.person("Иван")
    await listed(world, f"C-1;Хвосты;;;;;;;Пётр;;;{ivan.id}\n")
    ivan.say("Не печатает")
    await world.settle()
    assert (await company(world))[0] == "C-1"
    other = world.bot.world.person("Пётр", username="Ivan_Roga")
    other.say("Не сканирует")
    await world.settle()
    assert (await company(world, 2))[0] == ""
    assert "@Ivan_Roga" in asked(world, "SD-2")[0].text


async def test_an_address_proven_by_a_code_counts_when_they_write_next(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    await world.mails.user("ann@roga.example")
    ann.say("/email ann@roga.example")
    await world.settle()
    ann.say(await code_of(world, "ann@roga.example"))
    await world.settle()
    ann.say("Ну что там?")
    await world.settle()
    assert await company(world) == ("A-1042", "A-1042", "warranty")


async def test_who_opens_a_link_that_we_mailed_to_a_domain_is_of_it(store_url: str, clock: Any, tmp_path: Path) -> None:
    """The mail proved nothing; whoever opened the link in its receipt reads that mailbox. On both databases."""
    async with desk_with_a_list(store_url, clock, tmp_path) as world:
        await linked_unlinked_and_taken_out(world)


async def linked_unlinked_and_taken_out(world: World) -> None:
    await mail(world, "ann@roga.example", "Вопрос", "Не печатает.")
    ann = world.person("Анна")
    ann.start(await link_of(world, "ann@roga.example"))
    await world.settle()
    ann.say("Ну что там?")
    await world.settle()
    assert await company(world) == ("A-1042", "A-1042", "warranty")
    await order(world, "SD-1", "/unlink")
    await order(world, "SD-1", "/org none")
    await mail(world, "ann@roga.example", "Re: Вопрос", "Не печатает.")
    assert (await company(world))[0] == ""


async def test_the_question_outlives_a_restart_and_two_presses_answer_it_once(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """Also in a group without topics and in shadow mode, where the client hears nothing of it."""
    tables = {"plan": PLANS, "person": LEAD, "desk": {"quiet": True}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, forum=False) as world:
        await listed(world, ROGA)
        ann = world.person("Анна")
        ann.say("Клиент A-1042, не печатает")
        await world.settle()
        await world.stop()
        await world.start()
        await world.settle()
        [question] = [one for one in world.group.messages if "Похоже на то" in one.text]
        toasts = await asyncio.gather(
            world.group.press(world.engineer, question, "Да"), world.group.press(world.engineer, question, "Нет")
        )
        await world.settle()
        assert sum(toast.startswith("Записано") for toast in toasts) == 1
        async with world.store.view() as view:
            assert await view.count(Audit, what="organisation set") + await view.count(
                Audit, what="organisation refused"
            )
        assert [one for one in ann.chat if one.from_bot] == []


async def test_an_order_in_a_closed_request_leaves_its_promise(world: World) -> None:
    """Whose it was is put right, also for the report; by which plan it was served stays as it was."""
    await chat(world, "Анна", "Не печатает")
    async with world.store.unit() as unit:
        ticket = await unit.get(Ticket, 1)
        assert ticket is not None
        await unit.save(replace(ticket, status=Status.CLOSED))
        await unit.commit()
    await order(world, "SD-1", "/org A-1042")
    assert await company(world) == ("A-1042", "A-1042", "base")


async def test_a_proof_of_a_second_organisation_is_a_question(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    await order(world, "SD-1", "/org B-7")
    await shared(world, ann, "+79160000001", own=True)
    assert (await company(world))[0] == "B-7"
    assert len(asked(world)) == 1
    await press(world, "Да")
    assert await company(world) == ("A-1042", "A-1042", "warranty")
    ann.say("И ещё раз")
    await world.settle()
    assert len(asked(world)) == 1


async def test_an_engineers_word_outweighs_every_sign(world: World) -> None:
    """`/org none` is not undone by the next proven mail, `/org` sets it again, and the trail names who did it."""
    await proven(world, "ann@roga.example")
    await order(world, "SD-1", "/org none")
    assert await company(world) == ("", "", "base")
    await proven(world, "ann@roga.example", "Ещё вопрос")
    assert await company(world, 2) == ("", "", "base")
    assert not asked(world, "SD-2")
    await order(world, "SD-2", "/org а-1042")
    assert await company(world, 2) == ("A-1042", "A-1042", "warranty")
    assert await company(world, 1) == ("A-1042", "A-1042", "warranty")
    async with world.store.view() as view:
        trail = await view.find(Audit, what="organisation set", ticket_id=1)
    assert [one.who for one in trail] == ["Борис", "Борис"]


REFUSED = {
    "/org": "Напишите код клиента",
    "/org Z-1": "с кодом «Z-1» нет",
    "/org <b>x</b>": "с кодом «<b>x</b>» нет",
    "/org none": "Так и записано",
    f"/org {'9' * 3000}": "с кодом «999",
}


async def test_an_order_that_cannot_be_carried_out_is_answered(world: World) -> None:
    await chat(world, "Анна", "Не печатает")
    for command, answer in REFUSED.items():
        await order(world, "SD-1", command)
        assert answer in world.group.topic("SD-1 ·").messages[-1].text
    assert await company(world) == ("", "", "base")


async def test_client_says_whose_they_are_and_by_what(world: World) -> None:
    await proven(world, "ann@kopyta.example")
    await order(world, "SD-1", "/client")
    said = said_in(world.group.topic("SD-1 ·"))
    assert "Организация: Копыта (B-7)\n• подтверждён адрес в её почтовом домене kopyta.example" in said
    assert "⚠ Договор закончился 31.10.2026. Заявка обслуживается по плану «Базовая»." in said
    assert "⚠ Договор закончился 31.10.2026. Заявка обслуживается по плану «Базовая»." in card(world)


async def test_client_says_as_whom_the_contract_names_them(world: World) -> None:
    await listed(world, "A-1042;Иван Иванов;директор;ivan@home.example\n", head="client id;contact;role;e-mail\n")
    await proven(world, "ivan@home.example")
    await order(world, "SD-1", "/client")
    assert "• в договоре: Иван Иванов, директор" in said_in(world.group.topic("SD-1 ·"))


async def test_linking_carries_the_organisation_and_unlinking_takes_it_back(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    await proven(world, "ann@roga.example", "Почта")
    ann.say("/email ann@roga.example")
    await world.settle()
    ann.say(await code_of(world, "ann@roga.example"))
    await world.settle()
    assert await company(world, 1) == await company(world, 2) == ("A-1042", "A-1042", "warranty")
    await order(world, "SD-1", "/unlink")
    assert await company(world, 1) == ("", "", "base")
    assert await company(world, 2) == ("A-1042", "A-1042", "warranty")


async def test_of_two_organisations_the_first_stays_and_the_topics_say_so(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    await order(world, "SD-1", "/org B-7")
    await proven(world, "ann@roga.example", "Почта")
    ann.say("/email ann@roga.example")
    await world.settle()
    ann.say(await code_of(world, "ann@roga.example"))
    await world.settle()
    assert await company(world, 1) == ("B-7", "B-7", "base")
    assert (await company(world, 2))[:2] == ("A-1042", "B-7")
    assert "Связаны клиенты двух организаций: Копыта (B-7) и Рога (A-1042)" in said_in(world.group.topic("SD-2 ·"))
    await order(world, "SD-1", "/unlink")
    assert await company(world, 2) == ("A-1042", "A-1042", "warranty")


async def test_a_list_that_changes_applies_to_known_clients_when_they_write_next(world: World) -> None:
    """A new domain changes nothing by itself; a changed contract does, for open requests."""
    await proven(world, "ann@new.example")
    await listed(world, "C-3;Новые;warranty;;;;;new.example;;;;\n")
    assert (await company(world))[0] == ""
    await proven(world, "ann@new.example", "Re: Вопрос", "Ну что?")
    assert await company(world) == ("C-3", "C-3", "warranty")
    await listed(world, "C-3;2026-11-01\n", head="client id;valid until\n")
    assert (await company(world))[2] == "base"
    said = said_in(world.group.topic("SD-1 ·"))
    assert "Договор организации изменён.\nСроки пересчитаны: план «Базовая» (оператор)." in said


async def test_a_word_in_the_thread_of_a_request_keeps_what_it_proved(world: World) -> None:
    """The request that it goes on in becomes the organisation's, and stays so."""
    first = await proven(world, "ann@new.example")
    await listed(world, "C-3;Новые;warranty;;;;;new.example;;;;\n")
    await proven(world, "ann@new.example", "Re: Вопрос", "Ну что?", in_reply_to=first)
    async with world.store.view() as view:
        assert await view.count(Ticket) == 1
    assert await company(world) == ("C-3", "C-3", "warranty")


async def test_a_stranger_in_the_thread_says_nothing_of_its_client(world: World) -> None:
    """Who writes into somebody's thread from an organisation's domain does not make the request theirs."""
    first = await mail(world, "eve@other.example", "Вопрос", "Не печатает.")
    said = "mx.otvet.example; dmarc=pass header.from=roga.example"
    await mail(
        world,
        "ann@roga.example",
        "Re: Вопрос",
        "Клиент B-7",
        headers={"Authentication-Results": said, "In-Reply-To": first},
    )
    assert (await company(world))[0] == ""
    assert not asked(world)


async def told(world: World) -> list[str]:
    await world.advance(minutes=5)
    return [one.text for one in world.group.messages if one.from_bot and "оговоры заканчиваются" in one.text]


async def test_the_lead_is_told_thirty_and_seven_days_before_and_when_it_is_over(world: World) -> None:
    """Once each, in working hours, also over a restart and when the desk was off on the day; a renewal begins anew."""
    await asyncio.gather(contracts.tick(world.desk), contracts.tick(world.desk))
    assert [text.count("Копыта") for text in await told(world)] == [1]  # ended three weeks ago, entered today
    await world.advance(days=9)  # 2 December, 29 days left
    [*_, text] = await told(world)
    assert "@maria" in text
    assert "A-1042 Рога: осталось 29 дней, последний — 31.12.2026. План: Гарантия." in text
    await world.stop()
    await world.start()
    assert len(await told(world)) == 2
    await world.advance(days=20)  # 22 December: nine days left
    assert len(await told(world)) == 2
    await world.advance(days=2, hours=11)  # 24 December, night: seven days left
    assert len(await told(world)) == 2
    await world.advance(hours=12)
    assert len(await told(world)) == 3
    await world.stop()
    world.clock.advance(days=19)  # 13 January: off on the very day
    await world.start()
    [*_, text] = await told(world)
    assert "Рога: закончился 31.12.2026" in text
    await listed(world, "A-1042;2027-02-10\n", head="client id;valid until\n")
    [*_, text] = await told(world)
    assert "Рога: осталось 28 дней, последний — 10.02.2027" in text
    assert len(await told(world)) == 5
    async with world.store.view() as view:
        kept = await view.first(Organisation, number="A-1042")
    assert kept is not None
    assert kept.warned == "30 2027-02-10"


async def test_names_from_the_list_are_shown_as_they_are(world: World) -> None:
    """Markup in a name is text, on the card and in the question."""
    await listed(world, "X-1;<b>Жирные</b> & Ко;;;;<i>;;fat.example;;;;\n")
    await proven(world, "ann@fat.example")
    await world.advance(seconds=4)
    assert "Организация: <b>Жирные</b> & Ко (X-1)" in card(world)
    assert "продукт <i>" in card(world)
    async with world.store.view() as view:
        [kept] = await view.find(Belonging)
    assert (kept.sign, kept.proven, kept.state) == (Sign.DOMAIN, True, Answered.YES)

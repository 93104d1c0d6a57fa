"""One client, two doors: what proves it, what merely suggests it, and how it is undone."""

import pytest

from desk.people import Audit, Client, Door, Key
from desk.tickets import Message, Status
from tests.steps import (
    answer,
    chat,
    code_of,
    last_mail,
    link_of,
    mail,
    mails_of,
    order,
    said_in,
    said_to,
    text_of,
    times_mailed,
)
from tests.world import World

ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"


async def clients_with_doors(world: World) -> list[int]:
    """How many clients there are that own a door."""
    async with world.store.view() as view:
        return sorted({door.client_id for door in await view.find(Door)})


async def owner(world: World, number: int) -> str:
    async with world.store.view() as view:
        ticket = next(one for one in await world.tickets() if one.id == number)
        client = await view.get(Client, ticket.client_id)
    return client.name if client else "?"


async def test_the_link_in_a_receipt_leads_the_mails_ticket_on_in_telegram(world: World) -> None:
    """/start with the link makes one client; the next Telegram message continues the ticket of that very mail."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает принтер в бухгалтерии.")
    link = await link_of(world, ANN)
    await mail(world, ANN_WRITES, "Сканер", "Ещё и сканер не работает.")
    await world.advance(seconds=1)
    person = world.person("Анна")
    person.start(link)
    await world.settle()
    assert ANN in person.last().text
    person.say("Вот серийный номер: 12345")
    await world.settle()
    assert "Вот серийный номер" in said_in(world.group.topic("SD-1 ·"))
    assert len(await world.tickets()) == 2
    assert len(await clients_with_doors(world)) == 1
    assert "Теперь это один клиент" in said_in(world.group.topic("SD-1 ·"))
    await answer(world, "SD-1", "Спасибо, смотрим")
    assert "Спасибо, смотрим" in said_to(person)
    assert not await times_mailed(world, ANN, "Спасибо, смотрим")


async def test_a_link_works_once(world: World) -> None:
    """Whoever opens it second gets nothing but a friendly word."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    link = await link_of(world, ANN)
    world.person("Анна").start(link)
    await world.settle()
    eve = world.person("Ева")
    eve.start(link)
    await world.settle()
    assert "уже использована" in eve.last().text
    eve.say("А что там в заявке?")
    await world.settle()
    assert len(await world.tickets()) == 2
    assert len(await clients_with_doors(world)) == 2


async def test_a_link_lives_for_thirty_days(world: World) -> None:
    """A day later it is old."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    link = await link_of(world, ANN)
    await world.advance(days=30, seconds=1)
    person = world.person("Анна")
    person.start(link)
    await world.settle()
    assert "устарела" in person.last().text
    assert len(await clients_with_doors(world)) == 1


@pytest.mark.parametrize("change", ["flip", "cut", "longer", "unpadded", "empty"])
async def test_a_forged_link_is_worth_nothing(world: World, change: str) -> None:
    """No letter of it may be another one, and the one that was not touched still works."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    link = await link_of(world, ANN)
    forged = {
        "flip": link[:-1] + ("A" if link[-1] != "A" else "B"),
        "cut": link[:17],
        "longer": link + "AAAA",
        "unpadded": link[:-2],
        "empty": "L",
    }[change]
    eve = world.person("Ева")
    eve.start(forged)
    await world.settle()
    assert "устарела" in eve.last().text
    assert len(await clients_with_doors(world)) == 1
    world.person("Анна").start(link)
    await world.settle()
    assert len(await clients_with_doors(world)) == 1


async def test_two_who_open_a_link_at_once_do_not_both_become_the_client(world: World) -> None:
    """Single use holds when both presses arrive together."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    link = await link_of(world, ANN)
    first, second = world.person("Анна"), world.person("Ева")
    first.start(link)
    second.start(link)
    await world.settle()
    greeted = [one for one in (first, second) if ANN in one.last().text]
    assert len(greeted) == 1
    async with world.store.view() as view:
        assert await view.count(Door, channel="telegram") == 1


async def test_no_link_goes_where_others_read(world: World) -> None:
    """A mail with further recipients gets a receipt without the link: an answer to all would hand it on."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.", cc=["boss@client.example"])
    (receipt,) = await mails_of(world, ANN)
    assert "SD-1" in text_of(receipt)
    assert not await link_of(world, ANN)
    async with world.store.view() as view:
        assert await view.count(Key) == 0


async def test_a_quoted_link_does_not_reach_the_engineers(world: World) -> None:
    """An engineer who pressed it in the topic would become the client."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    quoted = "\n".join(f"> {line}" for line in text_of(receipt).splitlines())
    await mail(world, ANN_WRITES, "Re: Принтер", f"Спешу, ждём.\n\nВы писали:\n{quoted}", in_reply_to=receipt)
    told = said_in(world.group.topic("SD-1 ·"))
    assert "Спешу, ждём" in told
    assert "start=L" not in told


@pytest.mark.parametrize("headers", [{}, {"Auto-Submitted": "auto-replied"}])
async def test_a_link_that_no_quotation_mark_tells_does_not_reach_the_engineers(
    world: World, headers: dict[str, str]
) -> None:
    """A machine's mail is shown whole as a quotation, a person may paste our words among their own."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    link = next(line for line in text_of(receipt).splitlines() if "start=L" in line)
    await mail(world, ANN_WRITES, "Re: Принтер", f"Буду в понедельник. {link}", in_reply_to=receipt, headers=headers)
    told = said_in(world.group.topic("SD-1 ·"))
    assert "Буду в понедельник" in told
    assert "start=L" not in told


async def test_a_second_telegram_is_linked_only_by_the_engineers(world: World) -> None:
    """The mail's owner has a Telegram already: the link may have been passed on, so a card asks."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    first = await link_of(world, ANN)
    await mail(world, ANN_WRITES, "Сканер", "И сканер.")
    second = await link_of(world, ANN)
    assert first != second
    world.person("Анна").start(first)
    await world.settle()
    other = world.person("Анна с работы")
    other.start(second)
    await world.settle()
    assert "Проверим" in other.last().text
    assert len(await clients_with_doors(world)) == 2
    card = next(m for m in world.group.messages if "Тот же клиент?" in m.text)
    assert card.buttons == ["Да", "Нет"]
    assert await world.group.press(world.engineer, card, "Да") == "Связали."
    await world.settle()
    assert len(await clients_with_doors(world)) == 1


async def test_a_mail_with_a_telegram_gets_no_more_links(world: World) -> None:
    """There is no need for one."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    world.person("Анна").start(await link_of(world, ANN))
    await world.settle()
    await order(world, "SD-1", "/close решено")
    closed = await last_mail(world, ANN)
    await world.advance(days=60)
    await mail(world, ANN_WRITES, "Сканер", "И сканер.", in_reply_to=closed)
    receipt = text_of(await last_mail(world, ANN))
    assert "SD-2" in receipt
    assert "t.me" not in receipt


async def test_a_code_from_the_mail_joins_history_and_tickets(world: World) -> None:
    """/email and the six digits: both tickets are of one client, and it stands in the audit trail."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    person = await chat(world, "Анна", "Не работает сканер")
    person.say(f"/email {ANN}")
    await world.settle()
    code = await code_of(world, ANN)
    person.say(f"{code[:3]} {code[3:]}")
    await world.settle()
    assert ANN in person.last().text
    assert len(await clients_with_doors(world)) == 1
    person.say("/my")
    await world.settle()
    assert "SD-1" in person.last().text
    assert "SD-2" in person.last().text
    assert len(await world.tickets()) == 2
    async with world.store.view() as view:
        assert await view.count(Audit, what="clients linked") == 1
    person.say(code)
    await world.settle()
    assert "уже использован" in person.last().text
    assert len(await world.tickets()) == 2


async def test_an_unknown_address_is_proven_in_the_same_words(world: World) -> None:
    """What is read in the chat and in the mail does not tell whether the desk knew the address."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await world.mails.user("new@client.example")
    eve = world.person("Ева")
    eve.start()
    await world.settle()
    answers, letters = [], []
    for address in (ANN, "new@client.example"):
        eve.say(f"/email {address}")
        await world.settle()
        answers.append(eve.last().text.replace(address, "…"))
        letter = text_of(await last_mail(world, address))
        letters.append(letter.replace(await code_of(world, address), "…"))
        eve.say(await code_of(world, address))
        await world.settle()
        answers.append(eve.last().text.replace(address, "…"))
    assert answers[:2] == answers[2:]
    assert letters[0] == letters[1]


async def test_a_wrong_code_has_five_tries(world: World) -> None:
    """The fifth wrong one ends it, also for the right one; none of them becomes a ticket."""
    await world.mails.user(ANN)
    person = world.person("Анна")
    person.start()
    await world.settle()
    person.say(f"/email {ANN}")
    await world.settle()
    code = await code_of(world, ANN)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for left in ("4 попытки", "3 попытки", "2 попытки", "1 попытка", "кончились"):
        person.say(wrong)
        await world.settle()
        assert left in person.last().text
    person.say(code)
    await world.settle()
    assert "кончились" in person.last().text
    assert not await world.tickets()
    async with world.store.view() as view:
        assert not await view.count(Door, channel="mail")


async def test_a_code_lives_for_ten_minutes(world: World) -> None:
    """Typed later it is said to be old, and is no request."""
    await world.mails.user(ANN)
    person = world.person("Анна")
    person.start()
    await world.settle()
    person.say(f"/email {ANN}")
    await world.settle()
    code = await code_of(world, ANN)
    await world.advance(minutes=10, seconds=1)
    person.say(code)
    await world.settle()
    assert "устарел" in person.last().text
    assert not await world.tickets()


async def test_six_digits_that_are_no_code_are_words(world: World) -> None:
    """A client who is asked for a number may answer with one."""
    person = await chat(world, "Анна", "Не печатает")
    await order(world, "SD-1", "/info Какой инвентарный номер?")
    person.say("123456")
    await world.settle()
    assert "123456" in said_in(world.group.topic("SD-1 ·"))


async def test_somebody_elses_chat_cannot_use_a_code(world: World) -> None:
    """A code belongs to the chat that asked for it."""
    await world.mails.user(ANN)
    person, eve = world.person("Анна"), world.person("Ева")
    for one in (person, eve):
        one.start()
    await world.settle()
    person.say(f"/email {ANN}")
    await world.settle()
    eve.say(await code_of(world, ANN))
    await world.settle()
    async with world.store.view() as view:
        assert not await view.count(Door, channel="mail")


async def test_three_codes_an_hour_for_a_person_and_for_an_address(world: World) -> None:
    """A fourth is refused in the same words for a known and an unknown address, whoever asks; an hour later it goes."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await world.mails.user("new@client.example")
    for address in (ANN, "new@client.example"):
        said = []
        for number in range(4):
            person = world.person(f"{address} {number}")
            person.start()
            await world.settle()
            person.say(f"/email {address}")
            await world.settle()
            said.append(person.last().text)
        assert "Отправили" in said[2]
        assert "Слишком много" in said[3]
        assert await times_mailed(world, address, "связать этот адрес") == 3
    one = world.person("Настойчивый")
    one.start()
    for number in range(4):
        await world.mails.user(f"a{number}@client.example")
        one.say(f"/email a{number}@client.example")
        await world.settle()
    assert "Слишком много" in one.last().text
    assert not await mails_of(world, "a3@client.example")
    await world.advance(hours=1, seconds=1)
    one.say("/email a3@client.example")
    await world.settle()
    assert await mails_of(world, "a3@client.example")


@pytest.mark.parametrize("words", ["ann", "a@b, c@d.example", "ann@client.example\nBcc: all@client.example", "@"])
async def test_what_is_no_address_gets_no_code(world: World, words: str) -> None:
    """It is said how to write the command."""
    person = world.person("Анна")
    person.start()
    await world.settle()
    person.say(f"/email {words}".strip())
    await world.settle()
    assert "/email ivan@example.com" in person.last().text
    async with world.store.view() as view:
        assert not await view.count(Key)


async def test_ones_own_contact_is_a_proof(world: World) -> None:
    """Two chats that share the same own number are one client."""
    first, second = world.person("Анна"), world.person("Анна дома")
    for person in (first, second):
        person.start()
        await world.settle()
        person.send_contact("+7 900 123-45-67")
        await world.settle()
    assert len(await clients_with_doors(world)) == 1


async def test_somebody_elses_contact_is_only_a_suggestion(world: World) -> None:
    """The card asks; «Нет» leaves everything as it was and is not asked again."""
    ann, eve = world.person("Анна"), world.person("Ева")
    ann.start()
    eve.start()
    await world.settle()
    ann.send_contact("89001234567")
    await world.settle()
    eve.send_contact("+79001234567", own=False, user_id=ann.id)
    await world.settle()
    assert len(await clients_with_doors(world)) == 2
    card = next(m for m in world.group.topic("SD-2 ·").messages if "Тот же клиент?" in m.text)
    await world.group.press(world.engineer, card, "Нет")
    eve.send_contact("+79001234567", own=False, user_id=ann.id)
    await world.settle()
    assert len(await clients_with_doors(world)) == 2
    assert sum("Тот же клиент?" in m.text for m in world.group.messages) == 1


async def test_a_forwarded_contact_proves_nothing(world: World) -> None:
    """Anna's own contact, passed on by Eva."""
    ann, eve = world.person("Анна"), world.person("Ева")
    ann.start()
    eve.start()
    await world.settle()
    sent = ann.send_contact("89001234567")
    await world.settle()
    eve.forward(sent)
    await world.settle()
    assert len(await clients_with_doors(world)) == 2


@pytest.mark.parametrize("signature", [f"С уважением,\nАнна\n{ANN}", "тел. 8 (900) 123-45-67"])
async def test_what_a_signature_claims_is_asked_of_the_engineers(world: World, signature: str) -> None:
    """Nothing is linked before their yes, and everything after it."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    owner_of_phone = world.person("Хозяйка номера")
    owner_of_phone.start()
    await world.settle()
    owner_of_phone.send_contact("+79001234567")
    await world.settle()
    before = len(await clients_with_doors(world))
    await chat(world, "Аня", f"Не работает сканер\n{signature}")
    assert len(await clients_with_doors(world)) == before + 1
    card = next(m for m in world.group.messages if "Тот же клиент?" in m.text)
    assert await world.group.press(world.engineer, card, "Да") == "Связали."
    await world.settle()
    assert len(await clients_with_doors(world)) == before
    assert "ответили" in await world.group.press(world.engineer, card, "Да")


async def test_a_folded_signature_claims_too(world: World) -> None:
    """The engineers see the words alone; whose phone stands below them is asked all the same."""
    owner_of_phone = world.person("Хозяйка номера")
    owner_of_phone.start()
    await world.settle()
    owner_of_phone.send_contact("+79001234567")
    await world.settle()
    quoted = "12.01.2026 10:00, Поддержка пишет:\n> Перезагрузите.\n> +7 900 765-43-21"
    text = f"Не печатает.\n\nС уважением,\nБорис\nтел. +7 900 123-45-67\n\n{quoted}"
    await mail(world, "Борис <boris@client.example>", "Принтер", text)
    shown = next(m.text for m in world.group.messages if "Не печатает" in m.text)
    assert shown.index("Не печатает.") < shown.index("С уважением")
    async with world.desk.view() as view:
        kept = (await view.find(Message, channel="mail"))[-1]
    assert (kept.text, kept.rest) == ("Не печатает.", f"С уважением,\nБорис\nтел. +7 900 123-45-67\n\n{quoted}")
    assert len([m for m in world.group.messages if "Тот же клиент?" in m.text]) == 1


async def test_quoting_somebody_is_no_claim(world: World) -> None:
    """A colleague who answers in the thread quotes the client's address; that is no reason to ask."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    text = f"Я тоже жду.\n\n22.11.2026 12:00, Анна <{ANN}> пишет:\n> Не печатает."
    await mail(world, "Борис <boris@client.example>", "Re: Принтер", text, in_reply_to=receipt)
    assert not any("Тот же клиент?" in m.text for m in world.group.messages)


async def test_unlink_gives_back_what_was_joined(world: World) -> None:
    """Old tickets return to their owners, later ones stay with the door that opened them, and it is in the trail."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    person = await chat(world, "Аня", "Не работает сканер")
    person.say(f"/email {ANN}")
    await world.settle()
    person.say(await code_of(world, ANN))
    await world.settle()
    await mail(world, ANN_WRITES, "Монитор", "Мигает монитор.")
    person.say("/new Сломалась мышь")
    await world.settle()
    person.say("Ещё про принтер", reply_to=None)
    await world.settle()
    await order(world, "SD-1", "/unlink")
    assert [await owner(world, n) for n in (1, 2, 3, 4)] == ["Анна Петрова", "Аня", "Анна Петрова", "Аня"]
    assert "отменена" in said_in(world.group.topic("SD-1 ·"))
    for number, by_mail in ((1, True), (2, False), (3, True), (4, False)):
        await answer(world, f"SD-{number}", f"Ответ {number}")
        assert (await times_mailed(world, ANN, f"Ответ {number}") == 1) is by_mail
        assert (f"Ответ {number}" in said_to(person)) is not by_mail
    async with world.store.view() as view:
        assert await view.count(Audit, what="clients unlinked") == 1
    await order(world, "SD-1", "/unlink")
    assert "ни с кем не связывали" in said_in(world.group.topic("SD-1 ·"))


async def test_an_edit_by_somebody_unlinked_is_no_word_of_the_client(world: World) -> None:
    """The engineers see it, but the client was asked, and still owes the answer."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    person = world.person("Ева")
    person.start(await link_of(world, ANN))
    await world.settle()
    said = person.say("Вот серийный номер: 12345")
    await world.settle()
    await order(world, "SD-1", "/unlink")
    await order(world, "SD-1", "/info Какая модель?")
    person.edit(said, "Вот серийный номер: 54321")
    await world.settle()
    assert "54321" in said_in(world.group.topic("SD-1 ·"))
    assert (await world.tickets())[0].status is Status.WAITING


async def test_an_address_proven_after_a_wrong_link_goes_back_with_its_chat(world: World) -> None:
    """Otherwise the other client's answers could come to a stranger's mailbox."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    eve = await chat(world, "Ева", f"Не работает сканер {ANN}")
    card = next(m for m in world.group.messages if "Тот же клиент?" in m.text)
    await world.group.press(world.engineer, card, "Да")
    await world.settle()
    await world.mails.user("eve@client.example")
    eve.say("/email eve@client.example")
    await world.settle()
    eve.say(await code_of(world, "eve@client.example"))
    await world.settle()
    await order(world, "SD-1", "/unlink")
    async with world.store.view() as view:
        doors = {door.address: door.client_id for door in await view.find(Door)}
    assert doors["eve@client.example"] == doors[str(eve.id)] != doors[ANN]


async def test_an_answer_on_its_way_does_not_go_to_who_was_unlinked(world: World) -> None:
    """It was to go to Telegram; now that chat is somebody else's, so it goes by mail."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    eve = await chat(world, "Ева", f"Не работает сканер {ANN}")
    card = next(m for m in world.group.messages if "Тот же клиент?" in m.text)
    await world.group.press(world.engineer, card, "Да")
    await world.settle()
    eve.say("/close")
    await world.settle()
    await eve.press(eve.last(), "SD-2")
    await world.settle()
    eve.say("Теперь про принтер")
    await world.settle()
    await answer(world, "SD-1", "Пароль: тайна", go=False)
    await order(world, "SD-1", "/unlink", go=False)
    await world.advance(seconds=31)
    await world.advance(seconds=31)
    assert "тайна" not in said_to(eve)
    assert await times_mailed(world, ANN, "тайна") == 1


async def test_one_ticket_goes_on_through_either_door(world: World) -> None:
    """The answer goes to the door that was last used in that ticket."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    person.say("Пишу из Telegram")
    await world.settle()
    await answer(world, "SD-1", "Первый ответ")
    assert "Первый ответ" in person.last().text
    await mail(world, ANN_WRITES, "Re: Принтер", "А теперь с почты", in_reply_to=receipt)
    await answer(world, "SD-1", "Второй ответ")
    assert await times_mailed(world, ANN, "Второй ответ") == 1
    assert "Второй ответ" not in said_to(person)
    assert len(await world.tickets()) == 1


async def test_a_blocked_bot_makes_the_answer_go_by_mail_and_the_topic_says_so(world: World) -> None:
    """Known beforehand or learnt from a 403, and back again once the bot is let in."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    person.say("Пишу из Telegram")
    await world.settle()
    await answer(world, "SD-1", "Ответ перед дверью", go=False)
    person.chat_here.blocked = True  # Telegram has not told: the 403 does
    await world.advance(seconds=31)
    await world.advance(seconds=31)
    assert await times_mailed(world, ANN, "Ответ перед дверью") == 1
    assert "Отправили другим путём: почта" in said_in(world.group.topic("SD-1 ·"))
    await answer(world, "SD-1", "Ещё один")
    assert await times_mailed(world, ANN, "Ещё один") == 1
    assert "Отправляем другим путём: почта" in said_in(world.group.topic("SD-1 ·"))
    person.unblock()
    await world.settle()
    await answer(world, "SD-1", "Снова здесь")
    assert "Снова здесь" in said_to(person)

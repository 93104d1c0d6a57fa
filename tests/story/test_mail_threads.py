"""Which ticket a mail goes on in: its signed tag, its thread, then a number; guessing gets nobody anything."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Door
from desk.tickets import Message, Status, Trace
from tests.steps import last_mail, link_of, mail, mails_of, order, said_in, text_of
from tests.world import SUPPORT, World

ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"
BORIS = "boris@client.example"
EVE = "eve@elsewhere.example"
SALES = "sales@otvet.example"


@pytest.fixture
async def tagged(store_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    """A desk with two mailboxes whose mails carry tags."""
    boxes = [{"plus": True}, {"name": "sales", "address": SALES, "plus": True}]
    async with World(clock=clock, url=store_url, folder=tmp_path, boxes=boxes) as made:
        yield made


async def tag_of(world: World, address: str) -> str:
    """Where the last mail to somebody wants its answer, with our signed tag."""
    return str((await last_mail(world, address))["Reply-To"])


async def ticket_with(world: World, words: str) -> int:
    async with world.store.view() as view:
        found = [message for message in await view.find(Message) if words in message.text]
    assert len(found) == 1
    return int(found[0].ticket_id)


@pytest.mark.parametrize(
    "subject",
    [
        "[SD-1]",
        "Re: Принтер [SD-1]",
        "sd-1",
        "Ответ: по заявке SD-1.",
        "AW: Fwd: (Sd-1)",
        "SD-99 и SD-1",
        "Заявка_SD-1",
    ],
)
async def test_a_number_in_the_subject_leads_the_client_to_their_ticket(world: World, subject: str) -> None:
    """Some programs drop the thread; the client, through any door of theirs, may still say which one it is."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await mail(world, ANN_WRITES, subject, "Ещё про то же.")
    assert len(await world.tickets()) == 1
    assert "Ещё про то же" in said_in(world.group.topic("SD-1 ·"))


@pytest.mark.parametrize(
    "subject", ["SD-12", "XSD-1", "SD-1x", "SD1", "ASD-1-SD", "SD-", "SD-0", "SD-99999999999999", "1"]
)
async def test_what_is_no_number_of_a_ticket_leads_nowhere(world: World, subject: str) -> None:
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await mail(world, ANN_WRITES, subject, "Новое.")
    first, second = await world.tickets()
    assert second.related_id is None
    assert first.status is Status.NEW


async def test_guessing_gets_a_stranger_what_any_new_mail_gets(tagged: World) -> None:
    """A number, a tag made up, an id: the same receipt as for a new mail, nothing of the ticket, no word in it."""
    world = tagged
    await mail(world, ANN_WRITES, "Секретный проект", "Секрет.")
    await order(world, "SD-1", "/info Что?")
    before = (await world.tickets())[0]
    receipts = []
    guesses: list[dict[str, Any]] = [
        {},
        {"subject": "Вопрос [SD-1]"},
        {"subject": "Вопрос SD-77"},
        {"to": "support+sd1.aaaaaaaaaaaaaaaaaaaa@otvet.example"},
        {"in_reply_to": "<otvet.1.aaaaaaaaaaaaaaaaaaaa@otvet.example>"},
    ]
    for number, guess in enumerate(guesses, 2):
        who = f"eve{number}@elsewhere.example"
        await mail(world, who, guess.pop("subject", "Вопрос"), "Что там?", **guess)
        (receipt,) = await mails_of(world, who)
        receipts.append(text_of(receipt).replace(f"SD-{number}", "SD-N"))
        assert "Секрет" not in receipt.as_string() + text_of(receipt)
    assert len({text.partition("t.me")[0] for text in receipts}) == 1
    after, *others = await world.tickets()
    assert after == before
    assert [one.related_id for one in others] == [None, 1, None, None, None]


async def test_numbers_that_strangers_guess_do_not_fill_a_topic(world: World) -> None:
    """The first few are told there; each new ticket's own topic says it always."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    for number in range(8):
        await mail(world, f"eve{number}@elsewhere.example", "SD-1", "Что там?")
    assert said_in(world.group.topic("SD-1 ·")).count("Возможно, сюда относится") == 5
    assert all("Возможно, связана с SD-1" in said_in(world.group.topic(f"SD-{number} ·")) for number in range(2, 10))


async def test_a_forged_sender_with_a_number_is_not_the_protected_client(world: World) -> None:
    """Ann has a Telegram: her address and the number of her ticket are not enough to speak in it."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    world.person("Анна").start(await link_of(world, ANN))
    await world.settle()
    await order(world, "SD-1", "/info Какой номер?")
    await mail(world, ANN_WRITES, "Re: Принтер [SD-1]", "Всё, закрывайте")
    first, second = await world.tickets()
    assert (first.status, second.related_id) == (Status.WAITING, first.id)
    assert first.client_id != second.client_id


async def test_a_tag_comes_before_the_thread_and_the_thread_before_the_number(tagged: World) -> None:
    world = tagged
    for subject in ("Принтер", "Сканер", "Монитор"):
        await mail(world, ANN_WRITES, subject, "Сломалось.")
    first, second, _ = await mails_of(world, ANN)
    tag = str(first["Reply-To"])
    await mail(world, ANN_WRITES, "Re: [SD-3]", "с меткой", to=tag, in_reply_to=second)
    await mail(world, ANN_WRITES, "Re: [SD-3]", "с нитью", in_reply_to=second)
    await mail(world, ANN_WRITES, "Re: [SD-3]", "с номером")
    assert [await ticket_with(world, words) for words in ("с меткой", "с нитью", "с номером")] == [1, 2, 3]


@pytest.mark.parametrize("header", ["Cc", "To"])
async def test_a_tag_counts_wherever_it_was_written_to(tagged: World, header: str) -> None:
    """Answered to all, or with other people first."""
    world = tagged
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    tag = await tag_of(world, ANN)
    people = {"to": "boss@client.example", "cc": [tag]} if header == "Cc" else {"to": ["boss@client.example", tag]}
    await mail(world, ANN_WRITES, "Другое", "Дополнение.", **people)
    assert await ticket_with(world, "Дополнение") == 1


async def test_a_tag_of_somebody_elses_ticket_makes_a_stranger(tagged: World) -> None:
    """Boris has Ann's tag (she forwarded our mail) and a ticket of his own: hers hears him as a stranger only."""
    world = tagged
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    tag = await tag_of(world, ANN)
    await mail(world, BORIS, "Сканер", "Не сканирует.")
    await mail(world, BORIS, "Re: Принтер", "Что с принтером?", to=tag)
    assert "не участник" in said_in(world.group.topic("SD-1 ·"))
    assert len(await mails_of(world, BORIS)) == 1
    assert [ticket.status for ticket in await world.tickets()] == [Status.NEW, Status.NEW]


async def test_in_reply_to_comes_before_references(world: World) -> None:
    for subject in ("Принтер", "Сканер"):
        await mail(world, ANN_WRITES, subject, "Сломалось.")
    first, second = [str(one["Message-ID"]) for one in await mails_of(world, ANN)]
    headers = {"In-Reply-To": first, "References": f"{first} {second}"}
    await mail(world, ANN_WRITES, "Re: Что-то", "Ответ.", headers=headers)
    assert await ticket_with(world, "Ответ.") == 1


async def test_our_own_ids_come_before_other_peoples(world: World) -> None:
    """In a thread of two requests the one that we wrote in decides, though an id of the client's own is newer."""
    theirs = await mail(world, ANN_WRITES, "Принтер", "Сломался.")
    await mail(world, ANN_WRITES, "Сканер", "Сломался.")
    ours = str((await last_mail(world, ANN))["Message-ID"])
    await mail(world, ANN_WRITES, "Re: Что-то", "Ответ.", headers={"References": f"{ours} {theirs}"})
    assert await ticket_with(world, "Ответ.") == 2


@pytest.mark.parametrize("ids", ["", "<>", "< >", "<", "<<>>", "@", "<@>"])
async def test_an_empty_id_matches_nothing(world: World, ids: str) -> None:
    """Also when there are mails without an id."""
    for _ in range(2):
        head = f"From: {EVE}\r\nTo: {SUPPORT}\r\nSubject: x\r\nMessage-ID: {ids}\r\nIn-Reply-To: {ids}\r\n"
        head += f"References: {ids} {ids}\r\n\r\n"
        await world.mails.put(SUPPORT, (head + f"Hello {len(await world.tickets())}").encode())
        await world.settle()
    assert len(await world.tickets()) == 2


async def test_ten_thousand_references_cost_no_more_than_fifty(world: World) -> None:
    """What the mail answers is among them; an id lost in the crowd is not looked for."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    ours = str((await last_mail(world, ANN))["Message-ID"])
    crowd = "".join(f" <{number}@x.example>\r\n" for number in range(10_000))
    for number, answered in enumerate((ours, "<9999@x.example>")):
        head = f"From: {ANN}\r\nTo: {SUPPORT}\r\nSubject: x\r\nMessage-ID: <{number}@client.example>\r\n"
        raw = f"{head}In-Reply-To: {answered}\r\nReferences: {ours}\r\n{crowd}\r\nwords {number}"
        await world.mails.put(SUPPORT, raw.encode())
        await world.settle()
    assert [await ticket_with(world, f"words {number}") for number in (0, 1)] == [1, 2]


async def test_the_same_id_in_two_mailboxes_means_the_one_of_the_mailbox(tagged: World) -> None:
    """Two mails of two people under one id: an answer goes on where it was written to."""
    world = tagged
    shared = {"Message-ID": "<shared@client.example>"}
    await mail(world, ANN_WRITES, "Принтер", "Раз.", headers=shared)
    await mail(world, ANN_WRITES, "Сканер", "Два.", to=SALES, headers=shared)
    await mail(world, ANN_WRITES, "Re", "в продажи", to=SALES, in_reply_to="<shared@client.example>")
    await mail(world, ANN_WRITES, "Re", "в поддержку", in_reply_to="<shared@client.example>")
    assert [await ticket_with(world, words) for words in ("в поддержку", "в продажи")] == [1, 2]


async def test_an_answer_to_a_mail_sent_to_both_mailboxes_comes_to_either(tagged: World) -> None:
    """The mail is one request, and its id is known in both."""
    world = tagged
    sent = await mail(world, ANN_WRITES, "Принтер", "Раз.", to=[SUPPORT, SALES])
    assert len(await world.tickets()) == 1
    for number, address in enumerate((SUPPORT, SALES)):
        await mail(world, ANN_WRITES, "Re", f"дополнение {number}", to=address, in_reply_to=sent)
    assert len(await world.tickets()) == 1
    async with world.store.view() as view:
        assert await view.count(Trace, external_id=sent) == 2
        assert await view.count(Door) == 1


async def test_who_answers_a_forwarded_mail_of_ours_is_a_stranger(world: World) -> None:
    """Our id, copied by somebody else, is no pass: it was not sent to them."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    receipt = await last_mail(world, ANN)
    await mail(world, EVE, "Fwd: Принтер", "Пришлите мне ответ", in_reply_to=receipt)
    assert "не участник" in said_in(world.group.topic("SD-1 ·"))
    assert not await mails_of(world, EVE)
    assert len(await world.tickets()) == 1

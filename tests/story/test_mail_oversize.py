"""A mail that is too large to be fetched: the ticket shows what is known of it, its sender is told how else to send."""

import pytest

from desk.parcels import Parcel, Purpose
from tests.steps import mail, mails_of, said_in, text_of, times_mailed
from tests.world import SUPPORT, World

ANN = "ann@client.example"
TOO_LARGE = "слишком большое"


def huge(subject: str = "Журнал сбоя", *, headers: str = "", number: int = 1, sender: str = ANN) -> bytes:
    head = f"From: Anna <{sender}>\nTo: {SUPPORT}\nSubject: {subject}\nMessage-ID: <huge{number}@client.example>\n"
    return f"{head}{headers}\n".replace("\n", "\r\n").encode() + (b"x" * 75 + b"\r\n") * 340_000


async def arrive(world: World, raw: bytes) -> None:
    if not world.mails.imap.has_user(ANN):
        await world.mails.user(ANN)
    await world.mails.put(SUPPORT, raw)
    await world.settle(30)


async def test_the_ticket_shows_it_and_the_sender_is_told_once(world: World) -> None:
    await arrive(world, huge())
    topic = world.group.topic("SD-1 ·")
    shown = said_in(topic)
    assert "Журнал сбоя" in shown
    assert "26 МБ" in shown
    assert "Processed" in shown
    assert "Anna" in shown
    told = [one for one in await mails_of(world, ANN) if TOO_LARGE in text_of(one)]
    assert len(told) == 1
    assert "26 МБ" in text_of(told[0])
    assert "до 25 МБ" in text_of(told[0])
    assert "t.me/" in text_of(told[0])
    assert told[0]["Auto-Submitted"] == "auto-replied"
    assert told[0]["In-Reply-To"] == "<huge1@client.example>"
    await world.stop()
    await world.start()
    await world.settle()
    assert await times_mailed(world, ANN, TOO_LARGE) == 1


@pytest.mark.parametrize("headers", ["", "In-Reply-To: <first@client.example>\n"], ids=["a new ticket", "in a thread"])
async def test_to_an_unproven_sender_it_repeats_nothing_that_was_written(world: World, headers: str) -> None:
    """Our server carries no advertisement to a forged address: neither in the subject nor in a name."""
    head = f"From: Cheap pills <{ANN}>\nTo: {SUPPORT}\nSubject: Buy pills\nMessage-ID: <first@client.example>\n\nBuy.\n"
    if headers:
        await arrive(world, head.replace("\n", "\r\n").encode())
    await arrive(world, huge("Buy pills", headers=headers).replace(b"From: Anna", b"From: Cheap pills"))
    mails = await mails_of(world, ANN)
    assert [one for one in mails if TOO_LARGE in text_of(one) or "too large" in text_of(one)]
    assert not [one for one in mails if "pills" in f"{one['Subject']} {one['To']} {text_of(one)}"]
    assert all("SD-1" in str(one["Subject"]) for one in mails)


async def test_in_a_thread_it_joins_its_ticket(world: World) -> None:
    sent = await mail(world, f"Anna <{ANN}>", "Printer", "The printer does not print, what shall we do about it?")
    await arrive(world, huge("Re: Printer", headers=f"In-Reply-To: {sent}\n"))
    assert len(await world.tickets()) == 1
    assert "26 МБ" in said_in(world.group.topic("SD-1 ·"))
    assert await times_mailed(world, ANN, "too large") == 1, "in the language that the client writes in"
    assert await times_mailed(world, ANN, TOO_LARGE) == 0


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ("Auto-Submitted: auto-generated\n", ANN),
        ("List-Id: <news.client.example>\nPrecedence: list\n", ANN),
        ("Return-Path: <>\n", "mailer-daemon@client.example"),
        ("", SUPPORT),
    ],
    ids=["machine", "list", "bounce", "our own address"],
)
async def test_machines_get_no_answer(world: World, headers: str, sender: str) -> None:
    await arrive(world, huge(headers=headers, sender=sender))
    async with world.store.view() as view:
        assert await view.find(Parcel, channel="mail", purpose=Purpose.NOTICE) == []


async def test_a_stranger_in_a_thread_gets_no_answer(world: World) -> None:
    sent = await mail(world, f"Anna <{ANN}>", "Принтер", "Не печатает.")
    await world.mails.user("eve@other.example")
    await arrive(world, huge(headers=f"In-Reply-To: {sent}\n", sender="eve@other.example"))
    assert len(await world.tickets()) == 1
    assert await mails_of(world, "eve@other.example") == []


async def test_six_of_them_in_an_hour_are_not_all_answered(world: World) -> None:
    """The limit is that of receipts."""
    for number in range(6):
        await arrive(world, huge(f"Журнал {number}", number=number))
    answered = await mails_of(world, ANN)
    assert len(await world.tickets()) == 6
    assert 1 <= len([one for one in answered if TOO_LARGE in text_of(one)]) <= 5
    assert len(answered) <= 10

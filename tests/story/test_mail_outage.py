"""A week without a desk, two mailboxes that get the same letter: nothing is lost and nothing comes twice."""

import socket
from typing import Any

from desk.parcels import Parcel, ParcelState
from tests.steps import mail, mails_of, said_in, text_of
from tests.world import SUPPORT, World

ANN = "ann@client.example"
SALES = "sales@otvet.example"


async def two_boxes(world: World, *, support_sends_to: int = 0) -> None:
    """A second mailbox, whose mail goes to the second line."""
    await world.mails.user(SALES)
    boxes: list[dict[str, Any]] = []
    for name, address in (("support", SUPPORT), ("sales", SALES)):
        login = {"user": address, "password": "secret", "host": "127.0.0.1", "security": "none"}
        boxes.append(
            {
                "name": name, "address": address, "first_run": "all",
                "imap": {**login, "port": world.mails.imap_port}, "smtp": {**login, "port": world.mails.smtp_port},
            }
        )  # fmt: skip
    boxes[0]["smtp"]["port"] = support_sends_to or world.mails.smtp_port
    world.tables["mailbox"] = boxes
    world.tables["rule"] = [
        {"name": "sales", "when": {"mailbox": "sales"}, "line": "second"},
        {"name": "rest", "when": {"always": True}, "line": "first"},
    ]
    await world.stop()
    await world.start()


async def test_one_letter_to_both_mailboxes_is_one_ticket(world: World) -> None:
    """Both copies are on their way at the same time; each mailbox alone makes tickets of its own line."""
    await two_boxes(world)
    for number in range(5):
        await mail(world, f"Анна <{ANN}>", f"Обоим {number}", f"Не печатает {number}.", to=[SUPPORT, SALES])
    await world.mails.until(lambda: world.mails.folder(SALES, "Processed"))
    await world.settle()
    assert len(await world.tickets()) == 5
    receipts = [one for one in await mails_of(world, ANN) if "зарегистрирована" in text_of(one)]
    assert len(receipts) == 5
    for name, address, line in (("в продажи", SALES, "second"), ("в поддержку", SUPPORT, "first")):
        before = len(await world.tickets())
        await world.mails.send(sender="bob@client.example", to=address, subject=f"Одному {name}", text="Здравствуйте.")

        async def one_more(before: int = before) -> bool:
            return len(await world.tickets()) == before + 1

        await world.mails.until(one_more)
        assert (await world.tickets())[-1].line == line
    await world.settle()


async def test_a_mailbox_that_cannot_send_holds_up_no_other(world: World) -> None:
    """What waits for one server leaves the others alone."""
    await world.mails.user("bob@client.example")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        await two_boxes(world, support_sends_to=closed.getsockname()[1])
        await world.mails.send(sender=ANN, to=SUPPORT, subject="Первое", text="Не печатает.")
        waiting: dict[str, Any] = {"lane": f"mail:{ANN}", "state": ParcelState.QUEUED, "attempts__gt": 0}

        async def tried() -> bool:
            async with world.desk.view() as view:
                return await view.count(Parcel, **waiting) > 0

        await world.mails.until(tried)
        await world.mails.send(sender="bob@client.example", to=SALES, subject="Второе", text="Не печатает.")
        await world.mails.until(lambda: world.mails.inbox("bob@client.example"))
    assert await mails_of(world, ANN) == []


async def test_a_week_away_loses_nothing_and_doubles_nothing(world: World) -> None:
    """Mail is read, answered to and moved about by people meanwhile; some of it was half done before."""
    sent = await mail(world, f"Анна <{ANN}>", "Принтер", "Не печатает.")
    await world.stop()
    for day in range(7):
        world.clock.advance(days=1)
        for number in range(3):
            await world.mails.send(
                sender=f"client{day}{number}@client.example", to=SUPPORT, subject=f"День {day}, {number}", text="Беда."
            )
        if day == 3:
            await world.mails.imap.open_all(SUPPORT)
    await world.mails.send(sender=ANN, to=SUPPORT, subject="Re: Принтер", text="Ещё не печатает.", in_reply_to=sent)
    done = await world.mails.folder(SUPPORT, "Processed")
    await world.mails.put(SUPPORT, done[0].as_bytes())  # somebody put it back
    await world.start()
    await world.settle(30)
    tickets = await world.tickets()
    assert len(tickets) == 22
    assert len({ticket.subject for ticket in tickets}) == 22
    assert "Ещё не печатает" in said_in(world.group.topic("SD-1 ·"))
    assert said_in(world.group.topic("SD-1 ·")).count("Ещё не печатает") == 1

"""The mail door as a whole: a mail comes in through the desk's own inbox, an answer goes out and threads."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from desk.__main__ import set_up
from desk.delivery import Courier
from desk.desk import Current, Desk
from desk.errors import FilesTooLarge
from desk.inbox import Inbox
from desk.incoming import Raw, RawState
from desk.parcels import Act, Enclosure, Outgoing, ParcelId, Purpose, Receipt
from desk.ports import Ready
from desk.settings import Settings
from desk.tickets import File, Message, Ticket
from mail.channel import MailChannel
from mail.compose import TOTAL_LIMIT
from playground.mail import MailWorld
from rules.chain import compile_chain
from store.files import FolderFiles
from store.store import SqlStore
from tests.mail.hands import ANN, QUICK, SUPPORT


class Group:
    """The engineers' group, where nobody listens here."""

    names = ("group", "telegram")

    async def run(self, receive: object) -> None: ...

    async def work(self, raws: object) -> None: ...

    def reserve(self, message: Outgoing, *, before: object = ()) -> timedelta:
        return timedelta(0)

    def release(self, message: Outgoing) -> None: ...

    async def deliver(self, message: Outgoing) -> Receipt:
        return Receipt(external_ids=(f"{message.id}",), thread="1", thread_place="-1001")


@dataclass
class Room:
    """A desk with its mailbox, at work."""

    desk: Desk
    channel: MailChannel
    inbox: Inbox
    courier: Courier
    world: MailWorld

    async def work(self) -> None:
        """Work on everything that has come and send everything that is due."""
        while await self.inbox.work_once():
            pass
        while await self.courier.deliver_once():
            pass

    async def all(self, kind: type[Any], **where: object) -> list[Any]:
        async with self.desk.view() as unit:
            return await unit.find(kind, **where)


def make_settings(world: MailWorld, **mailbox: Any) -> Settings:
    login = {"host": "127.0.0.1", "security": "none", "user": "support", "password": "secret"}
    return Settings.model_validate(
        {
            "desk": {"name": "ООО Ромашка"},
            "telegram": {"token": "1:x", "group": -1001},
            "mailbox": [
                {"name": "support", "address": SUPPORT, "imap": {**login, "port": world.imap_port}, "smtp": {**login, "port": world.smtp_port}, **mailbox}
            ],
            "line": [{"name": "first", "title": "Первая линия"}],
            "rule": [{"name": "everything", "when": {"always": True}, "line": "first"}],
        }
    )  # fmt: skip


@pytest.fixture
async def room(world: MailWorld, sqlite_store: SqlStore, files: FolderFiles, clock: Any) -> AsyncIterator[Room]:
    settings = make_settings(world)
    chain = compile_chain(
        [rule.model_dump() for rule in settings.rule], lines=["first"], mailboxes=["support"], file="x"
    )
    desk = Desk(current=Current(set_up(settings, chain)), store=sqlite_store, files=files, now=clock)
    channel = MailChannel(desk, settings.mailbox, pauses=QUICK)
    made = Room(desk, channel, Inbox(desk, [channel]), Courier(desk, [channel, Group()]), world)
    task = asyncio.create_task(channel.run(made.inbox.receive))
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def outgoing(**values: Any) -> Outgoing:
    return Outgoing(
        **{
            "id": ParcelId(5),
            "channel": "mail",
            "place": ANN,
            "purpose": Purpose.ANSWER,
            "text": "Добрый день!",
            "subject": "Re: x",
            **values,
        }
    )


async def test_a_mail_becomes_a_ticket_with_its_files(room: Room) -> None:
    """Text, quotation and file come to the desk; the mail leaves the inbox after that."""
    await room.world.send(
        sender=f"Анна <{ANN}>",
        to=SUPPORT,
        subject="Принтер",
        text="Не печатает.\n",
        attachments=[("счёт.pdf", b"%PDF")],
    )
    await room.world.until(lambda: room.world.folder(SUPPORT, "Processed"))
    await room.work()
    (message,) = await room.all(Message)
    (file,) = await room.all(File)
    assert "Не печатает." in message.text
    assert (file.name, await room.desk.files.read(file.key)) == ("счёт.pdf", b"%PDF")
    (raw,) = await room.all(Raw)
    assert raw.state is RawState.DONE


async def test_the_receipt_threads_and_is_automatic(room: Room) -> None:
    """One receipt, under the client's mail, from nobody."""
    id_ = await room.world.send(sender=f"Анна <{ANN}>", to=SUPPORT, subject="Принтер", text="Не печатает.\n")
    await room.world.until(lambda: room.world.folder(SUPPORT, "Processed"))
    await room.work()
    (receipt,) = await room.world.inbox(ANN)
    assert receipt["In-Reply-To"] == id_
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert room.world.smtp.envelopes[-1] == ("", (ANN,))
    assert "Не печатает" not in receipt.get_body(("plain",)).get_content()


async def test_an_answer_to_the_receipt_continues_the_ticket(room: Room) -> None:
    """By thread, with the receipt's quotation folded."""
    await room.world.send(sender=f"Анна <{ANN}>", to=SUPPORT, subject="Принтер", text="Не печатает.\n")
    await room.world.until(lambda: room.world.folder(SUPPORT, "Processed"))
    await room.work()
    (receipt,) = await room.world.inbox(ANN)
    quoted = "\n".join(f"> {line}" for line in receipt.get_body(("plain",)).get_content().splitlines())
    await room.world.send(
        sender=ANN,
        to=SUPPORT,
        subject="совсем другое",
        in_reply_to=receipt,
        text=f"Ещё и мигает.\n\n23.11.2026 12:00, Ромашка пишет:\n{quoted}\n",
    )

    async def moved() -> bool:
        return len(await room.world.folder(SUPPORT, "Processed")) == 2

    await room.world.until(moved)
    await room.work()
    assert len(await room.all(Ticket)) == 1
    assert [message.text for message in await room.all(Message) if "мигает" in message.text] == ["Ещё и мигает."]


async def test_an_unreadable_mail_goes_to_quarantine(room: Room) -> None:
    """It is seen there with its reason and blocks nothing."""
    await room.world.put(SUPPORT, b"Subject: nobody\r\n\r\nx")
    await room.world.send(sender=ANN, to=SUPPORT, subject="Принтер", text="Не печатает.\n")

    async def moved() -> bool:
        return len(await room.world.folder(SUPPORT, "Processed")) == 2

    await room.world.until(moved)
    await room.work()
    states = sorted(raw.state for raw in await room.all(Raw))
    assert states == [RawState.DONE, RawState.QUARANTINED]


async def test_a_delivered_mail_gives_its_id_and_thread(room: Room) -> None:
    """The same id at every attempt; the thread is its root."""
    first = await room.channel.deliver(outgoing(in_reply_to="<b@x>", references=("<a@x>", "<b@x>")))
    second = await room.channel.deliver(outgoing())
    assert first.external_ids == second.external_ids
    assert first.thread == "<a@x>"
    assert second.thread == second.external_ids[0]
    assert first.thread_place == "support"


async def test_our_own_mail_come_back_is_known(room: Room) -> None:
    """By its signed id: nothing follows from it."""
    await room.channel.deliver(outgoing(place=SUPPORT))
    await room.world.until(lambda: room.world.folder(SUPPORT, "Processed"))
    await room.work()
    assert await room.all(Ticket) == []


async def test_a_refused_null_sender_falls_back_to_the_mailbox(room: Room) -> None:
    """The receipt goes out all the same."""
    room.world.smtp.faults.refuse_null_sender = True
    await room.channel.deliver(outgoing(purpose=Purpose.RECEIPT, automatic=True))
    assert room.world.smtp.envelopes == [(SUPPORT, (ANN,))]


async def test_files_go_with_the_mail(room: Room) -> None:
    """One that is gone is named."""
    key = await room.desk.files.keep(b"abc")
    files = (
        Enclosure(sort="document", name="а.txt", mime="text/plain", size=3, key=key),
        Enclosure(sort="document", name="нет.txt", mime="text/plain", size=3, key="nowhere"),
    )
    await room.channel.deliver(outgoing(files=files))
    (mail,) = await room.world.inbox(ANN)
    assert [one.get_filename() for one in mail.iter_attachments()] == ["а.txt"]
    assert "«нет.txt»" in mail.get_body(("plain",)).get_content()


async def test_files_that_do_not_fit_are_no_mail(room: Room) -> None:
    """The desk finds another way for them; nothing was sent."""
    key = await room.desk.files.keep(b"abc")
    large = Enclosure(sort="video", name="фильм.mp4", mime="video/mp4", size=30_000_000, key=key)
    not_fetched = Enclosure(sort="video", name="фильм.mp4", mime="video/mp4", size=3, key="", remote_id="x")
    for file in (large, not_fetched):
        with pytest.raises(FilesTooLarge) as raised:
            await room.channel.deliver(outgoing(files=(file,)))
        assert raised.value.room == TOTAL_LIMIT
    assert await room.world.inbox(ANN) == []


async def test_other_acts_mean_nothing_in_mail(room: Room) -> None:
    """A reaction is done at once."""
    receipt = await room.channel.deliver(outgoing(act=Act.REACT, emoji="👀"))
    assert receipt.external_ids == ()
    assert await room.world.inbox(ANN) == []


async def test_a_plus_address_is_set_only_where_the_mailbox_says_so(room: Room, world: MailWorld) -> None:
    """And is verified when it comes back."""
    plus = MailChannel(room.desk, make_settings(world, plus=True).mailbox)
    await plus.deliver(outgoing(number="SD-7"))
    (mail,) = await world.inbox(ANN)
    address = mail["Reply-To"].addresses[0].addr_spec
    assert address.startswith("support+sd7.")
    await world.send(sender=ANN, to=[address, "support+sd8.aaaaaaaaaaaaaaaaaaaa@desk.example"], subject="x", text="x")
    await room.world.until(lambda: room.world.folder(SUPPORT, "Processed"))
    (ready,) = await plus.read((await room.all(Raw))[:1])
    assert isinstance(ready, Ready)
    assert ready.take.keywords["incoming"].tags == ("sd7",)  # type: ignore[attr-defined]

"""Linking, unlinking, writing and answering in any order: nobody ever gets another client's answer."""

import asyncio
import shutil
from collections.abc import Coroutine
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from desk import answering, delivered, intake, linking, wanted
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer, Incoming, Post, Sender
from desk.parcels import Act, Parcel, ParcelState, Receipt
from desk.people import Client, Door, Link, Proof
from desk.ports import Unit
from desk.settings import Settings
from desk.tickets import Message, Ticket
from desk.wire import unpack
from store.files import FolderFiles
from store.store import SqlStore
from tests.conftest import Clock
from tests.world import build_desk

T = TypeVar("T")
PEOPLE = 4
who = st.integers(0, PEOPLE - 1)
any_ticket = st.integers(0, 9)


class Joined(RuleBasedStateMachine):
    """People with a door each, of Telegram and mail in turn; an engineer; links made and undone."""

    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory()
        path = Path(self.folder.name) / "desk.db"
        shutil.copyfile(self.empty, path)
        self.clock = Clock()
        self.store = SqlStore(f"sqlite:///{path}")
        self.run_(self.store.open())
        made = Settings.model_validate(
            {
                "desk": {"name": "Ромашка", "data": self.folder.name},
                "telegram": {"token": "123456:TEST", "group": -1001},
                "line": [{"name": "first", "title": "Первая"}],
            }
        )
        self.desk: Desk = build_desk(made, self.store, FolderFiles(Path(self.folder.name)), self.clock)
        self.numbers = count(1)

    def run_(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run_(self.store.close())
        self.runner.close()
        self.folder.cleanup()

    def _sender(self, person: int) -> Sender:
        if person % 2:
            return Sender(channel="mail", address=f"p{person}@client.example", name=f"P{person}")
        return Sender(channel="telegram", address=str(100 + person), name=f"P{person}")

    def _post(self, text: str) -> Post:
        engineer = Engineer(id="1", name="Борис")
        number = str(next(self.numbers))
        return Post(engineer=engineer, place="-1001", thread="", external_id=number, text=text, at=self.clock())

    async def _protected(self, unit: Unit, sender: Sender) -> bool:
        """Whether it takes more than a From to speak for whom the address belongs to."""
        door = await unit.first(Door, channel="mail", address=sender.address, claimed=False)
        if door is None:
            return False
        others = await unit.count(Door, client_id=door.client_id, address__ne=door.address)
        return door.vouched_at is not None or others > 0

    async def _pick(self, index: int) -> Ticket | None:
        async with self.store.view() as view:
            tickets = await view.find(Ticket)
        return tickets[index % len(tickets)] if tickets else None

    @rule(person=who, fresh=st.booleans(), vouched=st.booleans(), claimed=st.booleans())
    def writes(self, person: int, fresh: bool, vouched: bool, claimed: bool) -> None:
        """A mail is believed or not, and goes through the proper door or the claimed one beside it."""
        self.clock.advance(seconds=1)
        sender = self._sender(person)
        place = sender.address if sender.channel == "telegram" else "support"
        number = f"m{next(self.numbers)}"
        message = Incoming(
            channel=sender.channel,
            place=place,
            external_id=number,
            sender=sender,
            at=self.clock(),
            text="Не работает",
            vouched=vouched and sender.channel == "mail",
            claimed=claimed and sender.channel == "mail",
        )

        async def write() -> None:
            async with self.desk.unit() as unit:
                protected = await self._protected(unit, sender)
                await intake.take_in(self.desk, unit, message, fresh=fresh)
                said = await unit.first(Message, external_id=number)
                door = await unit.get(Door, said.door_id or 0) if said else None
                assert door is not None
                assert not door.claimed or not vouched or claimed, "a proven mail taken for a claim"
                assert door.claimed or not protected or (vouched and not claimed), "a claim taken for a proof"
                await unit.commit()

        self.run_(write())

    @rule(one=who, other=who, claimed=st.booleans())
    def are_linked(self, one: int, other: int, claimed: bool) -> None:
        self.clock.advance(seconds=1)

        async def link() -> None:
            async with self.desk.unit() as unit:
                senders = [self._sender(person) for person in (one, other)]
                doors = [
                    await unit.first(
                        Door, channel=each.channel, address=each.address, claimed=claimed and each is senders[1]
                    )
                    for each in senders
                ]
                if doors[0] and doors[1]:
                    first, second = doors[0].client_id, doors[1].client_id
                    await linking.join(self.desk, unit, first, second, proof=Proof.ENGINEER, by="Борис")
                await unit.commit()

        self.run_(link())

    @rule(index=any_ticket)
    def is_unlinked(self, index: int) -> None:
        self.clock.advance(seconds=1)

        async def unlink() -> None:
            if ticket := await self._pick(index):
                async with self.desk.unit() as unit:
                    try:
                        await linking.unlink(self.desk, unit, ticket.client_id, by="Борис")
                    except Refusal:
                        return
                    await unit.commit()

        self.run_(unlink())

    @rule(index=any_ticket)
    def is_answered(self, index: int) -> None:
        async def answer() -> None:
            if ticket := await self._pick(index):
                async with self.desk.unit() as unit:
                    try:
                        await answering.answer(self.desk, unit, ticket, self._post("Ответ"))
                    except Refusal:  # every door is shut
                        return
                    await unit.commit()

        self.run_(answer())

    @rule(person=who)
    def blocks_us(self, person: int) -> None:
        """Their door is shut until they write again."""
        sender = self._sender(person)

        async def block() -> None:
            async with self.desk.unit() as unit:
                await unit.change(Door, {"shut_at": self.clock()}, channel=sender.channel, address=sender.address)
                if not await unit.count(Door, shut_at=None):
                    return
                await unit.commit()

        self.run_(block())

    @rule()
    def everything_is_delivered(self) -> None:
        """What waits goes; at that moment each letter's door is its ticket's client's."""
        self.clock.advance(minutes=1)

        async def deliver() -> None:
            async with self.desk.unit() as unit:
                for parcel in await unit.find(Parcel, state=ParcelState.QUEUED):
                    if parcel.channel == "group" or parcel.not_before > self.clock():
                        continue
                    if not await wanted.still(self.desk, unit, parcel):
                        continue
                    message = unpack(parcel.body, parcel.id)
                    ticket = await unit.get(Ticket, parcel.ticket_id) if parcel.ticket_id else None
                    doors = await unit.find(Door, channel=parcel.channel, address=parcel.place)
                    if ticket and message.act is Act.SAY:
                        owners = [door.client_id for door in doors]
                        assert ticket.client_id in owners, "an answer through somebody else's door"
                    receipt = Receipt(external_ids=(f"o{parcel.id}",), thread_place=parcel.place)
                    await delivered.sent(self.desk, unit, parcel, message, receipt)
                await unit.commit()

        self.run_(deliver())

    @invariant()
    def every_door_and_ticket_has_a_living_owner(self) -> None:
        async def look() -> None:
            async with self.store.view() as view:
                clients = {client.id: client for client in await view.find(Client)}
                for thing in [*await view.find(Door), *await view.find(Ticket)]:
                    assert clients[thing.client_id].joined_to is None

        self.run_(look())

    @invariant()
    def without_links_everything_is_with_the_door_that_opened_it(self) -> None:
        """However many linkings there were: once they are all undone, each ticket is with its own client."""

        async def look() -> None:
            async with self.store.view() as view:
                if await view.count(Link, undone_at=None):
                    return
                doors = {door.id: door for door in await view.find(Door)}
                for ticket in await view.find(Ticket):
                    assert doors[ticket.opened_door_id].client_id == ticket.client_id
                assert len({door.client_id for door in doors.values()}) == len(doors)

        self.run_(look())


def test_no_answer_ever_goes_through_a_door_that_is_not_its_clients(empty_sqlite: Path) -> None:
    """Also after several linkings in a row, with answers on their way while clients are joined and parted."""

    class Machine(Joined):
        empty = empty_sqlite

    quick = settings(
        derandomize=True,
        max_examples=10,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=quick)

"""Values to put into the store."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest

from desk.accounts import Agreement, Detail, Estimate, Pause, Rating, Source, Spent
from desk.incoming import Raw, RawState
from desk.organisations import Belonging, Contact, Domain, Organisation, Reach, Sign
from desk.parcels import Parcel, ParcelState, Purpose, Urgency
from desk.people import Answered, Audit, Client, Door, DoorId, Key, Link, Proof, Suggestion
from desk.tickets import (
    Closing,
    File,
    Kind,
    Message,
    Participant,
    Priority,
    Revision,
    Role,
    Standing,
    Status,
    Thread,
    Ticket,
    Trace,
    Type,
)
from desk.workbench import Appointment, Erasure, Item, Mailing, MailingSort, Sort, Use, Watcher, Why

_TIMES = (
    "solved_at", "closed_at", "asked_at", "clock_from", "snoozed_until", "spared_until", "answer_from", "answered_at",
    "solve_from", "later_until",
)  # fmt: skip


@dataclass
class Make:
    """One value of each kind, with what the test does not care about filled in."""

    now: datetime

    def client(self, **fields: Any) -> Client:
        return Client(**{"name": "Анна", "created_at": self.now, **fields})

    def door(self, client_id: int, address: str = "100", **fields: Any) -> Door:
        moment = {"created_at": self.now, "used_at": self.now}
        return Door(**{"client_id": client_id, "channel": "telegram", "address": address, **moment, **fields})

    def ticket(self, client_id: int, door_id: int, **fields: Any) -> Ticket:
        who = {"client_id": client_id, "opened_door_id": door_id, "door_id": door_id}
        what = {"line": "first", "subject": "Не печатает", "verdict": {"rule": "everything else", "asked": []}}
        moments = dict.fromkeys(("created_at", "active_at", "client_wrote_at"), self.now)
        return Ticket(**{**who, **what, **moments, **fields})

    def message(self, ticket_id: int, text: str = "Здравствуйте!", **fields: Any) -> Message:
        what = {"kind": Kind.WORDS, "author": "Анна", "channel": "telegram", "at": self.now}
        return Message(**{"ticket_id": ticket_id, "text": text, **what, **fields})

    def parcel(self, lane: str = "telegram:100", **fields: Any) -> Parcel:
        what = {"channel": "telegram", "place": "100", "purpose": Purpose.ANSWER, "urgency": Urgency.ANSWER}
        moments = {"not_before": self.now, "created_at": self.now}
        return Parcel(**{"lane": lane, "body": {"text": "Готово"}, **what, **moments, **fields})

    def raw(self, external_id: str, lane: str = "chat 100", **fields: Any) -> Raw:
        what = {"channel": "telegram", "place": "42", "body": b"{}", "at": self.now, "not_before": self.now}
        return Raw(**{"external_id": external_id, "lane": lane, **what, **fields})

    async def people(self, unit: Any) -> tuple[Client, Door, Ticket]:
        """A client with a door and a ticket, stored."""
        client = await unit.add(self.client())
        door = await unit.add(self.door(client.id))
        return client, door, await unit.add(self.ticket(client.id, door.id))

    async def everything(self, unit: Any) -> list[Any]:
        """One value of every kind with every field set, stored."""
        client, door, ticket = await self.people(unit)
        company = await unit.add(
            Organisation(
                number="A-1042",
                name="ООО Акме",
                plan="warranty",
                valid_from=date(2026, 1, 1),
                valid_until=date(2026, 12, 31),
                product="Касса",
                licence="LIC-7",
                domains=["acme.example"],
                created_at=self.now,
                changed_at=self.now,
                warned="30",
            )
        )
        contact = await unit.add(Contact(organisation_id=company.id, name="Анна", role="бухгалтер", news="yes"))
        client = await unit.save(
            self.client(
                id=client.id,
                organisation_id=company.id,
                banned_at=self.now,
                banned_by="Иван",
                ban_reason="брань",
                news_at=self.now,
                no_news_at=self.now,
                forgotten_at=self.now,
            )
        )
        other = await unit.add(self.client(name="A", language="en", spoken="ru", joined_to=client.id))
        moments = dict.fromkeys(_TIMES, self.now)
        ticket = await unit.save(
            self.ticket(
                client.id,
                DoorId(door.id),
                id=ticket.id,
                status=Status.CLOSED,
                closing=Closing.NO_ANSWER,
                related_id=ticket.id,
                reminder_id=7,
                reminded=2,
                kept=1,
                question="Какой номер?",
                held_reason="mailbox",
                taken_by="Иван",
                taken_id="5",
                language="ru",
                organisation_id=company.id,
                type=Type.ERROR,
                priority=Priority.HIGH,
                wished=Priority.CRITICAL,
                tags=["касса"],
                plan="warranty",
                plan_by="Иван",
                third_party="провайдер",
                findings="Кабель",
                merged_into=ticket.id,
                parent_id=ticket.id,
                incident=True,
                answer_took=3600,
                answer_limit=28_800,
                solve_took=7200,
                solve_limit=144_000,
                warned=["answer:75"],
                **moments,
            )
        )
        door = await unit.save(
            self.door(
                client.id,
                id=door.id,
                shut_at=self.now,
                shut_reason="blocked",
                proof=Proof.CODE,
                username="anna",
                claimed=True,
                vouched_at=self.now,
            )
        )
        message = await unit.add(
            self.message(
                ticket.id, door_id=door.id, external_id="9", withdrawn_at=self.now, raw_id=1, data={"quote": "ё"}
            )
        )
        parcel = await unit.add(
            self.parcel(
                ticket_id=ticket.id,
                message_id=message.id,
                sent_at=self.now,
                state=ParcelState.SENT,
                coalesce="c",
                mailing_id=1,
            )
        )
        place = {"channel": "group", "place": "-100"}
        work = await unit.add(
            Estimate(
                ticket_id=ticket.id,
                minutes=120,
                text="Перенос",
                by="Иван",
                by_id="5",
                state=Agreement.AGREED,
                at=self.now,
                message_id=message.id,
                answered_at=self.now,
                answered_by="Анна",
                answered_through="telegram 100",
                door_id=door.id,
            )
        )
        rest = [
            Domain(organisation_id=company.id, name="acme.example"),
            Reach(contact_id=contact.id, organisation_id=company.id, channel="mail", address="a@acme.example"),
            Belonging(
                client_id=client.id,
                organisation_id=company.id,
                sign=Sign.DOMAIN,
                value="acme.example",
                proven=True,
                state=Answered.YES,
                by="desk",
                ticket_id=ticket.id,
                at=self.now,
            ),
            Detail(
                ticket_id=ticket.id,
                name="version",
                value="2.1",
                source=Source.CLIENT,
                by="Анна",
                secret=True,
                at=self.now,
            ),
            Pause(ticket_id=ticket.id, why=Status.WAITING, since=self.now, until=self.now),
            Spent(
                ticket_id=ticket.id,
                minutes=25,
                comment="Настройка",
                by="Иван",
                by_id="5",
                at=self.now,
                estimate_id=work.id,
                withdrawn_at=self.now,
            ),
            Rating(
                ticket_id=ticket.id,
                client_id=client.id,
                engineer="Иван",
                asked_at=self.now,
                stars=5,
                words="Спасибо",
                given_at=self.now,
            ),
            Link(
                kept_id=client.id,
                joined_id=other.id,
                proof=Proof.LINK,
                by="Иван",
                at=self.now,
                doors=[door.id],
                tickets=[ticket.id],
                undone_at=self.now,
            ),
            Suggestion(
                client_id=client.id,
                other_id=other.id,
                ticket_id=ticket.id,
                reason="claimed",
                value="a@example.com",
                state=Answered.YES,
                at=self.now,
            ),
            Key(
                sort="code",
                secret="hash",
                client_id=client.id,
                channel="mail",
                address="a@example.com",
                created_at=self.now,
                expires_at=self.now,
                used_at=self.now,
            ),
            Audit(
                at=self.now, who="Иван", what="linked", ticket_id=ticket.id, client_id=client.id, data={"ё": [1, None]}
            ),
            Revision(message_id=message.id, text="Здраствуйте", at=self.now),
            File(
                message_id=message.id, sort="photo", name="я.jpg", mime="image/jpeg", size=2**40, key="k", inline=True
            ),
            Trace(
                **place,
                external_id="3",
                ticket_id=ticket.id,
                message_id=message.id,
                role=Role.CARD,
                parcel_id=1,
                at=self.now,
            ),
            Thread(
                **place, ticket_id=ticket.id, external_id="77", card_id="3", title="SD-1", closed=True, replayed=False
            ),
            Participant(
                ticket_id=ticket.id,
                address="b@example.com",
                name="Борис",
                standing=Standing.ADMITTED,
                by="Иван",
                at=self.now,
            ),
            Appointment(
                ticket_id=ticket.id,
                why=Why.CALL,
                at=self.now,
                words="Созвон",
                by="Иван",
                by_id="5",
                data={"link": "https://example.com"},
                made_at=self.now,
                done_at=self.now,
            ),
            Item(ticket_id=ticket.id, checklist="error", place=1, text="Лог", by="Иван", done_at=self.now),
            Watcher(ticket_id=ticket.id, telegram="5", name="Иван", at=self.now),
            Use(sort=Sort.ANSWER, name="password", ticket_id=ticket.id, by="Иван", what="sent", at=self.now),
            Mailing(
                sort=MailingSort.NEWS,
                ticket_id=ticket.id,
                product="Касса",
                text="Вышла 2.0",
                by="Иван",
                by_id="5",
                at=self.now,
                total=2,
                told="-100:9",
                data={"ё": 1},
                ended_at=self.now,
            ),
            Erasure(
                client_id=client.id,
                reason="просьба",
                by="Иван",
                by_id="5",
                asked_at=self.now,
                due_at=self.now,
                stopped_at=self.now,
                stopped_by="Иван",
                done_at=self.now,
                data={"files": 1},
            ),
            self.raw(
                "1",
                whole=31_000_000,
                body=bytes(range(256)),
                state=RawState.DONE,
                digest="d",
                album="a",
                attempts=1,
                error="e",
            ),
        ]
        return [
            company,
            contact,
            other,
            client,
            door,
            ticket,
            message,
            parcel,
            work,
            *[await unit.add(thing) for thing in rest],
        ]


@pytest.fixture
def make(clock: Any) -> Make:
    """Makes values, all of them now."""
    return Make(clock())

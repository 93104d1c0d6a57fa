"""Whatever happens in whatever order: no client reads another one's words, nor a topic two clients' ones.

Long, since every way in which words move has a rule of its own here.
"""

import asyncio
import json
import re
import shutil
from collections.abc import Coroutine
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from desk.organisations import Organisation
from desk.people import Door
from desk.tickets import Thread, Ticket
from playground.botapi import Group, Person
from playground.botapi.model import Message, Topic
from playground.botapi.seat import NotPossible
from tests.conftest import Clock
from tests.steps import link_of, text_of
from tests.world import SUPPORT, World

T = TypeVar("T")
PEOPLE = 4
COMPANY = 4
"""The number of a client's own group; who writes there has a chat of their own with the bot, too."""
COLLEAGUE = 6
SECOND = -1001000000002
COMPANYS = -1001000000077
VENDOR = "support@vendor.example"
TABLES = {
    "line": [
        {"name": "first", "title": "Первая линия"},
        {"name": "second", "title": "Вторая линия", "group": SECOND},
        {"name": "vendor", "title": "Вендор", "address": VENDOR, "language": "ru"},
    ],
    "client_group": [{"chat": COMPANYS, "organisation": "A-1042"}],
    "person": [{"name": "Борис", "telegram": 700_000_001, "role": "lead"}],
}
who = st.integers(0, PEOPLE - 1)
chatting = st.sampled_from([0, 2, COLLEAGUE])
any_number = st.integers(0, 30)
place_in_topic = st.one_of(st.integers(0, 1), any_number)  # often the card or the first words
KINDS = ("photo", "document", "voice", "video_note", "named", "contact", "poll", "album")
MARK = re.compile(r"([wanvhi])(\d)x\d+z")
"""A word of a client, an answer to one, a note about one, a partner's word on one, what a partner or a colleague is
told of one, and a word to everybody: by whom or for whom it is, and a number of its own."""


class Desk(RuleBasedStateMachine):
    """Clients in Telegram (even numbers) and by mail (odd), engineers, a partner, a whole running desk between them."""

    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory()
        self.numbers = count(1)
        self.moved = self.started = 0
        self.people: dict[int, Person] = {}
        self.same = {number: number for number in range(10)}  # who turned out to be whom
        self.said: list[tuple[int, Message]] = []  # by whom, in their chat
        self.posts: list[tuple[int, Message]] = []  # for whom, in a topic
        self.heard = 0  # calls of the bot that were looked at
        self.steps = 0

    @initialize(private=st.booleans())
    def everybody_has_written(self, private: bool) -> None:
        path = Path(self.folder.name) / "desk.db"
        shutil.copyfile(self.empty, path)
        self.world = World(
            clock=Clock(), url=f"sqlite:///{path}", folder=Path(self.folder.name), tables=TABLES,
            private_topics=private, more_groups=(SECOND,),
        )  # fmt: skip
        self.run_(self._opens())
        for person in range(PEOPLE):
            self.writes(person=person, number=0, reply=False)
        self.writes_in_their_group(number=0, reply=False)

    async def _opens(self) -> None:
        await self.world.__aenter__()
        await self.world.mails.user(VENDOR)
        self.theirs = self.world.bot.world.group("Акме и поддержка", forum=False, chat_id=COMPANYS)
        async with self.world.store.unit() as unit:
            now = self.world.clock()
            known = Organisation(
                number="A-1042", name="ООО Акме", valid_until=date(2030, 1, 1), created_at=now, changed_at=now
            )
            await unit.add(known)
            await unit.commit()

    def run_(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.run_(self.world.__aexit__())
        self.runner.close()
        self.folder.cleanup()

    def _settle(self) -> None:
        self.run_(self.world.settle(30))

    def _mark(self, sort: str, person: int) -> str:
        return f"{sort}{person}x{next(self.numbers)}z"

    def _chat(self, person: int) -> Person:
        if person not in self.people:
            made = self.people[person] = self.world.person(f"P{person}")
            if person == COLLEAGUE:
                self.theirs.add(made)
            made.start()
        if self.people[person].chat_here.blocked:
            self.people[person].unblock()
        return self.people[person]

    @property
    def groups(self) -> list[Group]:
        return [self.world.group, *self.world.others]

    async def _owners(self) -> dict[tuple[str, str], int]:
        """By group and topic: which client's it is."""
        async with self.world.store.view() as view:
            doors = {door.id: door.address for door in await view.find(Door)}
            tickets = {ticket.id: ticket for ticket in await view.find(Ticket)}
            threads = await view.find(Thread, channel="group")
        by_address = {str(person.id): number for number, person in self.people.items()}
        by_address |= {_address(number): number for number in range(1, PEOPLE, 2)} | {str(COMPANYS): COMPANY}
        return {
            (one.place, one.external_id): by_address[door]
            for one in threads
            if one.external_id and (door := doors.get(tickets[one.ticket_id].opened_door_id or 0)) in by_address
        }

    def _topic(self, index: int) -> tuple[Topic, int] | None:
        """One of the tickets' topics, and whose it is."""
        there = self._topics()
        return there[index % len(there)] if there else None

    def _topics(self) -> list[tuple[Topic, int]]:
        owners = self.run_(self._owners())
        return [
            (topic, owners[str(group.id), str(topic.id)])
            for group in self.groups
            for topic in group.topics
            if (str(group.id), str(topic.id)) in owners
        ]

    def _group(self, topic: Topic) -> Group:
        return next(group for group in self.groups if group.chat is topic.chat)

    @rule(person=who, number=any_number, reply=st.booleans())
    def writes(self, person: int, number: int, reply: bool) -> None:
        """In their chat or by mail, in answer to whatever they got from us, or out of the blue."""
        self.world.clock.advance(seconds=20)
        words = f"Не работает {self._mark('w', person)}"
        if person % 2:
            self.run_(self._mails(_address(person), words, number, reply=reply))
        else:
            self._says(person, words, number, reply=reply)
        self._settle()

    def _says(self, person: int, words: str, number: int, *, reply: bool) -> None:
        chat = self._chat(person)
        got = [one for one in chat.received if one.service is None]
        to = got[number % len(got)] if reply and got else None
        topics = [None, *chat.topics]
        where = {} if to else {"topic": topics[number % len(topics)]}
        self.said.append((person, chat.say(words, reply_to=to, **where)))

    async def _mails(self, address: str, words: str, number: int, *, reply: bool, **more: Any) -> None:
        if not self.world.mails.imap.has_user(address):
            await self.world.mails.user(address)
        got = await self.world.mails.inbox(address)
        to = got[number % len(got)] if reply and got else None
        await self.world.mails.send(
            sender=address, to=SUPPORT, subject=str(to["Subject"]) if to else "Помогите", text=words, in_reply_to=to,
            **more,
        )  # fmt: skip

    @rule(number=any_number, reply=st.booleans())
    def writes_in_their_group(self, number: int, reply: bool) -> None:
        self.world.clock.advance(seconds=20)
        one = self._chat(COLLEAGUE)
        ours = [message for message in self.theirs.messages if message.from_bot and message.service is None]
        to = ours[number % len(ours)] if reply and ours else None
        name = f"@{self.world.bot.world.bot.username}"
        self.theirs.say(one, f"{name} не работает {self._mark('w', COMPANY)}", reply_to=to)
        self._settle()

    @rule(person=chatting, number=any_number)
    def writes_in_their_chat_as_well(self, person: int, number: int) -> None:
        self.world.clock.advance(seconds=20)
        self._says(person, f"Не работает {self._mark('w', person)}", number, reply=False)
        self._settle()

    @rule(person=who, kind=st.sampled_from(KINDS), number=any_number)
    def sends_something(self, person: int, kind: str, number: int) -> None:
        self.world.clock.advance(seconds=20)
        if person % 2:
            name = f"{self._mark('w', person)}.txt"
            words = f"Файл {self._mark('w', person)}"
            self.run_(self._mails(_address(person), words, number, reply=bool(number % 2), attachments=[(name, b"x")]))
        else:
            _send(self._chat(person), kind, self._mark("w", person))
        self._later()

    @rule(person=chatting, text=st.sampled_from(["/new", "/my", "/close", "/help", "/news"]))
    def commands(self, person: int, text: str) -> None:
        self._chat(person).say(text)
        self._settle()

    @rule(person=chatting, number=any_number, button=any_number)
    def presses(self, person: int, number: int, button: int) -> None:
        there = [one for one in self._chat(person).received if one.buttons]
        if there:
            message = there[number % len(there)]
            self.run_(self._press(self.people[person], message, message.buttons[button % len(message.buttons)]))
            self._settle()

    @rule(index=any_number)
    def changes_their_words(self, index: int) -> None:
        there = [one for one in self.said if not one[1].deleted]
        if there:
            person, message = there[index % len(there)]
            self.people[person].edit(message, f"Иначе {self._mark('w', person)}")
            self._settle()

    @rule(person=who)
    def blocks_us_or_lets_us_in(self, person: int) -> None:
        if person % 2 == 0:
            blocked = person in self.people and self.people[person].chat_here.blocked
            chat = self._chat(person)  # who blocked us lets us in
            if not blocked:
                chat.block()
            self._settle()

    @rule(person=chatting, number=any_number)
    def loses_a_topic_of_theirs(self, person: int, number: int) -> None:
        chat = self._chat(person)
        if topics := chat.topics:
            chat.delete_topic(topics[number % len(topics)])

    @rule(pair=st.sampled_from([0, 2]))
    def turns_out_to_be_somebody(self, pair: int) -> None:
        """By the link in a mail: from now on the chat and the address are one client's."""
        link = self.run_(self._link(pair + 1))
        if link:
            self.same[pair + 1] = self.same[pair]
            self._chat(pair).start(link)
            self._settle()

    async def _link(self, person: int) -> str:
        return await link_of(self.world, _address(person)) if self.world.mails.imap.has_user(_address(person)) else ""

    @rule(place=st.integers(0, 1))
    def all_are_answered(self, place: int) -> None:
        for topic, person in self._topics():
            self._post(topic, person, f"Ответ {self._mark('a', person)}", _one(topic, place))
        self._later()

    @rule(index=any_number, place=place_in_topic, go=st.booleans())
    def is_answered(self, index: int, place: int, go: bool) -> None:
        """In reply to whatever stands in the topic: what is no answer then is a note."""
        if found := self._topic(index):
            topic, person = found
            self._post(topic, person, f"Ответ {self._mark('a', person)}", _one(topic, place))
            if go:
                self._later()

    @rule(index=any_number, place=place_in_topic, kind=st.sampled_from(KINDS))
    def is_sent_something(self, index: int, place: int, kind: str) -> None:
        if found := self._topic(index):
            topic, person = found
            seat = self._group(topic).seat(self.world.engineer)
            try:
                _send(seat, kind, self._mark("a", person), topic=topic, reply_to=_one(topic, place))
            except NotPossible:
                return
            self._settle()
            self._later()

    @rule(index=any_number)
    def is_taken_back(self, index: int) -> None:
        if self.posts:
            post = self.posts[index % len(self.posts)][1]
            if not post.deleted and post.chat.migrated_to is None:
                group = next(one for one in self.groups if one.chat is post.chat)
                group.react(self.world.engineer, post, "👎")
                self._settle()

    @rule(index=any_number, words=st.sampled_from(["", "//", "/note "]))
    def is_noted(self, index: int, words: str) -> None:
        """Of whom it is makes no difference: no client reads a note."""
        if found := self._topic(index):
            self._post(found[0], found[1], f"{words}{self._mark('n', found[1])}", None)

    def _post(self, topic: Topic, person: int, text: str, to: Message | None) -> None:
        try:
            post = self._group(topic).say(self.world.engineer, text, topic=topic, reply_to=to)
        except NotPossible:  # the app shows no input field in a closed topic
            return
        self.posts.append((person, post))
        self._settle()

    @rule(index=any_number)
    def changes_their_answer(self, index: int) -> None:
        there = [one for one in self.posts if one[1].text.startswith("Ответ") and not one[1].deleted]
        if there:
            person, post = there[index % len(there)]
            group = next((one for one in self.groups if one.chat is post.chat), None)
            if group:
                group.edit(self.world.engineer, post, f"Ответ {self._mark('a', person)}")
                self._settle()

    @rule(index=any_number, other=any_number, word=st.sampled_from(["merge", "relate", "incident", "unmerge"]))
    def is_put_together(self, index: int, other: int, word: str) -> None:
        """With whosever ticket: those of two clients stay apart. Whatever is asked in return is agreed to."""
        if found := self._topic(index):
            number = other % max(1, len(self.run_(self.world.tickets()))) + 1
            self._post(found[0], found[1], f"/{word} SD-{number}", None)
            self._agrees(found[0])

    @rule(index=any_number, word=st.sampled_from(["/incident ответ", "/solved", "/info"]))
    def is_answered_with_all(self, index: int, word: str) -> None:
        if found := self._topic(index):
            sort, person = ("i", 9) if "incident" in word else ("a", found[1])
            self._post(found[0], found[1], f"{word} Чиним {self._mark(sort, person)}", None)
            self._agrees(found[0])
            self._later()

    @rule(index=any_number, place=any_number)
    def is_split(self, index: int, place: int) -> None:
        if found := self._topic(index):
            self._post(found[0], found[1], "/split", _one(found[0], place))
            self._agrees(found[0])

    def _agrees(self, topic: Topic) -> None:
        for message in topic.messages[-2:]:
            if message.from_bot and message.buttons and message is not topic.messages[0]:
                self.run_(self._press(self._group(topic).seat(self.world.engineer), message, message.buttons[0]))
        self._settle()

    @rule(index=any_number, place=any_number, button=any_number)
    def has_buttons_pressed(self, index: int, place: int, button: int) -> None:
        if found := self._topic(index):
            there = [one for one in found[0].messages if one.buttons]
            if there:
                one = there[place % len(there)]
                seat = self._group(found[0]).seat(self.world.engineer)
                self.run_(self._press(seat, one, one.buttons[button % len(one.buttons)]))
                self._settle()

    async def _press(self, seat: Any, message: Message, button: str) -> None:
        try:
            await seat.press(message, button)
        except (LookupError, NotPossible):  # it has no action, or is gone by now
            return

    @rule(
        index=any_number,
        word=st.sampled_from(
            ["/take", "/solved", "/close решено", "/reopen", "/undo", "/unlink", "/ban груб", "/unban", "/later 1h"]
        ),
    )
    def is_worked_on(self, index: int, word: str) -> None:
        if found := self._topic(index):
            self._post(found[0], found[1], word, None)

    @rule(index=any_number, line=st.sampled_from(["first", "second", "vendor"]))
    def goes_to_a_line(self, index: int, line: str) -> None:
        if found := self._topic(index):
            self._post(found[0], found[1], f"/line {line} {self._mark('h', found[1])}", None)

    @rule(number=any_number)
    def is_answered_by_the_partner(self, number: int) -> None:
        got = self.run_(self.world.mails.inbox(VENDOR))
        if got:
            one = got[number % len(got)]
            marks = MARK.findall(f"{one['Subject']}\n{text_of(one)}")
            whose = marks[0][1] if marks else "9"
            words = f"Обновите {self._mark('v', int(whose))}"
            self.run_(self._mails(VENDOR, words, number, reply=True))
            self._settle()

    @rule(index=any_number)
    def loses_its_topic(self, index: int) -> None:
        if found := self._topic(index):
            self._group(found[0]).delete_topic(found[0])

    @precondition(lambda self: self.moved < 1)
    @rule()
    def moves_to_another_group(self) -> None:
        self.moved += 1
        self.world.group.migrate()
        self._settle()

    @precondition(lambda self: self.started < 2)
    @rule()
    def starts_anew(self) -> None:
        async def again() -> None:
            await self.world.stop()
            await self.world.start()

        self.started += 1
        self.run_(again())
        self._settle()

    @rule()
    def time_passes(self) -> None:
        self._later()

    def _later(self) -> None:
        self.run_(self.world.advance(minutes=1))

    @invariant()
    def all_are_answered_now_and_then(self) -> None:
        self.steps += 1
        if self.steps % 8 == 0:
            self.all_are_answered(place=1)

    @invariant()
    def nobody_reads_what_is_not_theirs(self) -> None:
        """Nor ever read it: every call of the bot counts, whatever became of the message."""
        if not hasattr(self, "world"):
            return
        places = {str(person.id): number for number, person in self.people.items()} | {str(COMPANYS): COMPANY}
        calls = self.world.bot.calls
        for call in calls[self.heard :]:
            reader = places.get(str(call.params.get("chat_id", "")))
            if reader is not None and not call.method.lower().startswith(("get", "set", "delete")):
                self._theirs(reader, json.dumps(call.params, ensure_ascii=False) + str(call.files))
        self.heard = len(calls)
        for number in range(1, PEOPLE, 2):
            for text in self.run_(self._mailed(_address(number))):
                self._theirs(number, text)
        for one in self.run_(self.world.mails.inbox(VENDOR)):
            found = MARK.findall(_whole(one))
            assert not [sort for sort, _ in found if sort == "n"], "a note reached the partner"
            whose = {self.same[int(whose)] for _, whose in found if whose != "9"}
            assert len(whose) <= 1, f"a letter to the partner shows {sorted(whose)}"

    async def _mailed(self, address: str) -> list[str]:
        there = self.world.mails.imap.has_user(address)
        return [_whole(one) for one in await self.world.mails.inbox(address)] if there else []

    def _theirs(self, number: int, text: str) -> None:
        for sort, whose in MARK.findall(text):
            assert sort not in "nh", f"a note reached P{number}: {text[:300]}"
            if sort == "i" or (number == COLLEAGUE and int(whose) == COMPANY):
                continue
            assert self.same[int(whose)] == self.same[number], f"P{number} reads what is P{whose}'s: {text[:300]}"

    @invariant()
    def a_topic_shows_one_client_alone(self) -> None:
        if not hasattr(self, "world"):
            return
        for topic in [topic for group in self.groups for topic in group.topics]:
            whose = {
                self.same[int(whose)]
                for message in topic.messages
                for sort, whose in MARK.findall(message.text)
                if sort in "wa" and not message.text.startswith("Похожие")  # those are other clients', by design
            }
            assert len(whose) <= 1, f"{topic.name} shows {sorted(whose)}: {[one.text for one in topic.messages]}"


def _one(topic: Topic, place: int) -> Message | None:
    messages = topic.messages
    return messages[place % len(messages)] if messages else None


def _send(seat: Any, kind: str, mark: str, **where: Any) -> None:
    """Something that is no text, with the mark where that kind has words."""
    if kind == "named":
        seat.send_document(b"x", f"{mark}.txt", **where)
    elif kind == "contact":
        seat.send_contact("+79001234567", first_name=mark, own=False, **where)
    elif kind == "poll":
        seat.send_poll(mark, ("Да", mark), **where)
    elif kind == "album":
        seat.album([b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n"], **where)
    else:
        data = b"\x89PNG\r\n\x1a\n" if kind == "photo" else b"bytes"
        seat.send(kind, data, caption=None if kind == "video_note" else mark, **where)


def _whole(mail: Any) -> str:
    return f"{mail['Subject']}\n{text_of(mail)}\n{[part.get_filename() for part in mail.walk()]}"


def _address(person: int) -> str:
    return f"p{person}@client.example"


def test_no_words_ever_reach_somebody_whom_they_are_not_for(empty_sqlite: Path) -> None:
    """In chats, their topics, a group and mail, of every kind; merged, split, linked, banned, handed to others; restarts."""

    class Machine(Desk):
        empty = empty_sqlite

    quick = settings(
        derandomize=True,
        max_examples=5,
        stateful_step_count=20,
        deadline=None,
        phases=[Phase.generate],  # a failure prints its steps; to shorten them takes minutes
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=quick)

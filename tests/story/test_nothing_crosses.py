"""Whatever happens in whatever order: no client reads another one's words, nor a topic two clients' ones."""

import asyncio
import re
import shutil
from collections.abc import Coroutine
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

from desk.people import Door
from desk.tickets import Thread, Ticket
from playground.botapi import Person
from playground.botapi.model import Message, Topic
from playground.botapi.seat import NotPossible
from tests.conftest import Clock
from tests.steps import text_of
from tests.world import SUPPORT, World

T = TypeVar("T")
PEOPLE = 4
who = st.integers(0, PEOPLE - 1)
any_number = st.integers(0, 30)
MARK = re.compile(r"\b([wan])(\d)x\d+\b")
"""A word of a client, an answer to one, a note about one: by whom or for whom it is, and a number of its own."""


class Desk(RuleBasedStateMachine):
    """Clients in Telegram (even numbers) and by mail (odd), an engineer, a whole running desk between them."""

    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory()
        path = Path(self.folder.name) / "desk.db"
        shutil.copyfile(self.empty, path)
        self.world = World(clock=Clock(), url=f"sqlite:///{path}", folder=Path(self.folder.name))
        self.run_(self.world.__aenter__())
        self.numbers = count(1)
        self.moved = self.started = 0
        self.people: dict[int, Person] = {}
        self.said: list[tuple[int, Message]] = []  # by whom, in their chat
        self.posts: list[tuple[int, Message]] = []  # for whom, in a topic

    def run_(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run_(self.world.__aexit__())
        self.runner.close()
        self.folder.cleanup()

    def _settle(self) -> None:
        self.run_(self.world.settle(30))

    def _mark(self, sort: str, person: int) -> str:
        return f"{sort}{person}x{next(self.numbers)}"

    def _chat(self, person: int) -> Person:
        if person not in self.people:
            made = self.people[person] = self.world.person(f"P{person}")
            made.start()
        if self.people[person].chat_here.blocked:
            self.people[person].unblock()
        return self.people[person]

    async def _owners(self) -> dict[str, int]:
        """By topic: which client's it is."""
        async with self.world.store.view() as view:
            doors = {door.id: door.address for door in await view.find(Door)}
            tickets = {ticket.id: ticket for ticket in await view.find(Ticket)}
            threads = await view.find(Thread, channel="group")
        by_address = {str(person.id): number for number, person in self.people.items()}
        by_address |= {_address(number): number for number in range(1, PEOPLE, 2)}
        return {
            one.external_id: by_address[doors[tickets[one.ticket_id].opened_door_id]]
            for one in threads
            if one.external_id
        }

    def _topic(self, index: int) -> tuple[Topic, int] | None:
        """One of the tickets' topics, and whose it is."""
        owners = self.run_(self._owners())
        there = [topic for topic in self.world.group.topics if str(topic.id) in owners and not topic.deleted]
        topic = there[index % len(there)] if there else None
        return (topic, owners[str(topic.id)]) if topic else None

    @initialize()
    def everybody_has_written(self) -> None:
        for person in range(PEOPLE):
            self.writes(person=person, number=0, reply=False)

    @rule(person=who, number=any_number, reply=st.booleans())
    def writes(self, person: int, number: int, reply: bool) -> None:
        """In their chat or by mail, in answer to whatever they got from us, or out of the blue."""
        self.world.clock.advance(seconds=20)
        words = f"Не работает {self._mark('w', person)}"
        if person % 2:
            self.run_(self._mails(person, words, number, reply=reply))
        else:
            chat = self._chat(person)
            got = [one for one in chat.received if one.service is None]
            to = got[number % len(got)] if reply and got else None
            self.said.append((person, chat.say(words, reply_to=to)))
        self._settle()

    async def _mails(self, person: int, words: str, number: int, *, reply: bool) -> None:
        address = _address(person)
        if not self.world.mails.imap.has_user(address):
            await self.world.mails.user(address)
        got = await self.world.mails.inbox(address)
        to = got[number % len(got)] if reply and got else None
        await self.world.mails.send(sender=address, to=SUPPORT, subject="Помогите", text=words, in_reply_to=to)

    @rule(person=who, text=st.sampled_from(["/new", "/my", "/close", "/help"]))
    def commands(self, person: int, text: str) -> None:
        if person % 2 == 0:
            self._chat(person).say(text)
            self._settle()

    @rule(index=any_number)
    def changes_their_words(self, index: int) -> None:
        if self.said:
            person, message = self.said[index % len(self.said)]
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

    @rule(index=any_number, place=any_number, go=st.booleans())
    def is_answered(self, index: int, place: int, go: bool) -> None:
        """In reply to whatever stands in the topic: what is no answer then is a note."""
        if found := self._topic(index):
            topic, person = found
            messages = topic.messages
            to = messages[place % len(messages)] if messages else None
            self._post(topic, person, f"Ответ {self._mark('a', person)}", to)
            if go:
                self._later()

    @rule(index=any_number, words=st.sampled_from(["", "//", "/note "]))
    def is_noted(self, index: int, words: str) -> None:
        """Of whom it is makes no difference: no client reads a note."""
        if found := self._topic(index):
            self._post(found[0], found[1], f"{words}{self._mark('n', found[1])}", None)

    def _post(self, topic: Topic, person: int, text: str, to: Message | None) -> None:
        try:
            post = self.world.group.say(self.world.engineer, text, topic=topic, reply_to=to)
        except NotPossible:  # the app shows no input field in a closed topic
            return
        self.posts.append((person, post))
        self._settle()

    @rule(index=any_number)
    def changes_their_answer(self, index: int) -> None:
        there = [one for one in self.posts if one[1].text.startswith("Ответ") and not one[1].deleted]
        if there:
            person, post = there[index % len(there)]
            if post.chat is self.world.group.chat:
                self.world.group.edit(self.world.engineer, post, f"Ответ {self._mark('a', person)}")
                self._settle()

    @rule(index=any_number, other=any_number, word=st.sampled_from(["merge", "relate", "incident", "unmerge"]))
    def is_put_together(self, index: int, other: int, word: str) -> None:
        """With whosever ticket: those of two clients stay apart. Whatever is asked in return is agreed to."""
        if found := self._topic(index):
            number = other % max(1, len(self.run_(self.world.tickets()))) + 1
            self._post(found[0], found[1], f"/{word} SD-{number}", None)
            self._agrees(found[0])

    @rule(index=any_number, place=any_number)
    def is_split(self, index: int, place: int) -> None:
        if found := self._topic(index):
            messages = found[0].messages
            self._post(found[0], found[1], "/split", messages[place % len(messages)] if messages else None)
            self._agrees(found[0])

    def _agrees(self, topic: Topic) -> None:
        for message in topic.messages[-2:]:
            if message.from_bot and message.buttons and message is not topic.messages[0]:
                self.run_(self._press(message))
        self._settle()

    async def _press(self, message: Message) -> None:
        try:
            await self.world.group.press(self.world.engineer, message, message.buttons[0])
        except (LookupError, NotPossible):  # it has no action, or is gone by now
            return

    @rule(
        index=any_number,
        word=st.sampled_from(["/take", "/solved", "/close решено", "/reopen", "/undo", "/line second"]),
    )
    def is_worked_on(self, index: int, word: str) -> None:
        if found := self._topic(index):
            self._post(found[0], found[1], word, None)

    @rule(index=any_number)
    def loses_its_topic(self, index: int) -> None:
        if found := self._topic(index):
            self.world.group.delete_topic(found[0])

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
    def nobody_reads_what_is_not_theirs(self) -> None:
        for number, person in self.people.items():
            self._theirs(number, "\n".join(one.text for one in person.received))
        for number in range(1, PEOPLE, 2):
            self._theirs(number, self.run_(self._mailed(_address(number))))

    async def _mailed(self, address: str) -> str:
        if not self.world.mails.imap.has_user(address):
            return ""
        return "\n".join(f"{one['Subject']}\n{text_of(one)}" for one in await self.world.mails.inbox(address))

    @staticmethod
    def _theirs(number: int, text: str) -> None:
        for sort, whose in MARK.findall(text):
            assert sort != "n", f"a note reached P{number}"
            assert int(whose) == number, f"P{number} reads what is P{whose}'s"

    @invariant()
    def a_topic_shows_one_client_alone(self) -> None:
        for topic in self.world.group.topics:
            whose = {whose for message in topic.messages for sort, whose in MARK.findall(message.text) if sort != "n"}
            assert len(whose) < 2, f"{topic.name} shows {sorted(whose)}"


def _address(person: int) -> str:
    return f"p{person}@client.example"


def test_no_words_ever_reach_somebody_whom_they_are_not_for(empty_sqlite: Path) -> None:
    """Clients write, edit and block us; engineers answer, edit, merge, split and close; topics and groups go; restarts."""

    class Machine(Desk):
        empty = empty_sqlite

    quick = settings(
        derandomize=True,
        max_examples=8,
        stateful_step_count=20,
        deadline=None,
        phases=[Phase.generate],  # a failure prints its steps; to shorten them takes minutes
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=quick)

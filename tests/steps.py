"""What stories do again and again: an engineer asks or answers, a client writes a mail, a chat is looked through."""

import re
from email.message import EmailMessage
from typing import Any

from playground.botapi import Person
from playground.botapi.model import Message, Topic
from tests.world import SUPPORT, World

HELD = 31
"""Seconds after which an answer is on its way, by mail too."""

CODE = re.compile(r"\b\d{6}\b")
LINK = re.compile(r"t\.me/\w+\?start=(L[\w-]+)")


async def answer(world: World, number: str, text: str, *, go: bool = True) -> Message:
    """An engineer replies to the card; with `go`, until it has left."""
    topic = world.group.topic(f"{number} ·")
    post = world.group.say(world.engineer, text, topic=topic, reply_to=topic.messages[0])
    await world.settle()
    if go:
        await world.advance(seconds=HELD)
    return post


async def order(world: World, number: str, text: str, *, go: bool = True) -> Message:
    """An engineer gives a command in a ticket's topic; with `go`, until what it sends has left."""
    post = world.group.say(world.engineer, text, topic=world.group.topic(f"{number} ·"))
    await world.settle()
    if go:
        await world.advance(seconds=HELD)
    return post


async def chat(world: World, name: str, text: str) -> Person:
    """Somebody writes to the bot for the first time."""
    person = world.person(name)
    person.start()
    await world.settle()
    person.say(text)
    await world.settle()
    return person


async def mail(world: World, sender: str, subject: str, text: str, **more: Any) -> str:
    """Somebody writes to support@ and the desk has worked on it; the Message-ID."""
    address = sender.rpartition("<")[2].rstrip(">")
    if not world.mails.imap.has_user(address):
        await world.mails.user(address)
    sent = await world.mails.send(sender=sender, to=more.pop("to", SUPPORT), subject=subject, text=text, **more)
    await world.settle()
    return sent


async def mails_of(world: World, address: str) -> list[EmailMessage]:
    return await world.mails.inbox(address)


async def last_mail(world: World, address: str) -> EmailMessage:
    return (await world.mails.inbox(address))[-1]


def text_of(mail: EmailMessage) -> str:
    """The words of a mail, as its reader sees them."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


async def code_of(world: World, address: str) -> str:
    """The newest code in somebody's mailbox."""
    found = CODE.search(text_of(await last_mail(world, address)))
    assert found, "no code in the newest mail"
    return found[0]


async def link_of(world: World, address: str) -> str:
    """The payload of the newest link in somebody's mailbox; "" when no mail has one."""
    found = [
        match[1] for one in await mails_of(world, address) for match in LINK.finditer(one.as_string() + text_of(one))
    ]
    return found[-1] if found else ""


def said_in(topic: Topic) -> str:
    """Everything in a topic, as one text."""
    return "\n".join(message.text for message in topic.messages)


def said_to(person: Person) -> str:
    """Everything that the bot wrote to somebody, as one text."""
    return "\n".join(message.text for message in person.received)


async def times_mailed(world: World, address: str, words: str) -> int:
    return sum(words in text_of(one) for one in await mails_of(world, address))

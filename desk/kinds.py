"""What a message is besides words and files: a place, a contact, a poll; sent as what it is, or in words.

A thing is a dictionary that JSON can hold, in Message.data under `NATIVE`: its "kind" is "location" (latitude,
longitude, live), "venue" (the same, title, address), "contact" (phone, first_name, last_name, vcard) or "poll"
(question, options, several, quiz).
"""

import json
from collections.abc import Mapping
from typing import Any

from desk.desk import Desk
from desk.tickets import Message

NATIVE = "native"
CAPTIONS = "captions"
"""In a message's data: the words under each picture of an album, by external id."""

QUOTE = "quote"
"""In a message's data: the words of the message replied to that its writer picked, as its text quotes them."""

TO = "to"
"""In a message's data: the external id of the message that it replies to, in its own chat."""

PERSON = "person"
"""In the data of a message from a client's own group: who wrote it, by number. The group is its sender."""

Thing = Mapping[str, Any]


def thing(message: Message) -> Thing | None:
    """The place, contact or poll that a message is; None when it is none."""
    found = message.data.get(NATIVE)
    return found if isinstance(found, dict) else None


def native(found: Thing, words: str) -> str:
    """What Outgoing.native takes; `words` go where Telegram does not take the thing."""
    return json.dumps({**found, "words": words}, ensure_ascii=False)


def in_words(desk: Desk, found: Thing, language: str) -> str:
    """The thing for who gets it as words: a place with a link to a map."""
    match found.get("kind"):
        case "location":
            return _place(desk, found, language)
        case "venue":
            named = ", ".join(part for part in (found.get("title"), found.get("address")) if part)
            return "\n".join((named, _place(desk, found, language)))
        case "contact":
            name = " ".join(part for part in (found.get("first_name"), found.get("last_name")) if part)
            return desk.say("client.shared_contact", language, name=name, phone=found["phone"])
        case _:
            options = "\n".join(f"• {option}" for option in found["options"])
            return desk.say("client.poll", language, question=found["question"], options=options)


def _place(desk: Desk, found: Thing, language: str) -> str:
    return desk.say("client.place", language, latitude=found["latitude"], longitude=found["longitude"])


def captions(data: Mapping[str, Any]) -> dict[str, str]:
    """The words under each picture of an album; nothing for what is no album."""
    found = data.get(CAPTIONS)
    return dict(found) if isinstance(found, dict) else {}


def recaptioned(message: Message, external_id: str, text: str) -> tuple[str, dict[str, Any]] | None:
    """The words of an album and its data after those under one of its pictures changed; None for what is no album."""
    known = captions(message.data)
    if not known:
        return None
    known[external_id] = text
    return "\n".join(words for words in known.values() if words), {**message.data, CAPTIONS: known}


def to_door(desk: Desk, message: Message, channel: str, language: str) -> tuple[str, str]:
    """What an engineer's message says to a client through a door, and what it is there besides words."""
    found = thing(message)
    if found is None:
        return message.text, ""
    words = in_words(desk, found, language)
    return ("", native(found, words)) if channel == "telegram" else (words, "")

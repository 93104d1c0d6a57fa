"""Places, contacts and polls as Telegram calls, from the words of `desk.kinds`; pure."""

import json
from typing import Any

from aiogram.methods import SendContact, SendLocation, SendPoll, SendVenue
from aiogram.methods.base import TelegramMethod
from aiogram.types import InputPollOption, Message

from desk.parcels import Outgoing

Values = dict[str, Any]
POLL = "poll:"
"""What begins the id under which a poll's answers come: they name no message."""


def words(message: Outgoing) -> str:
    """What the thing is in words, for where Telegram does not take it."""
    return str(json.loads(message.native).get("words", ""))


def call(message: Outgoing, common: Values) -> TelegramMethod[Message]:
    """The call that sends it; `common`: the parameters that all sending methods share."""
    thing: Values = json.loads(message.native)
    match thing["kind"]:
        case "location":
            return SendLocation(latitude=thing["latitude"], longitude=thing["longitude"], **common)
        case "venue":
            return SendVenue(
                latitude=thing["latitude"],
                longitude=thing["longitude"],
                title=thing["title"],
                address=thing["address"],
                **common,
            )
        case "contact":
            return SendContact(
                phone_number=thing["phone"],
                first_name=thing["first_name"],
                last_name=thing.get("last_name") or None,
                vcard=thing.get("vcard") or None,
                **common,
            )
        case _:
            return SendPoll(
                question=thing["question"],
                options=[InputPollOption(text=option) for option in thing["options"]],
                is_anonymous=False,
                allows_multiple_answers=bool(thing.get("several")),
                # Votes in the group would reach nobody: there it is only shown.
                is_closed=True if message.channel == "group" else None,
                **common,
            )


def ids(message: Outgoing, sent: Message) -> list[str]:
    """Under which ids it stands there: of a poll to a client also the one that its answers will name."""
    found = [str(sent.message_id)]
    if sent.poll and message.channel != "group":
        found.append(f"{POLL}{sent.poll.id}")
    return found

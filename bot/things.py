"""Places, contacts and polls of Telegram as `desk.kinds` has them; pure."""

from typing import Any

from aiogram.types import Location, Message


def thing(message: Message) -> dict[str, Any] | None:
    """The place, contact or poll that a message is, as `desk.kinds` has it; None when it is none."""
    if message.venue:
        place = _point(message.venue.location)
        return {**place, "kind": "venue", "title": message.venue.title, "address": message.venue.address}
    if message.location:
        return {**_point(message.location), "kind": "location", "live": bool(message.location.live_period)}
    if message.contact:
        shared = message.contact
        found = {"kind": "contact", "phone": shared.phone_number, "first_name": shared.first_name}
        return {**found, "last_name": shared.last_name or "", "vcard": shared.vcard or ""}
    if message.poll:
        asked = message.poll
        return {
            "kind": "poll",
            "question": asked.question,
            "options": [option.text for option in asked.options],
            "several": asked.allows_multiple_answers,
            "quiz": asked.type == "quiz",
        }
    return None


def _point(place: Location) -> dict[str, Any]:
    return {"latitude": place.latitude, "longitude": place.longitude}

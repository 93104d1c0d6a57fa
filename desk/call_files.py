"""A call as a file that every calendar reads (RFC 5545). Pure."""

from datetime import UTC, datetime, timedelta

from desk.desk import Desk
from desk.tickets import Ticket
from desk.workbench import Appointment

LENGTH = timedelta(minutes=30)
"""What a calendar keeps free; nobody says how long a call will be."""

_LINE = 75
"""Bytes of a line, RFC 5545 3.1."""


def calendar(  # noqa: PLR0917 - the call and whom it is for
    desk: Desk, ticket: Ticket, call: Appointment, at: datetime, address: str, language: str
) -> bytes:
    """The call, or that it is off; another time has the same UID and a higher SEQUENCE, so calendars move it."""
    box = next((one.address for one in desk.settings.mailbox), "")
    host = box.rpartition("@")[2] or "otvet.invalid"
    off = call.done_at is not None
    title = desk.say("calls.for_title", language, number=desk.number(ticket.id), subject=ticket.subject)
    link = str(call.data["link"])
    rows = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Otvet//Otvet//EN",
        f"METHOD:{'CANCEL' if off else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:call-{ticket.id}-{call.data['first']}@{host}",
        f"SEQUENCE:{int(call.data['version']) + off}",
        f"STATUS:{'CANCELLED' if off else 'CONFIRMED'}",
        f"DTSTAMP:{_moment(desk.now())}",
        f"DTSTART:{_moment(at)}",
        f"DTEND:{_moment(at + LENGTH)}",
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(link)}",
        f"LOCATION:{_text(link)}",
        *([f"ORGANIZER:mailto:{_address(box)}"] if box else []),
        f"ATTENDEE:mailto:{_address(address)}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(row) for row in rows)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """A value of text: nothing in it begins a line or a parameter of its own."""
    plain = "".join(max(sign, " ") for sign in words)
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, f"\\{sign}")
    return plain


def _address(address: str) -> str:
    return "".join(sign for sign in address if sign > " ")


def _folded(row: str) -> bytes:
    """The line in pieces of 75 bytes, none cut within a letter."""
    lines, line = [], b""
    for sign in row:
        letter = sign.encode()
        if len(line) + len(letter) > _LINE:
            lines.append(line)
            line = b" "
        line += letter
    return b"\r\n".join([*lines, line]) + b"\r\n"

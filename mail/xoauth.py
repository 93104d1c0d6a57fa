"""Logging in to IMAP with an access token (XOAUTH2), which aioimaplib begins and cannot end when it is refused."""

import base64
import binascii
import json
from typing import Any

from mail import wire


def initial(user: str, token: str) -> str:
    """Return the one thing that the client says in XOAUTH2, coded for the line."""
    clean = user.replace("\x01", "")
    return base64.b64encode(f"user={clean}\x01auth=Bearer {token}\x01\x01".encode()).decode()


async def authenticate(protocol: Any, user: str, token: str) -> tuple[Any, str]:
    """Return aioimaplib's answer, and what the server said of a refused token.

    A server refuses by a challenge, a JSON text, and waits for an empty line before it says NO; without that line it
    waits for ever, and so does aioimaplib. Where the server does not take the token with the command (SASL-IR), it
    asks for it by an empty challenge.
    """
    from aioimaplib import aioimaplib

    said = initial(user, token)
    at_once = "SASL-IR" in {word.upper() for word in protocol.capabilities}
    waiting = [] if at_once else [said]
    refusal: list[str] = []
    heard = protocol._continuation  # noqa: SLF001 - the library has no other place for challenges

    def hear(line: bytes) -> None:
        if waiting:
            protocol.transport.write(waiting.pop().encode() + b"\r\n")  # past the library's log
            return
        refusal.append(_refusal(line))
        protocol.transport.write(b"\r\n")

    protocol._continuation = hear  # noqa: SLF001
    try:
        more = (said,) if at_once else ()
        command = aioimaplib.Command("AUTHENTICATE", protocol.new_tag(), "XOAUTH2", *more, loop=protocol.loop)
        answer = await protocol.execute(command, scrub=said)
    finally:
        protocol._continuation = heard  # noqa: SLF001
    if answer.result == "OK":
        protocol.state = aioimaplib.AUTH
    return answer, next(iter(refusal), "") or wire.words(answer.lines)


def _refusal(line: bytes) -> str:
    """Return the status that a refusing challenge names ("401", "invalid_token"), "" when it names none."""
    try:
        told = json.loads(base64.b64decode(line[1:].strip()))
        return str(told["status"])[:100]
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        return ""

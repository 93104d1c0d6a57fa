"""Connects to an SMTP server and logs in by what the account has: a password or an access token."""

from datetime import timedelta
from typing import TYPE_CHECKING

from desk.errors import DeliveryDelayed
from mail.needs import Token
from mail.oauth import TokenTrouble

if TYPE_CHECKING:
    import aiosmtplib

TOKEN_PAUSE = timedelta(minutes=1)
"""A dead token is told elsewhere and mended by an operator; then mail leaves within a minute."""


async def connect(client: "aiosmtplib.SMTP", user: str, token: Token | None) -> None:
    """Connect and log in; aiosmtplib's errors, and DeliveryDelayed when there is no token to log in with."""
    import aiosmtplib

    if token is None:
        await client.connect()
        return
    used: list[str] = []

    async def generate() -> str:
        used.append(await token.get())
        return used[-1]

    try:
        try:
            await client.connect(username=user, oauth_token_generator=generate)
        except aiosmtplib.SMTPAuthenticationError:
            # It may have been withdrawn before its end; a new one, at once and once, tells that from a wrong user.
            for one in used:
                token.refused(one)
            await client.connect(username=user, oauth_token_generator=generate)
    except TokenTrouble as trouble:
        raise DeliveryDelayed(TOKEN_PAUSE, trouble.words, everyone=True) from None

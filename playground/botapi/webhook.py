"""Updates brought to the bot's webhook, in order and again until it says 2xx."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from errno import ECONNREFUSED
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    MultipartReader,
    ServerDisconnectedError,
)

from playground.botapi.context import Settings
from playground.botapi.errors import ApiError
from playground.botapi.model import Json
from playground.botapi.reading import BROKEN, Sent, read_parts
from playground.botapi.shapes import seconds
from playground.botapi.world import World

Reply = Callable[[str, Sent], Awaitable[object]]
"""Carries out a method that the webhook answered with."""

_PATIENCE: Final = ClientTimeout(total=60)
"""Seconds that Telegram waits for a webhook, about."""
_NOT_IN_ANSWERS: Final = {"setwebhook", "deletewebhook", "logout", "close"}
"""Besides all that begin with get: what a webhook's answer cannot order."""


async def bring_updates(world: World, settings: Settings, reply: Reply, pause: float) -> None:
    """Run until cancelled; wait `pause` seconds after a failed try. One update at a time."""
    async with ClientSession(timeout=_PATIENCE) as session:
        while True:
            world.inbox.expire()
            if not world.inbox.webhook or not world.inbox.pending:
                world.inbox.arrived.clear()
                await world.inbox.arrived.wait()
                continue
            update = world.inbox.pending[0]
            webhook = settings.webhook
            try:
                sent = await _bring(session, webhook, update)
            except _Failed as error:
                webhook |= {"last_error_date": seconds(world.now()), "last_error_message": str(error)}
                world.tell("webhook", f"the webhook failed: {error}")
                await asyncio.sleep(max(pause, error.retry_after))
                continue
            world.inbox.confirm(update["update_id"] + 1)
            method = str(sent.parameters.pop("method", "")).lower()
            if method and not method.startswith("get") and method not in _NOT_IN_ANSWERS:
                await reply(method, sent)


class _Failed(Exception):
    """The webhook did not take an update; `retry_after` are the seconds that it asked for."""

    def __init__(self, words: str, retry_after: float = 0) -> None:
        super().__init__(words)
        self.retry_after = retry_after


async def _bring(session: ClientSession, webhook: Json, update: Json) -> Sent:
    """What the webhook answered with: perhaps a method to carry out, of which nobody tells it what became."""
    secret = webhook.get("secret")
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    try:
        async with session.post(
            target(webhook["url"]) or "", json=update, headers=headers, allow_redirects=False
        ) as answer:
            if not 200 <= answer.status < 300:
                words = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                asked = answer.headers.get("Retry-After", "")
                raise _Failed(words, min(int(asked), 3600) if asked.isdecimal() else 0)
            with suppress(*BROKEN, ApiError):  # nothing that can be carried out: the update is taken all the same
                return await _method(answer)
            return Sent(parameters={}, uploads={})
    except ServerDisconnectedError:
        raise _Failed("Webhook connection closed") from None
    except ClientConnectorError as error:
        raise _Failed("Connection refused" if error.os_error.errno == ECONNREFUSED else str(error)) from None
    except TimeoutError:
        raise _Failed("Read timeout expired") from None
    except (ClientError, OSError, ValueError) as error:  # the last for an address that nobody can look up
        raise _Failed(str(error) or "Webhook connection closed") from None


async def _method(answer: ClientResponse) -> Sent:
    sent = Sent(parameters={}, uploads={})
    match answer.content_type:
        case "application/json":
            body = await answer.json()
            sent.parameters.update(body if isinstance(body, dict) else {})
        case "application/x-www-form-urlencoded":
            sent.parameters.update(parse_qsl(await answer.text(), keep_blank_values=True))
        case "multipart/form-data":
            await read_parts(MultipartReader.from_response(answer), sent)
    return sent


def target(url: str) -> str | None:
    """The whole address of a webhook, https where it does not say; None for what is none."""
    whole = url if re.match(r"[a-z]+://", url, re.IGNORECASE) else f"https://{url}"
    try:
        parts = urlsplit(whole)
        _ = parts.port, (parts.hostname or "").encode("idna")
    except ValueError:  # of a port beyond 65535, a half of brackets, a name too long
        return None
    return whole if re.match(r"https?://[^/?#\s]+\S*$", whole, re.IGNORECASE) else None

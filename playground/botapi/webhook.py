"""Updates brought to the bot's webhook, in order and again until it says 2xx."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, MultipartReader

from playground.botapi.context import Settings
from playground.botapi.model import Json
from playground.botapi.reading import Sent
from playground.botapi.shapes import seconds
from playground.botapi.world import World

Reply = Callable[[str, Sent], Awaitable[object]]
"""Carries out a method that the webhook answered with."""

_PATIENCE: Final = ClientTimeout(total=60)
"""Seconds that Telegram waits for a webhook, about."""


async def bring_updates(world: World, settings: Settings, reply: Reply, pause: float) -> None:
    """Run until cancelled; wait `pause` seconds after a failed try. One update at a time."""
    async with ClientSession(timeout=_PATIENCE) as session:
        while True:
            if not world.inbox.webhook or not world.inbox.pending:
                world.inbox.arrived.clear()
                await world.inbox.arrived.wait()
                continue
            update = world.inbox.pending[0]
            wrong = await _bring(session, settings, update, reply)
            if wrong is None:
                world.inbox.confirm(update["update_id"] + 1)
                continue
            settings.webhook |= {"last_error_date": seconds(world.now()), "last_error_message": wrong}
            world.tell("webhook", f"the webhook failed: {wrong}")
            await asyncio.sleep(pause)


async def _bring(session: ClientSession, settings: Settings, update: Json, reply: Reply) -> str | None:
    """None when it was taken, else what went wrong."""
    url, secret = settings.webhook.get("url"), settings.webhook.get("secret")
    if url is None:
        return "the webhook was taken away"
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    try:
        async with session.post(url, json=update, headers=headers) as answer:
            if not 200 <= answer.status < 300:
                return f"Wrong response from the webhook: {answer.status} {answer.reason}"
            await _reply(answer, reply)
    except (ClientError, TimeoutError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return None


async def _reply(answer: ClientResponse, reply: Reply) -> None:
    """A webhook may answer with a method to carry out; what becomes of it is not told."""
    parameters: Json = {}
    if answer.content_type == "application/json":
        body = await answer.json()
        parameters = body if isinstance(body, dict) else {}
    elif answer.content_type == "multipart/form-data":
        async for part in MultipartReader.from_response(answer):
            if not isinstance(part, MultipartReader) and part.name and not part.filename:
                parameters[part.name] = await part.text()
    method = parameters.pop("method", None)
    if method:
        await reply(str(method), Sent(parameters=parameters, uploads={}))

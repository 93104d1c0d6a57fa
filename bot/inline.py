"""Inline mode: answers what engineers type after the bot's name, and nobody else.

Such a query is no message: it is answered at once or not at all, and nothing of it is stored.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import AnswerInlineQuery
from aiogram.types import InlineQueryResultArticle, InputTextMessageContent

from bot.home import Home
from bot.membership import Membership
from desk import chosen
from desk.desk import Desk
from desk.errors import OtvetError

KIND = "inline_query"
MOST = 8  # queries answered side by side; of more the later ones are dropped, and typing on asks again
PATIENCE = 8.0  # seconds; Telegram takes no answer much later
FRESH, STRANGE = 5, 60  # seconds that Telegram may give the same answer again to the same person
GROUPS = frozenset({"group", "supergroup"})
log = logging.getLogger(__name__)


class Inline:
    """The queries under way."""

    def __init__(self, bot: Bot, desk: Desk, home: Home, members: Membership) -> None:
        self._bot, self._desk, self._home, self._members = bot, desk, home, members
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, update: Mapping[str, Any]) -> None:
        """Begin to answer the query in a raw update."""
        if len(self._tasks) >= MOST:
            log.info("inline.dropped")
            return
        task = asyncio.create_task(self._surely(update), name="inline query")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Drop what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _surely(self, update: Mapping[str, Any]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._answer(update[KIND])
        except (AiogramError, OtvetError, TimeoutError) as error:
            log.info("inline.unanswered %s", type(error).__name__)
        except Exception:  # the guard: whoever types sees no list, everything else goes on
            log.exception("inline.failed")

    async def _answer(self, query: Mapping[str, Any]) -> None:
        known = query.get("chat_type") in GROUPS and await self._is_engineer(int(query["from"]["id"]))
        offers = await chosen.offered(self._desk, str(query.get("query", ""))) if known else []
        results = [
            InlineQueryResultArticle(
                id=offer.key,
                title=offer.title,
                description=offer.description,
                input_message_content=InputTextMessageContent(message_text=offer.text, parse_mode=None),
            )
            for offer in offers
        ]
        await self._bot(
            AnswerInlineQuery(
                inline_query_id=str(query["id"]),
                results=list(results),
                is_personal=True,
                cache_time=FRESH if known else STRANGE,
            )
        )

    async def _is_engineer(self, user_id: int) -> bool:
        """Whether they belong to one of the engineers' groups; where nobody can say, they do not."""
        return any([await self._members.surely(each.chat_id, user_id) for each in self._home.all()])

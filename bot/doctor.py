"""Asks Telegram all that the desk will rely on, for `python -m desk doctor`: one finding per thing looked at."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramMigrateToChat, TelegramNotFound, TelegramUnauthorizedError
from aiohttp import ClientError

from bot.opening import allowed_reactions
from bot.profile import Entry, bring_in_line, differing
from bot.raw import RawGetChat, RawGetChatMember, RawGetMe, RawGetWebhookInfo, ask
from bot.redact import redact
from bot.session import PROXY_ERRORS, Session, open_bot
from desk.findings import FAILED, OK, WARNING, Finding
from desk.settings import Telegram
from desk.texts import say

REACTIONS = ("👀", "✍", "👌", "👎")
"""What the bot says by reactions, and the one by which an engineer takes an answer back."""
PATIENCE = 10.0  # seconds for one question
SKEW = 30.0  # seconds; mail dates, TLS and codes of ten minutes bear that much
Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


async def check(
    settings: Telegram, language: str, *, now: Clock = _now, presents: Sequence[Entry] = (), fix: bool = False
) -> list[Finding]:
    """All findings about Telegram. What hangs on something that failed is not looked at.

    `presents`: how the bot should present itself; with `fix` what differs is set.
    """
    bot = open_bot(settings.token.get_secret_value(), settings.api, settings.proxy)
    try:
        examination = _Examination(
            bot=bot, settings=settings, language=language, now=now, presents=presents, fix=fix
        )
        return await examination.all()
    finally:
        await bot.session.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Examination:
    bot: Bot
    settings: Telegram
    language: str
    now: Clock
    presents: Sequence[Entry] = ()
    fix: bool = False

    async def all(self) -> list[Finding]:
        found: list[Finding] = []
        if self.settings.proxy:
            found.append(await self._proxy(self.settings.proxy))
            if found[-1].state == FAILED:
                return found
        found += await self._clock()
        if found[-1].state == FAILED:
            return found
        try:
            me = await ask(self.bot, RawGetMe())
        except (TelegramUnauthorizedError, TelegramNotFound):
            return [*found, self._finding("token", FAILED, self._say("bad_token"))]
        except AiogramError as error:
            return [*found, self._finding("token", FAILED, self._words(error), "api_failed")]
        found.append(self._finding("token", OK, f"@{me.get('username', '')}"))
        found.append(await self._webhook())
        return [*found, *await self._group(me), *await self._presented()]

    async def _proxy(self, proxy: str) -> Finding:
        parts = urlsplit(proxy)
        place = f"{parts.hostname}:{parts.port}"
        try:
            async with asyncio.timeout(PATIENCE):
                _, writer = await asyncio.open_connection(parts.hostname, parts.port)
            writer.close()
        except (OSError, TimeoutError) as error:
            return self._finding("proxy", FAILED, f"{place}: {type(error).__name__}", "proxy_failed")
        return self._finding("proxy", OK, place)

    async def _clock(self) -> list[Finding]:
        """The connection, and the clock by the answer's Date header (RFC 9110, 6.6.1)."""
        session = self.bot.session
        assert isinstance(session, Session)
        url = session.api.api_url(token=self.bot.token, method="getMe")
        try:
            async with asyncio.timeout(PATIENCE):
                client = await session.create_session()
                async with client.get(url) as response:
                    told = response.headers.get("Date")
        except (OSError, TimeoutError, ClientError, *PROXY_ERRORS) as error:
            return [self._finding("api", FAILED, f"{self.settings.api}: {type(error).__name__}", "api_failed")]
        reached = self._finding("api", OK, self.settings.api)
        try:
            skew = abs((parsedate_to_datetime(told) - self.now()).total_seconds()) if told else 0.0
        except (ValueError, TypeError):
            skew = 0.0
        if skew > SKEW:
            wrong = self._say("check_clock_skew", seconds=round(skew))
            return [reached, self._finding("clock", WARNING, wrong, "clock_advice")]
        return [reached, self._finding("clock", OK, self._say("check_clock_ok"))]

    async def _webhook(self) -> Finding:
        try:
            info = await ask(self.bot, RawGetWebhookInfo())
        except AiogramError as error:
            return self._finding("webhook", WARNING, self._words(error))
        if url := str(info.get("url") or ""):
            detail = self._say("check_webhook_on", url=redact(url, self.bot.token))
            return self._finding("webhook", FAILED, detail, "webhook_advice", api=self.settings.api)
        return self._finding("webhook", OK, self._say("check_webhook_off"))

    async def _group(self, me: Mapping[str, Any]) -> list[Finding]:
        group = self.settings.group
        try:
            chat = await ask(self.bot, RawGetChat(chat_id=group))
        except TelegramMigrateToChat as error:
            new = error.migrate_to_chat_id
            detail = self._say("check_group_migrated", new=new)
            return [self._finding("group", FAILED, detail, "group_migrated_advice", new=new)]
        except AiogramError as error:
            return [self._finding("group", FAILED, f"{group}: {self._words(error)}", "group_missing")]
        forum = bool(chat.get("is_forum"))
        topics = self._say("check_topics_on" if forum else "check_topics_off")
        return [
            self._finding("group", OK, str(chat.get("title", group))),
            self._finding("topics", OK if forum else WARNING, topics, "" if forum else "topics_advice"),
            await self._rights(me, forum=forum),
            self._reactions(chat),
        ]

    async def _rights(self, me: Mapping[str, Any], *, forum: bool) -> Finding:
        try:
            member = await ask(self.bot, RawGetChatMember(chat_id=self.settings.group, user_id=self.bot.id))
        except AiogramError as error:
            return self._finding("admin", FAILED, self._words(error), "group_missing")
        status = member.get("status")
        admin = status in {"administrator", "creator"}
        if status in {"left", "kicked"}:
            return self._finding("admin", FAILED, self._say("check_admin_out"), "group_missing")
        if forum and not admin:
            return self._finding("admin", FAILED, self._say("check_admin_no"), "admin_advice")
        if forum and status == "administrator" and not member.get("can_manage_topics"):
            return self._finding("admin", FAILED, self._say("check_admin_no_topics"), "admin_advice")
        if forum:
            return self._finding("admin", OK, self._say("check_admin_ok"))
        if admin or me.get("can_read_all_group_messages"):
            return self._finding("admin", OK, self._say("check_admin_flat"))
        return self._finding("admin", FAILED, self._say("check_admin_no"), "privacy_advice")

    def _reactions(self, chat: Mapping[str, Any]) -> Finding:
        allowed = allowed_reactions(chat)
        missing = [emoji for emoji in REACTIONS if allowed is not None and emoji not in allowed]
        if missing:
            detail = self._say("check_reactions_missing", missing=" ".join(missing))
            return self._finding("reactions", WARNING, detail, "reactions_advice")
        return self._finding("reactions", OK, self._say("check_reactions_all"))

    async def _presented(self) -> list[Finding]:
        """Commands, descriptions and the menu button; refused ones by Telegram's words."""
        if not self.presents:
            return []
        if self.fix:
            done, refused = await bring_in_line(self.bot, self.presents)
            if refused:
                return [self._finding("presented", FAILED, "; ".join(refused))]
            detail = self._say("check_presented_set", names=", ".join(done)) if done else ""
            return [self._finding("presented", OK, detail or self._say("check_presented_ok"))]
        try:
            wrong = [entry.name for entry, _ in await differing(self.bot, self.presents)]
        except AiogramError as error:
            return [self._finding("presented", WARNING, self._words(error))]
        if wrong:
            detail = self._say("check_presented_differs", names=", ".join(wrong))
            return [self._finding("presented", WARNING, detail, "presented_advice")]
        return [self._finding("presented", OK, self._say("check_presented_ok"))]

    def _finding(self, what: str, state: str, detail: str, advice: str = "", **values: object) -> Finding:
        words = self._say(f"check_{advice}", **values) if advice else ""
        return Finding(name=self._say(f"check_{what}"), state=state, detail=detail, advice=words)

    def _say(self, key: str, **values: object) -> str:
        return say(self.language, f"bot.{key}", **values)

    def _words(self, error: AiogramError) -> str:
        return redact(str(getattr(error, "message", "") or type(error).__name__), self.bot.token)

"""What happens once at the start: the bot and the group are looked at and the lists of commands are set."""

import logging
from collections.abc import Mapping
from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramUnauthorizedError,
)

from bot import profile
from bot.group import follow
from bot.home import Group, Home
from bot.poller import OnHealth
from bot.raw import RawGetChat, RawGetMe, ask
from bot.redact import redact
from desk import client_topics, group
from desk.desk import Desk
from desk.errors import ConfigError, Mistake

RETRY = 5.0  # seconds between two tries while Telegram is away
log = logging.getLogger(__name__)


async def introduce(desk: Desk, bot: Bot, home: Home, on_health: OnHealth) -> bool:
    """Learn and remember who the bot is and what the group is like; whether Telegram could be reached.

    ConfigError for a token that Telegram does not know.
    """
    await home.refresh(desk)
    async with desk.view() as view:
        home.username = home.username or await view.recall("telegram.username")
    try:
        me = await ask(bot, RawGetMe())
    except (TelegramUnauthorizedError, TelegramNotFound) as error:
        sentence = desk.say("bot.bad_token")
        raise ConfigError([Mistake(file="config.toml", place="[telegram] token", message=sentence)]) from error
    except AiogramError as error:
        log.warning("telegram.away %s", redact(str(error), bot.token))
        on_health(ok=False, reason=desk.say("bot.unreachable", reason=type(error).__name__))
        return False
    home.username = str(me.get("username") or "")
    async with desk.unit() as unit:
        await unit.remember(client_topics.SWITCHED_ON, "1" if me.get("has_topics_enabled") else "")
        await unit.remember("telegram.username", home.username)
        await unit.remember("telegram.bot", str(me.get("id") or bot.id))
        await unit.remember("telegram.inline", "1" if me.get("supports_inline_queries") else "")
        await unit.commit()
    for each in home.all():
        await look_around(desk, bot, home, each)
    await profile.at_start(desk, bot, [each.chat_id for each in home.all()])
    on_health(ok=True, reason="")
    return True


async def look_around(desk: Desk, bot: Bot, home: Home, here: Group) -> None:
    """Learn whether a group has topics and which reactions it allows; a group that is not there is told."""
    try:
        chat = await ask(bot, RawGetChat(chat_id=int(here.chat_id)))
    except TelegramMigrateToChat as error:
        await follow(desk, home, here.chat_id, str(error.migrate_to_chat_id))
        await look_around(desk, bot, home, here)
        return
    except (TelegramBadRequest, TelegramForbiddenError) as error:
        here.seen = True
        here.told_at = home.clock()
        await group.lost(desk, here.chat_id, desk.say("bot.lost_missing", reason=redact(error.message)))
        return
    except AiogramError as error:
        log.warning("group.unseen %s", redact(str(error), bot.token))
        return
    here.seen = True
    here.forum = bool(chat.get("is_forum"))
    here.emojis = allowed_reactions(chat)
    reactions = "all" if here.emojis is None else len(here.emojis)
    log.info("group.seen chat=%s forum=%s reactions=%s", here.chat_id, here.forum, reactions)


def allowed_reactions(chat: Mapping[str, Any]) -> frozenset[str] | None:
    """The emojis that a chat allows; None when it allows all (Bot API: the field is left out)."""
    given = chat.get("available_reactions")
    if given is None:
        return None
    return frozenset(str(each.get("emoji")) for each in given if each.get("type") == "emoji")

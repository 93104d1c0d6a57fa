"""What `python -m desk doctor` finds out of lines' own groups, of clients' groups and of who leads in them."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramMigrateToChat, TelegramNotFound, TelegramUnauthorizedError

from bot import rights
from bot.doctor import REACTIONS
from bot.membership import is_member
from bot.opening import allowed_reactions
from bot.raw import RawGetChat, RawGetChatAdministrators, RawGetChatMember, RawGetMe, ask, ask_all
from bot.redact import redact
from bot.session import open_bot
from desk.findings import FAILED, OK, WARNING, Finding
from desk.settings import ClientGroup, Settings
from desk.texts import say


async def check(settings: Settings) -> list[Finding]:
    """Nothing is found where the bot cannot ask at all: that is told of the bot itself."""
    telegram = settings.telegram
    bot = open_bot(telegram.token.get_secret_value(), telegram.api, telegram.proxy)
    try:
        groups: dict[int, list[str]] = {telegram.group: []}
        for line in settings.line:
            if line.group and line.group != telegram.group:
                groups.setdefault(line.group, []).append(line.title)
        found = [await _group(bot, settings, group, titles) for group, titles in groups.items() if titles]
        if telegram.topic_retention and (lacking := await _may_delete(bot, telegram.group, settings)):
            found.append(lacking)
        found += [await _of_clients(bot, settings, one) for one in settings.client_group]
        return [*found, await _leads(bot, settings, list(groups))]
    except (TelegramUnauthorizedError, TelegramNotFound):
        return []
    finally:
        await bot.session.close()


async def _group(bot: Bot, settings: Settings, group: int, titles: Sequence[str]) -> Finding:
    """One line's, or several lines', own group: there, a forum, with our rights and reactions."""
    language = settings.desk.language
    name = say(language, "bot.check_line_group", lines=", ".join(titles))
    try:
        chat = await ask(bot, RawGetChat(chat_id=group))
        member = await ask(bot, RawGetChatMember(chat_id=group, user_id=bot.id))
    except TelegramMigrateToChat as error:
        new = error.migrate_to_chat_id
        advice = say(language, "bot.check_line_group_migrated_advice", new=new)
        return Finding(name=name, state=FAILED, detail=str(group), advice=advice)
    except (TelegramUnauthorizedError, TelegramNotFound):
        raise
    except AiogramError as error:
        advice = say(language, "bot.check_line_group_missing")
        return Finding(name=name, state=FAILED, detail=f"{group}: {_words(bot, error)}", advice=advice)
    forum = bool(chat.get("is_forum"))
    drops = settings.telegram.topic_retention is not None
    if lacking := rights.missing(member, forum=forum, drops=drops):
        detail = ", ".join(say(language, right) for right in lacking)
        return Finding(name=name, state=FAILED, detail=detail, advice=say(language, "bot.check_line_group_rights"))
    title = str(chat.get("title", group))
    if not forum:
        detail = f"{title}: {say(language, 'bot.check_topics_off')}"
        return Finding(name=name, state=WARNING, detail=detail, advice=say(language, "bot.check_topics_advice"))
    if missing := _missing_reactions(chat):
        detail = f"{title}: {say(language, 'bot.check_reactions_missing', missing=missing)}"
        return Finding(name=name, state=WARNING, detail=detail, advice=say(language, "bot.check_reactions_advice"))
    return Finding(name=name, state=OK, detail=title)


async def _of_clients(bot: Bot, settings: Settings, group: ClientGroup) -> Finding:
    """A client's own group: whether the bot is in it and hears who mentions it."""
    language = settings.desk.language
    name = say(language, "bot.check_client_group", organisation=group.organisation)
    try:
        chat = await ask(bot, RawGetChat(chat_id=group.chat))
        member = await ask(bot, RawGetChatMember(chat_id=group.chat, user_id=bot.id))
        me = await ask(bot, RawGetMe())
    except TelegramMigrateToChat as error:  # the desk has followed it
        advice = say(language, "bot.check_client_group_migrated_advice", new=error.migrate_to_chat_id)
        return Finding(name=name, state=WARNING, detail=str(group.chat), advice=advice)
    except (TelegramUnauthorizedError, TelegramNotFound):
        raise
    except AiogramError as error:
        advice = say(language, "bot.check_client_group_missing")
        return Finding(name=name, state=FAILED, detail=f"{group.chat}: {_words(bot, error)}", advice=advice)
    title, status = str(chat.get("title", group.chat)), str(member.get("status"))
    if not is_member(status, present=bool(member.get("is_member"))):
        advice = say(language, "bot.check_client_group_missing")
        return Finding(name=name, state=FAILED, detail=title, advice=advice)
    if status != "administrator" and not me.get("can_read_all_group_messages"):
        advice = say(language, "bot.check_client_group_advice")
        return Finding(name=name, state=WARNING, detail=title, advice=advice)
    return Finding(name=name, state=OK, detail=title)


def _missing_reactions(chat: Mapping[str, Any]) -> str:
    allowed = allowed_reactions(chat)
    return " ".join(emoji for emoji in REACTIONS if allowed is not None and emoji not in allowed)


async def _may_delete(bot: Bot, group: int, settings: Settings) -> Finding | None:
    """What keeps the main group's old topics from being deleted."""
    language = settings.desk.language
    try:
        member = await ask(bot, RawGetChatMember(chat_id=group, user_id=bot.id))
    except AiogramError:
        return None
    if rights.DELETE not in rights.missing(member, forum=True, drops=True):
        return None
    name, advice = say(language, "bot.check_old_topics"), say(language, "bot.check_line_group_rights")
    return Finding(name=name, state=FAILED, detail=say(language, rights.DELETE), advice=advice)


async def _leads(bot: Bot, settings: Settings, groups: Sequence[int]) -> Finding:
    """Who leads: whom the configuration calls so, and administrators of a group whom it does not name."""
    language = settings.desk.language
    named = {str(one.telegram) for one in settings.person}
    leads = [one.name for one in settings.person if one.role == "lead"]
    for group in groups:
        try:
            rulers = await ask_all(bot, RawGetChatAdministrators(chat_id=group))
        except (TelegramUnauthorizedError, TelegramNotFound):
            raise
        except AiogramError:
            continue
        leads += [name for user in (one.get("user", {}) for one in rulers) if (name := _ruler(user, named))]
    name, shown = say(language, "bot.check_leads"), list(dict.fromkeys(leads))
    if not shown:
        advice = say(language, "bot.check_leads_advice")
        return Finding(name=name, state=WARNING, detail=say(language, "bot.check_leads_none"), advice=advice)
    return Finding(name=name, state=OK, detail=", ".join(shown))


def _ruler(user: Mapping[str, Any], named: set[str]) -> str:
    """The name of an administrator who leads because of that; "" for a bot and for whom the configuration names."""
    ids = {str(user.get("id")), f"@{str(user.get('username') or '').lower()}"}
    if user.get("is_bot") or ids & named:
        return ""
    return " ".join(str(user.get(part)) for part in ("first_name", "last_name") if user.get(part))


def _words(bot: Bot, error: AiogramError) -> str:
    return redact(str(getattr(error, "message", "") or type(error).__name__), bot.token)

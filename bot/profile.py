"""How the bot presents itself in Telegram: lists of commands by chat and language, descriptions, the menu button.

Rule: what stands there is read first and only what differs is set, so that looking twice changes nothing.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import (
    GetChatMenuButton,
    GetMyCommands,
    GetMyDescription,
    GetMyShortDescription,
    SetChatMenuButton,
    SetMyCommands,
    SetMyDescription,
    SetMyShortDescription,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
    BotCommandScopeUnion,
    MenuButtonCommands,
)

from bot.plain import cut
from bot.redact import redact
from desk.commands import COMMANDS
from desk.desk import Desk
from desk.menu import COMMANDS as CLIENTS
from desk.texts import LANGUAGES, Texts, sentences

MOST = 100  # commands of one list (Bot API, setMyCommands)
DESCRIPTION, SHORT = 512, 120  # characters (Bot API, setMyDescription and setMyShortDescription)
NOT_LISTED = frozenset({"start"})  # Telegram shows a button of its own for it
LEADS = frozenset({"ban", "unban", "notice", "reload", "announce", "forget", "export"})
"""Commands that only the group's administrators are offered; who is obeyed the desk decides, not the list."""

SET_AT_START = "telegram.profile"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing about the bot: how it is read, how it is set, and what it should be."""

    name: str  # as Telegram's method names it, with scope and language
    read: TelegramMethod[Any]
    set: TelegramMethod[Any]
    value: Callable[[Any], object]  # what an answer to `read` says
    wanted: object
    yields: bool = False  # at start only set where nothing stands there: an operator may have written their own
    otherwise: str = ""  # what Telegram says for a language of which nothing was set


def entries(texts: Texts, language: str, name: str, groups: Sequence[str]) -> list[Entry]:
    """All of it, for a desk of that name and language and its groups' chat ids."""
    everybody = BotCommandScopeAllPrivateChats()
    found = [_commands("private", everybody, _private(texts, language))]
    found += [_commands("private", everybody, _private(texts, each), each) for each in LANGUAGES]
    for group in groups:
        led, all_ = _group(texts, language, leads=False), _group(texts, language, leads=True)
        found.append(_commands(f"group {group}", BotCommandScopeChat(chat_id=int(group)), led))
        administrators = BotCommandScopeChatAdministrators(chat_id=int(group))
        found.append(_commands(f"administrators {group}", administrators, all_))
    for code in ("", *(each for each in LANGUAGES if each != language)):
        spoken = code or language
        described, usual = (
            cut(texts.say(one, "bot.description", name=name), DESCRIPTION) for one in (spoken, language)
        )
        found.append(_description(described, code, usual))
        shortly, usual = (cut(texts.say(one, "bot.short_description", name=name), SHORT) for one in (spoken, language))
        found.append(_short(shortly, code, usual))
    return [*found, _menu()]


def _private(texts: Texts, language: str) -> list[BotCommand]:
    names = [name for name in CLIENTS if name not in NOT_LISTED]
    return [BotCommand(command=name, description=texts.say(language, f"bot.command_{name}")) for name in names]


def _group(texts: Texts, language: str, *, leads: bool) -> list[BotCommand]:
    known = sentences(language)
    names = [name for name in COMMANDS if (leads or name not in LEADS) and f"bot.group_{name}" in known]
    listed = [BotCommand(command=name, description=texts.say(language, f"bot.group_{name}")) for name in names]
    return listed[:MOST]


def _commands(name: str, scope: BotCommandScopeUnion, wanted: list[BotCommand], code: str | None = None) -> Entry:
    return Entry(
        name=" ".join(("commands", name, *([code] if code else []))),
        read=GetMyCommands(scope=scope, language_code=code),
        set=SetMyCommands(commands=wanted, scope=scope, language_code=code),
        value=lambda found: [(one.command, one.description) for one in found],
        wanted=[(one.command, one.description) for one in wanted],
    )


def _description(text: str, code: str, usual: str) -> Entry:
    return Entry(
        name=f"description {code}".strip(),
        read=GetMyDescription(language_code=code or None),
        set=SetMyDescription(description=text, language_code=code or None),
        value=lambda found: found.description,
        wanted=text,
        yields=True,
        otherwise=usual if code else "",
    )


def _short(text: str, code: str, usual: str) -> Entry:
    return Entry(
        name=f"short description {code}".strip(),
        read=GetMyShortDescription(language_code=code or None),
        set=SetMyShortDescription(short_description=text, language_code=code or None),
        value=lambda found: found.short_description,
        wanted=text,
        yields=True,
        otherwise=usual if code else "",
    )


def _menu() -> Entry:
    return Entry(
        name="menu button",
        read=GetChatMenuButton(),
        set=SetChatMenuButton(menu_button=MenuButtonCommands()),
        value=lambda found: "" if found.type == "default" else found.type,
        wanted="commands",
        yields=True,
    )


async def differing(bot: Bot, wanted: Sequence[Entry]) -> list[tuple[Entry, object]]:
    """What is not as it should be, with what stands there; aiogram's errors rise."""
    found = [(each, each.value(await bot(each.read))) for each in wanted]
    return [(each, there) for each, there in found if there != each.wanted]


async def bring_in_line(bot: Bot, wanted: Sequence[Entry]) -> tuple[list[str], list[str]]:
    """Set what differs; the names of what was set, and what Telegram refused with its words. One hinders no other."""
    done, refused = [], []
    for each in wanted:
        try:
            for entry, _ in await differing(bot, [each]):
                await bot(entry.set)
                done.append(entry.name)
        except AiogramError as error:
            refused.append(f"{each.name}: {_words(bot, error)}")
    return done, refused


async def at_start(desk: Desk, bot: Bot, groups: Sequence[str]) -> None:
    """Set what is missing or has changed with the desk since it was last set; never in the way of anything."""
    settings = desk.settings.desk
    wanted = entries(desk.texts, settings.language, settings.name, groups)
    prints = {each.name: hashlib.sha256(repr(each.wanted).encode()).hexdigest()[:16] for each in wanted}
    async with desk.view() as view:
        known = json.loads(await view.recall(SET_AT_START) or "{}")
    changed = [each for each in wanted if known.get(each.name) != prints[each.name]]
    if not changed:
        return
    refused = [words for each in changed if (words := await _set(bot, each, ours=each.name in known))]
    for words in refused:
        log.warning("profile.refused %s", words)
    names = {words.partition(":")[0] for words in refused}
    async with desk.unit() as unit:
        kept = {name: print_ for name, print_ in prints.items() if name not in names}
        await unit.remember(SET_AT_START, json.dumps(kept))
        await unit.commit()


async def _set(bot: Bot, entry: Entry, *, ours: bool) -> str:
    """Set one; why not, "" when all is well. What an operator wrote stays, unless it was `ours` before."""
    try:
        if entry.yields and not ours and entry.value(await bot(entry.read)) not in ("", entry.otherwise):
            return ""
        await bot(entry.set)
    except AiogramError as error:
        return f"{entry.name}: {_words(bot, error)}"
    return ""


def _words(bot: Bot, error: AiogramError) -> str:
    return redact(str(getattr(error, "message", "") or type(error).__name__), bot.token)

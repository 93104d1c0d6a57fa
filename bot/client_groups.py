"""Clients' own groups: what is said to the bot there, by mention, by reply or by /new, is a client's message."""

import re
from collections.abc import Sequence
from dataclasses import replace

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from bot import translate
from bot.files import Fetcher
from bot.group import GROUPS
from bot.home import Home
from bot.membership import is_in
from bot.presses import handle_press
from desk import client_groups, kinds, menu
from desk.desk import Desk
from desk.incoming import Incoming, IncomingFile, Sender


def client_group_router() -> Router:
    """A fresh router: each dispatcher needs its own. Asked before that of the engineers' group."""
    router = Router(name="client groups")
    router.message.register(_moved, GROUPS, F.migrate_to_chat_id | F.migrate_from_chat_id, _bound)
    router.message.register(_said, GROUPS, _bound)
    router.edited_message.register(_changed, GROUPS, _bound)
    router.callback_query.register(_pressed, F.message.chat.type.in_({"group", "supergroup"}), _bound)
    router.my_chat_member.register(_we_moved, GROUPS, _bound)
    return router


async def _bound(event: Message | CallbackQuery | ChatMemberUpdated, desk: Desk) -> bool:
    """Whether it happened in a group that the configuration binds to an organisation."""
    message = event.message if isinstance(event, CallbackQuery) else event
    if message is None or not desk.settings.client_group:
        return False
    async with desk.view() as view:
        return await client_groups.bound(desk, view, str(message.chat.id)) is not None


async def _moved(message: Message, desk: Desk) -> None:
    place = str(message.chat.id)
    await client_groups.migrated(
        desk, str(message.migrate_from_chat_id or place), str(message.migrate_to_chat_id or place)
    )


async def _said(_: Message, album: Sequence[Message], desk: Desk, fetcher: Fetcher, home: Home) -> None:
    incoming = _incoming(album, (), desk, home)
    if incoming is None:
        return
    addressed = _addressed(album, home)
    if not addressed and not incoming.reply_to:
        await client_groups.heard(desk, incoming, addressed=False)
        return
    # What colleagues send one another is not fetched: a reply to what is no ticket's is forgotten without its files.
    if addressed or await client_groups.of_a_ticket(desk, incoming):
        incoming = _incoming(album, await fetcher.fetch(album, desk.now()), desk, home) or incoming
    await client_groups.heard(desk, incoming, addressed=addressed)


async def _changed(message: Message, desk: Desk, fetcher: Fetcher, home: Home) -> None:
    incoming = _incoming([message], (), desk, home)
    change = translate.edited(message, desk.settings.desk.language)
    if incoming is None or change is None:
        return
    change = replace(change, text=incoming.text)
    addressed = _addressed([message], home)
    if addressed:
        files = await fetcher.fetch([message], desk.now())
        incoming, change = replace(incoming, files=tuple(files)), replace(change, files=tuple(files))
    await client_groups.edited(desk, change, incoming, addressed=addressed)


async def _pressed(query: CallbackQuery, desk: Desk, bot: Bot) -> None:
    await handle_press(query, desk, bot, client=True)


async def _we_moved(event: ChatMemberUpdated, desk: Desk) -> None:
    place, inside = str(event.chat.id), is_in(event.new_chat_member)
    if inside:
        await client_groups.welcomed(desk, place, event.chat.title or "")
    await menu.door_moved(desk, place, not inside)


def _incoming(messages: Sequence[Message], files: Sequence[IncomingFile], desk: Desk, home: Home) -> Incoming | None:
    """What was said, without the bot's name; None for a service message and for what other bots say.

    What somebody wrote to others before the bot was called in reply to it, stands above the words that call it.
    """
    first = messages[0]
    who, hidden = first.from_user, first.sender_chat
    if first.is_automatic_forward or (who is not None and who.is_bot and hidden is None):
        return None
    incoming = translate.incoming(messages, files, desk.settings.desk.language)
    if incoming is None:
        return None
    name = (hidden.title or hidden.full_name) if hidden else incoming.sender.name
    return replace(
        incoming,
        text=_about(first, home, desk) + _without_name(incoming.text, home),
        sender=Sender(channel="telegram", address=incoming.place, name=name),
        contact=None,  # somebody's number in a group vouches for nobody
        data={**incoming.data, kinds.PERSON: str(who.id)} if who and not hidden else incoming.data,
        group=first.chat.title or name,
    )


def _about(message: Message, home: Home, desk: Desk) -> str:
    """The words of somebody else that a call of the bot replies to, as a quotation."""
    reply = message.reply_to_message
    if reply is None or reply.from_user is None or reply.from_user.id == home.bot_id or message.quote is not None:
        return ""
    if not _addressed([message], home) or not translate.answered(message):
        return ""
    said = translate.own_words([reply])
    if not said:
        return ""
    lines = "\n".join(f"> {line}" for line in said.splitlines())
    return f"{desk.say('groups.quoted', name=reply.from_user.full_name)}\n{lines}\n"


def _addressed(messages: Sequence[Message], home: Home) -> bool:
    """Whether it names the bot, replies to it, or is its command /new."""
    for message in messages:
        words, entities = message.text or message.caption or "", message.entities or message.caption_entities or []
        for entity in entities:
            said = entity.extract_from(words)
            if entity.type == "mention" and said.lower() == f"@{home.username.lower()}":
                return True
            if entity.type == "text_mention" and entity.user and entity.user.id == home.bot_id:
                return True
            if entity.type == "bot_command" and said.lower() == f"/new@{home.username.lower()}":
                return True
    reply = messages[0].reply_to_message
    to_us = reply is not None and reply.from_user is not None and reply.from_user.id == home.bot_id
    return to_us and bool(translate.answered(messages[0]))


def _without_name(text: str, home: Home) -> str:
    """The words without the bot's name at their beginning or end, where it only calls."""
    name = rf"(?:/new)?@{re.escape(home.username)}\b[\s,.:;!]*"
    bare = re.sub(rf"^\s*{name}", "", text, count=1, flags=re.IGNORECASE)
    return re.sub(rf"[\s,]*@{re.escape(home.username)}\s*$", "", bare, count=1, flags=re.IGNORECASE).strip()

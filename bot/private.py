"""A client's private chat with the bot."""

from collections.abc import Sequence
from dataclasses import replace

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, MessageReactionUpdated, PollAnswer

from bot import translate
from bot.contents import attachments
from bot.files import Fetcher
from bot.home import Home
from bot.presses import handle_press
from desk import edits, intake, menu, polls, reactions
from desk.desk import Desk

COMMANDS = frozenset({"start", "new", "my", "close", "email", "phone", "lang", "export", "help"})
"""What a client may ask for; any other word after "/" is an ordinary message."""


def private_router() -> Router:
    """A fresh router: each dispatcher needs its own."""
    router = Router(name="private")
    router.message.register(_said, F.chat.type == "private")
    router.edited_message.register(_changed, F.chat.type == "private")
    router.callback_query.register(_pressed, F.message.chat.type == "private")
    router.my_chat_member.register(_door_moved, F.chat.type == "private")
    router.message_reaction.register(_reacted, F.chat.type == "private")
    router.poll_answer.register(_voted)
    return router


async def _said(message: Message, album: Sequence[Message], desk: Desk, fetcher: Fetcher, home: Home) -> None:
    if message.from_user is None or message.from_user.is_bot:
        return
    language = desk.settings.desk.language
    if translate.incoming(album, (), language) is None:
        return
    files = await fetcher.fetch(album, desk.now())
    incoming = translate.incoming(album, files, language)
    assert incoming is not None
    asked = _asked(album, home)
    if asked and (asked.name == "new" or not files):  # a picture is never lost behind a command
        await menu.obey(desk, incoming, asked.name, asked.argument)
    else:
        await intake.receive(desk, incoming)


def _asked(messages: Sequence[Message], home: Home) -> translate.Command | None:
    """The command that a client gave to this bot."""
    asked = translate.command(translate.own_words(messages))
    ours = asked and asked.name in COMMANDS and asked.bot.lower() in {"", home.username.lower()}
    return asked if ours else None


async def _changed(message: Message, desk: Desk, fetcher: Fetcher, home: Home) -> None:
    """An edit; of a message that never came here (the desk was not there yet), the message itself."""
    if message.from_user is None or message.from_user.is_bot:
        return
    language = desk.settings.desk.language
    change = translate.edited(message, language)
    if change is None:
        return
    if not await edits.files_known(desk, change, [file.file_id for file in attachments(message)]):
        change = replace(change, files=await fetcher.fetch([message], desk.now()))
    asked = _asked([message], home)
    if asked and asked.name == "new" and asked.argument:
        change = replace(change, text=asked.argument)
    if not await edits.edited(desk, change):
        await _said(message, [message], desk, fetcher, home)


async def _pressed(query: CallbackQuery, desk: Desk, bot: Bot) -> None:
    await handle_press(query, desk, bot)


async def _reacted(event: MessageReactionUpdated, desk: Desk) -> None:
    if event.user and not event.user.is_bot:
        _, emojis = translate.reaction(event)
        await reactions.by_client(desk, str(event.chat.id), str(event.message_id), emojis)


async def _voted(answer: PollAnswer, desk: Desk) -> None:
    """Somebody answered a poll of ours; in a private chat that is its client."""
    if answer.user and not answer.user.is_bot:
        who = translate.sender(answer.user, answer.user.id)
        await polls.voted(desk, who, answer.poll_id, tuple(answer.option_ids))


async def _door_moved(event: ChatMemberUpdated, desk: Desk) -> None:
    await menu.door_moved(desk, str(event.chat.id), event.new_chat_member.status == "kicked")

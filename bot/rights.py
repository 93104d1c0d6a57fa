"""Which rights the bot lacks in a group of engineers, as keys of sentences: for `doctor` and for the alarm."""

from collections.abc import Mapping
from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError

from bot.home import Group
from bot.raw import RawGetChatMember, ask

OUT, ADMIN, SILENT = "bot.right_out", "bot.right_admin", "bot.right_write"
TOPICS, DELETE = "bot.right_topics", "bot.right_delete"


def missing(member: Mapping[str, Any], *, forum: bool, drops: bool = False) -> list[str]:
    """What a ChatMember of ours lacks; `drops`: topics are to be deleted."""
    status = member.get("status")
    if status in {"left", "kicked"}:
        return [OUT]
    if status == "creator":
        return []
    if status == "restricted" and not member.get("can_send_messages"):
        return [SILENT]
    if status != "administrator":
        return [ADMIN] if forum else []
    lacking = [TOPICS] if forum and not member.get("can_manage_topics") else []
    return lacking + ([DELETE] if forum and drops and not member.get("can_delete_messages") else [])


async def lacking(bot: Bot, here: Group) -> list[str]:
    """The same, asked of Telegram; nothing when it does not say."""
    try:
        member = await ask(bot, RawGetChatMember(chat_id=int(here.chat_id), user_id=bot.id))
    except AiogramError:
        return []
    return missing(member, forum=here.forum)

"""The methods about chats and their members."""

from typing import Any

from aiogram import methods as m

from playground.botapi import shapes
from playground.botapi.calls.table import answers
from playground.botapi.context import Context
from playground.botapi.errors import bad
from playground.botapi.model import Chat, Json, Member


@answers(m.GetChat)
def get_chat(api: Context, call: m.GetChat) -> Json:
    chat = api.chat(call.chat_id)
    if chat.private and not chat.started:
        raise bad("chat not found")
    alive = [chat.messages[i] for i in chat.pinned if not chat.messages[i].deleted]
    return shapes.full_chat(chat, alive[-1] if alive else None)


@answers(m.GetChatMember)
def get_member(api: Context, call: m.GetChatMember) -> Json:
    chat = api.chat(call.chat_id)
    user = api.world.users.get(call.user_id)
    if user is None:
        raise bad("user not found")
    if chat.private:
        return shapes.member(Member(user=user))
    return shapes.member(chat.members.get(user.id) or Member(user=user, status="left"))


@answers(m.GetChatAdministrators)
def get_administrators(api: Context, call: m.GetChatAdministrators) -> list[Json]:
    chat = _group(api, call)
    rulers = [member for member in chat.members.values() if member.status in {"creator", "administrator"}]
    return [shapes.member(member) for member in rulers]


@answers(m.GetChatMemberCount)
def count_members(api: Context, call: m.GetChatMemberCount) -> int:
    chat = api.chat(call.chat_id)
    return 2 if chat.private else sum(member.inside for member in chat.members.values())


@answers(m.LeaveChat)
def leave(api: Context, call: m.LeaveChat) -> bool:
    chat = _group(api, call)
    api.world.member_set(chat, api.bot, Member(user=api.bot, status="left"))
    return True


def _group(api: Context, call: Any) -> Chat:
    chat = api.chat(call.chat_id)
    if chat.private:
        raise bad("there are no administrators in the private chat")
    return chat

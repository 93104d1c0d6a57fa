"""The methods about the bot itself: who it is, its commands, descriptions and menu, its files."""

import re
from typing import Any, Final

from aiogram import methods as m
from aiogram.types import InlineQueryResultArticle, InputTextMessageContent

from playground.botapi import checks, shapes
from playground.botapi.calls.sending import full_text
from playground.botapi.calls.table import answers
from playground.botapi.context import Context
from playground.botapi.errors import bad
from playground.botapi.keyboards import checked_markup
from playground.botapi.model import Json
from playground.botapi.queries import Answer

_TEXTS: Final[dict[type, tuple[str, int]]] = {
    m.SetMyName: ("name", 64), m.SetMyDescription: ("description", 512),
    m.SetMyShortDescription: ("short_description", 120), m.GetMyName: ("name", 0),
    m.GetMyDescription: ("description", 0), m.GetMyShortDescription: ("short_description", 0),
}  # fmt: skip
"""Which text, and how many characters it may have (Bot API)."""


@answers(m.GetMe)
def get_me(api: Context, call: m.GetMe) -> Json:  # noqa: ARG001 - it has no parameters
    return shapes.user(api.bot) | {
        "can_join_groups": True, "can_read_all_group_messages": not api.world.privacy,
        "supports_inline_queries": api.world.inline_mode, "can_connect_to_business": False, "has_main_web_app": False,
        "has_topics_enabled": api.world.private_topics,
        "allows_users_to_create_topics": api.world.private_topics and api.world.people_make_topics,
    }  # fmt: skip


@answers(m.LogOut)
def log_out(api: Context, call: m.LogOut) -> bool:  # noqa: ARG001 - it has no parameters
    api.settings.logged_out = True
    return True


@answers(m.Close)
def close(api: Context, call: m.Close) -> bool:  # noqa: ARG001 - it has no parameters
    api.world.inbox.release()
    return True


@answers(m.GetFile)
def get_file(api: Context, call: m.GetFile) -> Json:
    return api.world.files.file(call.file_id)


@answers(m.AnswerCallbackQuery)
def answer_callback(api: Context, call: m.AnswerCallbackQuery) -> bool:
    if len(call.text or "") > 200:
        raise bad("MESSAGE_TOO_LONG")
    answer = Answer(text=call.text or "", show_alert=bool(call.show_alert), url=call.url)
    query = api.world.queries.answer(call.callback_query_id, answer)
    line = f"the bot answers the press of {query.user.name}: {answer.text or '✓'}"
    data = {"callback_query_id": query.id, "text": answer.text, "show_alert": answer.show_alert}
    api.world.tell("answer", line, chat=query.message.chat, data=data)
    return True


@answers(m.AnswerInlineQuery)
def answer_inline(api: Context, call: m.AnswerInlineQuery) -> bool:
    cache = 300 if call.cache_time is None else call.cache_time  # seconds; the Bot API's own default
    results = [_result(api, result) for result in call.results]
    query = api.world.inline.answer(call.inline_query_id, results, personal=bool(call.is_personal), cache=cache)
    titles = ", ".join(str(result["title"]) for result in results) or "nothing"
    line = f"the bot offers {query.user.name}: {titles}"
    api.world.tell("inline", line, data={"inline_query_id": query.id, "results": results})
    return True


def _result(api: Context, result: Any) -> Json:
    """One result as the app shows it, with the message that it becomes."""
    content = getattr(result, "input_message_content", None)
    if not isinstance(result, InlineQueryResultArticle) or not isinstance(content, InputTextMessageContent):
        raise bad("this local server knows only articles that become a text")
    text = api.text(content.message_text, content.parse_mode, content.entities)
    return {
        "id": result.id, "title": result.title, "description": result.description or "", "content": full_text(text),
        "markup": checked_markup(result.reply_markup) if result.reply_markup else None,
    }  # fmt: skip


@answers(m.SetMyCommands)
def set_commands(api: Context, call: m.SetMyCommands) -> bool:
    if len(call.commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    commands = []
    for item in call.commands:
        name = item.command.removeprefix("/")
        if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(item.description) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        commands.append({"command": name, "description": item.description})
    api.settings.commands[_scope(api, call)] = commands
    api.world.tell("commands", "the bot sets its commands", data={"commands": commands})
    return True


@answers(m.GetMyCommands)
def get_commands(api: Context, call: m.GetMyCommands) -> list[Json]:
    return api.settings.commands.get(_scope(api, call), [])


@answers(m.DeleteMyCommands)
def delete_commands(api: Context, call: m.DeleteMyCommands) -> bool:
    api.settings.commands.pop(_scope(api, call), None)
    return True


def _scope(api: Context, call: Any) -> tuple[str, str]:
    scope = checks.plain(call.scope) or {"type": "default"}
    if "chat_id" in scope:
        scope["chat_id"] = api.chat(scope["chat_id"]).id
    return ":".join(str(scope[key]) for key in ("type", "chat_id", "user_id") if key in scope), _language(call)


def _language(call: Any) -> str:
    language = call.language_code or ""
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise bad("invalid language code specified")
    return language


@answers(m.SetMyName, m.SetMyDescription, m.SetMyShortDescription)
def set_text(api: Context, call: Any) -> bool:
    name, limit = _TEXTS[type(call)]
    text = getattr(call, name) or ""
    if len(text) > limit:
        raise bad(f"bot {name.replace('_', ' ')} is too long")
    api.settings.texts[name, _language(call)] = text
    return True


@answers(m.GetMyName, m.GetMyDescription, m.GetMyShortDescription)
def get_text(api: Context, call: Any) -> Json:
    name, _ = _TEXTS[type(call)]
    texts = api.settings.texts
    otherwise = texts.get((name, "")) or (api.bot.first_name if name == "name" else "")
    return {name: texts.get((name, _language(call))) or otherwise}


@answers(m.SetChatMenuButton)
def set_menu(api: Context, call: m.SetChatMenuButton) -> bool:
    if call.chat_id is not None and not api.chat(call.chat_id).private:
        raise bad("chat must be private")
    api.settings.menus[call.chat_id or 0] = checks.plain(call.menu_button) or {"type": "default"}
    return True


@answers(m.GetChatMenuButton)
def get_menu(api: Context, call: m.GetChatMenuButton) -> Json:
    menus = api.settings.menus
    return menus.get(call.chat_id or 0) or menus.get(0) or {"type": "commands"}

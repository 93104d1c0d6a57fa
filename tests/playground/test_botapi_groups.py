"""Groups through aiogram's own client: topics and their life, rights, migration, privacy, anonymous administrators."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReactionTypeEmoji,
    ReplyParameters,
    Update,
)

from playground.botapi import BotApiServer, Group, NotPossible, Person, World


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


@pytest.fixture
def group(world: World) -> Group:
    return world.group("Поддержка")


@pytest.fixture
def ivan(world: World, group: Group) -> Person:
    person = world.person("Иван Инженер")
    group.add(person)
    world.inbox.drop()
    return person


async def updates(bot: Bot, **more: object) -> list[Update]:
    """What waits, and it is confirmed."""
    got = await bot.get_updates(**more)
    if got:
        await bot.get_updates(offset=got[-1].update_id + 1)
    return got


async def messages(bot: Bot) -> list[Message]:
    return [update.message for update in await updates(bot) if update.message]


async def test_a_topic_lives_from_opening_to_deletion(bot: Bot, group: Group) -> None:
    """Open, rename, close, reopen, delete; each same again is refused in Telegram's words."""
    icon = (await bot.get_forum_topic_icon_stickers())[0].custom_emoji_id
    topic = await bot.create_forum_topic(group.id, "SD-1 · Анна", icon_custom_emoji_id=icon)
    thread = topic.message_thread_id
    seen = group.topic("SD-1")
    assert (seen.name, seen.icon, seen.closed, seen.id) == ("SD-1 · Анна", icon, False, thread)
    await bot.edit_forum_topic(group.id, thread, name="SD-1 · Борис")
    assert (seen.name, seen.icon) == ("SD-1 · Борис", icon)
    with pytest.raises(TelegramBadRequest, match="TOPIC_NOT_MODIFIED"):
        await bot.edit_forum_topic(group.id, thread, name="SD-1 · Борис")
    await bot.close_forum_topic(group.id, thread)
    assert seen.closed
    with pytest.raises(TelegramBadRequest, match="TOPIC_NOT_MODIFIED"):
        await bot.close_forum_topic(group.id, thread)
    await bot.send_message(group.id, "администратор может и в закрытой", message_thread_id=thread)
    await bot.reopen_forum_topic(group.id, thread)
    with pytest.raises(TelegramBadRequest, match="TOPIC_NOT_MODIFIED"):
        await bot.reopen_forum_topic(group.id, thread)
    services = [message.content_type for message in await messages(bot)]
    assert services == [
        "forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
    ]  # fmt: skip
    await bot.delete_forum_topic(group.id, thread)
    assert group.topics == []
    for act in (bot.close_forum_topic, bot.reopen_forum_topic, bot.delete_forum_topic):
        with pytest.raises(TelegramBadRequest, match="TOPIC_ID_INVALID"):
            await act(group.id, thread)
    with pytest.raises(TelegramBadRequest, match="TOPIC_ID_INVALID"):
        await bot.edit_forum_topic(group.id, thread, name="x")
    with pytest.raises(TelegramBadRequest, match="message thread not found"):
        await bot.send_message(group.id, "x", message_thread_id=thread)


async def test_a_topic_that_people_delete_is_found_missing_by_the_next_message(bot: Bot, group: Group) -> None:
    """Nobody tells the bot; its messages there are gone too."""
    thread = (await bot.create_forum_topic(group.id, "SD-2")).message_thread_id
    sent = await bot.send_message(group.id, "карточка", message_thread_id=thread)
    await messages(bot)
    group.delete_topic(group.topic("SD-2"))
    assert await updates(bot) == []
    with pytest.raises(TelegramBadRequest, match="message thread not found"):
        await bot.send_message(group.id, "x", message_thread_id=thread)
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("x", chat_id=group.id, message_id=sent.message_id)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"name": " "}, "must be non-empty"),
        ({"name": "я" * 129}, "TOPIC_TITLE_TOO_LONG"),
        ({"name": "x", "icon_color": 5}, "wrong parameter icon_color"),
        ({"name": "x", "icon_custom_emoji_id": "5"}, "DOCUMENT_INVALID"),
    ],
)
async def test_wrong_topics_are_refused(bot: Bot, group: Group, arguments: dict[str, object], reason: str) -> None:
    """Name, colour and icon are what Telegram takes."""
    with pytest.raises(TelegramBadRequest, match=reason):
        await bot.create_forum_topic(group.id, **arguments)


async def test_messages_in_topics_carry_the_thread_and_the_implicit_reply(bot: Bot, group: Group, ivan: Person) -> None:
    """A plain line in a topic "replies" to the topic's first message; a real reply to its own; General has neither."""
    thread = (await bot.create_forum_topic(group.id, "SD-3")).message_thread_id
    card = await bot.send_message(group.id, "карточка", message_thread_id=thread)
    assert card.is_topic_message
    assert card.message_thread_id == thread
    topic = group.topic("SD-3")
    await messages(bot)
    group.say(ivan, "заметка", topic)
    group.say(ivan, "ответ", reply_to=topic.messages[0])
    root = group.say(ivan, "в общей")
    group.say(ivan, "ответ в общей", reply_to=root)
    plain, reply, general, reply_there = await messages(bot)
    assert plain.message_thread_id == thread
    assert plain.is_topic_message
    assert plain.reply_to_message
    assert plain.reply_to_message.forum_topic_created
    assert reply.message_thread_id == thread
    assert reply.reply_to_message
    assert reply.reply_to_message.message_id == card.message_id
    assert (general.message_thread_id, general.is_topic_message, general.reply_to_message) == (None, None, None)
    assert (reply_there.message_thread_id, reply_there.is_topic_message) == (root.id, None)
    for bogus in (1, root.id):
        with pytest.raises(TelegramBadRequest, match="message thread not found"):
            await bot.send_message(group.id, "x", message_thread_id=bogus)
    answer = await bot.send_message(group.id, "в теме", reply_parameters=ReplyParameters(message_id=reply.message_id))
    assert answer.message_thread_id == thread
    assert [message.text for message in topic.messages] == ["карточка", "заметка", "ответ", "в теме"]


async def test_people_open_rename_close_and_reopen_topics(bot: Bot, group: Group, ivan: Person) -> None:
    """Their doings arrive as service messages; a closed topic has no input field for members."""
    topic = group.create_topic("Флуд")
    group.rename_topic(topic, "Болтовня", by=ivan)
    group.close_topic(topic)
    with pytest.raises(NotPossible, match="closed"):
        group.say(ivan, "x", topic)
    group.reopen_topic(topic)
    group.say(ivan, "можно", topic)
    created, renamed, closed, reopened, said = await messages(bot)
    assert created.forum_topic_created
    assert created.forum_topic_created.name == "Флуд"
    assert renamed.forum_topic_edited
    assert renamed.forum_topic_edited.name == "Болтовня"
    assert closed.forum_topic_closed
    assert reopened.forum_topic_reopened
    assert said.text == "можно"


async def test_general_can_be_closed_and_renamed(bot: Bot, group: Group, ivan: Person) -> None:
    """A closed General takes nothing from a bot without the right to manage topics."""
    await bot.edit_general_forum_topic(group.id, "Общее")
    await bot.close_general_forum_topic(group.id)
    await bot.send_message(group.id, "с правом можно")
    group.promote_bot(without=["can_manage_topics"])
    with pytest.raises(TelegramBadRequest, match="TOPIC_CLOSED"):
        await bot.send_message(group.id, "x")
    with pytest.raises(TelegramBadRequest, match="not enough rights to create a topic"):
        await bot.create_forum_topic(group.id, "x")
    with pytest.raises(TelegramBadRequest, match="not enough rights to close or open the topic"):
        await bot.reopen_general_forum_topic(group.id)
    group.promote_bot()
    await bot.reopen_general_forum_topic(group.id)
    with pytest.raises(TelegramBadRequest, match="TOPIC_NOT_MODIFIED"):
        await bot.edit_general_forum_topic(group.id, "Общее")
    assert group.general.name == "Общее"
    group.set_forum(False)
    with pytest.raises(TelegramBadRequest, match="the chat is not a forum"):
        await bot.create_forum_topic(group.id, "x")


async def test_buttons_in_a_group_are_pressed_and_answered(bot: Bot, group: Group, ivan: Person, world: World) -> None:
    """The press comes as callback_query; the presser gets the bot's words; a second answer is too late."""
    keys = [[InlineKeyboardButton(text="Взять", callback_data="take:7")]]
    await bot.send_message(group.id, "карточка", reply_markup=InlineKeyboardMarkup(inline_keyboard=keys))
    assert await group.press(ivan, group.last("карточка"), "Взять", timeout=None) == ""
    query = (await updates(bot))[-1].callback_query
    assert query
    assert query.data == "take:7"
    assert query.from_user.id == ivan.id
    assert query.message
    await bot.answer_callback_query(query.id, "Взято", show_alert=True)
    answer = world.queries.all[-1].answer
    assert answer
    assert answer.text == "Взято"
    assert answer.show_alert
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_callback_query(query.id)


async def test_reactions_follow_the_groups_settings(bot: Bot, group: Group, ivan: Person) -> None:
    """A list allows only its own, "none" nothing; getChat tells which; an administrator bot hears people's."""
    await bot.get_updates(allowed_updates=["message", "message_reaction"])
    message = group.say(ivan, "готово")
    assert (await bot.get_chat(group.id)).available_reactions is None
    group.react(ivan, message, "👎")
    heard = (await updates(bot))[-1].message_reaction
    assert heard
    assert heard.user
    assert heard.user.id == ivan.id
    group.react(ivan, message, None, anonymous=True)
    group.react(ivan, message, "👍", anonymous=True)
    hidden = (await updates(bot))[-1].message_reaction
    assert hidden
    assert hidden.user is None
    assert hidden.actor_chat
    assert hidden.actor_chat.id == group.id
    group.set_reactions(["👍"])
    assert len((await bot.get_chat(group.id)).available_reactions or []) == 1
    with pytest.raises(TelegramBadRequest, match="REACTION_INVALID"):
        await bot.set_message_reaction(group.id, message.id, [ReactionTypeEmoji(emoji="👀")])
    group.set_reactions("none")
    assert (await bot.get_chat(group.id)).available_reactions == []
    with pytest.raises(NotPossible):
        group.react(ivan, message, "👍")


async def test_what_the_bot_learns_about_a_group(bot: Bot, group: Group, ivan: Person, world: World) -> None:
    """Chat, members, administrators, count."""
    chat = await bot.get_chat(group.id)
    assert (chat.type, chat.is_forum, chat.title) == ("supergroup", True, "Поддержка")
    assert chat.permissions
    assert chat.permissions.can_send_messages
    me = await bot.get_chat_member(group.id, bot.id)
    assert me.status == "administrator"
    assert me.can_manage_topics
    assert (await bot.get_chat_member(group.id, ivan.id)).status == "member"
    assert (await bot.get_chat_member(group.id, world.person("Чужой").id)).status == "left"
    with pytest.raises(TelegramBadRequest, match="user not found"):
        await bot.get_chat_member(group.id, 5)
    assert {member.status for member in await bot.get_chat_administrators(group.id)} == {"creator", "administrator"}
    assert await bot.get_chat_member_count(group.id) == 3


async def test_members_come_and_go(bot: Bot, group: Group, world: World) -> None:
    """Service messages tell of both; chat_member only to those who ask."""
    await bot.get_updates(allowed_updates=["message", "chat_member"])
    olga = world.person("Ольга")
    group.add(olga, admin=True)
    group.remove(olga)
    got = await updates(bot)
    assert [update.event_type for update in got] == ["chat_member", "message", "chat_member", "message"]
    assert got[1].message
    assert got[1].message.new_chat_members
    assert got[3].message
    assert got[3].message.left_chat_member
    with pytest.raises(NotPossible, match="not in the group"):
        group.say(olga, "x")


async def test_a_foreign_group_adds_the_bot_and_it_leaves(bot: Bot, world: World) -> None:
    """my_chat_member and new_chat_members arrive; after leaving every call is a 403."""
    foreign = world.group("Чужая", forum=False, with_bot=False)
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.get_chat(foreign.id)
    foreign.add_bot()
    member, joined = await updates(bot)
    assert member.my_chat_member
    assert member.my_chat_member.new_chat_member.status == "member"
    assert joined.message
    assert joined.message.new_chat_members
    await bot.send_message(foreign.id, "пишите мне лично")
    await bot.leave_chat(foreign.id)
    with pytest.raises(TelegramForbiddenError, match="bot is not a member of the supergroup chat"):
        await bot.send_message(foreign.id, "x")


async def test_thrown_out_demoted_and_back(bot: Bot, group: Group, ivan: Person) -> None:
    """A kicked bot gets 403; a demoted one hears only commands and replies to itself."""
    group.demote_bot()
    mine = await bot.send_message(group.id, "я")
    group.say(ivan, "болтовня")
    group.say(ivan, "/queue")
    group.say(ivan, "/queue@other_bot")
    group.say(ivan, "тебе", reply_to=group.last("я"))
    assert [message.text for message in await messages(bot)] == ["/queue", "тебе"]
    with pytest.raises(TelegramBadRequest, match="not enough rights to manage pinned messages in the chat"):
        await bot.pin_chat_message(group.id, mine.message_id)
    with pytest.raises(TelegramBadRequest, match="message can't be deleted"):
        await bot.delete_message(group.id, group.messages[-1].id)
    group.ban_bot()
    with pytest.raises(TelegramForbiddenError, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group.id, "x")
    statuses = [u.my_chat_member.new_chat_member.status for u in await updates(bot) if u.my_chat_member]
    assert statuses == ["kicked"]


async def test_an_upgraded_group_tells_its_new_id(bot: Bot, world: World) -> None:
    """The service messages and the error both name it; the object goes on with the new one."""
    group = world.group("Старая", basic=True)
    ivan = world.person("Иван")
    group.add(ivan)
    old = group.id
    assert (await bot.get_chat(old)).type == "group"
    await messages(bot)
    new = group.migrate(forum=True)
    to, came = await messages(bot)
    assert (to.chat.id, to.migrate_to_chat_id) == (old, new)
    assert (came.chat.id, came.migrate_from_chat_id) == (new, old)
    with pytest.raises(TelegramMigrateToChat) as caught:
        await bot.send_message(old, "x")
    assert caught.value.migrate_to_chat_id == new
    assert (await bot.get_chat(new)).is_forum
    await bot.create_forum_topic(new, "SD-1")
    group.say(ivan, "здесь", group.topic("SD-1"))


async def test_an_anonymous_administrator_is_the_group(bot: Bot, group: Group, ivan: Person) -> None:
    """From GroupAnonymousBot, with the group as sender_chat."""
    group.say(ivan, "/close", anonymous=True)
    (message,) = await messages(bot)
    assert message.from_user
    assert message.from_user.id == 1087968824
    assert message.sender_chat
    assert message.sender_chat.id == group.id
    assert not group.messages[-1].from_bot


async def test_pins(bot: Bot, group: Group, ivan: Person) -> None:
    """A pin makes a service message and shows in getChat until it is taken away."""
    message = group.say(ivan, "важно")
    await bot.pin_chat_message(group.id, message.id, disable_notification=True)
    pinned = (await bot.get_chat(group.id)).pinned_message
    assert pinned
    assert pinned.message_id == message.id
    await bot.unpin_chat_message(group.id)
    assert (await bot.get_chat(group.id)).pinned_message is None
    with pytest.raises(TelegramBadRequest, match="message to unpin not found"):
        await bot.unpin_chat_message(group.id)
    await bot.pin_chat_message(group.id, message.id)
    await bot.unpin_all_chat_messages(group.id)
    assert (await messages(bot))[-1].pinned_message

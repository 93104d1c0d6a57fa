"""The engineers' group, and groups that are not theirs."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, MessageReactionUpdated

from bot import rights, translate
from bot.files import Fetcher
from bot.home import Group, Home
from bot.membership import Membership, is_in, rules
from bot.presses import handle_press
from desk import by_hand, commands, group, lodging, posts, revising
from desk.desk import Desk

GROUPS = F.chat.type.in_({"group", "supergroup"})
log = logging.getLogger(__name__)


def group_router() -> Router:
    """A fresh router: each dispatcher needs its own."""
    router = Router(name="group")
    router.message.register(_moved, GROUPS, F.migrate_to_chat_id | F.migrate_from_chat_id)
    router.message.register(_posted, GROUPS)
    router.edited_message.register(_changed, GROUPS)
    router.callback_query.register(_pressed, F.message.chat.type.in_({"group", "supergroup"}))
    router.message_reaction.register(_reacted, GROUPS)
    router.chat_member.register(_member_moved, GROUPS)
    router.my_chat_member.register(_we_moved, GROUPS)
    return router


async def _moved(message: Message, desk: Desk, home: Home) -> None:
    """A group became a supergroup: the old one says where to, the new one says where from."""
    place = str(message.chat.id)
    old = str(message.migrate_from_chat_id or place)
    new = str(message.migrate_to_chat_id or place)
    if home.at(old):
        await follow(desk, home, old, new)


async def follow(desk: Desk, home: Home, old: str, new: str) -> None:
    """Take the group's new id over."""
    log.warning("group.migrated old=%s new=%s", old, new)
    try:
        await group.migrated(desk, old, new)
    finally:
        await home.refresh(desk)


async def _posted(
    message: Message,
    *,
    album: Sequence[Message],
    desk: Desk,
    home: Home,
    members: Membership,
    fetcher: Fetcher,
) -> None:
    place = str(message.chat.id)
    here = home.at(place) or home.once(place)  # what was written before it migrated may come only now
    if here is None:
        await _foreign(desk, home, message)
        return
    if not await _heard(message, members, here.chat_id):
        return
    language = desk.settings.desk.language
    if message.forum_topic_closed or message.forum_topic_reopened:
        await _toggled(message, desk)
        return
    if message.chat.is_forum is not None and place == here.chat_id:
        here.forum = message.chat.is_forum
    post, asked = translate.post(album, (), language), translate.command(translate.own_words(album))
    if post is None or (asked and asked.bot.lower() not in {"", home.username.lower()}):
        return
    if asked is None and not await posts.in_a_ticket(desk, post):
        return  # what colleagues say elsewhere is not kept, their films least of all
    post = translate.post(album, await fetcher.fetch(album, desk.now()), language)
    assert post is not None
    post = replace(post, engineer=members.knows(here.chat_id, post.engineer))
    post = replace(post, chosen=message.via_bot is not None and message.via_bot.id == home.bot_id)
    if asked is None:
        await posts.posted(desk, post)
    else:
        await commands.obey(desk, post, asked.name, asked.argument)


async def _toggled(message: Message, desk: Desk) -> None:
    """An engineer closed a topic by hand, or opened it again. General has no thread, and its state is nobody's word."""
    if message.message_thread_id and message.is_topic_message:
        place, topic = str(message.chat.id), str(message.message_thread_id)
        who = translate.engineer_of(message).name
        await by_hand.toggled(desk, place, topic, who, closed=message.forum_topic_closed is not None)


async def _foreign(desk: Desk, home: Home, message: Message) -> None:
    place = str(message.chat.id)
    if home.told(place) or (message.left_chat_member and message.left_chat_member.id == home.bot_id):
        return
    await group.foreign(desk, place)
    home.tell(place)


async def _heard(message: Message, members: Membership, place: str) -> bool:
    """Whether this message's author is obeyed: a member, or somebody hidden who is told to show themselves."""
    if message.is_automatic_forward:
        return False
    if translate.engineer_of(message).anonymous:
        return True
    person = message.from_user
    if person is None or person.is_bot:
        return False
    return await members.has(place, person.id)


async def _changed(message: Message, desk: Desk, home: Home, members: Membership) -> None:
    if message.via_bot and message.via_bot.id == home.bot_id:
        return  # what was chosen in inline mode cannot be changed; Telegram may say so when it shows a preview
    place = str(message.chat.id)
    if home.at(place) is None or message.location or not await _heard(message, members, place):
        return
    post = translate.post([message], (), desk.settings.desk.language)
    if post is None:
        return
    asked = translate.command(translate.own_words([message]))
    if asked:
        await revising.edited(desk, replace(post, text=asked.argument), command=asked.name or "/")
    else:
        await revising.edited(desk, post)


async def _pressed(query: CallbackQuery, desk: Desk, bot: Bot, home: Home, members: Membership) -> None:
    place = str(query.message.chat.id) if query.message else ""
    if home.at(place) is None:
        return
    hidden = query.from_user.id == translate.ANONYMOUS_ADMIN
    if hidden or await members.has(place, query.from_user.id):
        await handle_press(query, desk, bot, admin=members.knows(place, translate.engineer(query.from_user)).admin)


async def _reacted(event: MessageReactionUpdated, desk: Desk, home: Home, members: Membership) -> None:
    place = str(event.chat.id)
    if home.at(place) is None:
        return
    engineer, emojis = translate.reaction(event)
    if event.user and (event.user.is_bot or not await members.has(place, event.user.id)):
        return
    engineer = members.knows(place, engineer)
    await posts.reacted(desk, engineer, place, str(event.message_id), emojis)


async def _member_moved(event: ChatMemberUpdated, members: Membership) -> None:
    now = event.new_chat_member
    members.learn(str(event.chat.id), now.user.id, member=is_in(now), admin=rules(now.status))


async def _we_moved(event: ChatMemberUpdated, desk: Desk, home: Home) -> None:
    place, inside = str(event.chat.id), is_in(event.new_chat_member)
    here = home.at(place)
    if here and not inside:
        here.told_at = home.clock()
        await group.lost(desk, place, desk.say("bot.lost_kicked"))
    elif here:
        await _rights_moved(event, desk, here)
    elif here is None and inside and home.once(place) is None and not home.told(place):
        await group.foreign(desk, place)
        home.tell(place)


async def _rights_moved(event: ChatMemberUpdated, desk: Desk, here: Group) -> None:
    """Our rights in a group changed: what is missing is said at once, what is there again is used at once."""
    member = event.new_chat_member.model_dump()
    lacking = rights.missing({**member, "status": str(event.new_chat_member.status)}, forum=here.forum)
    if lacking:
        await group.topics_shut(desk, here.chat_id, ", ".join(desk.say(right) for right in lacking))
    elif here.no_topics_why:
        here.no_topics_until = 0.0
        await lodging.tick(desk)

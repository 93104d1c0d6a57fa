"""What people do in Telegram reaches the desk through the real dispatcher."""

from typing import Any

import pytest

from desk.errors import AlreadyDone, Unreadable
from desk.incoming import Raw, RawState
from desk.people import Client, Door
from desk.tickets import File, Kind, Message, Revision, Status, Ticket
from playground.botapi import BotApiServer, png
from tests.bot.updates import GROUP, body, raw_message


@pytest.fixture
def group(server: BotApiServer) -> Any:
    return server.world.group("Инженеры", chat_id=GROUP)


@pytest.fixture
def ivan(server: BotApiServer, group: Any) -> Any:
    ivan = server.world.person("Иван", "ivan")
    group.add(ivan)
    return ivan


@pytest.fixture
def ann(server: BotApiServer) -> Any:
    return server.world.person("Анна К", "anna")


@pytest.fixture
async def room(group: Any, make_room: Any) -> Any:
    return await make_room()


async def rows(room: Any, kind: type[Any], /, **where: Any) -> list[Any]:
    async with room.desk.view() as view:
        return list(await view.find(kind, **where))


async def opened(room: Any, ann: Any, group: Any) -> Any:
    """A ticket of Anna's; its topic."""
    ann.say("Не печатает принтер")
    await room.settle()
    return group.topics[0]


async def test_a_message_makes_a_ticket_and_every_raw_is_done(room: Any, ann: Any, group: Any) -> None:
    topic = await opened(room, ann, group)
    assert "Анна К" in topic.name
    (ticket,) = await rows(room, Ticket)
    assert ticket.subject == "Не печатает принтер"
    (door,) = await rows(room, Door)
    assert (door.address, door.username) == (str(ann.id), "anna")
    assert {raw.state for raw in await rows(room, Raw)} == {RawState.DONE}


async def test_an_album_is_one_message_with_its_files(room: Any, ann: Any) -> None:
    ann.album([png(), png(), png()])
    await room.settle()
    (said,) = await rows(room, Message, kind=Kind.WORDS)
    files = await rows(room, File)
    assert [(file.sort, file.message_id) for file in files] == [("photo", said.id)] * 3
    assert all(file.key for file in files)


@pytest.mark.parametrize(
    ("text", "tickets"),
    [("/start", 0), ("/my", 0), ("/help", 0), ("/lang", 0), ("/help@otvet_bot", 0), ("/HELP", 0),
     ("/unknown что", 1), ("/help@other_bot", 1), ("/new Сломался сканер", 1)],
)  # fmt: skip
async def test_commands_in_private(room: Any, ann: Any, text: str, tickets: int) -> None:
    ann.say(text)
    await room.settle()
    assert len(await rows(room, Ticket)) == tickets
    assert ann.received


async def test_a_forwarded_command_is_an_ordinary_message(room: Any, ann: Any) -> None:
    ann.forward(ann.say("/help"))
    await room.settle()
    assert len(await rows(room, Ticket)) == 1


async def test_new_with_an_album_is_a_ticket_of_its_own(room: Any, ann: Any, group: Any) -> None:
    await opened(room, ann, group)
    from playground.botapi import Piece

    ann.album([Piece(kind="photo", data=png(), caption="/new Другое"), png()])
    await room.settle()
    assert len(await rows(room, Ticket)) == 2
    assert len(await rows(room, File)) == 2


async def test_an_edit_keeps_the_former_words(room: Any, ann: Any, group: Any) -> None:
    said = ann.say("Не печатает")
    await room.settle()
    ann.edit(said, "Не печатает принтер")
    await room.settle()
    (revision,) = await rows(room, Revision)
    assert revision.text == "Не печатает"
    assert "Не печатает принтер" in group.messages[-1].text


async def test_blocking_and_unblocking_moves_the_door(room: Any, ann: Any, group: Any) -> None:
    await opened(room, ann, group)
    ann.block()
    await room.settle()
    assert (await rows(room, Door))[0].shut_at is not None
    ann.unblock()
    await room.settle()
    assert (await rows(room, Door))[0].shut_at is None


async def test_a_shared_contact_of_ones_own_is_a_proven_phone(room: Any, ann: Any, group: Any) -> None:
    await opened(room, ann, group)
    ann.send_contact("+79001234567")
    await room.settle()
    assert "+79001234567" in [door.address for door in await rows(room, Door)]


async def test_a_large_file_is_named_to_the_engineers(room: Any, ann: Any, group: Any) -> None:
    ann.send_document(b"x", name="дамп.zip", size=30 * 1024 * 1024)
    await room.settle()
    (file,) = await rows(room, File)
    assert (file.key, file.name, file.size) == ("", "дамп.zip", 30 * 1024 * 1024)
    assert any("дамп.zip" in message.text for message in group.messages)


async def test_an_engineers_reply_reaches_the_client(room: Any, ann: Any, ivan: Any, group: Any) -> None:
    topic = await opened(room, ann, group)
    words = group.last("Не печатает принтер", topic=topic)
    group.say(ivan, "Уже чиним", topic=topic, reply_to=words)
    group.say(ivan, "просто мысль", topic=topic)
    group.say(ivan, "// между нами", topic=topic, reply_to=words)
    group.say(ivan, "@petr глянь", topic=topic, reply_to=words)
    await room.settle()
    assert ann.last().text == "Уже чиним"
    kinds = [message.kind for message in await rows(room, Message, channel="group")]
    assert sorted(kinds) == [Kind.ANSWER, Kind.NOTE, Kind.NOTE, Kind.NOTE]


async def test_an_engineers_album_is_one_answer(room: Any, ann: Any, ivan: Any, group: Any) -> None:
    topic = await opened(room, ann, group)
    words = group.last("Не печатает принтер", topic=topic)
    group.album(ivan, [png(), png()], topic=topic, reply_to=words)
    await room.settle()
    assert [message.kind for message in ann.received[-2:]] == ["photo", "photo"]
    assert len(await rows(room, Message, kind=Kind.ANSWER)) == 1


async def test_an_engineers_edit_and_reaction_are_heard(room: Any, ann: Any, ivan: Any, group: Any) -> None:
    topic = await opened(room, ann, group)
    words = group.last("Не печатает принтер", topic=topic)
    answer = group.say(ivan, "Нет", topic=topic, reply_to=words)
    await room.settle(rest=False)
    group.react(ivan, answer, "👎")
    await room.settle(rest=False)
    (said,) = await rows(room, Message, kind=Kind.ANSWER)
    assert said.withdrawn_at is not None
    note = group.say(ivan, "мысль", topic=topic)
    await room.settle()
    group.edit(ivan, note, "другая мысль")
    await room.settle()
    assert "другая мысль" in [message.text for message in await rows(room, Message, kind=Kind.NOTE)]


async def test_commands_in_a_topic(room: Any, ann: Any, ivan: Any, group: Any) -> None:
    topic = await opened(room, ann, group)
    group.say(ivan, "/take@other_bot", topic=topic)
    await room.settle()
    assert (await rows(room, Ticket))[0].taken_by == ""
    group.say(ivan, "/take@otvet_bot", topic=topic)
    group.say(ivan, "/close решено", topic=topic)
    await room.settle()
    (ticket,) = await rows(room, Ticket)
    assert (ticket.taken_by, ticket.status) == ("Иван", Status.CLOSED)
    assert topic.closed


async def test_a_path_is_a_command_that_nobody_knows_and_never_an_answer(
    room: Any, ann: Any, ivan: Any, group: Any
) -> None:
    topic = await opened(room, ann, group)
    words = group.last("Не печатает принтер", topic=topic)
    before = len(ann.received)
    for text in ("/var/log полон", "/ тихо"):
        group.say(ivan, text, topic=topic, reply_to=words)
        await room.settle()
    assert len(ann.received) == before
    assert not await rows(room, Message, kind=Kind.ANSWER)


async def test_a_button_is_answered_with_a_toast(room: Any, ann: Any, ivan: Any, group: Any) -> None:
    import asyncio

    topic = await opened(room, ann, group)
    card = topic.messages[0]
    press = asyncio.create_task(group.press(ivan, card, "Взять"))
    await asyncio.sleep(0)
    await room.settle()
    assert await press
    assert (await rows(room, Ticket))[0].taken_by == "Иван"


async def test_a_refusal_is_an_alert(room: Any, ann: Any, ivan: Any, group: Any, server: BotApiServer) -> None:
    topic = await opened(room, ann, group)
    card = topic.messages[0]
    for _ in range(2):
        await group.press(ivan, card, "Решено", timeout=None)
        await room.settle(rest=False)
    first, second = server.called("answerCallbackQuery")
    assert first.params["show_alert"] == "false"
    assert second.params["show_alert"] == "true"


async def test_a_button_of_an_older_version_says_so(room: Any, ann: Any, group: Any, server: BotApiServer) -> None:
    await opened(room, ann, group)
    card = group.topics[0].messages[0]
    card.markup["inline_keyboard"][0][0]["callback_data"] = "v0:take:1"
    await group.press(type("Owner", (), {"user": group.owner})(), card, "v0:take:1", timeout=None)
    await room.settle()
    assert "больше не работает" in server.called("answerCallbackQuery")[-1].params["text"]


async def test_a_press_that_telegram_forgot_is_done_all_the_same(
    room: Any, ann: Any, ivan: Any, group: Any, server: BotApiServer
) -> None:
    topic = await opened(room, ann, group)
    server.fail_next("answerCallbackQuery", 400, "Bad Request: query is too old")
    await group.press(ivan, topic.messages[0], "Взять", timeout=None)
    await room.settle()
    assert (await rows(room, Ticket))[0].taken_by == "Иван"


async def test_strangers_are_not_obeyed(room: Any, ann: Any, ivan: Any, group: Any) -> None:
    """Somebody who left a moment ago may still have the card open."""
    topic = await opened(room, ann, group)
    group.say(ivan, "мысль", topic=topic)
    await room.settle()
    words = group.last("Не печатает принтер", topic=topic)
    answer = group.say(ivan, "Секрет", topic=topic, reply_to=words)
    group.remove(ivan)
    await group.press(ivan, topic.messages[0], "Взять", timeout=None)
    room.channel._dispatcher["members"].learn(str(GROUP), ivan.id, member=False)
    group.world.reacted(answer, ivan.user, ("👎",))
    await room.settle()
    assert (await rows(room, Ticket))[0].taken_by == ""
    assert not await rows(room, Message, kind=Kind.ANSWER)


async def test_anonymous_admins_are_told_to_show_themselves(room: Any, ann: Any, ivan: Any, group: Any) -> None:
    topic = await opened(room, ann, group)
    words = group.last("Не печатает принтер", topic=topic)
    before = len(ann.received)
    group.say(ivan, "Уже чиним", topic=topic, reply_to=words, anonymous=True)
    await room.settle()
    assert len(ann.received) == before
    assert group.messages[-1].from_bot


async def test_a_foreign_group_hears_how_to_write_and_is_left(room: Any, server: BotApiServer, ann: Any) -> None:
    other = server.world.group("Чужая", with_bot=False, forum=False)
    other.add(ann)
    other.add_bot(ann)
    other.say(ann, "привет")
    await room.settle()
    assert [message.from_bot for message in other.messages].count(True) >= 1
    assert not other.chat.members[server.world.bot.id].inside
    assert not await rows(room, Ticket)


async def test_a_migrated_group_is_followed(room: Any, ann: Any, ivan: Any, group: Any) -> None:
    await opened(room, ann, group)
    new = group.migrate()
    await room.settle()
    assert room.channel.home.chat_id == str(new)
    ann.say("Ау")
    await room.settle()
    assert group.last("Ау").chat.id == new
    assert len(group.topics) == 1


async def test_being_thrown_out_is_noted(room: Any, group: Any) -> None:
    group.ban_bot()
    await room.settle()
    async with room.desk.view() as view:
        assert await view.recall(f"telegram.group_lost:{GROUP}")


async def test_service_messages_and_bots_are_nobodys_words(
    room: Any, server: BotApiServer, ivan: Any, group: Any
) -> None:
    from playground.botapi.model import Member, User

    robot = User(id=5, first_name="Робот", is_bot=True)
    group.chat.members[5] = Member(user=robot)
    from playground.botapi.drafts import words
    from playground.botapi.groups import GroupSeat

    GroupSeat(server.world, robot, group.chat).post(words("/queue"))
    group.create_topic("Болтовня")
    await room.settle()
    assert {raw.state for raw in await rows(room, Raw)} == {RawState.DONE}
    assert not [
        message for message in group.messages if message.sender.id == server.world.bot.id and not message.service
    ]


async def test_chatter_in_other_topics_is_none_of_the_desks_business(room: Any, ivan: Any, group: Any) -> None:
    topic = group.create_topic("Болтовня")
    group.say(ivan, "кофе?", topic=topic)
    group.say(ivan, "да", reply_to=None)
    await room.settle()
    assert not await rows(room, Message)


def raw(content: bytes, number: int = 1) -> Raw:
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    return Raw(channel="telegram", place="1", external_id=str(number), lane="x", body=content, at=now, not_before=now)


async def test_what_cannot_be_read_rises(room: Any) -> None:
    with pytest.raises(Unreadable):
        await room.channel.work([raw(b"{")])
    await room.channel.work([raw(body("shipping_query", {}))])


async def test_rows_that_are_no_album_are_a_bug(room: Any) -> None:
    with pytest.raises(ValueError, match="album"):
        await room.channel.work(
            [raw(body("message", raw_message(text="x"))), raw(body("message", raw_message(text="y")))]
        )


async def test_what_was_done_before_is_not_done_again(room: Any, ann: Any, server: BotApiServer) -> None:
    """The use-case's own error rises out of the dispatcher."""
    ann.say("раз")
    await room.fetch()
    (stored,) = await rows(room, Raw)
    await room.channel.work([stored])
    with pytest.raises(AlreadyDone):
        await room.channel.work([stored])
    assert len(await rows(room, Client)) == 1

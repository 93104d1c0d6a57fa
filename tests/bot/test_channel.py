"""What the desk says reaches Telegram, and what Telegram says back is understood."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.channel import TelegramChannel
from desk.errors import ConfigError, DeliveryDelayed, DeliveryRefused, DoorShut, ThreadGone
from desk.parcels import Act, Action, Button, Enclosure, Outgoing, Parcel, ParcelId, Purpose
from playground.botapi import BotApiServer, png, topics
from tests.bot.conftest import make_desk, make_settings
from tests.bot.updates import GROUP

SAY = Outgoing(channel="telegram", place="0", purpose=Purpose.ANSWER, text="Готово")
POST = Outgoing(channel="group", place="first", purpose=Purpose.MIRROR, text="Не печатает")
OPEN = replace(POST, act=Act.OPEN, purpose=Purpose.TOPIC, title="SD-1 · Анна · Не печатает", text="")
CARD = replace(POST, act=Act.CARD, purpose=Purpose.CARD, text="карточка")


@pytest.fixture
def group(server: BotApiServer) -> Any:
    return server.world.group("Инженеры", chat_id=GROUP)


@pytest.fixture
async def room(group: Any, make_room: Any) -> Any:
    return await make_room()


@pytest.fixture
def ann(server: BotApiServer) -> Any:
    ann = server.world.person("Анна", "anna")
    ann.start()
    return ann


async def kept(room: Any, content: bytes, sort: str = "document", name: str = "лог.txt") -> Enclosure:
    key = await room.desk.files.keep(content)
    return Enclosure(sort=sort, name=name, mime="text/plain", size=len(content), key=key)


async def test_a_person_reads_what_the_desk_says(room: Any, ann: Any) -> None:
    question = ann.say("Как там?")
    rows = ((Button(label="Ещё актуально", action=Action.KEEP, ticket=1),),)
    message = replace(
        SAY, place=str(ann.id), title="SD-1", text="a < b & c", reply_to=str(question.id), buttons=rows, silent=True
    )
    receipt = await room.channel.deliver(message)
    shown = ann.last()
    assert shown.text == "SD-1\na < b & c"
    assert receipt.external_ids == (str(shown.id),)
    assert receipt.thread_place == str(ann.id)
    assert shown.reply_to is question
    assert shown.buttons == ["Ещё актуально"]
    assert shown.silent


async def test_an_answer_to_a_deleted_message_goes_all_the_same(room: Any, ann: Any) -> None:
    question = ann.say("Как там?")
    ann.delete(question)
    await room.channel.deliver(replace(SAY, place=str(ann.id), reply_to=str(question.id)))
    assert ann.last().reply_to is None


async def test_broken_markup_goes_plain(room: Any, ann: Any, server: BotApiServer) -> None:
    server.fail_next("sendMessage", 400, "Bad Request: can't parse entities: what is that")
    await room.channel.deliver(replace(SAY, place=str(ann.id), text="a < b"))
    assert ann.last().text == "a < b"
    assert "parse_mode" not in server.called("sendMessage")[-1].params


async def test_a_long_text_is_shown_in_part_with_the_whole_as_a_file(room: Any, ann: Any, server: BotApiServer) -> None:
    text = "слово " * 6000
    receipt = await room.channel.deliver(replace(SAY, place=str(ann.id), number="SD-1", text=text))
    part, whole = ann.received
    assert len(receipt.external_ids) == 2
    assert part.text.endswith("…")
    assert whole.file.name == "SD-1.txt"
    assert whole.file.data.decode() == text.strip()


@pytest.mark.parametrize("sort", ["photo", "video", "animation", "audio", "voice", "video_note", "sticker", "document"])
async def test_every_sort_of_file_arrives_as_it_was(room: Any, ann: Any, sort: str) -> None:
    file = await kept(room, png() if sort == "photo" else b"content", sort, "a.bin")
    receipt = await room.channel.deliver(replace(SAY, place=str(ann.id), files=(file,)))
    captioned = sort not in {"video_note", "sticker"}
    assert len(receipt.external_ids) == (1 if captioned else 2)
    assert ann.received[-1].kind == sort
    assert ann.received[0].text == "Готово"


async def test_an_album_arrives_together_with_its_words(room: Any, ann: Any) -> None:
    files = tuple([await kept(room, png(), "photo", f"{index}.png") for index in range(3)])
    receipt = await room.channel.deliver(replace(SAY, place=str(ann.id), files=files))
    assert len(receipt.external_ids) == 3
    assert len({message.album for message in ann.received}) == 1
    assert [message.text for message in ann.received] == ["Готово", "", ""]


async def test_documents_and_photos_are_two_albums_after_the_words(room: Any, ann: Any) -> None:
    photos = [await kept(room, png(), "photo", "a.png") for _ in range(2)]
    logs = [await kept(room, b"log") for _ in range(2)]
    await room.channel.deliver(replace(SAY, place=str(ann.id), files=(*photos, *logs)))
    assert [message.kind for message in ann.received] == ["text", "photo", "photo", "document", "document"]
    assert {message.file.name for message in ann.received[3:]} == {"лог.txt"}


async def test_what_telegram_has_already_is_not_sent_again(room: Any, ann: Any, server: BotApiServer) -> None:
    sent = ann.send_document(b"log", name="лог.txt")
    remote = sent.content["document"]["file_id"]
    file = Enclosure(sort="document", name="лог.txt", mime="", size=3, key="", remote_id=remote)
    await room.channel.deliver(replace(SAY, place=str(ann.id), files=(file,)))
    assert server.called("sendDocument")[0].params["document"] == remote


@pytest.mark.parametrize("count", [1, 2])
async def test_an_id_that_another_bot_gave_is_uploaded_anew(room: Any, ann: Any, count: int) -> None:
    file = replace(await kept(room, b"log"), remote_id="somebody-elses")
    receipt = await room.channel.deliver(replace(SAY, place=str(ann.id), files=(file,) * count))
    assert len(receipt.external_ids) == count
    assert ann.received[-1].file.data == b"log"


@pytest.mark.parametrize("count", [1, 2])
async def test_a_photo_that_telegram_does_not_take_goes_as_a_document(room: Any, ann: Any, count: int) -> None:
    """A picture from a mail may be of any shape; one bad picture must not keep back the others."""
    bad = await kept(room, b"no picture", "photo", "схема.png")
    good = await kept(room, png(), "photo", "a.png")
    await room.channel.deliver(replace(SAY, place=str(ann.id), files=(bad, good)[:count]))
    assert [message.kind for message in ann.received] == ["document", "photo"][:count]
    assert ann.received[0].text == "Готово"


async def test_a_message_that_broke_off_goes_on_where_it_did(room: Any, ann: Any, server: BotApiServer) -> None:
    """Nobody reads the same words again at every attempt to send the file that belongs to them."""
    photos = [await kept(room, png(), "photo", "a.png") for _ in range(2)]
    message = replace(SAY, id=ParcelId(7), place=str(ann.id), files=(*photos, await kept(room, b"log")))
    server.fail_next("sendDocument", 502, times=2)
    for _ in range(2):
        with pytest.raises(DeliveryDelayed):
            await room.channel.deliver(message)
    receipt = await room.channel.deliver(message)
    assert [one.kind for one in ann.received] == ["text", "photo", "photo", "document"]
    assert list(receipt.external_ids) == [str(one.id) for one in ann.received]
    await room.channel.deliver(replace(message, id=ParcelId(8), files=()))
    assert ann.last().text == "Готово"


async def test_a_file_that_is_lost_is_a_refusal(room: Any, ann: Any) -> None:
    file = await kept(room, b"log")
    await room.desk.files.drop(file.key)
    with pytest.raises(DeliveryRefused):
        await room.channel.deliver(replace(SAY, place=str(ann.id), files=(file,)))


async def test_nothing_to_say_is_a_refusal(room: Any, ann: Any) -> None:
    with pytest.raises(DeliveryRefused):
        await room.channel.deliver(replace(SAY, place=str(ann.id), text=" "))


async def test_a_ticket_gets_a_topic_with_a_card_that_changes(room: Any, group: Any, server: BotApiServer) -> None:
    opened = await room.channel.deliver(replace(OPEN, title="SD-1 · " + "ж" * 200))
    assert opened.thread_place == str(GROUP)
    topic = group.topics[0]
    assert opened.thread == str(topic.id)
    assert len(topic.name) == 128
    posted = await room.channel.deliver(replace(CARD, thread=opened.thread))
    changed = replace(CARD, thread=opened.thread, target=posted.external_ids[0], text="взял Иван")
    again = await room.channel.deliver(changed)
    assert again.external_ids == posted.external_ids
    assert [message.text for message in topic.messages] == ["взял Иван"]
    await room.channel.deliver(changed)
    assert len(server.called("editMessageText")) == 1


async def test_a_card_that_an_engineer_deleted_is_posted_anew(room: Any, group: Any) -> None:
    opened = await room.channel.deliver(OPEN)
    posted = await room.channel.deliver(replace(CARD, thread=opened.thread))
    group.delete(type("Owner", (), {"user": group.owner})(), group.messages[-1])
    again = await room.channel.deliver(replace(CARD, thread=opened.thread, target=posted.external_ids[0], text="новая"))
    assert again.external_ids != posted.external_ids
    assert group.topics[0].messages[-1].text == "новая"


async def test_a_card_that_is_the_same_already_is_a_success(room: Any, group: Any, make_room: Any) -> None:
    """After a restart nobody remembers how the card looks; Telegram does."""
    opened = await room.channel.deliver(OPEN)
    posted = await room.channel.deliver(replace(CARD, thread=opened.thread))
    fresh = await make_room()
    same = replace(CARD, thread=opened.thread, target=posted.external_ids[0])
    assert (await fresh.channel.deliver(same)).external_ids == posted.external_ids


async def test_words_under_a_file_can_be_changed(room: Any, ann: Any) -> None:
    file = await kept(room, b"log")
    sent = await room.channel.deliver(replace(SAY, place=str(ann.id), files=(file,)))
    await room.channel.deliver(replace(SAY, place=str(ann.id), act=Act.EDIT, target=sent.external_ids[0], text="Иначе"))
    assert ann.last().text == "Иначе"
    with pytest.raises(DeliveryRefused):
        await room.channel.deliver(replace(SAY, place=str(ann.id), act=Act.EDIT, target="999", text="?"))


async def test_a_topic_is_renamed_closed_and_opened(room: Any, group: Any) -> None:
    opened = await room.channel.deliver(OPEN)
    order = replace(OPEN, act=Act.TOPIC, thread=opened.thread, title="SD-1 · Иначе", closed=True)
    for _ in range(2):
        await room.channel.deliver(order)
        assert (group.topics[0].name, group.topics[0].closed) == ("SD-1 · Иначе", True)
    await room.channel.deliver(replace(order, title="", closed=False))
    assert not group.topics[0].closed


async def test_a_word_into_a_closed_topic_opens_it_for_a_moment(room: Any, group: Any, server: BotApiServer) -> None:
    opened = await room.channel.deliver(OPEN)
    await room.channel.deliver(replace(OPEN, act=Act.TOPIC, thread=opened.thread, closed=True))
    server.fail_next("sendMessage", 400, "Bad Request: TOPIC_CLOSED")
    await room.channel.deliver(replace(POST, thread=opened.thread))
    assert group.topics[0].messages[-1].text == "Не печатает"
    assert group.topics[0].closed


async def test_a_closed_general_is_opened_for_the_word(room: Any, group: Any, server: BotApiServer) -> None:
    """Where we may; where we may not it is waited for, and nothing is refused."""
    topics.close_topic(server.world, group.general, group.owner)
    group.promote_bot(without=["can_manage_topics"])
    with pytest.raises(DeliveryDelayed, match="General is closed"):
        await room.channel.deliver(replace(POST, place="", purpose=Purpose.ALARM))
    group.promote_bot()
    server.fail_next("sendMessage", 400, "Bad Request: TOPIC_CLOSED")
    await room.channel.deliver(replace(POST, place="", purpose=Purpose.ALARM))
    assert (group.general.closed, group.last().text) == (False, "Не печатает")


async def test_general_is_written_to_without_a_thread(room: Any, group: Any, server: BotApiServer) -> None:
    await room.channel.deliver(replace(POST, place="", purpose=Purpose.ALARM))
    assert "message_thread_id" not in server.called("sendMessage")[-1].params
    assert group.general.messages[-1].text == "Не печатает"


@pytest.mark.parametrize("act", [Act.SAY, Act.TOPIC])
async def test_a_deleted_topic_is_gone(room: Any, group: Any, act: Act) -> None:
    opened = await room.channel.deliver(OPEN)
    group.delete_topic(group.topics[0])
    with pytest.raises(ThreadGone):
        await room.channel.deliver(replace(POST, act=act, thread=opened.thread, title="x"))


async def test_a_topic_of_another_group_is_gone(room: Any) -> None:
    with pytest.raises(ThreadGone):
        await room.channel.deliver(replace(POST, thread="5", thread_place="-100999"))


async def test_a_group_without_topics_goes_by_replies(server: BotApiServer, make_room: Any) -> None:
    group = server.world.group("Инженеры", chat_id=GROUP, forum=False)
    room = await make_room()
    opened = await room.channel.deliver(OPEN)
    assert (opened.thread, opened.external_ids) == ("", ())
    card = (await room.channel.deliver(CARD)).external_ids[0]
    await room.channel.deliver(replace(POST, thread=card))
    file = await kept(room, b"log")
    await room.channel.deliver(replace(POST, thread=card, text="x" * 2000, files=(file,)))
    assert [message.reply_to.text for message in group.messages[1:]] == ["карточка"] * 3
    other = str(group.messages[1].id)
    await room.channel.deliver(replace(POST, thread=card, reply_to=other))
    assert group.messages[-1].reply_to.id == int(other)
    await room.channel.deliver(replace(OPEN, act=Act.TOPIC, thread=card, closed=True))
    server.world.deleted(group.messages[0])
    for message in (replace(POST, thread=card), replace(CARD, thread=card, target=card, text="иначе")):
        with pytest.raises(ThreadGone):
            await room.channel.deliver(message)


async def test_topics_that_were_switched_off_are_noticed(room: Any, group: Any) -> None:
    group.set_forum(False)
    opened = await room.channel.deliver(OPEN)
    assert opened.thread == ""
    assert room.channel.home.forum is False


async def test_reactions(room: Any, ann: Any, server: BotApiServer) -> None:
    message = ann.say("x")
    react = replace(SAY, place=str(ann.id), act=Act.REACT, target=str(message.id), emoji="👀")
    await room.channel.deliver(react)
    assert list(message.marks.values()) == [("👀",)]
    await room.channel.deliver(replace(react, emoji=""))
    assert not message.marks
    server.fail_next("setMessageReaction", 400, "Bad Request: REACTION_INVALID")
    with pytest.raises(DeliveryRefused, match="reactions are off"):
        await room.channel.deliver(react)
    with pytest.raises(DeliveryRefused):
        await room.channel.deliver(replace(react, target="999"))


@pytest.mark.parametrize(("reactions", "on"), [("all", True), ("none", False), (["👍"], True)])
async def test_a_group_that_does_not_allow_a_reaction_is_not_asked(
    server: BotApiServer, make_room: Any, reactions: Any, on: bool
) -> None:
    group = server.world.group("Инженеры", chat_id=GROUP, reactions=reactions)
    room = await make_room()
    assert room.channel.reactions_on is on
    group.say(group_owner(group, server), "x")
    react = replace(POST, act=Act.REACT, purpose=Purpose.REACTION, target=str(group.messages[-1].id), emoji="👀")
    if reactions == "all":
        await room.channel.deliver(react)
    else:
        with pytest.raises(DeliveryRefused, match="reactions are off"):
            await room.channel.deliver(react)
        assert not server.called("setMessageReaction")


def group_owner(group: Any, server: BotApiServer) -> Any:
    person = server.world.person("Иван")
    group.add(person)
    return person


async def test_a_foreign_group_is_left_once(room: Any, server: BotApiServer) -> None:
    other = server.world.group("Чужая")
    leave = Outgoing(channel="telegram", place=str(other.id), purpose=Purpose.LEAVE, act=Act.LEAVE)
    await room.channel.deliver(leave)
    assert not other.chat.members[server.world.bot.id].inside
    await room.channel.deliver(leave)
    server.fail_next("leaveChat", 502)
    with pytest.raises(DeliveryDelayed):
        await room.channel.deliver(leave)


@pytest.mark.parametrize("how", ["block", "delete_account", "never"])
async def test_a_person_who_cannot_be_reached_is_a_shut_door(
    room: Any, ann: Any, server: BotApiServer, how: str
) -> None:
    if how == "never":
        ann = server.world.person("Незнакомец")
    else:
        getattr(ann, how)()
    with pytest.raises(DoorShut):
        await room.channel.deliver(replace(SAY, place=str(ann.id)))


async def test_too_many_requests_hold_back_that_chat(room: Any, ann: Any, server: BotApiServer) -> None:
    server.fail_next("sendMessage", 429, retry_after=17)
    with pytest.raises(DeliveryDelayed) as caught:
        await room.channel.deliver(POST)
    assert caught.value.retry_in == timedelta(seconds=17)
    assert not caught.value.everyone
    assert timedelta(seconds=16) < room.channel.ready_in(POST) <= timedelta(seconds=17)
    assert room.channel.ready_in(replace(SAY, place=str(ann.id))) == timedelta(0)
    with pytest.raises(DeliveryDelayed):
        await room.channel.deliver(POST)
    assert len(server.called("sendMessage")) == 1


async def test_telegram_being_away_delays_everything_a_little_longer_each_time(
    room: Any, ann: Any, server: BotApiServer
) -> None:
    message = replace(SAY, place=str(ann.id))
    waits = []
    server.fail_next("sendMessage", 502, times=6)
    for _ in range(6):
        with pytest.raises(DeliveryDelayed) as caught:
            await room.channel.deliver(message)
        assert caught.value.everyone
        waits.append(caught.value.retry_in.total_seconds())
    assert waits == [3, 6, 12, 24, 30, 30]
    await room.channel.deliver(message)
    await server.down()
    with pytest.raises(DeliveryDelayed) as caught:
        await room.channel.deliver(message)
    assert caught.value.retry_in == timedelta(seconds=3)


async def test_a_migrated_group_is_followed(room: Any, group: Any) -> None:
    new = group.migrate()
    with pytest.raises(DeliveryDelayed) as caught:
        await room.channel.deliver(POST)
    assert caught.value.retry_in == timedelta(0)
    assert room.channel.home.chat_id == str(new)
    await room.channel.deliver(POST)
    assert group.last().text == "Не печатает"


async def test_a_group_that_threw_the_bot_out_is_told_once(room: Any, group: Any) -> None:
    group.ban_bot()
    with pytest.raises(DeliveryDelayed) as caught:
        await room.channel.deliver(POST)
    assert caught.value.retry_in == timedelta(seconds=60)
    assert room.channel.ready_in(POST) > timedelta(seconds=50)
    async with room.desk.view() as view:
        assert "kicked" in await view.recall(f"telegram.group_lost:{GROUP}")
        assert await view.count(Parcel) == 1


async def test_pace_is_kept_even_when_many_are_started_together(server: BotApiServer, make_room: Any, ann: Any) -> None:
    server.world.group("Инженеры", chat_id=GROUP)
    room = await make_room(pace={"per_second": 30.0, "chat_per_second": 1.0, "group_per_minute": 20.0})
    message = replace(SAY, place=str(ann.id))
    await room.channel.deliver(message)
    with pytest.raises(DeliveryDelayed) as caught:
        await room.channel.deliver(message)
    assert timedelta(0) < caught.value.retry_in <= timedelta(seconds=1)
    assert len(ann.received) == 1


async def test_opening_tells_who_the_bot_is_and_sets_its_commands_once(
    room: Any, server: BotApiServer, make_room: Any
) -> None:
    async with room.desk.view() as view:
        assert await view.recall("telegram.username") == "otvet_bot"
        assert await view.recall("telegram.bot") == "123456"
    scopes = [json.loads(call.params["scope"])["type"] for call in server.called("setMyCommands")]
    assert scopes == ["all_private_chats"] * 3 + ["chat", "chat_administrators"]
    await make_room()
    assert len(server.called("setMyCommands")) == 5


async def test_a_bad_token_stops_the_start(server: BotApiServer, desk: Any) -> None:
    settings = make_settings(api=server.url, token="123456:WRONG").telegram
    channel = TelegramChannel(desk, settings)
    with pytest.raises(ConfigError, match="BotFather"):
        await channel.open()
    await channel.close()
    assert "WRONG" not in repr(settings)


async def test_telegram_being_away_does_not_stop_the_start(server: BotApiServer, desk: Any) -> None:
    said: list[tuple[bool, str]] = []
    channel = TelegramChannel(
        desk, make_settings(api=server.url).telegram, on_health=lambda ok, reason: said.append((ok, reason))
    )
    await server.down()
    await channel.open()
    await server.up()
    assert [ok for ok, _ in said] == [False]
    server.world.group("Инженеры", chat_id=GROUP)
    await channel.open()
    assert [ok for ok, _ in said] == [False, True]
    await channel.close()


@pytest.mark.parametrize("what", ["missing", "migrated", "away", "commands"])
async def test_a_group_that_cannot_be_seen_does_not_stop_the_start(
    server: BotApiServer, make_room: Any, what: str
) -> None:
    if what != "missing":
        group = server.world.group("Инженеры", chat_id=GROUP)
    if what == "migrated":
        group.migrate()
    if what == "away":
        server.fail_next("getChat", 502)
    if what == "commands":
        server.fail_next("setMyCommands", 400)
    room = await make_room()
    async with room.desk.view() as view:
        lost = await view.recall(f"telegram.group_lost:{GROUP}")
    assert bool(lost) is (what == "missing")
    assert room.channel.home.chat_id == str(group.id if what == "migrated" else GROUP)


async def test_the_right_settings_are_the_desks(sqlite_store: Any, files: Any, clock: Any) -> None:
    channel = TelegramChannel(make_desk(make_settings(), sqlite_store, files, clock))
    assert channel.home.chat_id == str(GROUP)
    assert channel.names == ("telegram", "group")
    await channel.close()

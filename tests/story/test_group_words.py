"""What engineers write in a topic: who gets it, what says so, and how it is taken back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import File, Kind, Message, Status, Trace
from playground.botapi import Person, Piece, Topic
from tests.world import SUPPORT, World


async def asked(world: World, text: str = "Не печатает") -> tuple[Person, Topic]:
    """A client with a ticket, and its topic."""
    ann = world.person("Анна")
    ann.say(text)
    await world.settle()
    return ann, world.group.topic("SD-1")


async def entries(world: World, kind: Kind) -> list[Message]:
    async with world.store.view() as view:
        return await view.find(Message, kind=kind)


def heard(person: Person, text: str) -> bool:
    return any(text in message.text for message in person.received)


@pytest.fixture
async def replying(clock: Any, sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A desk where a plain line goes to the client."""
    tables = {"telegram": {"plain_text": "reply"}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as made:
        yield made


async def test_a_reply_to_the_clients_words_reaches_them_as_typed(world: World) -> None:
    """Letter by letter, under their own message, after five seconds; ✍ while it waits, 👌 when it is there."""
    ann, topic = await asked(world)
    typed = "<b>Перезагрузите</b> &amp; проверьте:\n1 < 2, _так_ и `так`"
    post = world.group.say(world.engineer, typed, topic, reply_to=topic.messages[1])
    await world.settle()
    assert post.reactions == ["✍"]
    await world.advance(seconds=4)
    assert not heard(ann, "Перезагрузите")
    await world.advance(seconds=1)
    assert ann.last().text == typed
    assert ann.last().reply_to is ann.chat[0]
    assert post.reactions == ["👌"]
    (ticket,) = await world.tickets()
    assert ticket.status is Status.OPEN


async def test_a_reply_to_the_card_goes_to_the_client(world: World) -> None:
    ann, topic = await asked(world)
    world.group.say(world.engineer, "Уже смотрим", topic, reply_to=topic.messages[0])
    await world.settle()
    await world.advance(seconds=5)
    assert ann.last().text == "Уже смотрим"


@pytest.mark.parametrize("plain_text", ["note", "reply"])
async def test_slashes_and_mentions_keep_a_reply_inside(
    clock: Any, sqlite_url: str, tmp_path: Path, plain_text: str
) -> None:
    """Even as a reply to the client's own words."""
    tables = {"telegram": {"plain_text": plain_text}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        ann, topic = await asked(world)
        before = len(ann.received)
        texts = ("// между нами", "//между нами", "@colleague глянь", "@Вера глянь")
        card, words = topic.messages
        places = (None, card, words)
        posts = [world.group.say(world.engineer, text, topic, reply_to=to) for text in texts for to in places]
        await world.settle()
        await world.advance(seconds=31)
        assert [post.reactions for post in posts] == [["👀"]] * len(posts)
        assert len(ann.received) == before


async def test_a_reply_to_a_colleague_or_to_the_desk_is_a_note(replying: World) -> None:
    """Whatever a plain line would be."""
    world = replying
    vera = world.bot.world.person("Вера")
    world.group.add(vera)
    ann, topic = await asked(world)
    first = world.group.say(vera, "// кто свободен?", topic)
    second = world.group.say(world.engineer, "/why", topic)
    await world.settle()
    line = world.group.last("everything else", topic=topic)
    before = len(ann.received)
    for to in (first, second, line):
        post = world.group.say(world.engineer, "это своим", topic, reply_to=to)
        await world.settle()
        await world.advance(seconds=6)
        assert post.reactions == ["👀"]
    assert len(ann.received) == before


async def test_a_plain_line_a_file_and_an_album_are_notes_by_default(world: World) -> None:
    """Telegram's implicit reply to the topic's first message is no reply."""
    ann, topic = await asked(world)
    before = len(ann.received)
    posts = [
        world.group.say(world.engineer, "похоже на драйвер", topic),
        world.group.send_document(world.engineer, b"log", "a.log", topic=topic),
        *world.group.album(world.engineer, [b"1", b"2"], topic=topic)[:1],
    ]
    await world.settle()
    await world.advance(seconds=2)
    await world.advance(seconds=40)
    assert [post.reactions for post in posts] == [["👀"]] * 3
    assert len(ann.received) == before
    assert len(await entries(world, Kind.NOTE)) == 3
    async with world.store.view() as view:
        assert await view.count(File) == 3


async def test_a_plain_line_a_file_and_an_album_are_answers_where_configured(replying: World) -> None:
    """plain_text = "reply": all of it goes to the client."""
    world = replying
    ann, topic = await asked(world)
    world.group.say(world.engineer, "Смотрим", topic)
    world.group.send_document(world.engineer, b"the manual", "manual.txt", topic=topic, caption="Вот инструкция")
    world.group.album(world.engineer, [b"1", b"2"], topic=topic)
    await world.settle()
    await world.advance(seconds=2)
    await world.advance(seconds=5)
    kinds = [(message.kind, message.text) for message in ann.received[1:]]
    assert kinds == [("text", "Смотрим"), ("document", "Вот инструкция"), ("photo", ""), ("photo", "")]
    document = ann.received[2]
    assert document.file is not None
    assert (document.file.name, document.file.data) == ("manual.txt", b"the manual")
    assert ann.received[3].album == ann.received[4].album


async def test_every_kind_of_file_reaches_the_client_as_what_it_is(world: World) -> None:
    """And nothing besides it: a sticker is a sticker, not the word for one."""
    ann, topic = await asked(world)
    before = len(ann.received)
    kinds = ["voice", "video_note", "video", "audio", "sticker", "animation"]
    for kind in kinds:
        world.group.send(world.engineer, kind, b"bytes", topic=topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=5)
    assert [(message.kind, message.text) for message in ann.received[before:]] == [(kind, "") for kind in kinds]


async def test_a_file_too_large_to_fetch_still_goes_to_a_client_in_telegram(world: World) -> None:
    """Telegram sends it by its own id; the desk need not have it."""
    ann, topic = await asked(world)
    world.group.send_document(
        world.engineer, b"big", "big.iso", size=30 * 1024 * 1024, topic=topic, reply_to=topic.messages[1]
    )
    await world.settle()
    await world.advance(seconds=5)
    assert ann.last().kind == "document"


SLASHED = ("/secret пароль", "/ пароль", "/пароль", "/closе пароль", "/take@otvet_bot_ пароль", "/etc/passwd пароль")


@pytest.mark.parametrize("plain_text", ["note", "reply"])
async def test_a_line_that_starts_with_a_slash_never_reaches_a_client(
    clock: Any, sqlite_url: str, tmp_path: Path, plain_text: str
) -> None:
    """Not as a plain line, not as a reply, not as a caption, not as a forward, not as an edit."""
    tables = {"telegram": {"plain_text": plain_text}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        ann, topic = await asked(world)
        before = len(ann.received)
        seat, words = world.group.seat(world.engineer), topic.messages[1]
        answers = []
        for text in SLASHED:
            seat.say(text, topic=topic)
            said = seat.say(text, topic=topic, reply_to=words)
            seat.send_photo(topic=topic, reply_to=words, caption=text)
            seat.forward(said, topic=topic, reply_to=words)
            answers.append(seat.say("скажу", topic=topic, reply_to=words))
        await world.settle()
        for text, answer in zip(SLASHED, answers, strict=True):
            seat.edit(answer, text)
        seat.album([Piece(kind="photo", data=b"1", caption=SLASHED[0]), b"2"], topic=topic, reply_to=words)
        await world.settle()
        await world.advance(seconds=2)
        await world.advance(seconds=40)
        assert ann.received[before:] == []


async def test_the_author_takes_an_answer_back_with_a_thumb_down(world: World) -> None:
    """Within five seconds; what they took back stays as a note in the record."""
    ann, topic = await asked(world)
    post = world.group.say(world.engineer, "Сами виноваты", topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=4)
    world.group.react(world.engineer, post, "👎")
    await world.settle()
    await world.advance(seconds=30)
    assert not heard(ann, "виноваты")
    assert "👀" in post.reactions
    (message,) = await entries(world, Kind.ANSWER)
    assert message.withdrawn_at


async def test_nobody_else_takes_an_answer_back(world: World) -> None:
    ann, topic = await asked(world)
    vera = world.bot.world.person("Вера")
    world.group.add(vera, admin=True)
    post = world.group.say(world.engineer, "Готово", topic, reply_to=topic.messages[1])
    await world.settle()
    world.group.react(vera, post, "👎")
    world.group.react(vera, post, "👎", anonymous=True)
    await world.settle()
    await world.advance(seconds=5)
    assert ann.last().text == "Готово"


async def test_after_delivery_a_thumb_down_is_told_that_it_is_too_late(world: World) -> None:
    ann, topic = await asked(world)
    post = world.group.say(world.engineer, "Готово", topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=5)
    world.group.react(world.engineer, post, "👎")
    await world.settle()
    assert heard(ann, "Готово")
    said = world.group.last("Уже ушло", topic=topic)
    assert said.reply_to is post


async def test_a_held_answer_goes_as_edited_and_an_edit_into_a_note_stays_inside(world: World) -> None:
    ann, topic = await asked(world)
    seat, words = world.group.seat(world.engineer), topic.messages[1]
    first = seat.say("Перзагрузите", topic=topic, reply_to=words)
    second = seat.say("клиент ошибся", topic=topic, reply_to=words)
    await world.settle()
    seat.edit(first, "Перезагрузите")
    seat.edit(second, "// клиент ошибся")
    await world.settle()
    await world.advance(seconds=6)
    assert heard(ann, "Перезагрузите")
    assert not heard(ann, "Перзагрузите")
    assert not heard(ann, "ошибся")
    seat.edit(first, "Выключите")
    await world.settle()
    assert [heard(ann, "Выключите"), heard(ann, "Перезагрузите")] == [True, False]


@pytest.mark.parametrize("prefix", ["/note ", "/done ", "/nonsense ", "/ "])
async def test_a_held_answer_edited_into_a_command_stays_inside(world: World, prefix: str) -> None:
    """Whoever sees too late that it was for colleagues writes /note before it; the client must not read it."""
    ann, topic = await asked(world)
    seat, words = world.group.seat(world.engineer), topic.messages[1]
    post = seat.say("пароль у Бориса", topic=topic, reply_to=words)
    await world.settle()
    seat.edit(post, f"{prefix}пароль у Бориса")
    await world.settle()
    await world.advance(seconds=6)
    assert not heard(ann, "пароль")


async def test_a_changed_question_that_cannot_go_any_more_is_told(world: World) -> None:
    ann, topic = await asked(world)
    seat = world.group.seat(world.engineer)
    post = seat.say("/info Какая модель?", topic=topic)
    await world.settle()
    ann.block()
    await world.settle()
    seat.edit(post, "/info Какая модель и цвет?")
    await world.settle()
    assert world.group.last("все пути закрыты", topic=topic).reply_to is post


async def test_an_edit_of_a_picture_without_words_keeps_the_albums_words(replying: World) -> None:
    world = replying
    ann, topic = await asked(world)
    pieces = [Piece(kind="photo", data=b"1", caption="До и после"), Piece(kind="photo", data=b"2")]
    album = world.group.album(world.engineer, pieces, topic=topic)
    await world.settle()
    await world.advance(seconds=2)
    world.bot.world.edited(album[1], dict(album[1].content))
    await world.settle()
    await world.advance(seconds=5)
    assert heard(ann, "До и после")


async def test_several_answers_at_once_arrive_in_order_and_once(world: World) -> None:
    ann, topic = await asked(world)
    vera = world.bot.world.person("Вера")
    world.group.add(vera)
    for number in range(6):
        person = vera if number % 2 else world.engineer
        world.group.say(person, f"шаг {number}", topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=5)
    steps = [message.text for message in ann.received if message.text.startswith("шаг")]
    assert steps == [f"шаг {number}" for number in range(6)]


async def test_the_number_stands_above_an_answer_only_when_there_are_several_tickets(world: World) -> None:
    ann, topic = await asked(world)
    world.group.say(world.engineer, "первый", topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=5)
    assert ann.last().text == "первый"
    ann.say("/new Второй вопрос")
    await world.settle()
    world.group.say(world.engineer, "второй", topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=5)
    assert ann.last().text == "SD-1 · Не печатает\nвторой"


def mentions(world: World, post: Any) -> list[int]:
    """Whom the desk's replies to a post mention."""
    told = [message for message in world.group.messages if message.from_bot and message.reply_to is post]
    return [entry["user"]["id"] for message in told for entry in message.entities if entry["type"] == "text_mention"]


async def test_a_failure_is_a_message_that_mentions_the_author(world: World) -> None:
    """Whether it is known at once or found out on delivery."""
    ann, topic = await asked(world)
    seat, words = world.group.seat(world.engineer), topic.messages[1]
    world.bot.fail_next("sendMessage", 400, "Bad Request: odd", when=lambda p: "Раз" in str(p.get("text")))
    post = seat.say("Раз", topic=topic, reply_to=words)
    await world.settle()
    await world.advance(seconds=5)
    assert mentions(world, post) == [world.engineer.id]
    assert "👌" not in post.reactions
    post = seat.say("Два", topic=topic, reply_to=words)
    await world.settle()
    ann.block()
    await world.settle()
    await world.advance(seconds=5)
    assert mentions(world, post) == [world.engineer.id]
    post = seat.say("Три", topic=topic, reply_to=words)
    await world.settle()
    assert mentions(world, post) == [world.engineer.id]
    assert "👌" not in post.reactions


@pytest.mark.parametrize("reactions", ["none", ["👍"]])
async def test_short_lines_say_it_where_reactions_are_off(
    clock: Any, sqlite_url: str, tmp_path: Path, reactions: Any
) -> None:
    """Each what the reaction would say, under the message it is about."""
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, reactions=reactions, with_mail=False) as world:
        _, topic = await asked(world)
        note = world.group.say(world.engineer, "заметка", topic)
        answer = world.group.say(world.engineer, "ответ", topic, reply_to=topic.messages[1])
        take = world.group.say(world.engineer, "/take", topic)
        done = world.group.say(world.engineer, "/done заменили", topic)
        await world.settle()
        await world.advance(seconds=5)
        lines = {
            (message.reply_to.id, message.text) for message in topic.messages if message.from_bot and message.reply_to
        }
        assert (note.id, "Записано, клиент этого не видит.") in lines
        assert (answer.id, "В очереди.") in lines
        assert (answer.id, "Доставлено клиенту.") in lines
        assert (take.id, "Готово.") in lines
        assert (done.id, "Записано, клиент увидит это при закрытии.") in lines


async def test_a_mail_answer_waits_thirty_seconds_and_carries_attachments(world: World) -> None:
    await world.mails.user("boris@client.example")
    await world.mails.send(sender="Борис <boris@client.example>", to=SUPPORT, subject="Сканер", text="Не сканирует.")
    await world.mails.until(lambda: world.mails.inbox("boris@client.example"))
    await world.settle()
    topic = world.group.topic("SD-1")
    words = topic.messages[1]
    taken_back = world.group.say(world.engineer, "Это не уйдёт", topic, reply_to=words)
    world.group.send_document(
        world.engineer, b"driver", "driver.zip", topic=topic, reply_to=words, caption="Вот драйвер"
    )
    world.group.album(world.engineer, [b"1", b"2"], topic=topic, reply_to=words)
    world.group.seat(world.engineer).send_voice(topic=topic, reply_to=words)
    await world.settle()
    await world.advance(seconds=2)
    await world.advance(seconds=27)
    assert len(await world.mails.inbox("boris@client.example")) == 1
    world.group.react(world.engineer, taken_back, "👎")
    await world.settle()
    await world.advance(seconds=5)
    _, answer, album, voice = await world.mails.inbox("boris@client.example")
    (part,) = answer.iter_attachments()
    assert (part.get_filename(), part.get_content()) == ("driver.zip", b"driver")
    body = answer.get_body()
    assert body is not None
    assert "Вот драйвер" in body.get_content()
    assert answer["Auto-Submitted"] is None
    assert len(list(album.iter_attachments())) == 2
    assert [part.get_filename() for part in voice.iter_attachments()] == ["voice.ogg"]


async def test_an_answer_to_a_closed_ticket_is_told_how_to_open_it(world: World) -> None:
    ann, topic = await asked(world)
    admin = world.bot.world.person("Глава")
    world.group.add(admin, admin=True)
    world.group.say(world.engineer, "/close решено", topic)
    await world.settle()
    await world.advance(seconds=3)
    before = len(ann.received)
    post = world.group.say(admin, "Ещё вот что", topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=5)
    assert len(ann.received) == before
    assert "/reopen" in next(message.text for message in topic.messages if message.reply_to is post)


async def test_a_reply_to_an_unknown_message_of_the_bot_stays_inside_and_its_author_is_told(world: World) -> None:
    """A copy shown just before a crash was never recorded: the words are kept, and nobody thinks that they went."""
    ann, topic = await asked(world)
    async with world.store.unit() as unit:
        await unit.remove(Trace, external_id=str(topic.messages[1].id), channel="group")
        await unit.commit()
    world.group.say(world.engineer, "Перезагрузите", topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=6)
    assert not heard(ann, "Перезагрузите")
    assert "незнакомо" in topic.messages[-1].text
    assert [note.text for note in await entries(world, Kind.NOTE)] == ["Перезагрузите"]

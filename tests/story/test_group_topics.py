"""A ticket's place in the group: topic, card and conversation, made, closed, lost and made anew."""

from typing import Any

from desk.parcels import Parcel, ParcelState, Purpose
from desk.tickets import Status
from playground.botapi import Message, Person, Topic
from tests.world import World

CARD_TIME = 3


async def asked(world: World, text: str = "Не печатает", name: str = "Анна") -> tuple[Person, Topic]:
    """A client with a ticket, and its topic."""
    client = world.bot.world.person(name, username="ann")
    client.say(text)
    await world.settle()
    return client, world.group.topics[-1]


def cards(world: World) -> list[Message]:
    return [message for message in world.group.messages if message.from_bot and "Взять" in message.buttons]


async def test_the_card_says_all_and_follows_what_happens(world: World) -> None:
    """Client and doors, line, who has it, status, the rule; «Взято» informs and blocks nobody."""
    vera = world.bot.world.person("Вера")
    world.group.add(vera)
    ann, topic = await asked(world)
    assert topic.name == "SD-1 · Анна · Не печатает"
    card, words = topic.messages
    assert card.text.splitlines() == [
        "SD-1 · Не печатает",
        "Клиент: Анна (Telegram @ann)",
        "Вид: вид не указан · приоритет: обычный",
        "Линия: Первая линия",
        "Ещё никто не взял",
        "Состояние: новая",
        "Правило: everything else",
    ]
    assert card.buttons[:6] == ["Взять", "Нужны данные", "Решено", "Линия ▸", "Вид ▸", "Приоритет ▸"]
    edits = len(world.bot.called("editMessageText"))
    assert await world.group.press(world.engineer, card, "Взять") == "Взято"
    assert await world.group.press(world.engineer, card, "Взять") == "Уже у вас"
    assert await world.group.press(vera, card, "Взять") == "Взято"
    world.group.say(vera, "Смотрю", topic, reply_to=words)
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    assert "В работе у: Вера" in card.text
    assert "Состояние: в работе" in card.text
    assert len(world.bot.called("editMessageText")) == edits + 1, "edits are gathered"
    world.group.say(world.engineer, "И я", topic, reply_to=words)
    await world.settle()
    await world.advance(seconds=5)
    assert [message.text for message in ann.received[-2:]] == ["Смотрю", "И я"]


async def test_words_and_files_come_silently_outside_working_hours(world: World, clock: Any) -> None:
    ann, topic = await asked(world)
    assert not topic.messages[-1].silent
    await world.advance(hours=11)
    ann.say("Всё ещё не печатает")
    ann.send_photo(caption="вот")
    await world.settle()
    words, photo = topic.messages[-2:]
    assert (words.silent, photo.silent, photo.kind) == (True, True, "photo")


async def test_a_closed_tickets_topic_is_closed_and_opens_with_it(world: World) -> None:
    """By button, by command in General, by the client's word."""
    ann, topic = await asked(world)
    card = topic.messages[0]
    world.group.say(world.engineer, "/close решено", topic)
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    assert (topic.closed, card.buttons) == (True, ["Открыть снова"])
    assert "закрыта" in ann.last().text
    assert await world.group.press(world.engineer, card, "Открыть снова") == "Открыта снова"
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    assert (topic.closed, card.buttons[0]) == (False, "Взять")
    world.group.say(world.engineer, "/close решено", topic)
    await world.settle()
    world.group.say(world.engineer, "/reopen SD-1")
    await world.settle()
    assert not topic.closed
    world.group.say(world.engineer, "/close решено", topic)
    await world.settle()
    assert topic.closed
    ann.say("Опять не печатает")
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    assert not topic.closed
    assert (await world.tickets())[0].status is Status.OPEN
    assert "Опять не печатает" in topic.messages[-1].text


async def test_a_deleted_topic_comes_back_with_card_conversation_files_and_the_message(world: World) -> None:
    """The words that found it missing come once, and answers from the new topic arrive."""
    ann, topic = await asked(world)
    ann.send_document(b"the log", "a.log", caption="журнал")
    world.group.say(world.engineer, "секретная заметка", topic)
    await world.settle()
    world.group.delete_topic(topic)
    ann.say("Есть кто?")
    await world.settle()
    (again,) = world.group.topics
    assert again.name == topic.name
    card, story = again.messages[:2]
    assert "Взять" in card.buttons
    assert all(words in story.text for words in ("Не печатает", "журнал", "[a.log]", "секретная заметка"))
    assert sum("Есть кто?" in message.text for message in again.messages) == 1
    assert [message.file.data for message in again.messages if message.file] == [b"the log"]
    words = next(message for message in again.messages if "Есть кто?" in message.text)
    world.group.say(world.engineer, "Есть!", again, reply_to=words)
    await world.settle()
    await world.advance(seconds=5)
    assert ann.last().text == "Есть!"


async def test_two_messages_that_find_the_topic_missing_at_once_make_one(world: World) -> None:
    """Words and card go in two lanes; the card finds the lost topic missing when the words have made a new one."""
    ann, topic = await asked(world)
    world.bot.hang("sendMessage")
    world.bot.hang("editMessageText")
    await world.group.press(world.engineer, topic.messages[0], "Взять")
    world.clock.advance(seconds=CARD_TIME)
    ann.say("Ау")
    await world.mails.until(lambda: [call for call in world.bot.called("sendMessage") if call.status is None])
    await world.mails.until(lambda: [call for call in world.bot.called("editMessageText") if call.status is None])
    world.group.delete_topic(topic)
    world.bot.release("sendMessage")
    await world.mails.until(lambda: any(message.text.endswith("Ау") for message in world.group.messages))
    world.bot.release("editMessageText")
    await world.advance(seconds=CARD_TIME)
    (again,) = world.group.topics
    assert len([message for message in again.messages if "Взять" in message.buttons]) == 1
    assert sum(message.text.endswith("Ау") for message in again.messages) == 1


async def test_a_closed_tickets_lost_topic_is_rebuilt_closed(world: World) -> None:
    ann, topic = await asked(world)
    world.group.say(world.engineer, "/close решено", topic)
    await world.settle()
    world.group.delete_topic(topic)
    ann.say("спасибо")  # shown, and reopens nothing
    await world.settle()
    (again,) = world.group.topics
    assert (again.closed, again.messages[-1].text.endswith("спасибо")) == (True, True)


async def test_a_deleted_card_comes_back_in_its_topic(world: World) -> None:
    _, topic = await asked(world)
    world.group.delete(admin_of(world), topic.messages[0])
    world.group.say(world.engineer, "/take", topic)
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    assert world.group.topics == [topic]
    (card,) = cards(world)
    assert "В работе у: Борис" in card.text
    assert await world.group.press(world.engineer, card, "Решено") == "Решено, клиенту сообщим"


def admin_of(world: World) -> Person:
    admin = world.bot.world.person("Глава")
    world.group.add(admin, admin=True)
    return admin


async def test_hostile_words_stand_as_they_were_typed(world: World) -> None:
    """In names, texts, topics, cards, the queue and the conversation told again."""
    evil = "<b>x</b> &lt;script&gt; </blockquote><a href='tg://user?id=1'>"
    ann, topic = await asked(world, text=evil, name="<i>Ann</i> & 'Co'")
    card, words = topic.messages
    assert topic.name.startswith("SD-1 · <i>Ann</i> & 'Co' · <b>x</b> &lt;script&gt;")
    assert "Клиент: <i>Ann</i> & 'Co'" in card.text
    assert evil in words.text
    mallory = world.bot.world.person("<u>M</u>")
    world.group.add(mallory)
    for text in ("/take", f"/note {evil}", f"/done {evil}", "/client", "/why", f"/{evil}", f"/line {evil}"):
        world.group.say(mallory, text, topic)
    world.group.say(mallory, "/queue")
    world.group.say(mallory, f"/info {evil}", topic)
    await world.settle()
    await world.advance(seconds=5)
    assert evil in ann.last().text
    assert "<u>M</u>" in card.text
    assert "<i>Ann</i> & 'Co'" in world.group.last("Открыто").text
    world.group.delete_topic(topic)
    ann.say("<")
    await world.settle()
    (again,) = world.group.topics
    assert sum(evil in message.text for message in again.messages) >= 1
    async with world.store.view() as view:
        assert await view.count(Parcel, state=ParcelState.FAILED) == 0


async def test_a_migrated_group_is_followed_and_the_operator_told(world: World) -> None:
    """Tickets get topics anew there, answers go on, the new number is said in General."""
    ann, _ = await asked(world)
    old = world.group.id
    new = world.group.migrate()
    ann.say("Вы где?")
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    assert f"{old} → {new}" in world.group.last("config.toml").text
    (topic,) = world.group.topics
    words = next(message for message in topic.messages if message.text.endswith("Вы где?"))
    assert any("Не печатает" in message.text for message in topic.messages)
    world.group.say(world.engineer, "Здесь", topic, reply_to=words)
    await world.settle()
    await world.advance(seconds=5)
    assert ann.last().text == "Здесь"


async def test_what_was_written_before_a_group_migrated_is_kept_and_its_author_told(world: World) -> None:
    """The desk was down meanwhile and hears of the new number first, twice even: it keeps the words as a note."""
    ann, topic = await asked(world)
    words = topic.messages[-1]
    await world.stop()
    world.group.say(world.engineer, "Перезагрузите, пожалуйста", topic, reply_to=words)
    world.group.say(world.engineer, "/solved Готово", topic)
    world.group.migrate()
    world.group.migrate()
    await world.start()
    await world.settle()
    (topic,) = world.group.topics
    told = "\n".join(message.text for message in topic.messages)
    assert told.count("Перезагрузите, пожалуйста") == 1
    assert told.count("это написано в прежней группе") == 2
    assert "/solved Готово" in told
    assert len(ann.received) == 1
    async with world.desk.view() as view:
        assert await view.count(Parcel, purpose=Purpose.LEAVE) == 0


async def test_a_group_without_topics_works_by_replies(clock: Any, sqlite_url: str, tmp_path: Any) -> None:
    """The card is the thread; a line that replies to nothing of a ticket is nobody's business."""
    tables = {"telegram": {"plain_text": "reply"}}
    world_of = World(clock=clock, url=sqlite_url, folder=tmp_path, forum=False, tables=tables, with_mail=False)
    async with world_of as world:
        ann = world.person("Анна")
        ann.say("Не печатает")
        await world.settle()
        card, words = [message for message in world.group.messages if message.from_bot]
        assert words.reply_to is card
        plain = world.group.say(world.engineer, "кто на обед?")
        world.group.say(world.engineer, "Смотрю", reply_to=card)
        world.group.say(world.engineer, "Почти", reply_to=words)
        note = world.group.say(world.engineer, "своим", reply_to=plain)
        take = world.group.say(world.engineer, "/take", reply_to=card)
        nowhere = world.group.say(world.engineer, "/take")
        await world.settle()
        await world.advance(seconds=5)
        assert [message.text for message in ann.received[1:]] == ["Смотрю", "Почти"]
        assert (plain.reactions, note.reactions, take.reactions) == ([], [], ["👌"])
        assert "В работе у: Борис" in card.text
        assert "ответом на карточку" in next(m.text for m in world.group.messages if m.reply_to is nowhere)
        await world.group.press(world.engineer, card, "Нужны данные")
        await world.settle()
        world.group.say(world.engineer, "Какая модель?", reply_to=world.group.last("что спросить"))
        await world.settle()
        await world.advance(seconds=5)
        assert "Какая модель?" in ann.last().text
        world.group.delete(admin_of(world), card)
        ann.say("HP")
        await world.settle()
        await world.advance(seconds=CARD_TIME)
        (again,) = cards(world)
        assert again is not card
        mirrored = next(message for message in world.group.messages if message.text.endswith("\nHP"))
        assert mirrored.reply_to is again
        world.group.say(world.engineer, "Спасибо", reply_to=again)
        await world.settle()
        await world.advance(seconds=5)
        assert ann.last().text == "Спасибо"


async def test_a_refused_file_does_not_keep_the_words_back(world: World) -> None:
    """The client's words come with the names of the files that Telegram would not take."""
    ann, topic = await asked(world)
    for method in ("sendPhoto", "sendDocument"):
        world.bot.fail_next(method, 400, "Bad Request: PHOTO_INVALID_DIMENSIONS", times=3)
    ann.send_photo(caption="вот экран")
    await world.settle()
    assert "вот экран" in topic.messages[-1].text
    assert "photo.jpg" in topic.messages[-1].text
    world.bot.clear()
    world.bot.fail_next("sendMessage", 400, "Bad Request: something odd", when=lambda p: "тайна" in str(p.get("text")))
    ann.say("тайна")
    await world.settle()
    assert "SD-1" in world.group.last("не удалось показать в теме").text


async def test_a_rebuilt_topic_tells_what_the_desk_said_to_the_client_too(world: World) -> None:
    """Without «решена» the client's next word makes no sense."""
    ann = world.person("Анна")
    ann.say("Где мой заказ?")
    await world.settle()
    world.group.say(world.engineer, "/solved Заказ в пути", world.group.topic("SD-1"))
    await world.settle()
    await world.advance(seconds=6)
    world.group.delete_topic(world.group.topic("SD-1"))
    ann.say("Всё ещё не вижу")
    await world.settle()
    told = "\n".join(message.text for message in world.group.topic("SD-1").messages)
    assert told.index("Где мой заказ?") < told.index("Заказ в пути") < told.index("Всё ещё не вижу")

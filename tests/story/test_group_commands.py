"""Commands and buttons in the group: what each does, where it works, and who is obeyed."""

from datetime import timedelta
from typing import Any

import pytest

from desk.tickets import Kind, Message, Status, Ticket
from playground.botapi import Person, Topic
from tests.world import World


async def asked(world: World, text: str = "Не печатает") -> tuple[Person, Topic]:
    """A client with a ticket, and its topic."""
    ann = world.person("Анна")
    ann.say(text)
    await world.settle()
    return ann, world.group.topics[-1]


async def ticket_of(world: World) -> Ticket:
    return (await world.tickets())[0]


async def said(world: World, text: str, topic: Topic | None = None, *, by: Person | None = None) -> list[str]:
    """Give a command; what the desk answered to it."""
    post = world.group.say(by or world.engineer, text, topic)
    await world.settle()
    return [message.text for message in world.group.messages if message.from_bot and message.reply_to is post]


async def test_info_asks_waits_and_starts_the_clock_at_delivery(world: World) -> None:
    ann, topic = await asked(world)
    start = world.clock()
    post = world.group.say(world.engineer, "/info Какая модель?", topic)
    await world.settle()
    ticket = await ticket_of(world)
    assert (ticket.status, ticket.question, ticket.clock_from) == (Status.WAITING, "Какая модель?", None)
    assert post.reactions == ["✍"]
    await world.advance(seconds=5)
    assert ann.last().text.startswith("Какая модель?")
    assert (await ticket_of(world)).clock_from == start + timedelta(seconds=5)
    assert post.reactions == ["👌"]
    ann.say("HP 1020")
    await world.settle()
    assert (await ticket_of(world)).status is Status.OPEN


async def test_a_question_goes_as_edited_and_is_taken_back_by_its_author(world: World) -> None:
    ann, topic = await asked(world)
    post = world.group.say(world.engineer, "/info Какая мадель?", topic)
    await world.settle()
    world.group.edit(world.engineer, post, "/info Какая модель?")
    await world.settle()
    await world.advance(seconds=5)
    assert [m.text.splitlines()[0] for m in ann.received if "Какая" in m.text] == ["Какая модель?"]
    assert (await ticket_of(world)).question == "Какая модель?"
    ann.say("HP")
    await world.settle()
    post = world.group.say(world.engineer, "/info Глупый вопрос?", topic)
    await world.settle()
    world.group.react(world.engineer, post, "👎")
    await world.settle()
    await world.advance(seconds=40)
    assert not any("Глупый" in message.text for message in ann.received)
    assert (await ticket_of(world)).status is Status.OPEN


async def test_the_button_asks_the_presser_in_a_reply_and_forgets_after_ten_minutes(world: World) -> None:
    """Only the presser's words to it are the question; a picture alone is none, and the request stays."""
    vera = world.bot.world.person("Вера")
    world.group.add(vera)
    ann, topic = await asked(world)
    assert await world.group.press(world.engineer, topic.messages[0], "Нужны данные")
    await world.settle()
    prompt = world.group.last("что спросить", topic=topic)
    assert prompt.text.startswith("Борис, ")
    world.group.say(vera, "Я бы спросила модель", topic, reply_to=prompt)
    world.group.say(world.engineer, "// подумаю", topic, reply_to=prompt)
    world.group.send_photo(world.engineer, topic=topic, reply_to=prompt)
    await world.settle()
    await world.advance(minutes=9)
    assert (await ticket_of(world)).status is Status.NEW
    assert world.group.last("словами", topic=topic)
    world.group.say(world.engineer, "Какая модель?", topic, reply_to=prompt)
    await world.settle()
    await world.advance(seconds=5)
    assert ann.last().text.startswith("Какая модель?")
    before = len(ann.received)
    world.group.say(world.engineer, "и ещё", topic, reply_to=prompt)
    assert (await said(world, "/info", topic))[0].startswith("Борис, что спросить")
    late = world.group.last("что спросить", topic=topic)
    await world.advance(minutes=11)
    post = world.group.say(world.engineer, "Какой кабель?", topic, reply_to=late)
    await world.settle()
    await world.advance(seconds=30)
    assert len(ann.received) == before
    assert any("10 минут" in message.text for message in topic.messages if message.reply_to is post)


async def test_done_solved_and_close_tell_the_client_what_they_should(world: World) -> None:
    ann, topic = await asked(world)
    post = world.group.say(world.engineer, "/done заменили картридж", topic)
    await world.settle()
    assert post.reactions == ["👀"]
    assert not any("картридж" in message.text for message in ann.received)
    await said(world, "/solved Проверьте, пожалуйста", topic)
    assert ann.last().text.startswith("Проверьте, пожалуйста\n")
    assert (await ticket_of(world)).status is Status.SOLVED
    assert "уже" in (await said(world, "/solved", topic))[0]
    await said(world, "/reopen", topic)
    assert (await ticket_of(world)).status is Status.OPEN
    await said(world, "/close решено", topic)
    assert "• заменили картридж" in ann.last().text
    assert (await ticket_of(world)).status is Status.CLOSED


async def test_note_line_why_client_and_help(world: World) -> None:
    ann, topic = await asked(world)
    await said(world, "/note ключ под ковриком", topic)
    async with world.store.view() as view:
        (note,) = await view.find(Message, kind=Kind.NOTE)
    assert note.text == "ключ под ковриком"
    assert "first, second" in (await said(world, "/line третья", topic))[0]
    await said(world, "/line Вторая линия", topic)
    assert (await ticket_of(world)).line == "second"
    assert "Первая линия → Вторая линия" in world.group.last("передал", topic=topic).text
    why = (await said(world, "/why", topic))[0]
    assert "everything else" in why
    assert "billing words" in why
    client = (await said(world, "/client", topic))[0]
    assert "Анна" in client
    assert f"• Telegram {ann.user.id}" in client  # no @name: two people of one name are told apart
    assert "SD-1 · новая · Не печатает" in client
    assert "/take" in (await said(world, "/help", topic))[0]
    assert "не связывали" in (await said(world, "/unlink", topic))[0]
    for bare in ("/done", "/note", "/line"):
        assert await said(world, bare, topic), bare
    assert len(ann.received) == 1


async def test_general_has_its_own_commands_and_says_where_the_others_work(world: World) -> None:
    _, topic = await asked(world)
    other = world.group.create_topic("Обед")
    assert await said(world, "/mine") == ["Открытых заявок нет."]
    await said(world, "/take", topic)
    queue = world.group.say(world.engineer, "/queue")
    await world.settle()
    listed = next(message for message in world.group.messages if message.from_bot and message.reply_to is queue)
    assert "SD-1 · новая · Первая линия · Анна · Не печатает · Борис" in listed.text
    assert listed.place == world.group.general.id
    assert str(topic.id) in await world.group.press(world.engineer, listed, "SD-1")
    assert "SD-1" in (await said(world, "/mine"))[0]
    assert "/queue" in (await said(world, "/help"))[0]
    for command in ("take", "info", "done", "solved", "close", "line", "note", "why", "client", "unlink"):
        assert "в теме заявки" in (await said(world, f"/{command}"))[0]
    for command in ("queue", "mine"):
        assert "General" in (await said(world, f"/{command}", topic))[0]
    elsewhere = world.group.say(world.engineer, "/take", other)
    await world.settle()
    assert [m.text for m in other.messages if m.from_bot and m.reply_to is elsewhere]
    assert "нет" in (await said(world, "/reopen SD-99"))[0]
    assert await said(world, "/reopen")
    await said(world, "/close решено", topic)
    reopen = world.group.say(world.engineer, "/reopen sd-1")
    await world.settle()
    assert reopen.reactions == ["👌"]
    assert (await ticket_of(world)).status is Status.OPEN


async def test_lines_are_chosen_on_the_card(world: World) -> None:
    _, topic = await asked(world)
    card = topic.messages[0]
    await world.group.press(world.engineer, card, "Линия ▸")
    await world.settle()
    assert card.buttons == ["Вторая линия", "‹ Назад"]
    await world.group.press(world.engineer, card, "‹ Назад")
    await world.settle()
    await world.advance(seconds=3)
    assert card.buttons[0] == "Взять"
    await world.group.press(world.engineer, card, "Линия ▸")
    await world.settle()
    assert await world.group.press(world.engineer, card, "Вторая линия") == "Передано"
    await world.settle()
    await world.advance(seconds=3)
    assert "Линия: Вторая линия" in card.text
    assert card.buttons[0] == "Взять"


async def test_two_engineers_press_solved_at_once_and_the_client_hears_once(world: World) -> None:
    vera = world.bot.world.person("Вера")
    world.group.add(vera)
    ann, topic = await asked(world)
    for person in (world.engineer, vera):
        await world.group.press(person, topic.messages[0], "Решено", timeout=None)
    await world.settle()
    assert sum("решена" in message.text for message in ann.received) == 1


async def test_only_members_are_obeyed(world: World) -> None:
    """A removed member's press, reaction and forged words do nothing; nor does a stranger's own group."""
    vera = world.bot.world.person("Вера")
    world.group.add(vera)
    ann, topic = await asked(world)
    card, words = topic.messages
    assert await world.group.press(vera, card, "Взять") == "Взято"
    world.group.remove(vera)
    await world.settle()
    await world.group.press(vera, card, "Решено", timeout=None)
    stranger = world.bot.world.person("Чужой")
    await world.group.press(stranger, card, "Решено", timeout=None)
    forged = {
        "message_id": 900, "date": int(world.clock().timestamp()), "text": "/close", "message_thread_id": topic.id,
        "is_topic_message": True, "chat": {"id": world.group.id, "type": "supergroup", "title": "x", "is_forum": True},
        "from": {"id": stranger.id, "is_bot": False, "first_name": "Чужой"},
    }  # fmt: skip
    world.bot.world.inbox.push("message", forged)
    await world.settle()
    assert (await ticket_of(world)).status is Status.NEW
    await world.advance(seconds=10)
    assert len(ann.received) == 1
    assert words.reactions == []


async def test_a_foreign_group_is_left_with_a_word(world: World) -> None:
    """And its copy of a ticket's topic number commands nothing."""
    ann, _ = await asked(world)
    stranger = world.bot.world.person("Чужой")
    foreign = world.bot.world.group("Инженеры", with_bot=False)
    foreign.add(stranger)
    foreign.add_bot(admin=True)
    topic = foreign.create_topic("SD-1")
    foreign.say(stranger, "/close", topic)
    foreign.say(stranger, "ответ клиенту", topic)
    await world.settle()
    words = [message.text for message in foreign.messages if message.from_bot and message.service is None]
    assert words == ["Это бот поддержки «ООО Ромашка», в группах он не работает. Напишите ему лично: t.me/otvet_bot"]
    assert len(world.bot.called("leaveChat")) == 1
    assert (await ticket_of(world)).status is Status.NEW
    await world.advance(seconds=10)
    assert len(ann.received) == 1
    assert len(world.group.topics) == 1


async def test_anonymous_admins_are_told_to_show_themselves(world: World) -> None:
    admin = world.bot.world.person("Глава")
    world.group.add(admin, admin=True)
    ann, topic = await asked(world)
    posts = [
        world.group.say(admin, "ответ", topic, reply_to=topic.messages[1], anonymous=True),
        world.group.say(admin, "/close", topic, anonymous=True),
        world.group.say(admin, "/queue", anonymous=True),
    ]
    await world.settle()
    await world.advance(seconds=5)
    for post in posts:
        assert [m for m in world.group.messages if m.reply_to is post and "анонимность" in m.text]
    assert len(ann.received) == 1
    assert (await ticket_of(world)).status is Status.NEW


async def test_an_engineer_who_writes_privately_is_a_client(world: World) -> None:
    _, topic = await asked(world)
    world.engineer.say("У меня не работает мышь")
    await world.settle()
    assert not any("мышь" in message.text for message in topic.messages)
    assert any("мышь" in message.text for topic in world.group.topics for message in topic.messages)
    assert any("зарегистрирована" in message.text for message in world.engineer.received)


@pytest.mark.parametrize("status", ["closed", "solved"])
async def test_a_stale_card_does_nothing_wrong(world: World, status: str) -> None:
    """Its buttons, pressed before the edit is seen, say what is the matter."""
    ann, topic = await asked(world)
    card = topic.messages[0]
    world.group.say(world.engineer, "/close решено" if status == "closed" else "/solved", topic)
    await world.settle()
    before: Any = len(ann.received)
    assert "уже" in await world.group.press(world.engineer, card, "Решено")
    if status == "closed":
        assert "закрыта" in await world.group.press(world.engineer, card, "Нужны данные")
    await world.settle()
    assert len(ann.received) == before


@pytest.mark.parametrize("command", ["/solved вот снимок", "/close вот снимок"])
async def test_a_file_that_would_not_go_with_a_command_stops_it(world: World, command: str) -> None:
    """The engineer would think that the client has it."""
    _, topic = await asked(world)
    post = world.group.send_photo(world.engineer, b"photo", caption=command, topic=topic)
    await world.settle()
    assert world.group.last("Файл с этой командой", topic=topic).reply_to is post
    assert (await ticket_of(world)).status is Status.NEW


async def test_what_colleagues_say_in_general_is_not_fetched(world: World) -> None:
    """Their films and pictures are none of the desk's business and would fill its disk."""
    world.group.send_document(world.engineer, b"film", "film.mp4")
    await world.settle()
    assert not world.bot.called("getFile")

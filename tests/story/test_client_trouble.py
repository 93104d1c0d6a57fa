"""A client's word when things go wrong: races, a desk that was down, a blocked bot."""

import asyncio

from desk import intake
from desk.incoming import Incoming, Sender
from desk.people import Client, Door
from tests.world import World


async def test_twenty_first_messages_at_once_make_one_ticket(world: World) -> None:
    """Whatever lets them be worked on side by side."""
    sender = Sender(channel="telegram", address="77", name="Анна")
    words = [
        Incoming(
            channel="telegram", place="77", external_id=str(number), sender=sender, at=world.clock(), text=f"№{number}"
        )
        for number in range(20)
    ]
    await asyncio.gather(*(intake.receive(world.desk, one) for one in words))
    assert len(await world.tickets()) == 1
    async with world.store.view() as view:
        assert (await view.count(Client), await view.count(Door)) == (1, 1)


async def test_two_first_messages_at_once_make_one_topic(world: World) -> None:
    ann = world.person("Анна")
    ann.say("Не печатает")
    ann.say("Совсем")
    await world.settle()
    assert [topic.name for topic in world.group.topics] == ["SD-1 · Анна · Не печатает"]
    assert [message.text.splitlines()[-1] for message in world.group.topic("SD-1").messages[1:]] == [
        "Не печатает",
        "Совсем",
    ]


async def test_what_was_sent_while_the_desk_was_down_arrives_when_it_is_up(world: World) -> None:
    ann = world.person("Анна")
    ann.say("Не печатает")
    await world.settle()
    await world.stop()
    ann.say("Ау")
    ann.send_photo(caption="Вот")
    world.person("Ева").say("Нет сети")
    await world.start()
    await world.settle()
    texts = [message.text for message in world.group.topic("SD-1").messages]
    assert "Ау" in texts[-2]
    assert "Вот" in texts[-1]
    assert world.group.topic("SD-2").name == "SD-2 · Ева · Нет сети"


async def test_a_client_who_blocks_the_bot_is_told_to_the_engineers_and_comes_back(world: World) -> None:
    """A shut door is no ban: the next word opens it."""
    ann = world.person("Анна")
    ann.say("Не печатает")
    await world.settle()
    ann.block()
    await world.settle()
    topic = world.group.topic("SD-1")
    assert "заблокирован" in topic.messages[-1].text
    await world.advance(seconds=5)
    assert "закрыто" in topic.messages[0].text
    ann.unblock()
    ann.say("Я снова тут")
    await world.settle()
    await world.advance(seconds=5)
    assert "Я снова тут" in topic.messages[-1].text
    assert "закрыто" not in topic.messages[0].text


async def test_a_receipt_to_a_blocked_bot_is_told(world: World) -> None:
    ann = world.person("Анна")
    await world.stop()
    ann.say("Не печатает")
    ann.block()
    await world.start()
    await world.settle()
    assert "не получил подтверждение" in world.group.last("не получил", topic=world.group.topic("SD-1")).text

"""A client changes what they wrote: the topic shows it, and nothing of it is lost."""

from desk.tickets import Revision, Status
from playground.botapi import Person
from playground.botapi.drafts import of_file
from playground.botapi.model import Message
from tests.world import World


async def _changed(world: World, ann: Person, message: Message, text: str) -> str:
    ann.edit(message, text)
    await world.settle()
    return world.group.topic("SD-1").messages[-1].text


async def test_an_edit_appears_with_the_former_words(world: World) -> None:
    ann = world.person("Анна")
    said = ann.say("Не печатает HP")
    await world.settle()
    shown = await _changed(world, ann, said, "Не печатает Canon")
    assert "Не печатает Canon" in shown
    assert "было: Не печатает HP" in shown
    assert "Не печатает Epson" in await _changed(world, ann, said, "Не печатает Epson")
    async with world.store.view() as view:
        assert [old.text for old in await view.find(Revision)] == ["Не печатает HP", "Не печатает Canon"]
    assert len(ann.received) == 1


async def test_a_caption_is_edited_without_loss(world: World) -> None:
    """Also when it is taken away; the picture is not shown again."""
    ann = world.person("Анна")
    photo = ann.send_photo(caption="Вот ошибка")
    await world.settle()
    assert "Вот ошибка 5" in await _changed(world, ann, photo, "Вот ошибка 5")
    assert "было: Вот ошибка 5" in await _changed(world, ann, photo, "")
    assert [message.kind for message in world.group.topic("SD-1").messages].count("photo") == 1


async def test_another_picture_in_the_same_message_is_shown(world: World) -> None:
    ann = world.person("Анна")
    sent = ann.send_document(b"old", "журнал.log", caption="Журнал")
    await world.settle()
    fresh = world.bot.world.files.add("document", b"new", name="новый.log", mime=None, size=None, extra=None)
    sent.file = fresh
    world.bot.world.edited(sent, of_file(fresh, "Журнал"), keep_markup=True)
    await world.settle()
    last = world.group.topic("SD-1").messages[-1]
    assert last.file is not None
    assert last.file.data == b"new"


async def test_an_edit_of_an_unknown_message_is_taken_in_as_a_message(world: World) -> None:
    """What was written before the desk took over this bot."""
    await world.stop()
    ann = world.person("Анна")
    old = ann.send_photo(caption="Старое")
    world.bot.world.inbox.drop()
    await world.start()
    ann.edit(old, "Новое")
    await world.settle()
    assert len(await world.tickets()) == 1
    last = world.group.topic("SD-1").messages[-1]
    assert (last.kind, "Новое" in last.text) == ("photo", True)
    assert "Новейшее" in await _changed(world, ann, old, "Новейшее")


async def test_an_edited_new_shows_its_words_only(world: World) -> None:
    ann = world.person("Анна")
    said = ann.say("/new Нет сети")
    await world.settle()
    shown = await _changed(world, ann, said, "/new Нет интернета")
    assert "Нет интернета" in shown
    assert len(await world.tickets()) == 1


async def test_an_edit_while_we_wait_is_the_clients_word(world: World) -> None:
    ann = world.person("Анна")
    said = ann.say("Не печатает")
    await world.settle()
    world.group.say(world.engineer, "/info Какая модель?", world.group.topic("SD-1"))
    await world.settle()
    await world.advance(seconds=6)
    assert (await world.tickets())[0].status is Status.WAITING
    await _changed(world, ann, said, "Не печатает HP 1320")
    assert (await world.tickets())[0].status is Status.OPEN

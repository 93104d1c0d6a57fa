"""A month of one client, by mail and in Telegram."""

from desk.tickets import Closing, Status
from tests.steps import answer, last_mail, link_of, mail, order, said_in, said_to, text_of, times_mailed
from tests.world import World

ANN = "ann@client.example"


async def test_a_month_through_both_doors(world: World) -> None:
    """A mail, a link, questions, reminders through both doors, two weeks asked for, silence, a letter, a new word."""
    await mail(world, f"Анна Петрова <{ANN}>", "Счёт за ноябрь", "Пришлите счёт.")
    assert (await world.tickets())[0].line == "second"
    ann = world.person("Анна")
    ann.start(await link_of(world, ANN))
    await world.settle()
    ann.say("Пишу отсюда, так удобнее")
    await world.settle()
    await answer(world, "SD-1", "Готовим счёт")
    assert "Готовим счёт" in said_to(ann)
    await order(world, "SD-1", "/done счёт выставлен")
    await order(world, "SD-1", "/info Какой ИНН?")

    await world.pass_days(7)  # 30 November
    assert "1 из 2" in ann.last().text
    await ann.press(ann.last("Напоминание"), "Дайте 2 недели")
    await world.settle()
    ann.block()
    await world.settle()
    await world.pass_days(14)  # 14 December, by mail: Telegram is shut
    assert await times_mailed(world, ANN, "Напоминание 2 из 2") == 1
    reminder = await last_mail(world, ANN)
    assert "Какой ИНН?" in text_of(reminder)
    headers = {"Auto-Submitted": "auto-replied"}
    await mail(world, ANN, "Автоответ", "Я в отпуске", in_reply_to=reminder, headers=headers)
    assert (await world.tickets())[0].status is Status.WAITING

    await world.stop()
    world.clock.advance(hours=12)
    await world.start()
    await world.pass_days(7)  # five working days after the last reminder
    (ticket,) = await world.tickets()
    assert (ticket.status, ticket.closing) == (Status.CLOSED, Closing.NO_ANSWER)
    letter = text_of(await last_mail(world, ANN))
    for words in ("ответ от клиента не получен", "Какой ИНН?", "счёт выставлен", "Готовим счёт"):
        assert words in letter
    assert world.group.topic("SD-1 ·").closed

    ann.unblock()
    await world.settle()
    ann.say("ИНН 7700000000, простите за молчание")
    await world.settle()
    (ticket,) = await world.tickets()
    assert ticket.status is Status.OPEN
    assert not world.group.topic("SD-1 ·").closed
    assert "7700000000" in said_in(world.group.topic("SD-1 ·"))
    await answer(world, "SD-1", "Счёт отправлен")
    assert "Счёт отправлен" in said_to(ann)
    assert not await times_mailed(world, ANN, "Счёт отправлен")

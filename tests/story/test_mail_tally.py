"""The daily line: what was fetched is what is stored and what is in quarantine, told once a day, to everybody at once."""

from datetime import UTC, datetime

from desk import tally
from tests.steps import mail
from tests.world import SUPPORT, World

ANN = "Анна <ann@client.example>"
MONDAY, TUESDAY, SATURDAY, NEXT_MONDAY = (
    datetime(2026, 11, day, 7, 0, tzinfo=UTC) for day in (23, 24, 28, 30)
)  # 10:00 in Moscow, when work begins
HEADS = ("Почта с прошлой сводки", "Mail since")


def lines(world: World) -> list[str]:
    return [one.text for one in world.group.messages if one.text.startswith(HEADS)]


async def at(world: World, moment: datetime, *, minutes: int = 0) -> None:
    world.clock.set(moment)
    await world.advance(minutes=minutes)


async def test_the_sums_are_told_when_work_begins_and_once(world: World) -> None:
    await world.advance(minutes=1)
    for number in range(3):
        await mail(world, ANN, f"Принтер {number}", "Не печатает.")
    await world.mails.put(SUPPORT, b"Subject: no sender\r\n\r\nx\r\n")
    await world.settle()
    await at(world, TUESDAY, minutes=-1)
    assert lines(world) == []
    await world.advance(minutes=1)
    (line,) = lines(world)
    assert "support: получено 4 = сохранено 3 + в карантине 1." in line
    assert "quarantine list" in line
    (message,) = [one for one in world.group.messages if one.text == line]
    assert message.silent
    for _ in range(5):
        await world.advance(minutes=30)
    await world.stop()
    await world.start()
    await world.advance(minutes=1)
    assert len(lines(world)) == 1


async def test_what_is_missing_is_told_with_what_to_do(world: World) -> None:
    """Not in the first minutes: what has just been fetched is on its way."""
    await world.advance(minutes=1)
    await mail(world, ANN, "Принтер", "Не печатает.")
    await tally.fetched(world.desk, "support", ["77:1", "77:2"])
    await at(world, TUESDAY)
    assert lines(world) == []
    await world.advance(minutes=5)
    assert lines(world) == []
    await world.advance(minutes=6)
    (line,) = lines(world)
    assert "получено 3, сохранено 1, в карантине 0 — не хватает 2" in line
    assert SUPPORT in line


async def test_a_quiet_day_has_its_line_and_a_free_day_only_when_mail_came(world: World) -> None:
    await world.advance(minutes=1)
    await at(world, TUESDAY)
    assert "писем не было" in lines(world)[0]
    await at(world, SATURDAY, minutes=180)
    assert len(lines(world)) == 1
    await mail(world, ANN, "Суббота", "Не печатает.")
    await at(world, NEXT_MONDAY)
    assert "получено 1 = сохранено 1" in lines(world)[1]
    assert len(lines(world)) == 2


async def test_a_mailbox_that_is_not_read_is_marked(world: World) -> None:
    await world.advance(minutes=1)
    async with world.store.unit() as unit:
        await unit.remember("failing.mail.support", MONDAY.isoformat())
        await unit.commit()
    await at(world, TUESDAY)
    assert "Не читается с 23.11 10:00" in lines(world)[0]


async def test_fetching_the_same_again_after_a_kill_is_counted_once(world: World) -> None:
    await world.advance(minutes=1)
    for ids in (["5:1", "5:2", "5:3"], ["5:2", "5:3"], ["5:1", "5:2", "5:3"]):
        await tally.fetched(world.desk, "support", ids)
    await at(world, TUESDAY)
    await world.advance(minutes=11)
    assert "получено 3" in lines(world)[0]
    await at(world, TUESDAY.replace(day=25))
    assert "писем не было" in lines(world)[1]

"""A source that stays deaf is told in General within ten minutes, once, and so is its return."""

from datetime import timedelta

from desk import health
from tests.faults.test_disk import said, until
from tests.faults.test_outbox import moments
from tests.world import World


async def test_a_dead_imap_login_is_told_once_though_nobody_tries_any_more(both: World) -> None:
    await both.settle()
    both.mails.imap.faults.refuse_logins = True
    both.mails.imap.cut()

    async def failing() -> str:
        async with both.store.view() as view:
            return await view.recall("failing.mail.support")

    await until(failing)
    for _ in range(30):
        await both.advance(minutes=1)
        if both.clock.at.minute == 8:
            assert not said(both, "doctor")
        if both.clock.at.minute == 10:
            assert len(said(both, "Почтовый ящик support: ")) == 1
    (told,) = said(both, "doctor")
    assert told.text.startswith("Почтовый ящик support: ")
    assert "mail.support" not in told.text


async def test_a_reason_that_names_no_source_stands_behind_its_name(world: World) -> None:
    await world.settle()
    await health.heard(world.desk, "mail.support", ok=False, reason="что-то сломалось")
    world.clock.at += timedelta(minutes=10)
    await health.heard(world.desk, "mail.support", ok=False, reason="что-то сломалось")
    await world.settle()
    (told,) = said(world, "doctor")
    assert told.text.startswith("Не читается: почта support. Что-то сломалось.\n")
    await health.heard(world.desk, "mail.support", ok=True)
    await world.settle()
    assert len(said(world, "Снова читается: почта support.")) == 1


async def test_mail_that_is_read_but_not_moved_is_told_once_and_again_after_it_was_mended(world: World) -> None:
    """The folder fills with what was worked on: somebody should know, and not every minute."""
    await world.settle()
    told = []
    for words in ("письма не переносятся", "письма не переносятся", "", "письма не переносятся"):
        await health.heard(world.desk, "mail.support", ok=True, reason=words)
        await world.settle()
        told.append(len(said(world, "Письма не переносятся")))
    assert told == [1, 1, 1, 2]


async def test_telegrams_silence_is_written_down_about_once_a_minute(world: World) -> None:
    """The long poll's health does not flood the database, and a fresh success is remembered."""
    await world.settle()
    ann = world.person("Анна")
    commits: list[int] = []
    for _ in range(3):
        world.clock.advance(seconds=60)
        before = world.clock().isoformat()
        ann.start()
        await world.settle()

        async def heard(moment: str = before) -> bool:
            async with world.store.view() as view:
                return await view.recall("heard.telegram") >= moment

        await until(heard)
    world.store.on_commit(lambda: commits.append(1))
    await moments(world, 5)
    assert not commits


async def test_a_revoked_token_is_told_when_the_group_can_be_reached_again(world: World) -> None:
    await world.settle()
    token, world.bot.token = world.bot.token, "123456:OTHER"
    await world.bot.down()
    await world.bot.up()

    async def failing() -> str:
        async with world.store.view() as view:
            return await view.recall("failing.telegram")

    await until(failing)
    for _ in range(12):
        await moments(world, 60, step=60)
        for tick in world.running.ticks():
            await tick.run()
    world.bot.token = token
    await moments(world, 60, step=60)
    await until(lambda: said(world, "Telegram не узнаёт токен"))
    assert "BotFather" in said(world, "Telegram не узнаёт токен")[0].text

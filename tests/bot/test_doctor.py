"""What the doctor finds out about Telegram, and what it advises."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.doctor import check
from desk.findings import FAILED, OK, WARNING, Finding
from desk.texts import say
from playground.botapi import BotApiServer
from tests.bot.conftest import make_settings
from tests.bot.updates import GROUP


async def examine(server: BotApiServer, language: str = "ru", **telegram: Any) -> dict[str, Finding]:
    settings = make_settings(api=server.url, **telegram).telegram
    now = telegram.pop("now", None) or (lambda: datetime.now(UTC))
    return {finding.name: finding for finding in await check(settings, language, now=now)}


def named(key: str, language: str = "ru") -> str:
    return say(language, f"bot.check_{key}")


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_all_is_well(server: BotApiServer, language: str) -> None:
    server.world.group("Инженеры", chat_id=GROUP)
    found = await examine(server, language)
    assert {finding.state for finding in found.values()} == {OK}
    keys = ("api", "clock", "token", "webhook", "group", "topics", "admin", "reactions")
    assert list(found) == [named(key, language) for key in keys]
    assert "123456:TEST" not in str(list(found.values()))


@pytest.mark.parametrize(
    ("trouble", "name", "state", "words"),
    [
        ("webhook", "webhook", FAILED, "deleteWebhook"),
        ("no_group", "group", FAILED, "-100"),
        ("migrated", "group", FAILED, "telegram.group = -100"),
        ("flat", "topics", WARNING, "Включите темы"),
        ("flat_private", "admin", FAILED, "setprivacy"),
        ("demoted", "admin", FAILED, "Управление темами"),
        ("no_topics_right", "admin", FAILED, "Управление темами"),
        ("kicked", "group", FAILED, "Добавьте"),
        ("reactions", "reactions", WARNING, "Разрешите"),
        ("away_later", "webhook", WARNING, ""),
        ("token", "token", FAILED, ""),
        ("getme", "token", FAILED, "telegram.api"),
        ("member", "admin", FAILED, "Добавьте"),
    ],
)
async def test_each_trouble_has_its_advice(
    server: BotApiServer, trouble: str, name: str, state: str, words: str
) -> None:
    if trouble != "no_group":
        flat = trouble.startswith("flat")
        group = server.world.group(
            "Инженеры", chat_id=GROUP, forum=not flat, bot_is_admin=trouble != "flat_private",
            reactions=["👍"] if trouble == "reactions" else "all",
        )  # fmt: skip
    more: dict[str, Any] = {}
    match trouble:
        case "webhook":
            server.settings.webhook = {"url": "https://example.com/bot123456:TEST/hook"}
        case "migrated":
            group.migrate()
        case "demoted":
            group.demote_bot()
        case "no_topics_right":
            group.promote_bot(without=["can_manage_topics"])
        case "kicked":
            group.ban_bot()
        case "away_later":
            server.fail_next("getWebhookInfo", 502)
        case "token":
            more["token"] = "123456:WRONG"
        case "getme":
            server.fail_next("getMe", 502, times=2)
        case "member":
            server.fail_next("getChatMember", 400, "Bad Request: member list is inaccessible")
    found = await examine(server, **more)
    finding = found[named(name)]
    assert finding.state == state
    assert words in finding.advice
    assert "TEST" not in str(finding)


async def test_a_clock_that_is_wrong(server: BotApiServer) -> None:
    server.world.group("Инженеры", chat_id=GROUP)
    settings = make_settings(api=server.url).telegram
    found = await check(settings, "ru", now=lambda: datetime.now(UTC) + timedelta(minutes=5))
    clock = next(finding for finding in found if finding.name == named("clock"))
    assert clock.state == WARNING
    assert "NTP" in clock.advice


async def test_telegram_that_does_not_answer(server: BotApiServer) -> None:
    await server.down()
    found = await examine(server)
    assert found[named("api")].state == FAILED
    assert list(found) == [named("api")]


async def test_a_proxy_that_does_not_run(server: BotApiServer) -> None:
    found = await examine(server, proxy="socks5://user:secret@127.0.0.1:9")
    assert list(found) == [named("proxy")]
    assert found[named("proxy")].state == FAILED
    assert "secret" not in str(found)


async def test_a_proxy_that_is_no_proxy(server: BotApiServer) -> None:
    """It answers, but not as a proxy: the connection through it fails in words."""
    found = await examine(server, proxy=server.url.replace("http", "socks5"))
    assert found[named("proxy")].state == OK
    assert found[named("api")].state == FAILED

"""What the doctor finds out about lines' own groups, and about who leads."""

from typing import Any

import pytest

from bot.group_doctor import check
from desk.findings import FAILED, OK, WARNING, Finding
from desk.settings import ClientGroup, Settings
from playground.botapi import BotApiServer
from tests.bot.updates import GROUP, TOKEN

SECOND = -1001000000055
THEIRS = -1001000000077


def settings(server: BotApiServer, *, keep: str | None = None, people: Any = ()) -> Settings:
    telegram = {"token": TOKEN, "group": GROUP, "api": server.url} | ({"topic_retention": keep} if keep else {})
    lines = [
        {"name": "first", "title": "Первая"},
        {"name": "second", "title": "Вторая", "group": SECOND},
        {"name": "third", "title": "Третья", "group": SECOND},
    ]
    tables = {"desk": {"name": "Ромашка"}, "telegram": telegram, "line": lines, "person": list(people)}
    return Settings.model_validate({**tables, "rule": [{"name": "all", "when": {"always": True}, "line": "first"}]})


@pytest.mark.parametrize(
    ("trouble", "state", "words"),
    [
        ("", OK, "Бригада"),
        ("missing", FAILED, "Добавьте бота"),
        ("kicked", FAILED, "Добавьте бота"),
        ("demoted", FAILED, "Управление темами"),
        ("no_right", FAILED, "Управление темами"),
        ("no_delete", FAILED, "Удаление сообщений"),
        ("migrated", FAILED, "group = -100"),
        ("flat", WARNING, "Включите темы"),
        ("reactions", WARNING, "Разрешите"),
    ],
)
async def test_a_lines_group_is_one_finding(server: BotApiServer, trouble: str, state: str, words: str) -> None:
    server.world.group("Инженеры", chat_id=GROUP)
    if trouble != "missing":
        reactions = ["👍"] if trouble == "reactions" else "all"
        group = server.world.group("Бригада", chat_id=SECOND, forum=trouble != "flat", reactions=reactions)
    match trouble:
        case "kicked":
            group.ban_bot()
        case "demoted":
            group.demote_bot()
        case "no_right":
            group.promote_bot(without=["can_manage_topics"])
        case "no_delete":
            group.promote_bot(without=["can_delete_messages"])
        case "migrated":
            group.migrate()
    found = await check(settings(server, keep="90 days" if trouble == "no_delete" else None))
    (finding,) = [one for one in found if "Вторая, Третья" in one.name]
    assert finding.state == state
    assert words in f"{finding.detail} {finding.advice}"
    assert TOKEN not in str(found)


async def leads(server: BotApiServer, people: Any = ()) -> Finding:
    return (await check(settings(server, people=people)))[-1]


async def test_leads_are_whom_the_configuration_or_the_group_makes_one(server: BotApiServer) -> None:
    """A person named "engineer" leads nobody, also as an administrator; bots lead nobody."""
    group = server.world.group("Инженеры", chat_id=GROUP)
    boss, vera = server.world.person("Глава"), server.world.person("Вера", username="vera_v")
    group.add(boss, admin=True)
    group.add(vera, admin=True)
    people = [
        {"telegram": "@vera_v", "name": "Вера"},
        {"telegram": 77, "name": "Мария Иванова", "role": "lead"},
    ]
    finding = await leads(server, people)
    assert finding.state == OK
    assert finding.detail.startswith("Мария Иванова")
    assert "Глава" in finding.detail
    assert "Вера" not in finding.detail
    assert "otvet" not in finding.detail.lower()


async def test_the_right_to_delete_is_looked_at_where_topics_are_to_be_deleted(server: BotApiServer) -> None:
    group = server.world.group("Инженеры", chat_id=GROUP)
    group.promote_bot(without=["can_delete_messages"])
    assert "Удаление" not in str(await check(settings(server)))
    assert "Удаление сообщений" in str(await check(settings(server, keep="30 days")))


@pytest.mark.parametrize(
    ("trouble", "state", "words"),
    [
        ("", OK, "Акме"),
        ("missing", FAILED, "Добавьте бота"),
        ("kicked", FAILED, "Добавьте бота"),
        ("deaf", WARNING, "администратором"),
        ("migrated", WARNING, "chat = -100"),
    ],
)
async def test_a_clients_group_is_one_finding(server: BotApiServer, trouble: str, state: str, words: str) -> None:
    """Whether the bot is in it, and hears who mentions it."""
    server.world.group("Инженеры", chat_id=GROUP)
    if trouble != "missing":
        group = server.world.group("Акме", chat_id=THEIRS, forum=False)
        match trouble:
            case "kicked":
                group.ban_bot()
            case "deaf":
                group.demote_bot()
            case "migrated":
                group.migrate()
    bound = settings(server).model_copy(
        update={"client_group": [ClientGroup.model_validate({"chat": THEIRS, "organisation": "A-1042"})]}
    )
    (finding,) = [one for one in await check(bound) if "A-1042" in one.name]
    assert finding.state == state
    assert words in f"{finding.detail} {finding.advice}"

"""How the bot presents itself: lists by chat and language, what is set when, and what Telegram refuses."""

from typing import Any

import pytest

from bot.doctor import check
from bot.profile import LEADS, MOST, bring_in_line, differing, entries
from bot.session import open_bot
from desk.commands import COMMANDS
from desk.findings import FAILED, OK, WARNING
from desk.menu import COMMANDS as CLIENTS
from desk.settings import Telegram
from desk.texts import LANGUAGES, Texts, sentences
from playground.botapi import BotApiServer, Group
from tests.bot.updates import GROUP, TOKEN

WANTED = entries(Texts(), "ru", "Ромашка", [str(GROUP)])


@pytest.fixture
def group(server: BotApiServer) -> Group:
    return server.world.group("Инженеры", chat_id=GROUP)


@pytest.fixture
async def bot(server: BotApiServer) -> Any:
    made = open_bot(TOKEN, server.url, None)
    yield made
    await made.session.close()


def setters(server: BotApiServer) -> int:
    return sum(call.method.startswith(("setMy", "setChatMenu")) for call in server.calls)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("area", "names"), [("group", COMMANDS), ("command", CLIENTS)])
def test_every_command_has_a_short_text(language: str, area: str, names: dict[str, Any]) -> None:
    """One to 256 characters (Bot API, BotCommand)."""
    known = sentences(language)
    assert [name for name in names if not 1 <= len(known.get(f"bot.{area}_{name}", "")) <= 256] == []


def test_no_list_has_more_commands_than_telegram_takes() -> None:
    assert len(COMMANDS) <= MOST


@pytest.mark.usefixtures("group")
async def test_whoever_types_is_offered_their_own_commands(server: BotApiServer, bot: Any) -> None:
    """A client by their app's language, an engineer the group's, an administrator a lead's as well."""
    server.settings.menus[0] = {"type": "default"}
    assert await bring_in_line(bot, WANTED) != ([], [])
    world = server.world
    john, eva, chief = (world.person("John", language_code="en"), world.person("Ева"), world.person("Шеф"))
    room = next(one for one in world.groups if one.id == GROUP)
    room.add(eva)
    room.add(chief, admin=True)

    def offered(person: Any, chat: Any) -> dict[str, str]:
        listed = server.settings.commands_for(chat, person.user)
        return {one["command"]: one["description"] for one in listed}

    assert offered(john, john.chat_here)["my"] == sentences("en")["bot.command_my"]
    assert offered(eva, eva.chat_here)["my"] == sentences("ru")["bot.command_my"]
    assert set(offered(eva, eva.chat_here)) == set(CLIENTS) - {"start"}
    assert not LEADS & set(offered(eva, room.chat))
    assert LEADS & set(COMMANDS) == LEADS & set(offered(chief, room.chat))
    assert "Ромашка" in server.settings.texts["description", ""]
    assert "Ромашка" in server.settings.texts["short_description", "en"]
    assert server.settings.menus[0] == {"type": "commands"}


@pytest.mark.usefixtures("group")
async def test_what_stands_already_is_not_set_again(server: BotApiServer, bot: Any) -> None:
    await bring_in_line(bot, WANTED)
    calls = setters(server)
    assert await bring_in_line(bot, WANTED) == ([], [])
    assert setters(server) == calls
    server.settings.texts["description", "en"] = "Something else"
    assert [entry.name for entry, _ in await differing(bot, WANTED)] == ["description en"]
    assert await bring_in_line(bot, WANTED) == (["description en"], [])


@pytest.mark.parametrize("own", ["", "Наша поддержка, пишите смело"])
async def test_the_start_sets_what_is_missing_and_leaves_what_an_operator_wrote(
    server: BotApiServer, make_room: Any, own: str
) -> None:
    """And asks and sets nothing at the next one."""
    server.world.group("Инженеры", chat_id=GROUP)
    if own:
        server.settings.texts["description", ""] = own
    await make_room()
    texts = server.settings.texts
    assert texts["description", ""] == own or "ООО Ромашка" in texts["description", ""]
    assert ("short_description", "en") in texts
    calls = len([one for one in server.calls if "My" in one.method or "Menu" in one.method])
    await make_room()
    assert len([one for one in server.calls if "My" in one.method or "Menu" in one.method]) == calls


async def test_one_refusal_hinders_no_other(bot: Any) -> None:
    """A group that the bot is not in takes no list; everything else is set all the same."""
    done, refused = await bring_in_line(bot, WANTED)
    of_the_group = [f"commands group {GROUP}", f"commands administrators {GROUP}"]
    assert [words.partition(":")[0] for words in refused] == of_the_group
    assert all("chat not found" in words for words in refused)
    left = [one for one in WANTED if one.name not in of_the_group]
    assert done
    assert await differing(bot, left) == []


@pytest.mark.usefixtures("group")
async def test_the_doctor_tells_what_differs_and_mends_it_when_asked(server: BotApiServer) -> None:
    settings = Telegram(token=TOKEN, api=server.url, group=GROUP)

    async def finding(*, fix: bool = False) -> Any:
        found = await check(settings, "ru", now=server.world.now, presents=WANTED, fix=fix)
        return next(one for one in found if one.name == sentences("ru")["bot.check_presented"])

    server.settings.menus[0] = {"type": "default"}
    assert (await finding()).state == WARNING
    assert "--fix" in (await finding()).advice
    assert "menu button" in (await finding(fix=True)).detail
    assert (await finding()).state == OK
    server.fail_next("getMyCommands", status=500, description="Internal Server Error")
    assert (await finding(fix=True)).state == FAILED

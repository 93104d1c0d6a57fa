"""The local Bot API server's own README: its code runs, its lists are those of the code."""

import re
import shlex
from pathlib import Path
from typing import Any, Final

import aiohttp

import playground.botapi
from playground.botapi import BotApiServer
from playground.botapi.__main__ import arguments
from playground.botapi.calls.table import HANDLERS
from playground.botapi.checks import METHODS, NOT_HERE, WITHOUT_EFFECT
from playground.botapi.control import ACTIONS, FAULTS

README: Final = (Path(playground.botapi.__file__).parent / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def words(text: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", text))


def section(heading: str) -> list[str]:
    """The paragraphs under that heading."""
    return README.split(f"\n## {heading}\n")[1].split("\n## ")[0].strip().split("\n\n")


for block in blocks("python"):
    # Fixtures and tests, as a reader would take them over: pytest finds them here like any others.
    exec(compile(block, "README.md", "exec"))  # noqa: S102 - the project's own words


def test_the_readmes_tests_are_found() -> None:
    """Both examples are tests of this module."""
    assert {"test_my_bot_answers", "test_my_bot_survives"} <= set(globals())


async def test_every_line_of_the_control_side_works() -> None:
    """Each curl of the README, in order, does what it says."""
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("curl")]
    orders = [shlex.split(part) for line in lines for part in line.split("; ")]
    told = {}
    async with BotApiServer(control=True) as server, aiohttp.ClientSession() as http:
        for _, address, *data in orders:
            url = address.replace("$C", f"{server.url}/control")
            body = {"data": data[1].encode()} if data else {}
            async with http.request("POST" if data else "GET", url, **body) as answer:
                told[address] = await answer.json()
                assert told[address]["ok"], (address, data, told[address])
    assert len(orders) > 10
    assert "in the topic" in told["$C/transcript"]["result"]


def test_the_lists_are_complete() -> None:
    """Actions, methods, parameters and options are those that there are."""
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", "\n".join(section("Over HTTP")), re.MULTILINE))
    assert words(rows.pop("`/control/fault`")) == FAULTS
    assert set().union(*map(words, rows.values())) - {""} == ACTIONS
    here, missing, _ = section("Methods")
    known = {method.__api_method__ for method in METHODS.values()}
    assert words(here) == {METHODS[name].__api_method__ for name in HANDLERS}
    assert words(missing) == known - words(here)
    refused, idle = section("Parameters")
    assert (words(refused), words(idle)) == (NOT_HERE, WITHOUT_EFFECT)
    options = {f"--{name.replace('_', '-')}" for name in vars(arguments([]))}
    assert set(re.findall(r"`(--[a-z-]+)`", "\n".join(section("Start it")))) == options | {"--help"}


async def test_people_do_not_act_for_a_strange_page() -> None:
    """A page of another address, or whose name was bent to this one, is refused; broken orders are the asker's mistake."""
    async with BotApiServer(control=True) as server, aiohttp.ClientSession() as http:

        async def ask(data: Any, **headers: str) -> int:
            async with http.post(f"{server.url}/control/person", data=data, headers=headers) as answer:
                return answer.status

        assert await ask('{"name": "X"}', Origin="https://evil.example") == 403
        bent = f"evil.example:{server.url.rpartition(':')[2]}"
        assert await ask('{"name": "X"}', Origin=f"http://{bent}", Host=bent) == 403
        assert [await ask("{", Host=host) for host in (bent, "[", "localhost:1", "[::1]:1")] == [403, 403, 400, 400]
        assert server.world.people == []
        assert await ask('{"name": "X"}', Origin=server.url) == 200
        assert [await ask(body) for body in ("{", "[1]", '{"nom": "X"}')] == [400, 400, 400]
        async with http.post(f"{server.url}/control/fault", json={"action": "hang", "when": "x"}) as answer:
            assert answer.status == 400
        order = {"person": "X", "action": "say", "text": 5}
        async with http.post(f"{server.url}/control/do", json=order) as answer:
            assert answer.status == 400

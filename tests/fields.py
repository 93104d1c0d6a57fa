"""A small configuration of fields for stories, and what stories look at."""

from typing import Any

from desk.accounts import Detail
from desk.people import Audit
from playground.botapi import Person
from tests.world import World


def field(name: str, ru: str, en: str, **more: Any) -> dict[str, Any]:
    words = {"ru": ru, "en": en}
    return {"name": name, "title": words, "ask": {"ru": f"{ru}, напишите?", "en": f"{en}, please?"}, **more}


FIELDS = [
    field("inn", "ИНН", "TIN", check="inn"),
    field("version", "Версия", "Version", check="version"),
    field("many", "Сколько людей", "How many", choices={"ru": ["один", "все"], "en": ["one", "everyone"]}),
    field("log", "Лог", "Log", check="file"),
    field("contact", "Контакт", "Contact", **{"from": "client"}),
    field("login", "Доступ", "Log-in", secret=True, labels=["пароль"]),
]


def tables(*needed: str, **rule: Any) -> dict[str, Any]:
    """Every request is an error and needs those fields."""
    return {
        "field": FIELDS,
        "requires": {"error": list(needed), "request": ["contact", "version"]},
        "rule": [{"name": "all", "when": {"always": True}, "line": "first", "type": "error", **rule}],
    }


def asked(person: Person) -> list[str]:
    """What somebody was asked in their chat, by the questions' first words."""
    lines = [line for one in person.received for line in one.text.splitlines()]
    return [line.partition(",")[0] for line in lines if line.endswith("напишите?")]


async def say(world: World, person: Person, text: str, **more: Any) -> None:
    person.say(text, **more)
    await world.settle()


async def values(world: World) -> dict[str, str]:
    """Every value of every ticket, by field."""
    async with world.store.view() as view:
        return {one.name: one.value for one in await view.find(Detail) if one.value}


async def card(world: World, number: str = "SD-1") -> str:
    """The card as it stands now."""
    await world.advance(seconds=4)
    return world.group.topic(f"{number} ·").messages[0].text


async def trail(world: World) -> list[str]:
    async with world.store.view() as view:
        return [entry.what for entry in await view.find(Audit)]

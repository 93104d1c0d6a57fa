"""A line that is a partner's: the ticket goes there by mail, the answers come into its topic, the client hears neither."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.parcels import ParcelState, Purpose
from desk.tickets import Participant, Standing, Status
from playground.botapi import Person
from playground.botapi.model import Topic
from tests.steps import HELD, chat, last_mail, mail, mails_of, order, said_in, said_to, text_of
from tests.world import SUPPORT, World

VENDOR = "support@vendor.example"
LINES = [
    {"name": "first", "title": "Первая линия"},
    {"name": "vendor", "title": "Вендор", "address": VENDOR, "language": "ru"},
]
RULES = [{"name": "all", "when": {"always": True}, "line": "first"}]


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables = {"line": LINES, "rule": RULES}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as made:
        await made.mails.user(VENDOR)
        yield made


async def handed_over(world: World, words: str = "Посмотрите журнал, падает служба печати") -> tuple[Person, Topic]:
    """A client's ticket that the partner has."""
    ann = await chat(world, "Анна", "Принтер не печатает, мой телефон +7 903 123-45-67, почта ann@home.example")
    topic = world.group.topic("SD-1 ·")
    world.group.say(world.engineer, "внутри: клиент скандальный", topic=topic)
    await world.settle()
    await order(world, "SD-1", f"/line vendor {words}")
    return ann, topic


async def answer_of_vendor(world: World, text: str, **more: Any) -> None:
    """The partner answers the last mail that they had from us."""
    got = await last_mail(world, VENDOR)
    more = {"in_reply_to": got["Message-ID"], "references": [got["Message-ID"]], **more}
    await mail(world, more.pop("sender", VENDOR), f"Re: {got['Subject']}", text, **more)


async def test_a_ticket_goes_to_a_partner_and_the_client_is_told_only_that_it_depends_on_them(world: World) -> None:
    """The mail has number, words and the client's own; neither a note nor how to reach the client."""
    ann, topic = await handed_over(world)
    got = await last_mail(world, VENDOR)
    text = text_of(got)
    assert "SD-1" in got["Subject"]
    assert "падает служба печати" in text
    assert "Принтер не печатает" in text
    for hidden in ("скандальный", "903 123", "ann@home.example", "Анна"):
        assert hidden not in got.as_string() + text + got["Subject"]
    (ticket,) = await world.tickets()
    assert (ticket.line, ticket.status, ticket.third_party) == ("vendor", Status.THIRD_PARTY, "Вендор")
    assert "Вендор" in said_to(ann)
    assert "служба печати" not in said_to(ann)
    assert any("передал(а) партнёру" in one.text for one in topic.messages)

"""What rules do besides choosing a line: whose ticket it is, who is called, by which plan, what later rules see."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from desk.organisations import Organisation
from desk.people import Audit, Client
from desk.tickets import Priority, Ticket, Type
from tests.steps import chat, mail, order, said_in
from tests.world import World

LEAD = {"telegram": 777, "name": "Мария", "role": "lead"}
REST = {"name": "rest", "when": {"always": True}, "line": "first"}
PLANS = [
    {"name": "base", "title": "Базовая", "base": True, "first_answer": "16 working hours"},
    {"name": "vip", "title": "Особая", "first_answer": "2 working hours"},
]


def world_of(clock: Any, url: str, folder: Path, *rules: dict[str, Any], people: Any = (), **more: Any) -> World:
    return World(
        clock=clock, url=url, folder=folder, tables={"rule": [*rules, REST], "person": [LEAD, *people], **more}
    )


def on(name: str, **keys: Any) -> dict[str, Any]:
    return {"name": name, "when": {"always": True}, "stop": False, **keys}


async def first(world: World) -> Ticket:
    return (await world.tickets())[0]


async def test_rules_that_go_on_make_one_ticket(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """Type, priority, tags and plan are the ticket's, `/why` names every rule that fitted with what it did."""
    rules = (
        on("errors", when={"mentions": ["не печатает"]}, type="error", tags=["print"]),
        on("printing", when={"type": "error", "tags": "print"}, priority="high", plan="vip"),
        on("others", when={"channel": "mail"}, tags=["mail"]),
    )
    async with world_of(clock, sqlite_url, tmp_path, *rules, plan=PLANS) as world:
        await chat(world, "Анна", "Принтер не печатает")
        ticket = await first(world)
        assert (ticket.type, ticket.priority, ticket.tags) == (Type.ERROR, Priority.HIGH, ["print"])
        assert (ticket.plan, ticket.plan_by, ticket.line) == ("vip", "rule", "first")
        await order(world, "SD-1", "/why")
        said = said_in(world.group.topic("SD-1 ·"))
        assert "✓ errors: упомянуто «не печатает» → тип — ошибка; метки «print»; дальше по правилам" in said
        assert (
            "✓ printing: тип — ошибка; есть метка «print» → приоритет — высокий; план vip; дальше по правилам" in said
        )
        assert "– others: канал — не почта" in said
        assert "✓ rest: подходит всегда → линия first" in said


async def test_a_rule_gives_the_ticket_to_a_person_and_calls_others(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """By mail: the card names whose it is, the topic mentions both, and a name with signs of HTML stays a name."""
    people = [{"telegram": "@olga_k", "name": "Ольга <b>К</b>", "lines": ["second"]}]
    rule = {"name": "a<i>b", "when": {"to": "@partner.example"}, "line": "second"}
    rule |= {"assign": "Ольга <b>К</b>", "notify": ["leads", "Ольга <b>К</b>"]}
    async with world_of(clock, sqlite_url, tmp_path, rule, people=people) as world:
        await world.mails.user("boss@partner.example")
        await mail(world, "ann@client.example", "Вопрос", "Когда?", cc=["boss@partner.example"])
        ticket = await first(world)
        assert (ticket.line, ticket.taken_by, ticket.taken_id) == ("second", "Ольга <b>К</b>", "@olga_k")
        topic = world.group.topic("SD-1 ·")
        assert "Ольга <b>К</b>" in topic.messages[0].text
        assert [one.text for one in topic.messages if "(правило «a<i>b»)" in one.text] == [
            "@olga_k, заявка ваша (правило «a<i>b»).",
            "Мария, посмотрите, пожалуйста (правило «a<i>b»).",
        ]
        async with world.store.view() as view:
            (entry,) = await view.find(Audit, what="ticket opened")
        assert entry.data["taken"] == "Ольга <b>К</b>"


async def test_tickets_for_whoever_is_on_duty_go_round(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """To those on duty on the line, the one with the fewest open ones; else to all of the line; else to nobody."""
    rule = {"name": "duty", "when": {"channel": "telegram"}, "line": "second", "assign": "on-duty"}
    async with world_of(clock, sqlite_url, tmp_path, rule) as world:
        boris = {"telegram": world.engineer.id, "name": "Борис Б.", "lines": ["second"]}
        world.tables["person"] = [{**LEAD, "lines": ["first"]}, boris, {"telegram": "@vera1", "name": "Вера"}]
        await world.stop()
        await world.start()
        vera, guest = world.bot.world.person("Вера", username="Vera1"), world.bot.world.person("Гость")
        for one in (vera, guest):
            world.group.add(one)
        for number, who in ((1, "Борис Б."), (2, "Вера"), (3, "Борис Б.")):
            await chat(world, f"Клиент {number}", "Не работает")
            assert (await world.tickets())[-1].taken_by == who
        world.group.say(vera, "/onduty")
        await world.settle()
        assert "Дежурят: Вера." in said_in(world.group.general)
        await chat(world, "Клиент 4", "Не работает")
        await chat(world, "Клиент 5", "Не работает")
        assert [(one.taken_by, one.taken_id) for one in (await world.tickets())[3:]] == [("Вера", str(vera.id))] * 2
        world.group.say(vera, "/offduty")
        world.group.say(vera, "/offduty")
        world.group.say(guest, "/onduty")
        await world.settle()
        general = said_in(world.group.general)
        assert "Сейчас не дежурит никто" in general
        assert "Вы и так не дежурите." in general
        assert f"telegram = {guest.id}" in general
        await chat(world, "Клиент 6", "Не работает")
        assert (await world.tickets())[-1].taken_by == "Борис Б."
        world.tables["person"] = [{**LEAD, "lines": ["first"]}]
        await world.stop()
        await world.start()
        await chat(world, "Клиент 7", "Не работает")
        assert (await world.tickets())[-1].taken_by == ""
        async with world.store.view() as view:
            assert [one.who for one in await view.find(Audit, what="on duty")] == ["Вера"]


async def test_rules_know_whose_request_it_is(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """Organisation, contract, labelled lines and a person's other addresses; a client without any falls to the rest."""
    field = {"name": "inn", "title": {"ru": "ИНН", "en": "INN"}, "ask": {"ru": "ИНН?", "en": "INN?"}, "check": "inn"}
    rules = (
        on("a", when={"organisation": "ооо василёк", "client_id": "a-1042", "product": "Учёт"}, tags="known"),
        on("b", when={"plan": "vip"}, tags="vip"),
        on("c", when={"fields": {"inn": "7707083893"}}, tags="inn"),
        on("d", when={"client": "ann@client.example"}, tags="ann"),
    )
    async with world_of(clock, sqlite_url, tmp_path, *rules, plan=PLANS, field=[field]) as world:
        await mail(world, "Анна <ann@client.example>", "Вопрос", "Когда?")
        async with world.store.unit() as unit:
            at = world.clock()
            company = await unit.add(
                Organisation(
                    number="A-1042", name="ООО Василек", plan="vip", product="Учёт", created_at=at, changed_at=at
                )
            )
            [client] = await unit.find(Client)
            await unit.save(replace(client, organisation_id=company.id))
            await unit.commit()
        await mail(world, "Анна <ann@client.example>", "Ещё", "Не печатает.\nИНН: 7707083893")
        await chat(world, "Вера", "Сканер.\nИНН: 7707083894")
        assert [one.tags for one in await world.tickets()] == [["ann"], ["known", "vip", "inn", "ann"], []]
        kept = (await world.tickets())[1].verdict["facts"]
        assert "7707083893" not in str(kept)
        assert (kept["organisation"], kept["plan"]) == ("ООО Василек", "vip")


async def test_a_thousand_rules_that_did_not_match_are_not_kept_with_every_ticket(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """Those that did are, wherever they stand."""
    many = [{"name": f"r{n}", "when": {"mentions": [f"слово{n}"]}, "line": "second"} for n in range(300)]
    async with world_of(clock, sqlite_url, tmp_path, on("first", tags="x"), *many) as world:
        await chat(world, "Анна", "Принтер")
        asked = (await first(world)).verdict["asked"]
        assert [one["rule"] for one in asked] == ["first", *(f"r{n}" for n in range(270, 300)), "rest"]

"""What is missing, asked for in a Telegram chat: one question at a time, never mixed up, nothing lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desk.organisations import Organisation
from desk.people import Client
from desk.tickets import Kind, Message
from tests.fields import FIELDS, asked, card, field, say, tables, trail, values
from tests.steps import answer, chat, order, said_in, said_to
from tests.world import World


@pytest.fixture
def opened(sqlite_url: str, clock: Any, tmp_path: Path) -> Any:
    """A desk whose requests need those fields."""

    @asynccontextmanager
    async def open_(*needed: str, more: Any = None, **rule: Any) -> AsyncIterator[World]:
        made = {**tables(*needed, **rule), **(more or {})}
        async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=made, with_mail=False) as world:
            yield world

    return open_


async def test_questions_come_one_at_a_time_after_the_receipt(opened: Any) -> None:
    """Three at most; the words are in the ticket, the card says what is known and what is missing."""
    async with opened("version", "many", "log", "inn") as world:
        ann = await chat(world, "Анна", "Не печатает принтер")
        receipt = next(place for place, one in enumerate(ann.received) if "зарегистрирована" in one.text)
        question = next(place for place, one in enumerate(ann.received) if "Версия" in one.text)
        assert receipt < question
        assert asked(ann) == ["Версия"]
        await say(world, ann, "4.2.1")
        assert asked(ann) == ["Версия", "Сколько людей"]
        assert await ann.press(ann.last("Сколько людей"), "все") == "все"
        await world.settle()
        ann.send_photo(b"\xff\xd8screen")
        await world.settle()
        assert asked(ann) == ["Версия", "Сколько людей", "Лог"]
        assert ann.received[-1].text == "Спасибо, записали."
        assert set(await values(world)) == {"version", "many", "log"}
        shown = await card(world)
        assert "Версия — 4.2.1" in shown
        assert "Не хватает: инн" in shown
        topic = said_in(world.group.topic("SD-1 ·"))
        assert "↳ ответ на вопрос: Версия" in topic
        assert "Анна: Сколько людей — все" in topic
        async with world.store.view() as view:
            words = [one.text for one in await view.find(Message, kind=Kind.WORDS)]
        assert words == ["Не печатает принтер", "4.2.1", ""]
        await say(world, ann, "Ну что там?")
        assert asked(ann) == ["Версия", "Сколько людей", "Лог"]  # silence until an engineer asks
        assert len(await world.tickets()) == 1


async def test_what_the_client_tells_by_itself_is_not_asked(opened: Any) -> None:
    async with opened("contact", "inn", "version", "log", "many") as world:
        ann = world.person("Анна")
        ann.start()
        ann.send_document(b"log", "app.log", caption="Сломалось\nИНН: 7707083893\nВерсия: 4.2")
        await world.settle()
        assert asked(ann) == ["Сколько людей"]
        shown = await card(world)
        assert "ИНН — 7707083893; Версия — 4.2; Лог — app.log; Контакт — Анна" in shown
        assert "Не хватает: сколько людей" in shown
        await say(world, ann, "Ошибся\nВерсия: 4.3")  # a later word of theirs counts
        assert (await values(world))["version"] == "4.3"


async def test_an_answer_that_does_not_fit_is_said_once_then_the_question_is_dropped(opened: Any) -> None:
    async with opened("version", "inn") as world:
        ann = await chat(world, "Анна", "Сломалось")
        await say(world, ann, "не знаю")
        assert "не похоже на версию" in ann.received[-1].text
        assert asked(ann) == ["Версия"]
        await say(world, ann, "правда не знаю")
        assert asked(ann) == ["Версия", "ИНН"]
        assert await ann.press(ann.last("ИНН"), "Пропустить") == "Пропустили."
        await world.settle()
        assert "Не хватает: версия, инн" in await card(world)
        assert said_to(ann).count("не похоже") == 1
        ann.say("4.2", reply_to=next(one for one in ann.received if "Версия" in one.text))
        await world.settle()
        assert await values(world) == {"version": "4.2"}  # a reply to an old question answers that one
        await world.advance(minutes=1)  # several words within a minute change the card once
        assert "Не хватает: инн" in await card(world)
        async with world.store.view() as view:
            assert await view.count(Message, kind=Kind.WORDS) == 4


async def test_two_words_at_once_answer_one_question(opened: Any) -> None:
    """The second was written before the next question was seen: it stays words."""
    async with opened("version", "many") as world:
        ann = await chat(world, "Анна", "Сломалось")
        ann.say("4.2")
        ann.say("один раз было")
        await world.settle()
        assert await values(world) == {"version": "4.2"}
        assert asked(ann) == ["Версия", "Сколько людей"]
        question = ann.last("Сколько людей")
        await ann.press(question, "один", timeout=None)
        await ann.press(question, "все", timeout=None)
        await world.settle()
        assert (await values(world))["many"] in {"один", "все"}
        assert said_to(ann).count("Спасибо, записали.") == 1


async def test_another_ticket_takes_nothing_from_this_ones_question(opened: Any) -> None:
    async with opened("version") as world:
        ann = await chat(world, "Анна", "Не печатает принтер")
        first = ann.last("Версия")
        await say(world, ann, "/new Нужен доступ 5")
        assert len(await world.tickets()) == 2
        assert await values(world) == {}
        ann.say("4.1", reply_to=first)
        await world.settle()
        assert "Версия — 4.1" in await card(world, "SD-1")
        assert "Не хватает: версия" in await card(world, "SD-2")
        ann.say("4.2", reply_to=ann.last("SD-2 · "))
        await world.settle()
        assert "Версия — 4.2" in await card(world, "SD-2")
        assert "Версия — 4.1" in await card(world, "SD-1")


async def test_a_restart_in_the_middle_changes_nothing(opened: Any) -> None:
    async with opened("version", "many") as world:
        ann = await chat(world, "Анна", "Сломалось")
        await world.stop()
        ann.say("4.2")
        await world.start()
        await world.settle()
        assert await values(world) == {"version": "4.2"}
        assert asked(ann) == ["Версия", "Сколько людей"]


async def test_an_edited_answer_is_the_answer(opened: Any) -> None:
    async with opened("version", "many") as world:
        ann = await chat(world, "Анна", "Сломалось")
        word = ann.say("4.2")
        await world.settle()
        ann.edit(word, "4.3")
        await world.settle()
        assert await values(world) == {"version": "4.3"}
        assert asked(ann) == ["Версия", "Сколько людей"]


async def test_a_critical_ticket_is_not_asked_about_before_somebody_has_taken_it(opened: Any) -> None:
    async with opened("version", priority="critical") as world:
        ann = await chat(world, "Анна", "Всё встало")
        assert asked(ann) == []
        await order(world, "SD-1", "/take", go=False)
        assert asked(ann) == ["Версия"]


async def test_a_rule_that_gives_a_critical_ticket_to_somebody_is_no_person_who_took_it(opened: Any) -> None:
    boris = {"person": [{"telegram": 700000001, "name": "Борис"}]}
    async with opened("version", more=boris, priority="critical", assign="Борис") as world:
        ann = await chat(world, "Анна", "Всё встало")
        assert (await world.tickets())[0].taken_by == "Борис"
        assert asked(ann) == []
        await world.group.press(world.engineer, world.group.topic("SD-1 ·").messages[0], "Взять")
        await world.settle()
        assert asked(ann) == ["Версия"]


async def test_nothing_is_asked_while_people_talk(opened: Any) -> None:
    """An engineer's answer ends the asking; a question that is open then is answered by a reply or a button alone."""
    async with opened("version", "many") as world:
        ann = await chat(world, "Анна", "Сломалось")
        await answer(world, "SD-1", "А сколько принтеров?")
        await say(world, ann, "5")
        assert await values(world) == {}
        ann.say("4.2", reply_to=ann.last("Версия"))
        await world.settle()
        assert await values(world) == {"version": "4.2"}
        assert asked(ann) == ["Версия"]


async def test_shadow_mode_asks_nothing(opened: Any) -> None:
    async with opened("version", more={"desk": {"quiet": True}}) as world:
        ann = await chat(world, "Анна", "Сломалось\nИНН: 7707083893")
        assert not [one for one in ann.chat if one.from_bot]
        shown = await card(world)
        assert "ИНН — 7707083893" in shown
        assert "Не хватает: версия" in shown


async def test_a_ticket_without_a_type_is_asked_when_the_client_says_what_it_is(opened: Any) -> None:
    async with opened("version", more=_untyped()) as world:
        ann = await chat(world, "Анна", "Сломалось")
        assert asked(ann) == []
        await ann.press(ann.last("зарегистрирована"), "Ошибка")
        await world.settle()
        assert asked(ann) == ["Версия"]


def _untyped() -> dict[str, Any]:
    return {"rule": [{"name": "all", "when": {"always": True}, "line": "first"}]}


async def test_a_rule_may_ask_whatever_the_type(opened: Any) -> None:
    async with opened(more={"rule": [{**_untyped()["rule"][0], "ask": ["many"]}]}) as world:
        ann = await chat(world, "Анна", "Сломалось")
        assert asked(ann) == ["Сколько людей"]
        await say(world, ann, "2")
        assert await values(world) == {"many": "все"}


async def test_a_message_that_was_another_question_takes_its_answers_along(opened: Any) -> None:
    async with opened("version") as world:
        ann = await chat(world, "Анна", "Не печатает\nВерсия: 1.0")
        await order(world, "SD-1", "/solved")
        await say(world, ann, "Нужен доступ\nИНН: 7707083893")
        await ann.press(ann.last("SD-1 «"), "Это другой вопрос")
        await world.settle()
        assert "ИНН" not in await card(world, "SD-1")
        assert "ИНН — 7707083893" in await card(world, "SD-2")
        assert asked(ann) == ["Версия"]


async def test_hostile_words_do_no_harm(opened: Any) -> None:
    async with opened("contact", "many", "version") as world:
        ann = await chat(world, "<b>Анна</b>", "Сломалось <script>&amp;\nВерсия: <i>4.2</i>\u202e")
        await say(world, ann, "<a href='x'>один</a>" + "&" * 3000)
        assert "Версия — <i>4.2</i>" in await card(world)
        assert "version" in await values(world)


async def test_engineers_fill_in_and_do_without(opened: Any) -> None:
    async with opened("version", "log", "many") as world:
        await chat(world, "Анна", "Сломалось")
        await order(world, "SD-1", "/set Версия 4.2")
        await order(world, "SD-1", "/set сколько людей: все")
        await order(world, "SD-1", "/waive log")
        shown = await card(world)
        assert "Версия — 4.2; Сколько людей — все" in shown
        assert "Не хватает" not in shown
        for words, said in (
            ("/set versoin 4", "Такого поля нет"),
            ("/set inn 12", "не проходит проверку"),
            ("/set inn", "/set inn значение"),
            ("/set login root", "секретное поле"),
            ("/waive", "Всё нужное уже есть"),
            ("/waive nothing", "Такого поля нет"),
            ("/secret", "Секретов в этой заявке нет"),
            ("/set", "many · Сколько людей: все"),
        ):
            await order(world, "SD-1", words, go=False)
            assert said in world.group.topic("SD-1 ·").messages[-1].text, words
        await order(world, "SD-1", "/set version -")
        assert "Не хватает: версия" in await card(world)
        assert [what for what in await trail(world) if what.startswith("field")] == [
            "field set", "field set", "field waived", "field emptied",
        ]  # fmt: skip


async def test_thanks_and_a_typed_skip_are_no_answers(opened: Any) -> None:
    async with opened("inn", "version") as world:
        ann = await chat(world, "Анна", "Сломалось")
        await say(world, ann, "спасибо!")
        assert asked(ann) == ["ИНН"]
        assert "не бывает" not in said_to(ann)
        await say(world, ann, "пропустить")
        assert asked(ann) == ["ИНН", "Версия"]
        word = ann.say("не скажу")
        await world.settle()
        ann.edit(word, "4.2")  # after all
        await world.settle()
        assert await values(world) == {"version": "4.2"}
        assert ann.received[-1].text == "Спасибо, записали."


async def test_rude_words_alone_are_no_answer(opened: Any) -> None:
    """They are the client's words and mark the ticket; the question stays."""
    lists: dict[str, Any] = {"conduct": {"words": [str(Path(__file__).parents[2] / "docs" / "samples" / "abuse.ru.txt")]}}
    lists["field"] = [field("place", "Место", "Place")]
    async with opened("place", more=lists) as world:
        ann = await chat(world, "Анна", "Сломалось")
        await say(world, ann, "Какие же вы идиоты")
        assert await values(world) == {}
        await say(world, ann, "Склад")
        assert await values(world) == {"place": "Склад"}
        assert "Какие же вы идиоты" in said_in(world.group.topic("SD-1 ·"))


async def test_what_is_known_of_the_client_is_never_asked(opened: Any) -> None:
    """It follows the client: whoever is found to be of an organisation later is so in their open tickets too."""
    known = {"from": "client_id"}
    fields = [
        {
            "name": "number",
            "title": {"ru": "Номер клиента", "en": "Client id"},
            "ask": {"ru": "Н?", "en": "N?"},
            **known,
        }
    ]
    more = {"field": fields, "requires": {"error": ["number"]}}
    async with opened(more=more) as world:
        ann = await chat(world, "Анна", "Сломалось")
        assert ann.received[-1].text == "Н?"
        async with world.store.unit() as unit:
            now = world.clock()
            company = await unit.add(Organisation(number="A-1042", name="Ромашка", created_at=now, changed_at=now))
            (client,) = await unit.find(Client)
            await unit.save(replace(client, organisation_id=company.id))
            await unit.commit()
        await order(world, "SD-1", "/note смотрим", go=False)
        await order(world, "SD-1", "/set", go=False)
        assert "Номер клиента: A-1042" in world.group.topic("SD-1 ·").messages[-1].text
        await say(world, ann, "/new Ещё вопрос")
        assert said_to(ann).count("Н?") == 1
        ben = await chat(world, "Борис К.", "Тоже")
        assert ben.received[-1].text == "Н?"


async def test_questions_that_a_client_asked_for_come_three_at_a_time_too(opened: Any) -> None:
    names = [f"v{number}" for number in range(5)]
    more = {"field": [{**FIELDS[1], "name": name} for name in names], "requires": {"error": names}}
    async with opened(*names, more=more, priority="critical") as world:
        ann = await chat(world, "Анна", "Сломалось")
        await order(world, "SD-1", "/info")
        listed = asked(ann)
        assert len(listed) == 5
        await ann.press(ann.last("Ждём вашего ответа"), "по одному")
        for number in range(3):
            await world.settle()
            await say(world, ann, f"{number}.0")
        assert len(asked(ann)) == 5 + 3
        more_of_them = ann.last("Осталось ещё 2 вопроса")
        await say(world, ann, "минутку")
        assert len(await values(world)) == 3
        await ann.press(more_of_them, "по одному")
        await world.settle()
        assert len(asked(ann)) == 5 + 4


async def test_a_field_that_is_configured_no_more_is_waited_for_no_more(opened: Any) -> None:
    async with opened("version", "many") as world:
        ann = await chat(world, "Анна", "Сломалось")
        await say(world, ann, "4.2")
        await world.stop()
        world.tables = {**tables("inn"), "field": FIELDS[:1], "requires": {"error": ["inn"]}}
        await world.start()
        await say(world, ann, "все")
        with pytest.raises(LookupError):
            ann.last("не похоже")
        assert await values(world) == {"version": "4.2"}
        assert "Не хватает: инн" in await card(world)
        assert await ann.press(ann.last("Сколько людей"), "все")
        await order(world, "SD-1", "/take", go=False)
        assert asked(ann) == ["Версия", "Сколько людей", "ИНН"]


async def test_a_shared_contact_and_an_album_are_answers_and_a_voice_is_none(opened: Any) -> None:
    phone = field("phone", "Телефон", "Phone", check="phone")
    async with opened("phone", "log", "version", more={"field": [*FIELDS, phone]}) as world:
        ann = await chat(world, "Анна", "Сломалось")
        ann.send_contact("+79991234567")
        await world.settle()
        assert (await values(world))["phone"] == "+79991234567"
        ann.album([b"\xff\xd8one", b"\xff\xd8two"])
        await world.settle()
        await world.advance(seconds=3)
        assert asked(ann) == ["Телефон", "Лог", "Версия"]
        ann.send_voice()
        await world.settle()
        assert "не похоже на версию" in ann.received[-1].text
        assert "version" not in await values(world)

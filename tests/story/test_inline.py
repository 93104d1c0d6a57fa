"""Inline mode: `@bot слово` in the group finds canned answers; a chosen one obeys the rule of every typed line."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.incoming import Raw
from desk.tickets import Kind, Message
from desk.workbench import Use
from playground.botapi.inline import InlineQuery, ask, choose
from tests.steps import chat, said_in, said_to
from tests.world import World

ANSWERS = {
    "password": "---\ntitle: Сброс пароля\nwords: пароль\n---\n## ru\n{name}, нажмите «Забыли пароль?».\n## en\n"
    "{name}, press the link.",
    "printer": "---\ntitle: Принтер\n---\nПроверьте бумагу <b>& кабель</b>.",
    "cable": "---\ntitle: Кабель\n---\nДля {product} нужен другой кабель.",
}


@pytest.fixture
async def inline(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    folder = tmp_path / "answers"
    folder.mkdir()
    for name, text in ANSWERS.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    library = {"answers": str(folder), "articles": str(tmp_path / "none")}
    tables = {"library": library, "telegram": {"just_wrote": "2 seconds"}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        world.bot.world.inline_mode = True
        yield world


async def typed(world: World, text: str) -> InlineQuery:
    return await ask(world.group.seat(world.engineer), text)


def titles(query: InlineQuery) -> list[str]:
    return [str(result["title"]) for result in query.results or ()]


async def send(world: World, query: InlineQuery, title: str, *, reply: bool) -> Any:
    """Choose a result in the first ticket's topic, as a reply to the client's words or as a plain line."""
    topic = world.group.topic("SD-1 ·")
    to = topic.messages[1] if reply else None
    post = choose(world.group.seat(world.engineer), query, title, topic=topic, reply_to=to)
    await world.settle()
    await world.advance(seconds=10)
    return post


async def test_found_by_inflected_words_by_title_and_all_without_words(inline: World) -> None:
    """The list is the person's own and short-lived, and nothing of a query is stored."""
    for text, found in (("паролем", ["Сброс пароля"]), ("прин", ["Принтер"]), ("слон", [])):
        assert titles(await typed(inline, text)) == found, text
    query = await typed(inline, "")
    assert sorted(titles(query)) == ["Кабель", "Принтер", "Сброс пароля"]
    assert query.personal
    assert query.cache <= 10
    await inline.settle()
    async with inline.store.view() as view:
        assert await view.count(Raw) == 0


async def test_a_reply_goes_to_the_client_filled_in(inline: World) -> None:
    """The topic sees «имя» where the client reads their name, and then what went."""
    ann = await chat(inline, "Анна", "Не могу войти")
    post = await send(inline, await typed(inline, "пароль"), "Сброс пароля", reply=True)
    assert post.text == "‹имя›, нажмите «Забыли пароль?»."
    assert "Анна, нажмите «Забыли пароль?»." in said_to(ann)
    assert "‹" not in said_to(ann)
    assert post.reactions == ["👌"]
    assert "Анна, нажмите «Забыли пароль?»." in said_in(inline.group.topic("SD-1 ·"))
    async with inline.store.view() as view:
        assert [use.name for use in await view.find(Use, what="sent")] == ["password"]


async def test_a_plain_line_stays_a_note(inline: World) -> None:
    ann = await chat(inline, "Анна", "Не могу войти")
    before = said_to(ann)
    post = await send(inline, await typed(inline, "пароль"), "Сброс пароля", reply=False)
    assert said_to(ann) == before
    assert post.reactions == ["👀"]
    async with inline.store.view() as view:
        assert [one.text for one in await view.find(Message, kind=Kind.NOTE)] == ["Анна, нажмите «Забыли пароль?»."]
        assert await view.count(Use, what="sent") == 0


async def test_signs_of_markup_arrive_as_they_are(inline: World) -> None:
    ann = await chat(inline, "Анна", "Не печатает")
    await send(inline, await typed(inline, "принт"), "Принтер", reply=True)
    assert "Проверьте бумагу <b>& кабель</b>." in said_to(ann)


async def test_the_client_reads_their_own_language(inline: World) -> None:
    ann = inline.bot.world.person("Ann", language_code="en")
    ann.start()
    ann.say("I cannot log in to my account any more, please help me")
    await inline.settle()
    await send(inline, await typed(inline, "пароль"), "Сброс пароля", reply=True)
    assert "Ann, press the link." in said_to(ann)


@pytest.mark.parametrize("why", ["no value", "changed meanwhile"])
async def test_what_cannot_be_filled_in_stays_inside(inline: World, why: str) -> None:
    """Without a value, or when the file changed between typing and choosing: a note, and a word to its author."""
    ann = await chat(inline, "Анна", "Добрый день")
    before = said_to(ann)
    query = await typed(inline, "кабель")
    if why == "changed meanwhile":
        (inline.folder / "answers" / "cable.md").write_text("---\ntitle: Кабель\n---\nИной текст.", encoding="utf-8")
        inline.desk.current.wishes.put_nowait("Мария")
        await inline.reread()
    post = await send(inline, query, "Кабель", reply=True)
    assert said_to(ann) == before
    assert post.reactions == ["👀"]
    said = {"no value": "не хватает: программа", "changed meanwhile": "успели изменить"}[why]
    assert said in said_in(inline.group.topic("SD-1 ·"))


@pytest.mark.parametrize("where", ["a stranger's group", "the bot's private chat", "left the group", "no rights"])
async def test_nobody_else_sees_an_answer(inline: World, where: str) -> None:
    """Only a member of the engineers' group, and only in a group: elsewhere the list is empty."""
    stranger = inline.bot.world.person("Чужой")
    other = inline.bot.world.group("Чужие", with_bot=False)
    if where == "a stranger's group":
        other.add(stranger)
        seat = other.seat(stranger)
    elif where == "the bot's private chat":
        seat = inline.engineer
    elif where == "left the group":
        inline.group.remove(inline.engineer)
        await inline.settle()
        other.add(inline.engineer)
        seat = other.seat(inline.engineer)
    else:
        inline.group.demote_bot()
        other.add(stranger)
        seat = other.seat(stranger)
    assert titles(await ask(seat, "пароль")) == []


async def test_many_at_once_and_a_query_too_late_leave_the_desk_at_work(inline: World) -> None:
    """Whoever types fast asks with each letter; an answer that Telegram takes no more harms nothing."""
    inline.bot.fail_next("answerInlineQuery", 400, description="Bad Request: query is too old")
    with pytest.raises(AssertionError, match="nothing offered"):
        await ask(inline.group.seat(inline.engineer), "п", timeout=0.3)
    for text in ("па", "пар", "паро"):
        assert titles(await typed(inline, text)) == ["Сброс пароля"]
    ann = await chat(inline, "Анна", "Добрый день")
    assert "SD-1" in said_to(ann)


@pytest.mark.parametrize(
    ("text", "goes"), [("‹имя›, нажмите «Забыли пароль?».", "Анна, нажмите"), ("Здравствуйте, ‹имя›", "")]
)
async def test_a_copied_text_with_a_gap_is_filled_in_or_stays_inside(inline: World, text: str, goes: str) -> None:
    """Typed by hand, the whole template is as good as chosen; with other words around the gap nothing goes."""
    ann = await chat(inline, "Анна", "Не могу войти")
    before = said_to(ann)
    topic = inline.group.topic("SD-1 ·")
    inline.group.say(inline.engineer, text, topic=topic, reply_to=topic.messages[1])
    await inline.settle()
    await inline.advance(seconds=10)
    if goes:
        assert goes in said_to(ann)
    else:
        assert said_to(ann) == before
        assert "осталось «‹…›»" in said_in(topic)


async def test_in_shadow_mode_a_chosen_answer_is_kept_back(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "printer.md").write_text(ANSWERS["printer"], encoding="utf-8")
    tables = {"library": {"answers": str(tmp_path / "answers")}, "desk": {"quiet": True}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as world:
        world.bot.world.inline_mode = True
        ann = world.person("Анна")
        ann.start()
        ann.say("Не печатает")
        await world.settle()
        post = await send(world, await typed(world, "принт"), "Принтер", reply=True)
        assert ann.received == []
        assert post.reactions == ["👀"]


async def test_in_a_group_without_topics_a_reply_is_what_counts(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "password.md").write_text(ANSWERS["password"], encoding="utf-8")
    tables = {"library": {"answers": str(tmp_path / "answers")}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, forum=False) as world:
        world.bot.world.inline_mode = True
        ann = await chat(world, "Анна", "Не могу войти")
        card = next(one for one in world.group.messages if one.text.startswith("SD-1"))
        seat = world.group.seat(world.engineer)
        choose(seat, await ask(seat, "пароль"), "Сброс пароля")
        await world.settle()
        await world.advance(seconds=10)
        assert "Забыли пароль" not in said_to(ann)
        choose(seat, await ask(seat, "пароль"), "Сброс пароля", reply_to=card)
        await world.settle()
        await world.advance(seconds=10)
        assert "Анна, нажмите «Забыли пароль?»." in said_to(ann)


async def test_a_client_who_is_called_like_a_gap_is_answered_once(inline: World) -> None:
    """A name is never taken for a placeholder, however it is written."""
    odd = await chat(inline, "‹имя›", "Не могу войти")
    await send(inline, await typed(inline, "пароль"), "Сброс пароля", reply=True)
    assert said_to(odd).count("‹имя›, нажмите «Забыли пароль?».") == 1


async def test_a_chosen_answer_that_crossed_the_clients_words_waits(inline: World) -> None:
    """The same question as for a typed one: they just wrote, shall it go?"""
    ann = await chat(inline, "Анна", "Не могу войти")
    query = await typed(inline, "пароль")
    inline.clock.advance(minutes=1)
    ann.say("Уже вошла!")
    await inline.settle()
    topic = inline.group.topic("SD-1 ·")
    choose(inline.group.seat(inline.engineer), query, "Сброс пароля", topic=topic, reply_to=topic.messages[1])
    await inline.settle()
    await inline.advance(seconds=20)
    assert "Забыли пароль" not in said_to(ann)


async def test_one_that_is_too_long_to_be_posted_leaves_the_others(inline: World) -> None:
    """Its gaps make it longer than a message may be: it goes by /a, and the list is there all the same."""
    long = "---\ntitle: Принтер длинный\n---\n" + "{desk} " * 500
    (inline.folder / "answers" / "long.md").write_text(long, encoding="utf-8")
    inline.desk.current.wishes.put_nowait("Мария")
    await inline.reread()
    assert titles(await typed(inline, "принтер")) == ["Принтер"]

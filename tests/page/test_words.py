"""The page's words: all of them in Russian and in English, all of them used, and none anywhere else."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from playground.page.server import Page
from playground.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

STATIC = Path(__file__).parent.parent.parent / "playground" / "page" / "static"
PARTS = ("page", "chat", "group", "mail", "thoughts", "controls", "tour")

_PIECES = re.compile(
    r"""//[^\n]*|/\*.*?\*/                      # what is said to other programmers
    |(?<=[=(,:!&|?\s])/(?![/*\s])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\\\n\[])+/[a-z]*   # regular expressions
    |"(?P<double>(?:\\.|[^"\\\n])*)"|'(?P<single>(?:\\.|[^'\\\n])*)'
    |`(?P<template>(?:\\.|\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}|[^`\\])*)`""",
    re.DOTALL | re.VERBOSE,
)
_KEY = re.compile(rf"(?:{'|'.join(PARTS)})\.[a-z]\w*")
_CALL = re.compile(r"\bt\(((?:[^()]|\([^()]*\))*)\)")
_HOLE = re.compile(r"\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}")
_FOR_PEOPLE = re.compile(r"[А-Яа-яЁё]{2}|^[A-Z][a-z]+(?:,? [a-z]+){3}|^[A-Z][a-z]+ [a-z]+[.!?…]$")


def strings(source: str) -> Iterator[str]:
    """The strings of a script: the quoted ones and the templates, with their holes."""
    for piece in _PIECES.finditer(source):
        for said in piece.groups():
            if said is not None:
                yield said
        for hole in _HOLE.findall(piece["template"] or ""):
            yield from strings(hole[2:-1])


def scripts() -> list[Path]:
    return sorted((STATIC / "js").rglob("*.js"))


Words = dict[str, dict[str, dict[str, Any]]]
"""Part, language, key."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def words(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Words]:
    """The page's words as the browser reads them."""
    stage = await Stage.opened(tmp_path_factory.mktemp("stage"))
    page = await Page(stage).start()
    tab = await browser.new_page()
    await tab.goto(f"{page.url}static/icon.svg")
    found: Words = await tab.evaluate("async () => (await import('/static/js/words.js')).PARTS")
    await tab.close()
    await page.stop()
    await stage.close()
    assert tuple(found) == PARTS
    yield found


async def test_both_languages_say_the_same_things(words: Words) -> None:
    """The same keys, the same holes to fill, every plural form that the language has, nothing empty."""
    forms = {"ru": {"one", "few", "many"}, "en": {"one", "other"}}
    wrong: list[str] = []
    for part, languages in words.items():
        assert set(languages) == {"ru", "en"}, part
        for key in languages["ru"].keys() ^ languages["en"].keys():
            wrong.append(f"{part}.{key} is there in one language")
        for key in languages["ru"].keys() & languages["en"].keys():
            holes = []
            for language, said in ((language, languages[language][key]) for language in forms):
                all_forms = said.values() if isinstance(said, dict) else [said]
                holes.append({hole for form in all_forms for hole in re.findall(r"\{\w+\}", form)} - {"{count}"})
                if isinstance(said, dict) and not forms[language] <= said.keys():
                    wrong.append(f"{part}.{key} lacks a plural form in {language}: {sorted(said)}")
                if not all(isinstance(form, str) and form.strip() for form in all_forms):
                    wrong.append(f"{part}.{key} is empty in {language}")
            if holes[0] != holes[1]:
                wrong.append(f"{part}.{key} has other holes: {holes}")
    assert wrong == []


async def test_every_word_that_is_asked_for_is_there_and_none_lies_idle(words: Words) -> None:
    """By their literal names; `part.${…}_name` asks for all that fit."""
    known = {f"{part}.{key}" for part, languages in words.items() for key in languages["ru"]}
    mentioned: set[str] = set()
    asked: dict[str, str] = dict.fromkeys(re.findall(r'data-t(?:-label)?="([^"]+)"', _html()), "index.html")
    patterns: list[str] = []
    for path in scripts():
        source = path.read_text(encoding="utf-8")
        asked |= {key: path.name for call in _CALL.findall(source) for key in re.findall(rf'"({_KEY.pattern})"', call)}
        for said in strings(source):
            if _KEY.fullmatch(said):
                mentioned.add(said)  # in a table, say, from which it is asked for later
            elif _HOLE.search(said) and re.match(rf"(?:{'|'.join(PARTS)})\.", said):
                patterns.append(r"\w+".join(map(re.escape, _HOLE.split(said))))
    assert {key: where for key, where in asked.items() if key not in known} == {}
    assert all(any(re.fullmatch(pattern, key) for key in known) for pattern in patterns), patterns
    idle = known - asked.keys() - mentioned
    assert [key for key in sorted(idle) if not any(re.fullmatch(pattern, key) for pattern in patterns)] == []


async def test_no_word_for_people_stands_in_a_script() -> None:
    """Cyrillic letters, or what looks like an English sentence; words.js knows what a kilobyte is called."""
    found = {
        f"{path.relative_to(STATIC)}: {said[:60]}"
        for path in scripts()
        if path.name != "words.js"
        for said in strings(path.read_text(encoding="utf-8"))
        if _FOR_PEOPLE.search(said)
    }
    assert found == set()


def _html() -> str:
    return (STATIC / "index.html").read_text(encoding="utf-8")

"""Telegram's two Markdowns, as the local Bot API server reads them."""

from typing import Any

import pytest

from playground.botapi.entities import piece
from playground.botapi.errors import ApiError
from playground.botapi.markdown import read_markdown
from playground.botapi.markdown_v2 import read_markdown_v2

RESERVED = "is reserved and must be escaped with the preceding '\\'"


def marks(text: str, entities: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Type, covered words, and whatever else an entity has."""
    more = [{k: v for k, v in mark.items() if k not in {"type", "offset", "length"}} for mark in entities]
    return [(e["type"], piece(text, e), *map(str, m.values())) for e, m in zip(entities, more, strict=True)]


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("*ж* _к_ __п__ ~з~ ||с||", "ж к п з с", [
            ("bold", "ж"), ("italic", "к"), ("underline", "п"), ("strikethrough", "з"), ("spoiler", "с")]),
        ("😀*ё _😀_*", "😀ё 😀", [("bold", "ё 😀"), ("italic", "😀")]),
        ("_a __b___", "a b", [("italic", "a b"), ("underline", "b")]),
        ("`a_*b\\``", "a_*b`", [("code", "a_*b`")]),
        ("```py\nx = 1```", "x = 1", [("pre", "x = 1", "py")]),
        ("```\r\nx```", "x", [("pre", "x")]),
        ("1\\. \\(да\\)\\!", "1. (да)!", []),
        ("\\я\\", "\\я\\", []),
        ("**____``", "", []),
        ("[сайт](https://ya.ru?q=\\))", "сайт", [("text_link", "сайт", "https://ya.ru/?q=)")]),
        ("[ya\\.ru]", "ya.ru", [("text_link", "ya.ru", "http://ya.ru/")]),
        ("[a](слово)", "a", []),
        ("[Аня](tg://user?id=7)[x](tg://user?id=8)", "Аняx", [("text_mention", "Аня", "7")]),
        ("![👍](tg://emoji?id=5368)", "👍", [("custom_emoji", "👍", "5368")]),
        ("![завтра](tg://time?unix=1795000000&format=wD)", "завтра", [("date_time", "завтра", "1795000000", "wD")]),
        (">раз\n>*два*\nпосле", "раз\nдва\nпосле", [("blockquote", "раз\nдва\n"), ("bold", "два")]),
        (">раз\n>два||\nпосле", "раз\nдва\nпосле", [("expandable_blockquote", "раз\nдва\n")]),
        (">a\n**>b", "a\nb", [("blockquote", "a\n"), ("blockquote", "b")]),
    ],
)  # fmt: skip
def test_markdown_v2_becomes_text_and_entities(source: str, text: str, entities: list[tuple[str, ...]]) -> None:
    """Nesting, escapes, links, quotations and languages come out as Telegram has them."""
    got, found = read_markdown_v2(source, frozenset({7}))
    assert got == text
    assert marks(got, found) == entities


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        *[(f"a{char}b", f"Character '{char}' {RESERVED}") for char in ").(#+-=|{}!>"],
        ("ж *не закрыто", "Can't find end of Bold entity at byte offset 3"),
        ("_a", "Can't find end of Italic entity at byte offset 0"),
        ("__a", "Can't find end of Underline entity at byte offset 0"),
        ("~a", "Can't find end of Strikethrough entity at byte offset 0"),
        ("||a\\|", "Can't find end of Spoiler entity at byte offset 0"),
        ("`a", "Can't find end of Code entity at byte offset 0"),
        ("```a", "Can't find end of Pre entity at byte offset 0"),
        ("```py\na", "Can't find end of PreCode entity at byte offset 0"),
        ("[a", "Can't find end of TextUrl entity at byte offset 0"),
        ("[a](b\\)", "Can't find end of a URL at byte offset 4"),
        ("![a", "Can't find end of CustomEmoji entity at byte offset 0"),
        ("![a]", "Custom emoji entity must contain a tg://emoji URL"),
        ("![a](tg://emoji?id=1", "Can't find end of a custom emoji URL at byte offset 5"),
        ("![a](http://emoji?id=1)", "Custom emoji URL must have scheme tg"),
        ("![a](tg://sticker?id=1)", 'Custom emoji URL must have host "emoji"'),
        ("![a](tg://emoji?name=1)", "Custom emoji URL must have an emoji identifier"),
        ("![a](tg://emoji?id=0)", "Invalid custom emoji identifier specified"),
        (">*a\nb*", "Can't find end of Bold entity at byte offset 1"),
    ],
)
def test_bad_markdown_v2_is_refused_with_the_place(source: str, reason: str) -> None:
    """The reason is the real server's, with the byte where the trouble begins."""
    with pytest.raises(ApiError) as caught:
        read_markdown_v2(source)
    assert caught.value.description == f"Bad Request: can't parse entities: {reason}"


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("*ж* _к_ `с`", "ж к с", [("bold", "ж"), ("italic", "к"), ("code", "с")]),
        ("_a*b_ 1. (x)!", "a*b 1. (x)!", [("italic", "a*b")]),
        ("```py\nx``` \\_\\*\\`\\[ \\.", "x _*`[ \\.", [("pre", "x", "py")]),
        ("[a](ya.ru) [b](tg://user?id=7)", "a b", [("text_link", "a", "http://ya.ru/"), ("text_mention", "b", "7")]),
        ("[ya.ru]**", "ya.ru", [("text_link", "ya.ru", "http://ya.ru/")]),
    ],
)
def test_legacy_markdown_does_not_nest(source: str, text: str, entities: list[tuple[str, ...]]) -> None:
    """Inside an entity everything stands for itself; only four characters can be escaped."""
    got, found = read_markdown(source, frozenset({7}))
    assert got == text
    assert marks(got, found) == entities


@pytest.mark.parametrize("source", ["ж *a", "ж _a*", "ж `a", "ж ```a``", "ж [a"])
def test_bad_legacy_markdown_is_refused_with_the_place(source: str) -> None:
    """Whatever is not closed, the entity's first byte is named."""
    with pytest.raises(ApiError, match=r"byte offset 3$"):
        read_markdown(source)


def test_a_hostile_text_takes_no_time() -> None:
    """An address without an end is refused at once, however many backslashes it has."""
    with pytest.raises(ApiError, match="Can't find end of a URL"):
        read_markdown_v2("[a](" + "\\a" * 8000)

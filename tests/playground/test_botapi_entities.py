"""Telegram's HTML and its counting, as the local Bot API server reads them."""

import pytest

from playground.botapi.entities import found, piece, trimmed, units
from playground.botapi.errors import ApiError
from playground.botapi.html import read_html


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>a</b>", "a", [("bold", "a")]),
        ("<strong>a</strong> <em>b</em>", "a b", [("bold", "a"), ("italic", "b")]),
        ("<u>a</u><s>b</s><del>c</del>", "abc", [("underline", "a"), ("strikethrough", "b"), ("strikethrough", "c")]),
        ("<code>x &lt; y</code>", "x < y", [("code", "x < y")]),
        ("<pre>a</pre>", "a", [("pre", "a")]),
        ("<tg-spoiler>t</tg-spoiler>", "t", [("spoiler", "t")]),
        ('<span class="tg-spoiler">t</span>', "t", [("spoiler", "t")]),
        ("<blockquote>q</blockquote>", "q", [("blockquote", "q")]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", "q")]),
        ("<b>a<i>b</i></b>", "ab", [("bold", "ab"), ("italic", "b")]),
        ("😀<b>ё😀</b>", "😀ё😀", [("bold", "ё😀")]),
        ("&amp;&quot;&#1071;&#x44f;&nbsp;", '&"Яя&nbsp;', []),
        ("<b></b>пусто", "пусто", []),
        ("<a href='mailto:a@b.ru'>m</a>", "m", []),
        ("<code><b>x</b></code>", "x", [("code", "x")]),
        ("<b>a</>", "a", [("bold", "a")]),
    ],
)
def test_html_becomes_text_and_entities(source: str, text: str, entities: list[tuple[str, str]]) -> None:
    """Tags, nesting and characters come out as Telegram has them, offsets in UTF-16 units."""
    got, marks = read_html(source)
    assert got == text
    assert [(mark["type"], piece(got, mark)) for mark in marks] == entities


def test_links_languages_and_mentions_keep_their_attributes() -> None:
    """An address is completed as Telegram does, a mention needs a known user, a language comes out of pre and code."""
    source = (
        '<a href="http://ya.ru">a</a><a href="ya.ru/x?a=1&amp;b=2">b</a><a href="tg://user?id=7">c</a>'
        '<a href="tg://user?id=8">d</a><pre><code class="language-py">e</code></pre>'
    )
    _, marks = read_html(source, frozenset({7}))
    assert [(mark.get("url"), mark.get("user"), mark.get("language")) for mark in marks] == [
        ("http://ya.ru/", None, None),
        ("http://ya.ru/x?a=1&b=2", None, None),
        (None, 7, None),
        (None, None, "py"),
    ]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("ж<foo>x</foo>", 'Unsupported start tag "foo" at byte offset 2'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<a href='x", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_bad_html_is_refused_with_the_place(source: str, reason: str) -> None:
    """The reason names the tag and its byte offset."""
    with pytest.raises(ApiError) as caught:
        read_html(source)
    assert caught.value.description == f"Bad Request: can't parse entities: {reason}"


def test_white_space_around_goes_and_entities_move() -> None:
    """A bold word between blanks stays bold."""
    text, marks = trimmed("  жирно \n", [{"type": "bold", "offset": 2, "length": 6}])
    assert (text, marks) == ("жирно", [{"type": "bold", "offset": 0, "length": 5}])


def test_commands_links_and_mentions_are_found_but_not_in_code() -> None:
    """What Telegram marks by itself is marked, inside code it is not."""
    text = "😀 /start@otvet_bot см. https://ya.ru/x, a@b.ru @otvet #тест /no"
    code = {"type": "code", "offset": units(text) - 3, "length": 3}
    assert [(mark["type"], piece(text, mark)) for mark in found(text, [code])] == [
        ("bot_command", "/start@otvet_bot"),
        ("url", "https://ya.ru/x"),
        ("email", "a@b.ru"),
        ("mention", "@otvet"),
        ("hashtag", "#тест"),
        ("code", "/no"),
    ]

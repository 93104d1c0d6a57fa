"""How messages look."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plain import TEXT_LIMIT, units
from bot.render import batches, captioned, parts_of, render
from desk.parcels import Action, Button, Enclosure, Outgoing, Purpose

BARE = Outgoing(channel="telegram", place="7", purpose=Purpose.ANSWER)
FULL = replace(
    BARE, mention="5:Иван <b>", title="SD-1 & Ко", text="a < b", quote="цитата", code="SD-1", footer="Ромашка"
)


def file(sort: str) -> Enclosure:
    return Enclosure(sort=sort, name=f"{sort}.bin", mime="", size=1, key="k")


def test_all_parts_escaped_and_in_their_order() -> None:
    found = render(FULL)
    assert found.html == (
        '<b>SD-1 &amp; Ко</b>\n<a href="tg://user?id=5">Иван &lt;b&gt;</a>, a &lt; b\n'
        "<blockquote>цитата</blockquote>\n<code>SD-1</code>\nРомашка"
    )
    assert found.plain == "SD-1 & Ко\nИван <b>, a < b\nцитата\nSD-1\nРомашка"
    assert found.whole == ""


def test_a_long_quotation_is_folded() -> None:
    assert "<blockquote expandable>" in render(replace(BARE, text="x", quote="слово " * 100)).html


def test_a_quotation_takes_the_room_that_the_words_leave() -> None:
    """A short answer above a long thread shows most of the thread, a long one a little of it."""
    for words, shown in ((600, 3_495), (3_990, 800)):
        found = render(replace(BARE, text="т" * words, quote="ц" * 3_500))
        assert found.plain.count("т") >= min(words, TEXT_LIMIT - 810)
        assert shown - 20 <= found.plain.count("ц") <= shown


def test_several_people_are_mentioned_in_a_row() -> None:
    """Who is known by a name alone is named so, and Telegram makes a mention of it by itself."""
    shown = render(replace(BARE, mention="5:Иван\n:@maria", text="срок вышел"))
    assert shown.html == '<a href="tg://user?id=5">Иван</a>, @maria, срок вышел'
    assert shown.plain == "Иван, @maria, срок вышел"


def test_a_mention_of_nobody_in_particular_is_plain() -> None:
    assert render(replace(BARE, mention=":Иван", text="x")).html == "Иван, x"


@settings(derandomize=True, deadline=None)
@given(
    st.text(max_size=50), st.text(max_size=6000), st.text(max_size=6000), st.sampled_from(["", "🙂" * 3000, "ж" * 5000])
)
def test_any_message_fits_and_what_is_cut_is_kept_whole(title: str, text: str, quote: str, more: str) -> None:
    message = replace(BARE, title=title, text=more + text, quote=quote)
    found = render(message)
    assert units(found.plain) <= TEXT_LIMIT
    if found.whole:
        assert (more + text).strip() in found.whole
        assert quote in found.whole
    else:
        assert quote in found.plain


def test_a_code_that_is_too_long_is_cut_too() -> None:
    found = render(replace(BARE, code="x" * 9000))
    assert units(found.plain) == TEXT_LIMIT
    assert len(found.whole) == 9000


@pytest.mark.parametrize(
    ("sorts", "expected"),
    [
        (["photo"], [1]),
        (["photo", "video", "photo"], [3]),
        (["document", "document"], [2]),
        (["photo", "document"], [1, 1]),
        (["audio", "audio", "voice"], [2, 1]),
        (["sticker", "sticker"], [1, 1]),
        (["photo"] * 12, [10, 2]),
        ([], []),
    ],
)
def test_neighbours_that_may_share_an_album_do(sorts: list[str], expected: list[int]) -> None:
    assert [len(batch) for batch in batches([file(sort) for sort in sorts])] == expected


@pytest.mark.parametrize(
    ("message", "under", "parts"),
    [
        (replace(BARE, text="x", files=(file("photo"),)), True, 1),
        (replace(BARE, text="x", files=(file("photo"), file("video"))), True, 2),
        (replace(BARE, text="x" * 1025, files=(file("photo"),)), False, 2),
        (replace(BARE, text="x", files=(file("sticker"),)), False, 2),
        (replace(BARE, text="x", files=(file("photo"), file("document"))), False, 3),
        (
            replace(BARE, text="x", files=(file("photo"),) * 2, buttons=((Button(label="a", action=Action.KEEP),),)),
            False,
            3,
        ),
        (replace(BARE, text="x" * 5000), False, 2),
        (replace(BARE, files=(file("photo"),)), True, 1),
    ],
)
def test_words_go_under_files_where_they_can(message: Outgoing, under: bool, parts: int) -> None:
    assert captioned(message, render(message)) is under
    assert parts_of(message) == parts

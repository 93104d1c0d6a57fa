"""Which articles fit which words, and how an article's Markdown is shown."""

import re
import time
from html.parser import HTMLParser
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.articles import as_html
from desk import articles
from desk.desk import Current, Desk, Setup
from desk.library import Article, Library
from desk.markdown import plain
from desk.ranking import Index, Text
from rules.text import stems

ARTICLES = {
    "Как сбросить пароль": "Откройте страницу входа, нажмите «Забыли пароль?» и дождитесь письма.",
    "Принтер чеков не печатает": "Проверьте бумагу, крышку и кабель. Перезапустите службу печати.",
    "Не открывается отчёт по продажам": "Обновите программу и почистите кэш отчётов.",
    "Перенос базы на другой компьютер": "Сделайте резервную копию базы, скопируйте её и восстановите.",
    "Электронная подпись и КриптоПро": "Установите сертификат в хранилище и проверьте лицензию.",
    "How to reset your password": "Open the login page, press the link and wait for the mail.",
    "The receipt printer does not print": "Check paper, lid and cable. Restart the printing service.",
    "Moving the database to another computer": "Make a backup, copy it and restore it there.",
}
WORDS = {"Как сбросить пароль": "войти, вход, логин", "How to reset your password": "log in, sign in"}
PRODUCTS = {"Принтер чеков не печатает": "Касса", "Не открывается отчёт по продажам": "Склад"}


def desk_of(library: Library) -> Desk:
    setup: Any = Setup.__new__(Setup)
    object.__setattr__(setup, "library", library)
    nothing: Any = None
    return Desk(current=Current(setup), store=nothing, files=nothing, now=nothing)


@pytest.fixture(scope="module")
def shelf() -> Desk:
    found = tuple(
        Article(
            name=title, title=title, text=text, language="en" if title.isascii() else "ru", public=title.isascii(),
            words=WORDS.get(title, ""), product=PRODUCTS.get(title, ""),
        )
        for title, text in ARTICLES.items()
    )  # fmt: skip
    texts = [Text(title=one.title, words=f"{one.words} {one.product}", body=one.text) for one in found]
    return desk_of(Library(articles=found, article_index=Index.of(texts, stems)))


@pytest.mark.parametrize(
    ("language", "said", "best"),
    [
        ("ru", "Здравствуйте! Забыл пароли, что делать", "Как сбросить пароль"),
        ("ru", "не могу войти в программу", "Как сбросить пароль"),
        ("ru", "принтеры перестали печатать чеки", "Принтер чеков не печатает"),
        ("ru", "КАССА: ПРИНТЕРОМ НИЧЕГО НЕ ПЕЧАТАЕТСЯ", "Принтер чеков не печатает"),
        ("ru", "отчеты по продаже не открываются", "Не открывается отчёт по продажам"),
        ("ru", "нужно перенести базы на новые компьютеры", "Перенос базы на другой компьютер"),
        ("ru", "слетела подпись, криптопро ругается на лицензии", "Электронная подпись и КриптоПро"),
        ("en", "I forgot my passwords", "How to reset your password"),
        ("en", "receipts are not printing on the printers", "The receipt printer does not print"),
        ("en", "We moved, and want our databases on another computer", "Moving the database to another computer"),
        ("ru", "Добрый день, помогите пожалуйста с проблемой", ""),
        ("ru", "Остыл кофе", ""),
        ("ru", "", ""),
        ("en", "Hello, please help me with this problem", ""),
    ],
)
def test_the_best_one_is_found_in_any_inflection(shelf: Desk, language: str, said: str, best: str) -> None:
    """Greetings and pleas alone find nothing."""
    found = articles.fitting(shelf, said, language=language)
    assert (found[0].article.title if found else "") == best
    assert len(found) <= 3


def test_it_says_by_which_words_and_whether_it_is_the_clients_product(shelf: Desk) -> None:
    best = articles.fitting(shelf, "Принтер на кассе не печатает чеки", language="ru", product="касса")[0]
    assert best.words[0] in {"принтер", "кассе", "печатает", "чеки"}
    assert len(best.words) == 4
    assert best.product


def test_the_clients_product_outweighs_another_one(shelf: Desk) -> None:
    said = "не открывается отчёт, не печатает принтер"
    for product, title in (("Касса", "Принтер чеков не печатает"), ("склад", "Не открывается отчёт по продажам")):
        assert articles.fitting(shelf, said, language="ru", product=product)[0].article.title == title


def test_clients_get_public_ones_of_their_own_language_alone(shelf: Desk) -> None:
    said = "пароль password"
    assert articles.fitting(shelf, said, language="ru", public=True) == []
    assert [one.article.language for one in articles.fitting(shelf, said, language="en", public=True)] == ["en"]


def test_hundreds_of_articles_and_a_long_log_take_no_time() -> None:
    """300 articles of 400 words: far under a tick of anybody's patience, whatever is pasted."""
    random = Random(5)  # noqa: S311 - the same words each time, no secret
    words = [f"слово{number}" for number in range(4_000)]
    texts = [
        Text(title=" ".join(random.choices(words, k=5)), body=" ".join(random.choices(words, k=400)))
        for _ in range(300)
    ]
    index = Index.of(texts, stems)
    asked = " ".join(random.choices(words, k=20_000))
    begun = time.perf_counter()
    for _ in range(20):
        index.find(asked, 40)
    assert (time.perf_counter() - begun) / 20 < 0.05
    assert index.find(texts[7].title, 1)[0].place == 7


# --- how it is shown --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "html", "bare"),
    [
        ("# Как *это*", "<b>Как </b><b><i>это</i></b>", "Как это"),
        ("**Жирно** и _косо_, snake_case_name, 2*3*4", "<b>Жирно</b> и <i>косо</i>, snake_case_name, 2*3*4", "Жирно и косо, snake_case_name, 2*3*4"),
        ("`a < b`", "<code>a &lt; b</code>", "a < b"),
        ("- раз\n* два\n1. три", "• раз\n• два\n1. три", "• раз\n• два\n1. три"),
        ("[Ссылка](https://a.b/c?d=1&e=2)", '<a href="https://a.b/c?d=1&amp;e=2">Ссылка</a>', "Ссылка (https://a.b/c?d=1&e=2)"),
        ("[**x**](https://a.b)", '<a href="https://a.b"><b>x</b></a>', "x (https://a.b)"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("до\n> раз\n> **два**\nпосле", "до\n<blockquote>раз\n<b>два</b></blockquote>\nпосле", "до\nраз\nдва\nпосле"),
        ("до\n```sh\nls **x**\n\n```\nпосле", "до\n<pre>ls **x**</pre>\nпосле", "до\nls **x**\n\nпосле"),
        ("**не закрыто", "**не закрыто", "**не закрыто"),
        ("\\*не косо\\*", "*не косо*", "*не косо*"),
        ("а\n\n\n\nб", "а\n\nб", "а\n\nб"),
    ],
)  # fmt: skip
def test_markdown_is_shown_as_telegram_shows_it(written: str, html: str, bare: str) -> None:
    """And as plain words where there is no markup; what is none of it stays as it was written."""
    assert re.sub(r"</pre>\n+", "</pre>\n", as_html(written)) == html
    assert plain(written) == bare


class Reader(HTMLParser):
    """Reads strictly: every tag known, closed in order, nothing left open."""

    KNOWN = frozenset({"b", "i", "code", "pre", "a", "blockquote"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.KNOWN
        assert all(name == "href" and (value or "").startswith("http") for name, value in attrs)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@given(st.text(alphabet="*_`[]()<>#&-\\\n а1h:/tps.", max_size=120))
def test_whatever_is_written_is_html_that_telegram_takes(written: str) -> None:
    reader = Reader()
    reader.feed(as_html(written))
    reader.close()
    assert reader.open == []


def test_a_long_article_is_cut_between_lines_and_says_so() -> None:
    article = Article(name="a", title="А", text="\n".join(["строка `кода`"] * 900), language="ru")
    shown = articles.cut(article)
    assert len(shown) <= articles.SHOWN + 10
    assert shown.endswith("строка `кода`\n\n…")
    assert len(articles.as_answer(article)) <= 3_100


def test_hostile_markup_is_read_in_linear_time() -> None:
    for text in (
        "*" * 20_000,
        "[" * 20_000,
        "`" * 19_999,
        "_a" * 10_000,
        "\\" * 20_000,
        "> " * 10_000,
        "a](" * 8_000,
    ):
        begun = time.perf_counter()
        as_html(text)
        assert time.perf_counter() - begun < 1.0, text[:3]


def test_answers_by_mail_have_a_link_or_a_beginning() -> None:
    linked = Article(name="a", title="А", text="Текст", language="ru", url="https://a.b")
    short = Article(name="b", title="Б", text="слово " * 100, language="ru")
    fits = [articles.Fit(article=one, worth=1.0, words=()) for one in (linked, short)]
    said = articles.in_mail(fits)
    assert said.startswith("• А\nhttps://a.b\n\n• Б\nслово слово")
    assert said.endswith("…")

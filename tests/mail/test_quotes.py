"""What the client wrote stays, what they quote is folded, nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.quotes import fold

OLD = "Здравствуйте!\nПерезагрузите принтер.\nС уважением, Поддержка"
MARKED = "\n".join(f"> {line}" for line in OLD.split("\n"))
ATTRIBUTIONS = {
    "gmail ru": "пн, 12 янв. 2026 г. в 10:00, Иван Петров <ivan@desk.example>:",
    "gmail ru, old": "12 января 2026 г., 10:00 пользователь Иван Петров <ivan@desk.example> написал:",
    "gmail ru, with dash": "2026-01-12 10:00 GMT+03:00 Иван Петров <ivan@desk.example>:",
    "gmail en": "On Mon, Jan 12, 2026 at 10:00 AM Ivan Petrov <ivan@desk.example> wrote:",
    "gmail en, two lines": "On Mon, 12 Jan 2026 at 10:00, Ivan Petrov of the first line of support\n<ivan@desk.example> wrote:",
    "yandex": '12.01.2026, 10:00, "Иван Петров" <ivan@desk.example>:',
    "yandex, words": "12 января 2026 г., 10:00 +03:00, Иван Петров <ivan@desk.example>:",
    "mail.ru": "Понедельник, 12 января 2026, 10:00 +03:00 от Иван Петров <ivan@desk.example>:",
    "apple ru": "12 янв. 2026 г., в 10:00, Иван Петров <ivan@desk.example> написал(а):",
    "apple en": "On 12 Jan 2026, at 10:00, Ivan Petrov <ivan@desk.example> wrote:",
    "thunderbird ru": "12.01.2026 10:00, Иван Петров пишет:",
    "thunderbird en": "On 1/12/26 10:00, Ivan Petrov wrote:",
    "roundcube ru": "Иван Петров писал(а) 2026-01-12 10:00:",
    "the bat ru": "Вы писали 12 января 2026 г., 10:00:17:",
    "name alone": "Ivan Petrov <ivan@desk.example> wrote:",
    "no program known": "Am 12.01.2026 um 10:00 schrieb Ivan <ivan@desk.example>:",
}
BLOCKS = {
    "outlook ru": "От: Иван Петров <ivan@desk.example>\nОтправлено: 12 января 2026 г. 10:00\nКому: Анна\nТема: RE: Принтер",
    "outlook en": "From: Ivan Petrov <ivan@desk.example>\nSent: Monday, January 12, 2026 10:00 AM\nTo: Anna\nSubject: RE: Printer",
    "outlook web en": "________________________________\nFrom: Ivan <ivan@desk.example>\nSent: Monday, January 12, 2026\nTo: Anna\nSubject: RE",
    "outlook bold": "*From:* Ivan\n*Sent:* Monday\n*To:* Anna\n*Subject:* RE: Printer",
    "outlook mobile ru": "________________________________\nОт: Иван <ivan@desk.example>\nОтправлено: понедельник, 12 января 2026\nКому: Анна\nТема: RE",
    "original message en": "-----Original Message-----\nFrom: Ivan\nSent: Monday\nTo: Anna\nSubject: RE",
    "original message ru": "-----Исходное сообщение-----\nОт: Иван\nОтправлено: понедельник\nКому: Анна\nТема: RE",
    "samsung ru": "-------- Исходное сообщение --------\nОт: Иван <ivan@desk.example>\nДата: 12.01.2026 10:00\nКому: Анна\nТема: RE",
}
SAID = [
    "Не помогло, всё равно не печатает.",
    "Добрый день!\n\nСделала как вы сказали.\n\nВопрос: а что дальше?",
    "Thanks, it works: 10:00 was fine.",
]


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("program", ATTRIBUTIONS)
def test_an_answer_above_the_quotation(program: str, said: str) -> None:
    """The usual reply: the quotation with its announcement is folded, the answer stays to the letter."""
    announced = ATTRIBUTIONS[program]
    assert fold(f"{said}\n\n{announced}\n{MARKED}\n") == (said, f"{announced}\n{MARKED}")
    assert fold(f"{said}\n\n{announced}\n\n{MARKED}\n") == (said, f"{announced}\n\n{MARKED}")


@pytest.mark.parametrize("program", ATTRIBUTIONS)
def test_an_answer_below_the_quotation(program: str) -> None:
    """Then the quotation stands first."""
    announced = ATTRIBUTIONS[program]
    said, rest = fold(f"{announced}\n{MARKED}\n\nНе помогло.\n")
    assert said == "Не помогло."
    assert rest == f"{announced}\n{MARKED}"


@pytest.mark.parametrize("program", ATTRIBUTIONS)
def test_answers_between_quoted_lines_stay_whole(program: str) -> None:
    """They make sense only with the questions."""
    text = f"{ATTRIBUTIONS[program]}\n> Какая модель?\nHP 1020\n> Какая система?\nWindows 11"
    assert fold(text) == (text, "")


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("program", BLOCKS)
def test_an_answer_above_a_block_of_fields(program: str, said: str) -> None:
    """Outlook marks no lines: below its block all is old."""
    old = f"{BLOCKS[program]}\n\n{OLD}"
    assert fold(f"{said}\n\n{old}\n") == (said, old)


@pytest.mark.parametrize("program", BLOCKS)
def test_nothing_above_a_block_of_fields_means_that_all_is_meant(program: str) -> None:
    """A letter passed on without a word, or an answer below: nobody can tell."""
    text = f"{BLOCKS[program]}\n\n{OLD}"
    assert fold(text) == (text, "")


@pytest.mark.parametrize(
    "text",
    [
        "Смотрите:\n> SELECT 1;\nи падает",
        "1. Пункт\n2. От: кого ждать ответа?\nКому: не знаю",
        "12.01.2026 пришла ошибка:\nнет бумаги",
        "В понедельник 12.01.2026 в 10:00 директор сказал:\nкупите новый",
        "Он пишет:\nвсё плохо",
        "-----\nчерта\n-----",
        "> цитата без начала\n\nтекст",
        "From: the beginning it did not work",
        "Вложение: счёт.pdf\nДата: 12.01.2026\nТема: оплата",
    ],
)
def test_a_clients_own_words_are_no_quotation(text: str) -> None:
    """When unsure, keep."""
    assert fold(text) == (text, "")


@pytest.mark.parametrize(
    "mark",
    [
        "-------- Forwarded Message --------",
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "-------- Пересылаемое сообщение --------",
        "Начало переадресованного сообщения:",
        "---------- Пересланное сообщение ----------",
    ],
)
def test_a_forwarded_letter_is_read_not_folded(mark: str) -> None:
    """The client passes it on because we are to read it."""
    text = f"Разберитесь.\n\n{mark}\n{BLOCKS['outlook ru']}\n\nКасса не работает."
    assert fold(text) == (text, "")
    assert fold(f"Разберитесь.\n\n{BLOCKS['outlook ru']}\n\nКасса не работает.", "FW: Касса")[1] == ""


LINES = st.sampled_from(
    [
        *ATTRIBUTIONS.values(),
        *BLOCKS.values(),
        "> old",
        ">> older",
        ">",
        "",
        "слова",
        "Отправлено с iPhone",
        "-- ",
        "ответы ниже",
        "> — пожалуйста, пишите ответ над этой чертой —",
    ]
)


@given(st.lists(LINES, max_size=14).map("\n".join))
def test_no_line_is_ever_lost(text: str) -> None:
    """What is said and what is folded are together all the lines, in whatever order."""
    said, rest = fold(text)
    assert sorted(line.strip() for line in text.split("\n") if line.strip()) == sorted(
        line.strip() for part in (said, rest) for line in part.split("\n") if line.strip()
    )


@given(st.text(max_size=300))
def test_any_text_is_folded_without_an_error(text: str) -> None:
    """Also what no mail program ever wrote."""
    said, rest = fold(text)
    assert "".join((said + rest).split()) == "".join(text.split())

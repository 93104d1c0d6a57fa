"""What the client wrote stays, what they quote and how they sign is folded, nothing is lost."""

import sys
from collections import Counter
from collections.abc import Callable
from time import process_time
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.quotes import LINES, apart, fold
from tests.mail.correspondence import measure

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
    "gmail ru, broken": "пн, 12 янв. 2026 г. в 10:00, Служба поддержки ООО «Ромашка» <\nsupport+k3.aF9x@desk.example>:",
    "gmail ru, old, broken": "понедельник, 12 января 2026 г. пользователь Иван Петров <ivan@desk.example>\nнаписал:",
    "gmail en, three lines": "On Mon, Jan 12, 2026 at 10:00 AM Support of a very long company name\n<ivan@desk.example>\nwrote:",
    "gmail, narrow blanks": "On Mon, Jan 12, 2026 at 10:00\u202fAM Ivan Petrov\u00a0<ivan@desk.example> wrote:",
    "yandex mobile": '10:00, 12 января 2026 г., "Иван Петров" <ivan@desk.example>:',
    "yandex, address alone": "12.01.2026, 10:00, ivan@desk.example:",
    "mail.ru, english day": "Mon, 12 Jan 2026 10:00:51 +0300 от Иван Петров <ivan@desk.example>:",
    "k-9 ru": '12 января 2026 г. 10:00:00 GMT+03:00, "Иван Петров" <ivan@desk.example> пишет:',
    "evolution ru": "В Пн, 12/01/2026 в 10:00 +0300, Иван Петров пишет:",
    "kmail ru": "В сообщении от 12 января 2026 10:00:00 автор Иван Петров написал:",
    "yahoo ru": "В понедельник, 12 января 2026 г., 10:00:00 GMT+3, Иван Петров <ivan@desk.example> написал(-а):",
    "spark ru": "12 янв. 2026 г., 10:00 +0300, Иван Петров <ivan@desk.example>, писал:",
    "proton": "On Monday, January 12th, 2026 at 10:00 AM, Ivan Petrov <ivan@desk.example> wrote:",
    "zoho": "---- On Mon, 12 Jan 2026 10:00:00 +0300 Ivan Petrov <ivan@desk.example> wrote ----",
    "evolution en": "On Mon, 2026-01-12 at 10:00 +0000, Ivan Petrov\nwrote:",
    "airmail": "On January 12, 2026 at 10:00:00, Ivan Petrov (ivan@desk.example) wrote:",
    "yandex, with a stroke": '----------------\nКому: Анна (ann@client.example);\nТема: Re: принтер;\n12.01.2026, 10:00, "Иван" <ivan@desk.example>:',
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
    "samsung en": "-------- Original message --------\nFrom: Ivan <ivan@desk.example>\nDate: 12/01/2026 10:00 (GMT+03:00)\nTo: Anna\nSubject: RE",
    "outlook mac ru": "От: Иван <ivan@desk.example>\nДата: понедельник, 12 января 2026 г. в 10:00\nКому: Анна\nТема: Re: Принтер",
    "many recipients": "От: Иван\nОтправлено: понедельник\nКому: Анна <a@b.example>; Борис <b@b.example>;\n Вера <v@b.example>\nКопия: Глеб\nТема: RE\nВажность: Высокая",
    "fields far apart": "От: Иван\n\nОтправлено: понедельник\n\nКому: Анна\n\nТема: RE",
    "hotmail": "From: ivan@desk.example\nTo: a@b.example\nSubject: RE: x\nDate: Mon, 12 Jan 2026 10:00:00 +0300",
    "date first": "Date: Mon, 12 Jan 2026 10:00:00 +0300\nFrom: ivan@desk.example\nTo: a@b.example\nSubject: x",
    "zimbra ru": '----- Исходное сообщение -----\nОт: "Иван" <ivan@desk.example>\nКому: "Анна"\nОтправленные: Понедельник, 12 Январь 2026 г 10:00:00\nТема: x',
    "em client": '------ Original Message ------\nFrom "Ivan" <ivan@desk.example>\nTo "Anna"\nDate 1/12/2026',
    "outlook, cut short": "From: Ivan <ivan@desk.example>\nSent: Friday, January 12, 2026 10:00 AM",
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
        "12.01.2026 в 10:00 отправила отчёт на a@b.example:\nи ничего",
        "12.01.2026 в 10:00 пришло письмо от Банк <noreply@bank.example>:\n> Уважаемый клиент\nчто делать?",
        "12.01.2026 в 10:00 я написала на support@desk.example:\n> Помогите\nи тишина",
        "On Monday the printer wrote: error 5\nWhat now?",
        "On Monday the printer wrote:\n> error 5\nWhat now?",
        "Сервер Exchange пишет:\n> 550 5.1.1\nчто это?",
        "Иван Петров пишет:\n> нет доступа\nпомогите ему",
        "Почему дошло?\nReceived: from x\nFrom: spam@x.example\nTo: me\nDate: Mon, 12 Jan 2026\nSubject: win\n\nЭто спам",
        "Пришло такое письмо:\n\nОт: Банк\nДата: 12.01.2026\nКому: Анна\nТема: долг\n\nЗаплатите.\n\nЭто мошенники?",
        "Здравствуйте!\nОт: Москва\nКому: Анна\nДата: 12.01.2026\nТема: билет\nзабронируйте",
        "Прошу пропуск:\nДата: 12.01.2026\nОт: Иванова\nКому: охрана\nТема: пропуск\nпаспорт 123",
        "Лог:\n> 10:00:01 start\n> 10:00:02 fail\nи дальше ничего",
        ">>> import os\n>>> os.foo\nошибка",
        "# Заголовок\n> markdown\n\nтекст\n> ещё\n\nитог",
        "Вы писали, что почините:\nкогда?",
        "Мне Иван Петров <ivan@desk.example> написал:\nперезагрузите\nне помогло",
        "Не понимаю, зачем «пожалуйста, пишите ответ над этой чертой» вверху письма\nи ниже тоже",
    ],
)
def test_a_clients_own_words_are_no_quotation(text: str) -> None:
    """When unsure, keep; also in an answer, above a quotation and below it."""
    assert fold(text) == (text, "")
    assert fold(text, "Re: Принтер") == (text, "")
    announced = ATTRIBUTIONS["gmail ru"]
    for whole in (f"{text}\n\n{announced}\n{MARKED}", f"{text}\n\n{BLOCKS['outlook web en']}\n\n{OLD}"):
        assert _within(text, fold(whole)[0])
    if ">" not in text:
        assert _within(text, fold(f"{announced}\n{MARKED}\n\n{text}")[0])


def _within(words: str, text: str) -> bool:
    """Whether these words are in the text, in their order."""
    rest = iter(text.split())
    return all(word in rest for word in words.split())


@pytest.mark.parametrize(
    "before", ["12.01.2026 всё сломалось", "12.01.2026", "10:00", "Спасибо", "On 12 January", "Иван, да"]
)
@pytest.mark.parametrize("program", ATTRIBUTIONS)
def test_a_line_right_above_the_announcement_is_the_clients(program: str, before: str) -> None:
    """Even one that could begin an announcement itself."""
    assert fold(f"{before}\n{ATTRIBUTIONS[program]}\n{MARKED}")[0] == before


@pytest.mark.parametrize(
    "program", ["gmail ru", "yandex", "yandex mobile", "mail.ru", "apple ru", "gmail en", "thunderbird en"]
)
def test_an_announcement_beyond_doubt_needs_no_marks(program: str) -> None:
    """HTML turned into text may have lost them."""
    assert fold(f"Да\n\n{ATTRIBUTIONS[program]}\n\n{OLD}") == ("Да", f"{ATTRIBUTIONS[program]}\n\n{OLD}")


def test_a_quotation_below_a_quotation_is_old_too() -> None:
    """Threads that went through several programs."""
    old = f"{ATTRIBUTIONS['gmail ru']}\n{MARKED}\n\n{ATTRIBUTIONS['apple en']}\n> older\n\n{BLOCKS['outlook en']}\n\n{OLD}"
    assert fold(f"Да\n\n{old}") == ("Да", old)


def test_a_bare_name_announces_in_an_answer_only() -> None:
    """Old Thunderbird writes nothing else; so may anybody who passes a colleague's words on."""
    text = f"Да\n\nИван Петров пишет:\n{MARKED}"
    assert fold(text) == (text, "")
    assert fold(text, "Re: Принтер")[0] == "Да"


@pytest.mark.parametrize("program", ["gmail ru", "apple en", "thunderbird ru"])
def test_an_answer_that_says_nothing_stays_whole(program: str) -> None:
    """Only a quotation, or only a signature above it: there may be a meaning in it that we do not see."""
    for text in (f"{ATTRIBUTIONS[program]}\n{MARKED}", f"Отправлено с iPhone\n\n{ATTRIBUTIONS[program]}\n{MARKED}"):
        assert fold(text) == (text, "")


def test_an_answer_to_a_forwarded_letter_is_an_answer() -> None:
    """ "Re: Fwd:" is no forwarded letter."""
    assert fold(f"Да\n\n{ATTRIBUTIONS['gmail ru']}\n{MARKED}", "Re: Fwd: Принтер")[0] == "Да"


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


SIGNATURES = [
    "-- \nС уважением,\nИван Петров",
    "-- \nАнна Иванова\nГлавный бухгалтер\nООО «Ромашка»\nтел. +7 (495) 123-45-67\nanna@romashka.example",
    "-- \nживу на даче",
    "--\nАнна Иванова",
    "С уважением, Анна",
    "С уважением,\nАнна Иванова\nГлавный бухгалтер ООО «Ромашка»\nТел.: +7 495 123-45-67, доб. 12\nг. Москва, ул. Ленина, д. 5\nwww.romashka.example",
    "С наилучшими пожеланиями,\nИванова А.И.\nначальник отдела снабжения\n+79123456789",
    "С уважением,\nАнна\n\nОтправлено с iPhone",
    "С уважением,\nАнна\n\nНастоящее сообщение содержит конфиденциальную информацию и предназначено\nтолько для адресата.",
    "Отправлено с iPhone",
    "Отправлено с моего смартфона Samsung Galaxy.",
    "Отправлено с моего Xiaomi",
    "Отправлено из Outlook для iOS",
    "Отправлено из Почты Mail",
    "--\nОтправлено из мобильной Почты Mail.ru",
    "Отправлено из мобильной Яндекс.Почты",
    "Простите за краткость, создано в K-9 Mail.",
    "Скачать Outlook для iOS",
    "Best regards,\nAnna Smith\nSales Manager\nAcme Ltd.\nTel: +1 555 123 4567",
    "Kind regards,\n\nAnna Smith",
    "Regards,\n\nJohn Doe\nCEO @ Acme !",
    "Sincerely,\nAnna Smith\nHead of IT\n12 Main Street, Springfield",
    "Sent from my iPhone",
    "(Sent from a mobile device)",
    "Sent from my cell, please excuse any typos",
    "Download Outlook for Android<https://aka.ms/ghei36>",
    "—————\nAnna Smith\nProduct Manager\n📧 anna@acme.example\n📱 +1 555 123 4567",
    "Sent from my Android device with K-9 Mail. Please excuse my brevity.",
    "Get Outlook for Android<https://aka.ms/ghei36>",
    "Best regards,\nAnna\n\nThis email and any attachments are confidential and intended solely for the addressee.",
    "Virus-free. www.avast.com",
    "_______________________________________________\nusers mailing list\nusers@lists.example",
]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_is_folded_wherever_it_stands(signature: str) -> None:
    """Without a quotation, above one, below one, and below an answer that stands below one."""
    announced = f"{ATTRIBUTIONS['gmail ru']}\n{MARKED}"
    said = "Не помогло.\n\nКогда почините?"
    rests = {
        f"{said}\n\n{signature}": signature,
        f"{said}\n{signature}\n": signature,
        f"{said}\n\n{signature}\n\n{announced}": f"{signature}\n\n{announced}",
        f"{said}\n\n{announced}\n\n{signature}": f"{announced}\n\n{signature}",
        f"{announced}\n\n{said}\n\n{signature}": f"{announced}\n\n{signature}",
        f"{said}\n\n{signature}\n\n{BLOCKS['outlook web en']}\n{OLD}": f"{signature}\n\n{BLOCKS['outlook web en']}\n{OLD}",
    }
    for text, rest in rests.items():
        folded = apart(text)
        assert (folded.said, folded.rest.split()) == (said, rest.split())
        assert folded.signature.split() == signature.split()


@pytest.mark.parametrize(
    "text",
    [
        "С уважением отношусь к вашей работе, но принтер не печатает.",
        "Касса стоит.\nС уважением к вам, но касса стоит",
        "Касса стоит.\n\nС уважением,\nпрошу ответить до пятницы.",
        "Касса стоит.\n\nС уважением,\nАнна\n\nP.S. вторая касса тоже не работает",
        "Касса стоит.\n\nС уважением, Анна\n\nЗабыла: ошибка 5, что делать",
        "Касса стоит.\n--\nвторая тоже",
        "Касса стоит.\n\n--\n\nВторая часть: касса не работает",
        "Мой телефон:\nИванов Иван Иванович\n+7 912 345-67-89",
        "Контакты директора:\nПетров Пётр\nтел. 123-45-67",
        "Отправлено из офиса на склад 5 коробок",
        "Товар в пути.\nОтправлено с почты вчера, ответа нет",
        "Here is another email\n\nSent from my desk, is much easier than my mobile phone.",
        "We stay at\nBest Western",
        "Best regards to Ivan, he helped.\nBut the printer is broken",
        "раздел 1\n_____\nраздел 2 не работает",
        "Касса пишет.\nДанное письмо не приходит на склад. Только для директора приходит.",
        "Спасибо!\nАнна",
        "Ключи у коменданта.\n\nSent via phone call to the office",
        "Отчёт ниже\n—————\nраздел 2 не работает",
        "Download Anna's file again\nit does not open",
    ],
)
def test_what_only_looks_like_a_signature_stays(text: str) -> None:
    """When unsure, keep."""
    assert fold(text) == (text, "")


@pytest.mark.parametrize(
    ("said", "greeted"),
    [
        ("Добрый день!", True),
        ("Уважаемая Анна Ивановна!", True),
        ("Здравствуйте, уважаемые коллеги", True),
        ("Привет всем,", True),
        ("Hello support team,", True),
        ("Dear Sir or Madam", True),
        ("Коллеги, договор во вложении", False),
        ("Здравствуйте, не помогло", False),
        ("Hi, still broken", False),
    ],
)
def test_whoever_only_greets_means_what_stands_below(said: str, greeted: bool) -> None:
    """A greeting with more than names behind it is an answer."""
    old = f"{BLOCKS['outlook ru']}\n\n{OLD}"
    assert fold(f"{said}\n\n{old}") == ((f"{said}\n\n{old}", "") if greeted else (said, old))


def test_an_announcement_of_no_known_program_is_folded_with_what_it_announces() -> None:
    """Although the quoted lines begin with an announcement of their own."""
    old = f"Le 12 janv. 2026 à 10:00, Ivan <ivan@desk.example> a écrit :\n> Bonjour\n> {ATTRIBUTIONS['gmail en']}\n>> x"
    assert fold(f"Merci\n\n{old}") == ("Merci", old)


def test_words_below_a_marked_signature_stay() -> None:
    """Some write below the signature that their program put there."""
    assert fold("Касса стоит.\n\n-- \nАнна\n\nЗабыла сказать: ошибка 5.") == (
        "Касса стоит.\n\nЗабыла сказать: ошибка 5.",
        "-- \nАнна",
    )


def test_a_quoted_signature_is_not_the_clients_own() -> None:
    """What the engineer signed with says nothing of the client."""
    text = "Ответ:\n> Касса стоит.\nИ?\n> С уважением,\n> Анна\n> anna@desk.example"
    assert apart(text).signature == ""
    assert (
        apart(f"Да\n\n{ATTRIBUTIONS['gmail ru']}\n{MARKED}\n\n--\nАнна\nтел. 123-45-67").signature
        == "--\nАнна\nтел. 123-45-67"
    )


@pytest.mark.parametrize(("language", "kept", "exact"), [("ru", 1.0, 0.85), ("en", 0.98, 0.70)])
def test_letters_of_all_programs_are_folded_right(language: str, kept: float, exact: float) -> None:
    """Made up by chance, always the same ones: nothing is lost, most are exact."""
    rates, lost = measure(language, seed=20_261_122, count=600)
    assert rates.kept >= kept * rates.letters, lost[:3]
    assert rates.exact >= exact * rates.letters


HOSTILE = {
    "dates": "12.01.2026 " * 30,
    "times": "10:00 " * 60,
    "dates without end": "12.01.2026, 10:00, Иван Петров",
    "names": "Иван Петров <",
    "addresses": "a@b.c " * 60 + ":",
    "at signs": "a@" * 190 + ":",
    "verbs": "On 12.01.2026 10:00, " + "wrote " * 50 + ":",
    "fields": "To: x",
    "senders": "От: я",
    "quoted attributions": "> On 12.01.2026",
    "marks": "> " * 190,
    "delimiters": "-- ",
    "closings": "С уважением,",
    "posts": "С уважением, " + "менеджер " * 30,
    "devices": "Sent from " * 30,
    "footers": "this message " * 30,
    "phones": "+7 912 " * 50,
    "dashes": "-" * 390,
    "one long line": "пн, 12 янв. 2026 г. в 10:00, " * 400,
    "nothing": "",
}


def _work(text: str) -> int:
    """How many calls, of Python's and of C's functions, the fold makes; each looks at a bounded piece of text."""
    counted: Counter[str] = Counter()

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        counted[event] += 1

    before: Callable[..., object] | None = sys.getprofile()
    sys.setprofile(count)
    try:
        fold(text)
    finally:
        sys.setprofile(before)
    return counted["call"] + counted["c_call"]


LONG = {
    "no marks": (f"{BLOCKS['outlook ru']}\n" + "строка\n" * LINES, True),
    "marks": (f"{ATTRIBUTIONS['gmail ru']}\n" + "> строка\n" * LINES, True),
    "marks and empty lines": (f"{ATTRIBUTIONS['gmail ru']}\n" + "> строка\n> строка\n\n" * LINES, True),
    "an answer far below": (f"{ATTRIBUTIONS['gmail ru']}\n" + "> строка\n" * LINES + "Ответ\n> строка", False),
    "words far below": (f"{ATTRIBUTIONS['gmail ru']}\n" + "> строка\n" * LINES + "\nОтвет", False),
    "begins far below": ("строка\n" * LINES + f"{ATTRIBUTIONS['gmail ru']}\n> строка", False),
    "signed far below": ("строка\n" * LINES + "С уважением,\nАнна", False),
}


@pytest.mark.parametrize("name", LONG)
def test_of_an_endless_letter_only_a_quotation_that_goes_on_to_its_end_is_folded(name: str) -> None:
    """What is not looked at line by line stays, unless it can be nothing but the rest of the quotation."""
    below, folded = LONG[name]
    said, rest = fold(f"Не помогло.\n\n{below}")
    assert said == "Не помогло." if folded else not rest
    assert Counter(f"{said}\n{rest}".split()) == Counter(f"Не помогло.\n\n{below}".split())


@pytest.mark.parametrize("between", ["\n", "\n\n", "\n\n\n\n"])
@pytest.mark.parametrize("name", HOSTILE)
def test_four_times_the_text_is_four_times_the_work(name: str, between: str) -> None:
    """Linear time, whatever the lines are."""
    line = HOSTILE[name]
    fold(line)
    once, four = _work(between.join([line] * 150)), _work(between.join([line] * 600))
    assert four <= 4.2 * once + 200


@pytest.mark.parametrize("name", HOSTILE)
def test_no_line_is_slow(name: str) -> None:
    """The most that a line can cost: hundreds of kilobytes of it take a moment."""
    line = HOSTILE[name]
    text = "\n".join([line] * (200_000 // (len(line) + 1)))
    before = process_time()
    fold(text)
    assert process_time() - before < 2


SOME = st.sampled_from(
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
        "--",
        "С уважением, Анна",
        "тел. +7 495 123-45-67",
        "Иван Петров",
        "ответы ниже",
        "> — пожалуйста, пишите ответ над этой чертой —",
    ]
)


@given(st.lists(SOME, max_size=14).map("\n".join))
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
    assert Counter("".join((said + rest).split())) == Counter("".join(text.split()))

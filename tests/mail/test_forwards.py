"""The letter inside of a forwarded one is found as every common program writes it, with whoever wrote it."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail import forwards
from mail.attachments import Attachment

ANN = "ann@client.example"
ASKS = "Смотри, это к нам."
SAYS = "Здравствуйте!\n\nНе печатает.\nАнна"
AT = datetime(2026, 11, 23, tzinfo=UTC)

GMAIL = f"---------- Forwarded message ---------\nFrom: Анна Петрова <{ANN}>\nDate: Mon, Nov 23, 2026 at 10:00 AM\nSubject: Принтер\nTo: Борис <boris@otvet.example>\n\n\n{SAYS}"
GMAIL_RU = f"---------- Пересылаемое сообщение ---------\nОт: Анна Петрова <{ANN}>\nДата: пн, 23 нояб. 2026 г. в 10:00\nТема: Принтер\nКому: Борис <boris@otvet.example>\n\n\n{SAYS}"
GMAIL_MIXED = GMAIL_RU.replace("Дата:", "Date:").replace("Тема:", "Subject:").replace("Кому:", "To:")
OUTLOOK = f"From: Анна Петрова <{ANN}>\nSent: Monday, November 23, 2026 10:00 AM\nTo: Борис <boris@otvet.example>\nSubject: Принтер\n\n{SAYS}"
OUTLOOK_RU = f"От: Анна Петрова <{ANN}>\nОтправлено: 23 ноября 2026 г. 10:00\nКому: Борис <boris@otvet.example>\nТема: Принтер\n\n{SAYS}"
OUTLOOK_OLD = f"-----Original Message-----\nFrom: Анна Петрова [mailto:{ANN}]\nSent: Monday, November 23, 2026 10:00 AM\nTo: Борис\nSubject: Принтер\n\n{SAYS}"
OUTLOOK_OLD_RU = f"-----Исходное сообщение-----\nОт: Анна Петрова [mailto:{ANN}]\nОтправлено: 23 ноября 2026 г. 10:00\nКому: Борис\nТема: Принтер\n\n{SAYS}"
OUTLOOK_WEB = f"________________________________\n{OUTLOOK_RU}"
OUTLOOK_BOLD = OUTLOOK_RU.replace("От:", "*От:*").replace("Тема:", "*Тема:*").replace("Кому:", "*Кому:*")
APPLE = (
    f"Begin forwarded message:\n\n> From: Анна Петрова <{ANN}>\n> Subject: Принтер\n> Date: 23 November 2026 at 10:00:00 GMT+3\n> To: boris@otvet.example\n> \n"
    + "\n".join(f"> {line}".rstrip() for line in SAYS.split("\n"))
)
APPLE_RU = f"Начало переадресованного сообщения:\n\nОт: Анна Петрова <{ANN}>\nТема: Принтер\nДата: 23 ноября 2026 г., 10:00:00 GMT+3\nКому: boris@otvet.example\n\n{SAYS}"
THUNDERBIRD = f"-------- Forwarded Message --------\nSubject: \tПринтер\nDate: \tMon, 23 Nov 2026 10:00:00 +0300\nFrom: \tАнна Петрова <{ANN}>\nTo: \tboris@otvet.example\n\n\n{SAYS}"
THUNDERBIRD_RU = f"-------- Перенаправленное сообщение --------\nТема: \tПринтер\nДата: \tMon, 23 Nov 2026 10:00:00 +0300\nОт: \tАнна Петрова <{ANN}>\nКому: \tboris@otvet.example\n\n\n{SAYS}"
YANDEX = f'-------- Пересылаемое сообщение --------\n23.11.2026, 10:00, "Анна Петрова" <{ANN}>:\n\n{SAYS}\n\n-------- Конец пересылаемого сообщения --------'
YANDEX_FIELDS = f"-------- Пересылаемое сообщение --------\nОт: Анна Петрова <{ANN}>\nТема: Принтер\nДата: 23.11.2026, 10:00\nКому: boris@otvet.example\n\n{SAYS}\n-------- Завершение пересылаемого сообщения --------"
MAIL_RU = f"-------- Пересылаемое сообщение --------\nОт: Анна Петрова <{ANN}>\nКому: boris@otvet.example\nДата: Понедельник, 23 ноября 2026, 10:00 +03:00\nТема: Принтер\n\n{SAYS}"
SAMSUNG = f"-------- Исходное сообщение --------\nОт: Анна Петрова <{ANN}>\nДата: 23.11.2026 10:00 (GMT+03:00)\nКому: boris@otvet.example\nТема: Принтер\n\n{SAYS}"
LONG = GMAIL.replace(
    "To: Борис <boris@otvet.example>",
    "To: Борис <boris@otvet.example>, Вера\n <vera@otvet.example>,\nГлеб <gleb@otvet.example>",
)
BROKEN = GMAIL.replace(f"From: Анна Петрова <{ANN}>", f"From: Анна\nПетрова <{ANN}>")
LAYOUTS = {
    "Gmail": GMAIL, "Gmail in Russian": GMAIL_RU, "Gmail in two languages": GMAIL_MIXED, "Outlook": OUTLOOK,
    "Outlook in Russian": OUTLOOK_RU, "an old Outlook": OUTLOOK_OLD, "an old Outlook in Russian": OUTLOOK_OLD_RU,
    "Outlook on the web": OUTLOOK_WEB, "Outlook in bold": OUTLOOK_BOLD, "Apple": APPLE, "Apple in Russian": APPLE_RU,
    "Thunderbird": THUNDERBIRD, "Thunderbird in Russian": THUNDERBIRD_RU, "Yandex": YANDEX,
    "Yandex with fields": YANDEX_FIELDS, "Mail.ru": MAIL_RU, "Samsung": SAMSUNG, "many recipients": LONG,
    "a broken name": BROKEN, "fields as paragraphs": GMAIL_RU.replace("\n", "\n\n", 4),
}  # fmt: skip


@pytest.mark.parametrize("comment", ["", ASKS, f"{ASKS}\n\nПодробности ниже:\n- раз\n- два"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_original_is_found_in_every_common_layout(layout: str, comment: str) -> None:
    text = f"{comment}\n\n{LAYOUTS[layout]}" if comment else LAYOUTS[layout]
    for written in (text, text.replace("\n", "\r\n")):
        found = forwards.find(written, "Fwd: Принтер", [], AT)
        assert found is not None
        original = found.original
        assert (original.sender.address, original.sender.name, original.subject) == (ANN, "Анна Петрова", "Принтер")
        said = f"{original.text}\n{original.rest}".split()
        assert said == SAYS.split()
        assert original.comment.split() == comment.split()


@pytest.mark.parametrize("subject", ["Fwd: Принтер", "FW: Принтер", "Fw: Fwd: Принтер", "Пересл: Принтер"])
def test_without_a_subject_inside_the_forwarders_is_taken(subject: str) -> None:
    found = forwards.find(YANDEX, subject, [], AT)
    assert found is not None
    assert found.original.subject == "Принтер"


NONE = {
    "no forward": ("Не печатает.", "Принтер"),
    "an answer with a quoted block": (f"Спасибо.\n\n{OUTLOOK_RU}", "Re: Принтер"),
    "a name without an address": (GMAIL.replace(f" <{ANN}>", ""), "Fwd: Принтер"),
    "two addresses": (GMAIL.replace(f"<{ANN}>", f"<{ANN}>, <boris@client.example>"), "Fwd: Принтер"),
    "an address that is none": (GMAIL.replace(ANN, "ann@localhost"), "Fwd: Принтер"),
    "nothing below": ("Смотри\n---------- Forwarded message ---------\n\n", "Fwd: Принтер"),
    "only words below": ("---------- Forwarded message ---------\nНичего", "Fwd: Принтер"),
    "fields far below": (f"---------- Forwarded message ---------\n{chr(10) * 9}{OUTLOOK}", "Re: Принтер"),
    "the subject alone": ("Смотри вложение", "Fwd: Принтер"),
    "a sentence": ("Begin forwarded message: see below", "x"),
    "an old block that is answered": (f"Хорошо\n{OUTLOOK_OLD}", "Re: Принтер"),
}


@pytest.mark.parametrize("case", NONE)
def test_what_is_no_forward_or_names_nobody_is_left_alone(case: str) -> None:
    text, subject = NONE[case]
    assert forwards.find(text, subject, [], AT) is None


def test_the_first_letter_counts_when_one_is_forwarded_in_another() -> None:
    inner = GMAIL.replace(ANN, "other@client.example")
    found = forwards.find(f"{ASKS}\n\n{GMAIL_RU}\n\n{inner}", "Fwd: Принтер", [], AT)
    assert found is not None
    assert found.original.sender.address == ANN
    assert "other@client.example" in found.original.text + found.original.rest


LETTER = (
    f"From: =?utf-8?b?0JDQvdC90LAg0J/QtdGC0YDQvtCy0LA=?= <{ANN}>\r\nSubject: =?utf-8?b?0J/RgNC40L3RgtC10YA=?=\r\n"
    "Message-ID: <1@client.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nНе печатает.\r\n"
    "--b\r\nContent-Type: application/pdf; name=log.pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF\r\n--b--\r\n"
).encode()


def letter(content: bytes = LETTER) -> Attachment:
    return Attachment(name="Принтер.eml", mime="message/rfc822", content=content)


def test_an_attached_letter_brings_its_files() -> None:
    for text, subject in ((ASKS, "Fwd: Принтер"), ("", "")):
        found = forwards.find(text, subject, [letter()], AT)
        assert found is not None
        assert (found.original.sender.address, found.original.sender.name) == (ANN, "Анна Петрова")
        assert (found.original.subject, found.original.text, found.original.comment) == (
            "Принтер",
            "Не печатает.",
            text,
        )
        assert [(file.name, file.content.strip()) for file in found.files] == [("log.pdf", b"%PDF")]


@pytest.mark.parametrize(
    ("text", "subject", "files"),
    [
        (ASKS, "Принтер", [letter()]),  # an attachment that is spoken of
        (ASKS, "Fwd: Принтер", [letter(), letter()]),  # nobody knows which
        (ASKS, "Fwd: Принтер", [letter(b"")]),
        (ASKS, "Fwd: Принтер", [letter(b"Subject: x\r\n\r\nx")]),
        (ASKS, "Fwd: Принтер", [letter(b"From: a@b\r\n\r\nx")]),
        (ASKS, "Fwd: Принтер", [Attachment(name="x.eml", mime="text/plain", content=LETTER)]),
    ],
)
def test_an_attachment_that_is_no_forward_is_a_file(text: str, subject: str, files: list[Attachment]) -> None:
    assert forwards.find(text, subject, files, AT) is None


def test_a_hostile_forward_is_read_in_a_moment() -> None:
    pieces = ("-----Original Message-----\n", "From: a\n", "---------- Forwarded message ---------\n\n", "> " * 100 + "\n",
              GMAIL, "[mailto:" * 30, ">" * 400 + "\n", "От: " + "<" * 380 + "\n")  # fmt: skip
    for piece in pieces:
        started = time.process_time()
        forwards.find(piece * (1_000_000 // len(piece)), "Fwd: x", [], AT)
        assert time.process_time() - started < 3, piece


lines = st.lists(st.one_of(st.sampled_from("\n".join(LAYOUTS.values()).split("\n")), st.text(max_size=30)), max_size=30)


@given(lines, st.sampled_from(["", "Fwd: x", "Re: x"]))
def test_no_text_raises_and_nothing_of_a_letter_is_lost(some: list[str], subject: str) -> None:
    found = forwards.find("\n".join(some), subject, [], AT)
    assert found is None or "@" in found.original.sender.address


def test_what_the_writer_signed_with_is_theirs() -> None:
    """The forwarder's own signature says nothing of the writer."""
    signed = GMAIL_RU.replace("\nАнна", f"\n\n-- \nАнна Петрова\n+7 912 345-67-89\n{ANN}")
    found = forwards.find(f"{ASKS}\n\n-- \nБорис\n+7 900 000-00-00\n\n{signed}", "Fwd: Принтер", [], AT)
    assert found is not None
    assert found.original.text == "Здравствуйте!\n\nНе печатает."
    assert found.original.signature == found.original.rest == f"-- \nАнна Петрова\n+7 912 345-67-89\n{ANN}"
    letter = f"From: Анна <{ANN}>\nSubject: Принтер\n\nНе печатает.\n\n-- \nАнна\n+7 912 345-67-89\n".encode()
    file = Attachment(name="letter.eml", mime="message/rfc822", content=letter)
    attached = forwards.find("", "Fwd: Принтер", [file], AT)
    assert attached is not None
    assert attached.original.signature == "-- \nАнна\n+7 912 345-67-89"

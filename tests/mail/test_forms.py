"""A web form's letter is its client's message: whatever builds it, in whatever order, and whatever is typed into it."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.incoming import Incoming, Sender, Sort
from mail import forms
from mail.parse import parse

FORM = "noreply@otvet.example"
OURS = ("support@otvet.example", FORM)
ANN = "ann@client.example"
WORDS = "Не печатает.\n\nСовсем: ни листа.\nПомогите"

WORDPRESS = f"От: Анна Петрова <{ANN}>\nТема: Принтер\n\nСообщение:\n{WORDS}\n\n-- \nЭто сообщение отправлено с сайта Ромашка (https://otvet.example)"
WORDPRESS_EN = f"From: Анна Петрова <{ANN}>\nSubject: Принтер\n\nMessage Body:\n{WORDS}\n\n-- \nThis e-mail was sent from a contact form on Romashka"
TILDA = f"Name: Анна Петрова\nEmail: {ANN}\nPhone: +7 (900) 123-45-67\nTextarea: {WORDS}\nТема: Принтер\n\nAdditional information:\nTransaction ID: 1:2\nBlock ID: rec3\nForm Name: Contacts\nhttps://otvet.example\n-----"
BITRIX = f"Информационное сообщение сайта Ромашка\n------------------------------------------\n\nВам было отправлено сообщение через форму обратной связи\n\nАвтор: Анна Петрова\nE-mail автора: {ANN}\nТема: Принтер\n\nТекст сообщения:\n{WORDS}\n\nСообщение сгенерировано автоматически."
ELEMENTOR = f"Ваше имя: Анна Петрова\nВаш e-mail: {ANN}\nТема: Принтер\nВаше сообщение: {WORDS}\n\n---\n\nDate: 23.11.2026\nTime: 10:00\nPage URL: https://otvet.example\nUser Agent: Mozilla/5.0\nRemote IP: 192.0.2.1\nPowered by: Elementor"
STACKED = f"Имя\nАнна Петрова\n\nE-mail\n{ANN}\n\nТема\nПринтер\n\nСообщение\n{WORDS}"
BOLD = f"*Имя:* Анна Петрова\n*Почта:* {ANN}\n*Тема:* Принтер\n*Вопрос:*\n{WORDS}"
REVERSED = f"Сообщение:\n{WORDS}\nТема: Принтер\nТелефон: 8 900 123-45-67\nПочта: {ANN}\nФИО: Анна Петрова"


def shown(html: str) -> str:
    """What the desk reads of an HTML mail."""
    head = f"From: {FORM}\r\nMessage-ID: <1@a.b>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    raw = head.encode() + html.encode()
    read = parse(raw, mailbox="m", own_address="m@a.b", received=datetime.now(UTC), is_own_id=lambda _: False).incoming
    return "\n".join(part for part in (read.text, read.rest) if part)


TABLE = shown(
    f"<table><tr><td>Имя</td><td>Анна Петрова</td></tr><tr><td>E-mail</td><td><a href='mailto:{ANN}'>{ANN}</a></td></tr>"
    f"<tr><td>Тема</td><td>Принтер</td></tr><tr><td>Сообщение</td><td>{WORDS.replace(chr(10), '<br>')}</td></tr></table>"
)
TABLE_WITH_COLONS = TABLE.replace("Имя", "Имя:").replace("E-mail", "E-mail:")
LAYOUTS = {
    "Contact Form 7": WORDPRESS, "Contact Form 7 in English": WORDPRESS_EN, "Tilda": TILDA, "Bitrix": BITRIX,
    "Elementor": ELEMENTOR, "labels above values": STACKED, "bold labels": BOLD, "the message first": REVERSED,
    "a table": TABLE, "a table with colons": TABLE_WITH_COLONS, "CRLF": BITRIX.replace("\n", "\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_fields_of_every_common_form_are_read(layout: str) -> None:
    found = forms.read(LAYOUTS[layout])
    assert (found.name, found.address, found.subject) == ("Анна Петрова", ANN, "Принтер")
    assert [line.strip() for line in found.message.splitlines() if line.strip()] == [
        line for line in WORDS.splitlines() if line
    ]


def test_a_phone_is_read_too() -> None:
    assert forms.read(TILDA).phone == "+7 (900) 123-45-67"
    assert forms.read(REVERSED).phone == "8 900 123-45-67"


def incoming(text: str, sender: str = FORM, sort: Sort = Sort.ROBOT, rest: str = "") -> Incoming:
    return Incoming(
        channel="mail", place="support", external_id="<f1@otvet.example>", sender=Sender(channel="mail", address=sender, name="Сайт"),
        at=datetime.now(UTC), subject="Заявка с сайта", text=text, rest=rest, sort=sort, reply_to="<x@y>", references=("<x@y>",),
        tags=("sd1",), others=(Sender(channel="mail", address="boss@otvet.example", name=""),),
    )  # fmt: skip


def test_the_clients_letter_says_what_the_client_said_and_keeps_all_the_form() -> None:
    found = forms.as_client(incoming(TILDA), [], OURS)
    assert (found.sender.address, found.sender.name, found.subject) == (ANN, "Анна Петрова", "Принтер")
    assert found.text.startswith("Не печатает.")
    assert "Transaction ID" not in found.text
    assert found.rest == TILDA
    assert (found.sort, found.claimed, found.vouched) == (Sort.HUMAN, True, False)
    assert (found.reply_to, found.references, found.tags, found.others) == ("", (), (), ())
    assert found.contact is not None
    assert not found.contact.own


def test_a_letter_without_labels_stays_as_it_is() -> None:
    found = forms.as_client(incoming("Здравствуйте, не печатает.", rest="> ещё"), [b"Anna <ann@client.example>"], OURS)
    assert (found.sender.address, found.sender.name, found.subject) == (ANN, "Anna", "Заявка с сайта")
    assert (found.text, found.rest) == ("Здравствуйте, не печатает.\n> ещё", "")


ADDRESSES = [
    (b"ann@client.example", "E-mail: other@client.example", ANN),
    (b"Ann <ANN@client.example>", "", ANN),
    (b"ann@client.example, boris@client.example", "E-mail: ann@client.example", ANN),
    (b"support@otvet.example", "E-mail: ann@client.example", ANN),
    (FORM.encode(), "E-mail: ann@client.example", ANN),
    (b"", "E-mail: ann@client.example boris@client.example", FORM),
    (b"", "E-mail: ann@client.example, boris@client.example", FORM),
    (b"", "E-mail: support@otvet.example", FORM),
    (b"", "E-mail: Support@Otvet.example", FORM),
    (b"", "E-mail: ann@client.example\r\nBcc: victim@client.example", ANN),
    (b"", "E-mail: ann@client.example%0ABcc:victim@client.example", FORM),
    (b"", "E-mail: <script>@client.example", FORM),
    (b"", "E-mail: ann@localhost", FORM),
    (b"", "E-mail: нет", FORM),
    (b"", "E-mail:", FORM),
    (b"", f"E-mail: {'a' * 65}@client.example", FORM),
    (b"", f"E-mail: a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}.example", FORM),
    (b"", "Имя: ann@client.example", FORM),
    (b"not an address", "Почта: ann@client.example", ANN),
]


@pytest.mark.parametrize(("reply_to", "text", "wanted"), ADDRESSES)
def test_the_client_is_reply_to_or_the_labelled_address_or_nobody(reply_to: bytes, text: str, wanted: str) -> None:
    found = forms.as_client(incoming(f"{text}\nСообщение: привет"), [reply_to] if reply_to else [], OURS)
    assert found.sender.address == wanted


def test_what_a_client_types_into_the_message_is_kept() -> None:
    """A label that was there already, a rule and a list are the client's own words."""
    words = "Первое\n---\nИмя: Пётр\n- E-mail: не приходит\nВторое\nТелефон: сломан"
    found = forms.read(f"Имя: Анна\nE-mail: {ANN}\nТелефон: 1\nСообщение: {words}")
    assert (found.name, found.address, found.message) == ("Анна", ANN, words)


def test_a_value_cannot_add_a_header_or_a_line() -> None:
    found = forms.read("Имя: Анна\u2028Bcc: x@y.example\x00\nТема: a\x0bb\nСообщение: c")
    assert "\n" not in found.name + found.subject
    assert not set("\x00\x0b\u2028") & set(found.name + found.subject)


def test_a_hostile_form_is_read_in_a_moment() -> None:
    for piece in (
        "Имя  ",
        "Сообщение:\n",
        "a:",
        "| ",
        "\t",
        "E-mail: a@b.ru,",
        " " * 50 + "\n",
        "---\n",
        "Сообщение: x\nИмя\n",
    ):
        started = time.process_time()
        forms.as_client(incoming(piece * (1_000_000 // len(piece))), [piece.encode() * 1_000], OURS)
        assert time.process_time() - started < 2, piece


lines = st.lists(
    st.one_of(st.sampled_from([*forms._KINDS, "Имя: Анна", f"E-mail: {ANN}", "---", "", "-- "]), st.text(max_size=30))
)


@given(lines)
def test_no_form_raises_and_nothing_of_it_is_lost(some: list[str]) -> None:
    text = "\n".join(some)
    found = forms.as_client(incoming(text), [], OURS)
    assert text in (found.rest, found.text)
    assert found.sender.address in (FORM, ANN) or "@" in text

"""A mail is laid out for every reader and threads in every program; nothing from outside begins a header."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.parcels import Action, Button, Outgoing, ParcelId, Purpose
from mail.compose import Loaded, Mailbox, chain, compose

SENDER = Mailbox(address="support@desk.example", name="ООО «Ромашка»")
ID = "<otvet.5.abcdefghijklmnopqrst@desk.example>"
LONG = f"<{'a' * 200}@client.example>"


def message(**values: Any) -> Outgoing:
    return Outgoing(
        **{
            "id": ParcelId(5),
            "channel": "mail",
            "place": "ann@client.example",
            "purpose": Purpose.ANSWER,
            "text": "Добрый день!",
            "subject": "Re: Принтер",
            **values,
        }
    )


def written(outgoing: Outgoing, **options: Any) -> bytes:
    return compose(outgoing, sender=SENDER, message_id=ID, at=datetime(2026, 11, 23, 9, tzinfo=UTC), **options)


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def test_ids_stand_letter_by_letter_in_one_line() -> None:
    """Encoded or folded ids break threads in Outlook."""
    raw = written(message(in_reply_to=LONG, references=("<root@client.example>", LONG)))
    lines = raw.split(b"\r\n")
    assert f"Message-ID: {ID}".encode() in lines
    assert f"In-Reply-To: {LONG}".encode() in lines
    assert f"References: <root@client.example> {LONG}".encode() in lines


def test_references_keep_the_root_and_the_newest() -> None:
    """At most 998 bytes in the line."""
    ids = [f"<{number:03d}.{'x' * 60}@client.example>" for number in range(40)]
    line = f"References: {chain(ids)}"
    assert len(line) <= 998
    assert line.startswith(f"References: {ids[0]} ")
    assert line.endswith(ids[-1])


def test_every_line_is_short_enough_for_every_server() -> None:
    """998 bytes at most, Russian included, CRLF throughout."""
    raw = written(message(text="слово " * 5_000 + "\n" + "w" * 5_000, subject="тема " * 100, to_name="Анна " * 30))
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert raw.isascii()


@pytest.mark.parametrize(
    "name",
    ["Анна Петрова", 'Petrova, "Anna" <a@b>', 'ООО "Рога, и копыта"', "", "=?utf-8?q?x?=", "a\r\nBcc: x@y.example"],
)
def test_a_name_is_read_as_it_was_written(name: str) -> None:
    """Whatever it holds, the address stays what it is."""
    found = read(written(message(to_name=name)))["To"].addresses
    assert [one.addr_spec for one in found] == ["ann@client.example"]
    assert found[0].display_name == " ".join(name.split())


HOSTILE = st.text(max_size=80) | st.sampled_from(
    ["a\r\nBcc: evil@x.example", "\n\n<html>", "x\x00y", "\u2028Bcc: evil@x.example", "=?utf-8?q?=0D=0ABcc:x?="]
)


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_no_value_begins_a_header_of_its_own(subject: str, name: str, id_: str, number: str) -> None:
    """Subjects, names and ids come from strangers."""
    raw = written(message(subject=subject, to_name=name, in_reply_to=id_, references=(id_,), number=number, thread=id_))
    found = read(raw)
    expected = {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "MIME-Version",
        "Content-Type",
        "Thread-Topic",
        "Thread-Index",
    }
    assert set(found.keys()) <= expected
    assert found["Bcc"] is None


def test_automatic_mail_says_that_it_is() -> None:
    """Other machines do not answer it; a person's answer bears none of these."""
    automatic, answer = read(written(message(automatic=True))), read(written(message()))
    assert automatic["Auto-Submitted"] == "auto-replied"
    assert automatic["X-Auto-Response-Suppress"] == "All"
    assert answer["Auto-Submitted"] is None
    assert answer["Reply-To"] is None


def test_plain_and_html_say_the_same() -> None:
    """Title, text, code, links, quotation and footer; what only a messenger can press is left out."""
    raw = written(
        message(
            number="SD-7", title="Вопрос", text="Строка <b>\nвторая", code="123456", quote="вы & мы", footer="Ромашка",
            buttons=((Button(label="Телеграм", action=Action.KEEP, url="https://t.me/x?start=1"), Button(label="Решено", action=Action.SOLVED)),
                     (Button(label="Плохо", action=Action.KEEP, url="javascript:alert(1)"),)),
        )
    )  # fmt: skip
    found = read(raw)
    plain = found.get_body(("plain",)).get_content()
    html = found.get_body(("html",)).get_content()
    for text in (
        "— пожалуйста, пишите ответ над этой чертой —",
        "Вопрос",
        "123456",
        "Телеграм",
        "https://t.me/x?start=1",
        "Ромашка",
    ):
        assert text in plain
        assert text in html
    assert "Строка <b>\nвторая" in plain.replace("\r\n", "\n")
    assert "Строка &lt;b&gt;<br>" in html
    assert "> вы & мы" in plain
    assert "Решено" not in plain + html
    assert "javascript" not in plain + html
    assert plain.startswith("— пожалуйста")


def test_an_address_in_our_footer_is_a_link() -> None:
    """The way into Telegram can be pressed; the words around it are escaped."""
    raw = written(message(footer="Дальше <здесь>: https://t.me/x?start=a&b=1.\nДо встречи"))
    html = read(raw).get_body(("html",)).get_content()
    link = "https://t.me/x?start=a&amp;b=1"
    assert f'Дальше &lt;здесь&gt;: <a href="{link}">{link}</a>.<br>' in html
    evil = read(written(message(footer='https://x/"><script>javascript:alert(1)'))).get_body(("html",)).get_content()
    assert "<script" not in evil


def test_a_mail_without_a_ticket_bears_no_marker() -> None:
    """A code is nothing to answer."""
    assert "над этой чертой" not in read(written(message(code="123456"))).get_body(("plain",)).get_content()


def test_english_words_make_an_english_mail() -> None:
    """The marker speaks the language of the text."""
    text = (
        read(written(message(text="Hello, please restart it.", number="SD-7", subject="Re: Printer")))
        .get_body(("plain",))
        .get_content()
    )
    assert text.startswith("— please write your answer above this line —")


@pytest.mark.parametrize(
    "name",
    [
        "счёт.pdf",
        "очень длинное имя файла со словами и цифрами 2026 года, часть вторая и последняя.pdf",
        "a;b\"c'.pdf",
        "plain.pdf",
    ],
)
def test_a_file_arrives_under_its_name(name: str) -> None:
    """RFC 2231, in pieces where it is long."""
    found = list(
        read(
            written(message(), files=[Loaded(name=name, mime="application/pdf", size=4, content=b"%PDF")])
        ).iter_attachments()
    )
    assert [(one.get_filename(), one.get_content()) for one in found] == [(name, b"%PDF")]


def test_a_mail_inside_a_mail_is_attached_as_bytes() -> None:
    """It is not taken apart on its way."""
    raw = written(message(), files=[Loaded(name="old.eml", mime="message/rfc822", size=9, content=b"Subject: \xff")])
    assert next(iter(read(raw).iter_attachments())).get_payload(decode=True) == b"Subject: \xff"


def test_a_file_that_is_gone_is_named_and_never_silently_left_out() -> None:
    """Its content could not be read any more."""
    files = [
        Loaded(name="small.txt", mime="text/plain", size=3, content=b"abc"),
        Loaded(name="gone.txt", mime="text/plain", size=3, content=None),
    ]
    found = read(written(message(), files=files))
    assert "«gone.txt»" in found.get_body(("plain",)).get_content()
    assert [one.get_filename() for one in found.iter_attachments()] == ["small.txt"]

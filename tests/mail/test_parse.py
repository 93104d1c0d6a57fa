"""Awkward letters are read right: tests/mail/data holds each with what must come out beside it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.errors import Unreadable
from mail.parse import ParsedMail, parse

DATA = Path(__file__).parent / "data"
LETTERS = sorted(path.stem for path in DATA.glob("*.eml"))


def read(raw: bytes) -> ParsedMail:
    return parse(
        raw,
        mailbox="support",
        own_address="support@desk.example",
        received=datetime(2026, 11, 23, tzinfo=UTC),
        is_own_id=lambda id_: id_.startswith("<otvet.") and ".good@" in id_,
        zone=ZoneInfo("Europe/Moscow"),
    )


def told(parsed: ParsedMail) -> dict[str, Any]:
    """Everything that an expectation may name."""
    incoming = parsed.incoming
    return {
        "sender": incoming.sender.address, "name": incoming.sender.name, "subject": incoming.subject,
        "text": incoming.text, "rest": incoming.rest, "sort": str(incoming.sort), "message_id": incoming.external_id,
        "reply_to": incoming.reply_to, "references": list(incoming.references), "tags": list(incoming.tags),
        "others": [other.address for other in incoming.others], "failed": incoming.failed,
        "failures": [[one.address, one.fate, one.reason] for one in incoming.failures],
        "words": [one.words for one in incoming.failures],
        "files": [[file.name, file.mime, len(file.content), file.inline] for file in parsed.files],
        "files_are": [[file.name, file.mime] for file in parsed.files],
    }  # fmt: skip


@pytest.mark.parametrize("letter", LETTERS)
def test_an_awkward_letter_is_read_right(letter: str) -> None:
    """Every named field comes out as expected, and nothing unfit to be stored comes out at all."""
    raw = (DATA / f"{letter}.eml").read_bytes()
    wanted = json.loads((DATA / f"{letter}.json").read_text(encoding="utf-8"))
    if reason := wanted.pop("unreadable", ""):
        unreadable = read(raw).unreadable
        assert isinstance(unreadable, Unreadable)
        assert reason in str(unreadable)
        return
    found = told(read(raw))
    for key in ("text", "rest"):
        for words in wanted.pop(f"{key}_has", ()):
            assert words in found[key]
    assert {key: found[key] for key in wanted} == wanted
    assert not any(
        "\x00" in value or "\ud800" <= char <= "\udfff"
        for value in found.values()
        if isinstance(value, str)
        for char in value
    )


def test_the_corpus_is_large_and_complete() -> None:
    """Every letter has its expectation, every expectation its letter."""
    assert len(LETTERS) >= 130
    assert sorted(path.stem for path in DATA.glob("*.json")) == LETTERS


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
@pytest.mark.parametrize(
    "letter", [name for name in LETTERS if name.startswith(("file", "alternative", "quote", "bounce"))]
)
def test_line_ends_make_no_difference(letter: str, line_end: bytes) -> None:
    """A mail reads the same with the line ends of SMTP and of Unix."""
    raw = (DATA / f"{letter}.eml").read_bytes().replace(b"\r\n", b"\n")
    first, second = told(read(raw)), told(read(raw.replace(b"\n", line_end)))
    assert [first[key] for key in ("text", "rest", "files_are", "failed")] == [
        second[key] for key in ("text", "rest", "files_are", "failed")
    ]


PIECES = st.sampled_from(
    [
        b"From: a@b.example\n", b"From: ", b"Subject: =?utf-8?B?", b"=?koi8-r?Q?=D0?=", b"\n", b"\r\n", b"\n\n", b"--b\n", b"--b--\n",
        b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: text/html\n", b"Content-Type: message/rfc822\n",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n", b"Content-Type: message/delivery-status\n",
        b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n", b"<html><table><td>", b"<blockquote>",
        b"Content-Disposition: attachment; filename*0*=utf-8''%", b"> On Mon, Jan 12, 2026 a@b wrote:\n", b"charset=utf-16", b"\x00", b"\xed\xa0\x80", b"=?", b"?=",
        "От: я\nОтправлено: 1.1.2026\n".encode(), b"Auto-Submitted: x\n", b"((((", b'"', b"<", b"format=flowed", b"; charset=hz\n", b"~{",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES | st.binary(max_size=40), max_size=40).map(b"".join))
def test_no_bytes_whatever_make_it_raise(raw: bytes) -> None:
    """What comes out is fit to be stored, whether the mail can be worked on or not."""
    found = told(read(raw))
    everything = json.dumps(found, ensure_ascii=False)
    everything.encode()  # no surrogate
    assert "\\u0000" not in everything


HOSTILE = {
    "brackets": b"From: " + b"(" * 200_000 + b"\n\nx",
    "quotes": b'From: "' * 30_000 + b"a@b.example\n\nx",
    "commas": b"From: a@b.example\nTo: " + b"a@b.example," * 20_000 + b"\n\nx",
    "line feeds": b"From: a@b.example\n\n" + b"\n" * 5_000_000,
    "marks of quotation": b"From: a@b.example\n\n" + b"> \n" * 1_000_000,
    "colons": b"From: a@b.example\n\n" + b"1.1.2026 a@b:\n" * 300_000,
    "fields": b"From: a@b.example\n\n" + "От: я\nТема: я\n".encode() * 200_000,
    "open tags": b"From: a@b.example\nContent-Type: text/html\n\n" + b"<div><" * 400_000,
    "nested tags": b"From: a@b.example\nContent-Type: text/html\n\n" + b"<blockquote>" * 60_000,
    "entities": b"From: a@b.example\nContent-Type: text/html\n\n" + b"&#x41;&amp" * 300_000,
    "boundaries": b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b \n\n" * 900,
    "almost boundaries": b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--bb\n" * 2_000_000,
    "parameters": b"From: a@b.example\nContent-Type: text/plain" + b"; a*0*=x" * 2_000 + b"\n\nx",
    "high bytes": b"From: a@b.example\n\n" + bytes(range(128, 256)) * 40_000,
    "flowed": b"From: a@b.example\nContent-Type: text/plain; format=flowed\n\n" + b"x \n" * 1_000_000,
}


LIMITS = {
    "nested more than 50": b"From: a@b.example\n"
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(80)),
    "more than 1000 parts": b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 1_200,
    "headers have more than": b"From: a@b.example\nX-Big: " + b"\n ".join([b"y" * 900] * 400) + b"\n\nx\n",
    "more than 25000000": b"From: a@b.example\n\n" + b"x" * 25_000_000,
    "no sender": b"Subject: x\n\nx",
}


@pytest.mark.parametrize("reason", LIMITS)
def test_a_mail_beyond_the_limits_is_refused_with_a_reason(reason: str) -> None:
    """Quarantine shows why; nothing is read first that could fill the memory."""
    parsed = read(LIMITS[reason])
    assert reason in str(parsed.unreadable)
    assert parsed.incoming.text in ("", "x")
    assert parsed.incoming.sender.address in ("", "a@b.example")


def test_a_subject_of_thousands_of_encoded_words_costs_nothing() -> None:
    """The standard library took gigabytes for such a one; here the value is cut."""
    found = told(read(b"From: a@b.example\nSubject: " + b"\n ".join([b"=?utf-8?Q?x?="] * 15_000) + b"\n\ntext\n"))
    assert set(found["subject"]) <= set("x=?utf-8Q ")
    assert found["text"] == "text"


def test_text_beyond_a_megabyte_goes_on_as_a_file() -> None:
    """What is shown is cut, what is kept is whole."""
    parsed = read(b"From: a@b.example\n\n" + b"word " * 400_000)
    assert len(parsed.incoming.text) <= 1_000_000
    assert [(file.name, len(file.content)) for file in parsed.files] == [("message.txt", 2_000_000)]


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_read_quickly(name: str) -> None:
    """Linear time: megabytes made to be slow are read within seconds even on a loaded machine."""
    before = process_time()
    read(HOSTILE[name])
    assert process_time() - before < 6
